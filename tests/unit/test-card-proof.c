/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * test-card-proof: a card that is opened, a challenge that comes and a PIN that is given, in every order there is; each
 * may fail, and the proof may be aborted in between. After each event the phases, the clock, the PINs in memory and
 * what is still under way are compared with a model of a few lines.
 */
#include "visit/card-proof.h"

#include "base/wall-clock.h"
#include "fake-agent.h"
#include "fake-card.h"
#include "fake-center.h"
#include "fake-loop.h"

#define EVENTS_MAXIMUM 8

/* What may happen, by letter: small: it succeeds; capital: it fails. */
#define CARD_OPENS 'o'
#define CARD_FAILS 'O'
#define CHALLENGE_COMES 'n'
#define CHALLENGE_FAILS 'N'
#define PIN_COMES 'p'
#define PIN_FAILS 'P'
#define CARD_SIGNS 's'
#define SIGNING_FAILS 'S'
#define ABORT 'x'

static gint secrets; /* alive */
static GPtrArray *sequences;

Secret *__real_secret_take (void *data, gsize size);
Secret *__wrap_secret_take (void *data, gsize size);
void __real_secret_free (Secret *secret);
void __wrap_secret_free (Secret *secret);

Secret *
__wrap_secret_take (void *data, gsize size)
{
  g_atomic_int_inc (&secrets);
  return __real_secret_take (data, size);
}

void
__wrap_secret_free (Secret *secret)
{
  if (secret != NULL)
    g_atomic_int_add (&secrets, -1);
  __real_secret_free (secret);
}

/* A proof and all it works with. */
typedef struct
{
  FakeCard *card;
  CardWorker *worker;
  FakeCenter *center;
  FakeAgent *agent;
  CardAuthorities *authorities;
  VisitClock clock;
  Statistics statistics;
  CardProof *proof;
  int aborts_at; /* CardProofPhase, -1: at none */

  /* What it told. */
  GString *phases;
  guint rested;
  GError *error;
} Desk;

static CardAuthorities *
get_authorities (gpointer user_data, GError **error)
{
  Desk *desk = user_data;

  if (desk->authorities == NULL)
    g_set_error_literal (error, SHIKAKU_ERROR, SHIKAKU_ERROR_CREDENTIAL_MISSING, "as the test wants it");
  return desk->authorities;
}

static void
abort_proof (Desk *desk)
{
  card_proof_abort (desk->proof, g_error_new_literal (SHIKAKU_ERROR, SHIKAKU_ERROR_TIMED_OUT, "as the test wants it"));
}

static void
on_advanced (CardProofPhase phase, gpointer user_data)
{
  static const char *const names[] = {
    [CARD_PROOF_READ] = "read ",
    [CARD_PROOF_ASKING_PIN] = "asking ",
    [CARD_PROOF_PROVING] = "proving ",
    [CARD_PROOF_PROVED] = "proved ",
  };
  Desk *desk = user_data;

  g_assert_cmpuint (desk->rested, ==, 0);
  g_assert_cmpint (card_proof_is_proved (desk->proof), ==, phase == CARD_PROOF_PROVED);
  g_string_append (desk->phases, names[phase]);
  if ((int)phase == desk->aborts_at)
    abort_proof (desk);
}

/* Only when the card is unpowered and nothing is under way. */
static void
on_rested (const GError *error, gpointer user_data)
{
  Desk *desk = user_data;

  g_assert_cmpuint (desk->rested++, ==, 0);
  g_assert_false (fake_card_is_powered (desk->card));
  g_assert_true (fake_center_is_idle (desk->center));
  g_assert_null (desk->agent->pin_task);
  g_assert_cmpint (g_atomic_int_get (&secrets), ==, 0);
  g_assert_cmphex (desk->clock.waits, ==, 0);
  g_assert_cmpint (card_proof_is_proved (desk->proof), ==, error == NULL);
  desk->error = error != NULL ? g_error_copy (error) : NULL;
}

static void
desk_begin (Desk *desk, const char *persona)
{
  g_autofree char *authorities = g_build_filename (g_getenv ("SHIKAKU_KEYS"), "card-ca.pem", NULL);

  *desk = (Desk){ .card = fake_card_new (fake_get_person (persona)), .aborts_at = -1 };
  desk->worker = card_worker_new (fake_card_get_reader (desk->card));
  desk->center = fake_center_new ();
  desk->agent = fake_agent_new ();
  desk->authorities = card_authorities_load (authorities, NULL);
  g_atomic_int_set (&secrets, 0); /* the file's text was freed too */
  desk->phases = g_string_new (NULL);
  visit_clock_start (&desk->clock);
}

