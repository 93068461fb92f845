/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* test-card-session: how many commands a visit to a card takes, when a PIN goes out and when not, and every bad end. */
#include "card/card-session.h"

#include <string.h>

#include "fake-card.h"
#include "fake-loop.h"
#include "fake-timer.h"

/* A card, its worker, and what the steps answered. */
typedef struct
{
  FakeCard *card;
  CardWorker *worker;
  CardSession *session;
  GCancellable *cancellable;
  GBytes *content, *signature;
  GError *error;
  gboolean answered;
} Desk;

static void
desk_begin (Desk *desk, const FakeIdentity *person)
{
  g_autoptr (GBytes) der = NULL;

  *desk = (Desk){ .card = fake_card_new (person != NULL ? person : fake_get_person ("yamada")) };
  der = fake_identity_get_der (desk->card->person);
  fake_card_set_file (desk->card, der, 100);
  desk->worker = card_worker_new (fake_card_get_reader (desk->card));
  desk->cancellable = g_cancellable_new ();
  desk->content = g_bytes_new_static ("what is to be signed", 20);
}

static void
desk_end (Desk *desk)
{
  g_clear_pointer (&desk->session, card_session_unref);
  g_clear_pointer (&desk->worker, card_worker_unref);
  g_clear_pointer (&desk->card, fake_card_free);
  g_clear_object (&desk->cancellable);
  g_clear_pointer (&desk->content, g_bytes_unref);
  g_clear_pointer (&desk->signature, g_bytes_unref);
  g_clear_error (&desk->error);
}

static void
on_opened (GObject *source, GAsyncResult *result, gpointer data)
{
  Desk *desk = data;

  g_clear_error (&desk->error);
  desk->session = card_session_open_finish (desk->worker, result, &desk->error);
  desk->answered = TRUE;
}

static void
start_open (Desk *desk)
{
  desk->answered = FALSE;
  card_session_open (desk->worker, desk->cancellable, on_opened, desk);
}

static void
open_card (Desk *desk)
{
  start_open (desk);
  fake_wait (&desk->answered);
}

static void
on_signed (GObject *source, GAsyncResult *result, gpointer data)
{
  Desk *desk = data;

  g_clear_error (&desk->error);
  desk->signature = card_session_sign_finish (desk->session, result, &desk->error);
  desk->answered = TRUE;
}

static void
start_sign (Desk *desk, const char *pin, gboolean last_try)
{
  g_autofree char *copy = g_strdup (pin);

  desk->answered = FALSE;
  card_session_sign (desk->session, secret_take (copy, strlen (copy)), desk->content, last_try, desk->cancellable,
                     on_signed, desk);
}

static void
sign (Desk *desk, const char *pin, gboolean last_try)
{
  start_sign (desk, pin, last_try);
  fake_wait (&desk->answered);
}

static void
on_closed (GObject *source, GAsyncResult *result, gpointer data)
{
  Desk *desk = data;

  card_session_close_finish (desk->session, result);
  desk->answered = TRUE;
}

static void
assert_let_go (Desk *desk)
{
  g_assert_false (desk->card->powered || desk->card->verified || desk->card->transactions);
}

/* Closes, and makes sure that the card is without power and rights. */
static void
close_card (Desk *desk)
{
  desk->answered = FALSE;
  card_session_close (desk->session, on_closed, desk);
  fake_wait (&desk->answered);
  assert_let_go (desk);
}

static void
assert_sign_fails (Desk *desk, const char *pin, ShikakuError code, guint verifies)
{
  sign (desk, pin, FALSE);
  g_assert_null (desk->signature);
  g_assert_error (desk->error, SHIKAKU_ERROR, (gint)code);
  g_assert_cmpuint (fake_card_count (desk->card, FAKE_VERIFY), ==, verifies);
  g_assert_false (desk->card->verified || desk->card->transactions);
}

