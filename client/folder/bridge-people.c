/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* bridge-people: see the header. The file: one line a person: hash with the branch, hash without, birthdate, second. */
#include "client/folder/bridge-people.h"

#include <errno.h>
#include <fcntl.h>
#include <gio/gio.h>
#include <string.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

#define FILE_NAME "people"
#define KEY_NAME "people-key"
#define KEY_SIZE 32u
#define KEPT_SECONDS (G_GINT64_CONSTANT (24) * 3600)
#define SLACK_SECONDS 3600 /* that an old row may lie in the file, so that it is not written anew for each */
#define ROWS_MAXIMUM 20000u
#define APPENDED_MAXIMUM 4000u /* to the file, until it is written anew */
#define BIRTHDATE_SIZE 8u

typedef struct
{
  char *numbers, *family; /* hashes: with the branch, and without */
  char birthdate[BIRTHDATE_SIZE + 1];
  gint64 at;         /* seconds since the epoch */
  char *name, *kana; /* in memory alone; NULL: not known */
} Person;

struct BridgePeople
{
  char *path; /* NULL: kept in memory alone */
  guint8 key[KEY_SIZE];
  GPtrArray *rows;  /* Person, the oldest first */
  gint64 oldest;    /* of the file's rows, in seconds since the epoch; 0: it has none */
  guint n_appended; /* since the file was written */
};

static void
person_free (gpointer data)
{
  Person *person = data;

  g_free (person->numbers);
  g_free (person->family);
  g_free (person->name);
  g_free (person->kana);
  g_free (person);
}

static gint64
get_now (void)
{
  return g_get_real_time () / G_USEC_PER_SEC;
}

/*
 * @text in the one form that is compared: letters and digits in half width, without blanks and hyphens, and numbers
 * without zeros before them, as the field compares them.
 */
static char *
normalise (const char *text)
{
  g_autofree char *narrow = g_utf8_normalize (text != NULL ? text : "", -1, G_NORMALIZE_ALL_COMPOSE);
  GString *plain = g_string_new (NULL);

  for (const char *at = narrow; at != NULL && *at != '\0'; at = g_utf8_next_char (at))
    {
      const gunichar character = g_utf8_get_char (at);

      if (g_unichar_isalnum (character) && !(character == '0' && plain->len == 0))
        g_string_append_unichar (plain, g_unichar_toupper (character));
    }
  return g_string_free (plain, FALSE);
}

/* @branch: NULL: without it. Return: (transfer full). */
static char *
hash_numbers (const BridgePeople *people, const char *insurer, const char *symbol, const char *number,
              const char *branch)
{
  g_autofree char *plain_insurer = normalise (insurer), *plain_symbol = normalise (symbol);
  g_autofree char *plain_number = normalise (number), *plain_branch = normalise (branch);
  g_autofree char *text = g_strdup_printf ("%s\n%s\n%s\n%s", plain_insurer, plain_symbol, plain_number, plain_branch);

  return g_compute_hmac_for_string (G_CHECKSUM_SHA256, people->key, KEY_SIZE, text, -1);
}

static gboolean
is_birthdate (const char *text)
{
  return text != NULL && strlen (text) == BIRTHDATE_SIZE && strspn (text, G_CSET_DIGITS) == BIRTHDATE_SIZE;
}

/* Return: of @people. */
static Person *
add_row (BridgePeople *people, const char *numbers, const char *family, const char *birthdate, gint64 at)
{
  Person *person = g_new0 (Person, 1);

  person->numbers = g_strdup (numbers);
  person->family = g_strdup (family);
  g_strlcpy (person->birthdate, birthdate, sizeof person->birthdate);
  person->at = at;
  g_ptr_array_add (people->rows, person);
  return person;
}

static void
drop_old_rows (BridgePeople *people)
{
  const gint64 now = get_now ();
  guint n_old = people->rows->len > ROWS_MAXIMUM ? people->rows->len - ROWS_MAXIMUM : 0;

  while (n_old < people->rows->len)
    {
      const Person *person = g_ptr_array_index (people->rows, n_old);

      if (person->at <= now && now - person->at < KEPT_SECONDS)
        break;
      n_old++;
    }
  if (n_old > 0)
    g_ptr_array_remove_range (people->rows, 0, n_old);
}

/* Another program that reads the folder would need the key too: it is drawn once, and lies beside. */
static void
load_key (BridgePeople *people, const char *folder)
{
  g_autofree char *path = folder != NULL ? g_build_filename (folder, KEY_NAME, NULL) : NULL;
  g_autofree char *text = NULL;
  gsize size = 0;

  if (path != NULL && g_file_get_contents (path, &text, &size, NULL) && size == KEY_SIZE)
    {
      memcpy (people->key, text, KEY_SIZE);
      return;
    }
  if (getrandom (people->key, KEY_SIZE, 0) != KEY_SIZE)
    g_error ("the kernel gives no random bytes: %s", g_strerror (errno));
  if (path != NULL
      && !g_file_set_contents_full (path, (const char *)people->key, KEY_SIZE, G_FILE_SET_CONTENTS_CONSISTENT, 0600,
                                    NULL))
    g_warning ("%s cannot be written: birthdates do not outlive this program", KEY_NAME);
}

