# SPDX-License-Identifier: LGPL-2.1-or-later
"""`./demo terminal`: a desk beside the official terminal, without a reader: its story, from the first word to the last.

Comes in: a rig. The function test_story is the case; meson.build lists it.
"""
import contextlib
import io
import os
import re

import demo
import demo_terminal
from rig import Skip

ELIGIBLE = 0


def test_story(rig):
    """Number, reference number, a face, its consents, records: all of it works, in the language that is asked for."""
    os.environ["SHIKAKU_LANGUAGE"] = "ja_JP.UTF-8"
    story = io.StringIO()
    with contextlib.redirect_stdout(story):
        assert demo_terminal.run(rig) == ELIGIBLE, story.getvalue()
    if demo.language != "ja":
        raise Skip("the right to make namespaces, to lay the catalogue in its place")
    told = story.getvalue()
    headings = re.findall("^» (.*)", told, re.MULTILINE)
    assert len(headings) == 9 and all(re.search("[ぁ-ん一-龠]", heading) for heading in headings), headings
    for text in ("資格あり", "資格確認端末のファイル", "照会番号 +10000001", "薬剤: 同意あり", "架空内科クリニック", "face: 0 件"):
        assert re.search(text, told), (text, told)
