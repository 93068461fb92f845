# SPDX-License-Identifier: LGPL-2.1-or-later
"""The administrators' guide by its word: what it tells to write down is taken out of it and tried on a booted machine."""
import json
import re
import textwrap

from desk import Simulator
from packages import SOURCE
from test_access import NOT_AUTHORIZED

GUIDE = (SOURCE / "data" / "doc" / "administrators.md").read_text()
UNIT = "/etc/systemd/system/shikakud.service.d/guide.conf"
RULES = "/etc/polkit-1/rules.d/10-shikaku.rules"


def take(pattern):
    """Return: the part of the guide's indented text that matches @pattern, without what it is indented by."""
    return textwrap.dedent("".join(re.findall(rf"(?m)^( +{pattern}.*(?:\n +.*)*\n)", GUIDE)))


def apply_drop_in(machine, text):
    machine.run("mkdir", "-p", UNIT.rsplit("/", 1)[0])
    machine.write(UNIT, text)
    machine.systemctl("daemon-reload")
    machine.systemctl("restart", "shikakud")


def write_rule(machine, rule):
    machine.write(RULES, rule)
    machine.systemctl("restart", "polkit")  # which would find it by itself, at a time that it does not tell


def diagnose(machine):
    links = json.loads(machine.run("shikakuctl", "diagnose", "--json", user="tester", status=None))
    return {link["Link"]: link["State"] for link in links}


def test_network(machine):
    """The daemon kept to the center's addresses does its job, and cannot reach others."""
    Simulator(machine)
    drop_in = "[Service]\n" + take("IPAddressDeny=any")
    assert "IPAddressAllow=localhost " in drop_in, drop_in
    apply_drop_in(machine, drop_in)
    states = diagnose(machine)
    assert states["line"] == states["tls"] == states["center"] == "ok", states
    apply_drop_in(machine, drop_in.replace("localhost ", ""))
    states = diagnose(machine)
    assert states["line"] == "failed" and states["center"] == "unknown", states


def test_rule(machine):
    """An institution's own rule, by the reader's name."""
    Simulator(machine)
    rule = take(r"polkit\.addRule")
    assert "Kiosk Reader 00 00" in rule, rule
    write_rule(machine, rule)
    for reader in ("1", "2"):
        machine.run("shikakuctl", "agent", "--reader", reader, user="patient", status=NOT_AUTHORIZED)
    write_rule(machine, rule.replace("Kiosk Reader 00 00", "Virtual PCD 00 00"))
    machine.run("shikakuctl", "agent", "--reader", "2", user="patient", status=NOT_AUTHORIZED)
    machine.spawn("shikakuctl", "agent", "--reader", "1", user="patient", until="Ctrl-C")


def test_handed_over(machine):
    """What systemd hands over is checked as the guide says, before the service is restarted."""
    script = take("systemd-run --quiet")
    assert "LoadCredentialEncrypted=institution.key.pem:" in script, script
    machine.run("mkdir", "-p", "--mode=700", "/etc/credstore", "/etc/credstore.encrypted")
    machine.run("mv", "/etc/shikaku/account", "/etc/credstore/shikaku.account")
    machine.run("systemd-creds", "encrypt", "--name=institution.key.pem", "/etc/shikaku/institution.key.pem",
                "/etc/credstore.encrypted/shikaku.institution.key.pem")
    machine.run("rm", "/etc/shikaku/institution.key.pem")
    alone = machine.run("sh", "-c", "runuser -u shikaku -- /usr/libexec/shikakud --check-config 2>&1")
    assert "Not set up: key PrivateKey" in alone and "Not set up: key Account" in alone, alone
    checked = machine.run("sh", "-c", script + " 2>&1")
    assert "Not set up" not in checked and "in order" in checked, checked


def test_stopped(machine):
    """Any user's call brings back a service that was stopped or disabled, as the guide says, and not one that is masked."""
    assert "`systemctl mask --now shikakud`" in GUIDE
    for verb in ("stop", "disable"):
        machine.systemctl(verb, "shikakud")
        machine.systemctl("stop", "shikakud")
        machine.run("shikakuctl", "status", user="other")
        machine.systemctl("is-active", "shikakud")
    machine.systemctl("mask", "--now", "shikakud")
    machine.run("shikakuctl", "status", user="other", status=69)
    machine.systemctl("is-active", "shikakud", status=3)
