/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * bus-loop: an sd_event as one GSource of the GLib main context, so that sd-bus and GLib share one loop.
 *
 * prepare() answers FALSE unless the sd_event is INITIAL (never while ARMED): GLib may call it twice when another thread
 * adds a source. Also dispatches what a synchronous call has left in sd-bus's queue.
 */
#pragma once

#include <glib.h>
#include <systemd/sd-event.h>

/* bus_loop_attach: @event stays referenced by the source. Return: the source's id in @context (NULL: the default). */
guint bus_loop_attach (sd_event *event, GMainContext *context);
