/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* actor: see the header. In: what the bus knows and what a caller asserts. Out: whether that can be, a copy, fields. */
#include "visit/actor.h"

#include <string.h>

#include "base/error.h"

#define STAFF_MAXIMUM 64   /* characters */
#define REASON_MAXIMUM 256 /* characters */

static const char *const roles[] = {
#define ROLE_WORD(suffix, word) word,
  SHIKAKU_ROLES (ROLE_WORD)
#undef ROLE_WORD
      NULL
};

static gboolean
set_invalid (GError **error, const char *reason)
{
  g_set_error_literal (error, SHIKAKU_ERROR, SHIKAKU_ERROR_INVALID_OPTION, reason);
  return FALSE;
}

/* is_line: one line of characters that can be seen; more than blanks. */
static gboolean
is_line (const char *text, glong maximum)
{
  gboolean is_blank = TRUE;

  if (!g_utf8_validate (text, -1, NULL) || g_utf8_strlen (text, -1) > maximum)
    return FALSE;
  for (const char *c = text; *c != '\0'; c = g_utf8_next_char (c))
    {
      const gunichar character = g_utf8_get_char (c);

      if (!g_unichar_isprint (character) || g_unichar_type (character) == G_UNICODE_LINE_SEPARATOR
          || g_unichar_type (character) == G_UNICODE_PARAGRAPH_SEPARATOR)
        return FALSE;
      is_blank &= g_unichar_isspace (character);
    }
  return !is_blank;
}

gboolean
actor_check (const Actor *actor, GError **error)
{
  if (actor->staff != NULL && !is_line (actor->staff, STAFF_MAXIMUM))
    return set_invalid (error, "Staff is 1 to 64 characters on one line");
  if (actor->role != NULL && !g_strv_contains (roles, actor->role))
    return set_invalid (error, "Role is doctor, dentist, pharmacist, nurse or clerk");
  if (actor->reason != NULL && !is_line (actor->reason, REASON_MAXIMUM))
    return set_invalid (error, "Reason is 1 to 256 characters on one line");
  return TRUE;
}

/* The texts lie behind the copy, in one piece of memory with it. */
Actor *
actor_new (const Actor *actor)
{
  const char *const texts[] = { actor->program, actor->sender, actor->staff, actor->role, actor->reason };
  const char *copied[G_N_ELEMENTS (texts)] = { NULL };
  gsize sizes[G_N_ELEMENTS (texts)], size = sizeof (Actor);
  Actor *copy;
  char *place;

  for (guint i = 0; i < G_N_ELEMENTS (texts); i++)
    size += sizes[i] = texts[i] != NULL ? strlen (texts[i]) + 1 : 0;
  copy = g_malloc (size);
  place = (char *)(copy + 1);
  for (guint i = 0; i < G_N_ELEMENTS (texts); i++)
    if (texts[i] != NULL)
      {
        copied[i] = memcpy (place, texts[i], sizes[i]);
        place += sizes[i];
      }
  *copy = (Actor){ .uid = actor->uid,
                   .program = copied[0],
                   .sender = copied[1],
                   .staff = copied[2],
                   .role = copied[3],
                   .reason = copied[4],
                   .is_break_glass = actor->is_break_glass };
  return copy;
}

void
actor_free (Actor *actor)
{
  g_free (actor);
}

void
actor_describe (const Actor *actor, LedgerEntry *entry)
{
  ledger_entry_add_number (entry, LEDGER_FIELD_UID, actor->uid);
  ledger_entry_add_text (entry, LEDGER_FIELD_PROGRAM, actor->program);
  ledger_entry_add_text (entry, LEDGER_FIELD_SENDER, actor->sender);
  ledger_entry_add_text (entry, LEDGER_FIELD_STAFF, actor->staff);
  ledger_entry_add_text (entry, LEDGER_FIELD_ROLE, actor->role);
  ledger_entry_add_text (entry, LEDGER_FIELD_REASON, actor->reason);
}
