/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* fake-terminal: see the header. */
#include "fake-terminal.h"

#include "center/field-arrival.h"

static void
release_arrival (Transport *transport, const char *name, const guint8 *digest)
{
  g_assert_nonnull (digest);
  g_string_append_printf (((FakeTerminal *)transport)->released, "%s ", name);
}

static void
examine (Transport *transport, GCancellable *cancellable, GAsyncReadyCallback callback, gpointer user_data)
{
  callback (NULL, NULL, user_data);
}

static void
terminal_free (Transport *transport)
{
  FakeTerminal *terminal = (FakeTerminal *)transport;

  if (terminal->freed != NULL)
    *terminal->freed = TRUE;
  g_string_free (terminal->released, TRUE);
  g_free (terminal);
}

static const TransportClass terminal_class = {
  .abilities = TRANSPORT_BRINGS_ARRIVALS,
  .release_arrival = release_arrival,
  .examine = examine,
  .free = terminal_free,
};

FakeTerminal *
fake_terminal_new (void)
{
  FakeTerminal *terminal = g_new0 (FakeTerminal, 1);

  terminal->transport.klass = &terminal_class;
  terminal->released = g_string_new (NULL);
  return terminal;
}

static void
add (GString *xml, const char *element, const char *text)
{
  if (text != NULL)
    g_string_append_printf (xml, "<%s>%s</%s>", element, text, element);
}

GBytes *
fake_terminal_make_xml (const FakePatient *patient, const char *identifier)
{
  GString *xml = g_string_new ("<?xml version=\"1.0\" encoding=\"UTF-8\" standalone=\"no\"?><XmlMsg><MessageHeader>"
                               "<ProcessExecutionTime>20250401093000</ProcessExecutionTime>"
                               "<SegmentOfResult>1</SegmentOfResult>"
                               "<QualificationConfirmationDate>20250401</QualificationConfirmationDate>"
                               "<MedicalInstitutionCode>1311234567</MedicalInstitutionCode>"
                               "<ReferenceClassification>1</ReferenceClassification>"
                               "<CharacterCodeIdentifier>0</CharacterCodeIdentifier>");

  add (xml, "ArbitraryFileIdentifier", identifier);
  g_string_append (xml, "</MessageHeader><MessageBody><ResultList><ResultOfQualificationConfirmation>");
  add (xml, "InsurerNumber", patient->insurer_number != NULL ? patient->insurer_number : "99990001");
  add (xml, "InsuredCardSymbol", patient->symbol != NULL ? patient->symbol : "架空");
  add (xml, "InsuredIdentificationNumber", patient->number != NULL ? patient->number : "１２３");
  add (xml, "InsuredBranchNumber", patient->branch);
  add (xml, "Name", patient->name);
  add (xml, "NameKana", patient->kana);
  add (xml, "Birthdate", patient->birthdate != NULL ? patient->birthdate : "19800102");
  add (xml, "Sex1", "2");
  add (xml, "ReferenceNumber", patient->reference);
  if (patient->more != NULL)
    g_string_append (xml, patient->more);
  g_string_append (xml, "</ResultOfQualificationConfirmation></ResultList>"
                        "<ProcessingResultStatus>1</ProcessingResultStatus>"
                        "<QualificationValidity>1</QualificationValidity></MessageBody></XmlMsg>");
  return g_string_free_to_bytes (xml);
}

void
fake_terminal_bring (FakeTerminal *terminal, const char *name, const FakePatient *patient, gint64 at)
{
  TransportArrival *arrival = g_new0 (TransportArrival, 1);
  g_autoptr (GChecksum) checksum = g_checksum_new (G_CHECKSUM_SHA256);
  g_autoptr (GError) error = NULL;
  gsize size = sizeof arrival->digest;

  arrival->name = g_strdup (name);
  arrival->bytes = fake_terminal_make_xml (patient, name);
  g_checksum_update (checksum, g_bytes_get_data (arrival->bytes, NULL), (gssize)g_bytes_get_size (arrival->bytes));
  g_checksum_get_digest (checksum, arrival->digest, &size);
  arrival->at = at;
  arrival->received = g_get_real_time ();
  arrival->reply = field_arrival_read (arrival->bytes, "1311234567", &error);
  g_assert_no_error (error);
  terminal->transport.arrived (&terminal->transport, arrival, terminal->transport.arrived_data);
}
