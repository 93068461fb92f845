/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* changes-memory: see the header. One place a number: who comes to another's takes it. */
#include "visit/changes-memory.h"

#include <errno.h>
#include <string.h>
#include <sys/random.h>

#define PLACES 512u /* people of a day, at a large desk */

struct ChangesMemory
{
  guint64 key[2];
  gint64 day; /* of all of them */
  ChangesPrint prints[PLACES];
};

typedef struct
{
  guint64 v[4];
} SipState;

static inline guint64
rotate (guint64 value, guint bits)
{
  return value << bits | value >> (64 - bits);
}

static inline void
sip_round (SipState *state)
{
  guint64 *v = state->v;

  v[0] += v[1];
  v[1] = rotate (v[1], 13) ^ v[0];
  v[0] = rotate (v[0], 32);
  v[2] += v[3];
  v[3] = rotate (v[3], 16) ^ v[2];
  v[0] += v[3];
  v[3] = rotate (v[3], 21) ^ v[0];
  v[2] += v[1];
  v[1] = rotate (v[1], 17) ^ v[2];
  v[2] = rotate (v[2], 32);
}

static inline void
sip_take (SipState *state, guint64 word)
{
  state->v[3] ^= word;
  sip_round (state);
  state->v[0] ^= word;
}

/* sip_take_text: whole words, the last filled up with its length: texts do not run into each other. */
static void
sip_take_text (SipState *state, const char *text)
{
  gsize size = strlen (text), left = size;
  guint64 word;

  for (; left >= sizeof word; left -= sizeof word, text += sizeof word)
    {
      memcpy (&word, text, sizeof word);
      sip_take (state, word);
    }
  word = (guint64)size << 56;
  memcpy (&word, text, left);
  sip_take (state, word ^ (guint64)size << 48);
}

ChangesMemory *
changes_memory_new (void)
{
  ChangesMemory *memory = g_new0 (ChangesMemory, 1);

  if (getrandom (memory->key, sizeof memory->key, 0) != (gssize)sizeof memory->key)
    g_error ("getrandom: %s", g_strerror (errno)); /* which the kernel does not do once it has begun */
  return memory;
}

void
changes_memory_free (ChangesMemory *memory)
{
  g_free (memory);
}

guint64
changes_memory_hash (ChangesMemory *memory, const char *const *texts, guint n)
{
  const guint64 *key = memory->key;
  SipState state
      = { { key[0] ^ G_GUINT64_CONSTANT (0x736f6d6570736575), key[1] ^ G_GUINT64_CONSTANT (0x646f72616e646f6d),
            key[0] ^ G_GUINT64_CONSTANT (0x6c7967656e657261), key[1] ^ G_GUINT64_CONSTANT (0x7465646279746573) } };

  for (guint i = 0; i < n; i++)
    if (texts[i] != NULL)
      sip_take_text (&state, texts[i]);
    else
      sip_take (&state, G_MAXUINT64);
  state.v[2] ^= 0xff;
  for (guint i = 0; i < 3; i++)
    sip_round (&state);
  return state.v[0] ^ state.v[1] ^ state.v[2] ^ state.v[3];
}

gboolean
changes_memory_has (const ChangesMemory *memory, const ChangesPrint *print, gint64 day)
{
  const ChangesPrint *kept = &memory->prints[print->person % PLACES];

  return memory->day == day && kept->person == print->person && kept->content == print->content;
}

void
changes_memory_add (ChangesMemory *memory, const ChangesPrint *print, gint64 day)
{
  if (memory->day != day)
    changes_memory_forget (memory);
  memory->day = day;
  memory->prints[print->person % PLACES] = *print;
}

void
changes_memory_forget (ChangesMemory *memory)
{
  memset (memory->prints, 0, sizeof memory->prints);
}
