/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * qualification: what the center answered to a query, in plain structs. field-insurance and field-answer fill them;
 * nothing here judges.
 *
 * Every text points into the center's message, which the qualification keeps. NULL: the center did not send it, or sent
 * blanks. Dates are YYYYMMDD, and the calendar has them. What has no place of its own is among the others of its place:
 * elements of the message, as they were sent.
 *
 * An element of the field is one row of a list below: that makes its member, its place in the message (field-insurance)
 * and its key on the bus (bus-eligibility).
 */
#pragma once

#include "center/remark.h"
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

/*
 * TEXT (member, element, key): told as it is. DATE: the same, if it is one. BOUND: a date that begins or ends a period.
 * RAW (member, element): what it means is told by another member. NODE: has elements of its own.
 */
#define QUALIFICATION_INSURANCE_ELEMENTS(TEXT, DATE, RAW, NODE) \
  TEXT (address, "Address", "Address") \
  TEXT (beneficiary_number, "BeneficiaryNumber", "BeneficiaryNumber") \
  DATE (birthdate, "Birthdate", "Birthdate") \
  DATE (disqualification_date, "DisqualificationDate", "DisqualificationDate") \
  NODE (elderly_node, "ElderlyRecipientCertificateInfo") \
  TEXT (branch, "InsuredBranchNumber", "Branch") \
  TEXT (classification, "InsuredCardClassification", "Classification") \
  DATE (valid_until, "InsuredCardExpirationDate", "ValidUntil") \
  TEXT (symbol, "InsuredCardSymbol", "Symbol") \
  DATE (valid_from, "InsuredCardValidDate", "ValidFrom") \
  DATE (issued_on, "InsuredCertificateIssuanceDate", "IssuedOn") \
  TEXT (number, "InsuredIdentificationNumber", "Number") \
  TEXT (insured_name, "InsuredName", "InsuredName") \
  RAW (ratio_code, "InsuredPartialContributionRatio") \
  TEXT (insurer_name, "InsurerName", "InsurerName") \
  TEXT (insurer_number, "InsurerNumber", "InsurerNumber") \
  NODE (ceiling_node, "LimitApplicationCertificateRelatedInfo") \
  TEXT (name, "Name", "Name") \
  TEXT (name_kana, "NameKana", "NameKana") \
  TEXT (name_of_other, "NameOfOther", "NameOfOther") \
  TEXT (name_of_other_kana, "NameOfOtherKana", "NameOfOtherKana") \
  RAW (relationship_code, "PersonalFamilyClassification") \
  TEXT (post_number, "PostNumber", "PostNumber") \
  RAW (preschool_code, "PreschoolClassification") \
  RAW (prescription_code, "PrescriptionIssueSelect") \
  TEXT (public_expense_number, "PublicExpenseNumber", "PublicExpenseNumber") \
  NODE (tickets_node, "PublicExpenseResultList") \
  RAW (change_code, "QualificationChangeFlg") \
  DATE (qualification_date, "QualificationDate", "QualificationDate") \
  TEXT (loss_reason, "ReasonOfLoss", "LossReason") \
  TEXT (reference_number, "ReferenceNumber", "ReferenceNumber") \
  RAW (sex1_code, "Sex1") \
  RAW (sex2_code, "Sex2") \
  NODE (diseases_node, "SpecificDiseasesCertificateList") \
  TEXT (welfare_office_name, "WelfareOfficeName", "WelfareOfficeName")

#define QUALIFICATION_ELDERLY_ELEMENTS(TEXT, DATE, BOUND, RAW) \
  DATE (date, "ElderlyRecipientCertificateDate", "Date") \
  RAW (ratio_code, "ElderlyRecipientContributionRatio") \
  BOUND (until, "ElderlyRecipientValidEndDate", "Until") \
  BOUND (from, "ElderlyRecipientValidStartDate", "From")

#define QUALIFICATION_CEILING_ELEMENTS(TEXT, DATE, BOUND, RAW) \
  TEXT (classification, "LimitApplicationCertificateClassification", "Classification") \
  TEXT (class_code, "LimitApplicationCertificateClassificationFlag", "Class") \
  DATE (classification_date, "LimitApplicationCertificateDate", "Date") \
  DATE (long_term_from, "LimitApplicationCertificateLongTermDate", "LongTermFrom") \
  BOUND (until, "LimitApplicationCertificateValidEndDate", "Until") \
  BOUND (from, "LimitApplicationCertificateValidStartDate", "From")

