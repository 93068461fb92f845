# SPDX-License-Identifier: LGPL-2.1-or-later
"""shikaku-ledger-ship: desks into a real PostgreSQL: killed in the middle, run twice, a desk that went back, forked,
left out or forged, rows that somebody changed, a server without TLS.

Each function test_… is a case; tests/ship/meson.build lists them. Most desks are tests/ship/desk.py: a ledger that does what
no daemon may.
"""
import json
import os
import re
import shutil
import signal
import subprocess
import sys
from pathlib import Path

from bus import ROOT, Call, Visits, call, options
from gi.repository import Gio, GLib
from rig import SOURCE, Skip
from users import wrap

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE.parent / "bus"), str(HERE.parent / "fhir")]

import patterns  # noqa: E402
from people import INSURED  # noqa: E402

SHIP = Path(os.environ["SHIKAKU_BUILD"]) / "client" / "ship" / "shikaku-ledger-ship"
DONE, FAILED, FAULT, USAGE = 0, 1, 2, 64
NOBODY = 65534
LEDGER = "org.shikaku.Shikaku1.Ledger"
BUS = """<!DOCTYPE busconfig PUBLIC "-//freedesktop//DTD D-Bus Bus Configuration 1.0//EN"
 "http://www.freedesktop.org/standards/dbus/1.0/busconfig.dtd">
<busconfig><type>custom</type><listen>unix:path={path}</listen><auth>EXTERNAL</auth><policy context="default">
<allow user="*"/><allow own="*"/><allow send_destination="*" eavesdrop="false"/><allow receive_sender="*"/></policy></busconfig>
"""


class Server:
    """A PostgreSQL of its own, in a folder of its own, by nobody where this is root: on a socket, and on loopback by TLS."""

    def __init__(self, folder):
        found = shutil.which("initdb") or next(iter(sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))[::-1]), None)
        if found is None or not SHIP.exists():
            raise Skip("postgresql")
        self.programs, self.folder, self.process = Path(found).resolve().parent, folder / "postgresql", None
        self.folder.mkdir(mode=0o755)
        self.who = {"user": NOBODY, "group": NOBODY, "extra_groups": []} if os.getuid() == 0 else {}
        if self.who:
            os.chown(self.folder, NOBODY, NOBODY)
        self.run("initdb", "--pgdata=data", "--username=admin", "--auth=trust", "--no-sync", "--locale=C.UTF-8")
        with open(self.folder / "data" / "postgresql.conf", "a") as configuration:
            configuration.write(f"listen_addresses = '127.0.0.1'\nport = 5432\nunix_socket_directories = '{self.folder}'\n"
                                "max_connections = 20\nshared_buffers = 16MB\nfsync = off\n")

    def run(self, program, *arguments):
        done = subprocess.run([self.programs / program, *arguments], cwd=self.folder, capture_output=True, text=True,
                              **self.who)
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    def take_certificate(self, folder):
        data = self.folder / "data"
        for name in ("server.key", "server.crt"):
            shutil.copy(folder / name, data)
            if self.who:
                os.chown(data / name, NOBODY, NOBODY)
        (data / "server.key").chmod(0o600)
        with open(data / "postgresql.conf", "a") as configuration:
            configuration.write("ssl = on\n")

    def start(self, port):
        self.port = port
        self.process = subprocess.Popen([self.programs / "postgres", "-D", "data", "-p", str(port)], cwd=self.folder,
                                        stderr=subprocess.PIPE, text=True, **self.who)
        for line in self.process.stderr:
            if "ready to accept connections" in line:
                break
        else:
            raise AssertionError("postgres has ended")
        self.drain = subprocess.Popen(["cat"], stdin=self.process.stderr, stdout=subprocess.DEVNULL)

    def stop(self):
        if self.process and self.process.poll() is None:
            self.process.send_signal(signal.SIGINT)  # whoever is connected
            self.process.wait()
            self.drain.wait()

    def connect(self, user="admin", **more):
        words = {"host": self.folder, "port": self.port, "dbname": "hospital", "user": user, **more}
        return " ".join(f"{key}={value}" for key, value in words.items())

    def ask(self, query, user="admin", wrong=False, **more):
        done = subprocess.run(["psql", "-X", "-qAt", "-v", "ON_ERROR_STOP=1", self.connect(user, **more), "-c", query],
                              capture_output=True, text=True)
        assert (done.returncode != 0) == wrong, done.stdout + done.stderr
        return done.stdout.rstrip("\n")


