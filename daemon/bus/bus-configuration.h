/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * bus-configuration: what Manager.GetConfiguration answers. In: the configuration that is in force, whatever its keys
 * are. Out: aa{sv}.
 */
#pragma once

#include <systemd/sd-bus.h>

#include "base/configuration.h"

/* bus_configuration_append: Return: negative if @message could not be filled. */
int bus_configuration_append (sd_bus_message *message, const Configuration *configuration);
