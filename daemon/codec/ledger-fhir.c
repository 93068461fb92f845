/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* ledger-fhir: an entry of the ledger comes in, a line of JSON goes out, by libyajl. */
#include "codec/ledger-fhir.h"

#include <string.h>
#include <yajl/yajl_gen.h>

#include "codec/ledger-fhir-kinds.h"
#include "codec/ledger-json.h"
#include "codec/receipt.h"

/* Names of our own: below a name that nobody can register (RFC 2606), so that they are nobody else's. */
#define OURS "https://shikaku.invalid/fhir/"
#define TYPE_ENTITY "http://terminology.hl7.org/CodeSystem/audit-entity-type"
#define TYPE_ROLE "http://terminology.hl7.org/CodeSystem/object-role"
#define TYPE_RESOURCE "http://hl7.org/fhir/resource-types"
#define INSTITUTION "http://jpfhir.jp/fhir/core/IdSystem/insurance-medical-institution-no" /* of JP Core */
#define URI "urn:ietf:rfc:3986"

/* Agents, by the codes that the patterns tell them by. */
static const FhirCode agent_application = { FHIR_DICOM, "110150", "Application" };
static const FhirCode agent_source = { FHIR_DICOM, "110153", "Source Role ID" };
static const FhirCode agent_destination = { FHIR_DICOM, "110152", "Destination Role ID" };
static const FhirCode agent_user
    = { "http://terminology.hl7.org/CodeSystem/v3-ParticipationType", "IRCP", "information recipient" };
static const FhirCode agent_provider
    = { "http://terminology.hl7.org/CodeSystem/v3-RoleClass", "PROV", "healthcare provider" };
static const FhirCode agent_authorizer
    = { "http://terminology.hl7.org/CodeSystem/extra-security-role-type", "authserver", "authorization server" };
static const FhirCode agent_patient = { "http://snomed.info/sct", "429577009", "Patient Advocate" };

typedef struct
{
  const LedgerFhirSource *source;
  const LedgerEntry *entry;
  const guint8 *leaf;
  guint64 index;
  char *id;
  yajl_gen generator;
} Writer;

/* A value that FHIR takes for a text: whole characters, none that is not printed. */
static void
write_text (Writer *writer, const char *text, gssize size)
{
  g_autofree char *valid = g_utf8_make_valid (text, size);

  for (char *end = valid; *end != '\0'; end++)
    if ((guchar)*end < 0x20 && *end != '\t' && *end != '\n' && *end != '\r')
      *end = '?';
  yajl_gen_string (writer->generator, (const guchar *)valid, strlen (valid));
}

static void
write_name (Writer *writer, const char *name)
{
  yajl_gen_string (writer->generator, (const guchar *)name, strlen (name));
}

static void
write_member (Writer *writer, const char *name, const char *text)
{
  write_name (writer, name);
  write_text (writer, text, -1);
}

static void
write_flag (Writer *writer, const char *name, gboolean flag)
{
  write_name (writer, name);
  yajl_gen_bool (writer->generator, flag);
}

static void
open_object (Writer *writer, const char *name)
{
  if (name != NULL)
    write_name (writer, name);
  yajl_gen_map_open (writer->generator);
}

static void
close_object (Writer *writer)
{
  yajl_gen_map_close (writer->generator);
}

static void
open_array (Writer *writer, const char *name)
{
  write_name (writer, name);
  yajl_gen_array_open (writer->generator);
}

static void
close_array (Writer *writer)
{
  yajl_gen_array_close (writer->generator);
}

static void
write_coding (Writer *writer, const char *name, const FhirCode *code)
{
  open_object (writer, name);
  write_member (writer, "system", code->system);
  write_member (writer, "code", code->code);
  if (code->display != NULL)
    write_member (writer, "display", code->display);
  close_object (writer);
}

/* A CodeableConcept of one coding. */
static void
write_concept (Writer *writer, const char *name, const FhirCode *code)
{
  open_object (writer, name);
  open_array (writer, "coding");
  write_coding (writer, NULL, code);
  close_array (writer);
  close_object (writer);
}

/* A logical reference. @value NULL: not known, by @display alone. Identifiers of ours are unique within a ledger. */
static void
write_reference (Writer *writer, const char *name, const char *type, const char *system, const char *value,
                 const char *display)
{
  open_object (writer, name);
  write_member (writer, "type", type);
  if (value != NULL)
    {
      open_object (writer, "identifier");
      write_member (writer, "system", system);
      write_member (writer, "value", value);
      if (g_str_has_prefix (system, OURS) && strcmp (system, OURS "ledger") != 0)
        {
          open_object (writer, "assigner");
          write_member (writer, "display", writer->source->origin);
          close_object (writer);
        }
      close_object (writer);
    }
  if (display != NULL)
    write_member (writer, "display", display);
  close_object (writer);
}

