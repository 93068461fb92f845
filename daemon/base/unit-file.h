/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * unit-file: whether another service of this machine can be started at all, as the files of its systemd unit say. In: a
 * unit's name. Out: whether it is there, masked, or missing. Nobody is asked: it can be looked at while all else stands
 * still.
 */
#pragma once

typedef enum
{
  UNIT_FILE_UNKNOWN, /* no systemd runs here */
  UNIT_FILE_PRESENT,
  UNIT_FILE_MASKED,  /* an administrator has said that it is not to run */
  UNIT_FILE_MISSING, /* not installed */
} UnitFileState;

/* unit_file_look: @unit: such as "pcscd.socket". */
UnitFileState unit_file_look (const char *unit);
