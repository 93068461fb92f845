/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * web-api: the transport over HTTPS with a client certificate: auth and its token, then the calls of
 * data/center-profile.md, as JSON. The real center's unpublished parts are not claimed.
 */
#pragma once

#include "center/transport.h"
#include "center/web-settings.h"

/* web_api_new: nothing is opened or loaded yet; TLS comes with the first use. */
Transport *web_api_new (const WebApiSettings *settings);

/*
 * web_api_configure: takes @settings, and what their files hold now, from here on: as soon as they have worked. They
 * are tried beside those in use, by a login at the center; if that fails they are dropped, the log says why, and those
 * in use stay, and the link of the settings tells it. Calls under way end as they began. Settings that come meanwhile
 * replace those that are being tried. While those in use do not work, or nothing of their files was read yet and only
 * what is in these may be new, the new ones are taken as they are.
 */
void web_api_configure (Transport *transport, const WebApiSettings *settings);
