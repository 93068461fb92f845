/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* bus-eligibility: tables of keys and the places in the structs that they stand for. */
#include "bus/bus-eligibility.h"

#include "base/error.h"
#include "bus/bus-entry.h"
#include "bus/bus-other.h"
#include "codec/japanese-text.h"

/* A key of the contract and the const char * in the struct that holds its value; NULL there: absent. */
typedef struct
{
  const char *key;
  gsize offset;
} TextField;

#define ELIGIBILITY(member) offsetof (Eligibility, member)
#define QUALIFICATION(member) offsetof (Qualification, member)
#define CONSENT(member) offsetof (Consent, member)

static const TextField eligibility_texts[] = {
  { "Reason", ELIGIBILITY (reason) },
  { "Advice", ELIGIBILITY (advice) },
  { "CodeText", ELIGIBILITY (code_text) },
  { "Source", ELIGIBILITY (source) },
  { "Validity", ELIGIBILITY (validity) },
  { "NameComparison", ELIGIBILITY (name_comparison) },
  { "NameKanaComparison", ELIGIBILITY (kana_comparison) },
  { "Queued", ELIGIBILITY (queued) },
  { "CertificateUntil", ELIGIBILITY (certificate_until) },
  { NULL },
};

static const TextField qualification_texts[] = {
  { "Code", QUALIFICATION (code) },
  { "Message", QUALIFICATION (message) },
  { NULL },
};

/* Of each list of center/qualification.h what has a key, and what is made of the others. */
#define TEXT_KEY(member, element, key) { key, offsetof (PLACE, member) },
#define NO_KEY(member, element)

#define PLACE QualificationInsurance
static const TextField insurance_texts[] = {
  QUALIFICATION_INSURANCE_ELEMENTS (TEXT_KEY, TEXT_KEY, NO_KEY, NO_KEY){ "Relationship",
                                                                         offsetof (PLACE, relationship) },
  { "Sex", offsetof (PLACE, sex) },
  { "PrescriptionForm", offsetof (PLACE, prescription_form) },
  { NULL },
};
#undef PLACE
#define PLACE QualificationElderly
static const TextField elderly_texts[]
    = { QUALIFICATION_ELDERLY_ELEMENTS (TEXT_KEY, TEXT_KEY, TEXT_KEY, NO_KEY){ NULL } };
#undef PLACE
#define PLACE QualificationCeiling
static const TextField ceiling_texts[] = {
  QUALIFICATION_CEILING_ELEMENTS (TEXT_KEY, TEXT_KEY, TEXT_KEY, NO_KEY){ "ClassName", offsetof (PLACE, class_name) },
  { NULL },
};
#undef PLACE
#define PLACE QualificationDisease
static const TextField disease_texts[] = {
  QUALIFICATION_DISEASE_ELEMENTS (TEXT_KEY, TEXT_KEY, TEXT_KEY, NO_KEY){ "Name", offsetof (PLACE, name) },
  { NULL },
};
#undef PLACE

static const TextField consent_texts[] = {
  { "Answerer", CONSENT (answerer) }, { "Receipt", CONSENT (receipt) }, { "Withdrawn", CONSENT (withdrawn) },
  { "Evidence", CONSENT (evidence) }, { "Version", CONSENT (version) }, { "Language", CONSENT (language) },
  { "Code", CONSENT (code) },         { "Message", CONSENT (message) }, { NULL },
};

static int
append_texts (sd_bus_message *message, const TextField *fields, const void *from)
{
  int result = 0;

  for (; fields->key != NULL && result >= 0; fields++)
    {
      const char *text = G_STRUCT_MEMBER (const char *, from, fields->offset);

      if (text != NULL)
        result = bus_entry_append_text (message, fields->key, text);
    }
  return result;
}

/* append_sent: the same of the center's message. */
static int
append_sent (sd_bus_message *message, const TextField *fields, const void *from)
{
  int result = 0;

  for (; fields->key != NULL && result >= 0; fields++)
    {
      const char *text = G_STRUCT_MEMBER (const char *, from, fields->offset);

      if (text != NULL)
        result = bus_entry_append_sent (message, fields->key, text);
    }
  return result;
}

