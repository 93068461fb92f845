# SPDX-License-Identifier: LGPL-2.1-or-later
"""Many visits at two desks, with faults that a seed chooses; soak.py says what they are, and what has to hold.

Comes in: a rig; SHIKAKU_LONG: 2,000 visits instead of a few; SHIKAKU_SEED: the seed of a run that is to be done again;
SHIKAKU_VISITS: so many. Goes out: the seed, and a line a round.
"""
import os
import secrets

from soak import Soak

FEW, MANY = 60, 2000


def test_soak(rig):
    seed = os.environ.get("SHIKAKU_SEED") or secrets.token_hex(4)
    number = int(os.environ.get("SHIKAKU_VISITS") or (MANY if os.environ.get("SHIKAKU_LONG") else FEW))
    print(f"{number} visits; again: SHIKAKU_SEED={seed} SHIKAKU_VISITS={number}", flush=True)
    Soak(rig, seed, number).run()
