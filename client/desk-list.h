/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* desk-list: the desk at one glance: readers, visits under way, the last answers; and which line is which. */
#pragma once

#include "client/desk-model.h"
#include "client/page.h"

typedef struct DeskList DeskList;

typedef enum
{
  DESK_ROW_NONE, /* a heading, or a line that says that there is nothing */
  DESK_ROW_READER,
  DESK_ROW_VISIT,
} DeskRowKind;

/* What stands in a line; it stays the same while what is around it changes. */
typedef struct
{
  DeskRowKind kind;
  char *path;   /* of the reader; or NULL */
  guint number; /* of the visit */
} DeskRow;

void desk_row_clear (DeskRow *row);

/* desk_list_new: @selected: gets a mark, and is corrected where it is not there any more. */
DeskList *desk_list_new (const DeskModel *model, guint columns, DeskRow *selected);
void desk_list_free (DeskList *list);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (DeskList, desk_list_free)

const Page *desk_list_get_page (const DeskList *list);

/* desk_list_get_selected: the line that has the mark; -1: there is none to have it. */
int desk_list_get_selected (const DeskList *list);

/* desk_list_move: @selected becomes what is so many lines that can be selected further down, or (negative) up. */
void desk_list_move (const DeskList *list, DeskRow *selected, int by);
