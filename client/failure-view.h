/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* failure-view: why a visit has failed, for people: the sentence, and what is known beside it. */
#pragma once

#include <gio/gio.h>

#include "client/page.h"

/* failure_view_make: @failure: as VisitObserver.failed has it. @columns: as of page_new(). Return: (transfer full). */
Page *failure_view_make (GVariant *failure, guint columns);
