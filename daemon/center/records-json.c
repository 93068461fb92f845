/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* records-json: entries come in one by one, and each is written before the next is read. */
#include "center/records-json.h"

#include <errno.h>
#include <fcntl.h>
#include <gnutls/crypto.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "center/field-value.h"
#include "codec/message-json.h"

#define FORMAT "org.shikaku.records"
#define VERSION 1
#define BUFFER_SIZE 65536u
#define OTHERS_SIZE_MAXIMUM 1048576u /* bytes of what nobody knows: it waits in memory for the end of the document */

typedef struct
{
  int fd;
  guint64 size;
  gnutls_hash_hd_t hash; /* SHA-256, several times faster than GLib's */
  GString *out;          /* what is not in the file yet */
  GString *others;       /* members of "other", to be written last */
  guint part;            /* that is being read */
  gboolean is_first;     /* of the list that is being written */
} Writer;

static gboolean
set_failed (GError **error)
{
  const int reason = errno;

  g_set_error (error, SHIKAKU_ERROR, SHIKAKU_ERROR_FAILED, "records cannot be kept in memory: %s", g_strerror (reason));
  return FALSE;
}

/* flush: what is in the buffer into the file. */
static gboolean
flush (Writer *writer, GError **error)
{
  for (gsize done = 0; done < writer->out->len;)
    {
      const gssize n = write (writer->fd, writer->out->str + done, writer->out->len - done);

      if (n < 0 && errno != EINTR)
        return set_failed (error);
      done += (gsize)MAX (n, 0);
    }
  gnutls_hash (writer->hash, writer->out->str, writer->out->len);
  writer->size += writer->out->len;
  g_string_truncate (writer->out, 0);
  return TRUE;
}

/* Members and items. A comma stands before each but the first; what has just been flushed ended with a whole item. */

static void
begin_item (GString *out)
{
  if (out->len > 0 && strchr ("{[:,", out->str[out->len - 1]) == NULL)
    g_string_append_c (out, ',');
}

static void
add_key (GString *out, const char *key)
{
  begin_item (out);
  g_string_append_c (out, '"');
  g_string_append (out, key);
  g_string_append (out, "\":");
}

static void
add_text (GString *out, const char *key, const char *text)
{
  if (text == NULL)
    return;
  add_key (out, key);
  message_json_append_text (out, text);
}

static void
add_number (GString *out, const char *key, guint64 number)
{
  add_key (out, key);
  g_string_append_printf (out, "%" G_GUINT64_FORMAT, number);
}

static void
add_boolean (GString *out, const char *key, gboolean value)
{
  add_key (out, key);
  g_string_append (out, value ? "true" : "false");
}

static void
begin_bracket (GString *out, const char *key, char bracket)
{
  if (key != NULL)
    add_key (out, key);
  else
    begin_item (out);
  g_string_append_c (out, bracket);
}

static void
end_bracket (GString *out, char bracket)
{
  g_string_append_c (out, bracket);
}

/* The elements of a place. */

/* What a table makes of the children of an element. */
typedef struct
{
  const RecordsTable *table;
  RecordsSource source;
  const char *values[RECORDS_ROWS_MAXIMUM]; /* NULL: not sent */
} Place;

static gboolean
is_row (const Place *place, gsize row, const char *name)
{
  const char *element = place->table->rows[row].elements[place->source];

  return element != NULL && strcmp (element, name) == 0;
}

/* find_row: Return: n_rows if none is called @name. Elements come mostly in one order: *next is tried first. */
static gsize
find_row (const Place *place, const char *name, gsize *next)
{
  const gsize n = place->table->n_rows;

  for (gsize i = 0; i < n; i++)
    {
      const gsize row = (*next + i) % n;

      if (is_row (place, row, name))
        {
          *next = (row + 1) % n;
          return row;
        }
    }
  return n;
}

static void
write_other (GString *out, const Message *child, gboolean *is_begun)
{
  if (message_get_first_child (child) == NULL && field_value_get (message_get_text (child)) == NULL)
    return;
  if (!*is_begun)
    begin_bracket (out, "other", '[');
  *is_begun = TRUE;
  begin_bracket (out, NULL, '{');
  message_json_append_member (out, child);
  end_bracket (out, '}');
}

static void
write_values (GString *out, const Place *place)
{
  const char *group = NULL;

  for (gsize i = 0; i < place->table->n_rows; i++)
    {
      const RecordsRow *row = &place->table->rows[i];

      if (place->values[i] == NULL)
        continue;
      if (g_strcmp0 (group, row->group) != 0)
        {
          if (group != NULL)
            end_bracket (out, '}');
          if (row->group != NULL)
            begin_bracket (out, row->group, '{');
          group = row->group;
        }
      add_text (out, row->key, place->values[i]);
    }
  if (group != NULL)
    end_bracket (out, '}');
}

