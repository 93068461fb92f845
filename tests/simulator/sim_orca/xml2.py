# SPDX-License-Identifier: LGPL-2.1-or-later
"""The wire format "xml2", and JSON beside it, as ORCA's middleware reads and writes them.

Comes in: bytes. Goes out: dicts, lists and texts after a layout; and back. Pure. Reading is as careless as the original:
an element without the right `type` is passed over without a word, of several of one name the first counts, what the layout
does not know is dropped, what is too long is cut. Writing leaves out what is empty.
"""

import json
from xml.etree import ElementTree
from xml.sax.saxutils import escape

XML, JSON = "application/xml", "application/json"


class Unreadable(Exception):
    """Not well-formed, or without its record."""


def name_type(layout):
    return "string" if isinstance(layout, int) else "array" if isinstance(layout, tuple) else "record"


def take_element(element, layout):
    """What @element says after @layout; None if its type is another."""
    if element.get("type") != name_type(layout):
        return None
    if isinstance(layout, int):
        return "".join(element.itertext())[:layout]
    if isinstance(layout, tuple):
        number, inner = layout
        return [take_element(child, inner) or {} for child in list(element)[:number]]
    found = {}
    for name, inner in layout.items():
        child = element.find(name)
        value = None if child is None else take_element(child, inner)
        if value:
            found[name] = value
    return found


def take_value(value, layout):
    """The same for JSON."""
    if isinstance(layout, int):
        return str(value)[:layout] if isinstance(value, (str, int, float)) else None
    if isinstance(layout, tuple):
        number, inner = layout
        return [take_value(one, inner) or {} for one in value[:number]] if isinstance(value, list) else None
    if not isinstance(value, dict):
        return None
    taken = {name: take_value(value[name], inner) for name, inner in layout.items() if name in value}
    return {name: one for name, one in taken.items() if one}


def parse_xml(body):
    if b"<!DOCTYPE" in body or b"<!ENTITY" in body:
        raise Unreadable("a document type")
    try:
        return ElementTree.fromstring(body)
    except (ElementTree.ParseError, ValueError, LookupError) as error:
        raise Unreadable(str(error)) from error


def parse_json(body):
    try:
        return json.loads(body)
    except ValueError as error:
        raise Unreadable(str(error)) from error


def is_json(body):
    return body.lstrip()[:1] in (b"{", b"[")


def read(body, name, layout):
    """Return: the record @name, {} where there is another, and the type of the answer. Raises Unreadable."""
    if is_json(body):
        members = parse_json(body)
        if not isinstance(members, dict):
            raise Unreadable("no object")
        first = next(iter(members), None)
        return (take_value(members[first], layout) or {} if first == name else {}), JSON
    first = next(iter(parse_xml(body)), None)
    if first is None:
        raise Unreadable("nothing in the root")
    if first.tag != name:
        return {}, XML
    if first.get("type") is None:
        raise Unreadable("no type")
    return take_element(first, layout) or {}, XML


def read_all(body, layout):
    """A message array: the root is the array. Return: its records, and the type of the answer. Raises Unreadable."""
    if is_json(body):
        members = parse_json(body)
        if not isinstance(members, list):
            raise Unreadable("no array")
        return [take_value(one, layout) or {} for one in members], JSON
    root = parse_xml(body)
    if root.get("type") != "array":
        raise Unreadable("the root is no array")
    return [take_element(one, layout) or {} for one in root], XML


def is_empty(value):
    return not value or (isinstance(value, (dict, list)) and all(
        is_empty(one) for one in (value.values() if isinstance(value, dict) else value)))  # fmt: skip


def write_element(parts, name, value, layout):
    if is_empty(value):
        return
    parts.append(f'<{name} type="{name_type(layout)}">')
    if isinstance(layout, int):
        parts.append(escape(str(value)[:layout]))
    elif isinstance(layout, tuple):
        for one in value[: layout[0]]:
            write_element(parts, name + "_child", one, layout[1])
    else:
        for inner in layout:
            write_element(parts, inner, value.get(inner), layout[inner])
    parts.append(f"</{name}>")


def leave_out_empty(value):
    if isinstance(value, dict):
        return {name: leave_out_empty(one) for name, one in value.items() if not is_empty(one)}
    return [leave_out_empty(one) for one in value if not is_empty(one)] if isinstance(value, list) else value


def write(name, value, layout, kind=XML):
    if kind == JSON:
        return json.dumps({name: leave_out_empty(value)}, ensure_ascii=False).encode()
    parts = []
    write_element(parts, name, value, layout)
    text = "<xmlio2>" + "".join(parts) + "</xmlio2>" if parts else "<xmlio2/>"
    return ('<?xml version="1.0" encoding="UTF-8"?>\n' + text + "\n").encode()
