/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * changes-memory: the people in whose answers nothing has changed today, so that nobody asks the disk a second time.
 * In: texts of an answer, as they came. Out: whether it was the same today. Nothing can be read back: what is kept are
 * numbers that this process alone can make (SipHash-1-3 with a random key), of the last people.
 */
#pragma once

#include <glib.h>

typedef struct ChangesMemory ChangesMemory;

/* Somebody and what is said of them, as two numbers. */
typedef struct
{
  guint64 person, content;
} ChangesPrint;

ChangesMemory *changes_memory_new (void);
void changes_memory_free (ChangesMemory *memory);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (ChangesMemory, changes_memory_free)

/* changes_memory_hash: of @n texts, NULL among them. */
guint64 changes_memory_hash (ChangesMemory *memory, const char *const *texts, guint n);

/* changes_memory_has: whether this was remembered on @day. */
gboolean changes_memory_has (const ChangesMemory *memory, const ChangesPrint *print, gint64 day);

void changes_memory_add (ChangesMemory *memory, const ChangesPrint *print, gint64 day);

/* changes_memory_forget: everybody. */
void changes_memory_forget (ChangesMemory *memory);
