# SPDX-License-Identifier: LGPL-2.1-or-later
"""journal: what crossed the card's contacts, without PINs: for tests that count and compare."""
import time

from .faults import SELECTORS

PIN_INSTRUCTIONS = (0x20, 0x24)


def show(raw):
    """The command in hex, the bytes of a PIN as stars."""
    if len(raw) > 5 and raw[1] in PIN_INSTRUCTIONS:
        head = 7 if raw[4] == 0 and len(raw) > 7 else 5
        return raw[:head].hex().upper() + "**" * (len(raw) - head)
    return raw.hex().upper()


class Journal:
    def __init__(self):
        self.clear()

    def clear(self):
        self.entries = []
        self.apdus = self.bytes_in = self.bytes_out = 0
        self.busy = 0.0
        self.counts = dict.fromkeys([*SELECTORS, "power-up", "power-off"], 0)

    def power(self, on):
        self.counts["power-up" if on else "power-off"] += 1

    def command(self, raw):
        """@return: the entry, to be completed by answer()."""
        self.apdus += 1
        self.bytes_in += len(raw)
        entry = {"at": time.time(), "command": show(raw), "size": len(raw), "status": None, "response_size": 0}
        entry["begun"] = time.monotonic()
        self.entries.append(entry)
        for name, selects in SELECTORS.items():
            self.counts[name] += len(raw) >= 4 and selects(raw)
        return entry

    def answer(self, entry, response):
        self.bytes_out += len(response)
        entry["response_size"] = len(response)
        entry["status"] = response[-2:].hex().upper()
        entry["took"] = time.monotonic() - entry["begun"]
        self.busy += entry["took"]

    def list(self):
        return [{key: value for key, value in entry.items() if key != "begun"} for entry in self.entries]

    def totals(self):
        return {"apdus": self.apdus, "bytes_in": self.bytes_in, "bytes_out": self.bytes_out,
                "power_ups": self.counts["power-up"], "busy": self.busy}
