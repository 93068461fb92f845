/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* station-settings: what was given last and is not in use, from each place where that may be. */
#include "fake-desk.h"

#include "visit/station-diagnose.h"
#include "visit/station-settings.h"

static void
assert_settings (FakeDesk *desk, const char *state, const char *reason)
{
  g_auto (StationSettingsState) settings = station_get_settings (desk->station);

  g_assert_cmpstr (settings.state, ==, state);
  g_assert_cmpstr (settings.reason, ==, reason);
  g_assert_cmpint (settings.since != 0, ==, reason != NULL);
}

static void
test_in_use (void)
{
  g_autoptr (FakeDesk) desk = fake_desk_new (NULL, 3, FAKE_RETENTION);

  assert_settings (desk, "in-use", NULL);
  transport_note_settings (&desk->center->transport, TRUE, NULL);
  assert_settings (desk, "in-use", NULL);
}

/* What is tried is not known yet; what waits is tried again; what was refused stays so until others work. */
static void
test_center (void)
{
  g_autoptr (FakeDesk) desk = fake_desk_new (NULL, 3, FAKE_RETENTION);
  Transport *transport = &desk->center->transport;
  g_autoptr (GError) away = g_error_new (SHIKAKU_ERROR, SHIKAKU_ERROR_CENTER_UNREACHABLE, "away (new.pem)");
  g_autoptr (GError) refused = g_error_new (SHIKAKU_ERROR, SHIKAKU_ERROR_CENTER_REFUSED, "refused (new.pem)");

  transport_note_settings (transport, FALSE, NULL);
  assert_settings (desk, "in-use", NULL);
  transport_note_settings (transport, FALSE, away);
  assert_settings (desk, "waiting", "away (new.pem)");
  transport_note_settings (transport, FALSE, refused);
  assert_settings (desk, "refused", "refused (new.pem)");
  transport_note_settings (transport, FALSE, NULL); /* others are tried */
  assert_settings (desk, "refused", "refused (new.pem)");
  g_assert_cmpstr (station_get_center (desk->station), ==, "unknown"); /* it is as it was */
  transport_note_settings (transport, TRUE, NULL);
  assert_settings (desk, "in-use", NULL);
}

static void
test_several (void)
{
  g_autoptr (FakeDesk) desk = fake_desk_new (NULL, 3, FAKE_RETENTION);
  g_autoptr (GError) away = g_error_new (SHIKAKU_ERROR, SHIKAKU_ERROR_CENTER_BUSY, "busy (new.pem)");

  station_note_configuration (desk->station, "shikakud.conf:3: no key Colour");
  assert_settings (desk, "refused", "shikakud.conf:3: no key Colour");
  transport_note_settings (&desk->center->transport, FALSE, away);
  assert_settings (desk, "refused", "shikakud.conf:3: no key Colour; busy (new.pem)");
  station_settings_note_authorities (desk->station, "card-ca.pem: is it PEM?");
  assert_settings (desk, "refused", "shikakud.conf:3: no key Colour; card-ca.pem: is it PEM?; busy (new.pem)");
  station_note_configuration (desk->station, NULL);
  station_settings_note_authorities (desk->station, NULL);
  assert_settings (desk, "waiting", "busy (new.pem)");
  transport_note_settings (&desk->center->transport, TRUE, NULL);
  assert_settings (desk, "in-use", NULL);
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/station-settings/in-use", test_in_use);
  g_test_add_func ("/station-settings/center", test_center);
  g_test_add_func ("/station-settings/several", test_several);
  return g_test_run ();
}
