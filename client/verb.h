/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * verb: what one verb of shikakuctl is made of. Each is a file verb-<name>.c with one Verb in it; verbs.c lists them.
 */
#pragma once

#include <glib.h>

typedef struct Client Client;

/* The words that an option takes, or that stand behind a word, where they are known beforehand. */
typedef struct
{
  const char *option; /* its long name; or the word */
  const char *const *words;
} VerbValues;

typedef struct
{
  const char *name;
  const char *summary;       /* msgid */
  const char *const *words;  /* what can be done, NULL-ended: one of them must follow; NULL: nothing may */
  const char *const *argued; /* those of the words after which one argument stands, NULL-ended; NULL: none */
  const GOptionEntry *options;
  const VerbValues *values; /* of the options, ended by a NULL option; NULL: none takes words of a list */
  gboolean stays;           /* waits for the daemon, and for its return, until Ctrl-C */
  gboolean waits;           /* for people: a daemon that lives may answer late */
  /* check: what GOption cannot. Return: what is wrong, a sentence (transfer full), or NULL. NULL: nothing to check. */
  char *(*check) (void);
  gboolean (*alone) (Client *client); /* what needs no daemon. Return: FALSE: it does. NULL: it always does */
  void (*start) (Client *client);
  void (*vanished) (Client *client);  /* the daemon went away; NULL: nothing to put down */
  void (*interrupt) (Client *client); /* Ctrl-C; NULL: the program just ends */
  /*
   * notice: @sentence is news of the daemon itself, for a verb whose screen is its own; may be called before start().
   * NULL: it goes to standard error.
   */
  void (*notice) (Client *client, const char *sentence);
  void (*finish) (Client *client); /* last call, on every way out; NULL: nothing to put down */
} Verb;

extern const Verb verb_status, verb_readers, verb_check, verb_desk, verb_agent, verb_watch, verb_diagnose, verb_config,
    verb_statistics, verb_outages, verb_changes, verb_events, verb_receipt, verb_records, verb_ledger, verb_consent,
    verb_arrivals, verb_claim;
