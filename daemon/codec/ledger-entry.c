/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * ledger-entry: see the header. What is added is kept in the canonical order from the start, all of it in one piece of
 * memory: every check makes an entry, and many may wait for the disk. Bytes of their own are made for who reads one.
 */
#include "codec/ledger-entry.h"

#include <string.h>
#include <time.h>

#include "base/error.h"

#define FORM 1
#define HEAD_SIZE 18 /* form, kind, two clocks */
#define VALUE_HEAD_SIZE 4
#define NUMBER_SIZE 8
#define TEXT_MAXIMUM 4096 /* bytes */
#define VALUES_EXPECTED 16
#define BYTES_EXPECTED 256

typedef struct
{
  guint16 field, size;
  guint32 place; /* among the bytes of all */
} Value;

struct LedgerEntry
{
  gint references; /* atomic: entries go to the store's thread and back */
  guint kind;
  gint64 at, boot;
  gsize size;        /* of its canonical bytes */
  GArray *values;    /* of Value */
  GByteArray *bytes; /* of all values, as they came; each with a NUL behind it: so a text can be read as one */
  GPtrArray *shown;  /* GBytes of each value, NULL: nobody has read it; NULL as long as nobody has read any */
};

/* The tables of base/names.h. */

typedef struct
{
  guint number;
  const char *word, *type;
} Word;

#define KIND_WORD(number, suffix, word) { number, word, NULL },
static const Word kinds[] = { SHIKAKU_LEDGER_KINDS (KIND_WORD) };
#undef KIND_WORD

#define FIELD_WORD(number, suffix, key, type) { number, key, type },
static const Word fields[] = { SHIKAKU_LEDGER_FIELDS (FIELD_WORD) };
#undef FIELD_WORD

static const Word *
find_word (const Word *words, gsize n, guint number)
{
  if (number > 0 && number <= n && words[number - 1].number == number) /* as they are numbered today */
    return &words[number - 1];
  for (gsize i = 0; i < n; i++)
    if (words[i].number == number)
      return &words[i];
  return NULL;
}

const char *
ledger_kind_to_string (guint kind)
{
  const Word *found = find_word (kinds, G_N_ELEMENTS (kinds), kind);

  return found != NULL ? found->word : NULL;
}

gboolean
ledger_kind_from_string (const char *word, LedgerKind *ret_kind)
{
  for (gsize i = 0; i < G_N_ELEMENTS (kinds); i++)
    if (g_strcmp0 (kinds[i].word, word) == 0)
      {
        *ret_kind = kinds[i].number;
        return TRUE;
      }
  return FALSE;
}

const char *
ledger_field_get_key (guint field)
{
  const Word *found = find_word (fields, G_N_ELEMENTS (fields), field);

  return found != NULL ? found->word : NULL;
}

const char *
ledger_field_get_type (guint field)
{
  const Word *found = find_word (fields, G_N_ELEMENTS (fields), field);

  return found != NULL ? found->type : NULL;
}

/* Making. */

static LedgerEntry *
new_entry (guint kind, gint64 at, gint64 boot)
{
  LedgerEntry *entry = g_new (LedgerEntry, 1);

  *entry = (LedgerEntry){ .references = 1, .kind = kind, .at = at, .boot = boot, .size = HEAD_SIZE };
  entry->values = g_array_sized_new (FALSE, FALSE, sizeof (Value), VALUES_EXPECTED);
  entry->bytes = g_byte_array_sized_new (BYTES_EXPECTED);
  return entry;
}

LedgerEntry *
ledger_entry_new (LedgerKind kind)
{
  struct timespec boot = { 0 };

  clock_gettime (CLOCK_BOOTTIME, &boot);
  return new_entry (kind, g_get_real_time (), boot.tv_sec * G_USEC_PER_SEC + boot.tv_nsec / 1000);
}

LedgerEntry *
ledger_entry_ref (LedgerEntry *entry)
{
  g_atomic_int_inc (&entry->references);
  return entry;
}

void
ledger_entry_unref (LedgerEntry *entry)
{
  if (!g_atomic_int_dec_and_test (&entry->references))
    return;
  g_array_unref (entry->values);
  g_byte_array_unref (entry->bytes);
  g_clear_pointer (&entry->shown, g_ptr_array_unref);
  g_free (entry);
}

static gboolean
is_repeated (guint field)
{
  return field == LEDGER_FIELD_SHA256;
}

