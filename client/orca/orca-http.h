/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * orca-http: calls to ORCA. In: a record to post. Out: the record of the answer; or how far it came, which is what
 * counts where a call must not be made twice. Each call waits, on a connection of its own: what is sent again behind
 * our back would be sent twice. One thread, which waits in its default context.
 */
#pragma once

#include "client/orca/orca-json.h"
#include "client/orca/orca-settings.h"

typedef enum
{
  ORCA_REPLY_ANSWERED, /* there is an answer that can be read */
  ORCA_REPLY_UNSENT,   /* ORCA has not had it: nobody was there, or it was not let in */
  ORCA_REPLY_UNKNOWN,  /* whether ORCA did it is unknown */
} OrcaReplyKind;

typedef struct
{
  OrcaReplyKind kind;
  JsonObject *record; /* of ANSWERED */
  char *why;          /* of the others: no personal data, no content */
} OrcaReply;
void orca_reply_clear (OrcaReply *reply);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (OrcaReply, orca_reply_clear)

typedef struct OrcaHttp OrcaHttp;

/* orca_http_new: @settings outlives it. (transfer full); NULL with an error: a certificate cannot be used. */
OrcaHttp *orca_http_new (const OrcaSettings *settings, GError **error);
void orca_http_free (OrcaHttp *http);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (OrcaHttp, orca_http_free)

/* orca_http_post: @record as the one member @name. @path: without a slash at its beginning. */
void orca_http_post (OrcaHttp *http, const char *path, const char *name, JsonObject *record, OrcaReply *ret_reply);

/* orca_http_post_array: the same of a "message array": @records alone, without a name. */
void orca_http_post_array (OrcaHttp *http, const char *path, JsonArray *records, OrcaReply *ret_reply);

/*
 * orca_http_list: as orca_http_post where the answer is an array: *ret_array: (transfer full); NULL: it is none. An
 * error record of ORCA's is ANSWERED without an array.
 */
void orca_http_list (OrcaHttp *http, const char *path, const char *name, JsonObject *record, JsonArray **ret_array,
                     OrcaReply *ret_reply);

/* orca_http_get: the record of an answer to GET. */
void orca_http_get (OrcaHttp *http, const char *path, OrcaReply *ret_reply);

/* orca_http_shut: no proxy of the environment is used for @session (libsoup's), and nothing is unpacked. */
void orca_http_shut (gpointer session);

/*
 * orca_http_load_tls: what a session needs for @settings, also that of the push: the authorities and our certificate,
 * each NULL where there is none to be used. FALSE with an error.
 */
gboolean orca_http_load_tls (const OrcaSettings *settings, GTlsDatabase **ret_authorities,
                             GTlsCertificate **ret_certificate, GError **error);
