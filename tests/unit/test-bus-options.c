/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* bus-options: what fits is read; what does not is named and refused. */
#include "bus/bus-options.h"
#include "bus/bus-visit-options.h"

#include "bus-message.h"

typedef struct
{
  const char *text, *path;
  gint64 number;
  gboolean flag, given;
  const char **texts;
  const char *inner;
} Values;

static const BusOption inner[] = { { "Inner", BUS_OPTION_TEXT, offsetof (Values, inner), NULL }, { NULL } };
static const BusOption table[] = {
  { "Text", BUS_OPTION_TEXT, offsetof (Values, text), NULL },
  { "Path", BUS_OPTION_PATH, offsetof (Values, path), NULL },
  { "Number", BUS_OPTION_NUMBER, offsetof (Values, number), NULL },
  { "Flag", BUS_OPTION_SWITCH, offsetof (Values, flag), NULL },
  { "Texts", BUS_OPTION_TEXTS, offsetof (Values, texts), NULL },
  { "Dictionary", BUS_OPTION_DICTIONARY, offsetof (Values, given), inner },
  { NULL },
};

#define APPEND(...) g_assert_cmpint (sd_bus_message_append (fixture->message, __VA_ARGS__), >=, 0)

static void
test_all (BusFixture *fixture, gconstpointer data)
{
  Values values = { .number = -1 };
  g_autoptr (GError) error = NULL;

  APPEND ("a{sv}", 6, "Texts", "as", 2, "one", "two", "Text", "s", "名前", "Dictionary", "a{sv}", 1, "Inner", "s",
          "deep", "Path", "o", "/a", "Flag", "b", 1, "Number", "u", G_MAXUINT32);
  g_assert_true (bus_options_read (bus_fixture_seal (fixture), table, &values, &error));
  g_assert_no_error (error);
  g_assert_cmpstr (values.text, ==, "名前");
  g_assert_cmpstr (values.path, ==, "/a");
  g_assert_cmpint (values.number, ==, G_MAXUINT32);
  g_assert_true (values.flag);
  g_assert_true (values.given);
  g_assert_cmpstr (values.inner, ==, "deep");
  g_assert_cmpstr (values.texts[0], ==, "one");
  g_assert_cmpstr (values.texts[1], ==, "two");
  g_assert_null (values.texts[2]);
  g_free (values.texts);
}

static void
test_none (BusFixture *fixture, gconstpointer data)
{
  Values values = { .number = -1 };

  APPEND ("a{sv}", 0);
  g_assert_true (bus_options_read (bus_fixture_seal (fixture), table, &values, NULL));
  g_assert_cmpint (values.number, ==, -1);
  g_assert_null (values.text);
  g_assert_null (values.texts);
  g_assert_false (values.given);
}

/* Reads, expects InvalidOption, and that the text names @key. */
static void
assert_refused (BusFixture *fixture, const char *key)
{
  Values values = { 0 };
  g_autoptr (GError) error = NULL;

  g_assert_false (bus_options_read (bus_fixture_seal (fixture), table, &values, &error));
  g_assert_error (error, SHIKAKU_ERROR, SHIKAKU_ERROR_INVALID_OPTION);
  g_assert_nonnull (strstr (error->message, key));
  g_free (values.texts);
}

static void
test_unknown (BusFixture *fixture, gconstpointer data)
{
  APPEND ("a{sv}", 2, "Text", "s", "x", "Colour", "s", "blue");
  assert_refused (fixture, "Colour");
}

static void
test_unknown_inside (BusFixture *fixture, gconstpointer data)
{
  APPEND ("a{sv}", 1, "Dictionary", "a{sv}", 1, "Outer", "s", "x");
  assert_refused (fixture, "Outer");
}

static void
test_twice (BusFixture *fixture, gconstpointer data)
{
  APPEND ("a{sv}", 2, "Texts", "as", 1, "x", "Texts", "as", 1, "x");
  assert_refused (fixture, "Texts");
}

