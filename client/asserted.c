/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* asserted: see the header. The line goes before the environment, which is the desk's. */
#include "client/asserted.h"

#include "daemon/base/names.h"

char *asserted_staff, *asserted_role, *asserted_reason;
gboolean asserted_is_break_glass;

const char *const asserted_roles[] = {
#define ROLE_WORD(suffix, word) word,
  SHIKAKU_ROLES (ROLE_WORD)
#undef ROLE_WORD
      NULL
};

static void
insert_text (GVariantDict *options, const char *key, const char *text)
{
  if (text != NULL && *text != '\0')
    g_variant_dict_insert (options, key, "s", text);
}

/* GOption has made UTF-8 of the line already. */
void
asserted_insert (GVariantDict *options)
{
  const char *desk = g_getenv ("SHIKAKU_STAFF");
  g_autofree char *staff = desk != NULL ? g_locale_to_utf8 (desk, -1, NULL, NULL, NULL) : NULL;

  insert_text (options, "Staff", asserted_staff != NULL ? asserted_staff : staff);
  insert_text (options, "Role", asserted_role);
  insert_text (options, "Reason", asserted_reason);
  if (asserted_is_break_glass)
    g_variant_dict_insert (options, "BreakGlass", "b", TRUE);
}
