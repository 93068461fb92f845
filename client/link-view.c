/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * link-view: in come the links of the chain, out goes a page: what to do first, a line each link, what else is not
 * well.
 */
#include "link-view.h"

#include <glib/gi18n.h>

#include "client/output.h"
#include "client/words.h"

#define LINK_COLUMNS 20
#define STATE_COLUMNS 14

static gboolean
is_in_state (GVariant *link, const char *wanted)
{
  const char *state = "";

  g_variant_lookup (link, "State", "&s", &state);
  return g_str_equal (state, wanted);
}

static gboolean
is_agent (GVariant *link)
{
  const char *name = "";

  g_variant_lookup (link, "Link", "&s", &name);
  return g_str_equal (name, "agent");
}

/*
 * The first that failed, the agent after all others, since the desk can start it by
 * itself; without one, the first that is degraded; what was not examined is none. Return: (transfer full), or NULL.
 */
GVariant *
link_view_find_first (GVariant *links)
{
  for (guint round = 0; round < 3; round++)
    for (gsize i = 0; i < g_variant_n_children (links); i++)
      {
        g_autoptr (GVariant) link = g_variant_get_child_value (links, i);

        if (round < 2 ? is_in_state (link, "failed") && is_agent (link) == (round == 1)
                      : is_in_state (link, "degraded"))
          return g_steal_pointer (&link);
      }
  return NULL;
}

static Meaning
get_meaning (const char *state)
{
  if (g_str_equal (state, "failed"))
    return MEANING_BAD;
  return g_str_equal (state, "degraded") ? MEANING_DOUBT : MEANING_PLAIN;
}

static void
add_advice (Page *page, GVariant *link, const char *key, const char *label)
{
  const char *text = "";

  if (g_variant_lookup (link, key, "&s", &text) && *text)
    page_add_row (page, label, text);
}

/* Of a link that is not well: what to do, and what is known of it. */
static void
add_cure (Page *page, GVariant *link)
{
  const char *name = "", *state = "";
  guint64 since = 0;
  g_autofree char *time = NULL, *head = NULL;

  g_variant_lookup (link, "Link", "&s", &name);
  g_variant_lookup (link, "State", "&s", &state);
  head = g_strconcat (words_link (name), ": ", NULL);
  page_add (page, get_meaning (state), head, words_link_state (state));
  add_advice (page, link, "Staff", _ ("at the desk"));
  add_advice (page, link, "Technician", _ ("the technician"));
  add_advice (page, link, "Cause", _ ("cause"));
  if (g_variant_lookup (link, "Since", "t", &since) && since > 0)
    {
      time = words_time (since);
      page_add_row (page, _ ("since"), time);
    }
  add_advice (page, link, "Code", _ ("code of the center"));
  add_advice (page, link, "Message", _ ("the center says"));
}

/* One line: how it is, and what was seen. */
static void
add_link (Page *page, GVariant *link)
{
  const char *name = "", *state = "", *evidence = "";
  g_autofree char *name_cell = NULL, *state_cell = NULL, *head = NULL, *seen = NULL;

  g_variant_lookup (link, "Link", "&s", &name);
  g_variant_lookup (link, "State", "&s", &state);
  g_variant_lookup (link, "Evidence", "&s", &evidence);
  name_cell = output_pad (words_link (name), LINK_COLUMNS);
  state_cell = output_pad (words_link_state (state), STATE_COLUMNS);
  head = g_strconcat (name_cell, state_cell, NULL);
  seen = words_evidence (evidence);
  page_add (page, get_meaning (state), head, seen);
}

/* What to do first, the chain, and what else is not well. */
Page *
link_view_make (GVariant *links, guint columns)
{
  Page *page = page_new (columns);
  g_autoptr (GVariant) first = link_view_find_first (links);

  if (first != NULL)
    {
      add_cure (page, first);
      page_add (page, MEANING_PLAIN, "", "");
    }
  for (gsize i = 0; i < g_variant_n_children (links); i++)
    {
      g_autoptr (GVariant) link = g_variant_get_child_value (links, i);

      add_link (page, link);
    }
  for (gsize i = 0; i < g_variant_n_children (links); i++)
    {
      g_autoptr (GVariant) link = g_variant_get_child_value (links, i);

      if ((is_in_state (link, "failed") || is_in_state (link, "degraded")) && !g_variant_equal (link, first))
        {
          page_add (page, MEANING_PLAIN, "", "");
          add_cure (page, link);
        }
    }
  return page;
}
