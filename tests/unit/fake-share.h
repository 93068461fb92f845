/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * fake-share: the folders of a terminal in place of the real ones, for a test of the rooms above them: it stands for
 * all of center/folder-share. In: requests, and what the test says becomes of them. Out: answers and faces, when the
 * test says, from the main loop.
 */
#pragma once

#include "base/error.h"
#include "center/folder-share.h"

extern struct FakeShare
{
  guint opened, open;       /* shares since the start of the test; now */
  FolderShareStatus status; /* as the test likes; the next one gets it when it is told */
  GString *disposed;        /* "delete NAME\n", "aside NAME\n", "keep NAME\n" */
} fake_share;

/* fake_share_clear: at the beginning of a test. */
void fake_share_clear (void);

/* fake_share_await: until a request lies there. Return: its name, which lives until it ends. */
const char *fake_share_await (void);
/* fake_share_count: how many requests lie there. */
guint fake_share_count (void);
/* fake_share_get_request: the bytes of the first one. */
GBytes *fake_share_get_request (void);

/* They end the first one: with an answer of these bytes, or as @outcome, with @error. */
void fake_share_answer (FolderExtension extension, const void *data, gsize size);
void fake_share_end (FolderShareOutcome outcome, ShikakuError error);

/* fake_share_bring: a face file. fake_share_tell: that the status is another one. */
void fake_share_bring (const char *name, const void *data, gsize size, gboolean is_complete);
void fake_share_tell (void);
