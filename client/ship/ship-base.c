/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* ship-base: entries of desks come in, rows of PostgreSQL go out, by libpq; and back. */
#include "client/ship/ship-base.h"

#include <libpq-fe.h>
#include <string.h>
#include <sys/socket.h>

#define SCHEMA "/org/shikaku/ship/schema.sql"
#define PAGE "1000" /* rows that a cursor gives at once */
#define LOCK_SECONDS "30"
#define LOCK_NOT_AVAILABLE "55P03"
#define LOCK_CLASS "1936222057" /* "shki": of the advisory locks, which are of the whole database */

struct ShipBase
{
  PGconn *connection;
};

static void
set_error (ShipBase *base, PGresult *result, GError **error)
{
  g_autofree char *text = g_strdup (result != NULL ? PQresultErrorMessage (result) : PQerrorMessage (base->connection));

  g_strdelimit (g_strchomp (text), "\n\t", ' ');
  g_set_error (error, G_IO_ERROR, G_IO_ERROR_FAILED, "the database: %s", *text != '\0' ? text : "no answer");
}

/* Return: (transfer full); NULL with an error. */
static PGresult *
take_result (ShipBase *base, PGresult *result, GError **error)
{
  ExecStatusType status = PQresultStatus (result);

  if (status == PGRES_COMMAND_OK || status == PGRES_TUPLES_OK || status == PGRES_COPY_IN)
    return result;
  set_error (base, result, error);
  PQclear (result);
  return NULL;
}

static PGresult *
ask_base (ShipBase *base, const char *query, int n, const char *const *values, GError **error)
{
  return take_result (base, PQexecParams (base->connection, query, n, NULL, values, NULL, NULL, 0), error);
}

static gboolean
run (ShipBase *base, const char *query, int n, const char *const *values, GError **error)
{
  PGresult *result = ask_base (base, query, n, values, error);

  PQclear (result);
  return result != NULL;
}

static gboolean
is_local (PGconn *connection)
{
  struct sockaddr_storage address = { .ss_family = AF_UNSPEC };
  socklen_t size = sizeof address;

  return getpeername (PQsocket (connection), (struct sockaddr *)&address, &size) == 0 && address.ss_family == AF_UNIX;
}

ShipBase *
ship_base_new (const char *connection, GError **error)
{
  /* What stands later counts: nobody's string makes it less than TLS with the server's name. Sockets know no TLS. */
  static const char *const names[]
      = { "connect_timeout", "application_name", "dbname", "sslmode", "gssencmode", "client_encoding", NULL };
  const char *values[] = { "15", "shikaku-ledger-ship", connection, "verify-full", "disable", "UTF8", NULL };
  g_autoptr (ShipBase) base = g_new0 (ShipBase, 1);

  base->connection = PQconnectdbParams (names, values, 1);
  if (PQstatus (base->connection) != CONNECTION_OK)
    {
      set_error (base, NULL, error);
      return NULL;
    }
  if (!is_local (base->connection) && !PQsslInUse (base->connection))
    {
      g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_FAILED, "the database: no TLS, and no local socket");
      return NULL;
    }
  /* What is told as shipped is on the server's disk, whatever the role or the database is set to. */
  if (!run (base, "SET synchronous_commit = on", 0, NULL, error)
      || !run (base, "SET bytea_output = hex", 0, NULL, error))
    return NULL;
  return g_steal_pointer (&base);
}

void
ship_base_free (ShipBase *base)
{
  PQfinish (base->connection);
  g_free (base);
}

/* Texts of the server. */

static GBytes *
read_bytes (PGresult *result, int row, int column)
{
  gsize size;
  guchar *bytes;
  GBytes *copy;

  if (PQgetisnull (result, row, column))
    return NULL;
  bytes = PQunescapeBytea ((const guchar *)PQgetvalue (result, row, column), &size);
  copy = g_bytes_new (bytes, size);
  PQfreemem (bytes);
  return copy;
}

