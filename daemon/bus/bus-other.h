/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * bus-other: what the center sent under its own names. Elements of its message come in; entries of an a{sv} go out: a
 * text as s, an element with elements as a{sv}, several of one name as as or aa{sv}. How deep and how much that can be
 * is bounded where the message is read (center/field-place). Return of both: negative errno of sd-bus.
 */
#pragma once

#include <systemd/sd-bus.h>

#include "center/qualification.h"

/* bus_other_append: the entry Other, into an a{sv} that is open. @others: NULL: there is none, and no entry. */
int bus_other_append (sd_bus_message *message, const QualificationOthers *others);

/* bus_other_append_children: an a{sv} of all that @node holds. */
int bus_other_append_children (sd_bus_message *message, const Message *node);
