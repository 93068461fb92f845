/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * bridge-name: what the files of a receipt computer's folders are called: PREFIXreq_SUFFIX.xml and
 * PREFIXres_SUFFIX.xml or .pdf, as codec/folder-name reads them. A name comes in; what it asks
 * for and the names that belong to it go out. Pure.
 */
#pragma once

#include <glib.h>

/* What a request asks for. */
typedef enum
{
  BRIDGE_CHECK,      /* OQSsiquc01: eligibility by number */
  BRIDGE_REFERENCE,  /* OQSsiimm01: the institution's own number of a patient */
  BRIDGE_WITHDRAWAL, /* OQSsihvd01: the end of consents of home and online care */
  BRIDGE_DRUG,       /* YZKsiquc01: medicines and treatments */
  BRIDGE_CHECKUP,    /* TKKsiquc01: check-ups */
  BRIDGE_OTHER,      /* a request of the field's that is none of these: nobody answers it here but by an error */
  BRIDGE_N_KINDS
} BridgeKind;

/* bridge_kind_to_prefix: "OQSsiquc01", static; of OTHER "other". It holds nothing of a patient, and may be logged. */
const char *bridge_kind_to_prefix (BridgeKind kind);

/*
 * bridge_name_read_request: whether @name is a request's; one that is a zip, which nobody here opens, is answered too,
 * by an error. *ret_answer: the exact name of its answer without an
 * extension (transfer full): the field's receipt computers find it by that alone.
 */
gboolean bridge_name_read_request (const char *name, BridgeKind *ret_kind, char **ret_answer);

/* bridge_name_is_face, bridge_name_is_answer: of an answer that nobody asked for; of any other answer. */
gboolean bridge_name_is_face (const char *name);
gboolean bridge_name_is_answer (const char *name);

/*
 * bridge_name_make_part: what a file is called until it is whole: no receipt computer looks for such a name.
 * bridge_name_find_whole: of such a name the file's own, within @part; NULL: it is not one of ours.
 * Both (transfer full).
 */
char *bridge_name_make_part (const char *name);
char *bridge_name_find_whole (const char *part);