static void
desk_prove (Desk *desk, gboolean last_try)
{
  CardProofSettings settings = {
    .worker = desk->worker,
    .transport = &desk->center->transport,
    .agents = fake_agent_get_port (desk->agent).klass,
    .agent = (Agent *)desk->agent,
    .context = { .visit = "/v/1", .reader = FAKE_READER, .caller = "test", .language = "en" },
    .clock = &desk->clock,
    .statistics = &desk->statistics,
    .last_try = last_try,
    .authorities = get_authorities,
    .advanced = on_advanced,
    .rested = on_rested,
    .user_data = desk,
  };

  desk->proof = card_proof_new (&settings);
}

static void
desk_end (Desk *desk)
{
  fake_wait ((const gboolean *)&desk->rested);
  fake_settle ();
  g_assert_cmpuint (desk->rested, ==, 1);
  card_proof_free (desk->proof);
  card_worker_unref (desk->worker);
  fake_card_free (desk->card);
  fake_agent_free (desk->agent);
  desk->center->transport.klass->free (&desk->center->transport);
  g_clear_pointer (&desk->authorities, card_authorities_unref);
  g_string_free (desk->phases, TRUE);
  g_clear_error (&desk->error);
}

/* The model: what a proof is waiting for after some events. */
typedef struct
{
  gboolean card_busy, challenge_waiting, pin_waiting;
  gboolean challenge, pin, signing, aborted, proved;
  guint challenges_failed, pins_asked;
  ShikakuError error;
  char phases[40];
} Model;

static void
model_advance (Model *model, const char *phase)
{
  g_strlcat (model->phases, phase, sizeof model->phases);
}

static void
model_fail (Model *model, ShikakuError error)
{
  if (model->error != SHIKAKU_ERROR_NONE || model->proved)
    return;
  model->error = error;
  model->challenge_waiting = model->pin_waiting = FALSE; /* they are cancelled; the card cannot be */
}

static gboolean
model_is_over (const Model *model)
{
  return !model->card_busy && (model->error != SHIKAKU_ERROR_NONE || model->proved);
}

static void
model_open (Model *model)
{
  model->card_busy = FALSE;
  if (model->error != SHIKAKU_ERROR_NONE) /* it was told to leave off */
    return;
  model->pin_waiting = TRUE;
  model->pins_asked++;
  model_advance (model, "read ");
  model_advance (model, "asking ");
}

static void
model_step (Model *model, char event)
{
  if (event == CARD_OPENS)
    model_open (model);
  else if (event == CHALLENGE_COMES || event == CHALLENGE_FAILS)
    {
      model->challenge = event == CHALLENGE_COMES;
      model->challenges_failed += event == CHALLENGE_FAILS;
      model->challenge_waiting = FALSE;
    }
  else if (event == PIN_COMES || event == PIN_FAILS)
    {
      model->pin = event == PIN_COMES;
      model->pin_waiting = FALSE;
      if (model->pin)
        model_advance (model, "proving ");
    }
  else if (event == ABORT)
    model->aborted = TRUE;
  else
    model->card_busy = FALSE;

  if (event == CARD_SIGNS && model->error == SHIKAKU_ERROR_NONE)
    {
      model->proved = TRUE;
      model_advance (model, "proved ");
    }
  else if (g_ascii_isupper (event) || event == ABORT)
    model_fail (model, event == CARD_FAILS        ? SHIKAKU_ERROR_CARD_FAILED
                       : event == CHALLENGE_FAILS ? SHIKAKU_ERROR_CENTER_UNREACHABLE
                       : event == PIN_FAILS       ? SHIKAKU_ERROR_PIN_REFUSED
                       : event == SIGNING_FAILS   ? SHIKAKU_ERROR_CARD_RESET
                                                  : SHIKAKU_ERROR_TIMED_OUT);
  if (model->error == SHIKAKU_ERROR_NONE && model->pin && model->challenge && !model->signing)
    model->signing = model->card_busy = TRUE;
}

