/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * fake-terminal: a transport that brings what it is told to bring, and writes down what it may let go of; and the files
 * of invented people that a terminal brings.
 */
#pragma once

#include "center/transport.h"

typedef struct
{
  Transport transport;
  GString *released; /* names, each followed by a blank */
  gboolean *freed;   /* where to say so, if the test wants to know */
} FakeTerminal;

FakeTerminal *fake_terminal_new (void);

/* What stands in a file. NULL: it does not. */
typedef struct
{
  const char *name, *kana, *birthdate;
  const char *insurer_number, *symbol, *number, *branch;
  const char *reference;
  const char *more; /* other elements of the insurance, as XML */
} FakePatient;

/* fake_terminal_make_xml: (transfer full). @identifier: of the file: with another one it is another file. */
GBytes *fake_terminal_make_xml (const FakePatient *patient, const char *identifier);

/* fake_terminal_bring: a file called @name, of @patient, who stood there at @at; its name is its identifier too. */
void fake_terminal_bring (FakeTerminal *terminal, const char *name, const FakePatient *patient, gint64 at);