static const char *
get_text (const Writer *writer, LedgerField field)
{
  return ledger_entry_get_text (writer->entry, field);
}

static char *
get_number (const Writer *writer, LedgerField field)
{
  guint64 number;

  return ledger_entry_get_number (writer->entry, field, &number) ? g_strdup_printf ("%" G_GUINT64_FORMAT, number)
                                                                 : NULL;
}

static char *
encode_hex (GBytes *bytes)
{
  return ledger_json_make_hex (g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes));
}

static void
write_patient (Writer *writer, const char *name)
{
  GBytes *person = ledger_entry_get_bytes (writer->entry, LEDGER_FIELD_PERSON);
  GBytes *number = ledger_entry_get_bytes (writer->entry, LEDGER_FIELD_PERSON_NUMBER);
  g_autofree char *value = person != NULL ? encode_hex (person) : number != NULL ? encode_hex (number) : NULL;

  write_reference (writer, name, "Patient", person != NULL ? OURS "person" : OURS "person-number", value,
                   value == NULL ? "not known" : NULL);
}

static void
write_daemon (Writer *writer, const char *name)
{
  write_reference (writer, name, "Device", OURS "ledger", writer->source->origin, "shikakud");
}

static void
write_program (Writer *writer, const char *name)
{
  const char *program = get_text (writer, LEDGER_FIELD_PROGRAM), *sender = get_text (writer, LEDGER_FIELD_SENDER);
  g_autofree char *uid = get_number (writer, LEDGER_FIELD_UID);
  g_autofree char *display = NULL;

  if (program == NULL)
    display = g_strdup (uid != NULL ? "a program that is not known" : "shikakud itself");
  else
    display = g_strdup_printf ("%s, uid %s, %s", program, uid != NULL ? uid : "unknown",
                               sender != NULL ? sender : "no name");
  write_reference (writer, name, "Device", OURS "program", program, display);
}

/* The member of staff that the caller asserts; else the user whose program it was; else the daemon itself. */
static void
write_person (Writer *writer)
{
  const char *staff = get_text (writer, LEDGER_FIELD_STAFF);
  g_autofree char *uid = get_number (writer, LEDGER_FIELD_UID);

  if (staff != NULL)
    write_reference (writer, "who", "Practitioner", OURS "staff-asserted", staff,
                     "as the calling program asserts, not proved");
  else if (uid != NULL)
    write_reference (writer, "who", "Practitioner", OURS "uid", uid, "the user of the calling program");
  else
    write_daemon (writer, "who");
}

/* Both ends are on this machine: its system bus lies between them. */
static void
write_network (Writer *writer)
{
  open_object (writer, "network");
  write_member (writer, "address", "localhost");
  write_member (writer, "type", "1");
  close_object (writer);
}

typedef enum
{
  AGENT_REQUESTS = 1 << 0,
  AGENT_NETWORK = 1 << 1,
} AgentFlags;

static void
write_agent (Writer *writer, const FhirCode *code, void (*write_who) (Writer *writer, const char *name),
             AgentFlags flags)
{
  open_object (writer, NULL);
  write_concept (writer, "type", code);
  write_who (writer, "who");
  write_flag (writer, "requestor", (flags & AGENT_REQUESTS) != 0);
  if (flags & AGENT_NETWORK)
    write_network (writer);
  close_object (writer);
}

static void
write_user (Writer *writer)
{
  const char *role = get_text (writer, LEDGER_FIELD_ROLE);
  FhirCode code = { OURS "role-asserted", role, NULL };
  gboolean is_asserted = get_text (writer, LEDGER_FIELD_STAFF) != NULL || role != NULL;

  open_object (writer, NULL);
  if (is_asserted)
    {
      open_array (writer, "extension");
      open_object (writer, NULL);
      write_member (writer, "url", OURS "StructureDefinition/asserted-by-caller");
      write_flag (writer, "valueBoolean", TRUE);
      close_object (writer);
      close_array (writer);
    }
  write_concept (writer, "type", &agent_user);
  if (role != NULL)
    {
      open_array (writer, "role");
      write_concept (writer, NULL, &code);
      close_array (writer);
    }
  write_person (writer);
  write_flag (writer, "requestor", TRUE);
  close_object (writer);
}