/* The events that may come next. Return: how many. */
static guint
model_list (const Model *model, char *ret_events)
{
  guint n = 0;

  if (model_is_over (model))
    return 0;
  if (model->card_busy)
    {
      ret_events[n++] = model->signing ? CARD_SIGNS : CARD_OPENS;
      ret_events[n++] = model->signing ? SIGNING_FAILS : CARD_FAILS;
    }
  if (model->challenge_waiting)
    {
      ret_events[n++] = CHALLENGE_COMES;
      ret_events[n++] = CHALLENGE_FAILS;
    }
  if (model->pin_waiting)
    {
      ret_events[n++] = PIN_COMES;
      ret_events[n++] = PIN_FAILS;
    }
  if (!model->aborted)
    ret_events[n++] = ABORT;
  return n;
}

/* How the real proof goes along. */

static void
happen (Desk *desk, char event)
{
  switch (event)
    {
    case CARD_FAILS:
      fake_card_fail (desk->card, FAKE_READ, SHIKAKU_ERROR_CARD_FAILED, 0);
      fake_card_block (desk->card, FAKE_SIGN);
      break;
    case CARD_OPENS:
      fake_card_block (desk->card, FAKE_SIGN);
      break;
    case SIGNING_FAILS:
      fake_card_fail (desk->card, FAKE_SIGN, SHIKAKU_ERROR_CARD_RESET, 0);
      fake_card_unblock (desk->card);
      break;
    case CARD_SIGNS:
      fake_card_unblock (desk->card);
      break;
    case CHALLENGE_FAILS:
      desk->center->errors[FAKE_CHALLENGE] = SHIKAKU_ERROR_CENTER_UNREACHABLE;
      fake_center_release (desk->center, FAKE_CHALLENGE);
      break;
    case CHALLENGE_COMES:
      fake_center_release (desk->center, FAKE_CHALLENGE);
      break;
    case PIN_FAILS:
      desk->agent->pin = NULL;
      fake_agent_release (desk->agent);
      break;
    case PIN_COMES:
      fake_agent_release (desk->agent);
      break;
    case ABORT:
    default:
      abort_proof (desk);
      break;
    }
}

typedef struct
{
  Desk *desk;
  const Model *model;
} Comparison;

static gboolean
is_behind (gconstpointer data)
{
  const Comparison *comparison = data;
  const Desk *desk = comparison->desk;
  const Model *model = comparison->model;

  return strcmp (desk->phases->str, model->phases) != 0 || desk->rested != (guint)model_is_over (model)
         || fake_card_count (desk->card, FAKE_SIGN) < (guint)model->signing;
}

static void
compare (Desk *desk, const Model *model)
{
  const Comparison comparison = { desk, model };

  fake_wait_while (is_behind, &comparison);
  fake_settle ();
  g_assert_cmpstr (desk->phases->str, ==, model->phases);
  g_assert_cmpuint (desk->rested, ==, (guint)model_is_over (model));
  g_assert_cmphex (desk->clock.waits, ==,
                   (model->pin_waiting ? VISIT_WAIT_PERSON : 0) | (model->card_busy ? VISIT_WAIT_CARD : 0)
                       | (model->challenge_waiting ? VISIT_WAIT_CENTER : 0));
  g_assert_cmpint (desk->agent->pin_task != NULL, ==, model->pin_waiting);
  g_assert_cmpint (fake_center_is_idle (desk->center), ==, !model->challenge_waiting);
  g_assert_cmpuint (desk->statistics.counters[STATISTICS_PINS_ASKED], ==, model->pins_asked);
  g_assert_cmpuint (desk->statistics.counters[STATISTICS_PINS_WRONG], ==, 0);
  g_assert_cmpuint (desk->statistics.counters[STATISTICS_CHALLENGES], ==, model->challenge + model->challenges_failed);
  g_assert_cmpuint (desk->statistics.counters[STATISTICS_CHALLENGES_FAILED], ==, model->challenges_failed);
  /* Typed, and not needed any more: a card that is already asked has it until it answers. */
  if (model->error != SHIKAKU_ERROR_NONE && !model->signing)
    g_assert_cmpint (g_atomic_int_get (&secrets), ==, 0);
  if (model_is_over (model) && model->error == SHIKAKU_ERROR_NONE)
    g_assert_no_error (desk->error);
  else if (model_is_over (model))
    g_assert_error (desk->error, SHIKAKU_ERROR, (int)model->error);
}

