# SPDX-License-Identifier: LGPL-2.1-or-later
"""The control socket: one command a line in, one line of JSON out; and the client side of it."""

import asyncio
import datetime
import json
import socket

from . import faults
from .people import Person

WAIT_MAXIMUM = 60  # seconds
HELP = """control commands (one a line; each is answered with one line of JSON, "ok" true or false):
  fault KIND [ARGUMENT] [path=CALL] [count=N|always]
                      arms a fault: for the next request, for N, or for all; path= narrows it to one call
  clear-faults        disarms all of them, and listens again
  release             answers what was held, and holds no more
  log                 {"log": [...]}: every request: path, connection, resumed, bytes, status, ms, registered consents ...
  stats               sums: connections, handshakes (full), resumed, requests by path, bytes of HTTP, open connections
  load                what a load test has come to: requests a second, at once, latencies, errors, doubled queries
  clear-log           empties the log and sets the sums to 0, those of load as well
  wait CALL [N] [SECONDS]  answers when N requests of CALL have arrived since clear-log (default 1 and 10)
  revoke PERSONA      the center's revocation list has this card from now on
  unrevoke PERSONA    and now no longer
  change PERSONA ELEMENT [TEXT]  from now on the first insurance of this person has TEXT there, or no such element; of
                      QualificationValidity and LimitApplicationCertificateClassificationFlag the answer and the ceiling
  records NAME=VALUE ...  of records: span=MONTHS of one request, prescriptions=on|off (what the site is set to),
                      consents=on|off (they are needed), encoding=UTF-8|Shift_JIS, errors=xml|json (where refusals stand)
  consent-lifetime SECONDS  that consents last, which are taken down or asked for from now on (86400)
  end-consents PERSONA  the consents of this person have ended; nobody was told
  journal             {"journal": [...]}: every registration, withdrawal and fetch, and what came of it
  clear-journal       empties it
  expire-tokens       every token given so far is refused with 401
  drop-connections    closes the connections at rest, as an idle limit would
faults:
""" + "\n".join(f"  {kind + argument:<20}{text}" for kind, (argument, text) in faults.KINDS.items())


class Commands:
    """The line: a command's words to what it does."""

    def __init__(self, people, commands):
        self.people, self.commands = people, commands

    async def serve(self, reader, writer):
        try:
            while line := await reader.readline():
                writer.write(json.dumps(await self.run(line.decode().split()), ensure_ascii=False).encode() + b"\n")
                await writer.drain()
        except (OSError, ValueError, asyncio.CancelledError):
            pass
        finally:
            writer.close()

    async def run(self, words):
        if not words or words[0] not in self.commands:
            return {"ok": False, "error": "commands: " + ", ".join(self.commands)}
        try:
            result = self.commands[words[0]](*words[1:])
            if asyncio.iscoroutine(result):
                result = await result
        except (KeyError, TypeError, ValueError, asyncio.TimeoutError, OSError) as error:
            return {"ok": False, "error": f"{type(error).__name__}: {error}"}
        return {"ok": True, **(result or {})}

    @staticmethod
    def set_consent_lifetime(seconds):
        Person.consent_lifetime = datetime.timedelta(seconds=float(seconds))

    def change(self, key, element, *words):
        person, text = self.people.get(key), "\u3000".join(words)
        if person is None:
            raise ValueError("no such person: " + key)
        person.change(element, text)


class Control(Commands):
    def __init__(self, server):
        self.server = server
        super().__init__(server.center.people, {
            "fault": self.arm_fault,
            "clear-faults": self.clear_faults,
            "release": self.server.release,
            "log": lambda: {"log": list(self.server.log)},
            "stats": self.server.get_stats,
            "load": self.server.load.report,
            "clear-log": self.server.clear_log,
            "wait": self.wait,
            "revoke": lambda key: self.set_revoked(key, True),
            "unrevoke": lambda key: self.set_revoked(key, False),
            "change": self.change,
            "records": self.server.center.records.settings.set,
            "consent-lifetime": self.set_consent_lifetime,
            "end-consents": self.server.center.records.end_consents,
            "journal": lambda: {"journal": list(self.server.center.journal.lines)},
            "clear-journal": self.server.center.journal.clear,
            "expire-tokens": self.server.center.expire_tokens,
            "drop-connections": lambda: self.server.drop_connections(at_rest_only=True),
        })

    def arm_fault(self, *words):
        fault = faults.parse(words)
        self.server.faults.add(fault)
        if fault.kind == "refuse-connection":
            self.server.refuse()
        elif fault.kind in faults.CONTEXTS:
            self.server.drop_connections(at_rest_only=True)

    def clear_faults(self):
        other = self.server.faults.get_context() != "center"
        self.server.faults.clear()
        self.server.listen()
        if other:
            self.server.drop_connections(at_rest_only=True)

    def set_revoked(self, key, revoked):
        person = self.people.get(key)
        if person is None:
            raise ValueError("no such person: " + key)
        person.revoked = revoked

    async def wait(self, path, count="1", seconds="10"):
        async with self.server.arrivals:
            arrived = self.server.arrivals.wait_for(lambda: self.server.stats["requests"][path] >= int(count))
            await asyncio.wait_for(arrived, min(float(seconds), WAIT_MAXIMUM))


def send(path, command):
    """The client: one command, its answer as the program's output. Return: the exit status."""
    with socket.socket(socket.AF_UNIX) as connection:
        connection.connect(path)
        connection.sendall(command.encode() + b"\n")
        with connection.makefile("rb") as answers:
            answer = answers.readline().decode().rstrip("\n")
    print(answer)
    return 0 if answer and json.loads(answer)["ok"] else 1
