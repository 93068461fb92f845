/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* terminal-state: see the header. */
#include "center/terminal-state.h"

#include "base/error.h"
#include "base/log.h"
#include "base/message-ids.h"

static void
gather_facts (TerminalFolder *folder)
{
  const gint64 now = g_get_real_time ();
  TerminalFacts *facts = &folder->facts;
  TerminalFacesStatus faces;

  folder_share_get_status (folder->share, &facts->share);
  terminal_faces_get_status (folder->faces, &faces);
  facts->asks = folder->setup->asks;
  terminal_count_set (&facts->vanished, facts->share.vanished, now);
  terminal_count_set (&facts->late, facts->share.late, now);
  terminal_count_set (&facts->unreadable, faces.unreadable + folder->unreadable_answers.count, now);
  facts->has_method = terminal_archive_get_weakest (folder->setup->archive, &facts->weakest);
  facts->copies_waiting = faces.copies_waiting;
  facts->copies_detail = faces.copies_detail;
  facts->shut = faces.shut;
  facts->shut_detail = faces.shut_detail;
  facts->face_password_refused = faces.password_refused;
}

static void
log_link (TerminalFolder *folder, TransportLinkState before)
{
  const TransportLinkStatus *status = &folder->transport.links[TRANSPORT_LINK_TERMINAL];

  if (status->state == TRANSPORT_LINK_FAILED && before != TRANSPORT_LINK_FAILED)
    log_write (LOG_WARNING, SHIKAKU_MESSAGE_TERMINAL_FAILED, NULL, "terminal %s: %s: %s", folder->name,
               shikaku_cause_get_word (status->cause), status->detail);
  else if (before == TRANSPORT_LINK_FAILED && status->state != TRANSPORT_LINK_FAILED)
    log_write (LOG_NOTICE, SHIKAKU_MESSAGE_TERMINAL_FOUND, NULL, "terminal %s: it can be used again", folder->name);
}

void
terminal_state_note (TerminalFolder *folder)
{
  const TransportLinkState before = folder->transport.links[TRANSPORT_LINK_TERMINAL].state;
  g_autoptr (GError) error = NULL;
  g_autofree char *seen = NULL;
  TransportLinkState state;

  if (folder->share == NULL)
    return;
  gather_facts (folder);
  state = terminal_link_judge (&folder->facts, g_get_real_time (), &error, &seen);
  transport_note_link (&folder->transport, TRANSPORT_LINK_TERMINAL, state, error);
  transport_note_seen (&folder->transport, TRANSPORT_LINK_TERMINAL, seen);
  log_link (folder, before);
  transport_derive_state (&folder->transport);
}
