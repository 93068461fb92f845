/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * orca-push: ORCA's announcements by WebSocket. In: the settings. Out: the news that something was announced, and
 * that it listens again: each time what was announced has to be read from ORCA itself, since here nobody proves who
 * speaks, and nothing is delivered twice. It pings every 10 seconds, and after 30 without a word takes the other side
 * for dead; then 2 seconds to 10 minutes pass before it tries again.
 */
#pragma once

#include "client/orca/orca-settings.h"

typedef struct OrcaPush OrcaPush;

typedef struct
{
  void (*heard) (gpointer user_data);
  void (*listens) (gboolean is_listening, const char *why, gpointer user_data); /* @why: of one that does not */
} OrcaPushObserver;

/* orca_push_new: begins at once. @settings and @observer outlive it. (transfer full); NULL with an error. */
OrcaPush *orca_push_new (const OrcaSettings *settings, const OrcaPushObserver *observer, gpointer user_data,
                         GError **error);
void orca_push_free (OrcaPush *push);

/* orca_push_get_delay: seconds before the try after @tries in vain. Pure. */
guint orca_push_get_delay (guint tries);
