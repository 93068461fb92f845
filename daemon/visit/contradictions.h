/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * contradictions: whether the parts of an answer fit together. What the center sent comes in; remarks go out. The
 * answer itself stays the center's word (data/doc/messages.md, "Remarks"). Pure.
 */
#pragma once

#include "center/qualification.h"

/* contradictions_find: those of @qualification, without the remarks that it brings itself. */
Remarks contradictions_find (const Qualification *qualification);
