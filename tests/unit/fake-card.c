/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* fake-card: see the header. In: APDUs on the worker's thread, orders on the test's. Out: answers. */
#include "fake-card.h"

#include <string.h>

#include "card/apdu-guard.h"
#include "fake-loop.h"

/* One reader it is in: a reader that was unplugged and came back is another one. */
typedef struct
{
  Reader reader;
  FakeCard *card;
  gboolean connected, in_transaction;
} FakeReader;

static FakeCard *
lock (Reader *reader)
{
  FakeCard *card = ((FakeReader *)reader)->card;

  g_mutex_lock (&card->lock);
  return card;
}

static gboolean
unlock (FakeCard *card, gboolean result)
{
  g_mutex_unlock (&card->lock);
  return result;
}

static gboolean
refuse_with (ShikakuError code, GError **error)
{
  g_set_error_literal (error, SHIKAKU_ERROR, (int)code, "as the test wants it");
  return FALSE;
}

/* begin_step: counts @step, waits where it is blocked, and fails where it is to fail. */
static gboolean
begin_step (FakeCard *card, guint step, ShikakuError absent, GError **error)
{
  g_atomic_int_inc (&card->counts[step]);
  g_main_context_wakeup (NULL); /* somebody may wait for this count */
  while (card->blocked_step == step && card->present)
    {
      card->waiting = TRUE;
      g_cond_broadcast (&card->moved);
      g_cond_wait (&card->moved, &card->lock);
    }
  card->waiting = FALSE;
  if (!card->present)
    return refuse_with (absent, error);
  return card->fault_step != step || card->fault_error == SHIKAKU_ERROR_NONE || refuse_with (card->fault_error, error);
}

static gboolean
on_connect (Reader *reader, gboolean *ret_exclusive, gboolean *ret_extended, GError **error)
{
  FakeReader *self = (FakeReader *)reader;
  FakeCard *card = lock (reader);

  g_assert_false (self->connected);
  if (!begin_step (card, FAKE_CONNECT, SHIKAKU_ERROR_NO_CARD, error))
    return unlock (card, FALSE);
  self->connected = TRUE;
  g_atomic_int_inc (&card->powered);
  card->is_changed = card->jpki_selected = card->verified = FALSE;
  card->file = 0;
  *ret_exclusive = !card->shared;
  *ret_extended = !card->reader_is_short;
  return unlock (card, TRUE);
}

static gboolean
on_begin (Reader *reader, GError **error)
{
  FakeReader *self = (FakeReader *)reader;
  FakeCard *card = lock (reader);

  g_assert_false (self->in_transaction);
  if (!begin_step (card, FAKE_BEGIN, SHIKAKU_ERROR_CARD_REMOVED, error))
    return unlock (card, FALSE);
  self->in_transaction = TRUE;
  card->transactions++;
  return unlock (card, TRUE);
}

static void
end_transaction (FakeReader *self)
{
  self->card->transactions -= self->in_transaction;
  self->in_transaction = FALSE;
}

static void
on_end (Reader *reader)
{
  FakeReader *self = (FakeReader *)reader;
  FakeCard *card = lock (reader);

  g_assert_true (self->in_transaction);
  end_transaction (self);
  unlock (card, TRUE);
}

static gboolean
on_is_same_card (Reader *reader, GError **error)
{
  FakeCard *card = lock (reader);

  if (card->present && !card->is_changed)
    return unlock (card, TRUE);
  g_set_error_literal (error, SHIKAKU_ERROR,
                       card->service_stops ? SHIKAKU_ERROR_SERVICE_STOPPED : SHIKAKU_ERROR_CARD_REMOVED, "changed");
  return unlock (card, FALSE);
}

static void
on_disconnect (Reader *reader)
{
  FakeReader *self = (FakeReader *)reader;
  FakeCard *card = lock (reader);

  if (self->connected)
    {
      end_transaction (self);
      self->connected = card->verified = FALSE;
      g_atomic_int_add (&card->powered, -1);
      g_atomic_int_inc (&card->counts[FAKE_DISCONNECT]);
      g_main_context_wakeup (NULL);
    }
  unlock (card, TRUE);
}

static void
on_free (Reader *reader)
{
  FakeReader *self = (FakeReader *)reader;

  g_assert_false (self->connected);
  g_atomic_int_add (&self->card->readers, -1);
  g_main_context_wakeup (NULL); /* for fake_card_free */
  g_free (self);
}

/* The chip: @ret_data is left as it is where the answer is a status word alone. */

