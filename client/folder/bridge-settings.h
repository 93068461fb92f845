/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * bridge-settings: the configuration of shikaku-folder (shikaku-folder.conf(5)): the stations whose face files come,
 * and the receipt computers that are served. A file comes in; what it says, checked, goes out. An unknown group or key
 * is an error.
 */
#pragma once

#include <glib.h>

#include "codec/message-encoding.h"

typedef struct
{
  char *name;
  char *inbox; /* the folder that the daemon copies this station's face files into */
} BridgeStation;

typedef struct
{
  char *name;
  char *folder;                     /* what the three lie in, and the bridge's own one */
  char *requests, *answers, *faces; /* of the receipt computer */
  MessageEncoding encoding;         /* of answers; UNKNOWN: that of the request, and of a face file as it came */
  char **stations;                  /* whose face files it gets; NULL: all */
  char *staff, *role;               /* asserted with each question; NULL: none */
  gboolean records;                 /* it may ask for medicines and check-ups */
} BridgeComputer;

typedef struct
{
  char *institution;     /* whose requests are taken; NULL: any */
  guint timeout;         /* seconds that an answer of the daemon is awaited */
  guint request_seconds; /* a request that lay there for longer is not asked any more */
  guint stay_minutes;    /* an answer that nobody fetches goes then */
  guint quarantine_days;
  GPtrArray *stations;  /* BridgeStation */
  GPtrArray *computers; /* BridgeComputer */
} BridgeSettings;

/* bridge_settings_read: Return: (transfer full), or NULL: the error's text names group and key. */
BridgeSettings *bridge_settings_read (const char *path, GError **error);
void bridge_settings_free (BridgeSettings *settings);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (BridgeSettings, bridge_settings_free)
