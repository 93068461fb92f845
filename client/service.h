/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* service: why the daemon is away, as the service manager knows it, in a sentence for people. */
#pragma once

#include <gio/gio.h>

typedef struct Service Service;

/*
 * @sentence: why the daemon does not come, and what to do. @failed: it tried to run and could not, so that it will not
 * come back by itself.
 */
typedef void (*ServiceTold) (const char *sentence, gboolean failed, gpointer user_data);

Service *service_new (GDBusConnection *connection, ServiceTold told, gpointer user_data);
void service_free (Service *service);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Service, service_free)

/*
 * service_look: the daemon is away: asks why. @start: and has it started if it rests. @told follows unless it is on its
 * way: then as soon as that fails.
 */
void service_look (Service *service, gboolean start);

/* service_describe: how it stood last. Return: as @sentence (transfer full). */
char *service_describe (Service *service);
