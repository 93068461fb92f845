/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* fake-center: see the header. */
#include "fake-center.h"

#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "center/field-answer.h"
#include "center/field-request.h"
#include "codec/message-json.h"

static gboolean
answer (gpointer user_data)
{
  GTask *task = user_data;
  FakeCenter *center = g_task_get_task_data (task);
  FakeCall call = GPOINTER_TO_UINT (g_task_get_source_tag (task));

  if (!g_task_return_error_if_cancelled (task))
    {
      if (call == FAKE_CHECK_CARD && center->is_unregistered)
        g_task_return_new_error (task, SHIKAKU_ERROR, SHIKAKU_ERROR_NOT_REGISTERED, "fake center");
      else if (center->errors[call] != SHIKAKU_ERROR_NONE)
        g_task_return_new_error (task, SHIKAKU_ERROR, center->errors[call], "fake center");
      else
        g_task_return_pointer (task, (gpointer)center->bodies[call], NULL);
    }
  g_object_unref (task);
  return G_SOURCE_REMOVE;
}

static void
on_cancelled (GCancellable *cancellable, gpointer user_data)
{
  GTask *task = user_data;
  FakeCenter *center = g_task_get_task_data (task);
  FakeCall call = GPOINTER_TO_UINT (g_task_get_source_tag (task));

  if (g_ptr_array_remove (center->waiting[call], task))
    g_idle_add (answer, task);
}

static void
call (Transport *transport, FakeCall which, GCancellable *cancellable, GAsyncReadyCallback callback, gpointer user_data)
{
  FakeCenter *center = (FakeCenter *)transport;
  GTask *task;

  if (center->is_deaf)
    cancellable = NULL;
  task = g_task_new (NULL, cancellable, callback, user_data);
  center->counts[which]++;
  g_task_set_source_tag (task, GUINT_TO_POINTER (which));
  g_task_set_task_data (task, center, NULL);
  if (!center->held[which] || g_cancellable_is_cancelled (cancellable))
    {
      g_idle_add (answer, task);
      return;
    }
  g_ptr_array_add (center->waiting[which], task);
  if (cancellable != NULL)
    g_signal_connect_object (cancellable, "cancelled", G_CALLBACK (on_cancelled), G_OBJECT (task), 0);
}

void
fake_center_release (FakeCenter *center, FakeCall which)
{
  center->held[which] = FALSE;
  while (center->waiting[which]->len > 0)
    g_idle_add (answer, g_ptr_array_steal_index (center->waiting[which], 0));
}

gboolean
fake_center_is_idle (FakeCenter *center)
{
  guint waiting = 0;

  for (guint i = 0; i < FAKE_N_CALLS; i++)
    waiting += i == FAKE_REGISTER ? 0 : center->waiting[i]->len;
  return waiting == 0;
}

static void
prepare (Transport *transport)
{
  ((FakeCenter *)transport)->prepared++;
}

static void
get_challenge (Transport *transport, GCancellable *cancellable, GAsyncReadyCallback callback, gpointer user_data)
{
  call (transport, FAKE_CHALLENGE, cancellable, callback, user_data);
}

static TransportChallenge *
get_challenge_finish (Transport *transport, GAsyncResult *result, GError **error)
{
  TransportChallenge *challenge;

  if (g_task_propagate_pointer (G_TASK (result), error) == NULL)
    return NULL;
  challenge = g_new0 (TransportChallenge, 1);
  challenge->institution_code = g_strdup (FAKE_INSTITUTION);
  challenge->identifier = g_strdup ("challenge-1");
  challenge->bytes = g_bytes_new_static ("0123456789abcdef0123456789abcdef", 32);
  return challenge;
}

static TransportChallenge *
make_challenge (Transport *transport)
{
  TransportChallenge *challenge = g_new0 (TransportChallenge, 1);

  ((FakeCenter *)transport)->own_challenges++;
  challenge->institution_code = g_strdup (FAKE_INSTITUTION);
  challenge->own_time = g_strdup ("20250401093000");
  challenge->bytes = g_bytes_new_static ("0123456789abcdef0123456789abcdef", 32);
  return challenge;
}