static gboolean
read_hash (PGresult *result, int row, int column, MerkleHash *ret_hash)
{
  g_autoptr (GBytes) bytes = read_bytes (result, row, column);

  if (bytes == NULL || g_bytes_get_size (bytes) != sizeof ret_hash->bytes)
    return FALSE;
  memcpy (ret_hash->bytes, g_bytes_get_data (bytes, NULL), sizeof ret_hash->bytes);
  return TRUE;
}

static guint64
read_number (PGresult *result, int row, int column)
{
  return g_ascii_strtoull (PQgetvalue (result, row, column), NULL, 10);
}

static void
append_hex (GString *text, gconstpointer bytes, gsize size)
{
  g_string_append (text, "\\x");
  for (gsize i = 0; i < size; i++)
    g_string_append_printf (text, "%02x", ((const guint8 *)bytes)[i]);
}

static char *
write_hash (const MerkleHash *hash)
{
  GString *text = g_string_new (NULL);

  append_hex (text, hash->bytes, sizeof hash->bytes);
  return g_string_free (text, FALSE);
}

static char *
write_number (guint64 number)
{
  return g_strdup_printf ("%" G_GUINT64_FORMAT, number);
}

/* Administration. */

gboolean
ship_base_create (ShipBase *base, GError **error)
{
  g_autoptr (GBytes) schema = g_resources_lookup_data (SCHEMA, G_RESOURCE_LOOKUP_FLAGS_NONE, error);
  g_autofree char *text = NULL;
  PGresult *result;

  if (schema == NULL)
    return FALSE;
  text = g_strndup (g_bytes_get_data (schema, NULL), g_bytes_get_size (schema));
  result = take_result (base, PQexec (base->connection, text), error); /* several commands: one transaction */
  PQclear (result);
  return result != NULL;
}

/* It is waited for: the server may not have seen yet that the last run is over. */
gboolean
ship_base_lock (ShipBase *base, const char *origin, GError **error)
{
  PGresult *result;
  gboolean is_busy;

  if (!run (base, "SET lock_timeout = '" LOCK_SECONDS "s'", 0, NULL, error))
    return FALSE;
  result = PQexecParams (base->connection, "SELECT pg_advisory_lock (" LOCK_CLASS ", hashtext ($1))", 1, NULL, &origin,
                         NULL, NULL, 0);
  is_busy = g_strcmp0 (PQresultErrorField (result, PG_DIAG_SQLSTATE), LOCK_NOT_AVAILABLE) == 0;
  if (is_busy)
    {
      PQclear (result);
      g_set_error (error, G_IO_ERROR, G_IO_ERROR_BUSY, "%s is being shipped by somebody else", origin);
      return FALSE;
    }
  result = take_result (base, result, error);
  PQclear (result);
  return result != NULL;
}

gboolean
ship_base_begin_generation (ShipBase *base, const char *origin, const char *reason, GError **error)
{
  const char *values[] = { origin, reason };
  PGresult *result
      = ask_base (base,
                  "INSERT INTO shikaku.desk (origin, generation, reason)"
                  " SELECT origin, max (generation) + 1, $2 FROM shikaku.desk WHERE origin = $1 GROUP BY origin",
                  2, values, error);
  gboolean is_known;

  if (result == NULL)
    return FALSE;
  is_known = strcmp (PQcmdTuples (result), "1") == 0;
  PQclear (result);
  if (!is_known)
    g_set_error (error, G_IO_ERROR, G_IO_ERROR_NOT_FOUND, "nothing of %s was shipped yet", origin);
  return is_known;
}

/* How far a desk is. */

void
ship_state_free (ShipState *state)
{
  g_ptr_array_unref (state->keys);
  g_free (state);
}

