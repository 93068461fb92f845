# SPDX-License-Identifier: LGPL-2.1-or-later
"""Other releases of Debian, and 32 bits: the packages are built there, with the unit tests, and do there what they are for.

What of it the environment lacks (a mirror that has the release, rights) is said, and is no failure.
"""
import json
import tempfile
from pathlib import Path

import packages as made
from desk import Simulator
from machine import Machine, Skip
from releases import APT, find_source, get_suite, run_in
from test_job import check

LOOK = ("sh", "-c", "sha256sum /etc/shikaku/*; stat --format='%a %U %G %n' /etc/shikaku/* /var/lib/shikaku/shikaku.db; "
        "id shikaku; id tester")
UPGRADE = ("apt-get", "full-upgrade", "--yes", "--quiet", "--no-install-recommends", "--option=Dpkg::Use-Pty=0",
           "--option=Dpkg::Options::=--force-confold")
SAME = {"DEBIAN_FRONTEND": "noninteractive"}


def run_in_build_tree(release, packages, script):
    tree = made.get_build_tree(made.made_once, made.CACHE, made.SOURCE, release, made.get_architecture())
    with tempfile.TemporaryDirectory(prefix="shikaku-upper-", dir=made.BUILD) as upper:
        return run_in([tree], Path(upper) / "upper", script, {made.SOURCE: "/source", packages: "/out"})


def test_trixie_packages():
    """`apt build-dep` has everything, also what the whole suite needs; they build, their unit tests pass; lintian is silent."""
    packages = made.get_packages("trixie")
    run_in_build_tree("trixie", packages, f"cd /source\n{APT} --simulate --build-profiles=pkg.shikaku.check build-dep ./\n"
                      f"lintian --allow-root -EviIL +pedantic --fail-on error,warning "
                      f"/out/shikaku_{made.get_current()}_{made.get_architecture()}.changes")


def test_i386_packages():
    """The same of this release with 32 bits. There are no tests of the booted machine: nothing but numbers is different."""
    with tempfile.TemporaryDirectory(prefix="shikaku-i386-", dir=made.BUILD) as out:
        made.build(Path(out), get_suite(), "i386")
        made.list_debs(Path(out), made.get_current())


def test_sid_packages():
    """The next release is no promise yet."""
    try:
        packages = made.get_packages("sid")
    except AssertionError as error:
        print(error)
        raise Skip("a sid in which the packages build") from error
    print(sorted(path.name for path in packages.glob("*.deb")))


def check_quiet(machine):
    """Nothing is complained of that the service could be meant with."""
    journal = machine.journal("--unit=shikakud", "--grep=credential|Unknown key|deprecated|Failed", status=None)
    assert "-- No entries --" in journal or not journal.strip(), journal


def test_trixie_job():
    """The main job on a booted machine, where pcscd asks polkit; and who is not of the reception is refused."""
    layers, packages = made.get_desk("trixie")
    with Machine(layers, binds=[packages]) as machine:
        check_quiet(machine)
        Simulator(machine)
        answer = json.loads(check(machine, "--consent", "drug", "--json"))
        assert answer["Answer"] == "eligible" and answer["Insurances"][0]["BurdenRatio"] == 30, answer
        assert "polkit" in machine.run("pcscd", "--version")
        check(machine, user="other", status=6)
        machine.systemctl("stop", "shikakud")
        machine.run("grep", "--text", "Virtual PCD 00 00", "/var/lib/shikaku/shikaku.db")
        seconds = machine.reboot()
        machine.systemctl("is-active", "shikakud")
        check_quiet(machine)
        print(f"rebooted in {seconds:.1f} s")


def test_trixie_upgrade():
    """A desk of the release before that works is upgraded while it runs, as an administrator does it: first the system, where
    the old packages go on, then ours. Configuration, people and what the service knows stay; after a reboot it works."""
    layers, old = made.get_desk()
    new = made.get_packages("trixie")
    if not made.is_other("trixie"):
        raise Skip("a release before trixie, to begin with")
    with tempfile.TemporaryDirectory(prefix="shikaku-upgrade-", dir=made.BUILD) as folder:
        fetched = Path(folder) / "fetched"
        purged = " ".join(sorted(made.EXAMPLES))
        wanted = " ".join(set(made.list_dependencies(new)) - made.EXAMPLES)  # of which some the old packages did not know
        run_in(layers, fetched, f"rm -rf /etc/apt/sources.list /etc/apt/sources.list.d/*\n"
               f"echo '{find_source('trixie')}' >/etc/apt/sources.list\n{APT} purge --autoremove {purged}\n"
               f"{APT} update\n{APT} --download-only full-upgrade\n{APT} --download-only install {wanted}", fetches=True)
        with Machine([fetched, *layers], binds=[old, new]) as machine:
            Simulator(machine)
            assert json.loads(check(machine, "--json"))["Answer"] == "eligible"
            before = machine.run(*LOOK)
            machine.run(*UPGRADE, environment=SAME, seconds=1800)
            machine.systemctl("is-active", "shikakud")
            made.install(machine, new, made.NEXT_VERSION)
            assert machine.run("dpkg-query", "--show", "--showformat=${Version}", "shikakud") == made.NEXT_VERSION
            assert machine.run(*LOOK) == before, machine.run(*LOOK) + before
            machine.reboot()
            machine.systemctl("is-active", "shikakud")
            assert machine.run(*LOOK) == before, machine.run(*LOOK) + before
            Simulator(machine)
            assert json.loads(check(machine, "--same-card", "--json"))["Answer"] == "eligible"
