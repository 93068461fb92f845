/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * orca-care: the jobs by which ORCA gets a list of who has consented to home or online care: the center is asked to
 * make one; its number is kept, and told to ORCA: no other is made from then on; the list is fetched by it, and kept in
 * parts; each part is posted once. In: jobs. Out: posts, further jobs, and what staff are told.
 */
#pragma once

#include "client/orca/orca-work.h"

void orca_care_ask (OrcaWork *work, const OrcaJob *job);
void orca_care_tell_reception (OrcaWork *work, const OrcaJob *job);
void orca_care_fetch (OrcaWork *work, const OrcaJob *job);

/*
 * orca_care_post: ORCA stores what it gets as often as it gets it: a post that was begun and has no end is not made
 * again: staff are told, and look.
 */
void orca_care_post (OrcaWork *work, const OrcaJob *job);
