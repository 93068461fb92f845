/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* answer-keys: in comes a key with its value, out go a label and a text for the person at the desk. Tables, mostly. */
#include "answer-keys.h"

#include <glib/gi18n.h>
#include <string.h>

#include "client/words.h"
#include "daemon/base/names.h"

static const AnswerRow whole_rows[] = {
  { "Answer", NULL, VALUE_TEXT, SIDE_NONE }, /* the first line */
  { "Validity", N_ ("Validity"), VALUE_VALIDITY, SIDE_NONE },
  { "Advice", N_ ("Advice"), VALUE_TEXT, SIDE_NONE },
  { "Reason", N_ ("Reason"), VALUE_VALIDITY, SIDE_NONE },
  { "NameComparison", N_ ("Name as typed"), VALUE_WORD, SIDE_NONE },
  { "NameKanaComparison", N_ ("Kana as typed"), VALUE_WORD, SIDE_NONE },
  { "Code", N_ ("Code of the center"), VALUE_TEXT, SIDE_NONE },
  { "CodeText", N_ ("Meaning of the code"), VALUE_TEXT, SIDE_NONE },
  { "Message", N_ ("Message of the center"), VALUE_TEXT, SIDE_NONE },
  { "Changed", N_ ("Changed"), VALUE_FLAG, SIDE_NONE },
  { "Changes", N_ ("Changed"), VALUE_TEXT, SIDE_NONE },
  { "Remarks", N_ ("Contradiction"), VALUE_WORD, SIDE_NONE },
  { "CertificateUntil", N_ ("Card's certificate until"), VALUE_DATE, SIDE_NONE },
  { "Evidence", N_ ("Evidence"), VALUE_WORD, SIDE_NONE },
  { "AsOf", N_ ("As of"), VALUE_TIME, SIDE_NONE },
  { "QueueError", N_ ("Not kept, because of"), VALUE_TEXT, SIDE_NONE },
  { "Source", N_ ("Source"), VALUE_WORD, SIDE_NONE },
  { "Insurances", NULL, VALUE_TEXT, SIDE_NONE }, /* below */
};

static const AnswerRow insurance_rows[] = {
  { "Name", N_ ("Name"), VALUE_TEXT, SIDE_PERSON },
  { "NameUnmapped", NULL, VALUE_TEXT, SIDE_NONE }, /* below the name; and so are its like */
  { "NameKanaUnmapped", NULL, VALUE_TEXT, SIDE_NONE },
  { "NameOfOtherUnmapped", NULL, VALUE_TEXT, SIDE_NONE },
  { "NameOfOtherKanaUnmapped", NULL, VALUE_TEXT, SIDE_NONE },
  { "InsuredNameUnmapped", NULL, VALUE_TEXT, SIDE_NONE },
  { "InsurerNameUnmapped", NULL, VALUE_TEXT, SIDE_NONE },
  { "AddressUnmapped", NULL, VALUE_TEXT, SIDE_NONE },
  { "NameKana", N_ ("Name (kana)"), VALUE_TEXT, SIDE_PERSON },
  { "NameOfOther", N_ ("Other name"), VALUE_TEXT, SIDE_PERSON },
  { "NameOfOtherKana", N_ ("Other name (kana)"), VALUE_TEXT, SIDE_NONE },
  { "Sex", N_ ("Sex"), VALUE_WORD, SIDE_PERSON },
  { "Birthdate", N_ ("Date of birth"), VALUE_DATE, SIDE_PERSON },
  { "PostNumber", N_ ("Post code"), VALUE_TEXT, SIDE_PERSON },
  { "Address", N_ ("Address"), VALUE_TEXT, SIDE_PERSON },
  { "Classification", N_ ("Kind of insurance"), VALUE_WORD, SIDE_INSURANCE },
  { "InsurerNumber", N_ ("Insurer number"), VALUE_TEXT, SIDE_INSURANCE },
  { "InsurerName", N_ ("Insurer"), VALUE_TEXT, SIDE_INSURANCE },
  { "Symbol", N_ ("Symbol"), VALUE_TEXT, SIDE_INSURANCE },
  { "Number", N_ ("Number"), VALUE_TEXT, SIDE_INSURANCE },
  { "Branch", N_ ("Branch"), VALUE_TEXT, SIDE_INSURANCE },
  { "Relationship", N_ ("Relationship"), VALUE_WORD, SIDE_PERSON },
  { "InsuredName", N_ ("Insured person"), VALUE_TEXT, SIDE_NONE },
  { "PublicExpenseNumber", N_ ("Public expense number"), VALUE_TEXT, SIDE_INSURANCE },
  { "BeneficiaryNumber", N_ ("Beneficiary number"), VALUE_TEXT, SIDE_INSURANCE },
  { "WelfareOfficeName", N_ ("Welfare office"), VALUE_TEXT, SIDE_INSURANCE },
  { "QualificationDate", N_ ("Insured since"), VALUE_DATE, SIDE_INSURANCE },
  { "DisqualificationDate", N_ ("Insurance ended"), VALUE_DATE, SIDE_INSURANCE },
  { "LossReason", N_ ("Reason of the end"), VALUE_WORD, SIDE_INSURANCE },
  { "ValidFrom", N_ ("Valid from"), VALUE_DATE, SIDE_NONE },
  { "ValidUntil", N_ ("Valid until"), VALUE_DATE, SIDE_INSURANCE },
  { "IssuedOn", N_ ("Issued on"), VALUE_DATE, SIDE_NONE },
  { "BurdenRatio", N_ ("Burden ratio"), VALUE_RATIO, SIDE_INSURANCE },
  { "Preschool", N_ ("Preschool child"), VALUE_FLAG, SIDE_PERSON },
  { "Elderly", N_ ("Elderly certificate"), VALUE_TEXT, SIDE_NONE },
  { "Ceiling", N_ ("Payment ceiling"), VALUE_TEXT, SIDE_NONE },
  { "SpecificDiseases", N_ ("Specific disease"), VALUE_TEXT, SIDE_NONE },
  { "PublicExpenses", N_ ("Public expenses"), VALUE_TEXT, SIDE_NONE },
  { "ReferenceNumber", N_ ("Patient number here"), VALUE_TEXT, SIDE_PERSON },
  { "PrescriptionForm", N_ ("Prescription as"), VALUE_WORD, SIDE_NONE },
  { "Other", N_ ("Also sent"), VALUE_TEXT, SIDE_NONE },
};