gboolean
ship_base_read_leaf (ShipBase *base, const char *origin, int generation, guint64 place, MerkleHash *ret_leaf,
                     GError **error)
{
  g_autofree char *number = g_strdup_printf ("%d", generation), *there = write_number (place);
  const char *values[] = { origin, number, there };
  PGresult *result = ask_base (
      base, "SELECT leaf FROM shikaku.entry WHERE origin = $1 AND generation = $2 AND place = $3", 3, values, error);
  gboolean is_there;

  if (result == NULL)
    return FALSE;
  is_there = PQntuples (result) == 1 && read_hash (result, 0, 0, ret_leaf);
  PQclear (result);
  if (!is_there)
    g_set_error (error, G_IO_ERROR, G_IO_ERROR_NOT_FOUND,
                 "the database: entry %s of %s is not there, though it was shipped", there, origin);
  return is_there;
}

/* The newest checkpoint of a generation. Return: FALSE with an error. */
static gboolean
read_size (ShipBase *base, const char *origin, ShipState *state, GError **error)
{
  g_autofree char *generation = g_strdup_printf ("%d", state->generation);
  const char *values[] = { origin, generation };
  PGresult *result = ask_base (base,
                               "SELECT size, root FROM shikaku.checkpoint WHERE origin = $1 AND generation = $2"
                               " ORDER BY size DESC LIMIT 1",
                               2, values, error);

  if (result == NULL)
    return FALSE;
  if (PQntuples (result) == 1 && read_hash (result, 0, 1, &state->root))
    state->size = read_number (result, 0, 0);
  PQclear (result);
  return state->size == 0
         || ship_base_read_leaf (base, origin, state->generation, state->size - 1, &state->last, error);
}

ShipState *
ship_base_read_state (ShipBase *base, const char *origin, GError **error)
{
  g_autoptr (ShipState) state = g_new0 (ShipState, 1);
  PGresult *result
      = ask_base (base, "SELECT coalesce (max (generation), 0) FROM shikaku.desk WHERE origin = $1", 1, &origin, error);

  state->keys = g_ptr_array_new_with_free_func (g_free);
  if (result == NULL)
    return NULL;
  state->generation = (int)read_number (result, 0, 0);
  PQclear (result);
  if (!read_size (base, origin, state, error))
    return NULL;
  g_ptr_array_unref (state->keys);
  state->keys = ship_base_read_keys (base, origin, state->generation, error);
  if (state->keys == NULL)
    {
      state->keys = g_ptr_array_new ();
      return NULL;
    }
  return g_steal_pointer (&state);
}

/* Adding. */

/* A value of COPY's text format. */
static void
append_value (GString *row, const char *text)
{
  for (; *text != '\0'; text++)
    switch (*text)
      {
      case '\\':
        g_string_append (row, "\\\\");
        break;
      case '\t':
        g_string_append (row, "\\t");
        break;
      case '\n':
        g_string_append (row, "\\n");
        break;
      case '\r':
        g_string_append (row, "\\r");
        break;
      default:
        g_string_append_c (row, *text);
      }
}

static void
append_bytes (GString *row, gconstpointer bytes, gsize size)
{
  g_string_append_c (row, '\\'); /* COPY takes one away */
  append_hex (row, bytes, size);
}

static void
append_entry (GString *row, const ShipEntry *entry)
{
  g_autofree char *fields = NULL;

  g_string_append_printf (row, "\t%" G_GUINT64_FORMAT "\t", entry->place);
  append_bytes (row, entry->leaf.bytes, sizeof entry->leaf.bytes);
  if (entry->data == NULL)
    {
      g_string_append (row, "\t\\N\t\\N\t\\N\t\\N\t\\N\n");
      return;
    }
  g_string_append_c (row, '\t');
  append_bytes (row, g_bytes_get_data (entry->salt, NULL), g_bytes_get_size (entry->salt));
  g_string_append_c (row, '\t');
  append_bytes (row, g_bytes_get_data (entry->data, NULL), g_bytes_get_size (entry->data));
  g_string_append_printf (row, "\t%s\t%" G_GINT64_FORMAT "\t", ship_entry_get_kind (entry), ship_entry_get_at (entry));
  fields = ship_entry_get_fields (entry);
  append_value (row, fields);
  g_string_append_c (row, '\n');
}

