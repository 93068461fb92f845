/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* bridge-request: see the header. Elements: data/doc/messages.md, "Query by number" and what follows. */
#include "client/folder/bridge-request.h"

#include <gio/gio.h>
#include <string.h>

#include "codec/message-xml.h"

#define CURRENT_MONTH "999999" /* of EndDate: this month */

/* What stands where, by kind: the element of the body that names the insured; of records it is the header. */
static const char *const searches[BRIDGE_N_KINDS] = {
  [BRIDGE_CHECK] = "QualificationConfirmSearchInfo",
  [BRIDGE_REFERENCE] = "ReferenceNumberRegistrationInfo",
  [BRIDGE_WITHDRAWAL] = "ConsentCancelInfo",
};

const Message *
bridge_request_get_search (const BridgeRequest *request)
{
  return searches[request->kind] != NULL
             ? message_find (message_find (request->tree, "MessageBody"), searches[request->kind])
             : NULL;
}

static void
read_person (BridgeRequest *request)
{
  const Message *search = bridge_request_get_search (request);

  request->insurer = message_find_text (search, "InsurerNumber");
  request->symbol = message_find_text (search, "InsuredCardSymbol");
  request->number = message_find_text (search, "InsuredIdentificationNumber");
  request->branch = message_find_text (search, "InsuredBranchNumber");
  request->birthdate = message_find_text (search, "Birthdate");
  request->reference = message_find_text (search, "ReferenceNumber");
}

/* FileCategory: medicines as PDF 1 or XML 2, with treatments 3 and 4; check-ups 1 and 2. */
static void
read_category (BridgeRequest *request, const char *category)
{
  if (category == NULL || strlen (category) != 1 || strchr ("1234", *category) == NULL)
    return;
  if (request->kind == BRIDGE_CHECKUP)
    request->records = *category <= '2' ? "checkup" : NULL;
  else
    request->records = *category <= '2' ? "drug" : "diagnosis";
  request->is_pdf = *category == '1' || *category == '3';
}

static void
read_records (BridgeRequest *request)
{
  const Message *header = message_find (request->tree, "MessageHeader");
  const Message *body = message_find (request->tree, "MessageBody");

  request->insurer = message_find_text (header, "InsurerNumber");
  request->symbol = message_find_text (header, "InsuranceCardSymbol");
  request->number = message_find_text (header, "InsuredPersonIdentificationNumber");
  request->branch = message_find_text (header, "BranchNumber");
  request->from = message_find_text (body, "StartDate");
  request->to = message_find_text (body, "EndDate");
  if (g_strcmp0 (request->to, CURRENT_MONTH) == 0)
    request->to = NULL;
  read_category (request, message_find_text (body, "FileCategory"));
}

/* Return: what is missing, static; or NULL. */
static const char *
find_missing (const BridgeRequest *request)
{
  const gboolean is_of_records = request->kind == BRIDGE_DRUG || request->kind == BRIDGE_CHECKUP;
  const gboolean has_birthdate = request->kind == BRIDGE_CHECK || request->kind == BRIDGE_WITHDRAWAL;

  if (strcmp (message_get_name (request->tree), "XmlMsg") != 0)
    return "it is no XmlMsg";
  if (request->kind == BRIDGE_OTHER)
    return NULL;
  if (request->insurer == NULL || request->number == NULL || (has_birthdate && request->birthdate == NULL))
    return "it does not say who is insured";
  if (request->kind == BRIDGE_REFERENCE && request->reference == NULL)
    return "it has no reference number";
  return is_of_records && request->records == NULL ? "it has no FileCategory that is known" : NULL;
}

BridgeRequest *
bridge_request_read (BridgeKind kind, GBytes *bytes, GError **error)
{
  g_autoptr (BridgeRequest) request = g_new0 (BridgeRequest, 1);
  const Message *header;
  const char *missing;

  request->kind = kind;
  request->tree = message_xml_parse (bytes, MESSAGE_ENCODING_UNKNOWN, &request->encoding, error);
  if (request->tree == NULL)
    return NULL;
  header = message_find (request->tree, "MessageHeader");
  request->identifier = message_find_text (header, "ArbitraryFileIdentifier");
  request->institution = message_find_text (header, "MedicalInstitutionCode");
  request->date = message_find_text (header, "QualificationConfirmationDate");
  if (kind == BRIDGE_DRUG || kind == BRIDGE_CHECKUP)
    read_records (request);
  else
    read_person (request);
  missing = find_missing (request);
  if (missing != NULL)
    g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA, missing);
  return missing == NULL ? g_steal_pointer (&request) : NULL;
}

void
bridge_request_free (BridgeRequest *request)
{
  g_clear_pointer (&request->tree, message_free);
  g_free (request);
}
