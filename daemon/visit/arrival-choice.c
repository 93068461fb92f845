/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* arrival-choice: see the header. */
#include "visit/arrival-choice.h"

#include <string.h>

#include "base/error.h"
#include "codec/japanese-text.h"
#include "codec/name-comparison.h"
#include "codec/typed-number.h"
#include "store/consent-item.h"
#include "visit/consent-rules.h"
#include "visit/person.h"

#define WORD_BIRTHDATE "birthdate "
#define WORD_REFERENCE "reference "
#define UNMAPPED "●"
#define TEXT_MAXIMUM 100 /* characters, of a name and of a reference number */

/* The patient. */

static gboolean
refuse_patient (GError **error, const char *text)
{
  g_set_error_literal (error, SHIKAKU_ERROR, SHIKAKU_ERROR_INVALID_OPTION, text);
  return FALSE;
}

static gboolean
is_text (const char *text)
{
  return text == NULL || (g_utf8_validate (text, -1, NULL) && g_utf8_strlen (text, -1) <= TEXT_MAXIMUM);
}

/* has_name: whether anything is left of it that can be compared. */
static gboolean
has_name (NameKind kind, const char *text)
{
  g_autofree char *normal = text != NULL ? name_comparison_normalise (kind, text) : NULL;

  return normal != NULL;
}

static gboolean
is_date (const char *text)
{
  g_autofree char *date = typed_number_fold_date (text);

  return date != NULL && japanese_text_is_date (date);
}

gboolean
arrival_patient_check (const ArrivalPatient *patient, GError **error)
{
  g_autofree char *reference = NULL;

  if (!is_text (patient->name) || !is_text (patient->name_kana) || !is_text (patient->reference_number))
    return refuse_patient (error,
                           "Name (氏名), NameKana (カナ氏名) and ReferenceNumber (照会番号): up to 100 characters");
  if (patient->birthdate != NULL && !is_date (patient->birthdate))
    return refuse_patient (error, "Birthdate (生年月日): YYYYMMDD");
  reference = typed_number_fold (patient->reference_number);
  if (patient->reference_number != NULL && reference == NULL)
    return refuse_patient (error, "ReferenceNumber (照会番号): it is empty");
  if (reference != NULL)
    return TRUE;
  if (patient->birthdate != NULL
      && (has_name (NAME_WRITTEN, patient->name) || has_name (NAME_KANA, patient->name_kana)))
    return TRUE;
  return refuse_patient (error,
                         "the patient is named by Birthdate (生年月日) with Name (氏名) or NameKana (カナ氏名), or by "
                         "ReferenceNumber (照会番号)");
}

char *
arrival_patient_make_word (const ArrivalPatient *patient)
{
  g_autofree char *reference = typed_number_fold (patient->reference_number);
  g_autofree char *date = typed_number_fold_date (patient->birthdate);

  return reference != NULL ? g_strconcat (WORD_REFERENCE, reference, NULL) : g_strconcat (WORD_BIRTHDATE, date, NULL);
}

/* add_word: @text: NULL: none. @folded: (transfer full), or NULL. */
static void
add_word (GPtrArray *words, const char *begin, char *folded)
{
  char *word = folded != NULL ? g_strconcat (begin, folded, NULL) : NULL;

  if (word != NULL && !g_ptr_array_find_with_equal_func (words, word, g_str_equal, NULL))
    g_ptr_array_add (words, word);
  else
    g_free (word);
  g_free (folded);
}

char **
arrival_choice_make_words (const Qualification *qualification)
{
  GPtrArray *words = g_ptr_array_new ();

  for (guint i = 0; i < qualification->insurances->len; i++)
    {
      const QualificationInsurance *insurance = qualification->insurances->pdata[i];

      add_word (words, WORD_BIRTHDATE, typed_number_fold_date (insurance->birthdate));
      add_word (words, WORD_REFERENCE, typed_number_fold (insurance->reference_number));
    }
  g_ptr_array_add (words, NULL);
  return (char **)g_ptr_array_free (words, FALSE);
}

/* Comparing. */

