# SPDX-License-Identifier: LGPL-2.1-or-later
"""Beside the official terminal, with everything that goes wrong there: terminal_torture.py says what has to hold.

Comes in: a rig; SHIKAKU_LONG: 10,000 files instead of 200. The function test_files is the case; meson.build lists it.
"""
import os

from terminal_torture import Torture

FILES, FILES_LONG = 200, 10000
FACES, FACES_LONG, PAPERS = 50, 100, 16  # of a round: more faces than are told at a time; as many visits as a user may have
SEED = 11


def test_files(rig):
    is_long = bool(os.environ.get("SHIKAKU_LONG"))
    torture = Torture(rig, FILES_LONG if is_long else FILES, SEED)
    torture.run(FACES_LONG if is_long else FACES, PAPERS)
    print(dict(torture.outcomes), dict(torture.counts))
