# SPDX-License-Identifier: LGPL-2.1-or-later
"""The bridge to ORCA on a booted machine: as its package brings it. What it does for ORCA is tested in tests/orca."""
import json
import re

EXPOSURE = 15  # tenths, of systemd-analyze security


def test_service(machine):
    """Installed it rests; with a password it runs, confined, says that there is no ORCA, and ends well."""
    assert machine.systemctl("is-enabled", "shikaku-orca").strip() == "enabled"
    assert machine.show("shikaku-orca", "ActiveState", "Result") == {"ActiveState": "inactive", "Result": "success"}
    assert machine.run("stat", "--format=%a %U:%G", "/var/spool/shikaku/orca").strip() == "2770 shikaku:shikaku-orca"
    machine.run("shikaku-orca", "status", status=1)  # and makes nothing that would be root's
    machine.run("mkdir", "-p", "/etc/credstore")
    machine.write("/etc/credstore/shikaku.orca-password", "invented-and-known-to-all\n")
    machine.write("/etc/shikaku/orca.conf", machine.run("cat", "/etc/shikaku/orca.conf").replace("#User=", "User=ormaster"))
    machine.systemctl("start", "shikaku-orca")
    machine.run("sh", "-c", "until journalctl --unit=shikaku-orca | grep -q 'ORCA cannot be used'; do sleep 0.1; done")
    assert json.loads(machine.run("shikaku-orca", "--json", "status"))["Lost"] == 0
    assert machine.run("shikaku-orca", "pending") == ""
    assert machine.run("stat", "--format=%a %U", "/var/lib/shikaku-orca").strip() == "700 shikaku-orca"

    printed = machine.run("systemd-analyze", "security", f"--threshold={EXPOSURE}", "--no-pager", "shikaku-orca.service")
    unit = machine.systemctl("cat", "shikaku-orca.service")
    for line in re.findall(r"^✗ (\S+)", printed, re.MULTILINE):
        assert f"#   {line}" in unit, f"the unit does not explain {line}"
    print(re.search(r"Overall exposure.*", printed)[0])
    pid = machine.show("shikaku-orca", "MainPID")["MainPID"]
    assert "CapEff:\t0000000000000000" in machine.run("cat", f"/proc/{pid}/status")
    machine.systemctl("stop", "shikaku-orca")
    assert machine.show("shikaku-orca", "Result") == {"Result": "success"}
