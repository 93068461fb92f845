/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * field-place: the children of an element into the members of a struct, by a table. An element of the message comes in;
 * its values go out, and what has no place in the table, or is not what it should be, among the others of the struct:
 * nothing that a center sends is lost.
 */
#pragma once

#include "center/qualification.h"

typedef enum
{
  FIELD_TEXT,
  FIELD_DATE,
  FIELD_BOUND, /* one end of a period: a text until field_place_is_in_force has judged it */
  FIELD_NODE,  /* an element that has elements of its own */
} FieldKind;

/* Where a child goes: to the const char *, or the const Message *, at @offset. */
typedef struct
{
  const char *element;
  guint offset;
  FieldKind kind;
} FieldRow;

#define FIELD_TABLE_SLOTS 128

/* @slots: zero at first; field-place finds rows by it. */
typedef struct
{
  const FieldRow *rows;
  guint8 n_rows;
  guint8 slots[FIELD_TABLE_SLOTS]; /* index of the row, from 1 */
} FieldTable;

typedef struct FieldReading FieldReading;

/* What happens to a child that no row names. */
typedef void (*FieldUnnamed) (FieldReading *reading, QualificationOthers **others, const Message *child);

/* An answer that is being read. field_place_begin sets it up. */
struct FieldReading
{
  const Message *request; /* that it answers */
  Qualification *qualification;
  gsize elements_left, bytes_left; /* how much more of what nobody knows is handed on */
};

/* field_place_begin: of the answer to @request, which becomes @qualification. Both borrowed. */
FieldReading field_place_begin (const Message *request, Qualification *qualification);

/*
 * field_place_fill: what @node holds into @target, which begins with its others. A blank value counts as absent.
 * @unnamed: for what is not in @table; field_place_add_other is one.
 */
void field_place_fill (FieldReading *reading, const Message *node, FieldTable *table, gpointer target,
                       FieldUnnamed unnamed);

/*
 * field_place_add_other: @child among @others, unless it is blank. What is nested too deeply, or too much in all, is
 * left out, which is remarked.
 */
void field_place_add_other (FieldReading *reading, QualificationOthers **others, const Message *child);

/* field_place_set_aside: the element called @name of @node among @others, because of @remark; N_REMARKS: of none. */
void field_place_set_aside (FieldReading *reading, QualificationOthers **others, const Message *node, const char *name,
                            Remark remark);

/* field_place_is_shallow: whether @node is nested no deeper than what is handed on as it was sent. */
gboolean field_place_is_shallow (const Message *node);

/* field_place_remark: @remark on what is being read. */
void field_place_remark (FieldReading *reading, Remark remark);

/* One end of a period: where it stands, and the element that it came in. */
typedef struct
{
  const char **text;
  const char *element;
} FieldBound;

/*
 * field_place_is_in_force: whether the day that was asked for lies in the period, its ends included. An end that was
 * not sent, or is all zeros or nines, is open; one that is no date says nothing that may be relied on. Ends that are no
 * dates are set aside: of @node, among @others.
 */
gboolean field_place_is_in_force (FieldReading *reading, QualificationOthers **others, const Message *node,
                                  const FieldBound *from, const FieldBound *until);
