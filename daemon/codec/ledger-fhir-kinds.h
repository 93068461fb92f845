/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * ledger-fhir-kinds: which pattern of the IHE's (BALP 1.1) each kind of entry follows, by which codes, and what its
 * outcome is as FHIR has it. In: an entry. Out: codes. Pure.
 */
#pragma once

#include "codec/ledger-entry.h"

/* Code systems. */
#define FHIR_DICOM "http://dicom.nema.org/resources/ontology/DCM"
#define FHIR_LIFECYCLE "http://terminology.hl7.org/CodeSystem/iso-21089-lifecycle"
#define FHIR_INTERACTION "http://hl7.org/fhir/restful-interaction"
#define FHIR_EVENT_TYPE "http://terminology.hl7.org/CodeSystem/audit-event-type"
#define FHIR_BALP "https://profiles.ihe.net/ITI/BALP/"
#define FHIR_ACT_REASON "http://terminology.hl7.org/CodeSystem/v3-ActReason"

/* How an event is laid out: who its agents and what its entities are. */
typedef enum
{
  FHIR_PATTERN_SECURITY,   /* no pattern of the IHE's: a program, who used it, the entry */
  FHIR_PATTERN_CONSENT,    /* IHE.BasicAudit.AuthZconsent */
  FHIR_PATTERN_DISCLOSURE, /* IHE.BasicAudit.PrivacyDisclosure.Source */
  FHIR_PATTERN_QUERY,      /* IHE.BasicAudit.PatientQuery */
} FhirPattern;

typedef struct
{
  const char *system;
  const char *code;
  const char *display;
} FhirCode;

typedef struct
{
  FhirPattern pattern;
  FhirCode type;
  FhirCode subtype; /* code NULL: none */
  const char *action;
  const char *purpose; /* of FHIR_ACT_REASON; NULL: none */
} FhirKind;

/* ledger_fhir_look_up: static; for a kind that is not known, and for an act, what fits it best. */
const FhirKind *ledger_fhir_look_up (const LedgerEntry *entry);

/* ledger_fhir_get_outcome: static, of audit-event-outcome: "0" it went well (of a consent: it permits), "4", "8"; NULL:
 * it is not known yet. */
const char *ledger_fhir_get_outcome (const LedgerEntry *entry);

/* ledger_fhir_get_profile: static; the pattern that it claims to follow, else the AuditEvent of FHIR itself. */
const char *ledger_fhir_get_profile (const LedgerEntry *entry);