static void
check_card (Transport *transport, const TransportCardQuery *query, GCancellable *cancellable,
            GAsyncReadyCallback callback, gpointer user_data)
{
  FakeCenter *center = (FakeCenter *)transport;

  g_assert_cmpstr (query->challenge->identifier, ==, query->challenge->own_time != NULL ? NULL : "challenge-1");
  g_assert_cmpuint (g_bytes_get_size (query->signature), ==, 256);
  g_assert_nonnull (query->certificate);
  g_assert_nonnull (query->algorithm);
  center->agreed = query->agreed;
  call (transport, FAKE_CHECK_CARD, cancellable, callback, user_data);
}

static void
check_number (Transport *transport, const TransportNumberQuery *query, GCancellable *cancellable,
              GAsyncReadyCallback callback, gpointer user_data)
{
  FakeCenter *center = (FakeCenter *)transport;

  g_free (center->number);
  center->number
      = g_strdup_printf ("%s/%s/%s/%s/%s/%s", query->insurer_number, query->symbol ? query->symbol : "", query->number,
                         query->branch ? query->branch : "", query->birthdate, query->date ? query->date : "");
  center->agreed = query->agreed;
  call (transport, FAKE_CHECK_NUMBER, cancellable, callback, user_data);
}

static GBytes *
get_request (Transport *transport, GAsyncResult *result)
{
  return ((FakeCenter *)transport)->request;
}

static void
repeat (Transport *transport, TransportAbility ability, GBytes *request, GCancellable *cancellable,
        GAsyncReadyCallback callback, gpointer user_data)
{
  FakeCenter *center = (FakeCenter *)transport;

  g_string_append_printf (center->repeated, "%s%s:%.*s", center->repeated->len > 0 ? " " : "",
                          ability == TRANSPORT_PROVES_CARDS         ? "card"
                          : ability == TRANSPORT_REGISTERS_CONSENTS ? "consents"
                          : ability == TRANSPORT_WITHDRAWS_CONSENTS ? "withdrawal"
                                                                    : "number",
                          (int)g_bytes_get_size (request), (const char *)g_bytes_get_data (request, NULL));
  call (transport, FAKE_REPEAT, cancellable, callback, user_data);
}

static GBytes *
make_registration (Transport *transport, const TransportConsents *consents)
{
  char *text = g_strdup_printf ("%s/%x", consents->identifier, (guint)consents->agreed);

  return g_bytes_new_take (text, strlen (text));
}

static GBytes *
make_withdrawal (Transport *transport, const TransportWithdrawal *withdrawal)
{
  g_assert_cmpint (withdrawal->treatment, ==, TRANSPORT_TREATMENT_HOME);
  return g_bytes_new (withdrawal->identifier, strlen (withdrawal->identifier));
}

static void
register_consents (Transport *transport, const TransportConsents *consents, GCancellable *cancellable,
                   GAsyncReadyCallback callback, gpointer user_data)
{
  FakeCenter *center = (FakeCenter *)transport;
  g_autoptr (GString) registered = g_string_new (NULL);

  g_assert_cmpstr (consents->qualification_key, ==, "KEY1");
  g_assert_nonnull (consents->identifier);
  for (guint kind = 0; kind < CONSENT_N_KINDS; kind++)
    if (CONSENT_KINDS_HAS (consents->asked, kind))
      g_assert_true (!CONSENT_KINDS_HAS (consents->agreed, kind)
                     || (consents->texts[kind].version != NULL && consents->texts[kind].language != NULL));
  for (guint kind = 0; kind < CONSENT_N_KINDS; kind++)
    if (CONSENT_KINDS_HAS (consents->asked, kind))
      g_string_append_printf (registered, "%s%s=%d", registered->len > 0 ? " " : "", consent_kind_to_string (kind),
                              CONSENT_KINDS_HAS (consents->agreed, kind));
  g_free (center->registered);
  center->registered = g_strdup (registered->str);
  call (transport, FAKE_REGISTER, cancellable, callback, user_data);
}

