# SPDX-License-Identifier: LGPL-2.1-or-later
"""The packages: what lintian says, that they can be made again, what installing, upgrading and purging them does."""
import hashlib
import json
import re
import subprocess
import tempfile
from pathlib import Path

import packages as made
from desk import CONFIGURATION, KEYS, Simulator
from machine import Machine, require
from test_job import check
from test_service import NO_DAEMON

# What may be different after a purge: users and groups stay (their numbers must never come to belong to someone else),
# and what dpkg, apt and systemd write of themselves.
LEFT = re.compile(r"/etc/(passwd|shadow|group|gshadow)-?|/etc/\.pwd\.lock|"
                  r"/var/(cache|log|lib/(dpkg|apt|systemd))(/.*)?|/usr/share/python3(/.*)?|/(tmp|root)(/.*)?")
STORE_KEY = "/etc/credstore.encrypted/shikaku-store-key"
USERS = {"shikaku", "shikaku-ship", "shikaku-folder", "shikaku-orca"}
GROUPS = {"shikaku", "shikaku-reception", "shikaku-clinical", "shikaku-metrics", "shikaku-ship", "shikaku-folder",
          "shikaku-receipt", "shikaku-orca"}


def list_files(machine):
    listed = machine.run("find", "/", "-xdev", "(", "-type", "d", "-printf", r"%p\n", ")", "-o", "-printf", r"%p %s\n")
    return {line for line in listed.splitlines() if not LEFT.fullmatch(line.split(" ")[0])}


def list_names(machine, database):
    return {line.split(":")[0] for line in machine.run("getent", database).splitlines()}


def purge(machine, names=made.NAMES):
    machine.run("apt-get", "purge", "--yes", "--quiet", *names, environment={"DEBIAN_FRONTEND": "noninteractive"})


def make_machine():
    """A machine without the packages, which lie there to be installed."""
    packages = made.get_packages()
    return Machine([made.get_tree()], binds=[packages]), packages


def test_lintian():
    """Neither errors nor warnings, at the strictest."""
    require("lintian")
    changes = made.get_packages() / f"shikaku_{made.get_current()}_{made.get_architecture()}.changes"
    done = subprocess.run(["lintian", "--allow-root", "-EviIL", "+pedantic", "--fail-on", "error,warning", changes],
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    print("\n".join(line for line in done.stdout.splitlines() if not line.startswith("N:")))
    assert done.returncode == 0


def test_reproducible():
    """Built again in another place, at another time: the same bytes."""
    packages = made.get_packages()
    with tempfile.TemporaryDirectory(prefix="shikaku-again-") as again:
        made.build(Path(again) / "out")
        for deb in sorted(packages.glob(f"*_{made.get_current()}_*.deb")):
            both = (deb, Path(again) / "out" / deb.name)
            first, second = (hashlib.sha256(path.read_bytes()).hexdigest() for path in both)
            print(deb.name, first)
            assert first == second, deb.name


def test_install():
    """From nothing: the service runs, is started at boot, has its user, and keeps its folder to itself."""
    machine, packages = make_machine()
    with machine:
        made.install(machine, packages, made.get_current(), made.NAMES[:5])
        machine.systemctl("is-active", "shikakud", "shikaku-ledger-ship.timer")
        machine.systemctl("is-enabled", "shikakud")
        assert machine.show("shikakud-again", "InactiveExitTimestampMonotonic") == {"InactiveExitTimestampMonotonic": "0"}
        machine.run("busctl", "status", "org.shikaku.Shikaku1")
        assert USERS <= list_names(machine, "passwd") and GROUPS <= list_names(machine, "group")
        assert machine.run("stat", "--format=%a %U:%G", "/etc/shikaku").strip() == "750 root:shikaku"
        assert machine.run("stat", "--format=%a %U:%G", "/run/shikaku").strip() == "2750 shikaku:shikaku-metrics"
        assert machine.run("stat", "--format=%a %U:%G", STORE_KEY).strip() == "600 root:root"
        assert not machine.run("dpkg", "--verify", *made.NAMES[:5]).strip()
        status = machine.run("shikakuctl", "status")
        assert made.get_current() in status, status


def test_upgrade(machine):
    """In the middle of a check, which ends by name; configuration, keys and people stay, the desk works."""
    Simulator(machine)
    look = ("sh", "-c", f"sha256sum /etc/shikaku/* {STORE_KEY}; stat --format='%a %U %G' /etc/shikaku/*; id shikaku; id tester")
    before = machine.run(*look)
    pid = machine.show("shikakud", "MainPID")
    clerk = machine.spawn("shikakuctl", "check", "--reader", "1", user="tester", until="PIN")
    made.install(machine, made.get_packages(), made.NEXT_VERSION)
    assert clerk.wait() == NO_DAEMON, clerk.text()
    assert machine.run("dpkg-query", "--show", "--showformat=${Version}", "shikakud") == made.NEXT_VERSION
    assert machine.show("shikakud", "MainPID") != pid
    assert machine.run(*look) == before
    assert machine.run("cat", "/etc/shikaku/shikakud.conf") == CONFIGURATION
    assert json.loads(check(machine, "--same-card", "--json"))["Answer"] == "eligible"


def test_upgrade_keeps_disabled(machine):
    """An administrator's decision that the service shall not run survives an upgrade."""
    machine.systemctl("disable", "--now", "shikakud")
    made.install(machine, made.get_packages(), made.NEXT_VERSION)
    machine.systemctl("is-enabled", "shikakud", status=1)


def test_purge():
    """A machine is as it was, but for the users; a key of the institution and a drop-in in /etc/shikaku stay."""
    machine, packages = make_machine()
    with machine:
        before = list_files(machine)
        users, groups = list_names(machine, "passwd"), list_names(machine, "group")
        made.install(machine, packages, made.get_current())
        machine.run("shikakuctl", "status")
        purge(machine)
        assert list_files(machine) == before, list_files(machine) ^ before
        assert list_names(machine, "passwd") - users == USERS and list_names(machine, "group") - groups == GROUPS
        assert "shikaku" not in machine.systemctl("list-units", "--all")
        machine.run("test", "-e", "/run/shikaku", status=1)

        made.install(machine, packages, made.get_current(), ["shikakud"])
        machine.write("/etc/shikaku/institution.key.pem", "a key\n", mode="640", owner="root:shikaku")
        machine.run("mkdir", "/etc/shikaku/shikakud.conf.d")
        machine.write("/etc/shikaku/shikakud.conf.d/10-clinic.conf", "[Visit]\nRetention=30\n", mode="644")
        purge(machine, ["shikakud"])
        kept = machine.run("find", "/etc/shikaku", "/var/lib/shikaku", "-type", "f", status=None).split()
        assert {path for path in kept if path.startswith("/")} == {
            "/etc/shikaku/institution.key.pem", "/etc/shikaku/shikakud.conf.d/10-clinic.conf"}, kept


def test_autopkgtest(machine):
    """The tests that Debian runs on the installed packages; of the long one a part."""
    tests = made.SOURCE / "debian" / "tests"
    environment = {"AUTOPKGTEST_TMP": "/tmp", "SHIKAKU_KEYS": KEYS}  # keys are at hand: making them takes long
    for name, patterns in (("main-job", []), ("installed", ["bus/contract-*", "card/opensc-name", "bus/client-check_json"])):
        machine.write(f"/tmp/{name}", (tests / name).read_text(), mode="755")
        print(machine.run(f"/tmp/{name}", *patterns, seconds=3000, environment=environment))
