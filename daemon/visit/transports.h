/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * transports: the ways to a center that this desk has, each with what it can do. A step of a visit asks here for the
 * one that can do it for this visit; no step names one. One that is unused is as good as none.
 *
 * A transport serves one reader, the whole desk (the Web API), or both (a terminal's folders). A reader's own comes
 * first.
 */
#pragma once

#include "center/transport.h"

typedef struct Transports Transports;

typedef void (*TransportsFunction) (gpointer user_data);

/*
 * transports_new: @changed: what transports_get_state, transports_get_credential_expires, transports_are_behind or
 * the link of the settings tells is new.
 */
Transports *transports_new (TransportsFunction changed, gpointer user_data);
/* transports_free: and every transport in it. */
void transports_free (Transports *transports);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Transports, transports_free)

/*
 * transports_add: @transport: (transfer full). @reader: object path of the reader that it serves; NULL: the desk.
 * _terminal: it serves @reader first, and the desk too.
 */
void transports_add (Transports *transports, Transport *transport, const char *reader);
void transports_add_terminal (Transports *transports, Transport *transport, const char *reader);

/* transports_find: who has @ability for a visit at @reader (object path). Return: (transfer none), or NULL: nobody. */
Transport *transports_find (Transports *transports, TransportAbility ability, const char *reader);

/* transports_prepare: a card came into @reader. transports_reset: the machine has slept. */
void transports_prepare (Transports *transports, const char *reader);
void transports_reset (Transports *transports);

/*
 * What they have in common, for who shows the desk: the worst state and the worst of each link (of equal ones the first
 * added), and the first end of a credential (microseconds since the epoch, 0: not known). Where the Web API is in use,
 * a terminal's state and links are its own (transports_get_terminal).
 */
TransportState transports_get_state (Transports *transports);
ShikakuCause transports_get_cause (Transports *transports); /* of that state */
const TransportLinkStatus *transports_get_link (Transports *transports, TransportLink link);
/* transports_get_terminal: the terminal of number @index, from 0, as added; NULL: there are no more. */
const Transport *transports_get_terminal (Transports *transports, guint index);
gint64 transports_get_credential_expires (Transports *transports);
/* transports_are_behind: whether what one of them uses is not what was given last. */
gboolean transports_are_behind (Transports *transports);

/* transports_get_clock: the center's clock when one of them heard of it last; all 0: never. */
TransportClock transports_get_clock (Transports *transports);

/*
 * transports_find_noted_way: the way to a center that is to be kept, or NULL: none is new. transports_set_way: what was
 * kept is told to all.
 */
TransportWay *transports_find_noted_way (Transports *transports);
void transports_set_way (Transports *transports, const TransportWay *way);

/* transports_examine: each walks its links now; then @callback, maybe before this returns. */
void transports_examine (Transports *transports, GCancellable *cancellable, TransportsFunction callback,
                         gpointer user_data);
