# SPDX-License-Identifier: LGPL-2.1-or-later
"""faults: what can be told to go wrong, once or always, at a chosen command.

Comes in: "KIND [INS] [NUMBER] [always]" lines. Goes out: the fault that applies to a command APDU.
INS is a hex byte, or: any, select, read, query (VERIFY without data), verify, sign, drop (SELECT of the issuer domain).
"""
from .persona import ISSUER_DOMAIN

SELECTORS = {
    "any": lambda raw: True,
    "select": lambda raw: raw[1] == 0xA4 and not SELECTORS["drop"](raw),
    "drop": lambda raw: raw[1] == 0xA4 and raw[2] == 0x04 and raw[5:5 + len(ISSUER_DOMAIN)] == ISSUER_DOMAIN,
    "read": lambda raw: raw[1] == 0xB0,
    "query": lambda raw: raw[1] == 0x20 and len(raw) <= 5,
    "verify": lambda raw: raw[1] == 0x20 and len(raw) > 5,
    "sign": lambda raw: raw[1] == 0x2A,
}
# kind → (what it does, how its number is read)
KINDS = {
    "yank-before": ("the card leaves when the command arrives; nothing is executed", None),
    "yank-during": ("the command is executed, but the card leaves before it answers", None),
    "slip-before": ("as yank-before, and the card is back at once: pcscd has not looked meanwhile", None),
    "slip-during": ("as yank-during, and the card is back at once", None),
    "mute": ("nothing is executed and nothing answered, ever, until the card leaves", None),
    "slow": ("the answer comes NUMBER milliseconds late", int),
    "hold": ("executed; the answer comes when \"release\" is told", None),
    "truncate": ("executed; of the answer's data only the first NUMBER bytes come, then the status word", int),
    "one-byte": ("executed; the answer is its first byte", None),
    "empty": ("executed; the card leaves before it answers, and is back by itself a moment later", None),
    "status": ("not executed; the answer is the status word NUMBER, in hex", lambda text: int(text, 16)),
    "6f00-first": ("the first command after power-up is answered 6F00 and not executed; takes no INS", None),
}


class Fault:
    def __init__(self, words):
        words = list(words)
        self.always = words[-1:] == ["always"]
        if self.always:
            words.pop()
        self.kind = words.pop(0)
        _text, number = KINDS[self.kind]
        self.instruction = words.pop(0).lower() if self.kind != "6f00-first" else "any"
        if self.instruction not in SELECTORS:
            int(self.instruction, 16)
        self.number = number(words.pop(0)) if number else None
        if words:
            raise ValueError(words)

    def matches(self, raw, is_first):
        if len(raw) < 4 or (self.kind == "6f00-first" and not is_first):
            return False
        if self.instruction in SELECTORS:
            return SELECTORS[self.instruction](raw)
        return raw[1] == int(self.instruction, 16)


class Faults:
    def __init__(self):
        self.faults = []

    def add(self, words):
        """Raises ValueError for what is not a fault."""
        try:
            self.faults.append(Fault(words))
        except (KeyError, IndexError) as error:
            raise ValueError("fault KIND [INS] [NUMBER] [always], KIND one of " + ", ".join(KINDS)) from error

    def clear(self):
        self.faults = []

    def take(self, raw, is_first):
        """The fault for this command, or None. One that is not for always is used up."""
        for fault in self.faults:
            if fault.matches(raw, is_first):
                if not fault.always:
                    self.faults.remove(fault)
                return fault
        return None
