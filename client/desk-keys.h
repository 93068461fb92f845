/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* desk-keys: the one table of what the keys of the desk do; its bar and its help are made from it. */
#pragma once

#include "client/page.h"

typedef enum
{
  DESK_VIEW_LIST,
  DESK_VIEW_FORM,
  DESK_VIEW_ANSWER,
  DESK_VIEW_TEXT, /* diagnosis, help */
} DeskView;

typedef enum
{
  DESK_ACTION_NONE,
  DESK_ACTION_OPEN,
  DESK_ACTION_OPEN_SAME_CARD,
  DESK_ACTION_NUMBER,
  DESK_ACTION_SHOW,
  DESK_ACTION_CANCEL,
  DESK_ACTION_FORGET,
  DESK_ACTION_FREE, /* the reader, whoever's visit is there */
  DESK_ACTION_DIAGNOSE,
  DESK_ACTION_HELP,
  DESK_ACTION_QUIT,
  DESK_ACTION_UP,
  DESK_ACTION_DOWN,
  DESK_ACTION_PAGE_UP,
  DESK_ACTION_PAGE_DOWN,
  DESK_ACTION_ALL, /* of the answer, or one screen of it */
  DESK_ACTION_BACK,
  DESK_ACTION_NEXT, /* field; after the last: the check */
} DeskAction;

/* desk_keys_find: what @key (a character, or a DeskKey) does in @view. */
DeskAction desk_keys_find (DeskView view, gunichar key);

/* desk_keys_make_bar: the keys of @view that fit, the most important of them. Return: (transfer full). */
char *desk_keys_make_bar (DeskView view, guint columns);

/* desk_keys_make_help: all keys. Return: (transfer full). */
Page *desk_keys_make_help (guint columns);