static void
load_rows (BridgePeople *people)
{
  g_autofree char *text = NULL;
  g_auto (GStrv) lines = NULL;

  if (!g_file_get_contents (people->path, &text, NULL, NULL))
    return;
  lines = g_strsplit (text, "\n", -1);
  for (char **line = lines; *line != NULL; line++)
    {
      g_auto (GStrv) words = g_strsplit (*line, " ", -1);
      gint64 at;

      if (g_strv_length (words) == 4 && is_birthdate (words[2])
          && g_ascii_string_to_signed (words[3], 10, 0, G_MAXINT64, &at, NULL))
        add_row (people, words[0], words[1], words[2], at);
    }
}

static void
append_row (GString *text, const Person *person)
{
  g_string_append_printf (text, "%s %s %s %" G_GINT64_FORMAT "\n", person->numbers, person->family, person->birthdate,
                          person->at);
}

/* The file anew: what is old, or was cut by a kill, is gone then. */
static void
save_rows (BridgePeople *people)
{
  g_autoptr (GString) text = g_string_new (NULL);
  g_autoptr (GError) error = NULL;

  for (guint i = 0; i < people->rows->len; i++)
    append_row (text, g_ptr_array_index (people->rows, i));
  people->oldest = people->rows->len > 0 ? ((const Person *)g_ptr_array_index (people->rows, 0))->at : 0;
  people->n_appended = 0;
  if (!g_file_set_contents_full (people->path, text->str, (gssize)text->len, G_FILE_SET_CONTENTS_CONSISTENT, 0600,
                                 &error))
    g_warning ("birthdates do not outlive this program: %s", error->message);
}

/* One line more: where that fails it is asked for again after a restart. */
static void
save_row (BridgePeople *people, const Person *person)
{
  g_autoptr (GString) text = g_string_new (NULL);
  const int file = open (people->path, O_WRONLY | O_APPEND | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0600);

  append_row (text, person);
  if (file < 0 || TEMP_FAILURE_RETRY (write (file, text->str, text->len)) != (gssize)text->len)
    g_warning ("a birthdate does not outlive this program: %s", g_strerror (errno));
  if (file >= 0)
    close (file);
  if (people->oldest == 0)
    people->oldest = person->at;
  people->n_appended++;
}

void
bridge_people_sweep (BridgePeople *people)
{
  const gint64 age = get_now () - people->oldest;

  drop_old_rows (people);
  if (people->path != NULL && people->oldest != 0
      && (age < 0 || age > KEPT_SECONDS + SLACK_SECONDS || people->n_appended > APPENDED_MAXIMUM))
    save_rows (people);
}

BridgePeople *
bridge_people_new (const char *folder)
{
  BridgePeople *people = g_new0 (BridgePeople, 1);

  people->rows = g_ptr_array_new_with_free_func (person_free);
  load_key (people, folder);
  if (folder == NULL)
    return people;
  people->path = g_build_filename (folder, FILE_NAME, NULL);
  load_rows (people);
  drop_old_rows (people);
  save_rows (people);
  return people;
}

void
bridge_people_free (BridgePeople *people)
{
  g_free (people->path);
  g_ptr_array_unref (people->rows);
  g_free (people);
}

static void
note (BridgePeople *people, const Message *insured, const char *birthdate)
{
  const char *insurer = message_find_text (insured, "InsurerNumber");
  const char *symbol = message_find_text (insured, "InsuredCardSymbol");
  const char *number = message_find_text (insured, "InsuredIdentificationNumber");
  const char *branch = message_find_text (insured, "InsuredBranchNumber");
  g_autofree char *numbers = NULL, *family = NULL;
  Person *noted;

  if (insurer == NULL || number == NULL || !is_birthdate (birthdate))
    return;
  numbers = hash_numbers (people, insurer, symbol, number, branch);
  family = hash_numbers (people, insurer, symbol, number, NULL);
  drop_old_rows (people);
  for (guint i = 0; i < people->rows->len; i++)
    {
      Person *person = g_ptr_array_index (people->rows, i);

      if (strcmp (person->numbers, numbers) == 0 && strcmp (person->birthdate, birthdate) == 0)
        {
          g_ptr_array_remove_index (people->rows, i);
          break;
        }
    }
  noted = add_row (people, numbers, family, birthdate, get_now ());
  noted->name = g_strdup (message_find_text (insured, "Name"));
  noted->kana = g_strdup (message_find_text (insured, "NameKana"));
  if (people->path != NULL)
    save_row (people, noted);
}

void
bridge_people_note (BridgePeople *people, const Message *message)
{
  const Message *list = message_find (message_find (message, "MessageBody"), "ResultList");
  const Message *entry = list != NULL ? message_get_first_child (list) : NULL;

  for (; entry != NULL; entry = message_get_next (entry))
    note (people, entry, message_find_text (entry, "Birthdate"));
}

gboolean
bridge_people_find (BridgePeople *people, const char *insurer, const char *symbol, const char *number,
                    const char *branch, BridgePerson *ret_person)
{
  g_autofree char *hash = hash_numbers (people, insurer, symbol, number, branch);
  const gint64 now = get_now ();
  const Person *found = NULL;

  for (guint i = 0; i < people->rows->len; i++)
    {
      const Person *person = g_ptr_array_index (people->rows, i);

      if (strcmp (branch == NULL ? person->family : person->numbers, hash) != 0 || now - person->at >= KEPT_SECONDS)
        continue;
      if (found != NULL && strcmp (found->birthdate, person->birthdate) != 0)
        return FALSE;
      found = person;
    }
  if (found != NULL)
    *ret_person = (BridgePerson){ found->birthdate, found->name, found->kana };
  return found != NULL;
}
