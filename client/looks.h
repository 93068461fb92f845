/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * looks: what the terminal of standard output can do with a text: colours by meaning, and columns. Colour never carries
 * a meaning alone: the words beside it say the same.
 */
#pragma once

#include <glib.h>

/* What a line means to the person at the desk. */
typedef enum
{
  MEANING_PLAIN,
  MEANING_GOOD,
  MEANING_BAD,
  MEANING_DOUBT, /* nothing was decided, or somebody has to look */
  MEANING_NEWS,  /* has changed */
  MEANING_FAINT,
} Meaning;

/* looks_refuse_colours: as the person has asked (--no-color). */
void looks_refuse_colours (void);

/*
 * looks_have_colours: standard output is a terminal that has them, and nobody refuses them: neither --no-color nor the
 * environment's NO_COLOR.
 */
gboolean looks_have_colours (void);

/* looks_begin: what begins @meaning in colour, and looks_end what ends it. Static, "" for one that has no colour. */
const char *looks_begin (Meaning meaning);
const char *looks_end (Meaning meaning);

/*
 * looks_go_to_column: what moves the cursor of standard output to @column, from 0, however wide it draws what stands
 * left of it. Return: (transfer full), or NULL: it is no terminal, or has no such thing.
 */
char *looks_go_to_column (guint column);