static gboolean
copy_entries (ShipBase *base, const char *origin, int generation, GPtrArray *entries, GError **error)
{
  g_autoptr (GString) row = g_string_new (NULL);
  PGresult *result = take_result (
      base,
      PQexec (base->connection,
              "COPY shikaku.entry (origin, generation, place, leaf, salt, data, kind, at, fields) FROM STDIN"),
      error);
  gboolean is_well = result != NULL;

  PQclear (result);
  for (guint i = 0; is_well && i < entries->len; i++)
    {
      g_string_truncate (row, 0);
      append_value (row, origin);
      g_string_append_printf (row, "\t%d", generation);
      append_entry (row, g_ptr_array_index (entries, i));
      is_well = PQputCopyData (base->connection, row->str, (int)row->len) == 1;
    }
  if (result == NULL)
    return FALSE;
  if (!is_well || PQputCopyEnd (base->connection, NULL) != 1)
    {
      set_error (base, NULL, error);
      return FALSE;
    }
  while ((result = PQgetResult (base->connection)) != NULL)
    if ((result = take_result (base, result, is_well ? error : NULL)) == NULL)
      is_well = FALSE;
    else
      PQclear (result);
  return is_well;
}

static gboolean
add_keys (ShipBase *base, const char *origin, const char *generation, GPtrArray *entries, GError **error)
{
  for (guint i = 0; i < entries->len; i++)
    {
      const ShipEntry *entry = g_ptr_array_index (entries, i);
      g_autofree char *place = write_number (entry->place);
      const char *values[] = { origin, generation, ship_entry_get_key (entry), place };

      if (values[2] != NULL
          && !run (base, "INSERT INTO shikaku.key (origin, generation, verifier, place) VALUES ($1, $2, $3, $4)", 4,
                   values, error))
        return FALSE;
    }
  return TRUE;
}

/* The transaction's inside. */
static gboolean
add_entries (ShipBase *base, const char *origin, int generation, GPtrArray *entries, guint64 size,
             const MerkleHash *root, const char *note, GError **error)
{
  g_autofree char *number = g_strdup_printf ("%d", generation), *till = write_number (size), *hash = write_hash (root);
  const char *values[] = { origin, number, till, hash, note };

  return run (base, "INSERT INTO shikaku.desk (origin, generation) VALUES ($1, $2) ON CONFLICT DO NOTHING", 2, values,
              error)
         && copy_entries (base, origin, generation, entries, error) && add_keys (base, origin, number, entries, error)
         && run (base,
                 "INSERT INTO shikaku.checkpoint (origin, generation, size, root, note) VALUES ($1, $2, $3, $4, $5)", 5,
                 values, error);
}

gboolean
ship_base_add (ShipBase *base, const char *origin, int generation, GPtrArray *entries, guint64 size,
               const MerkleHash *root, const char *note, GError **error)
{
  if (!run (base, "BEGIN", 0, NULL, error))
    return FALSE;
  if (add_entries (base, origin, generation, entries, size, root, note, error))
    return run (base, "COMMIT", 0, NULL, error);
  run (base, "ROLLBACK", 0, NULL, NULL);
  return FALSE;
}

gboolean
ship_base_add_fault (ShipBase *base, const char *origin, int generation, const char *what, const char *message,
                     const char *note, GError **error)
{
  g_autofree char *number = g_strdup_printf ("%d", generation);
  const char *values[] = { origin, number, what, message, note };

  return run (base, "INSERT INTO shikaku.fault (origin, generation, what, message, note) VALUES ($1, $2, $3, $4, $5)",
              5, values, error);
}

/* Reading. */

gboolean
ship_base_walk_desks (ShipBase *base, ShipDeskVisit visit, gpointer user_data, GError **error)
{
  PGresult *result
      = ask_base (base, "SELECT origin, generation FROM shikaku.desk ORDER BY origin, generation", 0, NULL, error);
  gboolean is_well = result != NULL;

  for (int row = 0; is_well && row < PQntuples (result); row++)
    is_well = visit (PQgetvalue (result, row, 0), (int)read_number (result, row, 1), user_data, error);
  PQclear (result);
  return is_well;
}

