# SPDX-License-Identifier: LGPL-2.1-or-later
"""measurements: one function a group of rows. Comes in: an effort (how often things are done). Goes out: rows.

Counts are compared with the baseline; times are not: they are ratios and minima, with a budget or for the record.
Where a number is "per check" it is the difference of two run lengths, which cuts start and end away.
"""
import functools
import http.client
import json
import os
import ssl
import statistics
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

import pcsc
from bus import MANAGER, ROOT, Agent, call
from desk import CardDesk, NumberDesk
from fetching import measure_records
from instruments import (BusMonitor, SystemCalls, can_hide_bundle, need, processor_time, run_callgrind, run_memcheck,
                         start_daemon)
from loop import settle
from neighbours import measure_neighbours, measure_under_flood
from ledger import measure_ledger
from looks import measure_cost, measure_looks
from parsers import measure_parsers
from rig import BUILD, INSTITUTION, KEYS, Rig, Skip
from rows import Row

HERE = Path(__file__).resolve().parent
IDLE_SECONDS = 10
CONNECTION_IDLE = 85  # seconds after which the daemon has given up its connections to the center, and its ledger's
                      # first checkpoint has left it
THREAD_IDLE = 40      # seconds after which the ledger's first entries are written, its key is endorsed, and GLib has ended
                      # its own threads
# The least that a card's proof takes: SELECT, READ BINARY of the certificate, VERIFY, COMPUTE DIGITAL SIGNATURE
BARE_COMMANDS = ("00A4040C0AD392F000260100000001", "00B08A00000000", "0020009804" + "1234".encode().hex(),
                 "802A009733" + "3031300D060960864801650304020105000420" + 32 * "5A" + "00")
# MB. It was 10 before there were a ledger, records and receipts: of their code the kernel maps 0.2 to 0.6 MB of pages
# around what a start touches (which, hangs on where they come to lie). They are of the file, shared and given back when
# memory is short; what is the daemon's own is 2 MB of it.
MEMORY = 10.8
WARM = 300   # checks until the heap has its shape: the ledger's entries wait in it, some at a time
GROWTH = 96  # kB: what the heap's fragments may still touch after those; a leak of 128 bytes a check is more


@dataclass
class Effort:
    short: int    # checks of the shorter run, under valgrind and strace
    long: int     # and of the longer
    timed: int    # checks whose time is taken
    many: int     # checks after which memory must not have grown
    visits: int   # card visits whose time is taken, and runs of the peer
    starts: int   # starts whose time is taken


FULL = Effort(short=50, long=150, timed=500, many=1300, visits=3, starts=5)
QUICK = Effort(short=20, long=60, timed=100, many=1100, visits=1, starts=2)


def clear_logs(rig):
    rig.card("clear-log")
    rig.center("clear-log")


# the card

def make_card_rows(rig, name, apdus):
    start_daemon(rig)
    desk = CardDesk(rig)
    clear_logs(rig)
    desk.check()
    card = rig.card.status()
    return [Row(f"card, {name}: commands", card["apdus"], at_most=apdus),
            Row(f"card, {name}: bytes to the card", card["bytes_in"]),
            Row(f"card, {name}: bytes from the card", card["bytes_out"])]


def measure_card(_effort):
    rows = []
    with Rig() as rig:
        rig.start("card", "center", "bus")
        rows += make_card_rows(rig, "exclusive", 6)
    with Rig() as rig:
        rig.start("card", "center", "bus", card_options=["--short"])
        rows += make_card_rows(rig, "short length", 14)
    with Rig() as rig:
        rig.start("card", "center", "bus")
        other = pcsc.Context()
        card = other.connect(rig.wait_card())
        rows += make_card_rows(rig, "shared reader", 8)
        card.disconnect()
        other.release()
    return rows


