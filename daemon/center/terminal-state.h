/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * terminal-state: what a terminal's share, faces and questions have shown comes in; its link, the transport's state and
 * a line of the log go out.
 */
#pragma once

#include "center/terminal-folder-private.h"

/* terminal_state_note: what the facts say is the link's state now. */
void terminal_state_note (TerminalFolder *folder);