static gboolean
visit_rows (PGresult *result, ShipEntryVisit visit, gpointer user_data, GError **error)
{
  gboolean is_well = TRUE;

  for (int row = 0; is_well && row < PQntuples (result); row++)
    {
      g_autoptr (GBytes) salt = read_bytes (result, row, 2), data = read_bytes (result, row, 3);
      g_autoptr (ShipEntry) entry = NULL;
      MerkleHash leaf = { { 0 } };

      read_hash (result, row, 1, &leaf); /* the table has no others than of 32 bytes */
      entry = ship_entry_new (read_number (result, row, 0), &leaf, salt, data);
      is_well = visit (entry, PQgetisnull (result, row, 4) ? NULL : PQgetvalue (result, row, 4),
                       g_ascii_strtoll (PQgetvalue (result, row, 5), NULL, 10),
                       PQgetisnull (result, row, 6) ? NULL : PQgetvalue (result, row, 6), user_data, error);
    }
  return is_well;
}

gboolean
ship_base_walk_entries (ShipBase *base, const char *origin, int generation, ShipEntryVisit visit, gpointer user_data,
                        GError **error)
{
  g_autofree char *number = g_strdup_printf ("%d", generation);
  const char *values[] = { origin, number };
  int rows = 1;
  gboolean is_well;

  if (!run (base, "BEGIN TRANSACTION READ ONLY", 0, NULL, error))
    return FALSE;
  is_well = run (base,
                 "DECLARE walk NO SCROLL CURSOR FOR SELECT place, leaf, salt, data, kind, at, fields::text"
                 " FROM shikaku.entry WHERE origin = $1 AND generation = $2 ORDER BY place",
                 2, values, error);
  while (is_well && rows > 0)
    {
      PGresult *result = ask_base (base, "FETCH " PAGE " FROM walk", 0, NULL, error);

      is_well = result != NULL && visit_rows (result, visit, user_data, error);
      rows = result != NULL ? PQntuples (result) : 0;
      PQclear (result);
    }
  run (base, "ROLLBACK", 0, NULL, NULL);
  return is_well;
}

static void
free_checkpoint (gpointer data)
{
  ShipCheckpoint *checkpoint = data;

  g_free (checkpoint->note);
  g_free (checkpoint);
}

GPtrArray *
ship_base_read_checkpoints (ShipBase *base, const char *origin, int generation, GError **error)
{
  g_autofree char *number = g_strdup_printf ("%d", generation);
  const char *values[] = { origin, number };
  PGresult *result = ask_base (
      base, "SELECT size, root, note FROM shikaku.checkpoint WHERE origin = $1 AND generation = $2 ORDER BY size", 2,
      values, error);
  GPtrArray *checkpoints;

  if (result == NULL)
    return NULL;
  checkpoints = g_ptr_array_new_with_free_func (free_checkpoint);
  for (int row = 0; row < PQntuples (result); row++)
    {
      ShipCheckpoint *checkpoint = g_new0 (ShipCheckpoint, 1);

      checkpoint->size = read_number (result, row, 0);
      read_hash (result, row, 1, &checkpoint->root);
      checkpoint->note = g_strdup (PQgetvalue (result, row, 2));
      g_ptr_array_add (checkpoints, checkpoint);
    }
  PQclear (result);
  return checkpoints;
}

GPtrArray *
ship_base_read_keys (ShipBase *base, const char *origin, int generation, GError **error)
{
  g_autofree char *number = g_strdup_printf ("%d", generation);
  const char *values[] = { origin, number };
  PGresult *result = ask_base (base, "SELECT DISTINCT verifier FROM shikaku.key WHERE origin = $1 AND generation = $2",
                               2, values, error);
  GPtrArray *keys;

  if (result == NULL)
    return NULL;
  keys = g_ptr_array_new_with_free_func (g_free);
  for (int row = 0; row < PQntuples (result); row++)
    g_ptr_array_add (keys, g_strdup (PQgetvalue (result, row, 0)));
  PQclear (result);
  return keys;
}
