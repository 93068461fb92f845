/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * bus-pin-pipe: four digits out of a pipe, and nothing else. In: what an agent writes. Out: a secret, or a refusal.
 *
 * Exactly four ASCII digits and then the end of the pipe are a PIN. A fifth byte, an early end, anything but
 * digits: no.
 */
#pragma once

#include "base/secret.h"

#define BUS_PIN_LENGTH 4

typedef struct BusPinPipe BusPinPipe;

/* BusPinPipeDone: called once, from the main loop. @pin: (transfer full); NULL: refused. */
typedef void (*BusPinPipeDone) (Secret *pin, gpointer user_data);

/* bus_pin_pipe_new: @ret_write_end is for the agent; close the own copy at once. Return: NULL with FAILED. */
BusPinPipe *bus_pin_pipe_new (int *ret_write_end, BusPinPipeDone done, gpointer user_data, GError **error);

/* bus_pin_pipe_free: erases what was read; does not call back. May be called from the callback. */
void bus_pin_pipe_free (BusPinPipe *pipe);
