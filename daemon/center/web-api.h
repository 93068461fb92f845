/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * web-api: the transport over HTTPS with a client certificate: auth and its token, then the calls of
 * data/center-profile.md, as JSON. The real center's unpublished parts are not claimed.
 */
#pragma once

#include "center/transport.h"

/* Borrowed for the call; the files, and the token, are read when they are first needed. */
typedef struct
{
  const char *url;              /* https://host[:port]/base, without a trailing slash; NULL: nothing can be asked */
  const char *authority_file;   /* PEM: the only CA that is trusted */
  const char *certificate_file; /* the institution's client certificate and its chain: PEM, or a pkcs11: URI */
  const char *key_file;         /* its key: PEM, or a pkcs11: URI */
  const char *account_file;     /* two lines: account, password */
  const char *institution_code; /* 10 digits; NULL: nothing can be asked */
  guint timeout;                /* seconds: the whole of one call */
  const char *token_pin_file;   /* the PKCS #11 token's PIN; NULL: it has none, or the URI names a pin-source */
} WebApiSettings;

/* web_api_new: nothing is opened or loaded yet; TLS comes with the first use. */
Transport *web_api_new (const WebApiSettings *settings);

/*
 * web_api_configure: takes @settings, and what their files hold now, from here on: as soon as they have worked. They
 * are tried beside those in use, by a login at the center; if that fails they are dropped, the log says why, and those
 * in use stay. Calls under way end as they began. Settings that come meanwhile replace those that are being tried.
 * While those in use do not work, the new ones are taken as they are.
 */
void web_api_configure (Transport *transport, const WebApiSettings *settings);
