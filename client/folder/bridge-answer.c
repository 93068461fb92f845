/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* bridge-answer: see the header. Elements: data/doc/messages.md, "Header" and "Medicines, treatments and check-ups". */
#include "client/folder/bridge-answer.h"

#include <gio/gio.h>
#include <string.h>

#include "client/folder/bridge-codes.h"
#include "codec/message-xml.h"

#define CODE_SIZE 9u              /* of ErrorCode and MessageId */
#define TEXT_LENGTH_MAXIMUM 60    /* characters of ErrorMessage */
#define CONTENT_LENGTH_MAXIMUM 60 /* of MessageContents: 120 bytes of Shift_JIS */
#define JAPAN_SECONDS (9 * 3600)

MessageEncoding
bridge_answer_choose_encoding (const BridgeRequest *request, MessageEncoding wanted)
{
  if (wanted == MESSAGE_ENCODING_UNKNOWN && request != NULL)
    wanted = request->encoding;
  return wanted != MESSAGE_ENCODING_UNKNOWN ? wanted : MESSAGE_ENCODING_UTF8;
}

/* In an answer every character that the encoding lacks becomes ●, so that only names and control characters fail. */
static GBytes *
write_tree (const Message *tree, MessageEncoding encoding, GError **error)
{
  return message_xml_write (tree, encoding, MESSAGE_UNMAPPED_REPLACE, error);
}

/* What is made here can be written. */
static GBytes *
write_own (const Message *tree, MessageEncoding encoding)
{
  g_autoptr (GError) error = NULL;
  GBytes *bytes = write_tree (tree, encoding, &error);

  if (bytes == NULL)
    g_error ("an answer cannot be written: %s", error->message);
  return bytes;
}

static void
add_text (Message *parent, const char *name, const char *text)
{
  if (text != NULL && *text != '\0')
    message_add (parent, name, text);
}

static void
add_time (Message *header)
{
  g_autoptr (GDateTime) now = g_date_time_new_now_utc ();
  g_autoptr (GDateTime) there = g_date_time_add_seconds (now, JAPAN_SECONDS);
  g_autofree char *text = g_date_time_format (there, "%Y%m%d%H%M%S");

  message_add (header, "ProcessExecutionTime", text);
}

static void
add_encoding (Message *header, MessageEncoding encoding)
{
  message_add (header, "CharacterCodeIdentifier", encoding == MESSAGE_ENCODING_CP932 ? "1" : "0");
}

/* Of an element that may not be there. */
static const Message *
get_first (const Message *element)
{
  return element != NULL ? message_get_first_child (element) : NULL;
}

/* Return: the copy. */
static Message *
copy_into (Message *to, const Message *element)
{
  const gboolean is_text = message_has_text (element);
  Message *copy = message_add (to, message_get_name (element), is_text ? message_get_text (element) : NULL);

  for (const Message *child = message_get_first_child (element); child != NULL; child = message_get_next (child))
    copy_into (copy, child);
  return copy;
}

/* @but: names that are left out; ended by NULL. */
static void
copy_children_but (Message *to, const Message *from, const char *const but[])
{
  for (const Message *child = get_first (from); child != NULL; child = message_get_next (child))
    if (!g_strv_contains (but, message_get_name (child)))
      copy_into (to, child);
}

GBytes *
bridge_answer_write (const BridgeRequest *request, const Message *message, MessageEncoding encoding, GError **error)
{
  static const char *const own_header[] = { "ArbitraryFileIdentifier", "CharacterCodeIdentifier", NULL };
  static const char *const own_body[] = { "QualificationConfirmSearchInfo", NULL };
  const Message *from_header = message_find (message, "MessageHeader");
  const Message *search = request->kind == BRIDGE_CHECK ? bridge_request_get_search (request) : NULL;
  const char *institution = message_find_text (from_header, "MedicalInstitutionCode");
  g_autoptr (Message) tree = message_new ("XmlMsg");
  Message *header = message_add (tree, "MessageHeader", NULL);
  Message *body = message_add (tree, "MessageBody", NULL);

  if (institution != NULL && request->institution != NULL && strcmp (institution, request->institution) != 0)
    {
      g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA, "the answer is for another institution");
      return NULL;
    }
  copy_children_but (header, from_header, own_header);
  add_text (header, "ArbitraryFileIdentifier", request->identifier);
  add_encoding (header, encoding);
  copy_children_but (body, message_find (message, "MessageBody"), own_body);
  if (search != NULL)
    copy_into (body, search);
  return write_tree (tree, encoding, error);
}