def measure_opensc(_effort):
    """The same card in the hands of OpenSC."""
    need("pkcs15-tool", "pkcs11-tool")
    rows = []
    commands = {"read the certificate": ("pkcs15-tool", "--read-certificate", "1"),
                "log in and sign": ("pkcs11-tool", "--slot-index", "0", "--login", "--pin", "1234", "--sign", "--id",
                                    "01", "--mechanism", "SHA256-RSA-PKCS", "--input-file", "/dev/null",
                                    "--output-file", "/dev/null")}
    with Rig() as rig:
        rig.start("card")
        rig.wait_card()
        for what, command in commands.items():
            rig.card("clear-log")
            rig.run_as("root", *command, check=0)
            rows.append(Row(f"card, OpenSC to {what}: commands", rig.card.status()["apdus"]))
    return rows


# the center

def make_center_rows(rig, name, warm, after_pin=None, trips=2):
    """@after_pin: round trips; without a PIN all of the check's are counted."""
    stats = rig.center("stats")
    count = sum(stats["requests"].values()) if after_pin is None else after_pin
    where = "round trips" if after_pin is None else "round trips after the PIN"
    return [Row(f"center, {name}: {where}", count, at_most=trips if warm else None),
            Row(f"center, {name}: connections", stats["connections"], at_most=0 if warm else None),
            Row(f"center, {name}: handshakes, full or resumed", stats["handshakes"] + stats["resumed"],
                at_most=0 if warm else None),
            Row(f"center, {name}: bytes sent", stats["request_bytes"]),
            Row(f"center, {name}: bytes received", stats["response_bytes"])]


def measure_center(_effort):
    rows = []
    with Rig() as rig:
        desk = NumberDesk(rig)
        start_daemon(rig)
        for name in ("number check, cold", "number check, warm"):
            rig.center("clear-log")
            desk.check()
            rows += make_center_rows(rig, name, "warm" in name)
    with Rig() as rig:
        rig.start("card", "center", "bus")
        rig.center("clear-log")
        start_daemon(rig)
        desk = CardDesk(rig)
        checks = {"card check, cold": (), "card check, warm": (), "card check with a consent, warm": ("drug",)}
        for name, consents in checks.items():
            desk.check(*consents)
            rows += make_center_rows(rig, name, "warm" in name, desk.count_requests_after_pin())
            clear_logs(rig)
    return rows


# one check by number, warm

def measure_system_calls(effort):
    with Rig() as rig:
        desk = NumberDesk(rig, distance=20)
        start_daemon(rig)
        desk.run(effort.short)
        strace = SystemCalls(rig)
        short = sum(strace.count(desk.run, effort.short).values())
        long = sum(strace.count(desk.run, effort.long).values())
    return [Row("number check: system calls", (long - short) / (effort.long - effort.short), at_most=80)]


def run_twice(effort, run, work=NumberDesk.run):
    """Return: the results of run() for both run lengths."""
    results = []
    for number in (effort.short, effort.long):
        with Rig() as rig:
            desk = NumberDesk(rig, distance=100)
            results.append(run(rig, functools.partial(work, desk), number))
    return results


def measure_instructions(effort):
    (ready, short), (_ready, long) = run_twice(effort, run_callgrind)
    (_ready, short_whole), (_ready, long_whole) = run_twice(effort, run_callgrind, NumberDesk.run_whole)
    each = effort.long - effort.short
    # Before there was a ledger 1.42 and 1.4 million were enough: its entry, and the two keyed hashes of the person in it, are
    # the rest.
    return [Row("number check: instructions", (long - short) / each, at_most=1.58e6),
            Row("number check in one call: instructions", (long_whole - short_whole) / each, at_most=1.54e6),
            Row("start: instructions from exec to READY", ready, at_most=45e6)]


def measure_allocations(effort):
    short, long = run_twice(effort, run_memcheck)
    each = [(after - before) / (effort.long - effort.short) for before, after in zip(short, long)]
    return [Row("number check: allocations", each[0]), Row("number check: bytes allocated", each[1])]