/* compare_name: ● in @known stands for any one character; one that was typed for the center's own ● alone: else who
   types nothing but ● would fit everybody. */
static NameComparison
compare_name (NameKind kind, const char *typed, const char *known)
{
  g_autofree char *normal = name_comparison_normalise (kind, typed);
  g_autofree char *normal_known = name_comparison_normalise (kind, known);

  if (strstr (normal, UNMAPPED) == NULL)
    return name_comparison_compare (kind, typed, known);
  return g_strcmp0 (normal, normal_known) == 0 ? NAME_COMPARISON_UNKNOWN : NAME_COMPARISON_DIFFERS;
}

/* compare_names: what was typed with each name of each insurance, but for those of which nothing is left: the best
   counts. */
static NameComparison
compare_names (NameKind kind, const char *typed, const Qualification *qualification)
{
  NameComparison best = NAME_COMPARISON_N_RESULTS;

  for (guint i = 0; i < qualification->insurances->len; i++)
    {
      const QualificationInsurance *insurance = qualification->insurances->pdata[i];
      const char *const written[] = { insurance->name, insurance->name_of_other };
      const char *const read[] = { insurance->name_kana, insurance->name_of_other_kana };
      const char *const *known = kind == NAME_WRITTEN ? written : read;

      for (guint j = 0; j < G_N_ELEMENTS (written); j++)
        if (has_name (kind, known[j]))
          best = MIN (best, compare_name (kind, typed, known[j]));
    }
  return best != NAME_COMPARISON_N_RESULTS ? best : NAME_COMPARISON_UNKNOWN;
}

ArrivalFit
arrival_choice_judge (const ArrivalPatient *patient, const Qualification *qualification)
{
  g_auto (GStrv) words = arrival_choice_make_words (qualification);
  g_autofree char *word = arrival_patient_make_word (patient);
  g_autofree char *date = typed_number_fold_date (patient->birthdate);
  g_autofree char *birthdate = date != NULL ? g_strconcat (WORD_BIRTHDATE, date, NULL) : NULL;
  const NameComparison name = has_name (NAME_WRITTEN, patient->name)
                                  ? compare_names (NAME_WRITTEN, patient->name, qualification)
                                  : NAME_COMPARISON_UNKNOWN;
  const NameComparison kana = has_name (NAME_KANA, patient->name_kana)
                                  ? compare_names (NAME_KANA, patient->name_kana, qualification)
                                  : NAME_COMPARISON_UNKNOWN;

  if (!g_strv_contains ((const char *const *)words, word)
      || (birthdate != NULL && !g_strv_contains ((const char *const *)words, birthdate))
      || name == NAME_COMPARISON_DIFFERS || kana == NAME_COMPARISON_DIFFERS)
    return ARRIVAL_FITS_NOT;
  if (g_str_has_prefix (word, WORD_REFERENCE))
    return ARRIVAL_FITS;
  return name == NAME_COMPARISON_UNKNOWN && kana == NAME_COMPARISON_UNKNOWN ? ARRIVAL_FITS_MAYBE : ARRIVAL_FITS;
}

/* Groups. */

ArrivalFound *
arrival_found_new (ArrivalBookItem *item, TransportReply *reply)
{
  ArrivalFound *found = g_new (ArrivalFound, 1);

  *found = (ArrivalFound){ item, reply };
  return found;
}

void
arrival_found_free (ArrivalFound *found)
{
  if (found == NULL)
    return;
  arrival_book_item_free (found->item);
  g_clear_pointer (&found->reply, transport_reply_free);
  g_free (found);
}

static ConsentBookPerson
borrow_person (const QualificationInsurance *insurance)
{
  return (ConsentBookPerson){
    .name = (char *)insurance->name,
    .kana = (char *)insurance->name_kana,
    .birthdate = (char *)insurance->birthdate,
    .name_of_other = (char *)insurance->name_of_other,
    .kana_of_other = (char *)insurance->name_of_other_kana,
    .branch = (char *)insurance->branch,
  };
}

