/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * fake-timer: the timers of a test program that is linked with timer_wraps (meson.build) never come by themselves,
 * however slow the machine is: the test says when. In: orders of the test. Out: timers whose time has come.
 */
#pragma once

#include <glib.h>

/*
 * fake_timers_expire: the time of every running timer that was set for at most @milliseconds (and more than 0, which
 * comes by itself) has come; they are called by the main loop. Return: how many.
 */
guint fake_timers_expire (guint milliseconds);
