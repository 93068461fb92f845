/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * bus-loop: a connection to the bus as one GSource of the GLib main context. In: its socket and its time limits. Out:
 * one message dispatched each turn, so that what else is ready has its turn too.
 *
 * GLib may prepare it twice before it checks, when another thread adds a source or a more urgent source is ready: it
 * looks at the connection anew each time, so that nothing is missed that was sent or planned in between.
 */
#pragma once

#include <glib.h>
#include <systemd/sd-bus.h>

/* bus_loop_attach: @bus stays referenced by the source. Return: the source's id in @context (NULL: the default). */
guint bus_loop_attach (sd_bus *bus, GMainContext *context);
