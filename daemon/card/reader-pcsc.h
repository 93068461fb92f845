/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* reader-pcsc: a reader of pcscd. With reader-monitor the only room that knows winscard.h. */
#pragma once

#include <winscard.h>

#include "card/reader.h"

/*
 * reader_pcsc_establish: a context, or PC/SC's error. The library says that the service does not let us in also of one
 * that ends while it is asked: so it is asked once more.
 */
LONG reader_pcsc_establish (SCARDCONTEXT *ret_context);

/* reader_pcsc_new: @name as SCardListReaders gave it. Opens its own context at connect, so that it outlives pcscd. */
Reader *reader_pcsc_new (const char *name);
