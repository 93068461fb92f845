/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * answer-view: in comes the eligibility dictionary, out goes a card for the desk.
 *
 * One table says what each key is called and how its value reads. A key that is not in it is shown under its own name:
 * nothing that the center sent is hidden.
 */
#include "answer-view.h"

#include <glib/gi18n.h>
#include <string.h>

#include "client/output.h"
#include "client/words.h"
#include "daemon/base/names.h"

typedef enum
{
  VALUE_TEXT,
  VALUE_WORD, /* a word of the contract */
  VALUE_DATE,
  VALUE_MONTH, /* YYYYMM */
  VALUE_RATIO, /* percent */
  VALUE_FLAG,
  VALUE_CERTIFICATE, /* of a ceiling, OQSCD011 */
  VALUE_YEN,         /* with leading zeros */
} ValueType;

typedef struct
{
  const char *key;
  const char *label; /* msgid; NULL: shown elsewhere */
  ValueType type;
} Row;

static const Row insurance_rows[] = {
  { "Name", N_ ("Name"), VALUE_TEXT },
  { "NameUnmapped", NULL, 0 }, /* below the name */
  { "NameKana", N_ ("Name (kana)"), VALUE_TEXT },
  { "Sex", N_ ("Sex"), VALUE_WORD },
  { "Birthdate", N_ ("Date of birth"), VALUE_DATE },
  { "PostNumber", N_ ("Post code"), VALUE_TEXT },
  { "Address", N_ ("Address"), VALUE_TEXT },
  { "Classification", N_ ("Kind of insurance"), VALUE_WORD },
  { "InsurerNumber", N_ ("Insurer number"), VALUE_TEXT },
  { "InsurerName", N_ ("Insurer"), VALUE_TEXT },
  { "Symbol", N_ ("Symbol"), VALUE_TEXT },
  { "Number", N_ ("Number"), VALUE_TEXT },
  { "Branch", N_ ("Branch"), VALUE_TEXT },
  { "Relationship", N_ ("Relationship"), VALUE_WORD },
  { "QualificationDate", N_ ("Insured since"), VALUE_DATE },
  { "DisqualificationDate", N_ ("Insurance ended"), VALUE_DATE },
  { "LossReason", N_ ("Reason of the end"), VALUE_WORD },
  { "ValidFrom", N_ ("Valid from"), VALUE_DATE },
  { "ValidUntil", N_ ("Valid until"), VALUE_DATE },
  { "BurdenRatio", N_ ("Burden ratio"), VALUE_RATIO },
  { "Preschool", N_ ("Preschool child"), VALUE_FLAG },
  { "Elderly", N_ ("Elderly certificate"), 0 },
  { "Ceiling", N_ ("Payment ceiling"), 0 },
  { "SpecificDiseases", N_ ("Specific disease"), 0 },
  { "PublicExpenses", N_ ("Public expenses"), 0 },
  { "ReferenceNumber", N_ ("Patient number here"), VALUE_TEXT },
};

/* Of Elderly, Ceiling, SpecificDiseases. */
static const Row part_rows[] = {
  { "Class", N_ ("Class"), VALUE_TEXT },
  { "ClassName", N_ ("Class"), VALUE_TEXT },
  { "Classification", N_ ("Certificate"), VALUE_CERTIFICATE },
  { "Category", N_ ("Category"), VALUE_TEXT },
  { "Name", N_ ("Disease"), VALUE_TEXT },
  { "Date", N_ ("Issued"), VALUE_DATE },
  { "From", N_ ("Valid from"), VALUE_DATE },
  { "Until", N_ ("Valid until"), VALUE_DATE },
  { "LongTermFrom", N_ ("Long term since"), VALUE_DATE },
  { "BurdenRatio", N_ ("Burden ratio"), VALUE_RATIO },
  { "SelfPay", N_ ("Own share (yen)"), VALUE_YEN },
};

