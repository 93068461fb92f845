// SPDX-License-Identifier: LGPL-2.1-or-later
// receipt [READER]: asks whether the patient whose card lies in READER (its number) is insured.
// receipt INSURER SYMBOL NUMBER BRANCH BIRTHDATE: the same by the numbers on the patient's paper.
//
// What a receipt computer does, with sd-bus: cc receipt.c $(pkg-config --cflags --libs libsystemd).
// Exit status: 0 eligible, 1 not, 2 unknown, 3 an error.
#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <systemd/sd-bus.h>
#include <time.h>

#define NAME "org.shikaku.Shikaku1"
#define ROOT "/org/shikaku/Shikaku1"
#define MANAGER NAME ".Manager"
#define VISIT NAME ".Visit"
#define ERROR NAME ".Error."
#define TOKEN "desk1"     // names the visit; never a number of the patient
#define VISIT_SECONDS 120 // what the daemon gives the visit
#define GRACE_SECONDS 30  // what we wait longer, since polkit may be slow: after that the daemon is gone
#define SECOND UINT64_C (1000000)
#define EXIT_ERROR 3

// A key that we look for in an a{sv}. Return of read: what sd_bus_message_read returns.
typedef struct
{
  const char *key;
  int (*read) (sd_bus_message *message, void *value);
  void *value;
} Field;

// Goes through an a{sv}. What the center did not send is not in it: its value stays as it was.
static int
read_dictionary (sd_bus_message *message, const Field *fields)
{
  int r = sd_bus_message_enter_container (message, 'a', "{sv}");
  while (r >= 0 && (r = sd_bus_message_enter_container (message, 'e', "sv")) > 0)
    {
      const char *key;
      const Field *field = fields;
      r = sd_bus_message_read (message, "s", &key);
      while (r >= 0 && field->key && strcmp (field->key, key) != 0)
        field++;
      if (r >= 0)
        r = field->key ? field->read (message, field->value) : sd_bus_message_skip (message, "v");
      if (r >= 0)
        r = sd_bus_message_exit_container (message);
    }
  return r < 0 ? r : sd_bus_message_exit_container (message);
}

// The text belongs to the message.
static int
read_text (sd_bus_message *message, void *value)
{
  return sd_bus_message_read (message, "v", "s", value);
}

static int
read_number (sd_bus_message *message, void *value)
{
  return sd_bus_message_read (message, "v", "u", value);
}

static int
print_insurances (sd_bus_message *message, void *value)
{
  (void)value;
  int r = sd_bus_message_enter_container (message, 'v', "aa{sv}");
  if (r >= 0)
    r = sd_bus_message_enter_container (message, 'a', "a{sv}");
  while (r >= 0 && (r = sd_bus_message_at_end (message, 0)) == 0)
    {
      const char *insurer = "-", *name = "-";
      uint32_t ratio = UINT32_MAX;
      r = read_dictionary (message, (Field[]){ { "InsurerNumber", read_text, &insurer },
                                               { "Name", read_text, &name },
                                               { "BurdenRatio", read_number, &ratio },
                                               { 0 } });
      if (r >= 0 && ratio != UINT32_MAX)
        printf ("%s %s %u %%\n", insurer, name, ratio);
      else if (r >= 0)
        printf ("%s %s - %%\n", insurer, name);
    }
  if (r >= 0)
    r = sd_bus_message_exit_container (message);
  return r < 0 ? r : sd_bus_message_exit_container (message);
}

static int
print_answer (sd_bus_message *message)
{
  const char *answer = "", *reason = "", *advice = "";
  int r = read_dictionary (message, (Field[]){ { "Answer", read_text, &answer },
                                               { "Reason", read_text, &reason },
                                               { "Advice", read_text, &advice },
                                               { 0 } });
  if (r < 0)
    return r;
  puts (answer);
  if (strcmp (answer, "unknown") == 0) // not a refusal: ask again, or note the numbers of the patient's paper
    printf ("%s: %s\n", reason, advice);
  r = sd_bus_message_rewind (message, 1);
  if (r >= 0)
    r = read_dictionary (message, (Field[]){ { "Insurances", print_insurances, NULL }, { 0 } });
  return r < 0 ? r : strcmp (answer, "eligible") == 0 ? 0 : strcmp (answer, "not-eligible") == 0 ? 1 : 2;
}

// Errors are told apart by name, never by their text.
static int
report (const char *name, const char *message, uint32_t tries_left)
{
  if (strncmp (name, ERROR, strlen (ERROR)) == 0)
    name += strlen (ERROR);
  fprintf (stderr, "%s: %s\n", name, message);
  if (strcmp (name, "PinIncorrect") == 0)
    fprintf (stderr, "%u tries left\n", tries_left);
  else if (strcmp (name, "NoReader") == 0 || strcmp (name, "ReaderFailed") == 0 || strcmp (name, "ServiceStopped") == 0
           || strcmp (name, "NoReply") == 0)
    fputs ("see: shikakuctl diagnose\n", stderr);
  return EXIT_ERROR;
}

static uint64_t
now (void)
{
  struct timespec time;
  clock_gettime (CLOCK_MONOTONIC, &time);
  return (uint64_t)time.tv_sec * SECOND + (uint64_t)time.tv_nsec / 1000;
}

