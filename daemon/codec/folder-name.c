/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* folder-name: see the header. */
#include "codec/folder-name.h"

#include <string.h>

#define MARK "SKK"
#define MARK_SIZE 3u
#define RANDOM_SIZE (FOLDER_NAME_SUFFIX_SIZE - MARK_SIZE - FOLDER_NAME_TAG_SIZE)
#define SUFFIX_SIZE FOLDER_NAME_SUFFIX_SIZE
#define REQUEST_WORD "req_"
#define ANSWER_WORD "res_"
#define WORD_SIZE 4u
#define FACE_WORD "face_"
#define TEMPORARY_END ".tmp"
#define TIME_SIZE 14u       /* YYYYMMDDHHmmss */
#define JAPAN_SECONDS 32400 /* ahead of UTC, all year */

static const char digits[] = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ";

const char *
folder_extension_get_word (FolderExtension extension)
{
  static const char *const words[] = { NULL, "xml", "zip", "pdf" };

  g_return_val_if_fail (extension < G_N_ELEMENTS (words), NULL);
  return words[extension];
}

static FolderExtension
read_extension (const char *word)
{
  for (FolderExtension i = FOLDER_EXTENSION_XML; i <= FOLDER_EXTENSION_PDF; i++)
    if (g_ascii_strcasecmp (word, folder_extension_get_word (i)) == 0)
      return i;
  return FOLDER_EXTENSION_NONE;
}

/* is_prefix: each letter of @classes stands for a character: A a capital or digit, a a small letter, 0 a digit. */
static gboolean
is_prefix (const char *name)
{
  static const char classes[] = "AAA**aaa00";

  for (guint i = 0; i < FOLDER_NAME_PREFIX_SIZE; i++)
    {
      const char c = name[i];
      const gboolean fits = classes[i] == 'A'   ? g_ascii_isupper (c) || g_ascii_isdigit (c)
                            : classes[i] == '0' ? g_ascii_isdigit (c)
                                                : g_ascii_islower (c);

      if (!fits)
        return FALSE;
    }
  return strchr ("sm", name[3]) != NULL && strchr ("iu", name[4]) != NULL;
}

/* read_time: the fourteen digits at @text, a time of Japan. Return: 0: there is no such time. */
static gint64
read_time (const char *text)
{
  g_autoptr (GDateTime) time = NULL;
  guint parts[6] = { 0 };
  static const guint sizes[6] = { 4, 2, 2, 2, 2, 2 };

  for (guint i = 0; i < G_N_ELEMENTS (sizes); i++)
    for (guint j = 0; j < sizes[i]; j++, text++)
      {
        if (!g_ascii_isdigit (*text))
          return 0;
        parts[i] = parts[i] * 10 + (guint)(*text - '0');
      }
  time = g_date_time_new_utc ((gint)parts[0], (gint)parts[1], (gint)parts[2], (gint)parts[3], (gint)parts[4], parts[5]);
  if (time == NULL)
    return 0;
  return (g_date_time_to_unix (time) - JAPAN_SECONDS) * G_TIME_SPAN_SECOND;
}

/* read_face: @suffix, of @size bytes: "face_…_<time>", or the time alone. */
static gboolean
read_face (const char *suffix, gsize size, gint64 *ret_at)
{
  const gsize before = strlen (FACE_WORD);
  const char *time;

  if (size < before + TIME_SIZE || !g_str_has_prefix (suffix, FACE_WORD))
    return FALSE;
  time = suffix + size - TIME_SIZE;
  if (size > before + TIME_SIZE && time[-1] != '_')
    return FALSE;
  for (guint i = 0; i < TIME_SIZE; i++)
    if (!g_ascii_isdigit (time[i]))
      return FALSE;
  *ret_at = read_time (time);
  return TRUE;
}

static gboolean
is_suffix (const char *text)
{
  if (strncmp (text, MARK, MARK_SIZE) != 0)
    return FALSE;
  for (guint i = MARK_SIZE; i < SUFFIX_SIZE; i++)
    if (text[i] == '\0' || strchr (digits, text[i]) == NULL)
      return FALSE;
  return TRUE;
}

/* find_suffix: in the first @size bytes of @name. */
static void
find_suffix (const char *name, gsize size, FolderName *result)
{
  for (gsize i = 0; i + SUFFIX_SIZE <= size; i++)
    if (is_suffix (&name[i]))
      {
        memcpy (result->suffix, &name[i], SUFFIX_SIZE);
        memcpy (result->tag, &name[i + MARK_SIZE], FOLDER_NAME_TAG_SIZE);
        return;
      }
}

static gboolean
is_printable (const char *name)
{
  gsize size = 0;

  for (; name[size] != '\0'; size++)
    if (!g_ascii_isgraph (name[size]) || name[size] == '/' || size >= FOLDER_NAME_SIZE_MAXIMUM)
      return FALSE;
  return size > 0;
}

