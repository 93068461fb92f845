/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * visit-private: what the rooms of one visit share. visit.c keeps the state and the end, visit-card.c the way to a
 * proved card, visit-query.c consents and the center. The station opens visits and tells them of their card.
 *
 * Whatever runs for a visit is counted with visit_hold and visit_release. The end is decided once (visit_end) and takes
 * place when nothing runs any more, from the main loop.
 */
#pragma once

#include "base/error.h"
#include "card/card-worker.h"
#include "visit/agent-port.h"
#include "visit/card-proof.h"
#include "visit/statistics.h"
#include "visit/visit.h"

/* What a visit has from its station. It outlives every visit that has not come to rest. */
typedef struct
{
  Transport *transport;
  AgentPort agents;
  Statistics *statistics;
  guint retention;                                                     /* seconds */
  CardAuthorities *(*get_authorities) (gpointer data, GError **error); /* (transfer none) */
  void (*started) (Visit *visit, gpointer data);                       /* from the loop: it may be told of */
  void (*card_read) (Visit *visit, gpointer data);                     /* the card has served */
  void (*changed) (Visit *visit, gpointer data);
  void (*rested) (Visit *visit, gpointer data); /* once, last */
  gpointer data;
} VisitHost;

struct Visit
{
  guint references;
  const VisitHost *host;

  /* What was asked for. */
  char *path, *owner, *caller, *language;
  char *reader_path, *reader_name; /* "/" and "" without a reader */
  CardWorker *worker;              /* NULL: a visit by number */
  TransportNumberQuery *insured;   /* NULL: a visit by card */
  GArray *consents;                /* of Consent, in the order asked */
  const char *origin, *method;
  gboolean last_try, same_card;
  gint64 opened, expires; /* microseconds since the epoch */

  /* What is going on. */
  VisitState state;
  guint start, timeout, rest; /* sources */
  guint pending;              /* steps that run for it */
  GCancellable *cancellable;
  Agent *agent;
  gboolean agent_is_caller;
  gboolean started, card_present, card_usable;
  CardProof *proof;
  gboolean asking; /* a question is on the patient's screen */
  VisitClock clock;
  gboolean query_answered, consents_answered;

  /* How it ends. */
  gboolean for_sleep;              /* of the machine */
  gboolean ending, rested, closed; /* closed: nobody wants to hear of it any more */
  VisitState outcome;
  GError *error;
  char *error_message;
  Eligibility *eligibility;
  GPtrArray *cancel_tasks;
  gint64 erase_at; /* monotonic microseconds; of the station's retention */
};

/* visit_new: @insured: NULL for a card. Nothing moves before visit_start. */
typedef struct
{
  const char *path, *owner, *caller, *language, *reader_path, *reader_name;
  CardWorker *worker;
  const TransportNumberQuery *insured;
  GArray *consents; /* (transfer full) of Consent */
  guint timeout;    /* seconds */
  gboolean last_try, same_card;
} VisitSettings;

Visit *visit_new (const VisitHost *host, const VisitSettings *settings);

/* visit_start: lets it move from the main loop; it holds a reference until it rests. */
void visit_start (Visit *visit);

/* visit_set_state: the one setter. Logs and tells. */
void visit_set_state (Visit *visit, VisitState state);

/* visit_hold, visit_release: around every asynchronous step. The last release lets a decided end take place. */
void visit_hold (Visit *visit);
void visit_release (Visit *visit);

/* visit_end: decides how it ends, unless it is decided, and stops what runs. @error: (transfer full); NULL for done. */
void visit_end (Visit *visit, VisitState outcome, GError *error);
void visit_fail (Visit *visit, ShikakuError code, const char *reason);

/* visit_interrupt: ends it with SHUTTING_DOWN: the daemon is being stopped, or the machine is going to sleep. */
void visit_interrupt (Visit *visit, gboolean for_sleep);

/* visit_give_up: tells the decided end though something still runs for it: when the daemon will not wait for that. */
void visit_give_up (Visit *visit);

/* visit_replace_error: a better-known reason for an end that is decided but has not taken place. */
void visit_replace_error (Visit *visit, ShikakuError code, const char *reason);

AgentContext visit_get_agent_context (Visit *visit);

/* visit_show: a message on the patient's screen, if the agent has one. */
void visit_show (Visit *visit, const char *message);

/*
 * visit_acquire_agent: takes the agent that serves the visit's reader now; if nobody does, the one it had stays.
 * FALSE: it had none, and has failed with NO_AGENT.
 */
gboolean visit_acquire_agent (Visit *visit, const char *capability);

/* visit-card */
void visit_card_begin (Visit *visit);

/* visit_set_card: what lies in the reader now. @usable: it may be read for this visit. */
void visit_set_card (Visit *visit, gboolean present, gboolean usable);

/* visit_reader_gone: the reader was unplugged. A proved card does not need it any more. */
void visit_reader_gone (Visit *visit);

/* visit-report: the end of @visit, as @state, for the journal and the statistics. It was in @before. */
void visit_report_end (Visit *visit, VisitState before, VisitState state);

/* visit-query */
void visit_query_begin (Visit *visit);
