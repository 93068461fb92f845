/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * https-line: a TCP connection that hands over so much in a turn of the main loop, and no more. What comes in is
 * whatever the other side sends, as fast as it can; out goes a piece of it, then "not yet", until the reader waits.
 * Without it, libsoup and GnuTLS read on as long as there is something to read: a center could hold the loop for ever.
 */
#pragma once

#include <gio/gio.h>

#define HTTPS_LINE_TURN_SIZE 32768 /* bytes: two records of TLS */

/* https_line_set_up: every TCP connection that GSocketClient makes is one. Once, before there are threads. */
void https_line_set_up (void);

/* How the other side has begun to speak. */
typedef enum
{
  HTTPS_GREETING_NONE,    /* nothing, or too little to tell */
  HTTPS_GREETING_TLS,     /* records of TLS */
  HTTPS_GREETING_OLD_TLS, /* of a version before 1.2, or an alert that ours is none for it */
  HTTPS_GREETING_OTHER,   /* no TLS at all */
} HttpsGreeting;

/* https_line_get_greeting: @connection: of TCP, which nobody reads any more. */
HttpsGreeting https_line_get_greeting (GIOStream *connection);
/* https_line_get_greeting_under: of the connection that @tls is made on; NULL: it did not come to one. */
HttpsGreeting https_line_get_greeting_under (GTlsConnection *tls);

/* https_line_note_addresses: numeric, in place of those there (transfer full). @local: NULL: not connected yet. */
void https_line_note_addresses (GIOStream *connection, char **peer, char **local);