static void
test_type (BusFixture *fixture, gconstpointer data)
{
  const char *wrong = data;

  APPEND ("a{sv}", 1, wrong, "i", 1);
  assert_refused (fixture, wrong);
}

static void
test_many_texts (BusFixture *fixture, gconstpointer data)
{
  sd_bus_message *message = fixture->message;

  g_assert_cmpint (sd_bus_message_open_container (message, 'a', "{sv}"), >=, 0);
  g_assert_cmpint (sd_bus_message_open_container (message, 'e', "sv"), >=, 0);
  APPEND ("s", "Texts");
  g_assert_cmpint (sd_bus_message_open_container (message, 'v', "as"), >=, 0);
  g_assert_cmpint (sd_bus_message_open_container (message, 'a', "s"), >=, 0);
  for (guint i = 0; i < 1000; i++)
    APPEND ("s", "x");
  for (guint i = 0; i < 4; i++)
    g_assert_cmpint (sd_bus_message_close_container (message), >=, 0);
  assert_refused (fixture, "Texts");
}

/* The name of a key that cannot be one is not repeated: it may be anything. */
static void
test_personal_key (BusFixture *fixture, gconstpointer data)
{
  Values values = { 0 };
  g_autoptr (GError) error = NULL;

  APPEND ("a{sv}", 1, "山田", "s", "x");
  g_assert_false (bus_options_read (bus_fixture_seal (fixture), table, &values, &error));
  g_assert_null (strstr (error->message, "山田"));
}

/* The options of a visit. */

static void
test_visit (BusFixture *fixture, gconstpointer data)
{
  g_auto (BusVisitOptions) options = { 0 };
  g_autoptr (GError) error = NULL;

  APPEND ("a{sv}", 3, "Timeout", "u", 600, "SameCard", "b", 1, "Consents", "as", 1, "drug");
  g_assert_true (bus_visit_options_read_card (bus_fixture_seal (fixture), &options, &error));
  g_assert_no_error (error);
  g_assert_cmpuint (options.visit.timeout_seconds, ==, 600);
  g_assert_true (options.visit.same_card);
  g_assert_false (options.visit.last_try);
  g_assert_cmpstr (options.visit.consents[0], ==, "drug");
  g_assert_false (options.by_number);
}

static void
test_visit_timeout (BusFixture *fixture, gconstpointer data)
{
  g_auto (BusVisitOptions) options = { 0 };
  g_autoptr (GError) error = NULL;

  APPEND ("a{sv}", 1, "Timeout", "u", GPOINTER_TO_UINT (data));
  g_assert_false (bus_visit_options_read_card (bus_fixture_seal (fixture), &options, &error));
  g_assert_error (error, SHIKAKU_ERROR, SHIKAKU_ERROR_INVALID_OPTION);
}

static void
test_visit_check (BusFixture *fixture, gconstpointer data)
{
  g_auto (BusVisitOptions) options = { 0 };
  g_autoptr (GError) error = NULL;

  APPEND ("a{sv}", 2, "Insured", "a{sv}", 1, "Number", "s", "1", "Token", "s", "t");
  g_assert_true (bus_visit_options_read_check (bus_fixture_seal (fixture), &options, &error));
  g_assert_no_error (error);
  g_assert_true (options.by_number);
  g_assert_cmpstr (options.insured.number, ==, "1");
  g_assert_cmpstr (options.token, ==, "t");
  g_assert_cmpuint (options.visit.timeout_seconds, ==, 0);
}

#define ADD(path, data, test) \
  g_test_add ("/bus-options/" path, BusFixture, data, bus_fixture_set_up, test, bus_fixture_tear_down)

/* seek: the value of one key alone. */
static const char *
seek (sd_bus_message *message, const char *key, const char *type)
{
  BusOptionSought sought = { .key = key, .type = type };

  g_assert_true (bus_options_seek (message, 65536, &sought, 1));
  return sought.text;
}