static void
write_institution (Writer *writer, const char *name)
{
  write_reference (writer, name, "Organization", INSTITUTION, writer->source->institution,
                   writer->source->institution == NULL ? "the institution of this ledger" : NULL);
}

static void
write_agents (Writer *writer, FhirPattern pattern)
{
  open_array (writer, "agent");
  switch (pattern)
    {
    case FHIR_PATTERN_CONSENT:
      write_agent (writer, &agent_authorizer, write_daemon, 0);
      write_agent (writer, &agent_application, write_program, AGENT_NETWORK);
      write_agent (writer, &agent_provider, write_institution, 0);
      break;
    case FHIR_PATTERN_DISCLOSURE:
      write_agent (writer, &agent_source, write_daemon, AGENT_NETWORK);
      write_agent (writer, &agent_destination, write_program, AGENT_NETWORK);
      if (get_text (writer, LEDGER_FIELD_CONSENT) != NULL)
        write_agent (writer, &agent_patient, write_patient, 0);
      break;
    case FHIR_PATTERN_QUERY: /* by the pattern the question flows from source to destination */
      write_agent (writer, &agent_source, write_program, AGENT_NETWORK);
      write_agent (writer, &agent_destination, write_daemon, AGENT_NETWORK);
      break;
    case FHIR_PATTERN_SECURITY:
    default:
      write_agent (writer, &agent_application, write_program, AGENT_NETWORK);
      break;
    }
  write_user (writer);
  close_array (writer);
}

/* One field as a detail: what of it stands elsewhere too is repeated, so that a reader finds all in one place. */
static void
write_field (guint field, const char *type, GBytes *value, gpointer user_data)
{
  Writer *writer = user_data;
  gsize size;
  const guint8 *data = g_bytes_get_data (value, &size);
  g_autofree char *text = NULL;

  if (size == 0)
    return;
  open_object (writer, NULL);
  if (ledger_field_get_key (field) != NULL)
    write_member (writer, "type", ledger_field_get_key (field));
  else
    {
      text = g_strdup_printf ("Field%u", field);
      write_member (writer, "type", text);
    }
  if (g_strcmp0 (type, "s") == 0)
    {
      write_name (writer, "valueString");
      write_text (writer, (const char *)data, (gssize)size);
    }
  else if (g_strcmp0 (type, "t") == 0 && size == sizeof (guint64))
    {
      guint64 number;

      memcpy (&number, data, sizeof number);
      g_free (text);
      text = g_strdup_printf ("%" G_GUINT64_FORMAT, GUINT64_FROM_BE (number));
      write_member (writer, "valueString", text);
    }
  else
    {
      g_free (text);
      text = g_base64_encode (data, size);
      write_member (writer, "valueBase64Binary", text);
    }
  close_object (writer);
}

static void
write_number_detail (Writer *writer, const char *name, guint64 number)
{
  g_autofree char *text = g_strdup_printf ("%" G_GUINT64_FORMAT, number);

  open_object (writer, NULL);
  write_member (writer, "type", name);
  write_member (writer, "valueString", text);
  close_object (writer);
}

static void
write_details (Writer *writer)
{
  g_autofree char *leaf = g_base64_encode (writer->leaf, LEDGER_FHIR_LEAF_SIZE);

  open_array (writer, "detail");
  write_number_detail (writer, "Index", writer->index);
  open_object (writer, NULL);
  write_member (writer, "type", "Leaf");
  write_member (writer, "valueBase64Binary", leaf);
  close_object (writer);
  write_number_detail (writer, "Boot", (guint64)ledger_entry_get_boot (writer->entry));
  ledger_entry_walk (writer->entry, write_field, writer);
  close_array (writer);
}

/* entity: begin, type and role. @role NULL: none. */
static void
open_entity (Writer *writer, const char *system, const char *type, const char *role)
{
  FhirCode code = { system, type, NULL };

  open_object (writer, NULL);
  write_coding (writer, "type", &code);
  if (role != NULL)
    {
      code = (FhirCode){ TYPE_ROLE, role, NULL };
      write_coding (writer, "role", &code);
    }
}

static void
write_patient_entity (Writer *writer)
{
  open_entity (writer, TYPE_ENTITY, "1", "1"); /* Person, Patient */
  write_patient (writer, "what");
  close_object (writer);
}

