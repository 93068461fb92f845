/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* settings: every key of the configuration file, its type and its default. The one place that knows them all. */
#pragma once

#include "base/configuration.h"
#include "center/terminal-settings.h"
#include "center/web-api.h"
#include "visit/ledger-anchor.h"
#include "visit/station.h"

/*
 * settings_load: reads @path, or SHIKAKU_CONFIGURATION_FILE if it is NULL, and its drop-ins. The installed file may be
 * missing (everything has its default then); one that was asked for by name may not. Where $CREDENTIALS_DIRECTORY
 * (systemd.exec(5)) holds a file of the credential's name, that is the default.
 */
Configuration *settings_load (const char *path, GError **error);

/* settings_get_ledger_origin: how a new ledger's name begins; NULL: not said. _retention: of its entries, in days. */
const char *settings_get_ledger_origin (const Configuration *configuration);
guint settings_get_ledger_retention (const Configuration *configuration);

/* What each floor is given; the texts live as long as @configuration. */
WebApiSettings settings_get_web_api (const Configuration *configuration);
/*
 * settings_list_terminals: the group of each. (transfer full), ended by NULL. settings_get_terminal: of @group.
 * @copies_state, @runtime: folders of our own, borrowed.
 */
char **settings_list_terminals (const Configuration *configuration);
TerminalSettings settings_get_terminal (const Configuration *configuration, const char *group, const char *copies_state,
                                        const char *runtime);
/* settings_get_terminal_name: of [Terminal] "Terminal", of [Terminal NAME] "NAME". Borrowed. */
const char *settings_get_terminal_name (const char *group);
/* settings_has_center: whether the Web API is to be used: a desk that has terminals may do without. */
gboolean settings_has_center (const Configuration *configuration);
StationSettings settings_get_station (const Configuration *configuration);
LedgerAnchorSettings settings_get_anchors (const Configuration *configuration);
const char *settings_get_codes_folder (const Configuration *configuration);
const char *settings_get_metrics_file (const Configuration *configuration);

/* settings_get_credentials_directory: where the service manager hands over credentials; NULL: it does not. Static. */
const char *settings_get_credentials_directory (void);

/*
 * settings_get_runtime_directory: where what must not survive lies: $RUNTIME_DIRECTORY (systemd.exec(5)), else the
 * folder for temporary files. (transfer full)
 */
char *settings_get_runtime_directory (void);

/*
 * settings_get_state_directory: where what must survive lies: $STATE_DIRECTORY (systemd.exec(5)), else the one that the
 * build names. No key of the configuration. (transfer full)
 */
char *settings_get_state_directory (void);
