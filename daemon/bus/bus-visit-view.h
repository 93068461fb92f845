/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * bus-visit-view: what a visit shows. In: a visit. Out: its properties, and the signals InterfacesAdded,
 * PropertiesChanged, Finished and InterfacesRemoved, each with the owner as destination: nothing of a visit is
 * broadcast.
 */
#pragma once

#include <systemd/sd-bus.h>

#include "visit/visit.h"

#define BUS_VISIT_VERSION 1 /* of its interface */

/* What the owner was told last. Texts are static, but for the method. */
typedef struct
{
  const char *state, *answer, *error;
  char *method;
  gboolean agent_is_caller;
  gint64 expires;
} BusVisitView;

/* bus_visit_view_start: takes what @visit shows now as told: the owner asks for it first. */
void bus_visit_view_start (BusVisitView *view, Visit *visit);
void bus_visit_view_clear (BusVisitView *view);

/* bus_visit_view_append_property: the value of @visit's property @name. Return: negative errno of sd-bus. */
int bus_visit_view_append_property (sd_bus_message *message, const char *name, Visit *visit);

/* bus_visit_view_append_outcome: entries of how a finished visit has ended: State, Details; Error and ErrorMessage. */
int bus_visit_view_append_outcome (sd_bus_message *message, Visit *visit);

/* bus_visit_view_tell_changes: one PropertiesChanged with all that changed since the last; none if nothing did. */
void bus_visit_view_tell_changes (BusVisitView *view, sd_bus *bus, Visit *visit);

void bus_visit_view_tell_finished (sd_bus *bus, Visit *visit);

/* bus_visit_view_tell_added, bus_visit_view_tell_removed: of ObjectManager: it is there, or not any more. */
void bus_visit_view_tell_added (sd_bus *bus, Visit *visit);
void bus_visit_view_tell_removed (sd_bus *bus, Visit *visit);
