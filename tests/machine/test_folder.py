# SPDX-License-Identifier: LGPL-2.1-or-later
"""The folder bridge on a booted machine: as its package brings it and administrators.md sets it up, for a receipt computer
that is a shell script."""
import re

from desk import Simulator

EXPOSURE = 15  # tenths, of systemd-analyze security
FOLDER = "/srv/shikaku-folder/reception"
EXAMPLE = "/usr/share/doc/shikakud/examples/receipt-folder.sh"
NUMBERS = ("1312345678", "  990019", "架空０１", "１２３４５６７", "01", "19850412")


def test_bridge(machine):
    """Installed it rests; configured it serves; it is confined, and a kill does not lose a request."""
    Simulator(machine)
    assert machine.systemctl("is-enabled", "shikaku-folder").strip() == "enabled"
    assert machine.show("shikaku-folder", "ActiveState", "Result") == {"ActiveState": "inactive", "Result": "success"}
    assert machine.run("stat", "--format=%a %U:%G", "/var/spool/shikaku/folder").strip() == "2770 shikaku:shikaku-folder"
    machine.run("install", "-d", "-o", "shikaku-folder", "-g", "shikaku-receipt", "-m", "2770", FOLDER)
    machine.run("usermod", "--append", "--groups=shikaku-receipt", "other")
    configuration = machine.run("cat", "/etc/shikaku/shikaku-folder.conf")
    machine.write("/etc/shikaku/shikaku-folder.conf", configuration
                  + f"[Station desk]\nFaces=/var/spool/shikaku/folder\n[Receipt reception]\nFolder={FOLDER}\n")
    machine.systemctl("restart", "shikaku-folder")
    machine.run("sh", "-c", f"until [ -e {FOLDER}/res ]; do sleep 0.1; done")
    said = machine.run(EXAMPLE, FOLDER, *NUMBERS, user="other")
    assert "QualificationValidity 1" in said and "Name 山田　花子" in said, said

    machine.run("ls", f"{FOLDER}/.shikaku-folder", user="other", status=2)
    face, spool = "OQSsiquc01res_face_13123456781_20261130090000.xml", "/var/spool/shikaku/folder"
    machine.run("sh", "-c", f"cd {spool} && echo x >.new && chown shikaku .new && chmod 660 .new && mv .new {face}")
    machine.run("sh", "-c", f"until [ -e {FOLDER}/face/{face} ]; do sleep 0.1; done; cat {FOLDER}/face/{face}", user="other")
    machine.run("rm", f"{FOLDER}/face/{face}", user="other")

    machine.systemctl("kill", "--signal=KILL", "shikaku-folder")
    said = machine.run(EXAMPLE, FOLDER, *NUMBERS, user="other")
    assert "QualificationValidity 1" in said or "ErrorCode SHKF" in said, said

    printed = machine.run("systemd-analyze", "security", f"--threshold={EXPOSURE}", "--no-pager", "shikaku-folder.service")
    unit = machine.systemctl("cat", "shikaku-folder.service")
    for line in re.findall(r"^✗ (\S+)", printed, re.MULTILINE):
        assert f"#   {line}" in unit, f"the unit does not explain {line}"
    print(re.search(r"Overall exposure.*", printed)[0])
    pid = machine.show("shikaku-folder", "MainPID")["MainPID"]
    assert "CapEff:\t0000000000000000" in machine.run("cat", f"/proc/{pid}/status")
    assert "山田" not in machine.journal("--unit=shikaku-folder") and "1234567" not in machine.journal("--unit=shikaku-folder")