/* A whole visit: the number of its commands. */
static guint
visit (Desk *desk)
{
  guint commands;

  open_card (desk);
  g_assert_no_error (desk->error);
  g_assert_cmpint (card_session_is_exclusive (desk->session), ==, !desk->card->shared);
  g_assert_cmpuint (card_session_get_tries (desk->session), ==, 3);
  g_assert_false (desk->card->transactions); /* never while a person types */
  sign (desk, "1234", FALSE);
  g_assert_no_error (desk->error);
  g_assert_true (
      card_certificate_verify (card_session_get_certificate (desk->session), desk->content, desk->signature, NULL));
  g_assert_true (desk->card->verified && desk->card->transactions == 1); /* nobody waits for the leaving */
  close_card (desk);
  g_assert_cmpuint (fake_card_count (desk->card, FAKE_SELECT), >=, 2); /* left before it was unpowered */
  commands = desk->card->commands->len;
  desk_end (desk);
  return commands;
}

static void
test_exclusive (void)
{
  static const char *const expected[] = {
    "\x00\xA4\x04\x0C\x0A", "\x00\xB0\x8A\x00\x00\x00\x00", "\x00\x20\x00\x98",
    "\x00\x20\x00\x98\x04", "\x80\x2A\x00\x97\x33",         "\x00\xA4\x04\x0C\x07",
  };
  static const guint sizes[] = { 15, 7, 4, 9, 5 + 51 + 1, 12 };
  Desk desk;

  desk_begin (&desk, NULL);
  open_card (&desk);
  sign (&desk, "1234", FALSE);
  close_card (&desk);
  g_assert_cmpuint (desk.card->commands->len, ==, G_N_ELEMENTS (expected));
  for (guint i = 0; i < G_N_ELEMENTS (expected); i++)
    {
      gsize size;
      const guint8 *command = g_bytes_get_data (desk.card->commands->pdata[i], &size);

      g_assert_cmpuint (size, ==, sizes[i]);
      g_assert_cmpmem (command, MIN (size, 5), expected[i], MIN (size, 5));
    }
  desk_end (&desk);
}

static void
test_numbers (void)
{
  Desk desk;

  desk_begin (&desk, NULL);
  desk.card->shared = TRUE;
  g_assert_cmpuint (visit (&desk), ==, 6 + 3 - 1); /* SELECT, is it the same card, the tries; it is left without */

  desk_begin (&desk, NULL);
  desk.card->reader_is_short = TRUE;
  g_assert_cmpuint (visit (&desk), <=, 14);

  desk_begin (&desk, NULL);
  desk.card->refuses_extended = desk.card->refuses_short_id = TRUE;
  g_assert_cmpuint (visit (&desk), <=, 14 + 2); /* PIN and key are selected too */

  desk_begin (&desk, NULL); /* it reads by short id, and does nothing else so */
  desk.card->refuses_short_id = TRUE;
  g_assert_cmpuint (visit (&desk), <=, 14 + 2);

  desk_begin (&desk, NULL);
  desk.card->shared = desk.card->refuses_short_id = TRUE;
  g_assert_cmpuint (visit (&desk), <=, 14 + 2 + 6);

  desk_begin (&desk, NULL);
  desk.card->fails_extended = desk.card->shared = TRUE;
  g_assert_cmpuint (visit (&desk), <=, 14 + 3);
}

static void
test_next_card (void)
{
  const FakeRequest request = { GNUTLS_PK_ECDSA, FAKE_P384_BITS, "Next", fake_get_authority (), 0, 0, 0, 0 };
  g_auto (FakeIdentity) person = { 0 };
  Desk desk;

  fake_identity_make (&person, &request);
  desk_begin (&desk, &person);
  g_assert_cmpuint (visit (&desk), ==, 6);
}

static void
test_wrong_pin (void)
{
  guint tries = 99;
  Desk desk;

  desk_begin (&desk, NULL);
  open_card (&desk);
  assert_sign_fails (&desk, "0000", SHIKAKU_ERROR_PIN_INCORRECT, 1);
  g_assert_true (shikaku_error_get_tries_left (desk.error, &tries));
  g_assert_cmpuint (tries, ==, 2);
  g_assert_cmpuint (card_session_get_tries (desk.session), ==, 2);
  assert_sign_fails (&desk, "0000", SHIKAKU_ERROR_PIN_INCORRECT, 2);
  assert_sign_fails (&desk, "1234", SHIKAKU_ERROR_PIN_REFUSED, 2); /* one left */
  g_assert_true (shikaku_error_get_tries_left (desk.error, &tries));
  g_assert_cmpuint (tries, ==, 1);
  g_assert_cmpuint (desk.card->tries, ==, 1);
  sign (&desk, "0000", TRUE);
  g_assert_error (desk.error, SHIKAKU_ERROR, SHIKAKU_ERROR_PIN_LOCKED);
  g_assert_cmpuint (card_session_get_tries (desk.session), ==, 0);
  sign (&desk, "1234", TRUE);
  g_assert_error (desk.error, SHIKAKU_ERROR, SHIKAKU_ERROR_PIN_LOCKED);
  close_card (&desk);
  desk_end (&desk);
}