def measure_bus(effort):
    with Rig() as rig:
        desk = NumberDesk(rig)
        start_daemon(rig)
        desk.run(2)
        messages, size = BusMonitor(rig).count(desk.run, effort.short)
    return [Row("number check: messages on the bus", messages / effort.short),
            Row("number check: bytes on the bus", size / effort.short)]


# time

class BareClient:
    """The same search as the daemon's, by a client that does nothing else, on one kept connection."""

    def __init__(self, rig, insured):
        context = ssl.create_default_context(cafile=KEYS / "center-ca.pem")
        context.load_cert_chain(KEYS / "institution.cert.pem", KEYS / "institution.key.pem")
        address, self.path = rig.center_url().removeprefix("https://").split("/", 1)
        self.connection = http.client.HTTPSConnection(address, context=context)
        account, password = (KEYS / "account").read_text().split()
        self.headers = {"Content-Type": "application/json"}
        answer = self.post("auth", {"account": account, "password": password})
        self.headers["Authorization"] = json.loads(answer)["result"]["idToken"]
        query = {"InsurerNumber": insured["InsurerNumber"].rjust(8), "InsuredCardSymbol": insured["Symbol"],
                 "InsuredIdentificationNumber": insured["Number"], "InsuredBranchNumber": insured["Branch"],
                 "Birthdate": insured["Birthdate"], "LimitApplicationCertificateRelatedConsFlg": "0"}
        header = {"QualificationConfirmationDate": time.strftime("%Y%m%d"), "MedicalInstitutionCode": INSTITUTION,
                  "ArbitraryFileIdentifier": "bare"}
        self.search = {"XmlMsg": {"MessageHeader": header, "MessageBody": {"QualificationConfirmSearchInfo": query}}}

    def post(self, call, message):
        self.connection.request("POST", f"/{self.path}/{call}", json.dumps(message).encode(), self.headers)
        response = self.connection.getresponse()
        assert response.status == 200, response.status
        return response.read()

    def check(self):
        """Return: seconds."""
        begin = time.perf_counter()
        self.post("search", self.search)
        return time.perf_counter() - begin


def take_center_time(rig):
    """Return: seconds that the center worked on its last request."""
    return rig.center.log()[-1]["ms"] / 1000


def take_empty_call(rig):
    """Return: seconds of a call that the daemon answers as soon as polkit has allowed it, which a check needs too."""
    begin = time.perf_counter()
    call(rig.bus_connection("tester"), ROOT, MANAGER, "GetVisits")
    return time.perf_counter() - begin


def measure_wall(effort):
    """Two measures of the daemon's own share: how long it ran on a processor, from CheckNumber to Close; and how much
    longer a check takes than an empty call to it and the same query by a bare client."""
    check, empty, bare, center, worked = [], [], [], [], []
    with Rig() as rig:
        desk = NumberDesk(rig)
        start_daemon(rig)
        client = BareClient(rig, desk.insured)
        desk.run(20)
        for _number in range(effort.timed):
            rig.center("clear-log")
            begin = processor_time(rig.daemon)
            check.append(desk.check())
            worked.append((processor_time(rig.daemon) - begin) / 1e9)
            center.append(take_center_time(rig))
            bare.append(client.check())
            empty.append(take_empty_call(rig))
    rows = []
    for name, values in (("caller's wall time", check), ("of an empty call", empty), ("of a bare client's query", bare),
                         ("of the center alone", center), ("of the daemon's processor", worked)):
        limit = 1 if values is worked else None
        rows += [Row(f"number check: {name}, least", 1000 * min(values), "ms", at_most=limit, counted=False),
                 Row(f"number check: {name}, median", 1000 * statistics.median(values), "ms", counted=False)]
    share = min(check) - min(empty) - min(bare)
    return rows + [Row("number check: beyond both, least", 1000 * share, "ms", at_most=1, counted=False)]


def span(log):
    """Return: seconds from the first command to the last answer."""
    return log[-1]["at"] + log[-1]["took"] - log[0]["at"]


