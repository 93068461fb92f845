/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * receipt-page: a receipt for the patient, in the patient's language. In: a receipt. Out: plain text, or one page of
 * HTML that needs nothing else and prints on A5. (transfer full)
 */
#pragma once

#include "client/receipt.h"

char *receipt_page_make_text (const Receipt *receipt);
char *receipt_page_make_html (const Receipt *receipt);
