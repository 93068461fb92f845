/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * orca-json: JSON as ORCA speaks it: records, texts and arrays, what is empty left out. In: JSON, or a tree of the
 * field's message. Out: texts and records that can be read without asking each time whether they are there. Pure.
 */
#pragma once

#include <json-glib/json-glib.h>

#include "codec/message.h"

/* orca_json_get_text: the text called @name of @record; "" where there is none, or no record. Borrowed. */
const char *orca_json_get_text (JsonObject *record, const char *name);

/*
 * orca_json_get_code: the same of a code, for the journal and for people: what is none, as a text with who knows what
 * in it, is "?". Borrowed.
 */
const char *orca_json_get_code (JsonObject *record, const char *name);

/* orca_json_get_record: the record called @name of @record; NULL where there is none. Borrowed. */
JsonObject *orca_json_get_record (JsonObject *record, const char *name);

/*
 * orca_json_get_records: the records called @name of @record: those of an array, or the one that stands there alone.
 * Return: (transfer container) of JsonObject, maybe empty.
 */
GPtrArray *orca_json_get_records (JsonObject *record, const char *name);

/* orca_json_set_text: leaves out a @text that is NULL or empty. */
void orca_json_set_text (JsonObject *record, const char *name, const char *text);

/* orca_json_parse_node: @size bytes that are JSON, not nested without measure. (transfer full); NULL: they are none. */
JsonNode *orca_json_parse_node (const char *bytes, gsize size);

/* orca_json_parse: @size bytes that are one JSON object. Return: (transfer full); NULL: they are none. */
JsonObject *orca_json_parse (const char *bytes, gsize size);

/* orca_json_print: Return: (transfer full): @record as one line. */
char *orca_json_print (JsonObject *record);

/*
 * orca_json_from_message: an element with children as a record. What ORCA has as an array, or what stands more than
 * once, is one. Return: (transfer full).
 */
JsonObject *orca_json_from_message (const Message *element);
