/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* web-settings: where the Web API is, and what the institution shows it. Data only: no source beside it. */
#pragma once

#include <glib.h>

/* Borrowed for the call; the files, and the token, are read when they are first needed. */
typedef struct
{
  const char *url;              /* https://host[:port]/base, without a trailing slash; NULL: nothing can be asked */
  const char *authority_file;   /* PEM: the only CA that is trusted */
  const char *certificate_file; /* the institution's client certificate and its chain: PEM, or a pkcs11: URI */
  const char *key_file;         /* its key: PEM, or a pkcs11: URI */
  const char *account_file;     /* two lines: account, password */
  const char *institution_code; /* 10 digits; NULL: nothing can be asked */
  guint timeout_seconds;        /* the whole of one call */
  const char *token_pin_file;   /* the PKCS #11 token's PIN; NULL: it has none, or the URI names a pin-source */
} WebApiSettings;