static int
append_switch (sd_bus_message *message, const char *key, gboolean value)
{
  return bus_entry_append (message, key, "b", value);
}

static int
append_percent (sd_bus_message *message, gint percent)
{
  return percent < 0 ? 0 : bus_entry_append (message, "BurdenRatio", "u", (guint32)percent);
}

static int
append_time (sd_bus_message *message, const char *key, gint64 time)
{
  return time == 0 ? 0 : bus_entry_append (message, key, "t", (guint64)time);
}

static int
append_positions (sd_bus_message *message, const char *key, const GArray *positions)
{
  int result = bus_entry_open (message, key, "au");

  if (result >= 0)
    result = sd_bus_message_append_array (message, 'u', positions->data, positions->len * sizeof (guint32));
  return result < 0 ? result : bus_entry_close (message);
}

/* append_unmapped: where the center had no character. */
static int
append_unmapped (sd_bus_message *message, const QualificationInsurance *insurance)
{
  static const TextField fields[] = {
    { "NameUnmapped", G_STRUCT_OFFSET (QualificationInsurance, name) },
    { "NameKanaUnmapped", G_STRUCT_OFFSET (QualificationInsurance, name_kana) },
    { "NameOfOtherUnmapped", G_STRUCT_OFFSET (QualificationInsurance, name_of_other) },
    { "NameOfOtherKanaUnmapped", G_STRUCT_OFFSET (QualificationInsurance, name_of_other_kana) },
    { "InsuredNameUnmapped", G_STRUCT_OFFSET (QualificationInsurance, insured_name) },
    { "InsurerNameUnmapped", G_STRUCT_OFFSET (QualificationInsurance, insurer_name) },
    { "AddressUnmapped", G_STRUCT_OFFSET (QualificationInsurance, address) },
  };
  int result = 0;

  for (gsize i = 0; i < G_N_ELEMENTS (fields) && result >= 0; i++)
    {
      const char *text = G_STRUCT_MEMBER (const char *, insurance, fields[i].offset);
      g_autoptr (GArray) positions = text != NULL ? japanese_text_find_unmapped (text) : NULL;

      if (positions != NULL)
        result = append_positions (message, fields[i].key, positions);
    }
  return result;
}

static int
append_elderly (sd_bus_message *message, const QualificationElderly *elderly)
{
  int result = bus_entry_open (message, "Elderly", "a{sv}");

  if (result >= 0)
    result = sd_bus_message_open_container (message, 'a', "{sv}");
  if (result >= 0)
    result = append_sent (message, elderly_texts, elderly);
  if (result >= 0)
    result = append_percent (message, elderly->ratio);
  if (result >= 0)
    result = bus_other_append (message, elderly->others);
  if (result >= 0)
    result = sd_bus_message_close_container (message);
  return result < 0 ? result : bus_entry_close (message);
}

static int
append_ceiling (sd_bus_message *message, const QualificationCeiling *ceiling)
{
  int result = bus_entry_open (message, "Ceiling", "a{sv}");

  if (result >= 0)
    result = sd_bus_message_open_container (message, 'a', "{sv}");
  if (result >= 0)
    result = append_sent (message, ceiling_texts, ceiling);
  if (result >= 0)
    result = bus_other_append (message, ceiling->others);
  if (result >= 0)
    result = sd_bus_message_close_container (message);
  return result < 0 ? result : bus_entry_close (message);
}

static int
append_disease (sd_bus_message *message, const QualificationDisease *disease)
{
  int result = sd_bus_message_open_container (message, 'a', "{sv}");

  if (result >= 0)
    result = append_sent (message, disease_texts, disease);
  if (result >= 0)
    result = bus_other_append (message, disease->others);
  return result < 0 ? result : sd_bus_message_close_container (message);
}