static void
assert_proved (Desk *desk)
{
  const TransportChallenge challenge = {
    .institution_code = (char *)FAKE_INSTITUTION,
    .identifier = (char *)"challenge-1",
    .bytes = g_bytes_new_static ("0123456789abcdef0123456789abcdef", 32),
  };
  g_autoptr (GBytes) content = transport_make_proof_content (&challenge);
  TransportCardQuery query = { .signature = NULL };
  g_autoptr (CardCertificate) certificate = NULL;

  card_proof_fill_query (desk->proof, &query);
  g_assert_cmpstr (query.challenge->identifier, ==, challenge.identifier);
  g_assert_true (g_bytes_equal (query.certificate, desk->card->certificate));
  certificate = card_certificate_new (query.certificate, NULL);
  g_assert_cmpstr (query.algorithm, ==, card_certificate_get_algorithm (certificate));
  g_assert_true (card_certificate_verify (certificate, content, query.signature, NULL));
  g_bytes_unref (challenge.bytes);
}

static const Model first_model = { .card_busy = TRUE, .challenge_waiting = TRUE };

static void
test_sequence (gconstpointer data)
{
  Model model = first_model;
  Desk desk;

  desk_begin (&desk, "yamada");
  fake_card_block (desk.card, FAKE_READ);
  desk.center->held[FAKE_CHALLENGE] = desk.agent->pin_held = TRUE;
  desk_prove (&desk, FALSE);
  fake_card_await_block (desk.card); /* what is given up before it has begun ends at once */
  compare (&desk, &model);
  for (const char *event = data; *event != '\0'; event++)
    {
      happen (&desk, *event);
      model_step (&model, *event);
      compare (&desk, &model);
    }
  if (model.proved)
    assert_proved (&desk);
  desk_end (&desk);
}

/* Adds every sequence that begins with @begin, @size events long. */
static void
add_sequences (const Model *model, const char *begin, gsize size)
{
  char events[EVENTS_MAXIMUM], sequence[EVENTS_MAXIMUM + 1];
  guint n = model_list (model, events);

  g_assert_cmpuint (size, <, EVENTS_MAXIMUM);
  memcpy (sequence, begin, size);
  for (guint i = 0; i < n; i++)
    {
      Model next = *model;

      sequence[size] = events[i];
      sequence[size + 1] = '\0';
      model_step (&next, events[i]);
      add_sequences (&next, sequence, size + 1);
    }
  if (n == 0)
    {
      g_autofree char *path = g_strconcat ("/card-proof/sequence/", begin, NULL);
      char *copy = g_strdup (begin);

      g_ptr_array_add (sequences, copy);
      g_test_add_data_func (path, copy, test_sequence);
    }
}

/* Whoever is told of a phase may end it there and then; a proved card stays proved. */
static void
test_abort_when_told (void)
{
  static const struct
  {
    CardProofPhase phase;
    const char *phases;
    gboolean proved;
  } rows[] = {
    { .phase = CARD_PROOF_READ, .phases = "read " },
    { .phase = CARD_PROOF_ASKING_PIN, .phases = "read asking " },
    { .phase = CARD_PROOF_PROVING, .phases = "read asking proving " },
    { .phase = CARD_PROOF_PROVED, .phases = "read asking proving proved ", .proved = TRUE },
  };

  for (guint i = 0; i < 2 * G_N_ELEMENTS (rows); i++)
    {
      const guint row = i / 2;
      Desk desk;

      desk_begin (&desk, "yamada");
      desk.aborts_at = (int)rows[row].phase;
      desk.center->held[FAKE_CHALLENGE] = i % 2 == 1 && !rows[row].proved; /* the challenge is there, or not */
      fake_card_block (desk.card, FAKE_READ);
      desk_prove (&desk, FALSE);
      fake_settle ();
      fake_card_unblock (desk.card);
      fake_wait ((const gboolean *)&desk.rested);
      g_assert_cmpstr (desk.phases->str, ==, rows[row].phases);
      g_assert_cmpint (card_proof_is_proved (desk.proof), ==, rows[row].proved);
      if (!rows[row].proved)
        g_assert_error (desk.error, SHIKAKU_ERROR, SHIKAKU_ERROR_TIMED_OUT);
      desk_end (&desk);
    }
}