/* Return: the header, with what is given back of the request. */
static Message *
add_header (Message *tree, const BridgeRequest *request)
{
  Message *header = message_add (tree, "MessageHeader", NULL);

  add_time (header);
  if (request != NULL)
    {
      add_text (header, "QualificationConfirmationDate", request->date);
      add_text (header, "MedicalInstitutionCode", request->institution);
      add_text (header, "ArbitraryFileIdentifier", request->identifier);
    }
  return header;
}

GBytes *
bridge_answer_write_done (const BridgeRequest *request, MessageEncoding encoding)
{
  const Message *search = bridge_request_get_search (request);
  g_autoptr (Message) tree = message_new ("XmlMsg");
  Message *header = add_header (tree, request), *body = message_add (tree, "MessageBody", NULL);

  message_add (header, "SegmentOfResult", "1");
  add_encoding (header, encoding);
  message_add (body, "ProcessingResultStatus", "1");
  if (search != NULL)
    copy_into (body, search);
  return write_own (tree, encoding);
}

/* The request once more, each element with the prefix Req. */
static void
add_request_info (Message *header, const BridgeRequest *request)
{
  Message *info = message_add (header, "RequestInfo", NULL);
  static const char *const parts[] = { "MessageHeader", "MessageBody" };

  for (guint i = 0; i < G_N_ELEMENTS (parts); i++)
    for (const Message *child = get_first (message_find (request->tree, parts[i])); child != NULL;
         child = message_get_next (child))
      if (message_has_text (child) && *message_get_text (child) != '\0')
        {
          g_autofree char *name = g_strconcat ("Req", message_get_name (child), NULL);

          message_add (info, name, message_get_text (child));
        }
}

/* @text: as many characters of it as the field has room for. Return: (transfer full). */
static char *
cut_text (const char *text, glong length)
{
  if (g_utf8_strlen (text, -1) <= length)
    return g_strdup (text);
  return g_utf8_substring (text, 0, length);
}

/* Of what the center said: JSON and the bus have characters that XML does not. */
static gboolean
is_said (const char *text)
{
  g_autoptr (Message) tree = message_new ("Text");
  g_autoptr (GBytes) bytes = NULL;

  if (text == NULL || *text == '\0')
    return FALSE;
  message_add (tree, "Text", text);
  bytes = write_tree (tree, MESSAGE_ENCODING_UTF8, NULL);
  return bytes != NULL;
}

/* The code and the text of an error, the center's where it gave one. *ret_text: (transfer full). */
static void
choose_words (const char *word, const char *code, const char *text, glong length, const char **ret_code,
              char **ret_text)
{
  const char *own_code, *own_text;

  bridge_codes_look_up (word, &own_code, &own_text);
  *ret_code = is_said (code) && strlen (code) <= CODE_SIZE ? code : own_code;
  *ret_text = cut_text (is_said (text) ? text : own_text, length);
}

static GBytes *
write_error_of_records (const BridgeRequest *request, const char *word, const char *code, const char *text,
                        MessageEncoding encoding)
{
  g_autoptr (Message) tree = message_new ("XmlMsg");
  Message *header = message_add (tree, "MessageHeader", NULL);
  g_autofree char *said = NULL;
  const char *number;

  choose_words (word, code, text, CONTENT_LENGTH_MAXIMUM, &number, &said);
  add_time (header);
  if (request != NULL)
    add_request_info (header, request);
  message_add (header, "ResultCode", strcmp (word, "none") == 0 ? "1" : "9");
  message_add (header, "MessageId", number);
  message_add (header, "MessageContents", said);
  add_encoding (header, encoding);
  message_add (tree, "MessageBody", "");
  return write_own (tree, encoding);
}

