# SPDX-License-Identifier: LGPL-2.1-or-later
"""The push exchange: a small WebSocket server (RFC 6455) and its commands. No authentication, no acknowledgement, nothing
is kept for who is not there.

Comes in: events, and the commands of those who listen. Goes out: subscribed, event, unsubscribed, error.
"""

import asyncio
import base64
import contextlib
import hashlib
import json
import struct
import uuid

from .wire import read_head

GUID = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"
TEXT, CLOSE, PING, PONG = 1, 8, 9, 10
FRAME_MAXIMUM = 65536
TENANT = "1"


def make_frame(kind, payload):
    size = len(payload)
    head = bytes([0x80 | kind])
    if size < 126:
        head += bytes([size])
    elif size < 65536:
        head += bytes([126]) + struct.pack(">H", size)
    else:
        head += bytes([127]) + struct.pack(">Q", size)
    return head + payload


async def read_frame(reader):
    """Return: whether it is the last of a message, its kind, what it says. Raises ValueError where it breaks the rules."""
    first, second = await reader.readexactly(2)
    size = second & 0x7F
    if size == 126:
        (size,) = struct.unpack(">H", await reader.readexactly(2))
    elif size == 127:
        (size,) = struct.unpack(">Q", await reader.readexactly(8))
    if size > FRAME_MAXIMUM or not second & 0x80 or first & 0x70:
        raise ValueError("a frame that is too long, not masked or of an extension")
    mask = await reader.readexactly(4)
    payload = await reader.readexactly(size)
    return bool(first & 0x80), first & 0x0F, bytes(byte ^ mask[at % 4] for at, byte in enumerate(payload))


class Listener:
    """One WebSocket, and what it has subscribed to."""

    def __init__(self, writer, tenant):
        self.writer = writer
        self.tenant = tenant
        self.subscriptions = {}

    def send(self, message):
        self.write(TEXT, json.dumps(message, ensure_ascii=False).encode())

    def write(self, kind, payload=b""):
        with contextlib.suppress(OSError):
            self.writer.write(make_frame(kind, payload))

    def cut(self):
        self.writer.transport.abort()

    # -- commands

    def take(self, text):
        try:
            command = json.loads(text)
            name, request = command.get("command", ""), str(command.get("req.id", ""))
        except (ValueError, AttributeError):
            return self.refuse("", "", "PARSE_ERROR")
        if name == "subscribe" and isinstance(command.get("event"), str) and request:
            subscription = str(uuid.uuid4())
            self.subscriptions[subscription] = command["event"]
            return self.send({"command": "subscribed", "req.id": request, "sub.id": subscription})
        if name == "unsubscribe":
            if self.subscriptions.pop(command.get("sub.id"), None) is None:
                return self.refuse(name, request, "NO_SUCH_SUBSCRIPTION")
            return self.send({"command": "unsubscribed", "req.id": request})
        return self.refuse(name, request, "INVALID_PARAMS")

    def refuse(self, command, request, code):
        self.send({"command": "error", "for": command, "req.id": request, "code": code, "reason": code.lower()})

    def list_fitting(self, event):
        """An event of another tenant is nobody's here; two subscriptions that fit get it twice."""
        return [one for one, name in self.subscriptions.items() if name in ("*", event["event"]) and self.tenant == TENANT]


class Exchange:
    def __init__(self, armed, count):
        """@armed: the faults. @count: called with what happened."""
        self.armed = armed
        self.count = count
        self.listeners = set()
        self.pushed = []  # events, with how many got each

    # -- events

    def push(self, event):
        fault = self.armed.take_push("push-lost", "push-twice", "push-cut", "push-garbage")
        kind = fault.kind if fault else None
        reached = 0
        for listener in list(self.listeners):
            for subscription in listener.list_fitting(event):
                reached += kind not in ("push-lost", "push-cut", "push-garbage")
                self.deliver(listener, subscription, event, kind)
        self.pushed.append({"event": event["uuid"], "id": event["id"], "reached": reached, "fault": kind})
        self.count("push")

    @staticmethod
    def deliver(listener, subscription, event, kind):
        if kind == "push-cut":
            listener.cut()
        elif kind == "push-garbage":
            listener.write(TEXT, b'{"command":"event","sub.id":')
        elif kind != "push-lost":
            listener.send({"command": "event", "sub.id": subscription, "data": event})
            if kind == "push-twice":
                listener.send({"command": "event", "sub.id": subscription, "data": {**event, "id": event["id"] % 65535 + 1}})

    def cut(self):
        for listener in list(self.listeners):
            listener.cut()

    # -- WebSockets

    async def serve(self, reader, writer):
        with contextlib.suppress(OSError, ValueError, EOFError, asyncio.CancelledError):
            method, target, headers = await read_head(reader)
            key = headers.get("sec-websocket-key")
            upgrade = headers.get("upgrade", "").lower()
            if method != "GET" or target.partition("?")[0] != "/ws" or upgrade != "websocket" or not key:
                writer.write(b"HTTP/1.1 400 Bad Request\r\nConnection: close\r\nContent-Length: 0\r\n\r\n")
            elif not self.armed.take_push("push-refused"):
                await self.listen(reader, writer, headers, key)
        with contextlib.suppress(OSError):
            writer.close()

    async def listen(self, reader, writer, headers, key):
        accept = base64.b64encode(hashlib.sha1((key + GUID).encode()).digest()).decode()
        writer.write(("HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                      f"Sec-WebSocket-Accept: {accept}\r\n\r\n").encode())  # fmt: skip
        listener = Listener(writer, headers.get("x-ginbee-tenant-id", ""))
        self.listeners.add(listener)
        self.count("connect")
        try:
            await self.take_commands(reader, listener)
        finally:
            self.listeners.discard(listener)
            self.count("disconnect")

    async def take_commands(self, reader, listener):
        message = b""
        while True:
            last, kind, payload = await read_frame(reader)
            if kind == CLOSE:
                return listener.write(CLOSE, payload[:2])
            if kind == PING:
                listener.write(PONG, payload)
                self.count("ping")
            elif kind != PONG:
                message += payload
                if len(message) > FRAME_MAXIMUM:
                    raise ValueError("a message that is too long")
                if last:
                    listener.take(message)
                    self.count("subscribe")
                    message = b""

