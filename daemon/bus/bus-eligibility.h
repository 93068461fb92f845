/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * bus-eligibility: the answer as the dictionary of the contract, written straight into a message. What the center
 * did not send is absent. Return of all: negative errno of sd-bus.
 */
#pragma once

#include <systemd/sd-bus.h>

#include "visit/consent.h"
#include "visit/eligibility.h"

/* bus_eligibility_append: the entries, into an a{sv} that is already open. */
int bus_eligibility_append (sd_bus_message *message, const Eligibility *eligibility);

/*
 * bus_consents_append: an a{sa{sv}} of @consents (of Consent): those that were answered, or could not be asked; and
 * likewise @registration, of the card, or NULL.
 */
int bus_consents_append (sd_bus_message *message, const GArray *consents, const Consent *registration);

/* bus_refusal_append: Code and Message, as far as the center gave them when it refused with @error. */
int bus_refusal_append (sd_bus_message *message, const GError *error);