static void
test_last_try (void)
{
  Desk desk;

  desk_begin (&desk, NULL);
  desk.card->tries = 1;
  open_card (&desk);
  g_assert_cmpuint (card_session_get_tries (desk.session), ==, 1);
  assert_sign_fails (&desk, "1234", SHIKAKU_ERROR_PIN_REFUSED, 0);
  sign (&desk, "1234", TRUE);
  g_assert_no_error (desk.error);
  close_card (&desk);
  desk_end (&desk);
}

static void
test_locked (void)
{
  Desk desk;

  desk_begin (&desk, NULL);
  desk.card->tries = 0;
  open_card (&desk);
  g_assert_cmpuint (card_session_get_tries (desk.session), ==, 0);
  assert_sign_fails (&desk, "1234", SHIKAKU_ERROR_PIN_LOCKED, 0);
  close_card (&desk);
  desk_end (&desk);
}

static void
test_not_a_pin (void)
{
  Desk desk;

  desk_begin (&desk, NULL);
  open_card (&desk);
  assert_sign_fails (&desk, "12345", SHIKAKU_ERROR_PIN_REFUSED, 0);
  assert_sign_fails (&desk, "12a4", SHIKAKU_ERROR_PIN_REFUSED, 0);
  close_card (&desk);
  desk_end (&desk);
}

/* While the person typed: the card was changed, reset, its PIN tried, the service went. No try is spent. */
static void
test_not_the_same (void)
{
  Desk desk;

  desk_begin (&desk, NULL);
  open_card (&desk);
  desk.card->is_changed = TRUE;
  assert_sign_fails (&desk, "1234", SHIKAKU_ERROR_CARD_REMOVED, 0);
  close_card (&desk);
  desk_end (&desk);

  desk_begin (&desk, NULL);
  open_card (&desk);
  desk.card->is_changed = desk.card->service_stops = TRUE;
  assert_sign_fails (&desk, "1234", SHIKAKU_ERROR_SERVICE_STOPPED, 0);
  close_card (&desk);
  desk_end (&desk);

  desk_begin (&desk, NULL);
  desk.card->shared = TRUE;
  open_card (&desk);
  desk.card->is_changed = TRUE;
  assert_sign_fails (&desk, "1234", SHIKAKU_ERROR_CARD_RESET, 0);
  close_card (&desk);
  desk_end (&desk);

  desk_begin (&desk, NULL);
  desk.card->shared = TRUE;
  open_card (&desk);
  desk.card->tries = 2;
  assert_sign_fails (&desk, "1234", SHIKAKU_ERROR_CARD_RESET, 0);
  close_card (&desk);
  desk_end (&desk);

  desk_begin (&desk, NULL);
  open_card (&desk);
  fake_card_fail (desk.card, FAKE_BEGIN, SHIKAKU_ERROR_SERVICE_STOPPED, 0);
  assert_sign_fails (&desk, "1234", SHIKAKU_ERROR_SERVICE_STOPPED, 0);
  close_card (&desk);
  desk_end (&desk);
}

/* A reader that shows no removal: another person's card lies there, with the same tries and the same PIN. */
static void
test_swapped (void)
{
  g_autoptr (GBytes) other = fake_identity_get_der (fake_get_person ("sato"));
  Desk desk;

  desk_begin (&desk, NULL);
  desk.card->shared = TRUE;
  open_card (&desk);
  fake_card_set_file (desk.card, other, 100);
  assert_sign_fails (&desk, "1234", SHIKAKU_ERROR_CARD_REMOVED, 0);
  g_assert_cmpuint (desk.card->tries, ==, 3);
  close_card (&desk);
  desk_end (&desk);
}

/* Another program left another application selected: the fresh SELECT finds ours. */
static void
test_shared_selection (void)
{
  Desk desk;

  desk_begin (&desk, NULL);
  desk.card->shared = TRUE;
  open_card (&desk);
  desk.card->jpki_selected = FALSE;
  sign (&desk, "1234", FALSE);
  g_assert_no_error (desk.error);
  close_card (&desk);
  desk_end (&desk);
}