static const AnswerRow part_rows[] = {
  { "Class", N_ ("Class"), VALUE_WORD, SIDE_NONE },
  { "ClassName", N_ ("Class"), VALUE_WORD, SIDE_NONE },
  { "Classification", N_ ("Certificate"), VALUE_CERTIFICATE, SIDE_NONE },
  { "Category", N_ ("Category"), VALUE_WORD, SIDE_NONE },
  { "Name", N_ ("Disease"), VALUE_WORD, SIDE_NONE },
  { "Date", N_ ("Issued"), VALUE_DATE, SIDE_NONE },
  { "From", N_ ("Valid from"), VALUE_DATE, SIDE_NONE },
  { "Until", N_ ("Valid until"), VALUE_DATE, SIDE_NONE },
  { "LongTermFrom", N_ ("Long term since"), VALUE_DATE, SIDE_NONE },
  { "BurdenRatio", N_ ("Burden ratio"), VALUE_RATIO, SIDE_NONE },
  { "SelfPay", N_ ("Own share (yen)"), VALUE_YEN, SIDE_NONE },
};

static const AnswerRow ticket_rows[] = {
  { "TicketType", N_ ("Ticket"), VALUE_WORD, SIDE_NONE },
  { "MedicalTicketValidDate", N_ ("Valid from"), VALUE_DATE, SIDE_NONE },
  { "MedicalTicketExpirationDate", N_ ("Valid until"), VALUE_DATE, SIDE_NONE },
  { "IssueNumber", N_ ("Issue number"), VALUE_TEXT, SIDE_NONE },
  { "MedicalTreatmentMonth", N_ ("Month of treatment"), VALUE_MONTH, SIDE_NONE },
  { "DesignatedMedicalInstitutionCode", N_ ("Institution (code)"), VALUE_TEXT, SIDE_NONE },
  { "DesignatedMedicalInstitutionFlag", N_ ("This institution"), VALUE_WORD, SIDE_NONE },
  { "DesignatedMedicalInstitutionName", N_ ("Institution"), VALUE_TEXT, SIDE_NONE },
  { "PrescriptionIssuerMedicalInstitutionCode", N_ ("Prescriber (code)"), VALUE_TEXT, SIDE_NONE },
  { "PrescriptionIssuerMedicalInstitutionName", N_ ("Prescriber"), VALUE_TEXT, SIDE_NONE },
  { "InjuryName1", N_ ("Illness 1"), VALUE_TEXT, SIDE_NONE },
  { "InjuryName2", N_ ("Illness 2"), VALUE_TEXT, SIDE_NONE },
  { "InjuryName3", N_ ("Illness 3"), VALUE_TEXT, SIDE_NONE },
  { "MedicalTreatmentType", N_ ("Treatment"), VALUE_WORD, SIDE_NONE },
  { "SelfPayAmount", N_ ("Own share (yen)"), VALUE_YEN, SIDE_NONE },
  { "DistrictContactName", N_ ("District contact"), VALUE_TEXT, SIDE_NONE },
  { "HandlingContactName", N_ ("Handled by"), VALUE_TEXT, SIDE_NONE },
  { "SingleOrCombinedUse", N_ ("Use with insurance"), VALUE_WORD, SIDE_NONE },
  { "StatusOfSocialInsurance", N_ ("Social insurance"), VALUE_WORD, SIDE_NONE },
  { "ConsistencyFlag", N_ ("Consistency"), VALUE_WORD, SIDE_NONE },
  { "StatusOfInfecton", N_ ("Infections law"), VALUE_WORD, SIDE_NONE }, /* the field spells it so */
  { "StatusOfElderlyMedicalCare", N_ ("Care of the elderly"), VALUE_WORD, SIDE_NONE },
  { "StatusOfPrefecturalExpenses", N_ ("Prefecture pays"), VALUE_WORD, SIDE_NONE },
  { "Remarks1", N_ ("Remark 1"), VALUE_TEXT, SIDE_NONE },
  { "Remarks2", N_ ("Remark 2"), VALUE_TEXT, SIDE_NONE },
  { "Remarks3", N_ ("Remark 3"), VALUE_TEXT, SIDE_NONE },
};

