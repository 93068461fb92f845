/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* consent-item: see the header. */
#include "store/consent-item.h"

#include <string.h>

#include "codec/name-comparison.h"
#include "codec/typed-number.h"

/* compare_branches: they are two digits; some answers leave them out. */
static NameComparison
compare_branches (const char *a, const char *b)
{
  g_autofree char *bare_a = a != NULL ? typed_number_fold (a) : NULL;
  g_autofree char *bare_b = b != NULL ? typed_number_fold (b) : NULL;

  if (bare_a == NULL || bare_b == NULL || *bare_a == '\0' || *bare_b == '\0')
    return NAME_COMPARISON_UNKNOWN;
  return strcmp (bare_a + strspn (bare_a, "0"), bare_b + strspn (bare_b, "0")) == 0 ? NAME_COMPARISON_SAME
                                                                                    : NAME_COMPARISON_DIFFERS;
}

ConsentBookLikeness
consent_book_person_compare (const ConsentBookPerson *a, const ConsentBookPerson *b)
{
  const NameComparison results[]
      = { compare_branches (a->branch, b->branch),
          name_comparison_compare_any (NAME_WRITTEN, (const char *const[]){ a->name, a->name_of_other },
                                       (const char *const[]){ b->name, b->name_of_other }),
          name_comparison_compare_any (NAME_KANA, (const char *const[]){ a->kana, a->kana_of_other },
                                       (const char *const[]){ b->kana, b->kana_of_other }) };
  ConsentBookLikeness likeness = CONSENT_BOOK_MAYBE_PERSON;

  if (a->birthdate != NULL && b->birthdate != NULL && strcmp (a->birthdate, b->birthdate) != 0)
    return CONSENT_BOOK_OTHER_PERSON;
  for (gsize i = 0; i < G_N_ELEMENTS (results); i++)
    if (results[i] == NAME_COMPARISON_DIFFERS)
      return CONSENT_BOOK_OTHER_PERSON;
    else if (results[i] != NAME_COMPARISON_UNKNOWN)
      likeness = CONSENT_BOOK_SAME_PERSON;
  return likeness;
}

gboolean
consent_book_person_may_have_branch (const ConsentBookPerson *person, const char *branch)
{
  return compare_branches (person->branch, branch) != NAME_COMPARISON_DIFFERS;
}

const char *
consent_book_state_to_string (ConsentBookState state)
{
  static const char *const words[] = {
    [CONSENT_BOOK_OPEN] = "open",       [CONSENT_BOOK_REGISTERED] = "registered", [CONSENT_BOOK_REFUSED] = "refused",
    [CONSENT_BOOK_UNKNOWN] = "unknown", [CONSENT_BOOK_WITHDRAWN] = "withdrawn",
  };

  return (guint)state < G_N_ELEMENTS (words) ? words[state] : words[CONSENT_BOOK_UNKNOWN];
}

const char *
consent_book_withdrawal_to_string (ConsentBookWithdrawal withdrawal)
{
  static const char *const words[] = {
    [CONSENT_BOOK_WITHDRAWN_HERE] = "here",        [CONSENT_BOOK_WITHDRAWAL_OPEN] = "unknown",
    [CONSENT_BOOK_WITHDRAWN_CENTER] = "center",    [CONSENT_BOOK_WITHDRAWAL_REFUSED] = "refused",
    [CONSENT_BOOK_WITHDRAWAL_LAPSED] = "lapsed",   [CONSENT_BOOK_WITHDRAWAL_RENEWED] = "renewed",
    [CONSENT_BOOK_WITHDRAWAL_NOTHING] = "nothing",
  };

  return (guint)withdrawal < G_N_ELEMENTS (words) ? words[withdrawal] : words[CONSENT_BOOK_WITHDRAWAL_OPEN];
}

void
consent_book_person_copy (const ConsentBookPerson *person, ConsentBookPerson *ret)
{
  *ret = (ConsentBookPerson){
    .name = g_strdup (person->name),
    .kana = g_strdup (person->kana),
    .birthdate = g_strdup (person->birthdate),
    .name_of_other = g_strdup (person->name_of_other),
    .kana_of_other = g_strdup (person->kana_of_other),
    .insurer_number = g_strdup (person->insurer_number),
    .symbol = g_strdup (person->symbol),
    .number = g_strdup (person->number),
    .branch = g_strdup (person->branch),
    .evidence = g_strdup (person->evidence),
    .origin = g_strdup (person->origin),
    .answerer = g_strdup (person->answerer),
  };
}

void
consent_book_person_clear (ConsentBookPerson *person)
{
  g_clear_pointer (&person->name, g_free);
  g_clear_pointer (&person->kana, g_free);
  g_clear_pointer (&person->name_of_other, g_free);
  g_clear_pointer (&person->kana_of_other, g_free);
  g_clear_pointer (&person->birthdate, g_free);
  g_clear_pointer (&person->insurer_number, g_free);
  g_clear_pointer (&person->symbol, g_free);
  g_clear_pointer (&person->number, g_free);
  g_clear_pointer (&person->branch, g_free);
  g_clear_pointer (&person->evidence, g_free);
  g_clear_pointer (&person->origin, g_free);
  g_clear_pointer (&person->answerer, g_free);
}

void
consent_book_item_free (ConsentBookItem *item)
{
  if (item == NULL)
    return;
  consent_book_person_clear (&item->person);
  g_free (item->receipt);
  g_free (item->identifier);
  g_free (item->visit);
  g_free (item);
}

void
consent_book_message_free (ConsentBookMessage *message)
{
  if (message == NULL)
    return;
  g_free (message->identifier);
  g_clear_pointer (&message->request, g_bytes_unref);
  g_array_unref (message->entries);
  g_array_unref (message->kinds);
  g_free (message->visit);
  g_free (message->receipt);
  consent_book_person_clear (&message->person);
  g_free (message);
}

static void
clear_answer (gpointer data)
{
  ledger_entry_unref (((ConsentBookAnswer *)data)->entry);
}

ConsentBookWriting *
consent_book_writing_new (void)
{
  ConsentBookWriting *writing = g_new0 (ConsentBookWriting, 1);

  writing->answers = g_array_new (FALSE, FALSE, sizeof (ConsentBookAnswer));
  g_array_set_clear_func (writing->answers, clear_answer);
  return writing;
}

void
consent_book_writing_add (ConsentBookWriting *writing, LedgerEntry *entry, gboolean is_open, ConsentKind kind,
                          gint64 until)
{
  const ConsentBookAnswer answer = { entry, is_open, CONSENT_BOOK_OPEN, kind, 0, until };

  g_array_append_val (writing->answers, answer);
}

void
consent_book_writing_add_said (ConsentBookWriting *writing, LedgerEntry *entry, gboolean is_kept, ConsentKind kind,
                               gint64 at, gint64 until)
{
  const ConsentBookAnswer answer = { entry, is_kept, CONSENT_BOOK_REGISTERED, kind, at, until };

  g_array_append_val (writing->answers, answer);
}

void
consent_book_writing_free (ConsentBookWriting *writing)
{
  if (writing == NULL)
    return;
  g_array_unref (writing->answers);
  g_free (writing->identifier);
  g_clear_pointer (&writing->request, g_bytes_unref);
  g_free (writing->visit);
  consent_book_person_clear (&writing->person);
  g_free (writing);
}