static int
append_diseases (sd_bus_message *message, const GArray *diseases)
{
  int result = bus_entry_open (message, "SpecificDiseases", "aa{sv}");

  if (result >= 0)
    result = sd_bus_message_open_container (message, 'a', "a{sv}");
  for (guint i = 0; i < diseases->len && result >= 0; i++)
    result = append_disease (message, &g_array_index (diseases, QualificationDisease, i));
  if (result >= 0)
    result = sd_bus_message_close_container (message);
  return result < 0 ? result : bus_entry_close (message);
}

/* A ticket's keys are the field's own names (MedicalTicketInfo): handed on as they came. */
static int
append_tickets (sd_bus_message *message, const GPtrArray *tickets)
{
  int result = bus_entry_open (message, "PublicExpenses", "aa{sv}");

  if (result >= 0)
    result = sd_bus_message_open_container (message, 'a', "a{sv}");
  for (guint i = 0; i < tickets->len && result >= 0; i++)
    result = bus_other_append_children (message, g_ptr_array_index (tickets, i));
  if (result >= 0)
    result = sd_bus_message_close_container (message);
  return result < 0 ? result : bus_entry_close (message);
}

/* append_certificates: what has a dictionary of its own. */
static int
append_certificates (sd_bus_message *message, const QualificationInsurance *insurance)
{
  int result = insurance->elderly != NULL ? append_elderly (message, insurance->elderly) : 0;

  if (result >= 0 && insurance->ceiling != NULL)
    result = append_ceiling (message, insurance->ceiling);
  if (result >= 0 && insurance->diseases != NULL)
    result = append_diseases (message, insurance->diseases);
  if (result >= 0 && insurance->tickets != NULL)
    result = append_tickets (message, insurance->tickets);
  return result < 0 ? result : bus_other_append (message, insurance->others);
}

static int
append_insurance (sd_bus_message *message, const QualificationInsurance *insurance)
{
  int result = sd_bus_message_open_container (message, 'a', "{sv}");

  if (result >= 0)
    result = append_sent (message, insurance_texts, insurance);
  if (result >= 0)
    result = append_unmapped (message, insurance);
  if (result >= 0)
    result = append_percent (message, insurance->burden_ratio);
  if (result >= 0 && insurance->is_preschool)
    result = append_switch (message, "Preschool", TRUE);
  if (result >= 0)
    result = append_certificates (message, insurance);
  return result < 0 ? result : sd_bus_message_close_container (message);
}

/* append_changes: what was before is not known: hashes of it are all that is kept. */
static int
append_changes (sd_bus_message *message, const Eligibility *eligibility)
{
  int result = bus_entry_open (message, "Changes", "aa{sv}");

  if (result >= 0)
    result = sd_bus_message_open_container (message, 'a', "a{sv}");
  for (guint i = 0; i < eligibility->n_changes && result >= 0; i++)
    {
      result = sd_bus_message_open_container (message, 'a', "{sv}");
      if (result >= 0)
        result = bus_entry_append_text (message, "Field", eligibility->changes[i].field);
      if (result >= 0)
        result = append_switch (message, "BeforeKnown", FALSE);
      if (result >= 0)
        result = append_time (message, "Since", eligibility->changes[i].since);
      if (result >= 0)
        result = sd_bus_message_close_container (message);
    }
  if (result >= 0)
    result = sd_bus_message_close_container (message);
  return result < 0 ? result : bus_entry_close (message);
}

static int
append_insurances (sd_bus_message *message, const GPtrArray *insurances)
{
  int result = bus_entry_open (message, "Insurances", "aa{sv}");

  if (result >= 0)
    result = sd_bus_message_open_container (message, 'a', "a{sv}");
  for (guint i = 0; insurances != NULL && i < insurances->len && result >= 0; i++)
    result = append_insurance (message, g_ptr_array_index (insurances, i));
  if (result >= 0)
    result = sd_bus_message_close_container (message);
  return result < 0 ? result : bus_entry_close (message);
}

