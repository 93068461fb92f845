/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * station-diagnose: the chain daemon → agent → pcscd → reader → card → settings → credential → account → clock → line →
 * name → tls → center, link by link, for Diagnose. A link that was not examined says unknown; it never looks healthy by
 * silence. What is wrong has a cause (base/names.h), and each cause two cures.
 */
#pragma once

#include <gio/gio.h>

typedef struct Station Station;

#define STATION_DIAGNOSE_MILLISECONDS 3000 /* what is promised: all that is waited for ends before that */

typedef struct
{
  const char *link;  /* static */
  const char *state; /* static: ok, degraded, failed, unknown */
  const char *cause; /* static; NULL: it is well, or not examined */
  gint64 since;      /* microseconds since the epoch; 0: unknown */
  char *evidence;    /* what was seen; no personal data */
  char *code;        /* the center's own, if it has refused, and its text of a refused account; NULL: none */
  char *message;
  char *staff;      /* what the desk does */
  char *technician; /* what the technician does */
} StationLink;

/* station_diagnose: walks the chain. Finish: (transfer full) GPtrArray of StationLink in that order. */
void station_diagnose (Station *station, const char *language, GCancellable *cancellable, GAsyncReadyCallback callback,
                       gpointer user_data);
GPtrArray *station_diagnose_finish (Station *station, GAsyncResult *result, GError **error);
