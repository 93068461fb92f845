# SPDX-License-Identifier: LGPL-2.1-or-later
"""The official terminal's shared folders over a real SMB server: mounted, as the daemon's user sees them."""
from samba import Samba

# Without what is about calls that fail, whichever file system they are of.
UNITS = {"folder-file": ["-s", "/folder-file/failures"], "folder-share": []}


def test_rooms(rig):
    """The unit tests of the shared folders, in a folder of the share: how a name is taken, and the whole way of a file."""
    with Samba(rig) as samba:
        there = {*samba.folder.iterdir()}
        environment = {"TMPDIR": str(samba.mount("mounted")), "SHIKAKU_TEST_MOUNTED": "1"}
        for name, options in UNITS.items():
            rig.run_as("shikaku", rig.program(f"tests/unit/test-{name}"), *options, environment=environment, check=0)
        assert {*samba.folder.iterdir()} == there, "what the tests have made lies there"
