/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* visit-host: what a visit has from its station, which outlives every visit that still runs. */
#pragma once

#include "card/card-certificate.h"
#include "store/ledger.h"
#include "visit/agent-port.h"
#include "visit/changes.h"
#include "visit/outage.h"
#include "visit/statistics.h"
#include "visit/transports.h"

typedef struct Visit Visit;

typedef struct
{
  Transports *transports;
  AgentPort agents;
  Statistics *statistics;
  Outage *outage;                     /* NULL: nothing is kept */
  Ledger *ledger;                     /* who saw what; NULL: there is none, and nothing is handed out that needs one */
  Changes *changes;                   /* since people were seen here last; NULL: nobody looks */
  guint records_span_months;          /* of one request for records, at most */
  gboolean leaves_prescriptions;      /* they are not asked for: the site is not set for them */
  struct ConsentRegistrar *registrar; /* of consents, into the ledger and at the center; NULL: there is no ledger */
  guint retention_seconds;
  gboolean asks_together; /* what opens records is one combined question, but for surgery */
  gboolean asks_ceiling;  /* before the center is asked for it; else it is asked for anyway */
  CardAuthorities *(*get_authorities) (gpointer data, GError **error); /* (transfer none) */
  void (*started) (Visit *visit, gpointer data);                       /* from the loop: it may be told of */
  void (*card_taken) (Visit *visit, gpointer data);                    /* it begins to read the card: that serves it */
  void (*card_read) (Visit *visit, gpointer data);
  void (*changed) (Visit *visit, gpointer data);
  void (*went_quiet) (Visit *visit, gpointer data); /* once, last: finished, and nothing runs for it any more */
  gpointer data;
} VisitHost;
