/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * desk-model: what the desk knows: the readers, the center, the visits that it has opened, and their answers. It
 * listens to the bus and says that something has changed; what it looks like is none of its business.
 *
 * What is personal in it (an answer, what a visit has failed of) is forgotten after a time; that a patient was checked
 * when, and with which result, stays. The daemon keeps none of it: a visit is closed as soon as its answer is here.
 */
#pragma once

#include "client/client.h"

typedef struct DeskModel DeskModel;

typedef struct
{
  void (*changed) (gpointer user_data);
  /* said: @sentence is for the person: what was refused. */
  void (*said) (const char *sentence, gpointer user_data);
} DeskModelObserver;

/* @forget_seconds: how long an answer is kept. */
DeskModel *desk_model_new (Client *client, guint forget_seconds, const DeskModelObserver *observer, gpointer user_data);
void desk_model_free (DeskModel *model);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (DeskModel, desk_model_free)

/* desk_model_attach: the daemon is there: asks it for everything. desk_model_detach: it is gone, and its visits too. */
void desk_model_attach (DeskModel *model);
void desk_model_detach (DeskModel *model);

/* The center's state, a word of the contract; "" while there is no daemon. */
const char *desk_model_get_center (const DeskModel *model);

typedef struct
{
  const char *path, *name;
  gboolean card, served, used, has_agent;
  guint64 used_since; /* 0: it is not used, or nobody knows */
  gboolean is_ours;   /* a visit of this desk has it */
} DeskReader;

guint desk_model_count_readers (const DeskModel *model);

/* desk_model_get_reader: number @index, from 0, in the order of their numbers. Its texts are valid until it changes. */
DeskReader desk_model_get_reader (const DeskModel *model, guint index);

typedef enum
{
  DESK_VISIT_RUNNING,
  DESK_VISIT_LEAVING, /* is being cancelled */
  DESK_VISIT_ANSWERED,
  DESK_VISIT_FAILED,
} DeskVisitState;

typedef struct
{
  guint number; /* for people, and for the calls below; counted from 1 */
  DeskVisitState state;
  const char *reader;                         /* its number; "" for a check by number */
  const char *step;                           /* a state of the contract; "" at the beginning */
  const char *answer;                         /* a word of the contract; "" without one */
  guint64 at_usec;                            /* when it was opened, or has ended */
  GVariant *eligibility, *consents, *failure; /* NULL: there is none, or it was forgotten */
} DeskVisit;

guint desk_model_count_visits (const DeskModel *model);

/*
 * desk_model_get_visit: number @index, from 0: first those that run, in order, then those that have ended, newest
 * first.
 */
DeskVisit desk_model_get_visit (const DeskModel *model, guint index);

/* desk_model_find_visit: Return: whether there is one of that number. */
gboolean desk_model_find_visit (const DeskModel *model, guint number, DeskVisit *ret_visit);

/* desk_model_count_running: the visits that have not ended. */
guint desk_model_count_running (const DeskModel *model);

/*
 * desk_model_open: a visit at @reader (its path; NULL: without a card), with @insured as of CheckNumber (floating, or
 * NULL). @consents: NULL-ended, or NULL.
 */
void desk_model_open (DeskModel *model, const char *reader, GVariant *insured, const char *const *consents,
                      gboolean same_card);

/* desk_model_cancel: visit @number, which runs; it leaves the list when everything is at rest. */
void desk_model_cancel (DeskModel *model, guint number);

/* desk_model_remove: visit @number, which has ended, leaves the list, and what is known of it is forgotten. */
void desk_model_remove (DeskModel *model, guint number);

/* desk_model_keep: somebody looks at visit @number: it is forgotten later. */
void desk_model_keep (DeskModel *model, guint number);
