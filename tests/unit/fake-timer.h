/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * fake-timer: the timers of a test program that is linked with timer_wraps (meson.build) never come by themselves,
 * however slow the machine is: the test says how much time goes by. GLib's monotonic clock, where it is wrapped too,
 * says the same, and a pause that is drawn by lot is as long as it may be. In: orders of the test. Out: timers whose
 * time has come.
 */
#pragma once

#include <glib.h>

/*
 * fake_timers_pass: so much time goes by: every running timer whose time that is (those of 0 come by themselves) is
 * called by the main loop. Return: how many.
 */
guint fake_timers_pass (guint milliseconds);
