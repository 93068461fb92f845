/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * web-fault: what an exchange with the center has come to, as an error with its cause. In: an HTTP status that is not
 * 200, or how far an exchange came in which nothing happens. Out: the error, for callers and for Diagnose.
 *
 * 401, 403 CENTER_REFUSED (of a login: the account) · 429, 503 CENTER_BUSY, with Retry-After · 408, other 5xx
 * CENTER_UNREACHABLE (out of order) · other 4xx (nobody there knows the profile: another address, another version), 3xx
 * and anything else MESSAGE_INVALID.
 */
#pragma once

#include "center/https.h"

/* web_fault_new_status: @uri: that was asked. Return: (transfer full). */
GError *web_fault_new_status (GUri *uri, const HttpsOutcome *outcome, gboolean is_login);

/* web_fault_new_silence: @outcome: of the exchange; NULL: none. Return: (transfer full) CENTER_UNREACHABLE. */
GError *web_fault_new_silence (GUri *uri, const HttpsOutcome *outcome, guint seconds);
