/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* bridge-name: see the header. */
#include "client/folder/bridge-name.h"

#include <string.h>

#include "codec/folder-name.h"

#define NAME_SIZE_MAXIMUM 200u /* bytes, so that our own marks still fit into the 255 of a file system */
#define PART_BEGIN ".shikaku-folder-"
#define PART_END ".part"

static const char *const prefixes[BRIDGE_N_KINDS] = {
  [BRIDGE_CHECK] = "OQSsiquc01", [BRIDGE_REFERENCE] = "OQSsiimm01", [BRIDGE_WITHDRAWAL] = "OQSsihvd01",
  [BRIDGE_DRUG] = "YZKsiquc01",  [BRIDGE_CHECKUP] = "TKKsiquc01",   [BRIDGE_OTHER] = "other",
};

const char *
bridge_kind_to_prefix (BridgeKind kind)
{
  return prefixes[kind];
}

static BridgeKind
find_kind (const char *prefix)
{
  for (guint kind = 0; kind < BRIDGE_OTHER; kind++)
    if (strcmp (prefix, prefixes[kind]) == 0)
      return (BridgeKind)kind;
  return BRIDGE_OTHER;
}

gboolean
bridge_name_read_request (const char *name, BridgeKind *ret_kind, char **ret_answer)
{
  FolderName parts;

  folder_name_read (name, &parts);
  if (parts.kind != FOLDER_NAME_REQUEST || strlen (name) > NAME_SIZE_MAXIMUM)
    return FALSE;
  *ret_kind = find_kind (parts.prefix);
  *ret_answer = folder_name_make_answer_base (name);
  return TRUE;
}

static gboolean
is_kind (const char *name, FolderNameKind kind)
{
  FolderName parts;

  folder_name_read (name, &parts);
  return parts.kind == kind && strlen (name) <= NAME_SIZE_MAXIMUM;
}

gboolean
bridge_name_is_face (const char *name)
{
  return is_kind (name, FOLDER_NAME_FACE);
}

gboolean
bridge_name_is_answer (const char *name)
{
  return is_kind (name, FOLDER_NAME_ANSWER);
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
