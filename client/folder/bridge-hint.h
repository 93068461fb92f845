/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* bridge-hint: the kernel's word that something is new in a folder, where it gives one: a hint to look at once, and
 * nothing to rely on. */
#pragma once

#include <glib.h>

typedef struct BridgeHint BridgeHint;
typedef void (*BridgeHinted) (gpointer user_data);

/* bridge_hint_new: Return: NULL: the kernel gives none here. */
BridgeHint *bridge_hint_new (const char *folder, BridgeHinted hinted, gpointer user_data);
/* bridge_hint_free: @hint may be NULL. */
void bridge_hint_free (BridgeHint *hint);
