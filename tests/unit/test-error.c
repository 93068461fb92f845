/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* error: names both ways, foreign errors, details. */
#include <gio/gio.h>

#include "base/error.h"

static void
test_names (void)
{
  for (guint i = 1; i < SHIKAKU_N_ERRORS; i++)
    {
      const char *name = shikaku_error_get_name (i);
      ShikakuError code = SHIKAKU_N_ERRORS;

      g_assert_true (g_dbus_is_interface_name (name)); /* error names have the same shape */
      g_assert_true (g_str_has_prefix (name, SHIKAKU_ERROR_PREFIX));
      g_assert_cmpstr (name + strlen (SHIKAKU_ERROR_PREFIX), ==, shikaku_error_get_short_name (i));
      g_assert_true (shikaku_error_lookup (name, &code));
      g_assert_cmpint (code, ==, i);
    }
  g_assert_cmpstr (shikaku_error_get_name (SHIKAKU_ERROR_PIN_INCORRECT), ==, "org.shikaku.Shikaku1.Error.PinIncorrect");
}

static void
test_lookup_unknown (void)
{
  static const char *const unknown[] = { "",
                                         "PinIncorrect",
                                         SHIKAKU_ERROR_PREFIX,
                                         SHIKAKU_ERROR_PREFIX "PinIncorrec",
                                         SHIKAKU_ERROR_PREFIX "PinIncorrectX",
                                         "org.freedesktop.DBus.Error.Failed" };
  ShikakuError code = SHIKAKU_ERROR_CANCELLED;

  for (gsize i = 0; i < G_N_ELEMENTS (unknown); i++)
    g_assert_false (shikaku_error_lookup (unknown[i], &code));
  g_assert_false (shikaku_error_lookup (NULL, &code));
  g_assert_cmpint (code, ==, SHIKAKU_ERROR_CANCELLED);
}

static void
test_adopt (void)
{
  static const struct
  {
    int foreign;
    ShikakuError adopted;
  } cases[] = { { G_IO_ERROR_CANCELLED, SHIKAKU_ERROR_CANCELLED },
                { G_IO_ERROR_TIMED_OUT, SHIKAKU_ERROR_TIMED_OUT },
                { G_IO_ERROR_BROKEN_PIPE, SHIKAKU_ERROR_FAILED } };
  GError *own = g_error_new_literal (SHIKAKU_ERROR, SHIKAKU_ERROR_NO_CARD, "no card"), *same;

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (GError) error = shikaku_error_adopt (g_error_new_literal (G_IO_ERROR, cases[i].foreign, "why"));

      g_assert_error (error, SHIKAKU_ERROR, (int)cases[i].adopted);
      g_assert_cmpstr (error->message, ==, "why");
    }

  shikaku_error_set_tries_left (own, 2);
  same = shikaku_error_adopt (own);
  g_assert_true (same == own);
  g_error_free (same);
}

static void
test_details (void)
{
  g_autoptr (GError) error = g_error_new_literal (SHIKAKU_ERROR, SHIKAKU_ERROR_PIN_INCORRECT, "wrong");
  g_autoptr (GError) copy = NULL;
  guint tries = 77, seconds = 88;

  g_assert_false (shikaku_error_get_tries_left (error, &tries));
  g_assert_false (shikaku_error_get_retry_after (error, &seconds));
  g_assert_cmpuint (tries, ==, 77);
  g_assert_cmpuint (seconds, ==, 88);

  shikaku_error_set_tries_left (error, 0);
  g_assert_true (shikaku_error_get_tries_left (error, &tries));
  g_assert_cmpuint (tries, ==, 0);
  g_assert_false (shikaku_error_get_retry_after (error, &seconds));

  shikaku_error_set_retry_after (error, 30);
  copy = g_error_copy (error);
  g_assert_true (shikaku_error_get_tries_left (copy, &tries) && shikaku_error_get_retry_after (copy, &seconds));
  g_assert_cmpuint (tries, ==, 0);
  g_assert_cmpuint (seconds, ==, 30);
}

/* What the center said goes with the error, and with its copies; only what looks like a code may be logged. */
static void
test_refusal (void)
{
  static const struct
  {
    const char *code, *plain;
  } rows[] = { { "SHK090002", "SHK090002" },
               { "XYZ", "XYZ" },
               { "SHK0900021", NULL },
               { "山田花子", NULL },
               { "A 1", NULL },
               { "", NULL },
               { NULL, NULL } };
  g_autoptr (GBytes) message = g_bytes_new_static ("{}", 2);

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr (GError) copy = NULL, error = g_error_new_literal (SHIKAKU_ERROR, SHIKAKU_ERROR_CENTER_REFUSED, "no");

      g_assert_null (shikaku_error_get_center_text (error));
      g_assert_null (shikaku_error_get_center_message (error));
      shikaku_error_set_refusal (error, "X", "x", NULL);
      shikaku_error_set_refusal (error, rows[i].code, "処理できません。", message);
      copy = g_error_copy (error);
      g_assert_cmpstr (shikaku_error_get_center_code (copy), ==, rows[i].code);
      g_assert_cmpstr (shikaku_error_get_plain_code (copy), ==, rows[i].plain);
      g_assert_cmpstr (shikaku_error_get_center_text (copy), ==, "処理できません。");
      g_assert_true (shikaku_error_get_center_message (copy) == message);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/error/names", test_names);
  g_test_add_func ("/error/lookup-unknown", test_lookup_unknown);
  g_test_add_func ("/error/adopt", test_adopt);
  g_test_add_func ("/error/details", test_details);
  g_test_add_func ("/error/refusal", test_refusal);
  return g_test_run ();
}
