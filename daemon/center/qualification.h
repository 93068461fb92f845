/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * qualification: what the center answered to a query, in plain structs. field-answer fills them; nothing here judges.
 *
 * Every text points into the center's message, which the qualification keeps. NULL: the center did not send it. Dates
 * are YYYYMMDD.
 */
#pragma once

#include <glib.h>

#include "codec/message.h"

/* QualificationValidity of the field (OQSCD006), in the order of its codes from 1. */
typedef enum
{
  QUALIFICATION_UNRECOGNISED, /* a code that is not in the table, or an answer that is neither success nor refusal */
  QUALIFICATION_VALID,
  QUALIFICATION_INVALID,
  QUALIFICATION_INVALID_NEW, /* another one has taken its place */
  QUALIFICATION_NONE,
  QUALIFICATION_SEVERAL,
  QUALIFICATION_VALID_UNREGISTERED,
  QUALIFICATION_N_VALIDITIES
} QualificationValidity;

/* Of one that is not in force on the day that was asked for the period is told, and no value: class, long_term_from. */
typedef struct
{
  const char *classification, *classification_date, *class_name, *from, *until, *long_term_from;
  const char *class_code; /* OQSCD012 */
} QualificationCeiling;

/* Likewise: self_pay. */
typedef struct
{
  const char *category, *name, *from, *until, *self_pay;
} QualificationDisease;

/* A medical ticket: its texts, called as the field calls them: the contract hands tickets on as they came. */
typedef struct
{
  guint n_texts;
  struct
  {
    const char *name, *text;
  } texts[];
} QualificationTicket;

typedef struct
{
  const char *classification, *insurer_number, *insurer_name, *symbol, *number, *branch;
  const char *relationship; /* "self", "family" */
  const char *name, *name_kana;
  GArray *name_unmapped; /* guint32 positions of ● in name; NULL if none */
  const char *sex;       /* "male", "female", "unknown" */
  const char *birthdate, *address, *post_number;
  const char *valid_from, *valid_until, *qualification_date, *disqualification_date, *loss_reason;
  gint burden_ratio; /* percent; -1: not sent */
  gboolean preschool, preschool_sent;
  const char *elderly_from, *elderly_until, *elderly_date;
  gint elderly_ratio;            /* percent; -1: not sent, or not in force on the day that was asked for */
  QualificationCeiling *ceiling; /* NULL: not sent */
  GArray *diseases;              /* of QualificationDisease; NULL if none */
  GPtrArray *tickets;            /* of QualificationTicket; NULL if none */
  const char *reference_number;
} QualificationInsurance;

typedef struct
{
  gint64 executed; /* when the center worked on it: microseconds since the epoch, UTC; 0: not sent */
  QualificationValidity validity;
  const char *code, *message; /* of the center, for people */
  const char *key;            /* what consents are registered for */
  gboolean changed, changed_sent;
  GPtrArray *insurances; /* of QualificationInsurance */
  Message *tree;         /* what the texts point into; of center alone */
} Qualification;

/* qualification_new: an empty one that owns @tree. */
Qualification *qualification_new (Message *tree);

/* qualification_add_insurance: appends a copy of @insurance, which is filled further by the caller. */
QualificationInsurance *qualification_add_insurance (Qualification *qualification,
                                                     const QualificationInsurance *insurance);

void qualification_free (Qualification *qualification);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Qualification, qualification_free)