/* The consent that this is about: by its receipt; by the entry that tells of it; or it is this entry. */
static void
write_consent_entity (Writer *writer, gboolean is_own)
{
  const char *kind = get_text (writer, LEDGER_FIELD_CONSENT), *receipt = get_text (writer, LEDGER_FIELD_RECEIPT);
  g_autofree char *entry = get_number (writer, LEDGER_FIELD_ENTRY);

  open_entity (writer, TYPE_RESOURCE, "Consent", NULL);
  if (receipt != NULL)
    write_reference (writer, "what", "Consent", OURS "receipt", receipt, kind);
  else if (!is_own)
    write_reference (writer, "what", "Consent", NULL, NULL, kind);
  else if (ledger_entry_get_kind (writer->entry) != LEDGER_CONSENT && entry != NULL)
    write_reference (writer, "what", "Consent", OURS "index", entry, kind);
  else
    write_reference (writer, "what", "Consent", OURS "receipt", writer->id, kind);
  if (is_own)
    write_details (writer);
  close_object (writer);
}

/* All that the entry holds, where the pattern has no entity for it. */
static void
write_entry_entity (Writer *writer)
{
  open_entity (writer, TYPE_ENTITY, "4", NULL); /* Other */
  write_reference (writer, "what", "AuditEvent", OURS "entry", writer->id, NULL);
  write_details (writer);
  close_object (writer);
}

/* What the ledger holds of the question, as the query of a form. */
static void
write_query_entity (Writer *writer)
{
  static const LedgerField asked[] = { LEDGER_FIELD_ORIGIN, LEDGER_FIELD_EVIDENCE, LEDGER_FIELD_RECORDS,
                                       LEDGER_FIELD_FORMAT, LEDGER_FIELD_FROM,     LEDGER_FIELD_TO };
  g_autoptr (GString) query = g_string_new ("kind=");
  const char *kind = ledger_kind_to_string (ledger_entry_get_kind (writer->entry));
  g_autofree char *encoded = NULL;

  g_string_append (query, kind != NULL ? kind : "unknown");
  for (gsize i = 0; i < G_N_ELEMENTS (asked); i++)
    if (get_text (writer, asked[i]) != NULL)
      {
        g_autofree char *escaped = g_uri_escape_string (get_text (writer, asked[i]), NULL, FALSE);

        g_string_append_printf (query, "&%s=%s", ledger_field_get_key (asked[i]), escaped);
      }
  open_entity (writer, TYPE_ENTITY, "2", "24"); /* System Object, Query */
  encoded = g_base64_encode ((const guchar *)query->str, query->len);
  write_member (writer, "query", encoded);
  close_object (writer);
}

/* A document that was handed out, by the name that RFC 6920 gives its bytes. */
static void
write_document_entity (guint field, const char *type G_GNUC_UNUSED, GBytes *value, gpointer user_data)
{
  Writer *writer = user_data;
  const char *records = get_text (writer, LEDGER_FIELD_RECORDS);
  gsize size;
  const guint8 *data = g_bytes_get_data (value, &size);
  g_autofree char *encoded = NULL, *name = NULL;

  if (field != LEDGER_FIELD_SHA256 || size == 0)
    return;
  encoded = g_base64_encode (data, size);
  g_strdelimit (encoded, "+", '-');
  g_strdelimit (encoded, "/", '_');
  g_strdelimit (encoded, "=", '\0');
  name = g_strdup_printf ("ni:///sha-256;%s", encoded);
  open_entity (writer, TYPE_ENTITY, "2", "3"); /* System Object, Report */
  write_reference (writer, "what", "DocumentReference", URI, name, records);
  close_object (writer);
}

static void
write_entities (Writer *writer, FhirPattern pattern)
{
  gboolean has_patient = ledger_entry_get_bytes (writer->entry, LEDGER_FIELD_PERSON) != NULL
                         || ledger_entry_get_bytes (writer->entry, LEDGER_FIELD_PERSON_NUMBER) != NULL;

  open_array (writer, "entity");
  if (has_patient || pattern == FHIR_PATTERN_CONSENT || pattern == FHIR_PATTERN_DISCLOSURE)
    write_patient_entity (writer);
  if (pattern == FHIR_PATTERN_CONSENT)
    write_consent_entity (writer, TRUE);
  else
    {
      if (pattern == FHIR_PATTERN_QUERY)
        write_query_entity (writer);
      if (pattern == FHIR_PATTERN_DISCLOSURE)
        ledger_entry_walk (writer->entry, write_document_entity, writer);
      if (pattern == FHIR_PATTERN_DISCLOSURE && get_text (writer, LEDGER_FIELD_CONSENT) != NULL)
        write_consent_entity (writer, FALSE);
      write_entry_entity (writer);
    }
  close_array (writer);
}

