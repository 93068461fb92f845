/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* web-api-private: what web-api keeps, shared with web-trial. Data only. */
#pragma once

#include "center/web-bond.h"
#include "codec/message.h"

typedef struct WebApi WebApi;

struct WebApi
{
  Transport transport; /* first: it is what others see */
  GPtrArray *bonds;    /* all that live; borrowed */
  WebBond *bond;       /* of new visits */
  GPtrArray *paused;   /* of CallPause: the center still works on it, and is asked again in a while; borrowed */

  WebBond *candidate; /* new settings that are being tried; NULL: none are */
  Message *trial;     /* the request that the center judges it by; NULL: it waits for the center to be there */
  gboolean waiting;   /* which the log knows */
};
