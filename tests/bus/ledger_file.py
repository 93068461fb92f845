# SPDX-License-Identifier: LGPL-2.1-or-later
"""The ledger as its file has it, read without any of our own code but the table of names.

Comes in: the state directory of a rig, whose daemon may run: its files are copied first. Goes out: entries as dicts, each
with the hash of its leaf, computed anew (RFC 6962), so that a test sees that nothing was half written.
"""
import hashlib
import re
import shutil
import sqlite3
import struct
import tempfile
from pathlib import Path

from rig import SOURCE

SALT = 16


def read_names(macro, pattern):
    text = (SOURCE / "daemon/base/names.h").read_text().split(f"#define {macro}(X)", 1)[1].split("\n\n", 1)[0]
    return {int(found[0]): found[1:] for found in re.findall(pattern, text)}


KINDS = read_names("SHIKAKU_LEDGER_KINDS", r'X \((\d+), \w+, "([a-z-]+)"\)')
FIELDS = read_names("SHIKAKU_LEDGER_FIELDS", r'X \((\d+), \w+, "(\w+)", "(\w+)"\)')


def open_copy(folder, name="ledger.db"):
    """A connection to a copy of the file, with what is in its log."""
    with tempfile.TemporaryDirectory(prefix="shikaku-ledger-") as place:
        for path in Path(folder).glob(name + "*"):
            if not path.name.endswith("-shm"):
                shutil.copy(path, place)
        source = sqlite3.connect(f"{place}/{name}")
        copy = sqlite3.connect(":memory:")
        source.backup(copy)
        source.close()
    return copy


def parse(data):
    """The canonical bytes of one entry."""
    form, kind, at, boot = struct.unpack(">BBQQ", data[:18])
    assert form == 1, form
    entry, place = {"Kind": KINDS[kind][0], "At": at, "Boot": boot}, 18
    while place < len(data):
        number, size = struct.unpack(">HH", data[place:place + 4])
        value, (key, kind) = data[place + 4:place + 4 + size], FIELDS[number]
        value = int.from_bytes(value, "big") if kind == "t" else value.decode() if kind == "s" else value.hex()
        before = entry.get(key)  # what comes several times is a list
        entry[key] = value if before is None else [*(before if isinstance(before, list) else [before]), value]
        place += 4 + size
    assert place == len(data), "an entry is cut"
    return entry


def read_entries(folder):
    """All entries, each with Place and Leaf. The places have no gap, and each leaf is the one that the tree has."""
    entries = []
    if not (Path(folder) / "ledger.db").exists():
        return entries
    copy = open_copy(folder)
    if not copy.execute("SELECT 1 FROM sqlite_master WHERE name = 'ledger'").fetchone():
        return entries  # it was killed before it had made it
    for place, hashes, leaf in copy.execute("SELECT place, hashes, leaf FROM ledger ORDER BY place"):
        digest = hashlib.sha256(b"\0" + leaf).digest()
        assert place == len(entries), f"place {place} after {len(entries) - 1}"
        assert hashes[:32] == digest, f"the hash of place {place} is not that of its entry"
        entries.append({**parse(leaf[SALT:]), "Place": place, "Leaf": digest.hex()})
    return entries


def read_withdrawals(folder):
    """The rows of the withdrawals that the center is told: (place of the consent, identifier, state)."""
    return open_copy(folder).execute("SELECT place, identifier, state FROM consent_withdrawals ORDER BY place").fetchall()


def read_book(folder):
    """The rows of the consents that outlive their visits."""
    if not (Path(folder) / "ledger.db").exists():
        return []
    keys = ("place", "receipt", "identifier", "kind", "state", "at", "until")
    copy = open_copy(folder)
    if not copy.execute("SELECT 1 FROM sqlite_master WHERE name = 'consents'").fetchone():
        return []
    rows = copy.execute(f"SELECT {', '.join(keys)} FROM consents ORDER BY place")
    return [dict(zip(keys, row)) for row in rows]
