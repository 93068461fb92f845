/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * settings-check: whether what a configuration names is there and is what it should be. In: a configuration whose
 * values are right by themselves. Out: lines of the log. It asks no bus, no card, no token and no center.
 */
#pragma once

#include "base/configuration.h"

/*
 * settings_check: logs what is wrong, by file and line, and notes what is not set up yet. Return: FALSE if something is
 * wrong: a file that was named and cannot be read, or any that is not what it should be.
 */
gboolean settings_check (const Configuration *configuration);
