# SPDX-License-Identifier: LGPL-2.1-or-later
"""The HTTP side of ORCA: accounts, calls, and the faults that are armed. The cloud's way is TLS with a client certificate."""

import asyncio
import collections
import contextlib
import os
import signal
import socket
import time
import urllib.parse

from . import reading, xml2
from .calls import get_layout
from .wire import is_account, make_head, read_account, read_body, read_head

LOG_MAXIMUM = 100000
GARBAGE = b'<?xml version="1.0" encoding="UTF-8"?>\n<xmlio2><onlinequares1 type="record"><Api_Result type="str\xff\xfe'
READING = ("/api01rv2/pusheventgetv2", "/api01rv2/patientgetv2")


class Reply:
    def __init__(self, status, body=b"", kind=xml2.XML, result=""):
        self.status, self.body, self.kind, self.result = status, body, kind, result


class Server:
    def __init__(self, book, calls, exchange, armed, accounts, operators):
        """@accounts: name -> password, of the middleware. @operators: those names that ORCA itself knows."""
        self.book = book
        self.calls = calls
        self.exchange = exchange
        self.faults = armed
        self.accounts = accounts
        self.operators = operators
        self.context = None
        self.log = collections.deque(maxlen=LOG_MAXIMUM)
        self.counts = collections.Counter()
        self.arrivals = asyncio.Condition()
        self.released = asyncio.Event()
        self.tasks = set()
        self.writers = set()
        self.listeners = []
        self.address, self.ports = "127.0.0.1", [0, 0]

    # -- what it tells

    def count(self, what):
        self.counts[what] += 1
        task = asyncio.ensure_future(self.tell_arrival())
        self.tasks.add(task)
        task.add_done_callback(self.tasks.discard)

    async def tell_arrival(self):
        async with self.arrivals:
            self.arrivals.notify_all()

    def clear_log(self):
        self.log.clear()
        self.counts.clear()
        self.exchange.pushed.clear()

    def release(self):
        self.faults.disarm("hold")
        self.released.set()
        self.released = asyncio.Event()

    # -- calls

    def answer(self, path, query, method, body, record):
        """Return: the Reply, when what was asked is done and committed."""
        if path == "/api01rv2/pusheventgetv2":
            return Reply(200, *reading.answer_events(self.book, body))
        if path == "/api01rv2/patientgetv2":
            return Reply(200, *reading.answer_patient(self.book, query))
        if path not in self.calls.table:
            return Reply(404)
        if method != "POST":
            return Reply(405)
        name, answer_name, _ = self.calls.table[path]
        kind = xml2.XML
        try:
            reader = xml2.read_all if name == "onlinequaappreq3" else lambda *given: xml2.read(given[0], name, given[1])
            request, kind = reader(body, get_layout(name))
            answer = self.calls.answer(path, request)
        except xml2.Unreadable:
            answer = self.calls.refuse(answer_name, "E98")
        return self.write(path, answer, kind, record)

    def write(self, path, answer, kind, record):
        name = self.calls.table[path][1]
        record.update(result=answer.get("Api_Result", ""), patient=answer.get("Patient_ID", ""))
        return Reply(200, xml2.write(name, answer, get_layout(name), kind), kind)

    def refuse(self, path, body, code, record):
        """An Api_Result, and nothing done."""
        if path == READING[0]:
            return Reply(200, *reading.refuse_events("00" + code[1:] if code.startswith("E") else code))
        if path not in self.calls.table:
            return Reply(503)
        kind = xml2.JSON if xml2.is_json(body) else xml2.XML
        return self.write(path, self.calls.refuse(self.calls.table[path][1], code), kind, record)

    def admit(self, headers, path):
        """Return: the Reply that turns the caller away; None."""
        account = read_account(headers)
        if not self.context and not is_account(account, self.accounts):
            return Reply(401)
        if not self.context and account[0] not in self.operators and path != READING[1]:
            return Reply(404)
        return None

    # -- connections

    async def serve(self, reader, writer):
        self.writers.add(writer)
        try:
            with contextlib.suppress(OSError, ValueError, EOFError, asyncio.CancelledError):
                while await self.take_request(reader, writer):
                    pass
        finally:
            self.writers.discard(writer)
            writer.close()

    async def take_request(self, reader, writer):
        """Return: whether the connection stays."""
        method, target, headers = await read_head(reader)
        body = await read_body(reader, headers)
        path, _, text = target.partition("?")
        path = path.removeprefix("/rest")
        record = {"path": path, "bytes": len(body), "at": time.time(), "status": None}
        self.log.append(record)
        query = dict(urllib.parse.parse_qsl(text))
        turned = self.admit(headers, path)
        fault = None if turned else self.faults.take(path)
        if fault:
            record["fault"] = fault.kind
        reply = turned or await self.commit(fault, path, query, method, body, record)
        if path in self.calls.table or path in READING:
            self.count(path)
        if reply is None:
            writer.transport.abort()
            return False
        record["status"] = reply.status
        more = ('WWW-Authenticate: Basic realm="panda"',) if reply.status == 401 else ()
        more += (f"Location: {target}",) if reply.status == 302 else ()
        head = make_head(reply.status, len(reply.body), reply.kind, more)
        if fault and fault.kind == "cut":
            writer.write(head + reply.body[: fault.number])
            await writer.drain()
            writer.transport.abort()
            return False
        writer.write(head + reply.body)
        await writer.drain()
        return headers.get("connection", "").lower() != "close"

    async def commit(self, fault, path, query, method, body, record):
        """What is to be answered under @fault; None: the connection is cut."""
        kind = fault.kind if fault else None
        if kind == "die":
            os.kill(os.getpid(), signal.SIGKILL)
        if kind == "drop":
            return None
        if kind == "silent":
            self.count("silent")
            await asyncio.get_running_loop().create_future()
        if kind == "status":
            return Reply(fault.number)
        if kind == "foreign":
            return Reply(200, b"{}", xml2.JSON)
        if kind == "redirect":
            return Reply(302)
        if kind in ("busy", "error-code"):
            return self.refuse(path, body, fault.code or "E90", record)
        reply = self.answer(path, query, method, body, record)
        if kind == "late-die":
            os.kill(os.getpid(), signal.SIGKILL)
        if kind == "hold":
            self.count("held")
            await self.released.wait()
        if kind == "slow":
            await asyncio.sleep(fault.number / 1000)
        if kind == "late-drop":
            return None
        if kind == "late-status":
            return Reply(fault.number)
        return Reply(200, GARBAGE) if kind == "garbage" else reply

    # -- listening

    async def listen(self, address=None, ports=None):
        self.address, self.ports = address or self.address, ports or self.ports
        family = socket.AF_INET6 if ":" in self.address else socket.AF_INET
        for at, serve in enumerate((self.serve, self.exchange.serve)):
            listener = await asyncio.start_server(serve, self.address, self.ports[at], family=family, ssl=self.context)
            self.ports[at] = listener.sockets[0].getsockname()[1]
            self.listeners.append(listener)

    def refuse_connections(self):
        for listener in self.listeners:
            listener.close()
        self.listeners.clear()
        self.exchange.cut()
        for writer in list(self.writers):
            writer.transport.abort()

    def make_urls(self):
        host, secure = "localhost" if self.context else self.address, "s" if self.context else ""
        return f"http{secure}://{host}:{self.ports[0]}", f"ws{secure}://{host}:{self.ports[1]}/ws"
