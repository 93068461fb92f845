# SPDX-License-Identifier: LGPL-2.1-or-later
"""Faults on demand: what the field's terminals, networks and neighbours do to an answer or a face file."""

from sim_center import faults
from sim_center.faults import CODE, ELEMENT, NUMBER

# Kind -> (its argument, what it does). How the file comes to lie there, or does not:
DELIVERY = {
    "slow": (NUMBER, "it comes so many milliseconds later"),
    "hold": ("", "it comes when \"release\" is told"),
    "halves": ("", "half of it lies there, and the rest when \"release\" is told"),
    "empty-file": ("", "it lies there empty, and is filled when \"release\" is told"),
    "renamed-late": ("", "it lies there as NAME.tmp, and has its name when \"release\" is told"),
    "locked": ("", "it lies there, and nobody may open it until \"release\" is told"),
    "cut": ("", "half of it lies there, and never more"),
    "gone": ("", "half of it is written, and the share is gone; the rest comes with \"share on\""),
    "lost": ("", "it never comes, though all was done"),
    "full": ("", "likewise: there is no room left for it"),
    "taken": ("", "another program takes it as soon as it lies there"),
    "duplicate": ("", "when it has been taken it lies there once more, with the same bytes"),
    "twice": ("", "the same bytes lie there under a second name as well"),
}
# What stands in it:
CONTENT = {
    "wrong-encoding": ("", "its bytes are in the other encoding than it says"),
    "bom": ("", "it begins with a byte order mark"),
    "other-institution": ("", "it is another institution's"),
    "other-person": ("", "it is about another person"),
    "other-request": ("", "it says that it is the answer to another request"),
    "garbage": ("", "it is no message at all"),
    "malformed": ("", "some bytes are missing in it"),
    "huge": (NUMBER, "it has so many bytes"),
    "err": ("", "an error output takes its place: \"err\" where \"res\" stands in the name (the real name is not public)"),
    "error-code": (CODE, "SegmentOfResult 9 with this ErrorCode; nothing was done"),
    "processing": ("", "SegmentOfResult 2 (still being worked on); nothing was done"),
    "empty": ("", "a success with nothing in it"),
    "result": (CODE, "it has this ProcessingResultStatus and ProcessingResultCode: 2,CODE"),
    "element": (ELEMENT, "it has this text in every element of this name"),
    "unknown-elements": ("", "it has elements that nobody knows, everywhere"),
    "records-error": (CODE, "an error of the field with this code, in XML also where a PDF was asked for"),
    "zip": (CODE, "it is a zip of this method, whatever was set: deflate, zipcrypto, aes128, aes256"),
    "zip-folder": (CODE, "likewise, and the message is in a folder of it"),
    "zip-password": (CODE, "likewise, with another password than everybody knows"),
    "bomb": ("", "it is a zip of 256 KiB in which 256 MiB are"),
}
KINDS = {**DELIVERY, **CONTENT}
DOING_NOTHING = ("error-code", "processing")  # the center is not asked


def parse(words):
    return faults.parse(words, KINDS)


def spell(text):
    """Of a word of a command: KIND, or KIND:ARGUMENT. Return: a Fault."""
    kind, _, argument = text.partition(":")
    return parse([kind, *([argument] if argument else [])])
