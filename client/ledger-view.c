/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* ledger-view: see the header. What has left this computer nowhere is called not anchored, in each of them. */
#include "client/ledger-view.h"

#include <glib/gi18n.h>

#include "client/output.h"
#include "client/words.h"

#define PLACE_COLUMNS 8
#define TIME_COLUMNS 21
#define KIND_COLUMNS 16
#define WHO_COLUMNS 18

static const struct
{
  const char *kind, *text;
} kinds[] = {
  { "consent", N_ ("consent") },
  { "registration", N_ ("registered") },
  { "withdrawal", N_ ("withdrawn") },
  { "fetch", N_ ("asked for") },
  { "fetch-end", N_ ("not handed out") },
  { "disclosure", N_ ("handed out") },
  { "check", N_ ("check") },
  { "refusal", N_ ("refused") },
  { "break-glass", N_ ("emergency") },
  { "review", N_ ("reviewed") },
  { "administration", N_ ("administration") },
  { "key", N_ ("key") },
  { "clock", N_ ("clock") },
  { "restore", N_ ("restored") },
  { "handover", N_ ("handover") },
  { "objection", N_ ("objection") },
  { "prune", N_ ("pruned") },
  { "arrival", N_ ("arrival") },
};

/* What a line of the table says of an entry, where it has that. The rest is shown of one entry alone. */
static const char *const details[] = { "Consent", "Decision", "Answerer", "Records", "From",  "To",
                                       "Outcome", "Answer",   "Origin",   "Act",     "Error", "Reason" };

static const char *
get_kind (GVariant *entry)
{
  const char *kind = NULL;

  if (!g_variant_lookup (entry, "Kind", "&s", &kind))
    return _ ("pruned");
  for (guint i = 0; i < G_N_ELEMENTS (kinds); i++)
    if (g_str_equal (kinds[i].kind, kind))
      return _ (kinds[i].text);
  return kind;
}

/* get_who: whom the caller says to be, else the user. (transfer full). */
static char *
get_who (GVariant *entry)
{
  const char *staff = NULL, *role = NULL, *program = NULL;
  guint64 uid;

  g_variant_lookup (entry, "Role", "&s", &role);
  g_variant_lookup (entry, "Program", "&s", &program);
  if (g_variant_lookup (entry, "Staff", "&s", &staff))
    return role != NULL ? g_strdup_printf ("%s (%s)", staff, role) : g_strdup (staff);
  if (g_variant_lookup (entry, "Uid", "t", &uid))
    return g_strdup_printf ("%" G_GUINT64_FORMAT " %s", uid, program != NULL ? program : "");
  return g_strdup ("");
}

static char *
get_details (GVariant *entry)
{
  GString *line = g_string_new (NULL);
  gboolean is_anchored = FALSE;

  for (guint i = 0; i < G_N_ELEMENTS (details); i++)
    {
      const char *text;

      if (g_variant_lookup (entry, details[i], "&s", &text))
        g_string_append_printf (line, "%s=%s ", details[i], text);
    }
  g_variant_lookup (entry, "Anchored", "b", &is_anchored);
  if (!is_anchored)
    g_string_append (line, _ ("[not anchored]"));
  return g_string_free (line, FALSE);
}

static void
print_line (const char *place, const char *time, const char *kind, const char *who, const char *more)
{
  g_autofree char *columns[] = { output_pad (place, PLACE_COLUMNS), output_pad (time, TIME_COLUMNS),
                                 output_pad (kind, KIND_COLUMNS), output_pad (who, WHO_COLUMNS), output_clean (more) };

  g_print ("%s%s%s%s%s\n", columns[0], columns[1], columns[2], columns[3], columns[4]);
  for (guint i = 1; i < G_N_ELEMENTS (columns); i++)
    g_free (columns[i]);
}

static void
print_entry_line (GVariant *entry)
{
  g_autofree char *place = NULL, *time = NULL, *who = get_who (entry), *more = get_details (entry);
  guint64 index = 0, at = 0;

  g_variant_lookup (entry, "Index", "t", &index);
  g_variant_lookup (entry, "At", "t", &at);
  place = g_strdup_printf ("%" G_GUINT64_FORMAT, index);
  time = at != 0 ? words_time (at) : g_strdup ("");
  print_line (place, time, get_kind (entry), who, more);
}

void
ledger_view_print_table (GVariant *entries)
{
  if (g_variant_n_children (entries) == 0)
    {
      g_print ("%s\n", _ ("There are no such entries."));
      return;
    }
  print_line (_ ("Place"), _ ("Time"), _ ("What"), _ ("Who"), "");
  for (gsize i = 0; i < g_variant_n_children (entries); i++)
    {
      g_autoptr (GVariant) entry = g_variant_get_child_value (entries, i);

      print_entry_line (entry);
    }
}

