/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * folder-mount: how a folder of another machine is mounted here. In: what the kernel says of mounts. Out: whether a
 * file that is still written there can be read old here, for as long as it is looked at. Pure, but for the reading.
 *
 * cifs keeps a file open for a moment after it was closed, and believes what it read of it meanwhile, unless it is
 * mounted with nolease or cache=none (measured; data/doc/terminal.md).
 */
#pragma once

#include <glib.h>
#include <sys/types.h>

/* folder_mount_is_cached: @mounts: as /proc/self/mountinfo. @device: st_dev of the folder. */
gboolean folder_mount_is_cached (const char *mounts, dev_t device);

/* folder_mount_look: of the open @folder. */
gboolean folder_mount_look (int folder);