static char *
make_number (const QualificationInsurance *insurance)
{
  g_autofree char *insurer = person_skip_zeros (insurance->insurer_number);
  g_autofree char *number = person_join_number (insurance->symbol, insurance->number);

  return g_strdup_printf ("%s\n%s", insurer != NULL ? insurer : "", number != NULL ? number : "");
}

/* is_same: one person with one insurance, as far as it can be known: twins have the same numbers. */
static gboolean
is_same (const ArrivalFound *a, const ArrivalFound *b)
{
  const QualificationInsurance *of_a = person_get_insurance (a->reply->qualification);
  const QualificationInsurance *of_b = person_get_insurance (b->reply->qualification);
  const ConsentBookPerson person_a = borrow_person (of_a), person_b = borrow_person (of_b);
  g_autofree char *number_a = make_number (of_a), *number_b = make_number (of_b);

  return strcmp (number_a, number_b) == 0
         && consent_book_person_compare (&person_a, &person_b) == CONSENT_BOOK_SAME_PERSON;
}

static void
add_to_groups (GPtrArray *groups, ArrivalFound *found)
{
  GPtrArray *group = NULL;

  for (guint i = 0; i < groups->len && group == NULL; i++)
    {
      GPtrArray *other = groups->pdata[i];

      if (is_same (other->pdata[other->len - 1], found))
        group = other;
    }
  if (group == NULL)
    {
      group = g_ptr_array_new_with_free_func ((GDestroyNotify)arrival_found_free);
      g_ptr_array_add (groups, group);
    }
  g_ptr_array_add (group, found);
}

static gboolean
has_arrival (const GPtrArray *group, const char *id)
{
  for (guint i = 0; i < group->len; i++)
    if (g_strcmp0 (((const ArrivalFound *)group->pdata[i])->item->id, id) == 0)
      return TRUE;
  return FALSE;
}

GPtrArray *
arrival_choice_group (const ArrivalPatient *patient, GPtrArray *found, gboolean *ret_fits)
{
  GPtrArray *groups = g_ptr_array_new_with_free_func ((GDestroyNotify)g_ptr_array_unref);
  gboolean is_sure = TRUE;

  while (found->len > 0)
    {
      ArrivalFound *next = g_ptr_array_steal_index (found, 0);
      const ArrivalFit fit = arrival_choice_judge (patient, next->reply->qualification);

      if (fit == ARRIVAL_FITS_NOT)
        {
          arrival_found_free (next);
          continue;
        }
      is_sure &= fit == ARRIVAL_FITS;
      add_to_groups (groups, next);
    }
  g_ptr_array_unref (found);
  for (guint i = groups->len; i > 0 && patient->arrival != NULL; i--)
    if (!has_arrival (groups->pdata[i - 1], patient->arrival))
      g_ptr_array_remove_index (groups, i - 1);
  *ret_fits = groups->len == 1 && (is_sure || patient->arrival != NULL);
  return groups;
}

/* bound_consent: nothing was said after its file came, and no yes holds longer than one that was given then: a file can
   say anything. A no has no time of its own: it is as new as its file. */
static TransportConsentState
bound_consent (const TransportConsentState *said, ConsentKind kind, const ArrivalBookItem *item)
{
  const gint64 at = said->at != 0 ? said->at : item->at;
  TransportConsentState bound = *said;

  bound.at = said->granted ? MIN (at, item->received) : item->received;
  bound.until = MIN (said->until, consent_rules_get_end (kind, item->received, 0));
  return bound;
}

TransportReply *
arrival_choice_merge (GPtrArray *group)
{
  TransportConsentState last[CONSENT_N_KINDS] = { { FALSE } };
  ArrivalFound *newest = group->pdata[group->len - 1];

  for (guint i = 0; i < group->len; i++)
    for (guint kind = 0; kind < CONSENT_N_KINDS; kind++)
      {
        const ArrivalFound *found = group->pdata[i];

        if (found->reply->consents[kind].is_answered)
          last[kind] = bound_consent (&found->reply->consents[kind], (ConsentKind)kind, found->item);
      }
  memcpy (newest->reply->consents, last, sizeof last);
  return g_steal_pointer (&newest->reply);
}