static char *
format_value (const char *key, GVariant *value)
{
  if (g_str_equal (key, "At") || g_str_equal (key, "Until"))
    return words_time (g_variant_get_uint64 (value));
  if (g_variant_is_of_type (value, G_VARIANT_TYPE_STRING))
    return g_variant_dup_string (value, NULL);
  if (g_variant_is_of_type (value, G_VARIANT_TYPE_BOOLEAN))
    return g_strdup (g_variant_get_boolean (value) ? _ ("yes") : _ ("no"));
  return g_variant_print (value, FALSE);
}

void
ledger_view_print_entry (GVariant *entry)
{
  GVariantIter iterator;
  const char *key;
  GVariant *value;

  g_variant_iter_init (&iterator, entry);
  while (g_variant_iter_next (&iterator, "{&sv}", &key, &value))
    {
      g_autofree char *text = format_value (key, value);

      output_row (g_str_equal (key, "Anchored") ? _ ("anchored") : key, text);
      g_variant_unref (value);
    }
}

/* describe_anchors: how far others hold a checkpoint. (transfer full). */
static char *
describe_anchors (GVariant *state)
{
  guint64 size = 0, anchored = 0;
  g_autofree char *covered = NULL, *open = NULL;

  g_variant_lookup (state, "Size", "t", &size);
  g_variant_lookup (state, "AnchoredSize", "t", &anchored);
  if (anchored == 0)
    return g_strdup (_ ("not anchored: no checkpoint has left this computer"));
  covered = g_strdup_printf ("%" G_GUINT64_FORMAT, anchored);
  open = g_strdup_printf ("%" G_GUINT64_FORMAT, size > anchored ? size - anchored : 0);
  return size > anchored ? g_strdup_printf (_ ("the first %s entries; not anchored: the last %s"), covered, open)
                         : g_strdup_printf (_ ("all %s entries"), covered);
}

static void
print_anchors (GVariant *state)
{
  g_autoptr (GVariant) anchors = g_variant_lookup_value (state, "Anchors", G_VARIANT_TYPE ("aa{sv}"));

  for (gsize i = 0; anchors != NULL && i < g_variant_n_children (anchors); i++)
    {
      g_autoptr (GVariant) anchor = g_variant_get_child_value (anchors, i);
      g_autofree char *time = NULL, *text = NULL, *number = NULL;
      const char *where = "";
      guint64 size = 0, at = 0;

      g_variant_lookup (anchor, "Where", "&s", &where);
      g_variant_lookup (anchor, "Size", "t", &size);
      g_variant_lookup (anchor, "At", "t", &at);
      time = words_time (at);
      number = g_strdup_printf ("%" G_GUINT64_FORMAT, size);
      text = g_strdup_printf ("%s: %s, %s", where, number, time);
      output_row ("", text);
    }
}

static void
print_fault (GVariant *fault)
{
  g_autofree char *line = NULL;
  const char *what = "", *text = "";
  guint64 index;

  g_variant_lookup (fault, "What", "&s", &what);
  g_variant_lookup (fault, "Text", "&s", &text);
  if (g_variant_lookup (fault, "Index", "t", &index))
    line = g_strdup_printf ("%" G_GUINT64_FORMAT ": %s: %s", index, what, text);
  else
    line = g_strdup_printf ("%s: %s", what, text);
  output_row ("", line);
}

gboolean
ledger_view_print_verdict (GVariant *verdict)
{
  g_autoptr (GVariant) faults = g_variant_lookup_value (verdict, "Faults", G_VARIANT_TYPE ("aa{sv}"));
  const gsize n_faults = faults != NULL ? g_variant_n_children (faults) : 0;
  g_autofree char *size = NULL, *anchored = describe_anchors (verdict);
  const char *root = "", *verifier = "";
  gboolean is_endorsed = FALSE;
  guint64 entries = 0;

  g_variant_lookup (verdict, "Size", "t", &entries);
  g_variant_lookup (verdict, "Root", "&s", &root);
  g_variant_lookup (verdict, "Verifier", "&s", &verifier);
  g_variant_lookup (verdict, "Endorsed", "b", &is_endorsed);
  size = g_strdup_printf ("%" G_GUINT64_FORMAT, entries);
  output_row (_ ("Entries"), size);
  output_row (_ ("Root"), root);
  output_row (_ ("Key"), verifier);
  output_row (_ ("Endorsed"), is_endorsed ? _ ("yes") : _ ("no"));
  output_row (_ ("Anchored"), anchored);
  print_anchors (verdict);
  output_row (_ ("Faults"), n_faults == 0 ? _ ("none: the ledger is as it was written") : "");
  for (gsize i = 0; i < n_faults; i++)
    {
      g_autoptr (GVariant) fault = g_variant_get_child_value (faults, i);

      print_fault (fault);
    }
  return n_faults == 0;
}

void
ledger_view_print_report (GVariant *report)
{
  g_autofree char *anchored = describe_anchors (report), *line = NULL, *number = NULL;
  guint64 entries = 0;

  g_variant_lookup (report, "Entries", "t", &entries);
  number = g_strdup_printf ("%" G_GUINT64_FORMAT, entries);
  line = g_strdup_printf (_ ("Exported entries: %s. Anchored: %s."), number, anchored);
  output_error (line);
}
