/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * signed-note: see the header. Ed25519 is Nettle's, which needs neither memory of its own nor a beginning; so is the
 * order of an integer's bytes.
 */
#include "codec/signed-note.h"

#include <nettle/eddsa.h>
#include <nettle/macros.h>
#include <string.h>

#define DASH "\342\200\224 " /* U+2014 and a space begin a signature's line */
#define ID_SIZE 4
#define TIME_SIZE 8

/* What the formats share. */

GBytes *
note_decode_base64 (const char *text, gsize size)
{
  g_autofree char *copy = g_strndup (text, size), *again = NULL;
  g_autofree guchar *bytes = NULL;
  gsize length = 0;

  if (size == 0 || strlen (copy) != size)
    return NULL;
  bytes = g_base64_decode (copy, &length);
  if (length == 0)
    return NULL;
  again = g_base64_encode (bytes, length);
  return strcmp (again, copy) == 0 ? g_bytes_new_take (g_steal_pointer (&bytes), length) : NULL;
}

gboolean
note_parse_number (const char *text, guint64 *ret_number)
{
  return (text[0] != '0' || text[1] == '\0') && g_ascii_string_to_unsigned (text, 10, 0, G_MAXUINT64, ret_number, NULL);
}

gboolean
note_name_is_valid (const char *name)
{
  if (name[0] == '\0' || !g_utf8_validate (name, -1, NULL))
    return FALSE;
  for (const char *place = name; *place != '\0'; place = g_utf8_next_char (place))
    {
      const gunichar character = g_utf8_get_char (place);

      if (character < 0x20 || character == '+' || g_unichar_isspace (character))
        return FALSE;
    }
  return TRUE;
}

/* Keys. */

NoteVerifier *
note_verifier_new (const char *name, NoteType type, const guint8 key[NOTE_KEY_SIZE])
{
  NoteVerifier *verifier = g_new0 (NoteVerifier, 1);
  GChecksum *checksum = g_checksum_new (G_CHECKSUM_SHA256);
  const guint8 middle[] = { '\n', (guint8)type };
  guint8 digest[32];
  gsize size = sizeof digest;

  g_checksum_update (checksum, (const guchar *)name, (gssize)strlen (name));
  g_checksum_update (checksum, middle, sizeof middle);
  g_checksum_update (checksum, key, NOTE_KEY_SIZE);
  g_checksum_get_digest (checksum, digest, &size);
  g_checksum_free (checksum);
  verifier->name = g_strdup (name);
  verifier->id = READ_UINT32 (digest);
  verifier->type = type;
  memcpy (verifier->key, key, NOTE_KEY_SIZE);
  return verifier;
}

NoteVerifier *
note_verifier_parse (const char *text)
{
  g_auto (GStrv) parts = g_strsplit (text != NULL ? text : "", "+", 3); /* base64 may have a plus */
  g_autoptr (GBytes) bytes = NULL;
  g_autoptr (NoteVerifier) verifier = NULL;
  const guint8 *key;
  guint64 id;
  gsize size;

  if (g_strv_length (parts) != 3 || !note_name_is_valid (parts[0]) || strlen (parts[1]) != (gsize)2 * ID_SIZE
      || !g_ascii_string_to_unsigned (parts[1], 16, 0, G_MAXUINT32, &id, NULL))
    return NULL;
  bytes = note_decode_base64 (parts[2], strlen (parts[2]));
  if (bytes == NULL)
    return NULL;
  key = g_bytes_get_data (bytes, &size);
  if (size != 1 + NOTE_KEY_SIZE || (key[0] != NOTE_TYPE_ED25519 && key[0] != NOTE_TYPE_COSIGNATURE))
    return NULL;
  verifier = note_verifier_new (parts[0], key[0], key + 1);
  return verifier->id == id ? g_steal_pointer (&verifier) : NULL;
}

char *
note_verifier_to_string (const NoteVerifier *verifier)
{
  guint8 bytes[1 + NOTE_KEY_SIZE];
  g_autofree char *base64 = NULL;

  bytes[0] = (guint8)verifier->type;
  memcpy (bytes + 1, verifier->key, NOTE_KEY_SIZE);
  base64 = g_base64_encode (bytes, sizeof bytes);
  return g_strdup_printf ("%s+%08x+%s", verifier->name, verifier->id, base64);
}

void
note_verifier_free (NoteVerifier *verifier)
{
  if (verifier == NULL)
    return;
  g_free (verifier->name);
  g_free (verifier);
}

