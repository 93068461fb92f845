/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* bridge-name: see the header. */
#include "client/folder/bridge-name.h"

#include <string.h>

#define NAME_SIZE_MAXIMUM 200u /* bytes, so that our own marks still fit into the 255 of a file system */
#define PREFIX_SIZE 10u
#define PART_BEGIN ".shikaku-folder-"
#define PART_END ".part"
#define FACE "OQSsiquc01res_face_"

static const char *const prefixes[BRIDGE_N_KINDS] = {
  [BRIDGE_CHECK] = "OQSsiquc01", [BRIDGE_REFERENCE] = "OQSsiimm01", [BRIDGE_WITHDRAWAL] = "OQSsihvd01",
  [BRIDGE_DRUG] = "YZKsiquc01",  [BRIDGE_CHECKUP] = "TKKsiquc01",   [BRIDGE_OTHER] = "other",
};

const char *
bridge_kind_to_prefix (BridgeKind kind)
{
  return prefixes[kind];
}

/* Three capital letters of the system, and single (s) or of many (m) behind them: what the field calls its files. */
static gboolean
has_prefix (const char *name)
{
  for (guint i = 0; i < 3; i++)
    if (!g_ascii_isupper (name[i]))
      return FALSE;
  for (guint i = 3; i < PREFIX_SIZE; i++)
    if (!g_ascii_islower (name[i]) && !g_ascii_isdigit (name[i]))
      return FALSE;
  return TRUE;
}

static gboolean
is_plain (const char *name)
{
  const gsize size = strlen (name);

  return size > PREFIX_SIZE && size <= NAME_SIZE_MAXIMUM
         && strspn (name, G_CSET_A_2_Z G_CSET_a_2_z G_CSET_DIGITS "_-.") == size && has_prefix (name);
}

static BridgeKind
find_kind (const char *name)
{
  for (guint kind = 0; kind < BRIDGE_OTHER; kind++)
    if (g_str_has_prefix (name, prefixes[kind]))
      return (BridgeKind)kind;
  return BRIDGE_OTHER;
}

gboolean
bridge_name_read_request (const char *name, BridgeKind *ret_kind, char **ret_answer)
{
  const char *suffix, *extension;

  if (!is_plain (name) || !g_str_has_prefix (name + PREFIX_SIZE, "req_"))
    return FALSE;
  suffix = name + PREFIX_SIZE + strlen ("req_");
  extension = strrchr (suffix, '.');
  if (extension == NULL || extension == suffix || g_ascii_strcasecmp (extension, ".xml") != 0)
    return FALSE;
  *ret_kind = find_kind (name);
  *ret_answer = g_strdup_printf ("%.*sres_%.*s", (int)PREFIX_SIZE, name, (int)(extension - suffix), suffix);
  return TRUE;
}

gboolean
bridge_name_is_face (const char *name)
{
  return is_plain (name) && g_str_has_prefix (name, FACE) && strchr (name + strlen (FACE), '.') != NULL;
}

gboolean
bridge_name_is_answer (const char *name)
{
  return is_plain (name) && g_str_has_prefix (name + PREFIX_SIZE, "res_") && !bridge_name_is_face (name);
}

char *
bridge_name_make_part (const char *name)
{
  return g_strconcat (PART_BEGIN, name, PART_END, NULL);
}

char *
bridge_name_find_whole (const char *part)
{
  const gsize size = strlen (part), marks = strlen (PART_BEGIN) + strlen (PART_END);

  if (size <= marks || !g_str_has_prefix (part, PART_BEGIN) || !g_str_has_suffix (part, PART_END))
    return NULL;
  return g_strndup (part + strlen (PART_BEGIN), size - marks);
}