int
bus_refusal_append (sd_bus_message *message, const GError *error)
{
  const char *code = shikaku_error_get_center_code (error);
  const char *text = shikaku_error_get_center_text (error);
  int result = code != NULL ? bus_entry_append_text (message, "Code", code) : 0;

  return result >= 0 && text != NULL ? bus_entry_append_text (message, "Message", text) : result;
}

static int
append_remarks (sd_bus_message *message, Remarks remarks)
{
  int result = bus_entry_open (message, "Remarks", "as");

  if (result >= 0)
    result = sd_bus_message_open_container (message, 'a', "s");
  for (guint remark = 0; remark < N_REMARKS && result >= 0; remark++)
    if (REMARKS_HAS (remarks, remark))
      result = sd_bus_message_append_basic (message, 's', remark_to_string (remark));
  if (result >= 0)
    result = sd_bus_message_close_container (message);
  return result < 0 ? result : bus_entry_close (message);
}

int
bus_eligibility_append (sd_bus_message *message, const Eligibility *eligibility)
{
  const Qualification *sent = eligibility->qualification;
  int result = bus_entry_append_text (message, "Answer", eligibility_answer_to_string (eligibility->answer));

  if (result >= 0)
    result = append_texts (message, eligibility_texts, eligibility);
  if (result >= 0 && eligibility->queue_error != SHIKAKU_ERROR_NONE)
    result = bus_entry_append_text (message, "QueueError", shikaku_error_get_name (eligibility->queue_error));
  if (result >= 0 && sent != NULL)
    result = append_sent (message, qualification_texts, sent);
  if (result >= 0 && eligibility->cause != NULL)
    result = bus_refusal_append (message, eligibility->cause);
  if (result >= 0)
    result = append_time (message, "AsOf", eligibility->as_of);
  if (result >= 0 && sent != NULL && sent->changed_sent)
    result = append_switch (message, "Changed", sent->changed);
  if (result >= 0 && eligibility->n_changes > 0)
    result = append_changes (message, eligibility);
  if (result >= 0 && eligibility->remarks != 0)
    result = append_remarks (message, eligibility->remarks);
  if (result >= 0 && sent != NULL)
    result = bus_other_append (message, sent->others);
  return result < 0 ? result : append_insurances (message, sent != NULL ? sent->insurances : NULL);
}

static int
append_consent (sd_bus_message *message, const char *word, const Consent *consent)
{
  int result = sd_bus_message_open_container (message, 'e', "sa{sv}");

  if (result >= 0)
    result = sd_bus_message_append_basic (message, 's', word);
  if (result >= 0)
    result = sd_bus_message_open_container (message, 'a', "{sv}");
  if (result >= 0)
    result = append_switch (message, "Granted", consent->granted);
  if (result >= 0)
    result = append_time (message, "At", consent->at);
  if (result >= 0)
    result = append_time (message, "Until", consent->until);
  if (result >= 0)
    result = append_time (message, "WithdrawnAt", consent->withdrawn_at);
  if (result >= 0)
    result = append_texts (message, consent_texts, consent);
  if (result >= 0 && consent->error != SHIKAKU_ERROR_NONE)
    result = bus_entry_append_text (message, "Error", shikaku_error_get_name (consent->error));
  if (result >= 0)
    result = sd_bus_message_close_container (message);
  return result < 0 ? result : sd_bus_message_close_container (message);
}

static gboolean
has_news (const Consent *consent)
{
  return consent->answered || consent->error != SHIKAKU_ERROR_NONE;
}

int
bus_consents_append (sd_bus_message *message, const GArray *consents, const Consent *registration)
{
  int result = sd_bus_message_open_container (message, 'a', "{sa{sv}}");

  for (guint i = 0; consents != NULL && i < consents->len && result >= 0; i++)
    {
      const Consent *consent = &g_array_index (consents, Consent, i);

      if (has_news (consent))
        result = append_consent (message, consent_kind_to_string (consent->kind), consent);
    }
  if (registration != NULL && has_news (registration) && result >= 0)
    result = append_consent (message, "registration", registration);
  return result < 0 ? result : sd_bus_message_close_container (message);
}
