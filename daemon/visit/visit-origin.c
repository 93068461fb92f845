/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* visit-origin: see the header. In: an origin. Out: its row. */
#include "visit/visit-origin.h"

static const VisitOriginRow rows[] = {
#define VISIT_ORIGIN_ROW(suffix, ...) [VISIT_ORIGIN_##suffix] = { __VA_ARGS__ },
  VISIT_ORIGINS (VISIT_ORIGIN_ROW)
#undef VISIT_ORIGIN_ROW
};

const VisitOriginRow *
visit_origin_get (VisitOrigin origin)
{
  g_return_val_if_fail (origin < VISIT_N_ORIGINS, NULL);

  return &rows[origin];
}

const char *
visit_evidence_to_string (VisitEvidence evidence)
{
  static const char *const words[] = {
#define VISIT_EVIDENCE_WORD(suffix, word) [VISIT_EVIDENCE_##suffix] = word,
    SHIKAKU_EVIDENCES (VISIT_EVIDENCE_WORD)
#undef VISIT_EVIDENCE_WORD
  };

  g_return_val_if_fail (evidence < VISIT_N_EVIDENCES, NULL);

  return words[evidence];
}
