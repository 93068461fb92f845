/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* invented-records: documents of records with every element that the field is known to send; nobody in them exists. */
#pragma once

#include <glib.h>

/*
 * invented_records_medicines: receipts, prescriptions and dispensings of @n_months months from 202109 on; each medicine
 * is in all three. invented_records_checkups: @n check-ups, one a year. Return: (transfer full), UTF-8.
 */
char *invented_records_medicines (guint n_months);
char *invented_records_checkups (guint n);

/* invented_records_refusal: of the center, with @code. (transfer full) */
char *invented_records_refusal (const char *code);

/* invented_records_to_cp932: the same in Shift_JIS, and calling itself so. (transfer full), *ret_size: bytes. */
char *invented_records_to_cp932 (const char *document, gsize *ret_size);

/* invented_records_keep: a descriptor with @data; the caller closes it. */
int invented_records_keep (const char *data, gsize size);
