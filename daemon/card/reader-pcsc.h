/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* reader-pcsc: a reader of pcscd. With reader-monitor the only file that includes winscard.h. */
#pragma once

#include "card/reader.h"

/* reader_pcsc_new: @name as SCardListReaders gave it. Opens its own context at connect, so that it outlives pcscd. */
Reader *reader_pcsc_new (const char *name);
