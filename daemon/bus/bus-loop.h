/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * bus-loop: an sd_event as one GSource of the GLib main context, so that sd-bus and GLib share one loop.
 *
 * prepare() never prepares an sd_event that is ARMED (it would answer EBUSY): GLib may call it twice before it
 * checks, when another thread adds a source or a more urgent source is ready. What a synchronous call has left in
 * sd-bus's queue is dispatched too, since sd_event knows of it.
 */
#pragma once

#include <glib.h>
#include <systemd/sd-event.h>

/* bus_loop_attach: @event stays referenced by the source. Return: the source's id in @context (NULL: the default). */
guint bus_loop_attach (sd_event *event, GMainContext *context);
