/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* bus-error: our names go out, and nobody else's. */
#include <gio/gio.h>

#include "bus/bus-error.h"

static void
test_every_error (void)
{
  for (guint code = 1; code < SHIKAKU_N_ERRORS; code++)
    {
      g_autoptr (GError) error = g_error_new (SHIKAKU_ERROR, (int)code, "text of %u", code);
      sd_bus_error reply = SD_BUS_ERROR_NULL;

      g_assert_cmpint (bus_error_set (&reply, error), <, 0);
      g_assert_cmpstr (reply.name, ==, shikaku_error_get_name (code));
      g_assert_cmpstr (reply.message, ==, error->message);
      sd_bus_error_free (&reply);
    }
}

static void
test_foreign (void)
{
  g_autoptr (GError) error = g_error_new_literal (G_IO_ERROR, G_IO_ERROR_NOT_FOUND, "/secret/path of 山田");
  sd_bus_error reply = SD_BUS_ERROR_NULL;

  bus_error_set (&reply, error);
  g_assert_cmpstr (reply.name, ==, SHIKAKU_ERROR_PREFIX "Failed");
  g_assert_null (strstr (reply.message, "secret"));
  sd_bus_error_free (&reply);
}

static void
test_result (void)
{
  g_autoptr (GError) error = NULL;

  g_assert_true (bus_error_check (0, "Doing", &error));
  g_assert_true (bus_error_check (7, "Doing", &error));
  g_assert_no_error (error);
  g_assert_false (bus_error_check (-ENOTCONN, "Doing", &error));
  g_assert_error (error, SHIKAKU_ERROR, SHIKAKU_ERROR_FAILED);
  g_assert_true (g_str_has_prefix (error->message, "Doing: "));
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/bus-error/every-error", test_every_error);
  g_test_add_func ("/bus-error/foreign", test_foreign);
  g_test_add_func ("/bus-error/result", test_result);
  return g_test_run ();
}
