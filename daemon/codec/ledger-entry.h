/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * ledger-entry: one entry of the ledger: its kind, when, and fields. In: fields. Out: its canonical bytes, of which
 * there is one form alone, and the same read back, also from bytes that were damaged. Pure.
 *
 * Canonical: a byte 1 (of this form), the kind (a byte), wall clock and boot time (8 bytes each, microseconds), then
 * each field in the order of the numbers, and of its values in the order in which they were added: number (2 bytes),
 * length (2 bytes), bytes; a number has 8. All integers are big-endian. At most LEDGER_ENTRY_MAXIMUM bytes.
 */
#pragma once

#include <glib.h>

#include "base/names.h"

#define LEDGER_ENTRY_MAXIMUM 65519 /* with the 16 random bytes before it a bundle of tiles has room for it (65,535) */

/* clang-format off */
typedef enum
{
#define LEDGER_KIND_MEMBER(number, suffix, word) LEDGER_##suffix = number,
  SHIKAKU_LEDGER_KINDS (LEDGER_KIND_MEMBER)
#undef LEDGER_KIND_MEMBER
} LedgerKind;

typedef enum
{
#define LEDGER_FIELD_MEMBER(number, suffix, key, type) LEDGER_FIELD_##suffix = number,
  SHIKAKU_LEDGER_FIELDS (LEDGER_FIELD_MEMBER)
#undef LEDGER_FIELD_MEMBER
} LedgerField;
/* clang-format on */

/* ledger_kind_to_string: static; NULL: there is no such kind (of a newer version). */
const char *ledger_kind_to_string (guint kind);
gboolean ledger_kind_from_string (const char *word, LedgerKind *ret_kind);

/* ledger_field_get_key, _get_type: static, of the table; NULL: no such field. */
const char *ledger_field_get_key (guint field);
const char *ledger_field_get_type (guint field);

typedef struct LedgerEntry LedgerEntry;

/* ledger_entry_new: of now, by both clocks. */
LedgerEntry *ledger_entry_new (LedgerKind kind);
LedgerEntry *ledger_entry_ref (LedgerEntry *entry);
void ledger_entry_unref (LedgerEntry *entry);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (LedgerEntry, ledger_entry_unref)

/* To add: @text: NULL or "": nothing is added; what is too long is cut at 4,096 bytes, between characters. */
void ledger_entry_add_text (LedgerEntry *entry, LedgerField field, const char *text);
void ledger_entry_add_number (LedgerEntry *entry, LedgerField field, guint64 number);
void ledger_entry_add_bytes (LedgerEntry *entry, LedgerField field, gconstpointer bytes, gsize size);

guint ledger_entry_get_kind (const LedgerEntry *entry);
gint64 ledger_entry_get_at (const LedgerEntry *entry);   /* microseconds since the epoch, UTC */
gint64 ledger_entry_get_boot (const LedgerEntry *entry); /* microseconds of CLOCK_BOOTTIME */

/* To read one: NULL, FALSE: it has none. Texts and bytes are borrowed, until something is added. Bytes and walks: by
 * one thread at a time. */
const char *ledger_entry_get_text (const LedgerEntry *entry, LedgerField field);
gboolean ledger_entry_get_number (const LedgerEntry *entry, LedgerField field, guint64 *ret_number);
GBytes *ledger_entry_get_bytes (const LedgerEntry *entry, LedgerField field);

/* ledger_entry_walk: calls @visit for each value of each field in the canonical order; a text is bytes without a NUL.
 *  */
typedef void (*LedgerEntryVisit) (guint field, const char *type, GBytes *value, gpointer user_data);
void ledger_entry_walk (const LedgerEntry *entry, LedgerEntryVisit visit, gpointer user_data);

/* ledger_entry_encode: (transfer full). _decode: NULL with MESSAGE_INVALID: these are no canonical bytes of an entry.
 *  */
GBytes *ledger_entry_encode (const LedgerEntry *entry);
LedgerEntry *ledger_entry_decode (GBytes *bytes, GError **error);

/* ledger_entry_look: whether they are, and what stands at their beginning; costs next to nothing. */
typedef struct
{
  guint kind;
  gint64 at, boot;
} LedgerEntryHead;

gboolean ledger_entry_look (gconstpointer bytes, gsize size, LedgerEntryHead *ret_head);