/* is_known: of the names, NULL at their end or before it, of children that are written elsewhere. */
static gboolean
is_known (const char *const *names, const char *name)
{
  for (; *names != NULL; names++)
    if (strcmp (*names, name) == 0)
      return TRUE;
  return FALSE;
}

/*
 * write_place: the texts of @node by @place's table, then what nobody knows, into the object that is open. @elsewhere:
 * children with children that the caller writes. place->values is filled.
 */
static void
write_place (GString *out, const Message *node, Place *place, const char *const *elsewhere)
{
  g_autoptr (GPtrArray) others = NULL;
  gboolean is_begun = FALSE;
  gsize next = 0;

  for (const Message *child = message_get_first_child (node); child != NULL; child = message_get_next (child))
    {
      const gsize row = find_row (place, message_get_name (child), &next);

      if (row < place->table->n_rows && message_get_first_child (child) == NULL && place->values[row] == NULL)
        place->values[row] = field_value_get (message_get_text (child));
      else if (message_get_first_child (child) == NULL || !is_known (elsewhere, message_get_name (child)))
        {
          if (others == NULL)
            others = g_ptr_array_new ();
          g_ptr_array_add (others, (gpointer)child);
        }
    }
  write_values (out, place);
  for (guint i = 0; others != NULL && i < others->len; i++)
    write_other (out, g_ptr_array_index (others, i), &is_begun);
  if (is_begun)
    end_bracket (out, ']');
}

static const char *const nothing[] = { NULL };

/* write_list: the children called @name of the list @list of @node, each an object of @table, under @key. */
static void
write_list (GString *out, const char *key, const Message *list, const char *name, const RecordsTable *table,
            RecordsSource source)
{
  if (list == NULL || message_find (list, name) == NULL)
    return;
  begin_bracket (out, key, '[');
  for (const Message *child = message_find (list, name); child != NULL; child = message_find_next (child))
    {
      Place place = { table, source, { NULL } };

      begin_bracket (out, NULL, '{');
      write_place (out, child, &place, nothing);
      end_bracket (out, '}');
    }
  end_bracket (out, ']');
}

/* Medicines. */

/* What is the same of one medicine in all three sources: who prescribed, and when. NULL: not known. */
typedef struct
{
  const char *prescriber, *prescribed;
} Origin;

static const char *
get_text (const Message *node, const RecordsTable *table, RecordsSource source, const char *group, const char *key)
{
  const char *element = records_table_find_element (table, source, group, key);
  const char *text = element != NULL ? message_find_text (node, element) : NULL;

  return text != NULL ? field_value_get (text) : NULL;
}

/*
 * write_same: a hint and no more: of the same prescriber, of the same day, with the same code. It is the same text for
 * the same medicine, so that it can be compared, over parts too.
 */
static void
write_same (GString *out, const Message *medicine, RecordsSource source, const Origin *origin)
{
  const char *code = get_text (medicine, &records_medicine_table, source, NULL, "code");
  g_autofree char *same = NULL;

  if (code == NULL)
    code = get_text (medicine, &records_medicine_table, source, NULL, "name");
  if (code == NULL || origin->prescriber == NULL || origin->prescribed == NULL)
    return;
  same = g_strjoin ("/", origin->prescriber, origin->prescribed, code, NULL);
  add_text (out, "sameAs", same);
}

static void
write_medicines (GString *out, const Message *list, RecordsSource source, const Origin *origin)
{
  const char *name = records_elements_of (source)->medicine;

  if (list == NULL || message_find (list, name) == NULL)
    return;
  begin_bracket (out, "medicines", '[');
  for (const Message *medicine = message_find (list, name); medicine != NULL; medicine = message_find_next (medicine))
    {
      Place place = { &records_medicine_table, source, { NULL } };

      begin_bracket (out, NULL, '{');
      write_same (out, medicine, source, origin);
      write_place (out, medicine, &place, nothing);
      end_bracket (out, '}');
    }
  end_bracket (out, ']');
}