GBytes *
bridge_answer_write_error (BridgeKind kind, const BridgeRequest *request, const char *word, const char *code,
                           const char *text, MessageEncoding encoding)
{
  g_autoptr (Message) tree = NULL;
  g_autofree char *said = NULL;
  const char *number;
  Message *header;

  if (kind == BRIDGE_DRUG || kind == BRIDGE_CHECKUP)
    return write_error_of_records (request, word, code, text, encoding);
  tree = message_new ("XmlMsg");
  header = add_header (tree, request);
  choose_words (word, code, text, TEXT_LENGTH_MAXIMUM, &number, &said);
  if (kind == BRIDGE_CHECK)
    message_add (header, "ReferenceClassification", "2");
  message_add (header, "SegmentOfResult", "9");
  message_add (header, "ErrorCode", number);
  message_add (header, "ErrorMessage", said);
  add_encoding (header, encoding);
  message_add (tree, "MessageBody", "");
  return write_own (tree, encoding);
}

/* What holds months, of which a document has one, however many documents it is made of. NULL: @name is no such. */
static Message *
get_holder (Message *body, Message *holders[2], const char *name)
{
  static const char *const names[2] = { "ShPrInf", "CzDiInf" };

  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    if (strcmp (name, names[i]) == 0)
      {
        if (holders[i] == NULL)
          holders[i] = message_add (body, name, NULL);
        return holders[i];
      }
  return NULL;
}

static void
add_months (Message *body, Message *holders[2], const Message *from)
{
  static const char *const all[] = { NULL };

  for (const Message *child = get_first (from); child != NULL; child = message_get_next (child))
    {
      Message *holder = get_holder (body, holders, message_get_name (child));

      if (holder != NULL)
        copy_children_but (holder, child, all);
      else
        copy_into (body, child);
    }
}

static void
add_header_of_records (Message *header, const Message *from, const BridgeRequest *request, const char *remark,
                       MessageEncoding encoding)
{
  static const char *const own[] = { "RequestInfo", "CharacterCodeIdentifier", NULL };

  copy_children_but (header, from, own);
  add_request_info (header, request);
  if (remark != NULL && message_find_text (header, "MessageId") == NULL)
    {
      const char *code, *text;

      bridge_codes_look_up (remark, &code, &text);
      message_add (header, "MessageId", code);
      message_add (header, "MessageContents", text);
    }
  add_encoding (header, encoding);
}

GBytes *
bridge_answer_write_records (const BridgeRequest *request, GPtrArray *documents, const char *remark,
                             MessageEncoding encoding, GError **error)
{
  g_autoptr (Message) tree = message_new ("XmlMsg");
  Message *header = message_add (tree, "MessageHeader", NULL), *body = message_add (tree, "MessageBody", NULL);
  Message *holders[2] = { NULL, NULL };

  for (guint i = 0; i < documents->len; i++)
    {
      g_autoptr (Message) document
          = message_xml_parse (g_ptr_array_index (documents, i), MESSAGE_ENCODING_UNKNOWN, NULL, error);

      if (document == NULL)
        return NULL;
      if (i == 0)
        add_header_of_records (header, message_find (document, "MessageHeader"), request, remark, encoding);
      add_months (body, holders, message_find (document, "MessageBody"));
    }
  return write_tree (tree, encoding, error);
}

/* The whole, with another word for its encoding in the header. */
static void
copy_face (Message *to, const Message *from, MessageEncoding encoding)
{
  static const char *const own_header[] = { "CharacterCodeIdentifier", NULL };

  for (const Message *child = message_get_first_child (from); child != NULL; child = message_get_next (child))
    if (strcmp (message_get_name (child), "MessageHeader") == 0 && !message_has_text (child))
      {
        Message *header = message_add (to, "MessageHeader", NULL);

        copy_children_but (header, child, own_header);
        add_encoding (header, encoding);
      }
    else
      copy_into (to, child);
}

GBytes *
bridge_answer_convert (GBytes *bytes, MessageEncoding encoding)
{
  MessageEncoding found = MESSAGE_ENCODING_UNKNOWN;
  g_autoptr (Message) tree = NULL, copy = NULL;
  GBytes *converted = NULL;

  if (encoding != MESSAGE_ENCODING_UNKNOWN)
    tree = message_xml_parse (bytes, MESSAGE_ENCODING_UNKNOWN, &found, NULL);
  if (tree != NULL && found != encoding)
    {
      copy = message_new (message_get_name (tree));
      copy_face (copy, tree, encoding);
      converted = write_tree (copy, encoding, NULL);
    }
  return converted != NULL ? converted : g_bytes_ref (bytes);
}
