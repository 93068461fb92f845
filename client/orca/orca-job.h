/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * orca-job: what ORCA wants is asked of the daemon, and what the center says is posted to ORCA. In: jobs of the
 * store. Out: calls on the bus, posts, and how each job ends. A job that was interrupted anywhere is done once more:
 * ORCA finds its own row again by the identifier, and what it had before is replaced.
 */
#pragma once

#include "client/orca/orca-work.h"

/* orca_job_do: the most urgent that is due. Return: whether there was one. */
gboolean orca_job_do (OrcaWork *work);
