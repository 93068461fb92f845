# SPDX-License-Identifier: LGPL-2.1-or-later
"""HTTP/1.1 as far as both servers need it: heads and bodies of requests."""

import asyncio
import base64
import binascii
import hmac

HEAD_MAXIMUM = 16 * 1024
BODY_MAXIMUM = 32 * 1024 * 1024
REASONS = {200: "OK", 400: "Bad Request", 401: "Unauthorized", 404: "Not Found", 405: "Method Not Allowed",
           411: "Length Required", 413: "Content Too Large", 500: "Internal Server Error", 502: "Bad Gateway",
           503: "Service Unavailable"}  # fmt: skip


async def read_head(reader):
    """Return: method, target, headers (names in small letters). Raises ValueError, EOFError."""
    try:
        head = await reader.readuntil(b"\r\n\r\n")
    except asyncio.LimitOverrunError as error:
        raise ValueError("a head that is too long") from error
    first, *lines = head[:-4].decode("latin-1").split("\r\n")
    method, target, version = first.split(" ")
    if version not in ("HTTP/1.1", "HTTP/1.0"):
        raise ValueError(version)
    headers = {}
    for line in lines:
        name, sign, value = line.partition(":")
        if not sign:
            raise ValueError(line)
        headers[name.lower()] = value.strip()
    return method, target, headers


async def read_body(reader, headers):
    length = int(headers.get("content-length", "0"))
    if not 0 <= length <= BODY_MAXIMUM:
        raise ValueError("a body that is too long")
    return await reader.readexactly(length)


def read_account(headers):
    """Name and password of HTTP Basic; None without."""
    kind, _, text = headers.get("authorization", "").partition(" ")
    if kind.lower() != "basic":
        return None
    try:
        name, _, password = base64.b64decode(text, validate=True).decode().partition(":")
    except (binascii.Error, UnicodeDecodeError):
        return None
    return name, password


def is_account(account, accounts):
    return bool(account) and hmac.compare_digest(accounts.get(account[0], "\0").encode(), account[1].encode())


def make_head(status, length, kind="application/xml", more=()):
    lines = [f"HTTP/1.1 {status} {REASONS.get(status, 'Fault')}", "Server: panda", f"Content-Type: {kind}", *more,
             f"Content-Length: {length}", "", ""]  # fmt: skip
    return "\r\n".join(lines).encode()