static const Value *
get_value (const LedgerEntry *entry, guint n)
{
  return &g_array_index (entry->values, Value, n);
}

/* find_place: where a new value of @field belongs: behind those that it has. */
static guint
find_place (const LedgerEntry *entry, guint field)
{
  guint place = entry->values->len;

  while (place > 0 && get_value (entry, place - 1)->field > field)
    place--;
  return place;
}

/* add_value: a copy of @bytes. What stands once takes the place of what was there. */
static void
add_value (LedgerEntry *entry, guint field, gconstpointer bytes, gsize size)
{
  const Value value = { (guint16)field, (guint16)size, entry->bytes->len };
  guint place = find_place (entry, field);

  g_clear_pointer (&entry->shown, g_ptr_array_unref);
  if (place > 0 && get_value (entry, place - 1)->field == field && !is_repeated (field))
    {
      place--;
      entry->size -= VALUE_HEAD_SIZE + get_value (entry, place)->size;
      g_array_remove_index (entry->values, place);
    }
  g_return_if_fail (entry->size + VALUE_HEAD_SIZE + size <= LEDGER_ENTRY_MAXIMUM);
  entry->size += VALUE_HEAD_SIZE + size;
  g_byte_array_append (entry->bytes, bytes, (guint)size);
  g_byte_array_append (entry->bytes, (const guint8 *)"", 1);
  g_array_insert_val (entry->values, place, value);
}

void
ledger_entry_add_text (LedgerEntry *entry, LedgerField field, const char *text)
{
  const gsize whole = text != NULL ? strlen (text) : 0;
  gsize size = MIN (whole, TEXT_MAXIMUM);

  g_return_if_fail (g_strcmp0 (ledger_field_get_type (field), "s") == 0);
  g_return_if_fail (text == NULL || g_utf8_validate (text, -1, NULL));
  while (size < whole && size > 0 && ((guint8)text[size] & 0xc0) == 0x80)
    size--;
  if (size > 0)
    add_value (entry, field, text, size);
}

static void
put_number (guint8 *place, guint64 number, guint size)
{
  for (guint i = 0; i < size; i++)
    place[i] = (guint8)(number >> 8 * (size - 1 - i));
}

static guint64
get_number (const guint8 *place, guint size)
{
  guint64 number = 0;

  for (guint i = 0; i < size; i++)
    number = number << 8 | place[i];
  return number;
}

void
ledger_entry_add_number (LedgerEntry *entry, LedgerField field, guint64 number)
{
  guint8 bytes[NUMBER_SIZE];

  g_return_if_fail (g_strcmp0 (ledger_field_get_type (field), "t") == 0);
  put_number (bytes, number, sizeof bytes);
  add_value (entry, field, bytes, sizeof bytes);
}

void
ledger_entry_add_bytes (LedgerEntry *entry, LedgerField field, gconstpointer bytes, gsize size)
{
  g_return_if_fail (g_strcmp0 (ledger_field_get_type (field), "ay") == 0);
  g_return_if_fail (size > 0 && size <= LEDGER_ENTRY_MAXIMUM);
  add_value (entry, field, bytes, size);
}

/* Reading. */

guint
ledger_entry_get_kind (const LedgerEntry *entry)
{
  return entry->kind;
}

gint64
ledger_entry_get_at (const LedgerEntry *entry)
{
  return entry->at;
}

gint64
ledger_entry_get_boot (const LedgerEntry *entry)
{
  return entry->boot;
}

/* find: the first value of @field. Return: NULL: it has none. */
static const Value *
find (const LedgerEntry *entry, guint field)
{
  for (guint i = 0; i < entry->values->len; i++)
    if (get_value (entry, i)->field == field)
      return get_value (entry, i);
  return NULL;
}

/* show: one value, as bytes that live as long as the entry. */
static GBytes *
show (const LedgerEntry *entry, guint n)
{
  LedgerEntry *own = (LedgerEntry *)entry; /* what it says stays as it is */
  const Value *value = get_value (entry, n);

  if (own->shown == NULL)
    {
      own->shown = g_ptr_array_new_with_free_func ((GDestroyNotify)g_bytes_unref);
      g_ptr_array_set_size (own->shown, (gint)entry->values->len);
    }
  if (own->shown->pdata[n] == NULL)
    own->shown->pdata[n] = g_bytes_new (entry->bytes->data + value->place, value->size);
  return own->shown->pdata[n];
}