void
note_get_public_key (const guint8 seed[NOTE_KEY_SIZE], guint8 ret_key[NOTE_KEY_SIZE])
{
  ed25519_sha512_public_key (ret_key, seed);
}

/* Notes. */

static void
free_signature (gpointer data)
{
  NoteSignature *signature = data;

  g_free (signature->name);
  g_bytes_unref (signature->signature);
  g_free (signature);
}

SignedNote *
signed_note_new (const char *text)
{
  SignedNote *note = g_new (SignedNote, 1);

  *note = (SignedNote){ g_strdup (text), g_ptr_array_new_with_free_func (free_signature) };
  return note;
}

void
signed_note_free (SignedNote *note)
{
  if (note == NULL)
    return;
  g_free (note->text);
  g_ptr_array_unref (note->signatures);
  g_free (note);
}

/* add_signature: @signature: (transfer full). */
static void
add_signature (SignedNote *note, const char *name, guint32 id, GBytes *signature)
{
  NoteSignature *made = g_new (NoteSignature, 1);

  *made = (NoteSignature){ g_strdup (name), id, signature };
  g_ptr_array_add (note->signatures, made);
}

gboolean
signed_note_add_line (SignedNote *note, const char *line)
{
  const gsize whole = strlen (line), size = g_str_has_suffix (line, "\n") ? whole - 1 : whole;
  g_autofree char *copy = g_strndup (line, size);
  char *name = copy + strlen (DASH), *space;
  g_autoptr (GBytes) bytes = NULL;
  const guint8 *id;

  if (!g_str_has_prefix (copy, DASH) || (space = strchr (name, ' ')) == NULL
      || note->signatures->len >= NOTE_SIGNATURES_MAXIMUM)
    return FALSE;
  *space++ = '\0';
  bytes = note_decode_base64 (space, strlen (space));
  if (!note_name_is_valid (name) || bytes == NULL || g_bytes_get_size (bytes) <= ID_SIZE)
    return FALSE;
  id = g_bytes_get_data (bytes, NULL);
  add_signature (note, name, READ_UINT32 (id),
                 g_bytes_new_from_bytes (bytes, ID_SIZE, g_bytes_get_size (bytes) - ID_SIZE));
  return TRUE;
}

/* is_plain: UTF-8 without control characters but newlines. */
static gboolean
is_plain (const char *text, gsize size)
{
  for (gsize i = 0; i < size; i++)
    if ((guint8)text[i] < 0x20 && text[i] != '\n')
      return FALSE;
  return g_utf8_validate_len (text, size, NULL);
}

SignedNote *
signed_note_parse (const char *text)
{
  const gsize size = text != NULL ? strnlen (text, NOTE_TEXT_MAXIMUM + 1) : 0;
  const char *blank = size > 0 && size <= NOTE_TEXT_MAXIMUM ? g_strrstr_len (text, (gssize)size, "\n\n") : NULL;
  g_autofree char *body = NULL;
  g_autoptr (SignedNote) note = NULL;
  g_auto (GStrv) lines = NULL;

  if (blank == NULL || blank == text || !is_plain (text, size) || text[size - 1] != '\n' || blank[2] == '\0')
    return NULL;
  body = g_strndup (text, (gsize)(blank - text) + 1);
  note = signed_note_new (body);
  lines = g_strsplit (blank + 2, "\n", -1);
  for (guint i = 0; lines[i + 1] != NULL; i++) /* the last is what comes behind the last newline: nothing */
    if (!signed_note_add_line (note, lines[i]))
      return NULL;
  return g_steal_pointer (&note);
}

char *
signed_note_to_string (const SignedNote *note)
{
  GString *text = g_string_new (note->text);

  g_string_append_c (text, '\n');
  for (guint i = 0; i < note->signatures->len; i++)
    {
      const NoteSignature *signature = note->signatures->pdata[i];
      gsize size;
      gconstpointer data = g_bytes_get_data (signature->signature, &size);
      g_autofree guint8 *bytes = g_malloc (ID_SIZE + size);
      g_autofree char *base64 = NULL;

      WRITE_UINT32 (bytes, signature->id);
      memcpy (bytes + ID_SIZE, data, size);
      base64 = g_base64_encode (bytes, ID_SIZE + size);
      g_string_append_printf (text, DASH "%s %s\n", signature->name, base64);
    }
  return g_string_free (text, FALSE);
}

