#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""remains PID: runs in the machine as root. Looks into the memory of a process, as it is, for what must not be there.

Comes in: on standard input a JSON object, what it is → its bytes as hexadecimal digits. Goes out: a JSON list of what was
found, and where.
"""
import json
import os
import sys


def read_regions(pid):
    """Everything that the process could write to."""
    with open(f"/proc/{pid}/maps", encoding="utf-8") as maps, open(f"/proc/{pid}/mem", "rb", 0) as memory:
        for line in maps:
            addresses, rights, *rest = line.split()
            start, end = (int(number, 16) for number in addresses.split("-"))
            if not rights.startswith("rw"):
                continue
            try:
                yield rest[3] if len(rest) > 3 else "anonymous", os.pread(memory.fileno(), end - start, start)
            except OSError:  # of a device
                pass


def main():
    words = {name: bytes.fromhex(word) for name, word in json.load(sys.stdin).items()}
    found = []
    for region, data in read_regions(sys.argv[1]):
        for name, word in words.items():
            place = data.find(word)
            if place >= 0:
                around = data[max(0, place - 32):place + 64]
                found.append(f"{name}: {data.count(word)} times in {region}, as in {around!r}")
    print(json.dumps(found, ensure_ascii=False))


main()
