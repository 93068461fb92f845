/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * metrics: the statistics and the state of the desk as a text file for monitoring: OpenMetrics, kept to what the
 * Prometheus text format reads too (node-exporter's textfile collector). Nothing in it tells of a person.
 */
#pragma once

#include "visit/station.h"

typedef struct Metrics Metrics;

/*
 * metrics_new: writes @path a second after the start and then, as long as things change, every 15 seconds; while
 * nothing does, nothing runs. The file is replaced as a whole. Its group may read it, which is that of its folder where
 * the folder has the set-group-ID bit; others may not: with a visit under way they would see one patient's outcome.
 * That it cannot be written is logged once. @station must outlive it.
 */
Metrics *metrics_new (Station *station, const char *path);

/* metrics_free: writes the last one, which says that the daemon is down. */
void metrics_free (Metrics *metrics);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Metrics, metrics_free)

/* metrics_configure: another file from now on; the old one goes away. */
void metrics_configure (Metrics *metrics, const char *path);

/* metrics_format: the text. @up: 1 while the daemon is at work. Return: (transfer full). */
char *metrics_format (Station *station, guint up);
