/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* ledger-fhir-kinds: the table of kinds comes in, codes go out. */
#include "codec/ledger-fhir-kinds.h"

#define PROFILE(name) FHIR_BALP "StructureDefinition/IHE.BasicAudit." name
#define PROFILE_NONE "http://hl7.org/fhir/StructureDefinition/AuditEvent"

#define ALERT \
  { \
    FHIR_DICOM, "110113", "Security Alert" \
  }
#define LOG_USED \
  { \
    FHIR_DICOM, "110101", "Audit Log Used" \
  }
#define APPLICATION \
  { \
    FHIR_DICOM, "110100", "Application Activity" \
  }
#define REST \
  { \
    FHIR_EVENT_TYPE, "rest", "Restful Operation" \
  }
#define SEARCH \
  { \
    FHIR_INTERACTION, "search", "search" \
  }
#define DECISION \
  { \
    FHIR_BALP "CodeSystem/AuthZsubType", "AuthZ-Consent", "Authorization Decision using Roles and Consent" \
  }
#define LIFECYCLE(code, display) \
  { \
    FHIR_LIFECYCLE, code, display \
  }
#define DICOM(code, display) \
  { \
    FHIR_DICOM, code, display \
  }

static const FhirKind kinds[] = {
  [LEDGER_CONSENT] = { FHIR_PATTERN_CONSENT, ALERT, DECISION, "E", "TREAT" },
  [LEDGER_REGISTRATION] = { FHIR_PATTERN_CONSENT, ALERT, DECISION, "E", "TREAT" },
  [LEDGER_WITHDRAWAL] = { FHIR_PATTERN_CONSENT, ALERT, DECISION, "E", "PATRQT" },
  [LEDGER_FETCH] = { FHIR_PATTERN_QUERY, REST, SEARCH, "E", "TREAT" },
  [LEDGER_FETCH_END] = { FHIR_PATTERN_QUERY, REST, SEARCH, "E", "TREAT" },
  [LEDGER_DISCLOSURE] = { FHIR_PATTERN_DISCLOSURE, DICOM ("110106", "Export"),
                          LIFECYCLE ("disclose", "Disclose Record Lifecycle Event"), "R", "TREAT" },
  [LEDGER_CHECK] = { FHIR_PATTERN_QUERY, REST, SEARCH, "E", "ELIGVER" },
  [LEDGER_REFUSAL] = { FHIR_PATTERN_SECURITY, ALERT, DICOM ("110132", "Use of Restricted Function"), "E", NULL },
  [LEDGER_BREAK_GLASS] = { FHIR_PATTERN_SECURITY, ALERT, DICOM ("110127", "Emergency Override Started"), "E", "BTG" },
  [LEDGER_REVIEW]
  = { FHIR_PATTERN_SECURITY, LOG_USED, LIFECYCLE ("verify", "Verify Record Lifecycle Event"), "R", NULL },
  [LEDGER_ADMINISTRATION] = { FHIR_PATTERN_SECURITY, ALERT, DICOM ("110129", "Security Configuration"), "U", NULL },
  [LEDGER_KEY] = { FHIR_PATTERN_SECURITY, ALERT, DICOM ("110129", "Security Configuration"), "U", NULL },
  [LEDGER_CLOCK] = { FHIR_PATTERN_SECURITY, ALERT, DICOM ("110129", "Security Configuration"), "U", NULL },
  [LEDGER_RESTORE]
  = { FHIR_PATTERN_SECURITY, LOG_USED, LIFECYCLE ("restore", "Restore Record Lifecycle Event"), "U", NULL },
  [LEDGER_HANDOVER]
  = { FHIR_PATTERN_SECURITY, ALERT, DICOM ("110137", "User Security Attributes Changed"), "E", "TREAT" },
  [LEDGER_OBJECTION] = { FHIR_PATTERN_SECURITY, DICOM ("110110", "Patient Record"),
                         LIFECYCLE ("amend", "Amend (Update) Record Lifecycle Event"), "C", "PATRQT" },
  [LEDGER_PRUNE]
  = { FHIR_PATTERN_SECURITY, LOG_USED, LIFECYCLE ("destroy", "Destroy/Delete Record Lifecycle Event"), "D", NULL },
  [LEDGER_ARRIVAL] = { FHIR_PATTERN_SECURITY, DICOM ("110107", "Import"),
                       LIFECYCLE ("receive", "Receive/Retain Record Lifecycle Event"), "C", "ELIGVER" },
};
static const FhirKind started
    = { FHIR_PATTERN_SECURITY, APPLICATION, DICOM ("110120", "Application Start"), "E", NULL };
