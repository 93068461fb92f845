/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * records-model: the JSON document of records (data/doc/records.schema.json) as a doctor asks about it: which medicine,
 * from which institution, in which months, by which sources. The document comes in; rows go out. Nothing is left out:
 * what has no name is shown by its code.
 */
#pragma once

#include <json-glib/json-glib.h>

#define RECORDS_MONTH_SIZE 7 /* YYYYMM and its end */

/* A set of sources: one bit each, in the order of the words of records_model_get_source. */
typedef enum
{
  RECORDS_FROM_RECEIPT = 1 << 0,
  RECORDS_FROM_PRESCRIPTION = 1 << 1,
  RECORDS_FROM_DISPENSING = 1 << 2,
} RecordsFrom;

#define RECORDS_N_FROM 3u

/* records_model_get_source: the contract's word of the @number-th, static. */
const char *records_model_get_source (guint number);

/* One medicine in one month. */
typedef struct
{
  char month[RECORDS_MONTH_SIZE];
  guint from;         /* of RecordsFrom */
  const char *newest; /* the last day, YYYYMMDD; "" : not known */
  const char *amount; /* on that day: quantity, unit, times, as sent; in @medicine's words */
  const char *unit, *times, *usage, *instruction;
} RecordsCell;

typedef struct
{
  const char *code, *name, *ingredient; /* "": not sent */
  GArray *cells;                        /* of RecordsCell, newest month first */
} RecordsMedicine;

/* Who has prescribed, or, where that is not known, where it was. */
typedef struct
{
  const char *code, *name;
  GPtrArray *medicines; /* of RecordsMedicine, the newest first */
  char newest[RECORDS_MONTH_SIZE];
} RecordsPlaceOf;

typedef struct
{
  JsonParser *parser; /* owns the texts */
  JsonObject *document;
  GPtrArray *places; /* of RecordsPlaceOf, the newest first */
  GPtrArray *months; /* of char *, newest first: in which there is anything */
} RecordsModel;

/* records_model_new: Return: (transfer full), or NULL: @document, which must be valid as long, is no such document. */
RecordsModel *records_model_new (GBytes *document, GError **error);
void records_model_free (RecordsModel *model);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (RecordsModel, records_model_free)

/* records_model_get_text: the member @name of @object, which may be NULL; "" if there is none, or it is no text. */
const char *records_model_get_text (JsonObject *object, const char *name);

/* records_model_get_boolean: the member @name; @otherwise if there is none, or it is none. */
gboolean records_model_get_boolean (JsonObject *object, const char *name, gboolean otherwise);

/* records_model_get_object, records_model_get_array: the same of objects and arrays; NULL. Borrowed. */
JsonObject *records_model_get_object (JsonObject *object, const char *name);
JsonArray *records_model_get_array (JsonObject *object, const char *name);

/* records_model_count: the items of @array, which may be NULL. records_model_get_item: one, or NULL: no object. */
guint records_model_count (JsonArray *array);
JsonObject *records_model_get_item (JsonArray *array, guint number);