static const AnswerRow change_rows[] = {
  { "Field", N_ ("Field"), VALUE_KEY, SIDE_NONE },
  { "Before", N_ ("before"), VALUE_TEXT, SIDE_NONE },
  { "After", N_ ("now"), VALUE_TEXT, SIDE_NONE },
  { "BeforeKnown", N_ ("known what was before"), VALUE_FLAG, SIDE_NONE },
  { "Since", N_ ("seen otherwise on"), VALUE_DAY, SIDE_NONE },
};

const AnswerRow *
answer_keys_list (AnswerPlace place, guint *ret_count)
{
  static const struct
  {
    const AnswerRow *rows;
    guint count;
  } tables[] = {
    [ANSWER_WHOLE] = { whole_rows, G_N_ELEMENTS (whole_rows) },
    [ANSWER_INSURANCE] = { insurance_rows, G_N_ELEMENTS (insurance_rows) },
    [ANSWER_PART] = { part_rows, G_N_ELEMENTS (part_rows) },
    [ANSWER_TICKET] = { ticket_rows, G_N_ELEMENTS (ticket_rows) },
    [ANSWER_CHANGE] = { change_rows, G_N_ELEMENTS (change_rows) },
  };

  *ret_count = tables[place].count;
  return tables[place].rows;
}

const AnswerRow *
answer_keys_find (AnswerPlace place, const char *key)
{
  guint count;
  const AnswerRow *rows = answer_keys_list (place, &count);

  for (guint i = 0; i < count; i++)
    if (g_str_equal (rows[i].key, key))
      return &rows[i];
  return NULL;
}

const char *
answer_keys_get_label (AnswerPlace place, const char *key)
{
  const AnswerRow *row = answer_keys_find (place, key);

  return row != NULL && row->label != NULL ? _ (row->label) : key;
}

static char *
format_ratio (guint percent)
{
  if (percent == 0)
    return g_strdup (_ ("none (0 %)"));
  if (percent % 10 == 0)
    /* TRANSLATORS: the number is the tenths, as the field counts: 3 for 30 percent. */
    return g_strdup_printf (_ ("%u0 %%"), percent / 10);
  return g_strdup_printf (_ ("%u %%"), percent);
}

static char *
format_text (const char *key, ValueType type, const char *text)
{
  switch (type)
    {
    case VALUE_DATE:
    case VALUE_TIME:
    case VALUE_DAY:
      return words_date (text);
    case VALUE_MONTH:
      return words_month (text);
    case VALUE_YEN:
      return g_strdup (text + MIN (strspn (text, "0"), MAX (strlen (text), 1) - 1));
    case VALUE_CERTIFICATE:
      return g_strdup (words_value ("Certificate", text));
    case VALUE_VALIDITY:
      return g_strdup (words_validity (text));
    case VALUE_KEY:
      return g_strdup (answer_keys_get_label (ANSWER_INSURANCE, text));
    case VALUE_WORD:
      return g_strdup (words_value (key, text));
    case VALUE_TEXT:
    case VALUE_RATIO:
    case VALUE_FLAG:
      break;
    }
  return g_strdup (text);
}

/* @time_usec: a moment of that day. */
static char *
format_day (guint64 time_usec)
{
  g_autoptr (GTimeZone) japan = g_time_zone_new_offset (9 * 3600);
  g_autoptr (GDateTime) utc = g_date_time_new_from_unix_utc ((gint64)(time_usec / G_USEC_PER_SEC));
  g_autoptr (GDateTime) local = utc != NULL ? g_date_time_to_timezone (utc, japan) : NULL;
  g_autofree char *date = local != NULL ? g_date_time_format (local, "%Y%m%d") : g_strdup ("");

  return words_date (date);
}