GBytes *
ledger_entry_get_bytes (const LedgerEntry *entry, LedgerField field)
{
  const Value *value = find (entry, field);

  return value != NULL ? show (entry, (guint)(value - get_value (entry, 0))) : NULL;
}

const char *
ledger_entry_get_text (const LedgerEntry *entry, LedgerField field)
{
  const Value *value = find (entry, field);

  return value != NULL ? (const char *)entry->bytes->data + value->place : NULL;
}

gboolean
ledger_entry_get_number (const LedgerEntry *entry, LedgerField field, guint64 *ret_number)
{
  const Value *value = find (entry, field);

  if (value == NULL)
    return FALSE;
  *ret_number = get_number (entry->bytes->data + value->place, NUMBER_SIZE);
  return TRUE;
}

void
ledger_entry_walk (const LedgerEntry *entry, LedgerEntryVisit visit, gpointer user_data)
{
  for (guint i = 0; i < entry->values->len; i++)
    visit (get_value (entry, i)->field, ledger_field_get_type (get_value (entry, i)->field), show (entry, i),
           user_data);
}

/* Bytes. */

GBytes *
ledger_entry_encode (const LedgerEntry *entry)
{
  guint8 *bytes = g_malloc (entry->size), *place = bytes + HEAD_SIZE;

  bytes[0] = FORM;
  bytes[1] = (guint8)entry->kind;
  put_number (bytes + 2, (guint64)entry->at, NUMBER_SIZE);
  put_number (bytes + 10, (guint64)entry->boot, NUMBER_SIZE);
  for (guint i = 0; i < entry->values->len; i++)
    {
      const Value *value = get_value (entry, i);

      put_number (place, value->field, 2);
      put_number (place + 2, value->size, 2);
      memcpy (place + VALUE_HEAD_SIZE, entry->bytes->data + value->place, value->size);
      place += VALUE_HEAD_SIZE + value->size;
    }
  return g_bytes_new_take (bytes, entry->size);
}

/* is_valid: whether @bytes are what the field holds; of a field that we do not know, anything is. */
static gboolean
is_valid (guint field, const guint8 *bytes, gsize size)
{
  const char *type = ledger_field_get_type (field);

  if (type == NULL || type[0] == 'a')
    return size > 0;
  if (type[0] == 't')
    return size == NUMBER_SIZE;
  return size > 0 && size <= TEXT_MAXIMUM && g_utf8_validate_len ((const char *)bytes, size, NULL);
}

/* decode_values: into @entry, or, NULL: nowhere. */
static gboolean
decode_values (LedgerEntry *entry, const guint8 *bytes, gsize size)
{
  gsize place = HEAD_SIZE;
  guint before = 0;

  while (place < size)
    {
      guint field;
      gsize length;

      if (size - place < VALUE_HEAD_SIZE)
        return FALSE;
      field = (guint)get_number (bytes + place, 2);
      length = (gsize)get_number (bytes + place + 2, 2);
      place += VALUE_HEAD_SIZE;
      if (length > size - place || field < before || (field == before && !is_repeated (field))
          || !is_valid (field, bytes + place, length))
        return FALSE;
      if (entry != NULL)
        add_value (entry, field, bytes + place, length);
      before = field;
      place += length;
    }
  return TRUE;
}

gboolean
ledger_entry_look (gconstpointer bytes, gsize size, LedgerEntryHead *ret_head)
{
  const guint8 *data = bytes;

  if (size < HEAD_SIZE || size > LEDGER_ENTRY_MAXIMUM || data[0] != FORM || data[1] == 0
      || !decode_values (NULL, data, size))
    return FALSE;
  *ret_head = (LedgerEntryHead){ data[1], (gint64)get_number (data + 2, NUMBER_SIZE),
                                 (gint64)get_number (data + 10, NUMBER_SIZE) };
  return TRUE;
}

LedgerEntry *
ledger_entry_decode (GBytes *bytes, GError **error)
{
  gsize size;
  const guint8 *data = g_bytes_get_data (bytes, &size);

  LedgerEntryHead head;

  if (ledger_entry_look (data, size, &head))
    {
      LedgerEntry *entry = new_entry (head.kind, head.at, head.boot);

      decode_values (entry, data, size);
      return entry;
    }
  g_set_error_literal (error, SHIKAKU_ERROR, SHIKAKU_ERROR_MESSAGE_INVALID, "no entry of a ledger");
  return NULL;
}
