/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * web-examination: the links on the way to one center, looked at now: credential and name at the same time, then one
 * request over a connection of its own: a login if there is no token, else a challenge, which costs the center least.
 * Out: the transport's links, and what was seen of them. Each step has its deadline, and so has the whole.
 */
#pragma once

#include "center/web-client.h"

#define WEB_EXAMINATION_OPEN_MILLISECONDS 2000 /* until the credential is read, which may be in a token */
#define WEB_EXAMINATION_SLOW_MILLISECONDS 1000 /* an answer that takes longer is worth a word */

/* As WebClientDone. @milliseconds: that the center took for its answer. */
typedef void (*WebExaminationDone) (GBytes *body, gint64 milliseconds, const GError *error, gpointer user_data);

/* web_examination_start: calls @done once, maybe before it returns. @challenge: the request for one. */
void web_examination_start (WebClient *client, GBytes *challenge, GCancellable *cancellable, WebExaminationDone done,
                            gpointer user_data);

/* web_examination_note_pace: of a center that is well; whoever has read its answer knows. */
void web_examination_note_pace (Transport *transport, gint64 milliseconds);