static void
write_treatments (GString *out, const Message *list, const char *name)
{
  static const char *const elsewhere[] = { RECORDS_ADDITION_ELEMENT, NULL };

  if (list == NULL || message_find (list, name) == NULL)
    return;
  begin_bracket (out, "treatments", '[');
  for (const Message *node = message_find (list, name); node != NULL; node = message_find_next (node))
    {
      Place place = { &records_treatment_table, RECORDS_RECEIPT, { NULL } };

      begin_bracket (out, NULL, '{');
      write_place (out, node, &place, elsewhere);
      write_list (out, "additions", node, RECORDS_ADDITION_ELEMENT, &records_addition_table, RECORDS_RECEIPT);
      end_bracket (out, '}');
    }
  end_bracket (out, ']');
}

/* write_strays: what a list holds beside its items. */
static void
write_strays (GString *out, const Message *list, const char *item)
{
  gboolean is_begun = FALSE;

  if (list == NULL)
    return;
  for (const Message *child = message_get_first_child (list); child != NULL; child = message_get_next (child))
    if (strcmp (message_get_name (child), item) != 0)
      {
        if (!is_begun)
          begin_bracket (out, "otherItems", '[');
        is_begun = TRUE;
        begin_bracket (out, NULL, '{');
        message_json_append_member (out, child);
        end_bracket (out, '}');
      }
  if (is_begun)
    end_bracket (out, ']');
}

static void
write_day (GString *out, const Message *day, RecordsSource source, const char *prescriber)
{
  const RecordsSourceElements *elements = records_elements_of (source);
  const char *const elsewhere[] = { elements->medicines, elements->treatments, NULL };
  const Message *medicines = message_find (day, elements->medicines);
  Place place = { &records_day_table, source, { NULL } };
  const char *prescribed = message_find_text (day, elements->prescribed);
  Origin origin = { prescriber, prescribed != NULL ? field_value_get (prescribed) : NULL };

  if (origin.prescribed == NULL)
    origin.prescribed = get_text (day, &records_day_table, source, NULL, "date");
  begin_bracket (out, NULL, '{');
  write_place (out, day, &place, elsewhere);
  write_medicines (out, medicines, source, &origin);
  write_strays (out, medicines, elements->medicine);
  if (elements->treatments != NULL)
    write_treatments (out, message_find (day, elements->treatments), elements->treatment);
  end_bracket (out, '}');
}

static void
write_entry (Writer *writer, const Message *entry, RecordsSource source)
{
  const RecordsSourceElements *elements = records_elements_of (source);
  const char *const elsewhere[] = { elements->days, NULL };
  const Message *days = message_find (entry, elements->days);
  Place place = { &records_entry_table, source, { NULL } };
  const char *prescriber = get_text (entry, &records_entry_table, source, "prescriber", "code");
  GString *out = writer->out;

  if (prescriber == NULL)
    prescriber = get_text (entry, &records_entry_table, source, "institution", "code");
  begin_bracket (out, NULL, '{');
  add_text (out, "source", elements->word);
  add_number (out, "part", writer->part);
  write_place (out, entry, &place, elsewhere);
  begin_bracket (out, "days", '[');
  for (const Message *day = message_find (days, elements->day); day != NULL; day = message_find_next (day))
    write_day (out, day, source, prescriber);
  end_bracket (out, ']');
  write_strays (out, days, elements->day);
  end_bracket (out, '}');
}

static void
write_checkup (Writer *writer, const Message *checkup)
{
  static const char *const elsewhere[] = { RECORDS_ITEMS_ELEMENT, NULL };
  const Message *items = message_find (checkup, RECORDS_ITEMS_ELEMENT);
  Place place = { &records_checkup_table, RECORDS_RECEIPT, { NULL } };
  GString *out = writer->out;

  begin_bracket (out, NULL, '{');
  add_number (out, "part", writer->part);
  write_place (out, checkup, &place, elsewhere);
  write_list (out, "items", items, RECORDS_ITEM_ELEMENT, &records_item_table, RECORDS_RECEIPT);
  write_strays (out, items, RECORDS_ITEM_ELEMENT);
  end_bracket (out, '}');
}

/* What nobody knows, beside entries. */

static gboolean
keep_other (Writer *writer, const Message *node, GError **error)
{
  GString *out = writer->others;

  if (message_get_first_child (node) == NULL && field_value_get (message_get_text (node)) == NULL)
    return TRUE;
  begin_bracket (out, NULL, '{');
  add_number (out, "part", writer->part);
  begin_bracket (out, "element", '{');
  message_json_append_member (out, node);
  end_bracket (out, '}');
  end_bracket (out, '}');
  if (out->len <= OTHERS_SIZE_MAXIMUM)
    return TRUE;
  g_set_error_literal (error, SHIKAKU_ERROR, SHIKAKU_ERROR_MESSAGE_INVALID,
                       "a document of records holds too much that is not known");
  return FALSE;
}