/* Of PublicExpenses: tickets of medical aid, under the field's own names. */
static const Row ticket_rows[] = {
  { "TicketType", N_ ("Ticket"), VALUE_WORD },
  { "MedicalTicketValidDate", N_ ("Valid from"), VALUE_DATE },
  { "MedicalTicketExpirationDate", N_ ("Valid until"), VALUE_DATE },
  { "IssueNumber", N_ ("Issue number"), VALUE_TEXT },
  { "MedicalTreatmentMonth", N_ ("Month of treatment"), VALUE_MONTH },
  { "DesignatedMedicalInstitutionCode", N_ ("Institution (code)"), VALUE_TEXT },
  { "DesignatedMedicalInstitutionFlag", N_ ("This institution"), VALUE_WORD },
  { "DesignatedMedicalInstitutionName", N_ ("Institution"), VALUE_TEXT },
  { "PrescriptionIssuerMedicalInstitutionCode", N_ ("Prescriber (code)"), VALUE_TEXT },
  { "PrescriptionIssuerMedicalInstitutionName", N_ ("Prescriber"), VALUE_TEXT },
  { "InjuryName1", N_ ("Illness 1"), VALUE_TEXT },
  { "InjuryName2", N_ ("Illness 2"), VALUE_TEXT },
  { "InjuryName3", N_ ("Illness 3"), VALUE_TEXT },
  { "MedicalTreatmentType", N_ ("Treatment"), VALUE_WORD },
  { "SelfPayAmount", N_ ("Own share (yen)"), VALUE_YEN },
  { "DistrictContactName", N_ ("District contact"), VALUE_TEXT },
  { "HandlingContactName", N_ ("Handled by"), VALUE_TEXT },
  { "SingleOrCombinedUse", N_ ("Use with insurance"), VALUE_WORD },
  { "StatusOfSocialInsurance", N_ ("Social insurance"), VALUE_WORD },
  { "ConsistencyFlag", N_ ("Consistency"), VALUE_WORD },
  { "StatusOfInfecton", N_ ("Infections law"), VALUE_WORD }, /* the field spells it so */
  { "StatusOfElderlyMedicalCare", N_ ("Care of the elderly"), VALUE_WORD },
  { "StatusOfPrefecturalExpenses", N_ ("Prefecture pays"), VALUE_WORD },
  { "Remarks1", N_ ("Remark 1"), VALUE_TEXT },
  { "Remarks2", N_ ("Remark 2"), VALUE_TEXT },
  { "Remarks3", N_ ("Remark 3"), VALUE_TEXT },
};

