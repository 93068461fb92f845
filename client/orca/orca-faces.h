/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * orca-faces: face results, which the daemon lays into the spool folder, are posted to ORCA. In: files. Out: posts,
 * and what ORCA wants for the patient then. ORCA takes each post for another patient at the desk: so a ledger says,
 * by the digest of each file, that it is about to be posted, before, and what came of it, after. What was begun and
 * has no end a person decides; a file is deleted when its end is durable.
 */
#pragma once

#include "client/orca/orca-work.h"

/*
 * orca_faces_start: what was being posted when the program ended is unknown from now on; and at the first start
 * whatever lies there.
 */
void orca_faces_start (OrcaWork *work);

/* orca_faces_do: looks through the folder, and posts what may be posted. Return: whether anything was done. */
gboolean orca_faces_do (OrcaWork *work);

/*
 * orca_faces_read: a regular file, of no more than a message may have. Return: (transfer full); NULL: it is none, or
 * gone.
 */
GBytes *orca_faces_read (const char *path);

/* orca_faces_is_name: whether a file of this name is a face result. Pure. */
gboolean orca_faces_is_name (const char *name);
