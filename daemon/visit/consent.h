/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* consent: one question to the patient of a visit, and what became of it. Data only: no source beside it. */
#pragma once

#include "base/error.h"
#include "codec/consent-kind.h"

typedef struct
{
  ConsentKind kind;
  gboolean answered;  /* the patient was asked and answered */
  gboolean agreed;    /* the patient said yes */
  gboolean granted;   /* the center has taken that down */
  gint64 at, until;   /* microseconds since the epoch, UTC; 0: not known */
  ShikakuError error; /* why the center did not take the consent down, or NONE */
} Consent;
