/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * visit-options: what a caller asked for, in the one shape that it has from the bus down to the last step of its visit.
 */
#pragma once

#include "visit/consent-rules.h"
#include "visit/actor.h"
#include "visit/visit-origin.h"

#define VISIT_TIMEOUT_DEFAULT_SECONDS 120
#define VISIT_TIMEOUT_MAXIMUM_SECONDS 600

/* NULL or 0: not given. */
typedef struct
{
  const char *path;            /* object path of the visit to be; unique */
  const char *owner;           /* unique name */
  guint32 uid;                 /* of the owner's user */
  const Actor *actor;          /* who asks, and who it says it is; NULL: not known. Of a visit: never NULL */
  const char *caller;          /* the account's name, for people and the log; NULL: @owner */
  const char *reader;          /* object path; NULL: the only one there is. Of a visit: NULL: it has none */
  const char *reader_name;     /* instead of @reader. Of a visit: that of the reader that was chosen, for people */
  const char *const *consents; /* kinds, NULL-ended */
  const char *const *oral;     /* kinds to which staff has heard the patient's yes, NULL-ended */
  const char *answerer;        /* patient, guardian, carer. Of a visit: static. NULL or "": the first */
  const char *language;        /* for people: any tag, kept reduced; NULL or "": VISIT_LANGUAGE_DEFAULT */
  const char
      *purpose; /* "eligibility", "registration", "disaster", "emergency", "home", "online"; NULL, "": the first */
  const TransportNumberQuery *insured;     /* a visit by number; NULL: by card */
  const char *insured_name, *insured_kana; /* to be compared with what the center has */
  gboolean is_arrival;                     /* its answer has come from a terminal (visit_set_reply) */
  const char *ticket;                      /* the secret by which it is taken; NULL: none. Of a visit: NULL */
  guint uses;                              /* of the ticket; 0: as often as one likes */
  guint timeout_seconds;                   /* for the whole visit; 0: VISIT_TIMEOUT_DEFAULT_SECONDS */
  gboolean same_card;                      /* read a card that has already served */
  gboolean last_try;                       /* the PIN's last try may be spent */
  gboolean registers;                      /* of a visit: by its purpose */
  GSList *former; /* of a visit: texts of owners before, which a step under way still borrows */
} VisitOptions;

/*
 * visit_options_new: what was @given is judged, and copied for the visit: what is missing has its default; numbers are
 * trimmed and folded as people type them before they are judged. The reader is set when it was chosen. Consents are not
 * kept here: consents_new makes questions of them.
 * Return: (transfer full), or NULL with INVALID_OPTION that names the option.
 */
VisitOptions *visit_options_new (const VisitOptions *given, GError **error);
void visit_options_free (VisitOptions *options);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (VisitOptions, visit_options_free)

/* visit_options_get_origin: of the visit that these options open. */
VisitOrigin visit_options_get_origin (const VisitOptions *options);

/* visit_options_get_treatment: what the patient has come for, or is visited for. */
TransportTreatment visit_options_get_treatment (const VisitOptions *options);

/* visit_options_get_oral_cases: bits of ConsentOralCase that such a visit is. */
guint visit_options_get_oral_cases (const VisitOptions *options);

/* visit_options_forget_insured: numbers and names are not needed any more, and are the patient's. */
void visit_options_forget_insured (VisitOptions *options);

/* visit_options_set_owner: another one has taken the visit; @owner: NULL: nobody has it. */
void visit_options_set_owner (VisitOptions *options, const VisitOptions *owner);

/* visit_options_set_reader: the reader that was chosen. */
void visit_options_set_reader (VisitOptions *options, const char *path, const char *name);