def send_bare_commands(rig, reader):
    """Return: seconds that the card took, and from begin to end."""
    context = pcsc.Context()
    card = context.connect(reader, pcsc.SHARE_EXCLUSIVE)
    rig.card("clear-log")
    for command in BARE_COMMANDS:
        assert card.transmit(command).endswith("9000"), command
    taken = rig.card.status()["busy"], span(rig.card.log())
    card.disconnect(pcsc.UNPOWER)
    context.release()
    return taken


def run_peer(rig):
    """Return: seconds of the script that does the same check."""
    begin = time.perf_counter()
    script = rig.run_as("root", HERE / "peer.sh", KEYS, rig.center_url(), INSTITUTION, "1234", check=0)
    assert script.text().strip() == "1", script.text()
    return time.perf_counter() - begin


def measure_card_time(effort):
    """A card's time, at 106 kbit/s and with 250 ms for a signature."""
    need("pkcs11-tool", "curl", "jq")
    bare, visits, whole, peer = [], [], [], []
    with Rig() as rig:
        rig.start("card", "center", "bus", card_options=["--timing"])
        reader = rig.wait_card()
        for _number in range(effort.visits):
            bare.append(send_bare_commands(rig, reader))
        start_daemon(rig)
        desk = CardDesk(rig)
        desk.check()
        for _number in range(effort.visits):
            rig.card("clear-log")
            whole.append(desk.check())
            visits.append((rig.card.status()["busy"], span(rig.card.log())))
            peer.append(run_peer(rig))
    rows = []
    for at, what in enumerate(("card's time", "from first to last command")):
        least_bare, least = min(times[at] for times in bare), min(times[at] for times in visits)
        rows += [Row(f"card visit: {what}, four bare commands", 1000 * least_bare, "ms", counted=False),
                 Row(f"card visit: {what}", 1000 * least, "ms", counted=False),
                 Row(f"card visit: {what}, ratio", least / least_bare, at_most=1.15, counted=False)]
    return rows + [Row("card visit: in all", 1000 * statistics.median(whole), "ms", counted=False),
                   Row("card visit: in all, by the peer script", 1000 * statistics.median(peer), "ms", counted=False),
                   Row("card visit: peer script, ratio", statistics.median(peer) / statistics.median(whole),
                       at_least=2.5, counted=False)]


# rest

def prepare_idle(rig, *card_options):
    """A daemon that has done all it does, with a card in the reader or without."""
    rig.start("card", "center", "bus", card_options=card_options)
    start_daemon(rig)
    rig.wait_readers(2, 0 if card_options else 1)


def measure_idle(_effort, wait=CONNECTION_IDLE):
    """@wait: seconds until the daemon has closed its connections to the center."""
    with Rig() as empty, Rig() as resting:
        prepare_idle(empty, "--ejected")
        prepare_idle(resting)
        CardDesk(resting).check()
        settle(wait)
        straces = [SystemCalls(rig) for rig in (empty, resting)]
        for strace in straces:
            strace.begin()
        settle(IDLE_SECONDS)
        calls = [strace.end() for strace in straces]
        still_open = resting.center("stats")["open"]
    return [Row(f"idle, empty reader: system calls in {IDLE_SECONDS} s", sum(calls[0].values()), at_most=0),
            Row(f"idle, card resting: system calls in {IDLE_SECONDS} s", sum(calls[1].values()), at_most=0),
            Row("idle, card resting: connections to the center", still_open, at_most=0)]


STARTS = 4  # of which the least is told


