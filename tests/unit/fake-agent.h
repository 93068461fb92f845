/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * fake-agent: the person at the reader, who answers as told, when told. One agent for every reader, or none.
 */
#pragma once

#include "base/error.h"
#include "visit/agent-port.h"

typedef struct
{
  gboolean absent;
  const char *only_reader;  /* that it serves; NULL: every one */
  const char *capabilities; /* "pin consent message" */
  const char *owner;
  guint references;

  gboolean gives_up; /* at the next question: CANCELLED */
  const char *pin;   /* NULL: PIN_REFUSED */
  guint tries_left;
  gboolean pin_held, consent_held;
  const char *refused; /* the kinds that the patient refuses, "drug test"; NULL: does not answer (CONSENT_DENIED) */

  char *together;       /* the combined question as it was put last; NULL: there was none */
  const char *answerer; /* who has answered; static; NULL: it does not say */

  GTask *pin_task, *consent_task; /* on the screen */
  guint pins, cancels;
  GString *questions; /* "ceiling,specific-disease drug,test": one word a RequestConsent */
  GString *messages;  /* "insert-card remove-card" */
  GPtrArray *texts;   /* of every question and message */
} FakeAgent;

FakeAgent *fake_agent_new (void);
void fake_agent_free (FakeAgent *agent);
AgentPort fake_agent_get_port (FakeAgent *agent);

/* fake_agent_release: the person answers now what was held. */
void fake_agent_release (FakeAgent *agent);

/* fake_agent_leave: the agent's program ends: what is on the screen fails with AGENT_GONE, and nothing can be asked. */
void fake_agent_leave (FakeAgent *agent);
