# SPDX-License-Identifier: LGPL-2.1-or-later
"""A clinic with ORCA: the simulated one, the bridge before it, the daemon and the simulated center, of one rig.

Comes in: a rig. Goes out: what ORCA, the bridge and the center say of it, and what has to hold at the end of every day.
"""
import os
import shutil

from bus import Agent, ObjectPath, Visits
from orca import until
from rig import SOURCE
from users import USERS

ONCE, CARD, NUMBER = "/orca14/onlinequa1", "/orca14/onlinequa2", "/orca14/onlinequa3"
DRUGS, CHECKUPS, EVENTS = "/orca14/onlinedrug1", "/orca14/onlinespec1", "/api01rv2/pusheventgetv2"
SHOWN, REFERENCES, APPOINTMENTS = "/orca71/onshicond", "/orca14/onlinerefall1", "/orca14/onlinequaapp1"
POLL_SECONDS = 5  # the least that the bridge takes
TERMINAL_SECONDS = 10  # that an answer of the official terminal is awaited
LIKE_NO_OTHER = 8  # bytes: four digits of a number stand in some identifier too
BUSY = ("Questions", "Waiting", "FacesWaiting", "Untold")

RULES = SOURCE / "data" / "polkit" / "shikaku-orca.rules"


class Clinic:
    def __init__(self, rig, card=False, terminal=False, orca=(), load=0, **settings):
        """@card: a reader with a card of yamada's, for consents. @terminal: by the official terminal alone, with no other
        way to the center. @load: so many more people there. @orca: of rig.orca(). @settings: of the bridge."""
        self.rig = rig
        self.faces = rig.folder / "faces"
        self.faces.mkdir()
        if not os.getuid():  # as the package lays it out
            os.chown(self.faces, USERS["shikaku"].uid, USERS["shikaku-orca"].uid)
        self.faces.chmod(0o2770)
        self.orca = rig.orca(*orca)
        rig.start("bus")
        rig.start_polkitd(RULES.read_text())
        self.terminal = rig.terminal(**{"load": load} if load else {}) if terminal else None
        if terminal:
            rig.start("daemon", **self.terminal.settings(Copies=self.faces, Timeout=TERMINAL_SECONDS))
        else:
            rig.start("center", "daemon", *["card"] * card)
        self.bridge = self.orca.bridge(Push_PollSeconds=POLL_SECONDS, Faces_Folder=self.faces, **settings)
        self.wait_push()

    def wait_push(self):
        """The bridge listens."""
        until(lambda: self.orca("stats")["sockets"] == 1 or not self.bridge.process.is_running(), "a WebSocket of the bridge")
        assert self.bridge.process.is_running(), f"shikaku-orca ended with status {self.bridge.process.status}"

    # -- what comes

    def consent(self, *kinds):
        """yamada consents, with the card, at this desk."""
        reader = ObjectPath(self.rig.wait_readers(2, present=1)[0])
        Agent(self.rig.bus_connection("colleague")).register(Reader=reader)
        visit = Visits(self.rig.bus_connection("tester")).open(Reader=reader, SameCard=True, Consents=list(kinds))
        assert visit.wait_finished()[0] == "done"

    def show_face(self, persona, **words):
        """A face result, as the terminal writes it and the daemon's fan-out lays it down. Return: its name and digest."""
        self.terminal = self.terminal or self.rig.terminal()
        told = self.terminal.face(persona, **words)
        self.lay_down(self.terminal.faces / told["name"])
        return told

    def lay_down(self, path, name=None):
        """A copy, by a temporary name and a rename."""
        name = name or path.name
        temporary = self.faces / ("." + name)
        shutil.copyfile(path, temporary)
        if not os.getuid():
            os.chown(temporary, USERS["shikaku-orca"].uid, -1)
        temporary.rename(self.faces / name)

    def forget(self):
        """The bridge, which is stopped, loses its state."""
        for path in self.bridge.state.iterdir():
            path.unlink()

    # -- what came of it

    def is_idle(self):
        """Whether the bridge has nothing left that it can do. Return: its status, or None."""
        left = len(list(self.faces.iterdir()))  # before: what goes meanwhile is in the status
        now = self.bridge.status()
        # Files that are there without a reason: those of an unknown or a bad end stay.
        return now if not any(now[name] for name in BUSY) and left <= now["Unknown"] + now["FacesRefused"] else None

    def wait_idle(self, seconds=None):
        return until(self.is_idle, "the bridge to have nothing to do", seconds)

    def list_shown(self):
        """What ORCA's screen shows of failures: the codes."""
        return sorted(shown["ErrorCode"] for shown in self.orca("conditions")["conditions"])

    def count(self, path, **what):
        """Requests of that call, with these members in the log."""
        return sum(all(line.get(name) == value for name, value in what.items()) for line in self.orca.log(path))

    def end(self):
        """The bridge ends well when it is told to, and nothing of a person is in its log or is left in its state."""
        self.wait_idle()
        assert self.bridge.stop() == 0
        kept = b"".join(path.read_bytes() for path in self.bridge.state.iterdir())
        for row in self.orca.rows():
            for entry in row["result"].get("ResultList", {}).get("ResultOfQualificationConfirmation", []):
                for text in filter(None, map(entry.get, ("Name", "NameKana", "InsuredIdentificationNumber"))):
                    if len(text.encode()) >= LIKE_NO_OTHER:
                        assert text not in self.bridge.log() and text.encode() not in kept, f"of a person: {text}"
