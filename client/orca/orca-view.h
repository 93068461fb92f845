/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * orca-view: what the command line shows of the state, and the one thing that it changes. In: the store, the spool
 * folder. Out: lines, or JSON. The names of patients are read out of the files that still lie there, and kept
 * nowhere.
 */
#pragma once

#include "client/orca/orca-settings.h"
#include "client/orca/orca-store.h"

/* orca_view_status: how much of what there is. orca_view_pending: what waits for a person. FALSE with an error. */
gboolean orca_view_status (OrcaStore *store, gboolean is_json, GError **error);
gboolean orca_view_pending (OrcaStore *store, const OrcaSettings *settings, gboolean is_json, GError **error);