static void
register_use (Transport *transport, const TransportCardQuery *proof, const TransportConsentText *terms,
              GCancellable *cancellable, GAsyncReadyCallback callback, gpointer user_data)
{
  FakeCenter *center = (FakeCenter *)transport;

  g_assert_cmpstr (proof->challenge->identifier, ==, "challenge-1");
  g_assert_cmpuint (g_bytes_get_size (proof->signature), ==, 256);
  g_free (center->terms);
  center->terms = g_strdup_printf ("%s %s", terms->version, terms->language);
  call (transport, FAKE_REGISTER_USE, cancellable, callback, user_data);
}

static void
register_reference (Transport *transport, const TransportReference *reference, GCancellable *cancellable,
                    GAsyncReadyCallback callback, gpointer user_data)
{
  FakeCenter *center = (FakeCenter *)transport;

  g_free (center->reference);
  center->reference = g_strdup_printf ("%s %s/%s/%s/%s", reference->reference_number, reference->insurer_number,
                                       reference->symbol != NULL ? reference->symbol : "",
                                       reference->number != NULL ? reference->number : "",
                                       reference->branch != NULL ? reference->branch : "");
  call (transport, FAKE_REGISTER_REFERENCE, cancellable, callback, user_data);
}

static TransportReply *
read_use (FakeCenter *center, const Message *message, GBytes *body, GError **error)
{
  TransportReply *reply = field_answer_read_use (message, body, error);

  if (reply != NULL)
    center->is_unregistered = FALSE;
  return reply;
}

static TransportReply *
reply_finish (Transport *transport, GAsyncResult *result, GError **error)
{
  const char *text = g_task_propagate_pointer (G_TASK (result), error);
  g_autoptr (GBytes) body = text != NULL ? g_bytes_new_static (text, strlen (text)) : NULL;
  g_autoptr (Message) message = NULL;
  g_autoptr (Message) request
      = field_request_new_search (&(FieldHeader){ "1312345678", "an-identifier", "20250401" },
                                  &(TransportNumberQuery){ .agreed = ((FakeCenter *)transport)->agreed });

  if (text == NULL)
    return NULL;
  message = message_json_parse (body, NULL);
  g_assert_nonnull (message);
  switch (GPOINTER_TO_UINT (g_task_get_source_tag (G_TASK (result))))
    {
    case FAKE_REGISTER:
      return field_answer_read_registration (message, body);
    case FAKE_REGISTER_USE:
      return read_use ((FakeCenter *)transport, message, body, error);
    case FAKE_REGISTER_REFERENCE:
      return field_answer_read_reference (message, body, error);
    default:
      break;
    }
  return field_answer_read_qualification (g_steal_pointer (&message), request, body, error);
}

static void
fetch_records (Transport *transport, const TransportRecordsQuery *query, GCancellable *cancellable,
               GAsyncReadyCallback callback, gpointer user_data)
{
  FakeCenter *center = (FakeCenter *)transport;

  g_assert_nonnull (query->identifier);
  g_assert_cmpuint (strlen (query->identifier), <=, 50);
  g_string_append_printf (center->fetched, "%s%s %s-%s %s%s%s for %u", center->fetched->len > 0 ? "; " : "",
                          consent_kind_to_string (query->kind), query->from != NULL ? query->from : "",
                          query->to != NULL ? query->to : "", query->format == TRANSPORT_RECORDS_PDF ? "pdf" : "xml",
                          query->with_prescriptions ? " +prescriptions" : "",
                          query->with_treatment ? " +treatment" : "", (guint)query->treatment);
  call (transport, FAKE_FETCH, cancellable, callback, user_data);
}

static TransportRecords *
fetch_records_finish (Transport *transport, GAsyncResult *result, GError **error)
{
  FakeCenter *center = (FakeCenter *)transport;
  FakeRecords next = { NULL, RECORDS_NONE, NULL, SHIKAKU_ERROR_NONE };
  TransportRecords *records;

  if (g_task_propagate_pointer (G_TASK (result), error) == NULL)
    return NULL;
  if (center->records->len > 0)
    {
      next = g_array_index (center->records, FakeRecords, 0);
      g_array_remove_index (center->records, 0);
    }
  if (next.error != SHIKAKU_ERROR_NONE)
    {
      g_set_error_literal (error, SHIKAKU_ERROR, (int)next.error, "fake center");
      return NULL;
    }
  records = g_new0 (TransportRecords, 1);
  records->fd = -1;
  records->outcome = next.document != NULL ? RECORDS_DATA : next.outcome;
  records->code = g_strdup (next.code);
  if (next.document != NULL)
    {
      g_autoptr (GChecksum) checksum = g_checksum_new (G_CHECKSUM_SHA256);
      gsize size = sizeof records->digest;

      records->size = strlen (next.document);
      records->fd = memfd_create ("fake", MFD_CLOEXEC | MFD_ALLOW_SEALING);
      g_assert_cmpint (write (records->fd, next.document, records->size), ==, (gssize)records->size);
      g_checksum_update (checksum, (const guchar *)next.document, (gssize)records->size);
      g_checksum_get_digest (checksum, records->digest, &size);
    }
  return records;
}

