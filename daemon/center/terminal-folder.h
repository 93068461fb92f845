/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * terminal-folder: the transport over the folders of the field's official terminal: its link program takes request
 * files and writes the answers, its face reader writes what nobody has asked for. It asks by number, registers
 * reference numbers, fetches records and withdraws consents of home and online care, where the folders for it are set
 * up, and brings arrivals where the faces' folder is.
 *
 * Nothing is sent twice: a question that nobody has taken is taken back (CENTER_UNREACHABLE); one that was taken, and
 * not answered in time, may have been worked on (TIMED_OUT). An answer is for its request alone: by its file's name,
 * its institution and its identifier.
 */
#pragma once

#include "center/terminal-settings.h"
#include "center/transport.h"

/* terminal_folder_new: @settings: borrowed for the call. Return: (transfer full). */
Transport *terminal_folder_new (const TerminalSettings *settings);

/*
 * terminal_folder_configure: other settings, of the same name, which are used as soon as nothing is under way; what is
 * the same stays as it is. NULL: this terminal is not set up any more.
 */
void terminal_folder_configure (Transport *transport, const TerminalSettings *settings);