/* keep_header: the way of the message concerns nobody here; whose it is, and what came of it, stands elsewhere. */
static gboolean
keep_header (Writer *writer, const Message *header, GError **error)
{
  static const char *const known[] = { "ArbitraryFileIdentifier",
                                       "CharacterCodeIdentifier",
                                       "ErrorCode",
                                       "ErrorMessage",
                                       "MedicalInstitutionCode",
                                       "MessageContents",
                                       "MessageId",
                                       "ProcessExecutionTime",
                                       "QuaInf",
                                       "QualificationsInfo",
                                       "RequestInfo",
                                       "ResultCode",
                                       "SegmentOfResult",
                                       NULL };

  for (const Message *child = message_get_first_child (header); child != NULL; child = message_get_next (child))
    if (!is_known (known, message_get_name (child)) && !keep_other (writer, child, error))
      return FALSE;
  return TRUE;
}

static gboolean
on_part (RecordsPlace place, const Message *part, gpointer user_data, GError **error)
{
  Writer *writer = user_data;
  RecordsSource source;

  if (place == RECORDS_PLACE_HEADER)
    return keep_header (writer, part, error);
  if (place == RECORDS_PLACE_OTHER)
    return keep_other (writer, part, error);

  /* the buffer may have been emptied, and then does not show what stands before */
  if (!writer->is_first)
    g_string_append_c (writer->out, ',');
  writer->is_first = FALSE;
  if (place == RECORDS_PLACE_CHECKUP)
    write_checkup (writer, part);
  else if (records_elements_find (message_get_name (part), &source))
    write_entry (writer, part, source);
  return writer->out->len < BUFFER_SIZE || flush (writer, error);
}

/* The document around them. */

static void
write_person (GString *out, const RecordsPerson *person)
{
  const struct
  {
    const char *key, *text;
  } texts[] = {
    { "name", person->name },
    { "nameOfOther", person->name_of_other },
    { "kana", person->kana },
    { "kanaOfOther", person->kana_of_other },
    { "birthdate", person->birthdate },
    { "age", person->age },
    { "sex", person->sex },
    { "insurerNumber", person->insurer_number },
    { "symbol", person->symbol },
    { "number", person->number },
    { "branch", person->branch },
    { "referenceNumber", person->reference_number },
  };

  begin_bracket (out, "patient", '{');
  for (gsize i = 0; i < G_N_ELEMENTS (texts); i++)
    add_text (out, texts[i].key, texts[i].text);
  end_bracket (out, '}');
}

static void
write_part (GString *out, ConsentKind kind, const RecordsPart *part)
{
  const RecordsVerdict *verdict = part->fd >= 0 ? part->verdict : NULL;
  guint n_entries = 0;

  begin_bracket (out, NULL, '{');
  add_text (out, "from", part->from);
  add_text (out, "to", part->to);
  add_text (out, "outcome", records_outcome_to_string (part->outcome));
  add_text (out, "code", part->code);
  add_text (out, "message", part->message);
  if (kind != CONSENT_CHECKUP)
    add_boolean (out, "withPrescriptions", part->with_prescriptions);
  if (verdict != NULL)
    {
      for (guint i = 0; i < RECORDS_N_SOURCES; i++)
        n_entries += verdict->n_entries[i];
      if (verdict->executed > 0)
        add_number (out, "executed", (guint64)verdict->executed);
      add_number (out, "entries", n_entries + verdict->n_checkups);
    }
  end_bracket (out, '}');
}

static void
write_parts (GString *out, ConsentKind kind, const RecordsPart *parts, gsize n_parts)
{
  begin_bracket (out, "parts", '[');
  for (gsize i = 0; i < n_parts; i++)
    write_part (out, kind, &parts[i]);
  end_bracket (out, ']');
}

/* write_newest: how far each source reaches: a receipt comes weeks after the treatment. */
static void
write_newest (GString *out, const RecordsPart *parts, gsize n_parts)
{
  begin_bracket (out, "newest", '{');
  for (guint source = 0; source < RECORDS_N_SOURCES; source++)
    {
      const char *newest = "";

      for (gsize i = 0; i < n_parts; i++)
        if (parts[i].fd >= 0 && parts[i].verdict != NULL && strcmp (parts[i].verdict->newest[source], newest) > 0)
          newest = parts[i].verdict->newest[source];
      add_text (out, records_source_to_string (source), *newest != '\0' ? newest : NULL);
    }
  end_bracket (out, '}');
}