def measure_memory(effort):
    """Threads, memory, descriptors: before the first check, after the first hundreds, after many."""
    hidden = can_hide_bundle()
    with Rig() as rig:
        desk = NumberDesk(rig)
        rig.start("pcscd")
        # The kernel maps what lies around each page that is touched, so that where libraries come to lie makes 0.5 MB.
        befores = []
        for start in range(STARTS):
            if start > 0:
                rig.stop_daemon()
            start_daemon(rig)
            readers = len(rig.wait_readers(2))
            befores.append(rig.daemon.resident())
        daemon, before = rig.daemon, min(befores)
        threads = daemon.threads()
        if not threads:
            raise Skip("/proc")
        desk.run(WARM)
        more_threads, descriptors, warm = daemon.threads(), daemon.descriptors(), daemon.resident()
        desk.run(effort.many - WARM)
        bundle = "" if hidden else " (with the system's CA bundle)"
        return [Row("threads before the first check, 2 readers", threads, at_most=3 + readers, counted=False),
                Row(f"threads more after {WARM} checks", more_threads - threads, at_most=2),
                Row("threads more after many checks", daemon.threads() - more_threads, at_most=0),
                Row("descriptors more after many checks", daemon.descriptors() - descriptors, at_most=0),
                Row("memory before the first check", before / 1024, "MB", at_most=MEMORY, counted=False),
                Row(f"memory after many checks{bundle}", daemon.resident() / 1024, "MB", at_most=16 if hidden else None,
                    counted=False),
                Row("memory more after many checks", daemon.resident() - warm, "kB", at_most=GROWTH, counted=False)]


def measure_start(effort):
    times = []
    for _number in range(effort.starts):
        with Rig() as rig:
            rig.start("pcscd", "bus")
            begin = time.perf_counter()
            rig.start_daemon(wrapper=[])
            times.append(1000 * (time.perf_counter() - begin))
    return [Row("start: time to the name on the bus, least", min(times), "ms", counted=False),
            Row("start: time to the name on the bus, median", statistics.median(times), "ms", counted=False)]


# ends and returns: reported, without a budget, since they hang on the machine

def take_stop(rig):
    """Return: milliseconds from SIGTERM to the daemon's end."""
    begin = time.perf_counter()
    assert rig.stop_daemon() == 0
    return 1000 * (time.perf_counter() - begin)


def stop_at(state, *fault):
    """Return: take_stop() while a visit is @state; @fault: of the card."""
    with Rig() as rig:
        rig.start("card", "center", "bus")
        start_daemon(rig)
        desk = CardDesk(rig)
        if state == "asking-pin":
            desk.agent.pin = Agent.HANG
        if fault:
            rig.card(" ".join(("fault", *fault)))
        desk.visits.open(Reader=desk.reader, SameCard=True).wait_state(state)
        if fault:
            rig.card.wait(fault[-1])
        return take_stop(rig)


def measure_stop(_effort):
    with Rig() as rig:
        rig.start("card", "center", "bus")
        start_daemon(rig)
        rows = [Row("stop: at rest", take_stop(rig), "ms", counted=False)]
    for what, arguments in (("while a PIN is asked", ("asking-pin",)),
                            ("while the card is mute", ("proving", "mute", "sign"))):
        rows.append(Row(f"stop: {what}", stop_at(*arguments), "ms", counted=False))
    return rows


def measure_return(effort):
    """On a booted machine: how long after it was killed the daemon is ready again."""
    if effort is QUICK:
        return []
    command = [sys.executable, "-B", HERE.parent / "machine" / "run_case.py", HERE / "machine_times.py", "restarts"]
    environment = {"SHIKAKU_SOURCE": HERE.parents[1], "SHIKAKU_BUILD": BUILD, **os.environ}
    done = subprocess.run(command, env=environment, stdout=subprocess.PIPE, text=True)
    if done.returncode == 77:
        raise Skip(done.stdout.strip().removeprefix("environment lacks "))
    assert done.returncode == 0, done.stdout
    times = json.loads(done.stdout.splitlines()[-1])
    return [Row("killed: ready again after, median", statistics.median(times), "ms", counted=False),
            Row("killed: ready again after, most", max(times), "ms", counted=False)]


GROUPS = [measure_card, measure_opensc, measure_center, measure_system_calls, measure_instructions, measure_allocations,
          measure_bus, measure_wall, measure_card_time, measure_idle, measure_memory, measure_start, measure_stop,
          measure_return, measure_neighbours, measure_under_flood, measure_parsers,
          measure_records, measure_ledger, measure_looks]
