/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* readers: in comes what ObjectManager tells, out goes a sorted list of dictionaries. */
#include "readers.h"

#include <glib/gi18n.h>
#include <string.h>

#include "client/output.h"

#define NUMBER_COLUMNS 6
#define CARD_COLUMNS 10
#define USE_COLUMNS 10

static int
compare_paths (gconstpointer a, gconstpointer b)
{
  const char *path[2];

  g_variant_lookup (*(GVariant *const *)a, "Path", "&o", &path[0]);
  g_variant_lookup (*(GVariant *const *)b, "Path", "&o", &path[1]);
  return strverscmp (path[0], path[1]);
}

static GVariant *
sort_readers (GVariant *objects)
{
  g_autoptr (GPtrArray) readers = g_ptr_array_new ();
  GVariantIter iter;
  const char *path;
  GVariant *interfaces;

  if (!g_variant_is_of_type (objects, G_VARIANT_TYPE ("a{oa{sa{sv}}}")))
    return g_variant_ref_sink (g_variant_new_array (G_VARIANT_TYPE_VARDICT, NULL, 0));
  g_variant_iter_init (&iter, objects);
  while (g_variant_iter_loop (&iter, "{&o@a{sa{sv}}}", &path, &interfaces))
    {
      g_autoptr (GVariant) properties = NULL;
      g_auto (GVariantDict) reader = G_VARIANT_DICT_INIT (NULL);

      if (!g_variant_lookup (interfaces, SHIKAKU_INTERFACE_READER, "@a{sv}", &properties))
        continue;
      g_variant_dict_init (&reader, properties);
      g_variant_dict_insert (&reader, "Path", "o", path);
      g_ptr_array_add (readers, g_variant_dict_end (&reader)); /* floating: the array's value takes it */
    }
  g_ptr_array_sort (readers, compare_paths);
  return g_variant_ref_sink (
      g_variant_new_array (G_VARIANT_TYPE_VARDICT, (GVariant *const *)readers->pdata, readers->len));
}

/* Return: the path of the reader named @wanted (transfer full), or NULL. */
static char *
find_by_name (GVariant *readers, const char *wanted)
{
  GVariantIter iter;
  GVariant *reader;
  char *path = NULL;

  g_variant_iter_init (&iter, readers);
  while (path == NULL && (reader = g_variant_iter_next_value (&iter)) != NULL)
    {
      const char *name = NULL;
      g_variant_lookup (reader, "Name", "&s", &name);
      if (g_strcmp0 (name, wanted) == 0)
        g_variant_lookup (reader, "Path", "o", &path);
      g_variant_unref (reader);
    }
  return path;
}

/* Return: the path that @wanted is, or the number at its end (transfer full); NULL if it is a name. */
static char *
make_path (const char *wanted)
{
  if (g_variant_is_object_path (wanted))
    return g_strdup (wanted);
  if (*wanted != '\0' && strspn (wanted, "0123456789") == strlen (wanted))
    return g_strconcat (SHIKAKU_READER_PATH "/", wanted, NULL);
  return NULL;
}

typedef struct
{
  Client *client;
  ReadersCallback loaded; /* or: */
  ReaderCallback chosen;
  const char *wanted;
} Question;

static void
on_objects (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autofree Question *question = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (GVariant) objects = client_finish_call (source, result, &error);
  g_autoptr (GVariant) readers = NULL;
  g_autofree char *path = NULL;

  if (objects == NULL)
    {
      client_fail (question->client, error);
      return;
    }
  readers = sort_readers (objects);
  if (question->loaded != NULL)
    {
      question->loaded (question->client, readers);
      return;
    }
  path = find_by_name (readers, question->wanted);
  question->chosen (question->client, path != NULL, path);
}

static void
ask_daemon (Question question)
{
  client_call (question.client, SHIKAKU_READER_PATH, "org.freedesktop.DBus.ObjectManager", "GetManagedObjects", NULL,
               CLIENT_CALL_SECONDS, on_objects, g_memdup2 (&question, sizeof question));
}

