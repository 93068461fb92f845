/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * visit-private: the memory of a visit, for the rooms of the visit only. Each of its parts belongs to the room of the
 * same name (life: visit-life.c), which alone reads and writes it; visit.c, on top of them, may read all of it. What
 * stands before the parts is set by visit_new and stays, but for what has a comment.
 */
#pragma once

#include "card/card-worker.h"
#include "visit/card-proof.h"
#include "visit/consent.h"
#include "visit/eligibility.h"
#include "visit/ledger-person.h"
#include "visit/visit-host.h"
#include "visit/visit-options.h"
#include "visit/visit-origin.h"
#include "visit/visit-ticket.h"

/* What the rooms above do; visit.c fills it. */
typedef struct VisitSteps
{
  void (*begin) (Visit *visit);     /* from the main loop: the first step */
  void (*timed_out) (Visit *visit); /* the time for the visit is over: it has to be ended */
  void (*stop) (Visit *visit);      /* the end is decided: what runs shall stop */
  void (*let_go) (Visit *visit);    /* nothing runs any more: card and agent are given back */
  void (*finish) (Visit *visit);    /* it is about to be as it was decided to end: the last look at its answer */
  void (*report) (Visit *visit, VisitState state); /* and is going to be told as @state now */
  void (*went_quiet) (Visit *visit);               /* last; it may be freed */
} VisitSteps;

/* What has become of the registration of a card. */
typedef enum
{
  VISIT_REGISTRATION_NONE,
  VISIT_REGISTRATION_DUE,    /* the center has refused the card; other questions are still on the screen */
  VISIT_REGISTRATION_ASKING, /* the terms are on the patient's screen */
  VISIT_REGISTRATION_SENT,
  VISIT_REGISTRATION_OVER,
} VisitRegistrationState;

struct Visit
{
  guint references; /* visit.c's */
  const VisitHost *host;
  VisitOptions *options;
  VisitOrigin origin;
  const VisitOriginRow *row; /* of the origin */
  Transport *transport;      /* that proves the card and asks the center */
  GPtrArray *tickets;        /* of VisitTicket: of those that are good. visit.c's */
  gint64 opened;             /* microseconds since the epoch */
  const char *method;        /* visit.c's; static */
  LedgerPersonHashes asked;  /* whose numbers were typed; visit.c's */
  VisitClock clock;          /* every step's */

  struct
  {
    const VisitSteps *steps;
    VisitState state;
    guint start_source, timeout_source, quiet_source;
    guint pending; /* steps that run */
    GCancellable *cancellable;
    gboolean for_sleep;           /* of the machine */
    gboolean is_ending, is_quiet; /* the end is decided; nothing runs any more */
    gboolean is_closing;          /* its owner wants nothing of it but word of its end */
    gboolean is_closed;           /* nobody wants to hear of it any more */
    VisitState outcome;           /* as decided */
    VisitState during;            /* it was in this state when it ended */
    const char *by;               /* who has ended it; static; NULL: nobody, it came to its end */
    GError *error;
    char *error_message;
    GPtrArray *waiters; /* of GTask: who wants to know when it is quiet */
    gint64 expires;     /* microseconds since the epoch */
  } life;

  struct
  {
    Agent *agent;
    char *path; /* by which the agent knows the visit: that of when it was acquired */
    gboolean is_caller;
    gboolean is_asking; /* a question is on the patient's screen */
  } agent;

  struct
  {
    CardWorker *worker; /* NULL: it needs no card, or does not any more */
    CardProof *proof;
    gboolean is_present, is_usable;
    gboolean has_come; /* since it was begun to be read, another one came */
    guint look_source; /* it slipped out while it was read: when to look again */
    void (*proved) (Visit *visit);
  } card;

  struct
  {
    CertificateTerm term; /* of the card's certificate; GOOD until it is read */
    char until[9];        /* its last day, YYYYMMDD */
  } certificate;

  struct
  {
    VisitRegistrationState state;
    GError *refusal; /* of the center, that stands if nothing is registered; NULL: none */
    Consent terms;   /* what the patient was shown and has said, and what became of it */
    void (*again) (Visit *visit);
    gboolean is_in_doubt; /* whether the center has registered the card is not known */
  } registration;

  struct
  {
    GCancellable *running; /* of the fetch that is under way; NULL: none is */
  } records;

  struct
  {
    struct VisitChangesQuestion *question; /* to the disk; NULL: nothing is looked for */
    guint timer;                           /* until it is not waited for any longer */
    void (*done) (Visit *visit);
  } changes;

  struct
  {
    GArray *list; /* of Consent, in the order asked */
    const struct VisitConsentsSteps *steps;
    gboolean are_answered;  /* nobody is to be asked any more */
    gboolean is_begun;      /* what was answered goes into the ledger, and to the center */
    gboolean is_told;       /* the center is told of some */
    gboolean is_over;       /* and what came of it is known, as far as the visit waits for it */
    LedgerPersonHashes who; /* as the book has it */
  } consents;

  struct
  {
    void (*send) (Visit *visit, ConsentKinds agreed, const TransportConsentText *texts, GAsyncReadyCallback callback);
    GBytes *(*name_question) (Visit *visit, ConsentKinds agreed);
    TransportReply *brought; /* the answer that the visit begins with; visit.c's; NULL: it is to be asked for */
    gboolean is_asking;      /* it is under way */
    gboolean is_late;        /* and is given up: the time for the visit is over */
    gboolean is_kept;        /* it has no answer, and is being put into the queue */
    Eligibility *eligibility;
    gboolean is_answered;
  } query;
};
