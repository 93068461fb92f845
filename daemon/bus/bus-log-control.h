/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* bus-log-control: org.freedesktop.LogControl1 at /org/freedesktop/LogControl1: read by all, written by root. */
#pragma once

#include "bus/bus-call.h"

typedef struct BusLogControl BusLogControl;

/* bus_log_control_new: Return: NULL with FAILED. */
BusLogControl *bus_log_control_new (sd_bus *bus, BusCalls *calls, GError **error);
void bus_log_control_free (BusLogControl *control);