class Desk:
    def __init__(self, folder, name):
        self.origin, self.folder = f"shikaku.invalid/{name}", folder / name
        self.folder.mkdir()
        (self.folder / "bus.conf").write_text(BUS.format(path=self.folder / "bus"))
        self.address = f"unix:path={self.folder}/bus"
        self.bus = subprocess.Popen(["dbus-daemon", f"--config-file={self.folder}/bus.conf", "--nofork", "--print-address"],
                                    stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
        self.bus.stdout.readline()
        self.program = subprocess.Popen([sys.executable, HERE / "desk.py", self.address, self.origin], stdin=subprocess.PIPE,
                                        stdout=subprocess.PIPE, text=True)
        assert self.program.stdout.readline() == "ready\n"

    def tell(self, *command):
        self.program.stdin.write(json.dumps(command) + "\n")
        self.program.stdin.flush()
        size, self.key = self.program.stdout.readline().split()
        return int(size)

    def environment(self):
        return {**os.environ, "DBUS_SYSTEM_BUS_ADDRESS": self.address, "PGSYSCONFDIR": str(self.folder)}

    def stop(self):
        for process in (self.program, self.bus):
            process.kill()
            process.wait()


class Hospital:
    """The server, with two desks."""

    def __init__(self, rig):
        self.rig, self.server, self.desks = rig, Server(rig.folder), []

    def __enter__(self):
        make_certificates(self.rig.folder)
        self.server.take_certificate(self.rig.folder)
        self.server.start(self.rig.reserve_ports(1))
        self.server.ask("CREATE DATABASE hospital", dbname="postgres")
        self.desks = [Desk(self.rig.folder, "desk-1"), Desk(self.rig.folder, "desk-2")]
        return self

    def __exit__(self, *_):
        for one in (*self.desks, self.server):
            one.stop()

    def ship(self, desk, *arguments, connection=None, status=DONE, environment=None):
        """Return: what it printed, on both."""
        done = subprocess.run([SHIP, "--database=" + (connection or self.server.connect("desk")), *arguments],
                              env={**desk.environment(), **(environment or {})}, capture_output=True, text=True)
        assert done.returncode == status, (done.returncode, done.stdout, done.stderr)
        return done.stdout + done.stderr

    def count(self, desk, table="entry"):
        return int(self.server.ask(f"SELECT count(*) FROM shikaku.{table} WHERE origin = '{desk.origin}'"))

    def verify(self, *arguments, status=DONE):
        return self.ship(self.desks[0], *arguments, "verify", status=status)


def make_certificates(folder):
    """For a server called localhost, by an authority of its own, and another authority that nobody has signed for."""
    def request(name, subject, *more):
        subprocess.run(["openssl", "req", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-subj",
                        f"/CN={subject}", "-keyout", folder / f"{name}.key", *more], check=True, capture_output=True)

    for name in ("ca", "other-ca"):
        request(name, name, "-x509", "-days", "2", "-out", folder / f"{name}.crt")
    request("server", "localhost", "-addext", "subjectAltName=DNS:localhost", "-out", folder / "server.csr")
    subprocess.run(["openssl", "x509", "-req", "-in", folder / "server.csr", "-CA", folder / "ca.crt", "-CAkey",
                    folder / "ca.key", "-days", "2", "-copy_extensions", "copy", "-out", folder / "server.crt"],
                   check=True, capture_output=True)


def check_unit():
    """As systemd sees the unit: an exposure of 1.5 at most, and it says of each line why it stays."""
    unit = SHIP.with_name("shikaku-ledger-ship.service")
    seen = subprocess.run(["systemd-analyze", "security", "--offline=yes", "--threshold=15", "--no-pager", unit],
                          capture_output=True, text=True)
    assert seen.returncode == 0, seen.stdout + seen.stderr
    for line in re.findall(r"^✗ (\S+)", seen.stdout, re.MULTILINE):
        assert f"#   {line}" in unit.read_text(), line


def test_desks(rig):
    check_unit()
    with Hospital(rig) as hospital:
        server, (one, two) = hospital.server, hospital.desks
        hospital.ship(one, "accept", status=USAGE)
        assert '"shikaku.desk" does not exist' in hospital.ship(one, connection=server.connect(), status=FAILED)
        hospital.ship(one, "init", connection=server.connect())
        assert "already exists" in hospital.ship(one, "init", connection=server.connect(), status=FAILED)
        server.ask("CREATE ROLE desk LOGIN; GRANT USAGE ON SCHEMA shikaku TO desk;"
                   "GRANT SELECT, INSERT ON ALL TABLES IN SCHEMA shikaku TO desk")
        check_copies(hospital, one, two)
        check_killed(hospital, two)
        check_refused(hospital, one)
        check_gone_back(hospital, one)
        check_tampered(hospital, one)
        check_line(rig, hospital, one)


def check_copies(hospital, one, two):
    """Twice the same is once; a key that changes; what was pruned; one search over all; only rows are added."""
    server = hospital.server
    assert one.tell("grow", 12) == 13
    assert hospital.ship(one) == "shikaku.invalid/desk-1: 13 new entries, 13 in all\n"
    assert hospital.ship(one) == "shikaku.invalid/desk-1: 0 new entries, 13 in all\n"
    one.tell("grow", 3)
    one.tell("rotate")
    one.tell("prune", 14)
    one.tell("grow", 6)
    assert hospital.ship(one) == "shikaku.invalid/desk-1: 10 new entries, 23 in all\n"
    two.tell("grow", 4)
    assert hospital.ship(two) == "shikaku.invalid/desk-2: 5 new entries, 5 in all\n"
    printed = hospital.verify()
    assert "desk-1, generation 0: intact: 23 entries, 1 of them pruned, 23 signed" in printed, printed
    assert "desk-2, generation 0: intact: 5 entries, 0 of them pruned, 5 signed" in printed, printed
    assert hospital.verify("--key=" + two.key, status=FAULT).count("signed by no key that is known") == 2
    found = server.ask(r"SELECT desk, kind, count(*), min(at) FROM shikaku.search WHERE staff = E'staff\t\\1'"
                       " GROUP BY desk, kind ORDER BY desk, kind", "desk").splitlines()
    assert found[0].startswith("shikaku.invalid/desk-1|check|") and len(found) == 4, found
    assert found[-1] == "shikaku.invalid/desk-2|consent|1|2026-01-01 00:00:01+00", found
    for forbidden in ("DELETE FROM shikaku.entry", "UPDATE shikaku.checkpoint SET size = 0", "TRUNCATE shikaku.fault"):
        server.ask(forbidden, "desk", wrong=True)


def check_killed(hospital, two):
    """In the middle of an export: whole pages are there, and the next run goes on from them."""
    assert two.tell("grow", 1595) == 1600
    two.tell("pause", 1200)
    process = subprocess.Popen([SHIP, "--database=" + hospital.server.connect("desk")], env=two.environment())
    assert two.program.stdout.readline() == "paused\n"
    hospital.server.ask("""DO $$ BEGIN WHILE (SELECT count(*) FROM shikaku.checkpoint WHERE origin LIKE '%desk-2') < 3 LOOP
                        PERFORM pg_sleep(0.02); END LOOP; END $$""")
    process.kill()
    process.wait()
    assert hospital.count(two) == 1005 and hospital.count(two, "checkpoint") == 3
    printed = hospital.verify()
    assert "desk-2, generation 0: intact: 1005 entries, 0 of them pruned, 5 signed by their own" in printed, printed
    assert hospital.ship(two) == "shikaku.invalid/desk-2: 595 new entries, 1600 in all\n"
    assert "1600 signed by their own" in hospital.verify()
    assert hospital.ship(two).endswith("0 new entries, 1600 in all\n")


def check_refused(hospital, one):
    """A desk that leaves something out, or whose checkpoint is not its own: nothing is copied, and it is noted."""
    size = one.tell("grow", 5)
    one.tell("leave-out", size - 3)
    assert f"left out what is at place {size - 3}" in hospital.ship(one, status=FAULT)
    one.tell("leave-out", None)
    one.tell("forge", True)
    assert "its signature is wrong" in hospital.ship(one, status=FAULT)
    one.tell("forge", False)
    assert hospital.count(one) == size - 5
    assert hospital.server.ask("SELECT string_agg (what, ' ' ORDER BY number) FROM shikaku.fault") == "inconsistent unsigned"
    assert "5 new entries" in hospital.ship(one)


def check_gone_back(hospital, one):
    """An older ledger in the place of the newer; the same grown again; accepted by a person, and then beside the old one."""
    size = hospital.count(one)
    assert one.tell("cut", size - 4) == size - 4
    printed = hospital.ship(one, status=FAULT)
    assert f"it has {size - 4} entries, {size} were shipped; what was at place {size - 4} and after it" in printed, printed
    one.tell("grow", 40, "another branch")
    printed = hospital.ship(one, status=FAULT)
    assert f"it has {size + 36} entries, {size} were shipped; what was at place {size - 4} and after it" in printed, printed
    assert hospital.count(one) == size
    faults = hospital.server.ask("SELECT what FROM shikaku.fault ORDER BY number").splitlines()
    assert faults[-2:] == ["rolled-back", "forked"], faults
    assert "nothing of nobody was shipped" in hospital.ship(one, "accept", "nobody", "why", status=FAILED)
    hospital.ship(one, "accept", one.origin, "disk replaced, restored from backup")
    assert hospital.ship(one) == f"shikaku.invalid/desk-1: {size + 36} new entries, {size + 36} in all\n"
    printed = hospital.verify()
    assert "desk-1, generation 0: intact" in printed and "desk-1, generation 1: intact" in printed, printed


def check_tampered(hospital, one):
    """By somebody who may change every row: each is found, and named; nothing else is."""
    where = f"WHERE origin = '{one.origin}' AND generation = 1"
    for change, found in (
            (f"UPDATE shikaku.entry SET data = set_byte (data, 30, get_byte (data, 30) # 1) {where} AND place = 7",
             "entry 7: salt and data do not give its leaf"),
            (f"UPDATE shikaku.entry SET fields = fields || '{{\"Staff\": \"nobody\"}}' {where} AND place = 8",
             "entry 8: what can be searched is not what its data say"),
            (f"UPDATE shikaku.entry SET at = at + 1 {where} AND place = 9", "entry 9: what can be searched"),
            (f"DELETE FROM shikaku.entry {where} AND place = 10", "entries 10 to 10 are not there"),
            (f"DELETE FROM shikaku.entry {where} AND place > 20", "are not there"),
            (f"UPDATE shikaku.entry SET data = NULL, salt = NULL, kind = NULL, at = NULL, fields = NULL,"
             f" leaf = sha256 (leaf) {where} AND place = 11", "are not those that were signed"),
            (f"UPDATE shikaku.checkpoint SET root = sha256 (root) {where}", "are not those that were signed"),
            (f"UPDATE shikaku.checkpoint SET note = replace (note, 'desk-1', 'desk-9') {where}", "the checkpoint at"),
            (f"DELETE FROM shikaku.checkpoint {where}", "have no checkpoint")):
        hospital.server.ask("CREATE SCHEMA kept; CREATE TABLE kept.entry AS TABLE shikaku.entry;"
                            "CREATE TABLE kept.checkpoint AS TABLE shikaku.checkpoint")
        hospital.server.ask(change)
        printed = hospital.verify(status=FAULT)
        assert found in printed, (found, printed)
        assert "desk-1, generation 0: intact" in printed and "desk-2, generation 0: intact" in printed, printed
        hospital.server.ask("TRUNCATE shikaku.entry, shikaku.checkpoint; INSERT INTO shikaku.entry TABLE kept.entry;"
                            "INSERT INTO shikaku.checkpoint TABLE kept.checkpoint; DROP SCHEMA kept CASCADE")
    assert hospital.verify().count("intact") == 3


def check_line(rig, hospital, one):
    """Over a network by TLS alone, to the server that the authority has named; the string as a credential."""
    far = {"host": "localhost", "hostaddr": "127.0.0.1", "sslrootcert": rig.folder / "ca.crt"}
    right = hospital.server.connect("desk", **far)
    assert "0 new entries" in hospital.ship(one, connection=right)
    for wrong in ({**far, "sslrootcert": rig.folder / "other-ca.crt"}, {**far, "host": "database.invalid"}):
        hospital.ship(one, connection=hospital.server.connect("desk", **wrong), status=FAILED)
    (rig.folder / "credentials").mkdir()
    (rig.folder / "credentials" / "database").write_text(right + "\n")
    done = subprocess.run([SHIP], env={**one.environment(), "CREDENTIALS_DIRECTORY": str(rig.folder / "credentials")},
                          capture_output=True, text=True)
    assert done.returncode == DONE and "0 new entries" in done.stdout, done
    hospital.server.ask("ALTER SYSTEM SET ssl = off")
    hospital.server.stop()
    hospital.server.start(hospital.server.port)
    for mode in ("disable", "prefer", "require"):
        printed = hospital.ship(one, connection=hospital.server.connect("desk", **far, sslmode=mode), status=FAILED)
        assert re.search("SSL|TLS", printed), printed
    assert "0 new entries" in hospital.ship(one)


def read_fhir(rig):
    """What Export writes as FHIR, by root."""
    path, files = rig.folder / "export.ndjson", Gio.UnixFDList()
    with open(path, "wb") as file:
        files.append(file.fileno())
        Call(rig.bus_connection("root"), ROOT, LEDGER, "Export", GLib.Variant("(hsa{sv})", (0, "fhir", {})), files=files).wait()
    return [json.loads(line) for line in path.read_text().splitlines()]


def test_daemon(rig):
    """The daemon's own ledger, by the bus policy and the rule of the package, given to another user; and an older ledger put
    back, of which the daemon itself cannot know."""
    rules = (SOURCE / "data/polkit/shikaku-ledger-ship.rules").read_text().replace("shikaku-ship", "colleague")
    policy = (SOURCE / "data/shikaku-ledger-ship.conf").read_text().replace("shikaku-ship", "colleague")
    rig.bus_policy = re.search("<policy.*</policy>", policy, re.DOTALL)[0]
    server = Server(rig.folder)

    def ship(status=DONE, user="colleague"):
        process = rig.spawn_as(user, *wrap(SHIP), "--database=" + server.connect("desk"), keep="all")
        assert process.wait() == status, process.text()
        return process.text()

    def read():
        return call(rig.bus_connection("root"), ROOT, LEDGER, "List", GLib.Variant.new_tuple(options({"Limit": 1000})))

    rig.start("center", "bus")
    rig.start_polkitd(rules)
    rig.start_daemon()
    try:
        server.start(rig.reserve_ports(1))
        server.ask("CREATE DATABASE hospital", dbname="postgres")
        subprocess.run([SHIP, "--database=" + server.connect(), "init"], check=True)
        server.ask("CREATE ROLE desk LOGIN; GRANT USAGE ON SCHEMA shikaku TO desk;"
                   "GRANT SELECT, INSERT ON ALL TABLES IN SCHEMA shikaku TO desk")
        assert "org.shikaku.ledger" in ship(FAILED, "tester") or "may not" in ship(FAILED, "tester")
        Visits(rig.bus_connection("tester")).check_number(INSURED)
        size = len(read())
        assert re.search(rf"(\d+) new entries, \1 in all", ship())
        assert int(server.ask("SELECT count(*) FROM shikaku.search")) >= size
        events = read_fhir(rig)
        assert len(events) > size and not [fault for event in events for fault in patterns.find_faults(event)]
        rig.stop_daemon()
        shutil.copytree(rig.state_directory, rig.folder / "older")
        rig.start_daemon()
        read()
        assert "new entries" in ship()
        rig.stop_daemon()
        for path in rig.state_directory.glob("ledger.*"):  # what was noted beside it too, as root would
            path.unlink()
        for path in (rig.folder / "older").glob("ledger.*"):
            shutil.copy(path, rig.state_directory)
            os.chown(rig.state_directory / path.name, rig.state_directory.stat().st_uid, -1)
        rig.start_daemon()
        for _ in range(8):
            read()
        assert "is not the one that was shipped" in ship(FAULT)
        seen = subprocess.run([SHIP, "--database=" + server.connect(), "verify"], capture_output=True, text=True)
        assert seen.returncode == DONE and "intact" in seen.stdout, seen.stdout
    finally:
        server.stop()
