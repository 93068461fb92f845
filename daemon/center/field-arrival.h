/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * field-arrival: an answer that nobody here has asked for, as a terminal's file has it. In: its XML. Out: plain
 * structs, or what is wrong with it. Pure.
 */
#pragma once

#include "center/transport.h"

/*
 * field_arrival_read: @body: the message alone, as XML, in either encoding. @institution_code: whose it has to be;
 * NULL: anybody's; it says so itself in any case. It is about the day that it names itself; what of a certificate the
 * patient has agreed to is the terminal's to have asked: nothing is withheld. Return: (transfer full), its body is
 * @body; or NULL with MESSAGE_INVALID (not this XML, of another institution or of none, or it names nobody: nobody
 * could claim it), CENTER_BUSY (still worked on), or the error that a refusal names.
 */
TransportReply *field_arrival_read (GBytes *body, const char *institution_code, GError **error);