static gboolean
is_temporary (const char *name)
{
  return strlen (name) == SUFFIX_SIZE + strlen (TEMPORARY_END) && g_str_has_suffix (name, TEMPORARY_END)
         && is_suffix (name);
}

/* read_kind: @rest, of @size bytes, is what follows the prefix of a name of the field's extensions. */
static FolderNameKind
read_kind (const char *rest, gsize size, FolderName *result)
{
  const gboolean is_pdf = result->extension == FOLDER_EXTENSION_PDF;

  if (size <= WORD_SIZE)
    return FOLDER_NAME_OTHER;
  if (g_str_has_prefix (rest, ANSWER_WORD))
    return !is_pdf && read_face (rest + WORD_SIZE, size - WORD_SIZE, &result->at) ? FOLDER_NAME_FACE
                                                                                  : FOLDER_NAME_ANSWER;
  return !is_pdf && g_str_has_prefix (rest, REQUEST_WORD) ? FOLDER_NAME_REQUEST : FOLDER_NAME_OTHER;
}

void
folder_name_read (const char *name, FolderName *ret_name)
{
  const char *dot;
  gboolean has_prefix;

  memset (ret_name, 0, sizeof *ret_name);
  if (!is_printable (name))
    return;
  dot = strrchr (name, '.');
  ret_name->base_size = dot != NULL ? (gsize)(dot - name) : strlen (name);
  ret_name->extension = dot != NULL ? read_extension (dot + 1) : FOLDER_EXTENSION_NONE;
  if (ret_name->extension == FOLDER_EXTENSION_NONE && !is_temporary (name))
    return;
  find_suffix (name, ret_name->base_size, ret_name);
  if (ret_name->extension == FOLDER_EXTENSION_NONE)
    {
      ret_name->kind = FOLDER_NAME_TEMPORARY;
      return;
    }
  has_prefix = ret_name->base_size > FOLDER_NAME_PREFIX_SIZE && is_prefix (name);
  if (has_prefix)
    ret_name->kind
        = read_kind (name + FOLDER_NAME_PREFIX_SIZE, ret_name->base_size - FOLDER_NAME_PREFIX_SIZE, ret_name);
  if (ret_name->kind == FOLDER_NAME_OTHER && ret_name->suffix[0] != '\0')
    ret_name->kind = FOLDER_NAME_ANSWER;
  if (ret_name->kind != FOLDER_NAME_OTHER && has_prefix)
    memcpy (ret_name->prefix, name, FOLDER_NAME_PREFIX_SIZE);
}

char *
folder_name_make_tag (const char *seed)
{
  g_autoptr (GChecksum) checksum = g_checksum_new (G_CHECKSUM_SHA256);
  char *tag = g_malloc0 (FOLDER_NAME_TAG_SIZE + 1);
  guint8 digest[32];
  gsize size = sizeof digest;

  g_checksum_update (checksum, (const guchar *)seed, -1);
  g_checksum_get_digest (checksum, digest, &size);
  for (guint i = 0; i < FOLDER_NAME_TAG_SIZE; i++)
    tag[i] = digits[digest[i] % (sizeof digits - 1)];
  return tag;
}

static char *
make_suffix (const char *tag)
{
  GString *suffix = g_string_new (MARK);

  g_string_append (suffix, tag);
  for (guint i = 0; i < RANDOM_SIZE; i++)
    g_string_append_c (suffix, digits[g_random_int_range (0, sizeof digits - 1)]);
  return g_string_free (suffix, FALSE);
}

char *
folder_name_make_request (const char *prefix, const char *tag, FolderExtension extension)
{
  g_autofree char *suffix = NULL;

  g_return_val_if_fail (strlen (prefix) == FOLDER_NAME_PREFIX_SIZE && is_prefix (prefix), NULL);
  g_return_val_if_fail (strlen (tag) == FOLDER_NAME_TAG_SIZE, NULL);
  g_return_val_if_fail (extension == FOLDER_EXTENSION_XML || extension == FOLDER_EXTENSION_ZIP, NULL);
  suffix = make_suffix (tag);
  return g_strdup_printf ("%s" REQUEST_WORD "%s.%s", prefix, suffix, folder_extension_get_word (extension));
}

char *
folder_name_make_temporary (const char *tag)
{
  g_autofree char *suffix = make_suffix (tag);

  return g_strconcat (suffix, TEMPORARY_END, NULL);
}

char *
folder_name_make_answer_base (const char *request)
{
  g_autofree char *rest = NULL;
  FolderName name;

  folder_name_read (request, &name);
  if (name.kind != FOLDER_NAME_REQUEST)
    return NULL;
  rest
      = g_strndup (request + FOLDER_NAME_PREFIX_SIZE + WORD_SIZE, name.base_size - FOLDER_NAME_PREFIX_SIZE - WORD_SIZE);
  return g_strconcat (name.prefix, ANSWER_WORD, rest, NULL);
}
