/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* field-place: see the header. */
#include "center/field-place.h"

#include <string.h>

#include "center/field-question.h"
#include "center/field-value.h"
#include "codec/japanese-text.h"

#define OTHER_DEPTH_MAXIMUM 8 /* of one element: a bus message nests three containers for each, and 64 in all */
#define OTHERS_MAXIMUM 1024   /* elements of one answer */
#define OTHERS_SIZE_MAXIMUM 65536

FieldReading
field_place_begin (const Message *request, Qualification *qualification)
{
  const char *day = field_question_get_day (request);

  if (day != NULL)
    g_strlcpy (qualification->day, day, sizeof qualification->day);
  return (FieldReading){ request, qualification, OTHERS_MAXIMUM, OTHERS_SIZE_MAXIMUM };
}

void
field_place_remark (FieldReading *reading, Remark remark)
{
  reading->qualification->remarks |= REMARKS_OF (remark);
}

/* A walk over an element and all below it. */
typedef struct
{
  gsize n, size;
  guint depth;
} Extent;

static void
measure (const Message *node, guint depth, Extent *extent)
{
  extent->n++;
  extent->size += strlen (message_get_name (node)) + strlen (message_get_text (node));
  extent->depth = MAX (extent->depth, depth);
  for (const Message *child = message_get_first_child (node); child != NULL; child = message_get_next (child))
    measure (child, depth + 1, extent);
}

gboolean
field_place_is_shallow (const Message *node)
{
  for (const Message *child = message_get_first_child (node); child != NULL; child = message_get_next (child))
    if (message_get_first_child (child) != NULL)
      {
        Extent extent = { 0, 0, 0 };

        measure (child, 1, &extent);
        if (extent.depth > OTHER_DEPTH_MAXIMUM)
          return FALSE;
      }
  return TRUE;
}

void
field_place_add_other (FieldReading *reading, QualificationOthers **others, const Message *child)
{
  Extent extent = { 0, 0, 0 };

  if (message_get_first_child (child) == NULL && field_value_get (message_get_text (child)) == NULL)
    return;
  measure (child, 1, &extent);
  if (extent.depth > OTHER_DEPTH_MAXIMUM || extent.n > reading->elements_left || extent.size > reading->bytes_left)
    {
      field_place_remark (reading, REMARK_CUT_SHORT);
      return;
    }
  reading->elements_left -= extent.n;
  reading->bytes_left -= extent.size;
  if (*others == NULL)
    *others = g_ptr_array_new ();
  g_ptr_array_add (*others, (gpointer)child);
}

void
field_place_set_aside (FieldReading *reading, QualificationOthers **others, const Message *node, const char *name,
                       Remark remark)
{
  const Message *child = message_find (node, name);

  if (remark != N_REMARKS)
    field_place_remark (reading, remark);
  if (child != NULL)
    field_place_add_other (reading, others, child);
}

/* hash: names of the field have long beginnings in common, and differ in length and towards their end. */
static guint
hash (const char *name)
{
  const gsize size = strlen (name);

  return size < 4 ? (guint)size
                  : (guint)size * 7 + (guchar)name[size - 3] * 31 + (guchar)name[size - 4] * 5 + (guchar)name[3];
}

/* set_up: gives each row its slot. */
static void
set_up (FieldTable *table)
{
  for (guint i = 0; i < table->n_rows; i++)
    {
      guint slot = hash (table->rows[i].element) % FIELD_TABLE_SLOTS;

      while (table->slots[slot] != 0)
        slot = (slot + 1) % FIELD_TABLE_SLOTS;
      table->slots[slot] = (guint8)(i + 1);
    }
}

static const FieldRow *
find_row (FieldTable *table, const char *name)
{
  if (table->slots[hash (table->rows[0].element) % FIELD_TABLE_SLOTS] == 0)
    set_up (table);
  for (guint slot = hash (name) % FIELD_TABLE_SLOTS; table->slots[slot] != 0; slot = (slot + 1) % FIELD_TABLE_SLOTS)
    if (strcmp (table->rows[table->slots[slot] - 1].element, name) == 0)
      return &table->rows[table->slots[slot] - 1];
  return NULL;
}

/* put_text: the text of @child where @row says. */
static void
put_text (FieldReading *reading, const Message *child, const FieldRow *row, gpointer target)
{
  const char *text = field_value_get (message_get_text (child));
  const char **place = &G_STRUCT_MEMBER (const char *, target, row->offset);

  if (text == NULL && message_get_first_child (child) == NULL)
    return;
  if (text == NULL || *place != NULL || (row->kind == FIELD_DATE && !japanese_text_is_date (text)))
    {
      field_place_remark (reading, text == NULL                 ? REMARK_UNKNOWN_CODE
                                   : *place != NULL             ? REMARK_ELEMENT_TWICE
                                   : field_value_is_open (text) ? REMARK_DATE_OPEN
                                                                : REMARK_DATE_INVALID);
      field_place_add_other (reading, target, child);
      return;
    }
  *place = text;
}

void
field_place_fill (FieldReading *reading, const Message *node, FieldTable *table, gpointer target, FieldUnnamed unnamed)
{
  for (const Message *child = message_get_first_child (node); child != NULL; child = message_get_next (child))
    {
      const FieldRow *row = find_row (table, message_get_name (child));

      if (row == NULL)
        unnamed (reading, target, child);
      else if (row->kind != FIELD_NODE)
        put_text (reading, child, row, target);
      else if (message_get_first_child (child) != NULL
               && G_STRUCT_MEMBER (const Message *, target, row->offset) == NULL)
        G_STRUCT_MEMBER (const Message *, target, row->offset) = child;
      else
        field_place_add_other (reading, target, child);
    }
}

/* judge_bound: Return: whether the day that was asked for lies on the right side of @bound, which is set aside if it is
 * no date. */
static gboolean
judge_bound (FieldReading *reading, QualificationOthers **others, const Message *node, const FieldBound *bound,
             int wrong_side)
{
  const char *text = *bound->text, *day = reading->qualification->day;
  int order;

  if (text == NULL)
    return TRUE;
  if (!japanese_text_is_date (text))
    {
      const gboolean is_open = field_value_is_open (text);

      field_place_set_aside (reading, others, node, bound->element, is_open ? REMARK_DATE_OPEN : REMARK_DATE_INVALID);
      *bound->text = NULL;
      return is_open;
    }
  order = *day != '\0' ? strcmp (text, day) : 0;
  return order * wrong_side <= 0;
}

gboolean
field_place_is_in_force (FieldReading *reading, QualificationOthers **others, const Message *node,
                         const FieldBound *from, const FieldBound *until)
{
  const gboolean has_begun = judge_bound (reading, others, node, from, 1);

  return judge_bound (reading, others, node, until, -1) && has_begun;
}
