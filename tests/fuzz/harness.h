/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * harness: what each fuzz-<target>.c defines. It aborts where the code breaks its word; it frees what it makes. Its
 * name is libFuzzer's.
 */
#pragma once

#include <glib.h>
#include <stddef.h>
#include <stdint.h>

int LLVMFuzzerTestOneInput (const uint8_t *data, size_t size);