/* make_message: what a key of this type signs. (transfer full). */
static char *
make_message (const SignedNote *note, NoteType type, guint64 time)
{
  if (type == NOTE_TYPE_ED25519)
    return g_strdup (note->text);
  return g_strdup_printf ("cosignature/v1\ntime %" G_GUINT64_FORMAT "\n%s", time, note->text);
}

void
signed_note_sign (SignedNote *note, const NoteVerifier *verifier, const guint8 seed[NOTE_KEY_SIZE], guint64 time)
{
  const gsize before = verifier->type == NOTE_TYPE_COSIGNATURE ? TIME_SIZE : 0;
  g_autofree char *message = make_message (note, verifier->type, time);
  guint8 bytes[TIME_SIZE + NOTE_SIGNATURE_SIZE];

  WRITE_UINT64 (bytes, time);
  ed25519_sha512_sign (verifier->key, seed, strlen (message), (const guint8 *)message, bytes + before);
  add_signature (note, verifier->name, verifier->id, g_bytes_new (bytes, before + NOTE_SIGNATURE_SIZE));
}

/* is_right: @ret_time is set where the signature is right. */
static gboolean
is_right (const SignedNote *note, const NoteVerifier *verifier, GBytes *signature, guint64 *ret_time)
{
  const gsize before = verifier->type == NOTE_TYPE_COSIGNATURE ? TIME_SIZE : 0;
  gsize size;
  const guint8 *bytes = g_bytes_get_data (signature, &size);
  g_autofree char *message = NULL;
  guint64 time;

  if (size != before + NOTE_SIGNATURE_SIZE)
    return FALSE;
  time = before > 0 ? READ_UINT64 (bytes) : 0;
  message = make_message (note, verifier->type, time);
  if (time > G_MAXINT64
      || !ed25519_sha512_verify (verifier->key, strlen (message), (const guint8 *)message, bytes + before))
    return FALSE;
  if (ret_time != NULL)
    *ret_time = time;
  return TRUE;
}

NoteVerdict
signed_note_verify (const SignedNote *note, const NoteVerifier *verifier, guint64 *ret_time)
{
  NoteVerdict verdict = NOTE_UNSIGNED;

  for (guint i = 0; i < note->signatures->len; i++)
    {
      const NoteSignature *signature = note->signatures->pdata[i];

      if (signature->id != verifier->id || strcmp (signature->name, verifier->name) != 0)
        continue;
      if (!is_right (note, verifier, signature->signature, ret_time))
        return NOTE_FORGED;
      verdict = NOTE_SIGNED;
    }
  return verdict;
}

/* Checkpoints. */

static gboolean
parse_root (const char *line, MerkleHash *ret_root)
{
  g_autoptr (GBytes) bytes = note_decode_base64 (line, strlen (line));

  if (bytes == NULL || g_bytes_get_size (bytes) != sizeof ret_root->bytes)
    return FALSE;
  memcpy (ret_root->bytes, g_bytes_get_data (bytes, NULL), sizeof ret_root->bytes);
  return TRUE;
}

Checkpoint *
checkpoint_parse (const char *text)
{
  g_auto (GStrv) lines = g_strsplit (text != NULL ? text : "", "\n", 4); /* the fourth is all that is behind */
  Checkpoint found = { 0 };
  Checkpoint *checkpoint;

  if (text == NULL || g_strv_length (lines) != 4 || !is_plain (text, strlen (text)) || lines[0][0] == '\0'
      || !note_parse_number (lines[1], &found.size) || !parse_root (lines[2], &found.root))
    return NULL;
  if (lines[3][0] != '\0'
      && (lines[3][0] == '\n' || strstr (lines[3], "\n\n") != NULL || !g_str_has_suffix (text, "\n")))
    return NULL;
  checkpoint = g_new (Checkpoint, 1);
  *checkpoint = found;
  checkpoint->origin = g_strdup (lines[0]);
  checkpoint->extension = lines[3][0] != '\0' ? g_strdup (lines[3]) : NULL;
  return checkpoint;
}

char *
checkpoint_to_text (const Checkpoint *checkpoint)
{
  g_autofree char *root = g_base64_encode (checkpoint->root.bytes, sizeof checkpoint->root.bytes);

  return g_strdup_printf ("%s\n%" G_GUINT64_FORMAT "\n%s\n%s", checkpoint->origin, checkpoint->size, root,
                          checkpoint->extension != NULL ? checkpoint->extension : "");
}

void
checkpoint_free (Checkpoint *checkpoint)
{
  if (checkpoint == NULL)
    return;
  g_free (checkpoint->origin);
  g_free (checkpoint->extension);
  g_free (checkpoint);
}
