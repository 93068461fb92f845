# SPDX-License-Identifier: LGPL-2.1-or-later
"""The official terminal's shared folders over a real SMB server: mounted, as the daemon's user sees them."""
from samba import Samba


def test_rooms(rig):
    """The unit tests of the shared folders, in a folder of the share."""
    with Samba(rig) as samba:
        folder = samba.mount("mounted")
        rig.run_as("shikaku", rig.program("tests/unit/test-folder-share"), check=0,
                   environment={"TMPDIR": str(folder), "SHIKAKU_TEST_MOUNTED": "1"})
        assert not [path for path in samba.folder.glob("folder-share-*")], "what the tests have made lies there"