void
readers_load (Client *client, ReadersCallback callback)
{
  ask_daemon ((Question){ .client = client, .loaded = callback });
}

void
readers_choose (Client *client, const char *wanted, ReaderCallback callback)
{
  g_autofree char *path = wanted != NULL ? make_path (wanted) : NULL;

  if (wanted == NULL || path != NULL)
    callback (client, TRUE, path);
  else
    ask_daemon ((Question){ .client = client, .chosen = callback, .wanted = wanted });
}

const char *
readers_get_number (const char *path)
{
  const char *slash = strrchr (path, '/');

  return slash != NULL ? slash + 1 : path;
}

typedef struct
{
  const char *number, *name, *card, *use;
} Row;

/* The name is last: it may be long, and goes on in its own column. */
static void
print_row (const Row *row)
{
  g_autofree char *number = output_pad (row->number, NUMBER_COLUMNS);
  g_autofree char *card = output_pad (row->card, CARD_COLUMNS);
  g_autofree char *use = output_pad (row->use, USE_COLUMNS);
  g_autofree char *head = g_strconcat ("  ", number, card, use, NULL);

  output_hanging (head, row->name);
}

/* is_terminal: it asks its patients itself, and no card lies in it. */
static gboolean
is_terminal (GVariant *reader)
{
  const char *kind = "";

  g_variant_lookup (reader, "Kind", "&s", &kind);
  return g_str_equal (kind, "terminal");
}

static void
read_row (GVariant *reader, Row *row)
{
  const char *path = "";
  gboolean card = FALSE, used = FALSE, served = FALSE;

  row->name = "";
  g_variant_lookup (reader, "Path", "&o", &path);
  g_variant_lookup (reader, "Name", "&s", &row->name);
  g_variant_lookup (reader, "CardPresent", "b", &card);
  g_variant_lookup (reader, "InUse", "b", &used);
  row->number = readers_get_number (path);
  g_variant_lookup (reader, "Served", "b", &served);
  row->card = served ? C_ ("in the reader", "used card") : card ? C_ ("in the reader", "card") : _ ("no card");
  row->use = used ? _ ("in use") : _ ("free");
  if (is_terminal (reader))
    {
      row->card = C_ ("in the reader", "terminal");
      row->use = "–";
    }
}

/* A visit of a program needs somebody at its reader who asks for the PIN; check brings its own. */
static void
print_agent (GVariant *reader)
{
  g_autoptr (GVariant) capabilities = g_variant_lookup_value (reader, "Agent", G_VARIANT_TYPE_STRING_ARRAY);
  g_autofree const char **list = capabilities != NULL ? g_variant_get_strv (capabilities, NULL) : NULL;
  g_autofree char *sentence = NULL;
  const char *path = "";

  if (list == NULL || is_terminal (reader) || g_strv_contains (list, "pin"))
    return;
  g_variant_lookup (reader, "Path", "&o", &path);
  sentence = g_strdup_printf (_ ("Reader %s has no patient terminal, so programs cannot check a card there. Start one: "
                                 "shikakuctl agent --reader %s"),
                              readers_get_number (path), readers_get_number (path));
  output_hanging ("  ", sentence);
}

void
readers_print (GVariant *readers)
{
  const gsize count = g_variant_n_children (readers);
  Row row = { _ ("No."), C_ ("of a reader", "Name"), _ ("Card"), _ ("Use") };

  if (count == 0)
    {
      g_print ("  %s\n", _ ("No card reader is connected."));
      return;
    }
  print_row (&row);
  for (gsize i = 0; i < count; i++)
    {
      g_autoptr (GVariant) reader = g_variant_get_child_value (readers, i);

      read_row (reader, &row);
      print_row (&row);
    }
  for (gsize i = 0; i < count; i++)
    {
      g_autoptr (GVariant) reader = g_variant_get_child_value (readers, i);

      print_agent (reader);
    }
}
