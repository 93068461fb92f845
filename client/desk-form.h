/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* desk-form: the numbers of a patient's paper, typed into fields. What was typed is erased with the form. */
#pragma once

#include <gio/gio.h>

#include "client/page.h"

typedef struct DeskForm DeskForm;

DeskForm *desk_form_new (void);
void desk_form_free (DeskForm *form);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (DeskForm, desk_form_free)

/* desk_form_type: @character goes into the field, if it is one that can be read. */
void desk_form_type (DeskForm *form, gunichar character);

/* desk_form_erase: the last character of the field; @whole: all of it. */
void desk_form_erase (DeskForm *form, gboolean whole);

/* desk_form_move: to the field so many further down, or (negative) up. Return: FALSE: there is none; it stays. */
gboolean desk_form_move (DeskForm *form, int by);

/* desk_form_check: Return: what is missing, a sentence (static); the field is the one. NULL: nothing is. */
const char *desk_form_check (DeskForm *form);

/* desk_form_get_insured: as of CheckNumber. Return: floating. */
GVariant *desk_form_get_insured (const DeskForm *form);

/* desk_form_make_page: @ret_row, @ret_column: where the cursor stands. Return: (transfer full). */
Page *desk_form_make_page (const DeskForm *form, guint columns, guint *ret_row, guint *ret_column);
