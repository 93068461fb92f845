/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * attacker: calls everything with anything. In: a table of methods, keys, texts and paths; a seed; how many calls.
 * Out: one line of JSON: how many calls were sent and answered, and with which errors.
 *
 *   attacker TABLE SEED CALLS [PERCENT of calls whose arguments are of any types]
 *
 * The table, a line each, its fields separated by tabs:
 *   method PATH INTERFACE MEMBER SIGNATURE WEIGHT    (PATH "own": a visit's of this connection)
 *   key KEY SIGNATURE · given KEY TEXT (all together make a person)
 *   text TEXT · path PATH · signature SIGNATURE
 */
#include <glib.h>
#include <stdlib.h>
#include <string.h>
#include <systemd/sd-bus.h>

#define NAME "org.shikaku.Shikaku1"
#define OWN_TOKEN "mine"
#define WINDOW 24 /* calls under way: below what the daemon and the bus allow one connection */
#define VISIT_EACH 200
#define CALLS_EACH 400 /* of one connection, then it is gone with what it has left */
#define PATIENCE (60 * G_USEC_PER_SEC)
#define DEPTH_MAXIMUM 5
#define LONG_TEXT 70000
#define DEEP 30 /* variants in variants */

static GPtrArray *methods, *keys, *given, *texts, *paths, *signatures; /* of char ** */
static guint weights, under_way, sent, answered, held;
static GRand *dice;
static GHashTable *errors; /* name → count */
static char *own_path, *long_text;

static guint
draw (guint below)
{
  return (guint)g_rand_int_range (dice, 0, (gint32)below);
}

static const char *
pick (GPtrArray *lines, guint field)
{
  return ((char **)lines->pdata[draw (lines->len)])[field];
}

static const char *
pick_text (void)
{
  return draw (200) == 0 ? long_text : pick (texts, 1);
}

static const char *
pick_path (void)
{
  const char *path = pick (paths, 1);

  return strcmp (path, "own") == 0 ? own_path : path;
}

/* The length of the first complete type of @signature. */
static gsize
measure (const char *signature)
{
  gsize depth = 0, at = 0;

  do
    {
      while (signature[at] == 'a')
        at++;
      depth += signature[at] == '(' || signature[at] == '{';
      depth -= signature[at] == ')' || signature[at] == '}';
      at++;
    }
  while (depth > 0);
  return at;
}

static void append_types (sd_bus_message *message, const char *types, guint depth);

static void
must (int result)
{
  if (result < 0)
    g_error ("sd-bus: %s", g_strerror (-result));
}

static void
append_variant (sd_bus_message *message, const char *type, guint depth)
{
  must (sd_bus_message_open_container (message, 'v', type));
  append_types (message, type, depth + 1);
  must (sd_bus_message_close_container (message));
}

static void
append_deep (sd_bus_message *message, guint depth)
{
  if (depth == 0)
    append_variant (message, "s", DEPTH_MAXIMUM);
  else
    {
      must (sd_bus_message_open_container (message, 'v', "v"));
      append_deep (message, depth - 1);
      must (sd_bus_message_close_container (message));
    }
}

static void
append_person (sd_bus_message *message)
{
  for (guint i = 0; i < given->len; i++)
    {
      char **one = given->pdata[i];

      must (sd_bus_message_append (message, "{sv}", one[1], "s", one[2]));
    }
}

/* Mostly keys that there are, with values of their type. */
static void
append_options (sd_bus_message *message, guint depth)
{
  guint count = depth >= DEPTH_MAXIMUM ? 0 : draw (2) * draw (5);

  if (depth < DEPTH_MAXIMUM && draw (2) == 0)
    append_person (message);
  for (guint i = 0; i < count; i++)
    {
      char **key = keys->pdata[draw (keys->len)];

      must (sd_bus_message_open_container (message, 'e', "sv"));
      must (sd_bus_message_append_basic (message, 's', key[1]));
      append_variant (message, draw (10) == 0 ? pick (signatures, 1) : key[2], depth);
      must (sd_bus_message_close_container (message));
    }
}

static void
append_array (sd_bus_message *message, const char *type, guint depth)
{
  guint count = depth >= DEPTH_MAXIMUM ? 0 : draw (20) == 0 ? 80 : draw (3);

  must (sd_bus_message_open_container (message, 'a', type));
  if (strcmp (type, "{sv}") == 0)
    append_options (message, depth);
  else
    for (guint i = 0; i < count; i++)
      append_types (message, type, depth + 1);
  must (sd_bus_message_close_container (message));
}

static void
append_basic (sd_bus_message *message, char type)
{
  static const guint64 numbers[] = { 0, 1, 2, 100, 0x80000000, G_MAXUINT64 };
  guint64 number = numbers[draw (G_N_ELEMENTS (numbers))];
  double real = g_rand_double (dice);
  int truth = (int)draw (2), pipe_end = 0;

  if (type == 's')
    must (sd_bus_message_append_basic (message, type, pick_text ()));
  else if (type == 'o')
    must (sd_bus_message_append_basic (message, type, pick_path ()));
  else if (type == 'g')
    must (sd_bus_message_append_basic (message, type, pick (signatures, 1)));
  else if (type == 'd')
    must (sd_bus_message_append_basic (message, type, &real));
  else if (type == 'h')
    must (sd_bus_message_append_basic (message, type, &pipe_end));
  else
    must (sd_bus_message_append_basic (message, type, type == 'b' ? (void *)&truth : (void *)&number));
}

static void
append_type (sd_bus_message *message, const char *type, guint depth)
{
  g_autofree char *inner = NULL;

  if (type[0] == 'v' && draw (50) == 0 && depth == 0)
    append_deep (message, DEEP);
  else if (type[0] == 'v')
    append_variant (message, depth < DEPTH_MAXIMUM ? pick (signatures, 1) : "s", depth);
  else if (type[0] == 'a')
    append_array (message, type + 1, depth);
  else if (type[0] == '(' || type[0] == '{')
    {
      inner = g_strndup (type + 1, strlen (type) - 2);
      must (sd_bus_message_open_container (message, type[0] == '(' ? 'r' : 'e', inner));
      append_types (message, inner, depth + 1);
      must (sd_bus_message_close_container (message));
    }
  else
    append_basic (message, type[0]);
}

static void
append_types (sd_bus_message *message, const char *types, guint depth)
{
  while (*types)
    {
      gsize length = measure (types);
      g_autofree char *type = g_strndup (types, length);

      append_type (message, type, depth);
      types += length;
    }
}

static int
handle_reply (sd_bus_message *reply, void *user_data, sd_bus_error *error)
{
  const sd_bus_error *failure = sd_bus_message_get_error (reply);
  const char *name = failure ? failure->name : NULL;

  answered++;
  if (user_data)
    under_way--;
  else
    held--;
  if (name)
    g_hash_table_insert (errors, g_strdup (name),
                         GUINT_TO_POINTER (GPOINTER_TO_UINT (g_hash_table_lookup (errors, name)) + 1));
  return 0;
}

static char **
draw_method (void)
{
  guint place = draw (weights);

  for (guint i = 0; i < methods->len; i++)
    {
      char **method = methods->pdata[i];
      guint weight = (guint)atoi (method[5]);

      if (place < weight)
        return method;
      place -= weight;
    }
  g_assert_not_reached ();
}

/* A visit at the path that calls to "own" go to, unless it is there. */
static void
open_visit (sd_bus *bus)
{
  sd_bus_message *message = NULL;

  must (sd_bus_message_new_method_call (bus, &message, NAME, "/org/shikaku/Shikaku1", NAME ".Manager", "CheckNumber"));
  must (sd_bus_message_open_container (message, 'a', "{sv}"));
  append_person (message);
  must (sd_bus_message_close_container (message));
  must (sd_bus_message_append (message, "a{sv}", 1, "Token", "s", OWN_TOKEN));
  must (sd_bus_call_async (bus, NULL, message, handle_reply, bus, UINT64_MAX));
  sd_bus_message_unref (message);
  under_way++;
  sent++;
}

static void
send_call (sd_bus *bus, guint ill)
{
  sd_bus_message *message = NULL;
  char **method = draw_method ();
  const char *path = strcmp (method[1], "own") == 0 ? own_path : method[1];
  gboolean is_held = strcmp (method[3], "Check") == 0; /* answered when its visit ends */

  if (draw (20) == 0)
    path = pick_path ();
  must (sd_bus_message_new_method_call (bus, &message, NAME, path, *method[2] ? method[2] : NULL,
                                        draw (50) == 0 ? "Nothing" : method[3]));
  if (draw (100) < ill)
    for (guint count = draw (4); count > 0; count--)
      append_types (message, pick (signatures, 1), 0);
  else
    append_types (message, method[4], 0);
  if (is_held)
    held++;
  else
    under_way++;
  must (sd_bus_call_async (bus, NULL, message, handle_reply, is_held ? NULL : bus, UINT64_MAX));
  sd_bus_message_unref (message);
  sent++;
}

/* Until no more than @limit calls are under way. */
static void
settle (sd_bus *bus, guint limit)
{
  gint64 end = g_get_monotonic_time () + PATIENCE;

  while (under_way > limit)
    {
      int result = sd_bus_process (bus, NULL);

      must (result);
      if (result == 0)
        must (sd_bus_wait (bus, 1000000));
      if (g_get_monotonic_time () > end)
        g_error ("%u calls were not answered", under_way);
    }
}

/* One connection: it leaves with what it has opened and registered. */
static void
attack (guint calls, guint ill)
{
  sd_bus *bus = NULL;
  const char *unique;
  g_autofree char *escaped = NULL;

  must (sd_bus_open_system (&bus));
  must (sd_bus_get_unique_name (bus, &unique));
  escaped = g_strdelimit (g_strdup (unique + 1), ".", '_');
  g_free (own_path);
  own_path = g_strdup_printf ("/org/shikaku/Shikaku1/visit/%s/" OWN_TOKEN, escaped);
  while (calls-- > 0)
    {
      if (calls % VISIT_EACH == 0)
        open_visit (bus);
      else
        send_call (bus, ill);
      settle (bus, WINDOW);
    }
  settle (bus, 0);
  held = 0;
  sd_bus_flush_close_unref (bus);
}

static void
read_table (const char *file)
{
  g_autofree char *text = NULL;
  g_auto (GStrv) lines = NULL;
  GPtrArray **lists[] = { &methods, &keys, &given, &texts, &paths, &signatures };
  const char *const names[] = { "method", "key", "given", "text", "path", "signature" };

  if (!g_file_get_contents (file, &text, NULL, NULL))
    g_error ("No table");
  for (guint i = 0; i < G_N_ELEMENTS (lists); i++)
    *lists[i] = g_ptr_array_new ();
  lines = g_strsplit (g_strchomp (text), "\n", -1);
  for (char **line = lines; *line; line++)
    {
      char **fields = g_strsplit (*line, "\t", -1);

      for (guint i = 0; i < G_N_ELEMENTS (lists); i++)
        if (strcmp (fields[0], names[i]) == 0)
          g_ptr_array_add (*lists[i], fields);
      if (strcmp (fields[0], "method") == 0)
        weights += (guint)atoi (fields[5]);
    }
}

static void
print_result (void)
{
  GHashTableIter iterator;
  gpointer name, count;
  const char *comma = "";

  g_print ("{\"sent\": %u, \"answered\": %u, \"errors\": {", sent, answered);
  g_hash_table_iter_init (&iterator, errors);
  while (g_hash_table_iter_next (&iterator, &name, &count))
    {
      g_print ("%s\"%s\": %u", comma, (char *)name, GPOINTER_TO_UINT (count));
      comma = ", ";
    }
  g_print ("}}\n");
}

int
main (int argc, char **argv)
{
  guint calls = argc > 3 ? (guint)atoi (argv[3]) : 0;
  guint ill = argc > 4 ? (guint)atoi (argv[4]) : 20;

  if (argc < 4)
    return 64;
  read_table (argv[1]);
  dice = g_rand_new_with_seed ((guint32)atoi (argv[2]));
  errors = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  long_text = g_strnfill (LONG_TEXT, 'x');
  for (; calls > 0; calls -= MIN (calls, CALLS_EACH))
    attack (MIN (calls, CALLS_EACH), ill);
  print_result ();
  return 0;
}
