/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * orca-list: lists of who has consented to home or online care. In: what ORCA asks for, and the center's list, which
 * may be larger than a tree can be. Out: parts that can be kept, and posts for ORCA. Pure.
 */
#pragma once

#include "client/orca/orca-part.h"

#define ORCA_LIST_PEOPLE_MAXIMUM 200 /* of a post */
#define ORCA_LIST_RESULTS_MAXIMUM 2  /* insurances of a person that ORCA takes */
#define ORCA_LIST_TICKETS_MAXIMUM 4  /* medical tickets of one */

/*
 * orca_list_read_question: the list that an "onlinequaappres1" asks for: Identifier, Institution, Treatment, From and
 * To (YYYYMMDD). Return: (transfer full); NULL: it asks for none.
 */
OrcaPart *orca_list_read_question (JsonObject *answer);

/*
 * orca_list_split: @document, the center's list of what @part asks for, with its ReceptionNumber: parts of
 * @maximum people each; one without people where nobody has consented. *ret_cut: how many insurances and tickets ORCA
 * will not take. Return: (transfer full) of OrcaPart, or NULL with an error of G_IO_ERROR: it is no list, or for
 * another institution than ORCA's.
 */
GPtrArray *orca_list_split (GBytes *document, JsonObject *part, guint maximum, guint *ret_cut, GError **error);

/* orca_list_make_post: the records for onlinequaapp3 of one such part: one a person. Return: (transfer full). */
JsonArray *orca_list_make_post (JsonObject *part);

/* orca_list_has_people: whether there is anybody in it. */
gboolean orca_list_has_people (JsonObject *part);
