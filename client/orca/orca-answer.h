/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * orca-answer: what the center has said, as ORCA takes it. In: the center's message. Out: the records to post, and
 * what of it ORCA would cut without a word. Pure. Errors are of G_IO_ERROR, and never hold anything of the message.
 */
#pragma once

#include <gio/gio.h>

#include "client/orca/orca-json.h"

/* What ORCA takes of one post (its own program); what is beyond it drops in silence. */
#define ORCA_INSTITUTIONS_MAXIMUM 6 /* blocks of one month; 3 before February 2022 */
#define ORCA_DAYS_MAXIMUM 31        /* of a block */
#define ORCA_DRUGS_MAXIMUM 100      /* of a day */
#define ORCA_TREATMENTS_MAXIMUM 200 /* of a day */
#define ORCA_CHECKUPS_MAXIMUM 50    /* of a post */
#define ORCA_ITEMS_MAXIMUM 200      /* of a check-up */

/* What is there and does not arrive. */
typedef struct
{
  guint institutions;  /* blocks beyond the sixth of a month: posted later, they would empty it */
  guint prescriptions; /* of e-prescriptions: ORCA has no place for them */
  guint entries;       /* days, drugs, treatments, items beyond what one block takes */
} OrcaCut;

/* orca_answer_read: @bytes, JSON or XML as the center sent it. Return: (transfer full); NULL with an error. */
Message *orca_answer_read (GBytes *bytes, GError **error);

/*
 * orca_answer_make_result: "onlinequareq2" for onlinequa3: the answer to @part (orca-part.h), under ORCA's own
 * identifier. Return: (transfer full); NULL with an error: it is of another institution, or no answer by number.
 */
JsonObject *orca_answer_make_result (const Message *message, JsonObject *part, GError **error);

/*
 * orca_answer_make_face: "onlinequareq2" for onlinequa2, of a face file. *ret_birthdate: (transfer full) of the
 * patient, "" where there is none. Return: (transfer full); NULL with an error: it is no result of a card.
 */
JsonObject *orca_answer_make_face (const Message *message, char **ret_birthdate, GError **error);

/* orca_answer_read_person: whom it is about: Birthdate, Name, NameKana, InsurerNumber. (transfer full), maybe empty. */
JsonObject *orca_answer_read_person (const Message *message);

/* orca_answer_make_unit: one "BulkConfirmUnit" of the answer to the appointment @unit. Return, errors: as above. */
JsonObject *orca_answer_make_unit (const Message *message, JsonObject *unit, GError **error);

/*
 * orca_answer_make_drugs, orca_answer_make_checkups: "onlinedrugreq1", a post for each month; "onlinespecreq1", a post
 * for so many as it takes. Under ORCA's @identifier. Return: (transfer full) of JsonObject; NULL with an error: the
 * message is none of that kind. @cut: what does not arrive is added.
 */
GPtrArray *orca_answer_make_drugs (const Message *message, const char *identifier, OrcaCut *cut, GError **error);
GPtrArray *orca_answer_make_checkups (const Message *message, const char *identifier, OrcaCut *cut, GError **error);
