/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * https-trust: who may pass for the center. In: the authority and, in a handshake, the chain that the other side shows.
 * Out: what is wrong with it. GLib's databases look at issuer, name and dates; this one also wants a certificate that
 * is meant for servers, and keys that are not weak.
 */
#pragma once

#include <gio/gio.h>

/* https_trust_new: @authority: kept. Return: (transfer full). */
GTlsDatabase *https_trust_new (GTlsDatabase *authority);