static gboolean
is_told_before (const RecordsPart *parts, gsize part, guint place)
{
  const RecordsInstitution *told = &g_array_index (parts[part].verdict->institutions, RecordsInstitution, place);

  for (gsize i = 0; i < part; i++)
    if (parts[i].fd >= 0 && parts[i].verdict != NULL)
      for (guint j = 0; j < parts[i].verdict->institutions->len; j++)
        {
          const RecordsInstitution *other = &g_array_index (parts[i].verdict->institutions, RecordsInstitution, j);

          if (g_strcmp0 (other->code, told->code) == 0
              && (told->code != NULL || g_strcmp0 (other->name, told->name) == 0))
            return TRUE;
        }
  return FALSE;
}

static void
write_institutions (GString *out, const RecordsPart *parts, gsize n_parts)
{
  begin_bracket (out, "institutions", '[');
  for (gsize i = 0; i < n_parts; i++)
    for (guint j = 0; parts[i].fd >= 0 && parts[i].verdict != NULL && j < parts[i].verdict->institutions->len; j++)
      {
        const RecordsInstitution *institution = &g_array_index (parts[i].verdict->institutions, RecordsInstitution, j);

        if (is_told_before (parts, i, j))
          continue;
        begin_bracket (out, NULL, '{');
        add_text (out, "code", institution->code);
        add_text (out, "name", institution->name);
        end_bracket (out, '}');
      }
  end_bracket (out, ']');
}

static void
write_head (GString *out, const RecordsAsked *asked, const RecordsPart *parts, gsize n_parts)
{
  const RecordsPerson *person = NULL;

  g_string_append_c (out, '{');
  add_text (out, "format", FORMAT);
  add_number (out, "version", VERSION);
  add_text (out, "kind", consent_kind_to_string (asked->kind));
  begin_bracket (out, "asked", '{');
  add_text (out, "from", asked->from);
  add_text (out, "to", asked->to);
  end_bracket (out, '}');
  add_boolean (out, "complete", asked->complete);
  write_parts (out, asked->kind, parts, n_parts);
  for (gsize i = 0; i < n_parts && person == NULL; i++)
    if (parts[i].fd >= 0 && parts[i].verdict != NULL)
      person = &parts[i].verdict->person;
  if (person != NULL)
    write_person (out, person);
  if (asked->kind == CONSENT_CHECKUP)
    return;
  write_newest (out, parts, n_parts);
  write_institutions (out, parts, n_parts);
}

static gboolean
write_document (Writer *writer, const RecordsAsked *asked, const RecordsPart *parts, gsize n_parts, GError **error)
{
  write_head (writer->out, asked, parts, n_parts);
  begin_bracket (writer->out, asked->kind == CONSENT_CHECKUP ? "checkups" : "entries", '[');
  writer->is_first = TRUE;
  for (gsize i = 0; i < n_parts; i++)
    {
      writer->part = (guint)i;
      if (parts[i].fd >= 0 && !records_document_walk (parts[i].fd, on_part, writer, error))
        return FALSE;
    }
  end_bracket (writer->out, ']');
  g_string_append (writer->out, ",\"other\":[");
  g_string_append_len (writer->out, writer->others->str, (gssize)writer->others->len);
  g_string_append (writer->out, "]}\n");
  return flush (writer, error);
}

/* erase: a patient's text does not stay in memory that is freed. */
static void
erase (GString *text)
{
  explicit_bzero (text->str, text->allocated_len);
  g_string_free (text, TRUE);
}

gboolean
records_json_write (const RecordsAsked *asked, const RecordsPart *parts, gsize n_parts, RecordsJson *ret_json,
                    GError **error)
{
  Writer writer = { .fd = memfd_create ("shikaku-records", MFD_CLOEXEC | MFD_ALLOW_SEALING),
                    .out = g_string_sized_new ((gsize)2 * BUFFER_SIZE),
                    .others = g_string_new (NULL) };
  guint8 digest[RECORDS_JSON_DIGEST_SIZE];
  gboolean done = writer.fd >= 0;

  g_assert (gnutls_hash_init (&writer.hash, GNUTLS_DIG_SHA256) == 0);
  done = done ? write_document (&writer, asked, parts, n_parts, error) : set_failed (error);
  gnutls_hash_deinit (writer.hash, digest);
  if (done && lseek (writer.fd, 0, SEEK_SET) != 0)
    done = set_failed (error);
  if (done)
    {
      *ret_json = (RecordsJson){ .fd = writer.fd, .size = writer.size };
      memcpy (ret_json->digest, digest, sizeof digest);
    }
  else if (writer.fd >= 0)
    close (writer.fd);
  erase (writer.out);
  erase (writer.others);
  return done;
}
