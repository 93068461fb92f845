/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* invented-reply: an answer of the center as large as the field's usual ones, about 5 kB; nobody in it exists. */
#pragma once

#include "codec/message.h"

/* invented_reply_new: Return: (transfer full). */
Message *invented_reply_new (void);
