/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * shikaku-ledger-ship: the ledgers of many desks in one PostgreSQL of the hospital. In: the command line, and a
 * connection string, by itself or as a credential of the service manager. Out: rows; a line; an exit status.
 *
 * It is a client of the daemon like any other, and needs the right org.shikaku.ledger. See shikaku-ledger-ship(8).
 */
#include <locale.h>
#include <string.h>

#include "client/ship/ship-copy.h"
#include "client/ship/ship-verify.h"

#define CREDENTIAL "database" /* its name below $CREDENTIALS_DIRECTORY */

enum
{
  STATUS_DONE = 0,
  STATUS_FAILED = 1,
  STATUS_FAULT = 2,
  STATUS_USAGE = 64,
};

static char *option_database;
static char **option_keys;
static gboolean option_version;

static const GOptionEntry options[] = {
  { "database", 0, 0, G_OPTION_ARG_STRING, &option_database, "Connection string of libpq; else the credential",
    "STRING" },
  { "key", 0, 0, G_OPTION_ARG_STRING_ARRAY, &option_keys, "A key that signs checkpoints; may be repeated", "KEY" },
  { "version", 0, 0, G_OPTION_ARG_NONE, &option_version, "Print the version", NULL },
  { NULL },
};

static int
fail_saying (const char *message)
{
  g_printerr ("shikaku-ledger-ship: %s\n", message);
  return STATUS_FAILED;
}

/* Return: (transfer full); NULL: none was given. */
static char *
read_connection (GError **error)
{
  const char *folder = g_getenv ("CREDENTIALS_DIRECTORY");
  g_autofree char *file = folder != NULL ? g_build_filename (folder, CREDENTIAL, NULL) : NULL;
  char *text = NULL;

  if (option_database != NULL)
    return g_strdup (option_database);
  if (file == NULL)
    {
      g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_NOT_FOUND,
                           "no database was named: --database, or a credential");
      return NULL;
    }
  return g_file_get_contents (file, &text, NULL, error) ? g_strchomp (text) : NULL;
}

/* Return: (transfer full); NULL: none was given. */
static GPtrArray *
read_keys (void)
{
  GPtrArray *keys = option_keys != NULL ? g_ptr_array_new () : NULL;

  for (char **key = option_keys; key != NULL && *key != NULL; key++)
    g_ptr_array_add (keys, *key);
  return keys;
}

static int
ship (ShipBase *base)
{
  static const int statuses[]
      = { [SHIP_COPY_DONE] = STATUS_DONE, [SHIP_COPY_FAILED] = STATUS_FAILED, [SHIP_COPY_FAULT] = STATUS_FAULT };
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) keys = read_keys ();
  g_autoptr (ShipDesk) desk = ship_desk_new (&error);
  g_autofree char *message = NULL;
  ShipCopyOutcome outcome;

  if (desk == NULL)
    return fail_saying (error->message);
  outcome = ship_copy_run (desk, base, keys, &message);
  if (outcome == SHIP_COPY_DONE)
    g_print ("%s\n", message);
  else
    g_printerr ("shikaku-ledger-ship: %s\n", message);
  return statuses[outcome];
}

static int
verify (ShipBase *base)
{
  g_autoptr (GPtrArray) keys = read_keys ();
  g_autoptr (GError) error = NULL;
  guint64 n_faults;

  if (!ship_verify_run (base, keys, &n_faults, &error))
    return fail_saying (error->message);
  return n_faults == 0 ? STATUS_DONE : STATUS_FAULT;
}

static int
run (int argc, char **argv)
{
  const char *verb = argc > 1 ? argv[1] : "ship";
  g_autoptr (GError) error = NULL;
  g_autofree char *connection = read_connection (&error);
  g_autoptr (ShipBase) base = connection != NULL ? ship_base_new (connection, &error) : NULL;
  gboolean is_done;

  if (base == NULL)
    return fail_saying (error != NULL ? error->message : "no database");
  if (strcmp (verb, "ship") == 0)
    return ship (base);
  if (strcmp (verb, "verify") == 0)
    return verify (base);
  if (strcmp (verb, "init") == 0)
    is_done = ship_base_create (base, &error);
  else
    is_done = ship_base_lock (base, argv[2], &error) && ship_base_begin_generation (base, argv[2], argv[3], &error);
  return is_done ? STATUS_DONE : fail_saying (error->message);
}

static gboolean
is_usage (int argc, char **argv)
{
  static const char *const alone[] = { "ship", "verify", "init", NULL };

  if (argc == 4 && strcmp (argv[1], "accept") == 0)
    return *argv[2] != '\0' && *argv[3] != '\0';
  return argc == 1 || (argc == 2 && g_strv_contains (alone, argv[1]));
}

int
main (int argc, char **argv)
{
  g_autoptr (GOptionContext) context = g_option_context_new ("[ship | verify | init | accept DESK REASON]");
  g_autoptr (GError) error = NULL;

  setlocale (LC_ALL, "");
  g_option_context_add_main_entries (context, options, NULL);
  if (!g_option_context_parse (context, &argc, &argv, &error) || (!option_version && !is_usage (argc, argv)))
    {
      fail_saying (error != NULL ? error->message : "see shikaku-ledger-ship --help");
      return STATUS_USAGE;
    }
  if (option_version)
    {
      g_print ("shikaku-ledger-ship %s\n", SHIKAKU_VERSION);
      return STATUS_DONE;
    }
  return run (argc, argv);
}