static void
assert_open_fails (Desk *desk, ShikakuError code)
{
  open_card (desk);
  g_assert_null (desk->session);
  g_assert_error (desk->error, SHIKAKU_ERROR, (gint)code);
  assert_let_go (desk);
  desk_end (desk);
}

static void
test_open_fails (void)
{
  g_autoptr (GBytes) no_certificate = g_bytes_new_static ("\x30\x03\x02\x01\x01", 5);
  Desk desk;

  desk_begin (&desk, NULL);
  desk.card->present = FALSE;
  assert_open_fails (&desk, SHIKAKU_ERROR_NO_CARD);

  desk_begin (&desk, NULL);
  fake_card_fail (desk.card, FAKE_BEGIN, SHIKAKU_ERROR_CARD_REMOVED, 0);
  assert_open_fails (&desk, SHIKAKU_ERROR_CARD_REMOVED);

  desk_begin (&desk, NULL);
  desk.card->is_other_card = TRUE;
  assert_open_fails (&desk, SHIKAKU_ERROR_CARD_UNSUPPORTED);

  desk_begin (&desk, NULL);
  fake_card_fail (desk.card, FAKE_READ, SHIKAKU_ERROR_CARD_REMOVED, 0);
  assert_open_fails (&desk, SHIKAKU_ERROR_CARD_REMOVED);

  desk_begin (&desk, NULL);
  fake_card_fail (desk.card, FAKE_QUERY_TRIES, SHIKAKU_ERROR_NONE, 0x6A88);
  assert_open_fails (&desk, SHIKAKU_ERROR_CARD_FAILED);

  desk_begin (&desk, NULL);
  fake_card_set_file (desk.card, no_certificate, 0);
  assert_open_fails (&desk, SHIKAKU_ERROR_CARD_FAILED);

  desk_begin (&desk, NULL);
  g_cancellable_cancel (desk.cancellable);
  assert_open_fails (&desk, SHIKAKU_ERROR_CANCELLED);
}

/* Whatever happens after VERIFY went out, the application is left. */
static void
test_sign_fails (void)
{
  static const struct
  {
    FakeStep step;
    guint16 status;
    ShikakuError error, code;
  } faults[] = {
    { .step = FAKE_SIGN, .status = 0x6985, .code = SHIKAKU_ERROR_CARD_FAILED },
    { .step = FAKE_SIGN, .error = SHIKAKU_ERROR_CARD_REMOVED, .code = SHIKAKU_ERROR_CARD_REMOVED },
    { .step = FAKE_VERIFY, .status = 0x6581, .code = SHIKAKU_ERROR_CARD_FAILED },
    { .step = FAKE_VERIFY, .error = SHIKAKU_ERROR_CARD_RESET, .code = SHIKAKU_ERROR_CARD_RESET },
  };

  for (guint i = 0; i < G_N_ELEMENTS (faults); i++)
    {
      Desk desk;

      desk_begin (&desk, NULL);
      open_card (&desk);
      fake_card_fail (desk.card, faults[i].step, faults[i].error, faults[i].status);
      assert_sign_fails (&desk, "1234", faults[i].code, 1);
      g_assert_cmpuint (fake_card_count (desk.card, FAKE_SELECT), ==, 2);
      close_card (&desk);
      desk_end (&desk);
    }
}

/* The signature is given before the card is left: one that is mute then costs nothing but its time. */
static void
test_mute_at_the_end (void)
{
  Desk desk;

  desk_begin (&desk, NULL);
  open_card (&desk);
  fake_card_block (desk.card, FAKE_SELECT);
  sign (&desk, "1234", FALSE);
  g_assert_no_error (desk.error);
  g_assert_nonnull (desk.signature);
  desk.answered = FALSE;
  card_session_close (desk.session, on_closed, &desk);
  fake_card_await_block (desk.card);
  fake_card_unblock (desk.card);
  fake_wait (&desk.answered);
  assert_let_go (&desk);
  desk_end (&desk);
}