static guint16
process_select (FakeCard *card, const guint8 *command, gsize size)
{
  if (command[2] == 0x02)
    {
      if (!card->jpki_selected || command[5] != 0x00)
        return 0x6A82;
      card->file = command[6];
      return 0x9000;
    }
  if (size == 5 + CARD_AID_JPKI_SIZE && memcmp (command + 5, card_aid_jpki, CARD_AID_JPKI_SIZE) == 0)
    {
      card->jpki_selected = !card->is_other_card;
      return card->jpki_selected ? 0x9000 : 0x6A82;
    }
  card->jpki_selected = card->verified = FALSE;
  card->file = 0;
  return 0x9000;
}

static guint16
process_read (FakeCard *card, const guint8 *command, gsize size, GBytes **ret_data)
{
  const gboolean by_short_id = (command[2] & 0x80) != 0, extended = size == 7;
  const gsize offset = by_short_id ? command[3] : (gsize)(command[2] << 8 | command[3]);
  const gsize total = g_bytes_get_size (card->certificate);
  const gsize le = extended ? 65536 : command[4] != 0 ? command[4] : 256;

  if (extended && card->refuses_extended)
    return 0x6700;
  if (by_short_id && card->refuses_short_id)
    return 0x6A86;
  if (!card->jpki_selected || (by_short_id ? command[2] != 0x8A : card->file != 0x0A))
    return 0x6986;
  card->file = 0x0A;
  if (offset >= total)
    return 0x6B00;
  *ret_data = g_bytes_new_from_bytes (card->certificate, offset, MIN (le, total - offset));
  return 0x9000;
}

/* Whether P2 means @file: by its short id, or as the current one. Else the status word. */
static guint16
find_file (FakeCard *card, guint8 p2, guint8 file)
{
  if (!card->jpki_selected)
    return 0x6A88;
  if (p2 != 0x80 && card->refuses_short_id)
    return 0x6A86;
  if (p2 == 0x80 && card->file == 0)
    return 0x6986;
  card->file = p2 != 0x80 ? p2 & 0x1F : card->file;
  return card->file == file ? 0x9000 : 0x6981;
}

static guint16
process_verify (FakeCard *card, const guint8 *command, gsize size)
{
  const guint16 found = find_file (card, command[3], 0x18);

  if (found != 0x9000)
    return found;
  if (card->tries == 0)
    return 0x6984;
  if (size > 4)
    {
      card->verified = size == 9 && memcmp (command + 5, card->pin, 4) == 0;
      card->tries = card->verified ? 3 : card->tries - 1;
      if (card->verified)
        return 0x9000;
    }
  return 0x63C0 | card->tries;
}

static guint16
process_sign (FakeCard *card, const guint8 *command, gsize command_size, GBytes **ret_data)
{
  const guint16 found = find_file (card, command[3], 0x17);

  if (found != 0x9000)
    return found;
  if (command_size == 5u + command[4]) /* no Le */
    return 0x6700;
  if (!card->verified)
    return 0x6982;
  *ret_data = fake_identity_sign_digest (card->person, command + 5, command[4]);
  if (card->spoils_signature)
    {
      gsize size;
      guint8 *bytes = g_bytes_unref_to_data (*ret_data, &size);

      bytes[size / 2] ^= 1;
      *ret_data = g_bytes_new_take (bytes, size);
    }
  return 0x9000;
}

static guint16
process (FakeCard *card, const guint8 *command, gsize size, GBytes **ret_data)
{
  switch (command[1])
    {
    case FAKE_SELECT:
      return process_select (card, command, size);
    case FAKE_READ:
      return process_read (card, command, size, ret_data);
    case FAKE_VERIFY:
      return process_verify (card, command, size);
    case FAKE_SIGN:
      return process_sign (card, command, size, ret_data);
    case FAKE_GET_RESPONSE:
      *ret_data = g_steal_pointer (&card->rest);
      return 0x9000;
    default:
      return 0x6D00;
    }
}

static void
answer (FakeCard *card, const guint8 *command, gsize size, guint step, guint8 *response, gsize *response_size)
{
  g_autoptr (GBytes) data = NULL;
  guint16 status;
  gsize n;

  if (card->first_is_internal_error && card->commands->len == 1)
    status = 0x6F00;
  else if (card->fault_step == step && card->fault_status != 0)
    status = card->fault_status;
  else
    status = process (card, command, size, &data);
  n = data != NULL ? g_bytes_get_size (data) : 0;
  if (data != NULL && card->answers_in_pieces && step != FAKE_GET_RESPONSE)
    {
      status = 0x6100 | (n > 255 ? 0 : n);
      card->rest = g_steal_pointer (&data);
      n = 0;
    }

  g_assert_cmpuint (n + 2, <=, *response_size);
  if (n > 0)
    memcpy (response, g_bytes_get_data (data, NULL), n);
  response[n] = status >> 8;
  response[n + 1] = status & 0xFF;
  *response_size = n + 2;
}

