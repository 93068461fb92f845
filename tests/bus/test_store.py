# SPDX-License-Identifier: LGPL-2.1-or-later
"""What a new daemon makes of a card that lies in its reader; and what it keeps for the next, and where that cannot be kept.

Comes in: a rig. Each function test_… is a case; meson.build lists them.
"""
import re
import shutil
from pathlib import Path

from bus import Agent, ObjectPath, Visits
from loop import wait_for
from test_manager import set_log

KEPT = "served-cards: kept"


def start_desk(rig):
    """Return: the reader with the card in it, and the caller's visits; a patient is there."""
    if rig.daemon is None:
        rig.start_daemon()
    set_log(rig.bus_connection("root"), "LogLevel", "debug")
    reader = ObjectPath(rig.wait_readers(2, present=1)[0])
    Agent(rig.bus_connection("colleague", fresh=True)).register(Reader=reader)
    return reader, Visits(rig.bus_connection("tester"))


def wait_kept(rig, number):
    """Until the daemons of this case have written @number times which cards have served: that stays, whatever happens."""
    wait_for(lambda: rig.read_log("shikakud").count(KEPT) >= number, f"{number} writes")


def kill_and_start(rig):
    rig.kill_daemon()
    return start_desk(rig)


def expect_waiting(rig, reader, visits):
    """A visit waits although the card is there, and reads it when it was out."""
    waiting = visits.open(Reader=reader)
    waiting.wait_state("waiting-for-card")
    assert rig.wait_card() and waiting.get("State") == "waiting-for-card"
    rig.change_card()
    assert waiting.wait_finished()[0] == "done"


def test_served(rig):
    """A card that was read lies there when the daemon comes back from kill -9: it is waited out, or read if its owner
    says so; taken out and put in it is read."""
    rig.start("card", "center", "daemon")
    reader, visits = start_desk(rig)
    assert visits.open(Reader=reader).wait_finished()[0] == "done"
    wait_kept(rig, 1)
    reader, visits = kill_and_start(rig)
    assert visits.open(Reader=reader, SameCard=True).wait_finished()[0] == "done"
    expect_waiting(rig, reader, visits)


def test_lying(rig):
    """So is a card that nobody has read, whoever has left it: at the first start, and at the next."""
    rig.start("card", "center", "bus")
    rig.wait_card()
    rig.start_daemon()
    reader, visits = start_desk(rig)
    expect_waiting(rig, reader, visits)
    rig.change_card()
    rig.wait_readers(2, present=1)
    reader, visits = kill_and_start(rig)
    expect_waiting(rig, reader, visits)


def test_unavailable(rig):
    """Without a place to keep it in the desk works; what lies in a reader at the start is waited out. It is told once."""
    rig.start("card", "center", "bus")
    rig.wait_card()
    rig.start_daemon(environment={"STATE_DIRECTORY": str(rig.folder / "nowhere")})
    reader, visits = start_desk(rig)
    expect_waiting(rig, reader, visits)
    rig.change_card()
    assert visits.open(Reader=reader).wait_finished()[0] == "done"
    told = [line for line in rig.read_log("shikakud").splitlines() if "store: " in line]
    assert len(told) == 1 and "nowhere/shikaku.db cannot be used: unable to open database file" in told[0], told


def test_damaged(rig):
    """A damaged file is set aside, with its name in the log, and a new one is begun: the desk opens."""
    rig.start("card", "center", "bus")
    rig.wait_card()
    rig.configure()  # the folders
    file = rig.state_directory / "shikaku.db"
    file.write_text("This is no database. " * 100)
    shutil.chown(file, file.parent.stat().st_uid)
    rig.start_daemon()
    reader, visits = start_desk(rig)
    expect_waiting(rig, reader, visits)
    aside = re.search(r"it is now (\S+/shikaku\.db\.damaged-\d{8}T\d{6}Z),", rig.read_log("shikakud"))
    assert Path(aside[1]).read_text().startswith("This is no database. ")
