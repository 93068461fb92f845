# SPDX-License-Identifier: LGPL-2.1-or-later
"""Faults on demand: what is armed, and for which call and how often."""

NUMBER, CODE, ELEMENT = " N", " CODE", " NAME=TEXT"
# Kind -> (its argument, what it does).
KINDS = {
    "refuse-connection": ("", "every connection is dropped and none accepted, until clear-faults"),
    "foreign-certificate": ("", "the server certificate is of a foreign CA, until clear-faults; drops what is at rest"),
    "weak-certificate": ("", "the server key is RSA of 1,024 bits, until clear-faults; drops what is at rest"),
    "client-certificate": ("", "the server certificate is for clients only, until clear-faults; drops what is at rest"),
    "old-tls": (NUMBER, "speaks TLS 1.0 (10) or 1.1 (11) alone, until clear-faults; drops what is at rest"),
    "slow": (NUMBER, "answers after so many milliseconds"),
    "hold": ("", "does what was asked, and answers when \"release\" is told (path=tls: no handshake until then)"),
    "silent": ("", "takes the request, does nothing with it and never answers (path=tls: accepts, and no handshake)"),
    "garbage": ("", "answers 200 with a body that is not JSON"),
    "huge": (NUMBER, "answers with well-formed JSON of so many bytes; records: does what was asked, with as large a document"),
    "type": (CODE, "does what was asked, and calls the answer something else: text/html"),
    "records-error": (CODE, "answers with an error of the field with this code, in XML also where a PDF was asked for"),
    "other-person": ("", "answers with the records of another person"),
    "other-request": ("", "answers with records, and says that they belong to another request"),
    "malformed": ("", "answers with records in which some bytes are missing"),
    "redirect": ("", "answers 302 to the same call under another host name of the loopback"),
    "cut": (NUMBER, "does what was asked, sends the head and so many bytes of the body, and closes"),
    "halves": ("", "does what was asked, sends half of the answer, and the rest when \"release\" is told"),
    "drop": ("", "takes the request, does nothing with it and closes the connection"),
    "status": (NUMBER, "answers with this HTTP status and does nothing (retry-after=SECONDS)"),
    "error-code": (CODE, "answers SegmentOfResult 9 with this ErrorCode and does nothing"),
    "processing": ("", "answers SegmentOfResult 2 (still being worked on) and does nothing"),
    "empty": ("", "does what was asked, and answers a success with nothing in it"),
    "result": (CODE, "does what was asked, and answers with this ProcessingResultStatus and ProcessingResultCode: 2,CODE"),
    "unknown-elements": ("", "does what was asked, and answers with elements that nobody knows, everywhere"),
    "element": (ELEMENT, "does what was asked, and answers with this text in every element of this name"),
    "continue": (NUMBER, "answers with this HTTP status, 100 to 199, again and again, and never with more"),
    "endless-head": ("", "answers with headers without end"),
    "endless-trailer": ("", "does what was asked, answers in chunks, and with trailers without end"),
    "crumbs": (NUMBER, "answers with well-formed JSON of so many bytes, in chunks of one byte"),
    "trickle": ("", "does what was asked, answers one byte every 0.2 seconds"),
}
CONTEXTS = {"foreign-certificate": "foreign-center", "weak-certificate": "weak-center",
            "client-certificate": "client-center", "old-tls": "old-center-"}  # fmt: skip
OF_RECORDS = ("records-error", "other-person", "other-request", "malformed")
LASTING = ("refuse-connection", *CONTEXTS)


class Fault:
    def __init__(self, kind, number=0, code=None, path=None, count=1, retry_after=None):
        self.kind = kind
        self.number = number
        self.code = code
        self.path = path
        self.left = count  # None: always
        self.retry_after = retry_after


def parse(words, kinds=None):
    """One fault from the words of a control command. @kinds: those that there are, if others than the center's. Raises
    ValueError with a text for people."""
    kinds = kinds or KINDS
    kind, options, values = words[0] if words else "", {}, []
    if kind not in kinds:
        raise ValueError("no such fault; there are: " + ", ".join(kinds))
    for word in words[1:]:
        name, sign, value = word.partition("=")
        if sign and name in ("path", "count", "retry-after"):
            options[name] = value
        elif word == "always":
            options["count"] = word
        else:
            values.append(word)
    argument = kinds[kind][0]
    if len(values) != (1 if argument else 0):
        raise ValueError("wrong number of arguments for " + kind)
    count = options.get("count", "always" if kind in LASTING else "1")
    return Fault(
        kind,
        number=int(values[0]) if argument == NUMBER else 0,
        code=values[0] if argument in (CODE, ELEMENT) else None,
        path=options.get("path"),
        count=None if count == "always" else int(count),
        retry_after=options.get("retry-after"),
    )


class Faults:
    def __init__(self):
        self.armed = []

    def add(self, fault):
        self.armed.append(fault)

    def clear(self):
        self.armed.clear()

    def disarm(self, kind):
        self.armed = [fault for fault in self.armed if fault.kind != kind]

    def get_context(self):
        """Which of the center's TLS contexts a new connection gets."""
        for fault in self.armed:
            if fault.kind in CONTEXTS:
                return CONTEXTS[fault.kind] + (str(fault.number) if fault.number else "")
        return "center"

    def take(self, path):
        """The first armed fault for @path, counted down; None if there is none."""
        for fault in self.armed:
            if fault.kind in LASTING or (fault.path != path if fault.path else path == "tls"):
                continue
            if fault.left is not None:
                fault.left -= 1
                if fault.left <= 0:
                    self.armed.remove(fault)
            return fault
        return None
