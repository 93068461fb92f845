/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* ship-note: a signed note comes in, a checkpoint that can be believed goes out. */
#include "client/ship/ship-note.h"

/* Whether one of the keys has signed it and no signature of any is wrong. */
static gboolean
is_signed (const SignedNote *note, const GPtrArray *keys, const char **ret_why)
{
  gboolean is_signed_by_one = FALSE;

  *ret_why = "it is signed by no key that is known";
  for (guint i = 0; i < keys->len; i++)
    {
      g_autoptr (NoteVerifier) key = note_verifier_parse (g_ptr_array_index (keys, i));
      NoteVerdict verdict = key != NULL ? signed_note_verify (note, key, NULL) : NOTE_UNSIGNED;

      if (verdict == NOTE_FORGED)
        {
          *ret_why = "its signature is wrong";
          return FALSE;
        }
      is_signed_by_one = is_signed_by_one || verdict == NOTE_SIGNED;
    }
  return is_signed_by_one;
}

Checkpoint *
ship_note_read (const char *note, const GPtrArray *keys, const char **ret_why)
{
  g_autoptr (SignedNote) parsed = signed_note_parse (note);
  Checkpoint *checkpoint;

  *ret_why = "it is no checkpoint";
  if (parsed == NULL || !is_signed (parsed, keys, ret_why))
    return NULL;
  checkpoint = checkpoint_parse (parsed->text);
  if (checkpoint == NULL)
    *ret_why = "it is no checkpoint";
  return checkpoint;
}

char *
ship_note_get_origin (const char *note)
{
  g_autoptr (SignedNote) parsed = signed_note_parse (note);
  g_autoptr (Checkpoint) checkpoint = parsed != NULL ? checkpoint_parse (parsed->text) : NULL;

  return checkpoint != NULL ? g_strdup (checkpoint->origin) : NULL;
}
