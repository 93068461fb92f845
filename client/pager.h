/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * pager: shows a page in the person's pager where standard output is a terminal that it does not fit, else prints it.
 * The pager is $SHIKAKU_PAGER, $PAGER or less, in this order; empty, or cat: none.
 */
#pragma once

#include "client/page.h"

/* pager_show: returns when the person has read it. The terminal is the pager's meanwhile. */
void pager_show (const Page *page);
