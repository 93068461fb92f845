/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * token-modules: which PKCS #11 modules p11-kit's configuration (pkcs11.conf(5)) sets up for this program. In: folders
 * of descriptions. Out: the modules' files. Nothing is loaded here.
 */
#pragma once

#include <glib.h>

/*
 * token_modules_list: what NAME.module says in the first of @folders (ended by NULL) goes before what it says in those
 * that follow, key by key. Left out is what enable-in or disable-in keep from @program, what holds CAs (trust-policy)
 * and what is no file (remote); and whatever has a description that cannot be read, or that others can change.
 * @readers: whether OpenSC's module is wanted, and nothing but that; or all others.
 * Return: (transfer full) the modules' paths, which may be relative to p11-kit's own folder; in the order of the names.
 */
GPtrArray *token_modules_list (const char *const *folders, const char *program, gboolean readers);
