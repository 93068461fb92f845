/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * remark: what is odd about an answer, as numbers and as sets of them: values that are not what their element may hold,
 * and parts that contradict each other. A remark's word of the contract goes out. Pure. What each means, and what the
 * answer says then, stands in data/doc/messages.md, "Remarks".
 */
#pragma once

#include <glib.h>

/* Suffix of the number, word. The first part is set where a value is read, the second where the answer is judged. */
#define SHIKAKU_REMARKS(ROW) \
  ROW (CLASSIFICATION_BLANK, "classification-blank") \
  ROW (CUT_SHORT, "cut-short") \
  ROW (DATE_INVALID, "date-invalid") \
  ROW (DATE_OPEN, "date-open") \
  ROW (ELEMENT_TWICE, "element-twice") \
  ROW (NOT_IN_FORCE, "not-in-force") \
  ROW (RATIO_UNCLEAR, "ratio-unclear") \
  ROW (SEGMENT_OK_WITH_ERROR_CODE, "segment-ok-with-error-code") \
  ROW (SEX_DIFFERS, "sex-differs") \
  ROW (STATUS_ERROR_WITH_ANSWER, "status-error-with-answer") \
  ROW (STATUS_OK_WITH_ERROR_CODE, "status-ok-with-error-code") \
  ROW (TOO_MANY_SPECIFIC_DISEASES, "too-many-specific-diseases") \
  ROW (UNKNOWN_CODE, "unknown-code") \
  ROW (BEGINS_AFTER_DAY, "begins-after-day") \
  ROW (BIRTHDATE_AFTER_DAY, "birthdate-after-day") \
  ROW (BIRTHDATES_DIFFER, "birthdates-differ") \
  ROW (ENDED_BEFORE_DAY, "ended-before-day") \
  ROW (NONE_WITH_INSURANCE, "none-with-insurance") \
  ROW (SEVERAL_WITH_INSURANCE, "several-with-insurance") \
  ROW (TIME_IN_FUTURE, "time-in-future") \
  ROW (UNREGISTERED_WITH_ORDINARY_INSURANCE, "unregistered-with-ordinary-insurance") \
  ROW (OBJECTION, "objection")

#define REMARK_ENUM(suffix, word) REMARK_##suffix,
typedef enum
{
  SHIKAKU_REMARKS (REMARK_ENUM) N_REMARKS
} Remark;
#undef REMARK_ENUM

/* A set of remarks: one bit each. */
typedef guint32 Remarks;

#define REMARKS_OF(remark) ((Remarks)1 << (remark))
#define REMARKS_HAS(remarks, remark) (((remarks)&REMARKS_OF (remark)) != 0)

/* remark_to_string: the contract's word, static: "ended-before-day". */
const char *remark_to_string (Remark remark);
