/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * bus-visit-options: what a caller may give when it opens a visit, by any of the three ways, read and checked.
 *
 * Errors are INVALID_OPTION and name the key.
 */
#pragma once

#include <systemd/sd-bus.h>

#include "visit/station.h"

/* Texts are borrowed from the call. */
typedef struct
{
  Actor actor;        /* what it asserts; the rest of it is left to the opener */
  VisitOptions visit; /* path, owner and caller are left to the opener */
  const char **consents, **oral;
  const char *token; /* NULL: not given */
  gint64 uses;       /* of the ticket, likewise */
  gint64 timeout;    /* seconds, as given; checked, it is in visit */
  gboolean by_number;
  gboolean report;              /* Check: also a visit that failed is a reply */
  TransportNumberQuery insured; /* if by_number */
  ArrivalPatient patient;       /* of ClaimVisit */
} BusVisitOptions;

void bus_visit_options_clear (BusVisitOptions *options);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (BusVisitOptions, bus_visit_options_clear)

/* Each reads the arguments of one method of the Manager into zeroed @options. */
gboolean bus_visit_options_read_card (sd_bus_message *message, BusVisitOptions *options, GError **error);
gboolean bus_visit_options_read_number (sd_bus_message *message, BusVisitOptions *options, GError **error);
gboolean bus_visit_options_read_check (sd_bus_message *message, BusVisitOptions *options, GError **error);
gboolean bus_visit_options_read_claim (sd_bus_message *message, BusVisitOptions *options, GError **error);
gboolean bus_visit_options_read_language (sd_bus_message *message, BusVisitOptions *options, GError **error);