/* Of a list: each of its words. */
static char *
format_list (const char *key, ValueType type, GVariant *value)
{
  g_autofree const char **list = g_variant_get_strv (value, NULL);
  g_autoptr (GString) text = g_string_new (NULL);

  for (const char **word = list; *word != NULL; word++)
    {
      g_autofree char *one = format_text (key, type, *word);

      g_string_append_printf (text, "%s%s", text->len > 0 ? ", " : "", one);
    }
  return g_string_free (g_steal_pointer (&text), FALSE);
}

char *
answer_keys_format (AnswerPlace place, const char *key, GVariant *value)
{
  const AnswerRow *row = answer_keys_find (place, key);
  const ValueType type = row != NULL ? row->type : VALUE_WORD; /* what else was sent has codes of the field too */

  if (g_variant_is_of_type (value, G_VARIANT_TYPE_STRING))
    return format_text (key, type, g_variant_get_string (value, NULL));
  if (g_variant_is_of_type (value, G_VARIANT_TYPE_STRING_ARRAY))
    return format_list (key, type, value);
  if (type == VALUE_RATIO && g_variant_is_of_type (value, G_VARIANT_TYPE_UINT32))
    return format_ratio (g_variant_get_uint32 (value));
  if (type == VALUE_TIME && g_variant_is_of_type (value, G_VARIANT_TYPE_UINT64))
    return words_time (g_variant_get_uint64 (value));
  if (type == VALUE_DAY && g_variant_is_of_type (value, G_VARIANT_TYPE_UINT64))
    return format_day (g_variant_get_uint64 (value));
  if (g_variant_is_of_type (value, G_VARIANT_TYPE_BOOLEAN))
    return g_strdup (g_variant_get_boolean (value) ? _ ("yes") : _ ("no"));
  return g_variant_print (value, FALSE);
}

char *
answer_keys_format_consent (GVariant *consent)
{
  static const char *const unanswered[]
      = { SHIKAKU_ERROR_PREFIX "ConsentDenied", SHIKAKU_ERROR_PREFIX "AgentGone", SHIKAKU_ERROR_PREFIX "Cancelled" };
  gboolean granted = FALSE;
  guint64 until = 0;
  const char *error = NULL;
  g_autofree char *time = NULL;

  g_variant_lookup (consent, "Granted", "b", &granted);
  g_variant_lookup (consent, "Error", "&s", &error);
  if (g_strcmp0 (error, SHIKAKU_ERROR_PREFIX "NoAgent") == 0)
    return g_strdup (_ ("not asked: the patient's terminal cannot ask for consents"));
  if (g_strcmp0 (error, SHIKAKU_ERROR_PREFIX "CertificateExpired") == 0)
    return g_strdup (_ ("not asked: the card's certificate has ended"));
  for (gsize i = 0; i < G_N_ELEMENTS (unanswered); i++)
    if (g_strcmp0 (error, unanswered[i]) == 0)
      return g_strdup (_ ("not answered"));
  if (g_strcmp0 (error, SHIKAKU_ERROR_PREFIX "TimedOut") == 0)
    return g_strdup (_ ("not granted before the time for the visit was over"));
  if (error != NULL)
    return g_strdup (_ ("granted, but the center could not take it down"));
  if (!granted)
    return g_strdup (_ ("not granted"));
  if (!g_variant_lookup (consent, "Until", "t", &until) || until == 0)
    return g_strdup (_ ("granted"));
  time = words_time (until);
  return g_strdup_printf (_ ("granted, until %s"), time);
}

/* ● stands for a character that the center cannot send: the desk has to look at the card. People count from one. */
char *
answer_keys_format_unmapped (GVariant *insurance, const char *key)
{
  g_autofree char *whole = g_strconcat (key, "Unmapped", NULL);
  g_autoptr (GVariantIter) positions = NULL;
  g_autoptr (GString) list = g_string_new (NULL);
  guint position;

  if (!g_variant_lookup (insurance, whole, "au", &positions))
    return NULL;
  while (g_variant_iter_next (positions, "u", &position))
    g_string_append_printf (list, "%s%u", list->len > 0 ? ", " : "", position + 1);
  if (list->len == 0)
    return NULL;
  if (g_str_equal (key, "Name"))
    return g_strdup_printf (_ ("● at character %s: the center has no glyph; see the name on the card"), list->str);
  return g_strdup_printf (_ ("● at character %s: the center has no glyph"), list->str);
}

gboolean
answer_keys_is_covered (GVariant *part, const char *key)
{
  static const char *const codes[][2] = { { "Class", "ClassName" }, { "Category", "Name" } };

  for (guint i = 0; i < G_N_ELEMENTS (codes); i++)
    if (g_str_equal (key, codes[i][0]))
      {
        g_autoptr (GVariant) name = g_variant_lookup_value (part, codes[i][1], NULL);

        return name != NULL;
      }
  return FALSE;
}
