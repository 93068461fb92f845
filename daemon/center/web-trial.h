/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * web-trial: new settings are tried before they take the place of those that work. Settings come in; they take over, or
 * are kept back and told of (CREDENTIAL_RENEWED, _REFUSED, _WAITING).
 */
#pragma once

#include "center/web-api-private.h"

/*
 * web_trial_begin: of these settings; what was being tried is dropped. At once in use if what is in use does not work.
 */
void web_trial_begin (WebApi *api, const WebApiSettings *settings);

/*
 * web_trial_go_on: a trial of what waits for one, if anything does: a login, and a challenge, because a login does not
 * show the institution. It binds nothing.
 */
void web_trial_go_on (WebApi *api);

/* web_trial_drop: nothing is tried any more. */
void web_trial_drop (WebApi *api);