#define QUALIFICATION_DISEASE_ELEMENTS(TEXT, DATE, BOUND, RAW) \
  DATE (date, "SpecificDiseasesCertificateDate", "Date") \
  TEXT (category, "SpecificDiseasesDiseaseCategory", "Category") \
  TEXT (self_pay, "SpecificDiseasesSelfPay", "SelfPay") \
  BOUND (until, "SpecificDiseasesValidEndDate", "Until") \
  BOUND (from, "SpecificDiseasesValidStartDate", "From")

#define QUALIFICATION_TEXT(member, element, key) const char *member;
#define QUALIFICATION_RAW(member, element) const char *member;
#define QUALIFICATION_NODE(member, element) const Message *member;

/*
 * The first member of a place: elements that have no place of their own (of const Message, in the message); NULL: there
 * are none.
 */
typedef GPtrArray QualificationOthers;

/* A certificate has a period. Of one that is not in force on the day that was asked for it is told, and no value. */
typedef struct
{
  QualificationOthers *others;
  QUALIFICATION_ELDERLY_ELEMENTS (QUALIFICATION_TEXT, QUALIFICATION_TEXT, QUALIFICATION_TEXT, QUALIFICATION_RAW)
  gint ratio; /* percent; -1: none */
} QualificationElderly;

/* Values: class_code, class_name, long_term_from. */
typedef struct
{
  QualificationOthers *others;
  QUALIFICATION_CEILING_ELEMENTS (QUALIFICATION_TEXT, QUALIFICATION_TEXT, QUALIFICATION_TEXT, QUALIFICATION_RAW)
  const char *class_name; /* of class_code (OQSCD012); NULL: that is not known */
} QualificationCeiling;

/* Value: self_pay. */
typedef struct
{
  QualificationOthers *others;
  QUALIFICATION_DISEASE_ELEMENTS (QUALIFICATION_TEXT, QUALIFICATION_TEXT, QUALIFICATION_TEXT, QUALIFICATION_RAW)
  const char *name; /* of category (OQSCD013); NULL: that is not known */
} QualificationDisease;

typedef struct
{
  QualificationOthers *others;
  QUALIFICATION_INSURANCE_ELEMENTS (QUALIFICATION_TEXT, QUALIFICATION_TEXT, QUALIFICATION_RAW, QUALIFICATION_NODE)
  const char *key;               /* QualificationConfirmationKey, which is among the others too */
  const char *relationship;      /* "self", "family" */
  const char *sex;               /* "male", "female", "unknown" */
  const char *prescription_form; /* "electronic", "paper" */
  gint burden_ratio;             /* percent; -1: none */
  gboolean is_preschool;         /* FALSE: nobody says so */
  QualificationElderly *elderly; /* NULL: not sent */
  QualificationCeiling *ceiling; /* NULL: not sent */
  GArray *diseases;              /* of QualificationDisease; NULL if none */
  GPtrArray *tickets;            /* of const Message: each a MedicalTicketInfo; NULL if none */
} QualificationInsurance;

#undef QUALIFICATION_TEXT
#undef QUALIFICATION_RAW
#undef QUALIFICATION_NODE

#define QUALIFICATION_DAY_SIZE 9 /* YYYYMMDD and its end */

typedef struct
{
  QualificationOthers *others;      /* of the message's header and body */
  gint64 executed;                  /* when the center worked on it: microseconds since the epoch, UTC; 0: not sent */
  char day[QUALIFICATION_DAY_SIZE]; /* that was asked for; "": none was */
  QualificationValidity validity;
  const char *code, *message; /* of the center, for people */
  const char *key;            /* what consents are registered for */
  gboolean changed, changed_sent;
  Remarks remarks;       /* on what was sent */
  GPtrArray *insurances; /* of QualificationInsurance */
  Message *tree;         /* what the texts point into; of center alone */
} Qualification;

/* qualification_new: an empty one that owns @tree. */
Qualification *qualification_new (Message *tree);

/* qualification_add_insurance: appends a copy of @insurance, whose parts it owns from then on. */
QualificationInsurance *qualification_add_insurance (Qualification *qualification,
                                                     const QualificationInsurance *insurance);

/* qualification_new_diseases: an array of QualificationDisease. */
GArray *qualification_new_diseases (void);

void qualification_free (Qualification *qualification);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Qualification, qualification_free)