static void
examine (Transport *transport, GCancellable *cancellable, GAsyncReadyCallback callback, gpointer user_data)
{
  if (transport->links[TRANSPORT_LINK_CREDENTIAL].state == TRANSPORT_LINK_UNKNOWN)
    transport->links[TRANSPORT_LINK_CREDENTIAL] = (TransportLinkStatus){ TRANSPORT_LINK_OK, 1, SHIKAKU_ERROR_NONE };
  transport->links[TRANSPORT_LINK_LINE]
      = (TransportLinkStatus){ TRANSPORT_LINK_FAILED, 2, SHIKAKU_ERROR_CENTER_UNREACHABLE };
  call (transport, FAKE_EXAMINE, cancellable, callback, user_data);
}

static void
center_free (Transport *transport)
{
  FakeCenter *center = (FakeCenter *)transport;

  for (guint i = 0; i < FAKE_N_CALLS; i++)
    {
      g_assert_cmpuint (center->waiting[i]->len, ==, 0);
      g_ptr_array_unref (center->waiting[i]);
    }
  if (center->freed != NULL)
    *center->freed = TRUE;
  g_free (center->registered);
  g_free (center->number);
  g_free (center->terms);
  g_free (center->reference);
  g_bytes_unref (center->request);
  g_string_free (center->repeated, TRUE);
  g_string_free (center->fetched, TRUE);
  g_array_unref (center->records);
  g_free (center);
}

static void
reset (Transport *transport)
{
  ((FakeCenter *)transport)->resets++;
}

static const TransportClass center_class = {
  .abilities = TRANSPORT_PROVES_CARDS | TRANSPORT_ASKS_BY_NUMBER | TRANSPORT_REGISTERS_CONSENTS
               | TRANSPORT_REGISTERS_USE | TRANSPORT_REGISTERS_REFERENCES | TRANSPORT_FETCHES_RECORDS
               | TRANSPORT_WITHDRAWS_CONSENTS,
  .prepare = prepare,
  .get_challenge = get_challenge,
  .get_challenge_finish = get_challenge_finish,
  .make_challenge = make_challenge,
  .get_request = get_request,
  .repeat = repeat,
  .check_card = check_card,
  .check_number = check_number,
  .register_consents = register_consents,
  .make_registration = make_registration,
  .make_withdrawal = make_withdrawal,
  .register_use = register_use,
  .register_reference = register_reference,
  .fetch_records = fetch_records,
  .fetch_records_finish = fetch_records_finish,
  .reply_finish = reply_finish,
  .examine = examine,
  .reset = reset,
  .free = center_free,
};

FakeCenter *
fake_center_new (void)
{
  FakeCenter *center = g_new0 (FakeCenter, 1);

  center->transport.klass = &center_class;
  for (guint i = 0; i < FAKE_N_CALLS; i++)
    {
      center->bodies[i] = FAKE_ELIGIBLE;
      center->waiting[i] = g_ptr_array_new ();
    }
  center->bodies[FAKE_REGISTER] = FAKE_REGISTERED;
  center->bodies[FAKE_REGISTER_USE] = FAKE_USE_REGISTERED;
  center->bodies[FAKE_REGISTER_REFERENCE] = FAKE_REFERENCE_REGISTERED;
  center->request = g_bytes_new_static ("a request", 9);
  center->repeated = g_string_new (NULL);
  center->fetched = g_string_new (NULL);
  center->records = g_array_new (FALSE, FALSE, sizeof (FakeRecords));
  return center;
}
