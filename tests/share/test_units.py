# SPDX-License-Identifier: LGPL-2.1-or-later
"""The examples for whoever mounts the official terminal's shared folders, as systemd reads them."""
import re
import subprocess

from rig import SOURCE

EXAMPLES = SOURCE / "data" / "examples" / "terminal"
GUIDE = SOURCE / "data" / "doc" / "terminal.md"


def test_verify(rig):
    rig.require("systemd-analyze", "systemd")
    units = sorted(EXAMPLES.glob("*mount"))
    assert [unit.suffix for unit in units] == [".automount", ".mount"], units
    done = subprocess.run(["systemd-analyze", "verify", "--man=no", *units], capture_output=True, text=True)
    assert done.returncode == 0 and not done.stderr.strip(), done.stderr
    for unit in units:
        where = re.search("^Where=(.*)$", unit.read_text(), re.MULTILINE)[1]
        name = subprocess.run(["systemd-escape", "--path", f"--suffix={unit.suffix[1:]}", where], capture_output=True,
                              text=True, check=True).stdout.strip()
        assert name == unit.name, f"{unit.name} is for {where}: systemd wants {name}"
        assert f"{where}/req" in GUIDE.read_text(), f"{GUIDE}: settings for another folder than {where}"


def test_options(rig):
    """Each option of the mount has a line in the guide that says what it is for."""
    options = re.search("^Options=(.*)$", (EXAMPLES / "srv-shikaku-terminal.mount").read_text(), re.MULTILINE)[1]
    guide = GUIDE.read_text()
    missing = [option for option in options.split(",") if option not in guide and not option.startswith("credentials=")]
    assert not missing, missing