static gboolean
on_transmit (Reader *reader, const guint8 *command, gsize size, guint8 *response, gsize *response_size, GError **error)
{
  FakeCard *card = lock (reader);
  const guint step = command[1] == FAKE_VERIFY && size == 4 ? FAKE_QUERY_TRIES : command[1];

  g_ptr_array_add (card->commands, g_bytes_new (command, size));
  if (card->chip != NULL)
    return unlock (card, card->chip (card, command, size, response, response_size, error));
  if (!begin_step (card, step, SHIKAKU_ERROR_CARD_REMOVED, error))
    return unlock (card, FALSE);
  if (card->fails_extended && size > 5 && command[4] == 0)
    return unlock (card, refuse_with (SHIKAKU_ERROR_READER_FAILED, error));
  if (card->is_changed)
    return unlock (card, refuse_with (SHIKAKU_ERROR_CARD_REMOVED, error));
  answer (card, command, size, step, response, response_size);
  return unlock (card, TRUE);
}

static const ReaderClass reader_class = {
  .connect = on_connect,
  .begin = on_begin,
  .end = on_end,
  .transmit = on_transmit,
  .is_same_card = on_is_same_card,
  .disconnect = on_disconnect,
  .free = on_free,
};

FakeCard *
fake_card_new (const FakeIdentity *person)
{
  FakeCard *card = g_new0 (FakeCard, 1);

  g_mutex_init (&card->lock);
  g_cond_init (&card->moved);
  card->reader_name = FAKE_READER;
  card->person = person;
  card->certificate = person != NULL ? fake_identity_get_der (person) : NULL;
  card->pin = "1234";
  card->tries = 3;
  card->present = TRUE;
  card->commands = g_ptr_array_new_with_free_func ((GDestroyNotify)g_bytes_unref);
  return card;
}

static gboolean
has_readers (gconstpointer data)
{
  return g_atomic_int_get (&((const FakeCard *)data)->readers) > 0;
}

void
fake_card_free (FakeCard *card)
{
  fake_wait_while (has_readers, card);
  g_ptr_array_unref (card->commands);
  g_clear_pointer (&card->certificate, g_bytes_unref);
  g_clear_pointer (&card->rest, g_bytes_unref);
  g_mutex_clear (&card->lock);
  g_cond_clear (&card->moved);
  g_free (card);
}

void
fake_card_set_file (FakeCard *card, GBytes *content, gsize filler)
{
  GByteArray *file = g_byte_array_new ();

  g_byte_array_append (file, g_bytes_get_data (content, NULL), (guint)g_bytes_get_size (content));
  for (gsize i = 0; i < filler; i++)
    g_byte_array_append (file, (const guint8 *)"\xFF", 1);
  g_bytes_unref (card->certificate);
  card->certificate = g_byte_array_free_to_bytes (file);
}

Reader *
fake_card_get_reader (FakeCard *card)
{
  FakeReader *self = g_new0 (FakeReader, 1);

  reader_initialize (&self->reader, &reader_class, card->reader_name);
  g_atomic_int_inc (&card->readers);
  self->card = card;
  return &self->reader;
}

void
fake_card_set_present (FakeCard *card, gboolean present)
{
  g_mutex_lock (&card->lock);
  card->present = present;
  card->is_changed = TRUE;
  g_cond_broadcast (&card->moved);
  g_mutex_unlock (&card->lock);
}

void
fake_card_block (FakeCard *card, FakeStep step)
{
  g_mutex_lock (&card->lock);
  card->blocked_step = step;
  g_cond_broadcast (&card->moved);
  g_mutex_unlock (&card->lock);
}

void
fake_card_unblock (FakeCard *card)
{
  fake_card_block (card, 0);
}

void
fake_card_await_block (FakeCard *card)
{
  g_mutex_lock (&card->lock);
  while (!card->waiting)
    g_cond_wait (&card->moved, &card->lock);
  g_mutex_unlock (&card->lock);
}

void
fake_card_fail (FakeCard *card, FakeStep step, ShikakuError code, guint16 status)
{
  g_mutex_lock (&card->lock);
  card->fault_step = step;
  card->fault_error = code;
  card->fault_status = status;
  g_mutex_unlock (&card->lock);
}

guint
fake_card_count (FakeCard *card, FakeStep step)
{
  return (guint)g_atomic_int_get (&card->counts[step]);
}

gboolean
fake_card_is_powered (FakeCard *card)
{
  return g_atomic_int_get (&card->powered) > 0;
}
