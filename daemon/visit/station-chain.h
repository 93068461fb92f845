/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * station-chain: the part of the chain that leads to the center: settings → credential → account → clock → line →
 * name → tls → center. In: what the transports found on their four links, and the calendar. Out: how each link of
 * people's chain is, and what is wrong with it: a center that refuses the password has an account that is not well.
 */
#pragma once

#include "center/transport.h"

typedef struct Station Station;

enum
{
  STATION_CHAIN_SETTINGS,
  STATION_CHAIN_CREDENTIAL, /* certificate, key, and the CAs of center and cards */
  STATION_CHAIN_ACCOUNT,
  STATION_CHAIN_CLOCK,
  STATION_CHAIN_LINE, /* to the center's host and port */
  STATION_CHAIN_NAME, /* its host's address */
  STATION_CHAIN_TLS,
  STATION_CHAIN_CENTER,
  STATION_CHAIN_N_LINKS
};

typedef struct
{
  TransportLinkState state;
  ShikakuCause cause;
  gint64 since; /* as in StationLink, as the texts */
  char *evidence, *code, *message;
} StationChainLink;

typedef struct
{
  StationChainLink links[STATION_CHAIN_N_LINKS];
} StationChain;

/* station_chain_fill: @chain: empty. */
void station_chain_fill (StationChain *chain, Station *station);
void station_chain_clear (StationChain *chain);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (StationChain, station_chain_clear)

/* station_chain_get_name: the word of the contract, static. */
const char *station_chain_get_name (guint link);
