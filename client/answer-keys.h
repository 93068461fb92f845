/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * answer-keys: the one table of what an answer can hold: what each key is called, how its value reads, and on which
 * side of the first screen it stands. A key that is not in it is shown under its own name: nothing that the center sent
 * is hidden.
 */
#pragma once

#include <gio/gio.h>

typedef enum
{
  VALUE_TEXT,
  VALUE_WORD, /* a word of the contract */
  VALUE_DATE,
  VALUE_TIME,  /* since the epoch */
  VALUE_DAY,   /* the same, of a day in Japan */
  VALUE_MONTH, /* YYYYMM */
  VALUE_RATIO, /* percent */
  VALUE_FLAG,
  VALUE_CERTIFICATE, /* of a ceiling, OQSCD011 */
  VALUE_YEN,         /* with leading zeros */
  VALUE_VALIDITY,
  VALUE_KEY, /* the name of another key of an insurance */
} ValueType;

typedef enum
{
  SIDE_NONE, /* not on the first screen, or in a place of its own there */
  SIDE_PERSON,
  SIDE_INSURANCE,
} AnswerSide;

typedef struct
{
  const char *key;
  const char *label; /* msgid; NULL: shown elsewhere */
  ValueType type;
  AnswerSide side;
} AnswerRow;

/* Which dictionary of the contract a key is of. */
typedef enum
{
  ANSWER_WHOLE,     /* GetEligibility */
  ANSWER_INSURANCE, /* of Insurances */
  ANSWER_PART,      /* Elderly, Ceiling, of SpecificDiseases; and any dictionary that has no rows of its own */
  ANSWER_TICKET,    /* of PublicExpenses: medical aid, under the field's own names */
  ANSWER_CHANGE,    /* of Changes */
} AnswerPlace;

/* answer_keys_list: the rows of @place in the order of the card. */
const AnswerRow *answer_keys_list (AnswerPlace place, guint *ret_count);

/* answer_keys_find: Return: the row of @key, or NULL. */
const AnswerRow *answer_keys_find (AnswerPlace place, const char *key);

/* answer_keys_get_label: what @key is called; its own name where it is not known. */
const char *answer_keys_get_label (AnswerPlace place, const char *key);

/* answer_keys_format: @value of @key, which is no dictionary and no list of them. Return: (transfer full). */
char *answer_keys_format (AnswerPlace place, const char *key, GVariant *value);

/* answer_keys_format_consent: what became of one of GetConsents. Return: (transfer full). */
char *answer_keys_format_consent (GVariant *consent);

/* answer_keys_format_unmapped: where ● stands in @key of @insurance. Return: (transfer full), or NULL: nowhere. */
char *answer_keys_format_unmapped (GVariant *insurance, const char *key);

/* answer_keys_is_covered: whether @key of @part is a code that says nothing which another key of it does not. */
gboolean answer_keys_is_covered (GVariant *part, const char *key);