static void
write_source (Writer *writer)
{
  static const FhirCode server
      = { "http://terminology.hl7.org/CodeSystem/security-source-type", "4", "Application Server" };

  open_object (writer, "source");
  write_member (writer, "site", writer->source->origin);
  write_daemon (writer, "observer");
  open_array (writer, "type");
  write_coding (writer, NULL, &server);
  close_array (writer);
  close_object (writer);
}

static void
write_purposes (Writer *writer, const FhirKind *kind)
{
  const char *reason = get_text (writer, LEDGER_FIELD_REASON);
  FhirCode code = { FHIR_ACT_REASON, kind->purpose, NULL };

  if (kind->purpose == NULL && reason == NULL)
    return;
  open_array (writer, "purposeOfEvent");
  open_object (writer, NULL);
  if (kind->purpose != NULL)
    {
      open_array (writer, "coding");
      write_coding (writer, NULL, &code);
      close_array (writer);
    }
  if (reason != NULL)
    write_member (writer, "text", reason);
  close_object (writer);
  close_array (writer);
}

/* In the words of the ledger: what became of it. */
static void
write_outcome (Writer *writer)
{
  static const LedgerField said[] = { LEDGER_FIELD_DECISION, LEDGER_FIELD_ANSWER, LEDGER_FIELD_ACT,
                                      LEDGER_FIELD_OUTCOME,  LEDGER_FIELD_ERROR,  LEDGER_FIELD_CODE };
  const char *kind = ledger_kind_to_string (ledger_entry_get_kind (writer->entry));
  g_autoptr (GString) description = g_string_new (kind != NULL ? kind : "unknown");

  for (gsize i = 0; i < G_N_ELEMENTS (said); i++)
    if (get_text (writer, said[i]) != NULL)
      g_string_append_printf (description, ", %s %s", ledger_field_get_key (said[i]), get_text (writer, said[i]));
  if (ledger_fhir_get_outcome (writer->entry) != NULL)
    write_member (writer, "outcome", ledger_fhir_get_outcome (writer->entry));
  write_member (writer, "outcomeDesc", description->str);
}

static void
write_time (Writer *writer)
{
  gint64 at = ledger_entry_get_at (writer->entry);
  g_autoptr (GDateTime) seconds = g_date_time_new_from_unix_utc (at / G_USEC_PER_SEC);
  g_autofree char *date = seconds != NULL ? g_date_time_format (seconds, "%Y-%m-%dT%H:%M:%S") : NULL;
  g_autofree char *text = NULL;

  /* A clock before 1970 or after 9999 is none that FHIR can write; the entry's bytes have it. */
  if (at < 0 || date == NULL)
    text = g_strdup ("1970-01-01T00:00:00.000000Z");
  else
    text = g_strdup_printf ("%s.%06dZ", date, (int)(at % G_USEC_PER_SEC));
  write_member (writer, "recorded", text);
}

static void
write_resource (Writer *writer)
{
  const FhirKind *kind = ledger_fhir_look_up (writer->entry);

  open_object (writer, NULL);
  write_member (writer, "resourceType", "AuditEvent");
  write_member (writer, "id", writer->id);
  open_object (writer, "meta");
  open_array (writer, "profile");
  write_text (writer, ledger_fhir_get_profile (writer->entry), -1);
  close_array (writer);
  close_object (writer);
  write_coding (writer, "type", &kind->type);
  if (kind->subtype.code != NULL)
    {
      open_array (writer, "subtype");
      write_coding (writer, NULL, &kind->subtype);
      close_array (writer);
    }
  write_member (writer, "action", kind->action);
  write_time (writer);
  write_outcome (writer);
  write_purposes (writer, kind);
  write_agents (writer, kind->pattern);
  write_source (writer);
  write_entities (writer, kind->pattern);
  close_object (writer);
}

GBytes *
ledger_fhir_write (const LedgerFhirSource *source, guint64 index, const guint8 leaf[LEDGER_FHIR_LEAF_SIZE],
                   const LedgerEntry *entry)
{
  Writer writer = { .source = source, .entry = entry, .leaf = leaf, .index = index };
  const guchar *text;
  gsize size;
  GByteArray *line = g_byte_array_new ();

  writer.id = receipt_make_id (index, leaf);
  writer.generator = yajl_gen_alloc (NULL);
  write_resource (&writer);
  yajl_gen_get_buf (writer.generator, &text, &size);
  g_byte_array_append (line, text, (guint)size);
  g_byte_array_append (line, (const guint8 *)"\n", 1);
  yajl_gen_free (writer.generator);
  g_free (writer.id);
  return g_byte_array_free_to_bytes (line);
}