static const FhirKind stopped = { FHIR_PATTERN_SECURITY, APPLICATION, DICOM ("110121", "Application Stop"), "E", NULL };
static const FhirKind ledger_read
    = { FHIR_PATTERN_SECURITY, LOG_USED, LIFECYCLE ("access", "Access/View Record Lifecycle Event"), "R", NULL };
static const FhirKind unknown = { FHIR_PATTERN_SECURITY, APPLICATION, { NULL, NULL, NULL }, "E", NULL };

/* Of the daemon itself, and of who reads the ledger. NULL: any other act of administration. */
static const FhirKind *
look_up_act (const char *act)
{
  if (g_strcmp0 (act, "started") == 0)
    return &started;
  if (g_strcmp0 (act, "stopped") == 0)
    return &stopped;
  return act != NULL && g_str_has_prefix (act, "ledger-") ? &ledger_read : NULL;
}

static gboolean
is_text (const LedgerEntry *entry, LedgerField field, const char *word)
{
  return g_strcmp0 (ledger_entry_get_text (entry, field), word) == 0;
}

const FhirKind *
ledger_fhir_look_up (const LedgerEntry *entry)
{
  guint kind = ledger_entry_get_kind (entry);
  const FhirKind *act = NULL;

  if (kind == LEDGER_ADMINISTRATION)
    act = look_up_act (ledger_entry_get_text (entry, LEDGER_FIELD_ACT));
  if (act != NULL)
    return act;
  return kind < G_N_ELEMENTS (kinds) && kinds[kind].action != NULL ? &kinds[kind] : &unknown;
}

/* Whether records came, or are known not to be there: then the question was answered. */
static gboolean
is_answered (const LedgerEntry *entry)
{
  return is_text (entry, LEDGER_FIELD_OUTCOME, "data") || is_text (entry, LEDGER_FIELD_OUTCOME, "none");
}

const char *
ledger_fhir_get_outcome (const LedgerEntry *entry)
{
  switch (ledger_entry_get_kind (entry))
    {
    case LEDGER_CONSENT:
      return is_text (entry, LEDGER_FIELD_DECISION, "granted") ? "0" : "8";
    case LEDGER_REGISTRATION:
      if (is_text (entry, LEDGER_FIELD_OUTCOME, "registered"))
        return "0";
      return is_text (entry, LEDGER_FIELD_OUTCOME, "unknown") ? "4" : "8";
    case LEDGER_WITHDRAWAL: /* whatever the center says: from now on nothing is permitted by it here */
      return "8";
    case LEDGER_FETCH: /* DISCLOSURE or FETCH_END tells */
      return NULL;
    case LEDGER_FETCH_END:
      return is_answered (entry) ? "0" : "4";
    case LEDGER_DISCLOSURE:
      return ledger_entry_get_text (entry, LEDGER_FIELD_OUTCOME) == NULL || is_answered (entry) ? "0" : "4";
    case LEDGER_CHECK:
      return is_text (entry, LEDGER_FIELD_ANSWER, "eligible") || is_text (entry, LEDGER_FIELD_ANSWER, "not-eligible")
                 ? "0"
                 : "4";
    case LEDGER_REFUSAL:
      return "4";
    default:
      return ledger_entry_get_text (entry, LEDGER_FIELD_ERROR) == NULL ? "0" : "4";
    }
}

const char *
ledger_fhir_get_profile (const LedgerEntry *entry)
{
  gboolean has_patient = ledger_entry_get_bytes (entry, LEDGER_FIELD_PERSON) != NULL
                         || ledger_entry_get_bytes (entry, LEDGER_FIELD_PERSON_NUMBER) != NULL;

  switch (ledger_fhir_look_up (entry)->pattern)
    {
    case FHIR_PATTERN_CONSENT:
      return PROFILE ("AuthZconsent");
    case FHIR_PATTERN_DISCLOSURE:
      return PROFILE ("PrivacyDisclosure.Source");
    case FHIR_PATTERN_QUERY: /* a pattern of questions that were answered, alone */
      return has_patient && g_strcmp0 (ledger_fhir_get_outcome (entry), "0") == 0 ? PROFILE ("PatientQuery")
                                                                                  : PROFILE_NONE;
    case FHIR_PATTERN_SECURITY:
    default:
      return PROFILE_NONE;
    }
}
