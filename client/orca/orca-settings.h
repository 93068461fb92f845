/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * orca-settings: how ORCA is reached, and by whom. In: orca.conf, and the credentials of the service manager. Out: what
 * they say, checked. Errors are of G_IO_ERROR or G_KEY_FILE_ERROR, and name the key.
 */
#pragma once

#include <gio/gio.h>

typedef struct
{
  char *url;                                  /* of ORCA, with a slash at its end */
  char *user, *password;                      /* NULL: none */
  char *authority, *certificate, *key;        /* files; NULL: the system's authorities, no certificate of ours */
  char *push_url;                             /* NULL: nothing is pushed; ORCA is asked all the time */
  char *tenant;                               /* NULL: the certificate says it */
  char *hospital;                             /* of several in one ORCA; NULL: all */
  char *terminal;                             /* how we are called on ORCA's screen */
  char *faces;                                /* folder; NULL: none come */
  guint timeout, poll_seconds, retry_seconds; /* seconds; @retry_seconds: the base of the back-off */
  guint days;                                 /* how long what is over is kept */
} OrcaSettings;

/* orca_settings_load: @file. Credentials are "password", "certificate" and "key" below $CREDENTIALS_DIRECTORY. */
OrcaSettings *orca_settings_load (const char *file, GError **error);

/* orca_settings_parse: the same of @text, without credentials. */
OrcaSettings *orca_settings_parse (const char *text, GError **error);
void orca_settings_free (OrcaSettings *settings);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (OrcaSettings, orca_settings_free)
