/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * records-elements: what the field calls the parts of a document of records (data/doc/messages.md, "Medicines,
 * treatments and check-ups"), and what Shikaku's JSON calls them. The one table of both.
 *
 * A medicine comes from one of three sources, which say the same under other names.
 */
#pragma once

#include "codec/message.h"

/* Where an entry of medicines comes from. The same medicine may be in all three. */
typedef enum
{
  RECORDS_RECEIPT,      /* a month's claim: complete, and about 1.5 months late */
  RECORDS_PRESCRIPTION, /* an electronic prescription: at once */
  RECORDS_DISPENSING,   /* what was given for one: at once */
  RECORDS_N_SOURCES
} RecordsSource;

/* The elements that hold others, and those that are looked at one by one. NULL: this source has none. */
typedef struct
{
  const char *word;  /* of Shikaku: "receipt" */
  const char *list;  /* around the entries */
  const char *entry; /* one institution in one month */
  const char *month, *institution_code, *institution_name;
  const char *days, *day, *date, *prescribed;
  const char *medicines, *medicine;
  const char *treatments, *treatment;
} RecordsSourceElements;

/* records_elements_of: of @source, static. */
const RecordsSourceElements *records_elements_of (RecordsSource source);

/* records_elements_find: the source whose entries are called @element. Return: FALSE if none are. */
gboolean records_elements_find (const char *element, RecordsSource *ret_source);

/* records_source_to_string: the word, static: "receipt", "prescription", "dispensing". */
const char *records_source_to_string (RecordsSource source);

/*
 * A text of an object of the JSON document: @key in the object called @group (NULL: in it itself), from the element of
 * each source, or from that of the first, where there are no sources. Rows of one group follow each other.
 */
typedef struct
{
  const char *group, *key;
  const char *elements[RECORDS_N_SOURCES];
} RecordsRow;

typedef struct
{
  const RecordsRow *rows;
  gsize n_rows;
} RecordsTable;

#define RECORDS_ROWS_MAXIMUM 24 /* of a table */

extern const RecordsTable records_entry_table, records_day_table, records_medicine_table;
extern const RecordsTable records_treatment_table, records_addition_table; /* the latter: of dentists */
extern const RecordsTable records_checkup_table, records_item_table;

/* Where the key of each stands in its table: what makes two medicines the same. */
const char *records_table_find_element (const RecordsTable *table, RecordsSource source, const char *group,
                                        const char *key);

#define RECORDS_ADDITION_ELEMENT "DenMeTrAddInf" /* in a treatment, any number of them */
#define RECORDS_CHECKUP_ELEMENT "SpecificHealthCheckupInfo"
#define RECORDS_ITEMS_ELEMENT "HealthCheckupResultAndQuestionInfos"
#define RECORDS_ITEM_ELEMENT "HealthCheckupResultAndQuestionInfo"
#define RECORDS_CHECKUP_DATE_ELEMENT "EffectiveTime"
