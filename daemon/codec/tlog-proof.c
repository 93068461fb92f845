/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* tlog-proof: see the header. */
#include "codec/tlog-proof.h"

#include <string.h>

#define FIRST_LINE "c2sp.org/tlog-proof@v1\n"
#define EXTRA "extra "
#define INDEX "index "

/* take_line: the next line of @rest, without its newline, or NULL: there is none. (transfer full). */
static char *
take_line (const char **rest)
{
  const char *end = strchr (*rest, '\n');
  char *line;

  if (end == NULL)
    return NULL;
  line = g_strndup (*rest, (gsize)(end - *rest));
  *rest = end + 1;
  return line;
}

static gboolean
parse_extra (const char **rest, GBytes **ret_extra)
{
  g_autofree char *line = NULL;

  *ret_extra = NULL;
  if (!g_str_has_prefix (*rest, EXTRA))
    return TRUE;
  line = take_line (rest);
  if (line != NULL)
    *ret_extra = note_decode_base64 (line + strlen (EXTRA), strlen (line + strlen (EXTRA)));
  return *ret_extra != NULL;
}

static gboolean
parse_index (const char **rest, guint64 *ret_index)
{
  g_autofree char *line = take_line (rest);

  return line != NULL && g_str_has_prefix (line, INDEX) && note_parse_number (line + strlen (INDEX), ret_index);
}

/* parse_hashes: with the empty line behind them. */
static gboolean
parse_hashes (const char **rest, TlogProof *proof)
{
  for (proof->n = 0; proof->n <= MERKLE_PROOF_SIZE; proof->n++)
    {
      g_autofree char *line = take_line (rest);
      g_autoptr (GBytes) bytes = NULL;

      if (line == NULL || line[0] == '\0')
        return line != NULL;
      bytes = note_decode_base64 (line, strlen (line));
      if (proof->n == MERKLE_PROOF_SIZE || bytes == NULL || g_bytes_get_size (bytes) != MERKLE_HASH_SIZE)
        return FALSE;
      memcpy (proof->hashes[proof->n].bytes, g_bytes_get_data (bytes, NULL), MERKLE_HASH_SIZE);
    }
  return FALSE;
}

TlogProof *
tlog_proof_parse (const char *text)
{
  const char *rest = text + strlen (FIRST_LINE);
  g_autoptr (TlogProof) proof = NULL;
  g_autoptr (SignedNote) note = NULL;

  if (!g_str_has_prefix (text, FIRST_LINE))
    return NULL;
  proof = g_new0 (TlogProof, 1);
  if (!parse_extra (&rest, &proof->extra) || !parse_index (&rest, &proof->index) || !parse_hashes (&rest, proof))
    return NULL;
  note = signed_note_parse (rest);
  if (note == NULL)
    return NULL;
  proof->checkpoint = g_strdup (rest);
  return g_steal_pointer (&proof);
}

char *
tlog_proof_to_string (const TlogProof *proof)
{
  GString *text = g_string_new (FIRST_LINE);

  if (proof->extra != NULL)
    {
      g_autofree char *base64
          = g_base64_encode (g_bytes_get_data (proof->extra, NULL), g_bytes_get_size (proof->extra));

      g_string_append_printf (text, EXTRA "%s\n", base64);
    }
  g_string_append_printf (text, INDEX "%" G_GUINT64_FORMAT "\n", proof->index);
  for (guint i = 0; i < proof->n; i++)
    {
      g_autofree char *base64 = g_base64_encode (proof->hashes[i].bytes, MERKLE_HASH_SIZE);

      g_string_append_printf (text, "%s\n", base64);
    }
  g_string_append_printf (text, "\n%s", proof->checkpoint);
  return g_string_free (text, FALSE);
}

void
tlog_proof_free (TlogProof *proof)
{
  if (proof == NULL)
    return;
  g_clear_pointer (&proof->extra, g_bytes_unref);
  g_free (proof->checkpoint);
  g_free (proof);
}

TlogProofVerdict
tlog_proof_verify (const TlogProof *proof, const NoteVerifier *verifier, const char *origin, const MerkleHash *leaf)
{
  g_autoptr (SignedNote) note = signed_note_parse (proof->checkpoint);
  g_autoptr (Checkpoint) checkpoint = note != NULL ? checkpoint_parse (note->text) : NULL;
  NoteVerdict signature;

  if (checkpoint == NULL || strcmp (checkpoint->origin, origin != NULL ? origin : verifier->name) != 0)
    return TLOG_PROOF_OTHER;
  signature = signed_note_verify (note, verifier, NULL);
  if (signature != NOTE_SIGNED)
    return signature == NOTE_FORGED ? TLOG_PROOF_FORGED : TLOG_PROOF_UNSIGNED;
  return merkle_verify_inclusion (leaf, proof->index, checkpoint->size, proof->hashes, proof->n, &checkpoint->root)
             ? TLOG_PROOF_RIGHT
             : TLOG_PROOF_WRONG;
}