/* As polkit is asked before a call is read: wherever the key stands, and whatever else there is. */
static void
test_seek (BusFixture *fixture, gconstpointer data)
{
  BusOptionSought sought[] = { { .key = "Path", .type = "o" },   { .key = "Other", .type = "s" },
                               { .key = "Reader", .type = "o" }, { .key = "Texts" },
                               { .key = "Number", .type = "o" }, { .key = "Inner" } };
  const char *text;

  APPEND ("oas", "/agent", 2, "pin", "consent");
  APPEND ("a{sv}", 2, "Dictionary", "a{sv}", 2, "Path", "o", "/inner", "Inner", "b", 1, "Number", "u", 1);
  APPEND ("a{sv}", 4, "Texts", "as", 1, "one", "Path", "o", "/reader", "Path", "o", "/twice", "Other", "s", "x");
  bus_fixture_seal (fixture);
  g_assert_true (bus_options_seek (fixture->message, 65536, sought, G_N_ELEMENTS (sought)));
  g_assert_cmpstr (sought[0].text, ==, "/reader");
  g_assert_cmpstr (sought[1].text, ==, "x");
  g_assert_false (sought[2].is_given);
  g_assert_true (sought[3].is_given);
  g_assert_true (sought[4].is_given); /* of another type */
  g_assert_null (sought[4].text);
  g_assert_false (sought[5].is_given);
  g_assert_cmpint (sd_bus_message_read_basic (fixture->message, 'o', &text), >, 0);
  g_assert_cmpstr (text, ==, "/agent");
}

static void
test_seek_nothing (BusFixture *fixture, gconstpointer data)
{
  bus_fixture_seal (fixture);
  g_assert_null (seek (fixture->message, "Path", "o"));
}

/* Nobody makes the daemon search for long, nor keep much: each entry counts, even an empty one, and each character. */
static void
test_seek_among_many (BusFixture *fixture, gconstpointer data)
{
  sd_bus_message *message;

  g_assert_cmpint (sd_bus_message_open_container (fixture->message, 'a', "{sv}"), >=, 0);
  for (guint i = 0; i < 64; i++)
    APPEND ("{sv}", "", "u", i);
  APPEND ("{sv}", "Path", "o", "/late");
  g_assert_cmpint (sd_bus_message_close_container (fixture->message), >=, 0);
  message = bus_fixture_seal (fixture);
  g_assert_cmpstr (seek (message, "Path", "o"), ==, "/late");
  g_assert_false (bus_options_seek (message, 64 * 8, NULL, 0));
  g_assert_true (bus_options_seek (message, 4096, NULL, 0));
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  ADD ("all", NULL, test_all);
  ADD ("none", NULL, test_none);
  ADD ("unknown", NULL, test_unknown);
  ADD ("unknown-inside", NULL, test_unknown_inside);
  ADD ("twice", NULL, test_twice);
  for (const BusOption *option = table; option->key; option++)
    {
      g_autofree char *path = g_strconcat ("/bus-options/type/", option->key, NULL);

      g_test_add (path, BusFixture, option->key, bus_fixture_set_up, test_type, bus_fixture_tear_down);
    }
  ADD ("many-texts", NULL, test_many_texts);
  ADD ("personal-key", NULL, test_personal_key);
  ADD ("visit", NULL, test_visit);
  ADD ("visit/no-time", GUINT_TO_POINTER (0), test_visit_timeout);
  ADD ("visit/much-time", GUINT_TO_POINTER (601), test_visit_timeout);
  ADD ("visit/endless", GUINT_TO_POINTER (G_MAXUINT32), test_visit_timeout);
  ADD ("visit/check", NULL, test_visit_check);
  ADD ("seek", NULL, test_seek);
  ADD ("seek-nothing", NULL, test_seek_nothing);
  ADD ("seek-among-many", NULL, test_seek_among_many);
  return g_test_run ();
}
