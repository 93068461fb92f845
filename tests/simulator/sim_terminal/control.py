# SPDX-License-Identifier: LGPL-2.1-or-later
"""The control socket: what can be told to a terminal. The line and its client are those of sim_center.control."""

from sim_center import control
from sim_center.people import CONSENT_PREFIXES

from . import faults

send = control.send
HELP = f"""control commands (one a line; each is answered with one line of JSON, "ok" true or false):
  face PERSONA [consents=KIND,...|all|none] [reference=NUMBER] [ago=SECONDS] [short] [name=NAME] [fault=KIND[:ARGUMENT]]
                      a patient stands before the face reader: a file comes into face; its name and its SHA-256 are told
                      (short: named by the time alone; name: as it is said)
  fault KIND [ARGUMENT] [path=PREFIX|path=face] [count=N|always]
                      arms a fault: for the next answer or face file, for N, or for all; path= narrows it to one
                      kind of request (OQSsiquc01 ...) or to face files
  clear-faults        disarms all of them
  release             what was held, half-written, locked or not yet renamed goes on
  link on|off         off: the link program is dead: the share is there, and nobody takes requests
  share on|off        off: the folder is gone from the network, and the terminal goes on
  power on|off        off: the folder is gone, and what was being worked on is lost
  left-overs N [res|face] [DAYS]  N files of DAYS (1) ago that nobody has read
  encoding NAME       of answers and face files: UTF-8 or Shift_JIS
  zip PREFIX|face METHOD  they are zips from now on: none, deflate, zipcrypto, aes128, aes256
  consented home|online [PERSONA ...|all]  these have consented to care there, and are in the lists of them
  making N            a list of them that is asked for from now on is not ready N times
  delay SECONDS       from a request to its answer
  stay-time MINUTES   an answer that nobody reads is gone after so long (1440); looked at once a minute
  sweep               and now; tells which are gone
  files [FOLDER]      {{"files": [...]}}: what lies in req, res (default), face, YZK/res ...
  log                 {{"log": [...]}}: every request and every face file: name, path, state, person, what was unknown in it ...
  clear-log           empties it, and sets what wait counts to 0
  wait WHAT [N] [SECONDS]  answers when N of WHAT have come since clear-log: a prefix, face, or given (files laid down)
  wait-left FOLDER [N] [SECONDS]  answers when no more than N (0) files are in that folder; with 0, and none is to come
  change PERSONA ELEMENT [TEXT]  from now on the first insurance of this person has TEXT there, or no such element
  records NAME=VALUE ...  as of shikaku-sim-center(1), but for the encoding
  consent-lifetime SECONDS  that consents last which are given from now on (86400)
  end-consents PERSONA  the consents of this person have ended; nobody was told
  journal             {{"journal": [...]}}: every withdrawal and fetch of records, and what came of it
  clear-journal       empties it
kinds of consent: {", ".join(CONSENT_PREFIXES)}
faults:
""" + "\n".join(f"  {kind + argument:<20}{text}" for kind, (argument, text) in faults.KINDS.items())


class Control(control.Commands):
    def __init__(self, terminal):
        self.terminal = terminal
        desk = terminal.desk
        super().__init__(desk.center.people, {
            "face": terminal.show_face,
            "fault": self.arm_fault,
            "clear-faults": terminal.faults.clear,
            "release": terminal.release,
            "link": terminal.set_link,
            "share": terminal.set_share,
            "power": terminal.set_power,
            "left-overs": terminal.leave_over,
            "encoding": desk.set_encoding,
            "zip": desk.set_zip,
            "consented": desk.care.consent,
            "making": desk.care.set_making,
            "delay": lambda seconds: setattr(terminal, "delay", float(seconds)),
            "stay-time": lambda minutes: setattr(terminal, "stay_minutes", float(minutes)),
            "sweep": terminal.sweep,
            "files": lambda folder="res": {"files": terminal.folders.list_files(folder)},
            "log": lambda: {"log": list(terminal.log)},
            "clear-log": self.clear_log,
            "wait": terminal.wait,
            "wait-left": terminal.wait_left,
            "change": self.change,
            "records": desk.center.records.settings.set,
            "consent-lifetime": self.set_consent_lifetime,
            "end-consents": desk.center.records.end_consents,
            "journal": lambda: {"journal": list(desk.center.journal.lines)},
            "clear-journal": desk.center.journal.clear,
        })

    def arm_fault(self, *words):
        self.terminal.faults.add(faults.parse(words))

    def clear_log(self):
        self.terminal.log.clear()
        self.terminal.counts.clear()
