/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * bus-error: the errors of the daemon as errors of the bus, and back.
 *
 * In: a GError of any domain, or the error reply of an agent. Out: a name of the contract, never a foreign one:
 * what is not ours leaves as Failed with a text of our own.
 */
#pragma once

#include <systemd/sd-bus.h>

#include "base/error.h"

G_DEFINE_AUTOPTR_CLEANUP_FUNC (sd_bus_message, sd_bus_message_unref)

/* bus_error_set: fills @ret from @error. Return: negative errno, as sd-bus handlers return it. */
int bus_error_set (sd_bus_error *ret, const GError *error);

/* bus_error_reply: answers @call with @error. */
void bus_error_reply (sd_bus_message *call, const GError *error);

/*
 * bus_error_check: what @result, the negative errno of an sd-bus function, means here. The text names @doing only.
 * Return: TRUE if @result is not negative, else FALSE with FAILED.
 */
gboolean bus_error_check (int result, const char *doing, GError **error);
