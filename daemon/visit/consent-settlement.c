/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* consent-settlement: see the header. */
#include "visit/consent-settlement.h"

#include "base/error.h"
#include "base/log.h"
#include "visit/consent-rules.h"

static void
add_error (LedgerEntry *entry, const GError *error)
{
  if (error == NULL)
    return;
  ledger_entry_add_text (entry, LEDGER_FIELD_ERROR, shikaku_error_get_short_name ((ShikakuError)error->code));
  ledger_entry_add_text (entry, LEDGER_FIELD_CODE, shikaku_error_get_plain_code (error));
}

/* settle_consent: consent @index of the message. @said: of the center, or NULL; @error: or NULL. */
static void
settle_consent (ConsentBook *book, const ConsentBookMessage *message, guint index, const LedgerPersonHashes *person,
                ConsentBookState state, const TransportConsentState *said, const GError *error)
{
  const ConsentKind kind = g_array_index (message->kinds, ConsentKind, index);
  const guint64 place = g_array_index (message->entries, guint64, index);
  const gint64 at = said != NULL && said->at != 0 ? said->at : g_get_real_time ();
  const gint64 until
      = state == CONSENT_BOOK_REGISTERED ? consent_rules_get_end (kind, at, said->until) : message->until;
  LedgerEntry *entry = ledger_entry_new (LEDGER_REGISTRATION);

  ledger_entry_add_text (entry, LEDGER_FIELD_VISIT, message->visit);
  ledger_person_add (entry, person);
  ledger_entry_add_text (entry, LEDGER_FIELD_CONSENT, consent_kind_to_string (kind));
  if (state == CONSENT_BOOK_REGISTERED)
    ledger_entry_add_number (entry, LEDGER_FIELD_UNTIL, (guint64)until);
  ledger_entry_add_text (entry, LEDGER_FIELD_IDENTIFIER, message->identifier);
  ledger_entry_add_text (entry, LEDGER_FIELD_OUTCOME, consent_book_state_to_string (state));
  add_error (entry, error);
  ledger_entry_add_number (entry, LEDGER_FIELD_ENTRY, place);
  consent_book_settle (book, place, state, at, until, entry);
}

static void
settle_consents (ConsentBook *book, const ConsentBookMessage *message, const LedgerPersonHashes *person,
                 const TransportReply *reply, const GError *error)
{
  const ConsentBookState without_reply = error != NULL ? CONSENT_BOOK_REFUSED : CONSENT_BOOK_UNKNOWN;

  for (guint i = 0; i < message->entries->len; i++)
    {
      const TransportConsentState *said
          = reply != NULL ? &reply->consents[g_array_index (message->kinds, ConsentKind, i)] : NULL;
      const ConsentBookState state = said == NULL    ? without_reply
                                     : said->granted ? CONSENT_BOOK_REGISTERED
                                                     : CONSENT_BOOK_REFUSED;

      settle_consent (book, message, i, person, state, said, error);
    }
  log_info (message->visit, "consents: %s",
            reply != NULL   ? "the center has answered"
            : error != NULL ? "the center has refused them"
                            : "the center never said what became of them");
}

static ConsentBookWithdrawal
judge_withdrawal (const ConsentBookMessage *message, const TransportReply *reply, const GError *error)
{
  if (reply != NULL)
    return CONSENT_BOOK_WITHDRAWN_CENTER;
  if (g_error_matches (error, SHIKAKU_ERROR, SHIKAKU_ERROR_NOT_FOUND))
    return CONSENT_BOOK_WITHDRAWAL_NOTHING;
  if (error != NULL)
    return CONSENT_BOOK_WITHDRAWAL_REFUSED;
  return message->is_renewed ? CONSENT_BOOK_WITHDRAWAL_RENEWED : CONSENT_BOOK_WITHDRAWAL_LAPSED;
}

static void
settle_withdrawal (ConsentBook *book, const ConsentBookMessage *message, const LedgerPersonHashes *person,
                   const TransportReply *reply, const GError *error)
{
  const ConsentBookWithdrawal withdrawal = judge_withdrawal (message, reply, error);
  const char *word = consent_book_withdrawal_to_string (withdrawal);
  LedgerEntry *entry = ledger_entry_new (LEDGER_WITHDRAWAL);

  ledger_entry_add_text (entry, LEDGER_FIELD_VISIT, message->visit);
  ledger_person_add (entry, person);
  ledger_entry_add_text (entry, LEDGER_FIELD_CONSENT,
                         consent_kind_to_string (g_array_index (message->kinds, ConsentKind, 0)));
  ledger_entry_add_number (entry, LEDGER_FIELD_UNTIL, (guint64)message->until);
  ledger_entry_add_text (entry, LEDGER_FIELD_IDENTIFIER, message->identifier);
  ledger_entry_add_text (entry, LEDGER_FIELD_OUTCOME, word);
  add_error (entry, error);
  ledger_entry_add_number (entry, LEDGER_FIELD_ENTRY, g_array_index (message->entries, guint64, 0));
  ledger_entry_add_text (entry, LEDGER_FIELD_RECEIPT, message->receipt);
  consent_book_settle_withdrawal (book, message->identifier, withdrawal, entry);
  log_info (message->visit, "consents: a withdrawal has come to its end at the center: %s", word);
}

void
consent_settlement_write (ConsentBook *book, const ConsentBookMessage *message, const LedgerPersonHashes *person,
                          const TransportReply *reply, const GError *error)
{
  if (message->withdraws)
    settle_withdrawal (book, message, person, reply, error);
  else
    settle_consents (book, message, person, reply, error);
}

void
consent_settlement_forget (ConsentBook *book, const ConsentBookMessage *message, guint index,
                           const LedgerPersonHashes *person)
{
  settle_consent (book, message, index, person, CONSENT_BOOK_UNKNOWN, NULL, NULL);
}
