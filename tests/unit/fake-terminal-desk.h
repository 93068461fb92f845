/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* fake-terminal-desk: a terminal's transport over folders that the test plays (fake-share), as a fixture of GTest. */
#pragma once

#include "center/terminal-folder.h"
#include "fake-share.h"

#define INSTITUTION "1312345678"
#define FACE_NAME "OQSsiquc01res_face_1312345678a1b2_20261130091500.xml"

typedef struct
{
  char *folder, *state, *first, *second, *copies;
  TerminalSettings settings;
  Transport *transport;
  GAsyncResult *result;
  GPtrArray *arrivals; /* of TransportArrival */
} Desk;

void fake_terminal_desk_set_up (Desk *desk, gconstpointer data);
void fake_terminal_desk_tear_down (Desk *desk, gconstpointer data);
/* fake_terminal_desk_open: again, by its settings, as after a restart. */
void fake_terminal_desk_open (Desk *desk);

#define TAKEN "<SegmentOfResult>1</SegmentOfResult>"
#define PERSON \
  "<ProcessingResultStatus>1</ProcessingResultStatus><ResultList><ResultOfQualificationConfirmation>" \
  "<InsurerNumber>06123456</InsurerNumber><InsuredIdentificationNumber>345</InsuredIdentificationNumber>" \
  "<Name>見本　太郎</Name><Birthdate>19800102</Birthdate></ResultOfQualificationConfirmation></ResultList>" \
  "<QualificationValidity>1</QualificationValidity>"
