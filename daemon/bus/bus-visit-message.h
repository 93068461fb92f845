/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * bus-visit-message: GetMessage and GetMessageBytes of a visit. In: a call. Out: the center's own message, byte for
 * byte as received: in a sealed file, or in the reply.
 */
#pragma once

#include "bus/bus-call.h"
#include "bus/bus-descriptors.h"
#include "visit/visit.h"

/* Two methods. @call: (transfer full). */
void bus_visit_message_give_file (BusDescriptors *descriptors, BusCall *call, Visit *visit);
void bus_visit_message_give_bytes (BusCall *call, Visit *visit);
