/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * orca-event: what ORCA announces. In: the JSON of an event, as it is pushed and as pusheventgetv2 gives it out. Out:
 * what is to be asked of ORCA. Pure.
 *
 * The number ("id") of an event wraps and may repeat: only its uuid says which it is. Nothing else in it is believed:
 * whoever can reach the push server may listen, and what an event is about is read back from ORCA.
 */
#pragma once

#include "client/orca/orca-json.h"

typedef enum
{
  ORCA_EVENT_SINGLE,       /* one check: onlinequa1 says what is wanted */
  ORCA_EVENT_REFERENCES,   /* register the reference numbers of all patients: onlinerefall1 */
  ORCA_EVENT_RESERVATIONS, /* check who has an appointment: onlinequaapp1 */
  ORCA_EVENT_CONSENTED,    /* fetch who has consented to home or online care, or another list: onlinequaapp1 */
  ORCA_EVENT_FOREIGN,      /* not ours */
} OrcaEventKind;

/* Process_Class of CONSENTED. */
#define ORCA_PROCESS_HOME "V001"
#define ORCA_PROCESS_ONLINE "O001"

typedef struct
{
  OrcaEventKind kind;
  char *uuid; /* of the event */
  char *time; /* by ORCA's clock, as ISO 8601 with its zone; "" if it does not say */
  char *hospital;
  char *patient, *date, *at; /* Patient_ID, Information_Date, Information_Time */
  char *row;                 /* Qualification_Uuid */
  char *day;                 /* Qualification_Date */
  char *process;             /* Process_Class */
} OrcaEvent;

/* orca_event_parse: @data: the event itself. Return: (transfer full); NULL: it is none. */
OrcaEvent *orca_event_parse (JsonObject *data);
void orca_event_free (OrcaEvent *event);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (OrcaEvent, orca_event_free)

/* orca_event_read_time: @time as OrcaEvent has it. Return: (transfer full), in its own zone; NULL: it is none. */
GDateTime *orca_event_read_time (const char *time);

/* orca_event_is_uuid: 8-4-4-4-12 hexadecimal digits. */
gboolean orca_event_is_uuid (const char *text);

/* orca_event_list: the events of an answer of pusheventgetv2, an array. Return: (transfer full) of OrcaEvent. */
GPtrArray *orca_event_list (JsonArray *answer);