/* A contact that is shaky, or a card in trouble: it is powered anew, twice, and not once more. */
static void
test_shaky (void)
{
  static const struct
  {
    FakeStep step;
    guint16 status;
    ShikakuError error;
  } faults[] = {
    { .step = FAKE_SELECT, .status = 0x6F00 },
    { .step = FAKE_SELECT, .status = 0x6400 },
    { .step = FAKE_SELECT, .error = SHIKAKU_ERROR_CARD_FAILED },
    { .step = FAKE_CONNECT, .error = SHIKAKU_ERROR_CARD_FAILED },
  };

  for (guint i = 0; i < G_N_ELEMENTS (faults); i++)
    {
      Desk desk;

      desk_begin (&desk, NULL);
      fake_card_fail (desk.card, faults[i].step, faults[i].error, faults[i].status);
      open_card (&desk);
      g_assert_error (desk.error, SHIKAKU_ERROR, SHIKAKU_ERROR_CARD_FAILED);
      g_assert_cmpuint (fake_card_count (desk.card, FAKE_CONNECT), ==, 3);
      assert_let_go (&desk);
      desk_end (&desk);
    }
}

static void
test_wrong_signature (void)
{
  Desk desk;

  desk_begin (&desk, NULL);
  desk.card->spoils_signature = TRUE;
  open_card (&desk);
  assert_sign_fails (&desk, "1234", SHIKAKU_ERROR_CARD_FAILED, 1);
  close_card (&desk);
  desk_end (&desk);
}

static void
test_cancelled (void)
{
  Desk desk;

  desk_begin (&desk, NULL); /* while it is read */
  fake_card_block (desk.card, FAKE_READ);
  start_open (&desk);
  fake_card_await_block (desk.card);
  g_cancellable_cancel (desk.cancellable);
  fake_card_unblock (desk.card);
  fake_wait (&desk.answered);
  g_assert_null (desk.session);
  g_assert_error (desk.error, SHIKAKU_ERROR, SHIKAKU_ERROR_CANCELLED);
  g_assert_cmpuint (fake_card_count (desk.card, FAKE_DISCONNECT), ==, 1);
  desk_end (&desk);

  desk_begin (&desk, NULL); /* between two pieces */
  desk.card->reader_is_short = TRUE;
  fake_card_block (desk.card, FAKE_READ);
  start_open (&desk);
  fake_card_await_block (desk.card);
  g_cancellable_cancel (desk.cancellable);
  fake_card_unblock (desk.card);
  fake_wait (&desk.answered);
  g_assert_error (desk.error, SHIKAKU_ERROR, SHIKAKU_ERROR_CANCELLED);
  g_assert_cmpuint (fake_card_count (desk.card, FAKE_READ), ==, 1);
  desk_end (&desk);

  desk_begin (&desk, NULL); /* while the PIN is verified: nothing is signed, and the rights end */
  open_card (&desk);
  fake_card_block (desk.card, FAKE_VERIFY);
  start_sign (&desk, "1234", FALSE);
  fake_card_await_block (desk.card);
  g_cancellable_cancel (desk.cancellable);
  fake_card_unblock (desk.card);
  fake_wait (&desk.answered);
  g_assert_error (desk.error, SHIKAKU_ERROR, SHIKAKU_ERROR_CANCELLED);
  g_assert_cmpuint (fake_card_count (desk.card, FAKE_SIGN), ==, 0);
  g_assert_false (desk.card->verified || desk.card->transactions);
  close_card (&desk);
  desk_end (&desk);

  desk_begin (&desk, NULL); /* before the PIN goes out */
  open_card (&desk);
  fake_card_block (desk.card, FAKE_BEGIN);
  start_sign (&desk, "1234", FALSE);
  fake_card_await_block (desk.card);
  g_cancellable_cancel (desk.cancellable);
  fake_card_unblock (desk.card);
  fake_wait (&desk.answered);
  g_assert_error (desk.error, SHIKAKU_ERROR, SHIKAKU_ERROR_CANCELLED);
  g_assert_cmpuint (fake_card_count (desk.card, FAKE_VERIFY), ==, 0);
  close_card (&desk);
  desk_end (&desk);
}

static gboolean
is_powered (gconstpointer data)
{
  return fake_card_is_powered ((FakeCard *)data);
}

