# SPDX-License-Identifier: LGPL-2.1-or-later
"""cifs itself, in a machine with Debian's kernel, with the mount unit's own options, over a real Samba server.

What the rooms of the shared folders count on, and what the documents say of the options, is measured here.
"""
import os
import re

from guest import HOST, Guest, isolate, make_disk
from loop import until
from rig import SOURCE
from samba import ACCOUNT, PASSWORD, SHARE, STRANGER, Samba
from test_samba import UNITS
from users import USERS

UNIT = SOURCE / "data" / "examples" / "terminal" / "srv-shikaku-terminal.mount"
CREDENTIALS = "/etc/shikaku/terminal.smb"
FOLDER = "/srv/shikaku/terminal"
HALF, WHOLE = b"<XmlMsg>half", b", whole</XmlMsg>"


def mount_options(port):
    """The unit's own; the port is that of a server that may not have the usual one."""
    options = re.search("^Options=(.*)$", UNIT.read_text(), re.MULTILINE)[1]
    assert f"credentials={CREDENTIALS}," in options, options
    return f"{options},port={port}"


def credentials(account=ACCOUNT, password=PASSWORD):
    return f"username={account}\npassword={password}\n"


def mount(guest, samba, options=None, status=0):
    return guest.run("mount.cifs", f"//{HOST}/{SHARE}", FOLDER, "-o", options or mount_options(samba.port), status=status)


def write(samba, name, content, mode="xb"):
    """As a program of the server's own machine does, which asks no server."""
    path = samba.folder / "res" / name
    with open(path, mode) as file:
        file.write(content)
    os.chown(path, samba.user.uid, samba.user.uid)


def read_twice(guest, samba, name):
    """A file that another program is still writing, read again and again. Return: what is read, with its size, at last."""
    write(samba, name, HALF)
    path = f"{FOLDER}/res/{name}"
    half = guest.run(f"cat {path}")
    assert half == HALF.decode(), repr(half)
    write(samba, name, WHOLE, "ab")
    return guest.run(f"cat {path}; stat -c ' %s' {path}").strip()


def test_mount(rig):
    units = {rig.program(f"tests/unit/test-{name}"): options for name, options in UNITS.items()}
    disk = make_disk(rig, programs=units, people=[USERS["shikaku"], USERS["other"]], files={
        CREDENTIALS: credentials(), "/wrong.smb": credentials(password="Wrong-2026"),
        "/other.smb": credentials(STRANGER), f"{FOLDER}/not-mounted": ""})
    isolate()
    with Samba(rig) as samba:
        guest = Guest(rig, disk)
        check_encryption(guest, samba)
        check_people(guest, samba)
        check_names(guest, samba)
        check_reading(guest, samba)
        for unit, options in units.items():
            guest.run(f"su shikaku -c 'TMPDIR={FOLDER} SHIKAKU_TEST_MOUNTED=1 {unit} {' '.join(options)}'")
        check_absence(guest, samba)


def check_encryption(guest, samba):
    """A server that does not encrypt is not mounted."""
    configured = samba.configuration.read_text()
    for text, status in ((configured.replace("encrypt = required", "encrypt = off"), 32), (configured, 0)):
        samba.configuration.write_text(text)
        samba.stop()
        samba.start()
        mount(guest, samba, status=status)
    guest.run(f"umount {FOLDER}")


def check_people(guest, samba):
    """Another account and a wrong password are refused; the folder is for the daemon's user alone."""
    for file in ("/wrong.smb", "/other.smb"):
        refused = mount(guest, samba, mount_options(samba.port).replace(CREDENTIALS, file), status=None)
        assert guest.status and "Permission denied" in refused, refused
    mount(guest, samba)
    assert guest.run(f"ls {FOLDER}").split() == ["face", "req", "res"]
    assert "Permission denied" in guest.run(f"su other -c 'ls {FOLDER}'", status=1)
    guest.run(f"su shikaku -c 'touch {FOLDER}/req/a && rm {FOLDER}/req/a'")


def check_names(guest, samba):
    """What one has renamed to or linked nobody replaces; what is removed is gone for the others."""
    write(samba, "taken", b"theirs")
    guest.run(f"echo ours >{FOLDER}/res/new")
    assert "File exists" in guest.run(f"ln {FOLDER}/res/new {FOLDER}/res/taken", status=1)
    guest.run(f"ln {FOLDER}/res/new {FOLDER}/res/free && rm {FOLDER}/res/new")
    assert sorted(os.listdir(samba.folder / "res")) == ["free", "taken"]
    assert (samba.folder / "res" / "taken").read_bytes() == b"theirs"
    guest.run(f"rm {FOLDER}/res/*")
    assert not os.listdir(samba.folder / "res")


def check_reading(guest, samba):
    """With the unit's options a second reading is one; with cifs's own it gives what was there before."""
    whole = HALF + WHOLE
    assert read_twice(guest, samba, "one") == f"{whole.decode()} {len(whole)}"
    guest.run(f"umount {FOLDER}")
    mount(guest, samba, mount_options(samba.port).replace(",nolease", ""))
    assert read_twice(guest, samba, "other") == f"{HALF.decode()} {len(HALF)}", "`nolease` is not needed any more: say so"
    guest.run(f"umount {FOLDER}")
    mount(guest, samba)


def check_absence(guest, samba):
    """A server that is off, or hangs, is told by an error, and what it is back from is seen at the next look."""
    look = f"cat {FOLDER}/res/one"
    for away, back in ((samba.stop, samba.start), (samba.hang, samba.go_on)):
        away()
        said = guest.run(look, status=1)
        assert re.search("Host is down|Resource temporarily unavailable", said), said
        back()
        until(lambda: guest.run(look, status=None) and not guest.status, "the share to be back")