/* Before a person is asked, the card is looked at. */
static void
test_no_question (void)
{
  static const struct
  {
    const char *persona;
    guint tries;
    gboolean no_authorities;
    ShikakuError error;
  } rows[] = {
    { .persona = "yamada", .tries = 0, .error = SHIKAKU_ERROR_PIN_LOCKED },
    { .persona = "yamada", .tries = 1, .error = SHIKAKU_ERROR_PIN_REFUSED },
    { .persona = "yamada", .tries = 3, .no_authorities = TRUE, .error = SHIKAKU_ERROR_CREDENTIAL_MISSING },
    { .persona = "ito", .tries = 3, .error = SHIKAKU_ERROR_CERTIFICATE_EXPIRED },
    { .persona = "kobayashi", .tries = 3, .error = SHIKAKU_ERROR_CERTIFICATE_UNTRUSTED },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      guint tries = 99;
      Desk desk;

      desk_begin (&desk, rows[i].persona);
      desk.card->tries = rows[i].tries;
      if (rows[i].no_authorities)
        g_clear_pointer (&desk.authorities, card_authorities_unref);
      desk_prove (&desk, FALSE);
      fake_wait ((const gboolean *)&desk.rested);
      g_assert_error (desk.error, SHIKAKU_ERROR, (int)rows[i].error);
      g_assert_cmpint (shikaku_error_get_tries_left (desk.error, &tries), ==, rows[i].tries < 3);
      g_assert_true (rows[i].tries == 3 || tries == rows[i].tries);
      g_assert_cmpstr (desk.phases->str, ==, "read ");
      g_assert_cmpuint (desk.agent->pins, ==, 0);
      g_assert_cmpuint (desk.statistics.counters[STATISTICS_PINS_ASKED], ==, 0);
      g_assert_cmpuint (fake_card_count (desk.card, FAKE_VERIFY), ==, 0);
      desk_end (&desk);
    }
}

static void
set_center_clock (Desk *desk, gint ahead_days)
{
  desk->center->transport.clock = (TransportClock){
    g_get_real_time () + ahead_days * G_TIME_SPAN_DAY,
    wall_clock_get_boot_time (),
  };
}

/* The center's clock counts, whatever ours says. */
static void
test_center_clock (void)
{
  static const struct
  {
    const char *persona;
    gint ahead_days;
    ShikakuError error;
    CertificateTerm term;
  } rows[] = {
    { "yamada", 0, SHIKAKU_ERROR_NONE, CERTIFICATE_TERM_GOOD },
    { "yamada", 4 * 365 - 30, SHIKAKU_ERROR_NONE, CERTIFICATE_TERM_ENDING },
    { "yamada", 4 * 365 + 30, SHIKAKU_ERROR_NONE, CERTIFICATE_TERM_ENDED },
    { "yamada", 4 * 365 + 150, SHIKAKU_ERROR_CERTIFICATE_EXPIRED, CERTIFICATE_TERM_OVER },
    { "yamada", -500, SHIKAKU_ERROR_CERTIFICATE_EXPIRED, CERTIFICATE_TERM_GOOD }, /* not valid yet */
    { "ito", -500, SHIKAKU_ERROR_NONE, CERTIFICATE_TERM_GOOD },
    { "ito", -375, SHIKAKU_ERROR_NONE, CERTIFICATE_TERM_ENDING },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      Desk desk;

      desk_begin (&desk, rows[i].persona);
      set_center_clock (&desk, rows[i].ahead_days);
      desk_prove (&desk, FALSE);
      fake_wait ((const gboolean *)&desk.rested);
      g_assert_cmpint (desk.error != NULL ? desk.error->code : 0, ==, (int)rows[i].error);
      g_assert_cmpint (card_proof_get_term (desk.proof), ==, rows[i].term);
      g_assert_cmpuint (desk.agent->pins, ==, rows[i].error == SHIKAKU_ERROR_NONE);
      desk_end (&desk);
    }
}

static gboolean
is_unread (gconstpointer data)
{
  return strcmp (((const Desk *)data)->phases->str, "read ") != 0;
}