/* Its owner forgets it, or closes it twice. */
static void
test_forgotten (void)
{
  Desk desk;

  desk_begin (&desk, NULL);
  open_card (&desk);
  g_assert_true (fake_card_is_powered (desk.card));
  g_clear_pointer (&desk.session, card_session_unref);
  fake_wait_while (is_powered, desk.card);
  desk_end (&desk);

  desk_begin (&desk, NULL);
  open_card (&desk);
  close_card (&desk);
  close_card (&desk);
  desk_end (&desk);
}

/*
 * The card is mute, or another program keeps the reader: at the deadline there is an answer, and later the next
 * visit.
 */
static void
test_given_up (void)
{
  Desk mute, at_connect, at_begin;
  Desk *const desks[] = { &mute, &at_connect, &at_begin };

  for (guint i = 0; i < G_N_ELEMENTS (desks); i++)
    desk_begin (desks[i], NULL);
  open_card (&mute);
  open_card (&at_begin);
  fake_card_block (mute.card, FAKE_SIGN);
  fake_card_block (at_begin.card, FAKE_BEGIN);
  fake_card_block (at_connect.card, FAKE_CONNECT);
  start_sign (&mute, "1234", FALSE);
  start_sign (&at_begin, "1234", FALSE);
  start_open (&at_connect);
  for (guint i = 0; i < G_N_ELEMENTS (desks); i++)
    fake_card_await_block (desks[i]->card);
  g_assert_cmpuint (fake_timers_pass (CARD_SESSION_DEADLINE_MILLISECONDS), ==, G_N_ELEMENTS (desks));
  for (guint i = 0; i < G_N_ELEMENTS (desks); i++)
    fake_wait (&desks[i]->answered);
  g_assert_error (mute.error, SHIKAKU_ERROR, SHIKAKU_ERROR_CARD_MUTE);
  g_assert_error (at_begin.error, SHIKAKU_ERROR, SHIKAKU_ERROR_READER_BUSY);
  g_assert_error (at_connect.error, SHIKAKU_ERROR, SHIKAKU_ERROR_READER_BUSY);

  for (guint i = 0; i < G_N_ELEMENTS (desks); i++)
    {
      Desk *desk = desks[i];

      g_assert_true (card_worker_is_mute (desk->worker));
      if (desk->session == NULL) /* the next one hears the same, at once */
        start_open (desk);
      else
        start_sign (desk, "1234", FALSE);
      fake_wait (&desk->answered);
      g_assert_error (desk->error, SHIKAKU_ERROR,
                      (desk == &mute ? SHIKAKU_ERROR_CARD_MUTE : SHIKAKU_ERROR_READER_BUSY));
      if (desk->session != NULL)
        {
          desk->answered = FALSE; /* nobody waits for a mute card */
          card_session_close (desk->session, on_closed, desk);
          fake_wait (&desk->answered);
          g_clear_pointer (&desk->session, card_session_unref);
        }
      fake_card_unblock (desk->card);
      while (card_worker_is_mute (desk->worker))
        g_thread_yield ();
      g_assert_false (desk->card->powered || desk->card->verified);
      g_assert_cmpuint (fake_card_count (desk->card, FAKE_VERIFY), ==, desk == &mute); /* no PIN goes out late */
      visit (desk);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/card-session/exclusive", test_exclusive);
  g_test_add_func ("/card-session/numbers", test_numbers);
  g_test_add_func ("/card-session/next-card", test_next_card);
  g_test_add_func ("/card-session/wrong-pin", test_wrong_pin);
  g_test_add_func ("/card-session/last-try", test_last_try);
  g_test_add_func ("/card-session/locked", test_locked);
  g_test_add_func ("/card-session/not-a-pin", test_not_a_pin);
  g_test_add_func ("/card-session/not-the-same", test_not_the_same);
  g_test_add_func ("/card-session/swapped", test_swapped);
  g_test_add_func ("/card-session/shared-selection", test_shared_selection);
  g_test_add_func ("/card-session/mute-at-the-end", test_mute_at_the_end);
  g_test_add_func ("/card-session/shaky", test_shaky);
  g_test_add_func ("/card-session/open-fails", test_open_fails);
  g_test_add_func ("/card-session/sign-fails", test_sign_fails);
  g_test_add_func ("/card-session/wrong-signature", test_wrong_signature);
  g_test_add_func ("/card-session/cancelled", test_cancelled);
  g_test_add_func ("/card-session/forgotten", test_forgotten);
  g_test_add_func ("/card-session/given-up", test_given_up);
  return g_test_run ();
}