static int
on_finished (sd_bus_message *message, void *data, sd_bus_error *error)
{
  (void)error;
  *(sd_bus_message **)data = sd_bus_message_ref (message);
  return 0;
}

// What has come of the visit at @path.
static int
read_visit (sd_bus *bus, const char *path, sd_bus_message *finished, sd_bus_error *error)
{
  const char *state, *name;
  uint32_t tries_left = 0;
  sd_bus_message *reply = NULL;
  char *text = NULL;
  int r = sd_bus_message_read (finished, "ss", &state, &name);
  if (r >= 0)
    r = read_dictionary (finished, (Field[]){ { "TriesLeft", read_number, &tries_left }, { 0 } });
  if (r >= 0 && strcmp (state, "done") != 0)
    {
      r = sd_bus_get_property_string (bus, NAME, path, VISIT, "ErrorMessage", error, &text);
      if (r >= 0)
        r = report (name, text, tries_left);
    }
  else if (r >= 0)
    {
      r = sd_bus_call_method (bus, NAME, path, VISIT, "GetEligibility", error, &reply, "");
      if (r >= 0)
        r = print_answer (reply);
    }
  free (text);
  sd_bus_message_unref (reply);
  return r;
}

// A visit: opened, finished, read, closed.
static int
check_card (sd_bus *bus, const char *reader, sd_bus_error *error)
{
  const char *unique_name;
  char path[256], reader_path[64] = "";
  sd_bus_message *call = NULL, *finished = NULL;
  int r = sd_bus_get_unique_name (bus, &unique_name);
  if (r < 0)
    return r;
  // The path is known before the visit exists, so nothing of it can be missed.
  snprintf (path, sizeof path, ROOT "/visit/%s/" TOKEN, unique_name + 1);
  for (char *dot; (dot = strchr (path, '.'));)
    *dot = '_';
  r = sd_bus_match_signal (bus, NULL, NAME, path, VISIT, "Finished", on_finished, &finished);
  if (r >= 0)
    r = sd_bus_message_new_method_call (bus, &call, NAME, ROOT, MANAGER, "OpenVisit");
  snprintf (reader_path, sizeof reader_path, ROOT "/reader/%s", reader ? reader : "");
  if (r >= 0) // without a reader, the last of the three options is left out
    r = sd_bus_message_append (call, "a{sv}", reader ? 3 : 2, "Token", "s", TOKEN, "Timeout", "u", VISIT_SECONDS,
                               "Reader", "o", reader_path);
  if (r >= 0)
    r = sd_bus_call (bus, call, GRACE_SECONDS * SECOND, error, NULL);
  for (uint64_t end = now () + (VISIT_SECONDS + GRACE_SECONDS) * SECOND; r >= 0 && !finished;)
    {
      r = sd_bus_process (bus, NULL);
      if (r == 0)
        {
          uint64_t time = now ();
          r = time < end ? sd_bus_wait (bus, end - time) : -ETIMEDOUT;
        }
    }
  if (r >= 0)
    {
      r = read_visit (bus, path, finished, error);
      sd_bus_call_method (bus, NAME, path, VISIT, "Close", NULL, NULL, ""); // its failure takes no answer away
    }
  sd_bus_message_unref (call);
  sd_bus_message_unref (finished);
  return r;
}

// The same in one call, which lasts as long as the visit.
static int
check_number (sd_bus *bus, char **numbers, sd_bus_error *error)
{
  sd_bus_message *call = NULL, *reply = NULL;
  int r = sd_bus_message_new_method_call (bus, &call, NAME, ROOT, MANAGER, "Check");
  if (r >= 0)
    r = sd_bus_message_append (call, "a{sv}", 2, "Timeout", "u", VISIT_SECONDS, "Insured", "a{sv}", 5, "InsurerNumber",
                               "s", numbers[0], "Symbol", "s", numbers[1], "Number", "s", numbers[2], "Branch", "s",
                               numbers[3], "Birthdate", "s", numbers[4]);
  if (r >= 0)
    r = sd_bus_call (bus, call, (VISIT_SECONDS + GRACE_SECONDS) * SECOND, error, &reply);
  if (r >= 0)
    r = print_answer (reply);
  sd_bus_message_unref (call);
  sd_bus_message_unref (reply);
  return r;
}

int
main (int argc, char **argv)
{
  sd_bus *bus = NULL;
  sd_bus_error error = SD_BUS_ERROR_NULL;
  if (argc > 2 && argc != 6)
    {
      fputs ("usage: receipt [READER | INSURER SYMBOL NUMBER BRANCH BIRTHDATE]\n", stderr);
      return EXIT_ERROR;
    }
  int status = sd_bus_open_system (&bus);
  if (status >= 0)
    status = argc == 6 ? check_number (bus, argv + 1, &error) : check_card (bus, argv[1], &error);
  if (status < 0)
    status = sd_bus_error_is_set (&error) ? report (error.name, error.message, 0)
                                          : report ("NoReply", strerror (-status), 0);
  sd_bus_error_free (&error);
  sd_bus_flush_close_unref (bus);
  return status;
}