/* By our clock the card is refused; what day it is for the center comes with the challenge, or does not. */
static void
test_clock_with_challenge (void)
{
  static const struct
  {
    gint ahead_days;
    gboolean is_told, fails;
    ShikakuError error;
  } rows[] = {
    { .ahead_days = -500, .is_told = TRUE, .error = SHIKAKU_ERROR_NONE },
    { .ahead_days = 0, .is_told = TRUE, .error = SHIKAKU_ERROR_CERTIFICATE_EXPIRED },
    { .is_told = FALSE, .error = SHIKAKU_ERROR_CERTIFICATE_EXPIRED },
    { .is_told = FALSE, .fails = TRUE, .error = SHIKAKU_ERROR_CERTIFICATE_EXPIRED },
    { .ahead_days = -500, .is_told = TRUE, .fails = TRUE, .error = SHIKAKU_ERROR_CENTER_UNREACHABLE },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      Desk desk;

      desk_begin (&desk, "ito");
      desk.center->held[FAKE_CHALLENGE] = TRUE;
      desk_prove (&desk, FALSE);
      fake_wait_while (is_unread, &desk);
      fake_settle ();
      g_assert_cmpuint (desk.rested, ==, 0);
      g_assert_cmpuint (desk.agent->pins, ==, 0);
      if (rows[i].is_told)
        set_center_clock (&desk, rows[i].ahead_days);
      if (rows[i].fails)
        desk.center->errors[FAKE_CHALLENGE] = SHIKAKU_ERROR_CENTER_UNREACHABLE;
      fake_center_release (desk.center, FAKE_CHALLENGE);
      fake_wait ((const gboolean *)&desk.rested);
      g_assert_cmpint (desk.error != NULL ? desk.error->code : 0, ==, (int)rows[i].error);
      desk_end (&desk);
    }
}

/* What the person hears of the tries, and what a wrong PIN does to them. */
static void
test_tries (void)
{
  static const struct
  {
    guint tries, tries_left;
    gboolean last_try;
    const char *pin;
    ShikakuError error;
  } rows[] = {
    { .tries = 3, .pin = "1234", .tries_left = 3 },
    { .tries = 3, .pin = "4321", .tries_left = 2, .error = SHIKAKU_ERROR_PIN_INCORRECT },
    { .tries = 1, .last_try = TRUE, .pin = "1234", .tries_left = 3 },
    { .tries = 1, .last_try = TRUE, .pin = "4321", .tries_left = 0, .error = SHIKAKU_ERROR_PIN_LOCKED },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      const gboolean wrong = rows[i].error != SHIKAKU_ERROR_NONE;
      Desk desk;

      desk_begin (&desk, "yamada");
      desk.card->tries = rows[i].tries;
      desk.agent->pin = rows[i].pin;
      desk_prove (&desk, rows[i].last_try);
      fake_wait ((const gboolean *)&desk.rested);
      if (wrong)
        g_assert_error (desk.error, SHIKAKU_ERROR, (int)rows[i].error);
      else
        assert_proved (&desk);
      g_assert_cmpuint (desk.agent->tries_left, ==, rows[i].tries);
      g_assert_cmpuint (desk.card->tries, ==, rows[i].tries_left);
      g_assert_cmpuint (fake_card_count (desk.card, FAKE_VERIFY), ==, 1);
      g_assert_cmpuint (desk.statistics.counters[STATISTICS_PINS_ASKED], ==, 1);
      g_assert_cmpuint (desk.statistics.counters[STATISTICS_PINS_WRONG], ==, wrong);
      desk_end (&desk);
    }
}

/* An error of another domain is not told on. */
static void
test_foreign_error (void)
{
  Desk desk;

  desk_begin (&desk, "yamada");
  desk.agent->pin_held = TRUE;
  desk_prove (&desk, FALSE);
  card_proof_abort (desk.proof, g_error_new_literal (G_IO_ERROR, G_IO_ERROR_CANCELLED, "as the test wants it"));
  fake_wait ((const gboolean *)&desk.rested);
  g_assert_error (desk.error, SHIKAKU_ERROR, SHIKAKU_ERROR_CANCELLED);
  desk_end (&desk);
}

int
main (int argc, char **argv)
{
  int result;

  g_test_init (&argc, &argv, NULL);
  sequences = g_ptr_array_new_with_free_func (g_free);
  g_test_add_func ("/card-proof/abort-when-told", test_abort_when_told);
  g_test_add_func ("/card-proof/no-question", test_no_question);
  g_test_add_func ("/card-proof/center-clock", test_center_clock);
  g_test_add_func ("/card-proof/clock-with-challenge", test_clock_with_challenge);
  g_test_add_func ("/card-proof/tries", test_tries);
  g_test_add_func ("/card-proof/foreign-error", test_foreign_error);
  add_sequences (&first_model, "", 0);
  result = g_test_run ();
  g_ptr_array_unref (sequences);
  return result;
}
