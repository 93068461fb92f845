/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * web-bond: the settings of one time, and the client that was made of them. It lives as long as somebody's calls go by
 * them, or until all are given up.
 */
#pragma once

#include "center/web-client.h"

typedef struct
{
  TransportBond bond;     /* first: it is what others see */
  GPtrArray *all;         /* of WebBond: those that live, this one among them; borrowed; NULL: it was given up */
  char *institution_code; /* NULL: not set, and the client asks nothing */
  char *files;            /* that show who we are, for people */
  WebClient *client;      /* NULL: it was given up */
} WebBond;

/* web_bond_new: with one reference; it stands in @all while it lives. */
WebBond *web_bond_new (GPtrArray *all, const WebApiSettings *settings);
void web_bond_unref (WebBond *bond);

/* web_bond_give_up_all: ends every call by those in @all. Whoever still holds one can do nothing with it. */
void web_bond_give_up_all (GPtrArray *all);

/* web_bond_is_same: whether their settings are the same, and what was found in the files. */
gboolean web_bond_is_same (const WebBond *a, const WebBond *b);

/*
 * web_bond_is_unread: whether the files of @bond, whose settings are those of @other, were not read yet, or are being
 * read for the first time: what is in them now counts.
 */
gboolean web_bond_is_unread (const WebBond *bond, const WebBond *other);