static const Row *
find_row (const Row *rows, guint n_rows, const char *key)
{
  for (guint i = 0; i < n_rows; i++)
    if (g_str_equal (rows[i].key, key))
      return &rows[i];
  return NULL;
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
format_value (const char *key, ValueType type, GVariant *value)
{
  const char *text = g_variant_is_of_type (value, G_VARIANT_TYPE_STRING) ? g_variant_get_string (value, NULL) : NULL;

  if (type == VALUE_RATIO && g_variant_is_of_type (value, G_VARIANT_TYPE_UINT32))
    return format_ratio (g_variant_get_uint32 (value));
  if (g_variant_is_of_type (value, G_VARIANT_TYPE_BOOLEAN))
    return g_strdup (g_variant_get_boolean (value) ? _ ("yes") : _ ("no"));
  if (text == NULL)
    return g_variant_print (value, FALSE);
  if (type == VALUE_DATE)
    return words_date (text);
  if (type == VALUE_MONTH)
    return words_month (text);
  if (type == VALUE_YEN)
    return g_strdup (text + MIN (strspn (text, "0"), MAX (strlen (text), 1) - 1));
  if (type == VALUE_CERTIFICATE)
    return g_strdup (words_value ("Certificate", text));
  return g_strdup (type == VALUE_WORD ? words_value (key, text) : text);
}

static void
print_value (const char *indent, const char *key, const Row *row, GVariant *value)
{
  g_autofree char *text = format_value (key, row != NULL ? row->type : VALUE_TEXT, value);
  g_autofree char *label = g_strconcat (indent, row != NULL && row->label != NULL ? _ (row->label) : key, NULL);

  output_row (label, text);
}

/* Any dictionary, and what it holds; the center's own names where the contract has none. */
static void
print_part (const char *indent, GVariant *part, const Row *rows, guint n_rows)
{
  g_autofree char *deeper = g_strconcat (indent, "  ", NULL);
  g_autoptr (GVariant) class_name = g_variant_lookup_value (part, "ClassName", NULL);
  g_autoptr (GVariant) disease_name = g_variant_lookup_value (part, "Name", NULL);
  GVariantIter iter;
  const char *key;
  GVariant *value;

  g_variant_iter_init (&iter, part);
  while (g_variant_iter_loop (&iter, "{&sv}", &key, &value))
    {
      const Row *row = find_row (rows, n_rows, key);

      if ((class_name != NULL && g_str_equal (key, "Class")) || (disease_name != NULL && g_str_equal (key, "Category")))
        continue; /* a code says nothing that its name does not */
      if (g_variant_is_of_type (value, G_VARIANT_TYPE_VARDICT))
        {
          g_autofree char *label = g_strconcat (indent, key, NULL);
          output_row (label, "");
          print_part (deeper, value, rows, n_rows);
        }
      else
        print_value (indent, key, row, value);
    }
}

static void
print_parts (const Row *row, GVariant *value)
{
  g_autofree char *label = g_strconcat (_ (row->label), ":", NULL);

  if (g_variant_is_of_type (value, G_VARIANT_TYPE_VARDICT))
    {
      output_row (label, "");
      print_part ("  ", value, part_rows, G_N_ELEMENTS (part_rows));
      return;
    }
  for (gsize i = 0; i < g_variant_n_children (value); i++)
    {
      g_autoptr (GVariant) part = g_variant_get_child_value (value, i);

      output_row (label, "");
      if (g_str_equal (row->key, "PublicExpenses"))
        print_part ("  ", part, ticket_rows, G_N_ELEMENTS (ticket_rows));
      else
        print_part ("  ", part, part_rows, G_N_ELEMENTS (part_rows));
    }
}

/* ● stands for a character that the center cannot send: the desk has to look at the card. */
static void
print_unmapped (GVariant *insurance)
{
  g_autoptr (GVariantIter) positions = NULL;
  GString *list;
  guint position;

  if (!g_variant_lookup (insurance, "NameUnmapped", "au", &positions))
    return;
  list = g_string_new (NULL);
  while (g_variant_iter_next (positions, "u", &position))
    g_string_append_printf (list, "%s%u", list->len > 0 ? ", " : "", position + 1);
  if (list->len > 0)
    {
      g_autofree char *text
          = g_strdup_printf (_ ("● at character %s: the center has no glyph; see the name on the card"), list->str);
      output_row ("", text);
    }
  g_string_free (list, TRUE);
}

static void
print_insurance (GVariant *insurance)
{
  GVariantIter iter;
  const char *key;
  GVariant *value;

  for (guint i = 0; i < G_N_ELEMENTS (insurance_rows); i++)
    {
      const Row *row = &insurance_rows[i];
      g_autoptr (GVariant) found = g_variant_lookup_value (insurance, row->key, NULL);

      if (found == NULL || row->label == NULL)
        continue;
      if (g_variant_is_of_type (found, G_VARIANT_TYPE_VARDICT)
          || g_variant_is_of_type (found, G_VARIANT_TYPE ("aa{sv}")))
        print_parts (row, found);
      else
        print_value ("", row->key, row, found);
      if (i == 0)
        print_unmapped (insurance);
    }
  g_variant_iter_init (&iter, insurance);
  while (g_variant_iter_loop (&iter, "{&sv}", &key, &value))
    if (find_row (insurance_rows, G_N_ELEMENTS (insurance_rows), key) == NULL)
      print_value ("", key, NULL, value);
}

static char *
format_consent (GVariant *consent)
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

static void
print_consents (GVariant *consents)
{
  GVariantIter iter;
  const char *kind;
  GVariant *consent;

  if (g_variant_n_children (consents) == 0)
    return;
  output_rule ();
  g_print ("%s\n", _ ("Consents"));
  g_variant_iter_init (&iter, consents);
  while (g_variant_iter_loop (&iter, "{&s@a{sv}}", &kind, &consent))
    {
      g_autofree char *text = format_consent (consent);

      output_row (words_consent (kind), text);
    }
}

static void
print_line (GVariant *eligibility, const char *key, const char *label)
{
  const char *text = "";

  if (g_variant_lookup (eligibility, key, "&s", &text) && *text)
    output_row (label, text);
}

static void
print_head (GVariant *eligibility)
{
  const char *answer = "", *validity = NULL;
  guint64 as_of = 0;
  gboolean changed = FALSE;
  g_autofree char *time = NULL, *clean = NULL;

  g_variant_lookup (eligibility, "Answer", "&s", &answer);
  clean = output_clean (words_answer (answer));
  g_print ("%s\n", clean);
  if (g_variant_lookup (eligibility, "Validity", "&s", &validity))
    output_row (_ ("Validity"), words_validity (validity));
  print_line (eligibility, "Advice", _ ("Advice"));
  if (g_str_equal (answer, "unknown"))
    print_line (eligibility, "Reason", _ ("Reason"));
  print_line (eligibility, "Code", _ ("Code of the center"));
  print_line (eligibility, "Message", _ ("Message of the center"));
  if (g_variant_lookup (eligibility, "Changed", "b", &changed) && changed)
    output_row (_ ("Changed"), _ ("The insurance has changed since the last check."));
  if (g_variant_lookup (eligibility, "AsOf", "t", &as_of) && as_of > 0)
    {
      time = words_time (as_of);
      output_row (_ ("As of"), time);
    }
}

void
answer_view_print (GVariant *eligibility, GVariant *consents)
{
  g_autoptr (GVariant) insurances = g_variant_lookup_value (eligibility, "Insurances", G_VARIANT_TYPE ("aa{sv}"));

  output_rule ();
  print_head (eligibility);
  for (gsize i = 0; insurances != NULL && i < g_variant_n_children (insurances); i++)
    {
      g_autoptr (GVariant) insurance = g_variant_get_child_value (insurances, i);

      output_rule ();
      print_insurance (insurance);
    }
  print_consents (consents);
  output_rule ();
}
