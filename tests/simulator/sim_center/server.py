# SPDX-License-Identifier: LGPL-2.1-or-later
"""HTTPS with a client certificate, by hand on asyncio: faults need the connection itself, and a bench a cheap center."""

import asyncio
import collections
import contextlib
import socket
import ssl
import time
import warnings
from email.utils import formatdate

from . import faults

BASE = "/oqs-api"
BODY_MAXIMUM = 4 * 1024 * 1024
HEAD_MAXIMUM = 16 * 1024
LOG_MAXIMUM = 200000
PIECE = 64 * 1024
TRICKLE_INTERVAL = 0.2  # seconds
GARBAGE = b"\xff\xfe<<< this is not JSON >>>" + bytes(range(64))
PADDING = b'{"XmlMsg":{"MessageHeader":{"SegmentOfResult":"1"},"MessageBody":{"Padding":"', b'"}}}'
CHUNKED = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n"
REASONS = {200: "OK", 302: "Found", 400: "Bad Request", 401: "Unauthorized", 404: "Not Found", 405: "Method Not Allowed",
           411: "Length Required", 413: "Content Too Large", 429: "Too Many Requests", 500: "Internal Server Error",
           503: "Service Unavailable"}  # fmt: skip


OLD = {"old-center-10": "TLSv1", "old-center-11": "TLSv1_1"}
CONTEXTS = ("center", "foreign-center", "weak-center", "client-center", *OLD)


class Session(ssl.SSLObject):
    """asyncio cuts the connection when a handshake fails. A server says what it does not like, by an alert, and the other side
    hangs up; until then this one seems to wait."""

    failure = None

    def do_handshake(self):
        if self.failure:
            raise ssl.SSLWantReadError from self.failure
        try:
            super().do_handshake()
        except (ssl.SSLWantReadError, ssl.SSLWantWriteError):
            raise
        except ssl.SSLError as failure:
            self.failure = failure
            raise ssl.SSLWantReadError from failure


def make_context(keys, name, client_ca):
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    if name in OLD:
        with warnings.catch_warnings(action="ignore"):
            context.minimum_version = context.maximum_version = ssl.TLSVersion[OLD[name]]
    if name not in ("center", "foreign-center"):
        context.set_ciphers("DEFAULT:@SECLEVEL=0")
    name = "center" if name in OLD else name
    context.load_cert_chain(keys / (name + ".cert.pem"), keys / (name + ".key.pem"))
    context.load_verify_locations(client_ca)
    context.verify_mode = ssl.CERT_REQUIRED
    context.set_alpn_protocols(["http/1.1"])
    context.sslobject_class = Session
    return context


def get_institution(certificate):
    """The institution that a client certificate was issued for: ten digits in its subject, or None."""
    for names in certificate.get("subject", ()):
        for _, value in names:
            if len(value) == 10 and value.isdigit():
                return value
    return None


class Exchange:
    """One request and what becomes of it. Its record is in the log from its arrival on."""

    def __init__(self, headers, body, record):
        self.begin = time.perf_counter()
        self.headers = headers
        self.body = body
        self.record = record
        self.path = record["path"]
        self.type = "application/json"
        self.more = ()  # headers beside the usual ones

    def note_reply(self, reply):
        """A document says what it is, and to which request."""
        self.type = getattr(reply, "type", self.type)
        if getattr(reply, "identifier", None):
            self.more = (f"Arbitrary-File-Identifier: {reply.identifier}",)

    def closes(self):
        return self.headers.get("connection", "").lower() == "close"


class Connection(asyncio.Protocol):
    def __init__(self, server, number):
        self.server = server
        self.number = number
        self.transport = None
        self.peer = None
        self.certificate = None
        self.resumed = False
        self.tls = None
        self.requests = 0
        self.buffer = bytearray()
        self.task = None
        self.writable = asyncio.Event()
        self.writable.set()

    # -- asyncio.Protocol

    def connection_made(self, transport):
        self.transport = transport
        session = transport.get_extra_info("ssl_object")
        certificate = session.getpeercert()
        self.peer = get_institution(certificate)
        self.certificate = certificate.get("serialNumber")
        self.resumed = session.session_reused
        self.tls = session.version()
        self.server.count_handshake(self)

    def connection_lost(self, _error):
        self.server.open.discard(self)
        self.writable.set()
        if self.task:
            self.task.cancel()

    def pause_writing(self):
        self.writable.clear()

    def resume_writing(self):
        self.writable.set()

    def data_received(self, data):
        self.buffer += data
        if not self.task:
            self.read_requests()

    def is_at_rest(self):
        return not self.task and not self.buffer

    # -- requests

    def read_requests(self):
        while not self.task and not self.transport.is_closing():
            end = self.buffer.find(b"\r\n\r\n")
            if end < 0:
                if len(self.buffer) > HEAD_MAXIMUM:
                    self.transport.abort()
                return
            try:
                method, target, headers = parse_head(bytes(self.buffer[:end]))
                length = int(headers["content-length"]) if "content-length" in headers else None
            except ValueError:
                self.transport.abort()
                return
            if length is None or length > BODY_MAXIMUM or length < 0:
                self.refuse(411 if length is None else 413)
                return
            size = end + 4 + length
            if len(self.buffer) < size:
                if headers.get("expect") == "100-continue" and len(self.buffer) == end + 4:
                    self.transport.write(b"HTTP/1.1 100 Continue\r\n\r\n")
                return
            body = bytes(self.buffer[end + 4 : size])
            del self.buffer[:size]
            self.take_request(method, target, headers, body, size)

    def refuse(self, status):
        head = f"HTTP/1.1 {status} {REASONS[status]}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n"
        self.transport.write(head.encode())
        self.transport.close()

    def take_request(self, method, target, headers, body, size):
        self.requests += 1
        path = target[len(BASE) + 1 :] if target.startswith(BASE + "/") else target
        exchange = Exchange(headers, body, self.server.open_record(self, path, size))
        fault = self.server.faults.take(path)
        if method != "POST":
            self.write(exchange, 405, b"")
        elif fault:
            exchange.record["fault"] = fault.kind
            self.task = asyncio.ensure_future(self.answer_with_fault(fault, exchange))
            return
        else:
            self.write(exchange, *self.ask_center(exchange))
        self.server.load.end(exchange.record)
        if exchange.closes():
            self.transport.close()

    def ask_center(self, exchange):
        authorization = exchange.headers.get("authorization")
        status, reply = self.server.center.answer(exchange.path, self.peer, authorization, exchange.body, exchange.record)
        exchange.note_reply(reply)
        return status, reply

    def ask_for_records(self, exchange, *fault):
        """As ask_center, with something wrong with the document."""
        self.server.center.records.fault = fault
        try:
            return self.ask_center(exchange)
        finally:
            self.server.center.records.fault = None

    # -- answers

    def make_head(self, exchange, status, length, more=()):
        milliseconds = round((time.perf_counter() - exchange.begin) * 1000, 3)
        exchange.record.update(status=status, ms=milliseconds)
        lines = [f"HTTP/1.1 {status} {REASONS.get(status, 'Fault')}", f"Content-Type: {exchange.type}",
                 f"Date: {formatdate(usegmt=True)}", f"Server-Timing: t;dur={milliseconds}", *exchange.more, *more,
                 f"Content-Length: {length}", "", ""]  # fmt: skip
        return "\r\n".join(lines).encode()

    def send(self, exchange, data):
        self.transport.write(data)
        self.server.count_response(exchange.record, len(data))

    def write(self, exchange, status, body, more=()):
        self.send(exchange, self.make_head(exchange, status, len(body), more) + body)

    async def drain(self):
        await self.writable.wait()
        if self.transport.is_closing():
            raise asyncio.CancelledError

    async def answer_with_fault(self, fault, exchange):
        try:
            await self.commit_fault(fault, exchange)
        finally:
            self.task = None
            self.server.load.end(exchange.record)
        if exchange.closes():
            self.transport.close()
        self.read_requests()

    async def commit_fault(self, fault, exchange):
        center = self.server.center
        if fault.kind == "slow":
            await asyncio.sleep(fault.number / 1000)
            self.write(exchange, *self.ask_center(exchange))
        elif fault.kind == "hold":
            await self.server.wait_release()
            self.write(exchange, *self.ask_center(exchange))
        elif fault.kind == "silent":
            await asyncio.get_running_loop().create_future()
        elif fault.kind == "drop":
            self.transport.abort()
        elif fault.kind == "garbage":
            self.write(exchange, 200, GARBAGE)
        elif fault.kind in faults.OF_RECORDS or (fault.kind == "huge" and exchange.path.startswith("records/")):
            self.write(exchange, *self.ask_for_records(exchange, fault.kind, fault.code or fault.number))
        elif fault.kind == "type":
            status, reply = self.ask_center(exchange)
            exchange.type = fault.code
            self.write(exchange, status, reply)
        elif fault.kind == "huge":
            await self.write_huge(exchange, fault.number)
        elif fault.kind == "redirect":
            self.write(exchange, 302, b"", (f"Location: {self.server.make_url(other=True)}/{exchange.path}",))
        elif fault.kind == "status":
            more = (f"Retry-After: {fault.retry_after}",) if fault.retry_after else ()
            self.write(exchange, fault.number, b'{"status":"NG","msg":"","result":{}}', more)
        elif fault.kind == "error-code":
            self.write(exchange, 200, center.refuse(exchange.body, exchange.record, fault.code))
        elif fault.kind == "processing":
            self.write(exchange, 200, center.refuse(exchange.body, exchange.record, None, segment="2"))
        elif fault.kind == "halves":
            await self.write_halves(exchange)
        elif fault.kind == "cut":
            await self.write_cut(exchange, fault.number)
        elif fault.kind == "element":
            status, reply = self.ask_center(exchange)
            self.write(exchange, status, center.replace(reply, *fault.code.split("=", 1)))
        elif fault.kind in ("empty", "result", "unknown-elements"):
            status, reply = self.ask_center(exchange)
            change = {"empty": center.empty, "result": center.set_result, "unknown-elements": center.add_unknown}[fault.kind]
            self.write(exchange, status, change(reply, *(fault.code.split(",") if fault.code else ())))
        elif fault.kind == "trickle":
            await self.write_trickle(exchange)
        elif fault.kind == "continue":
            await self.write_endlessly(b"HTTP/1.1 %d Continue\r\n\r\n" % fault.number)
        elif fault.kind == "endless-head":
            await self.write_endlessly(b"X: y\r\n", b"HTTP/1.1 200 OK\r\n")
        elif fault.kind == "endless-trailer":
            _, reply = self.ask_center(exchange)
            await self.write_endlessly(b"X: y\r\n", CHUNKED + b"%x\r\n%b\r\n0\r\n" % (len(reply), reply))
        elif fault.kind == "crumbs":
            lead, tail = PADDING
            body = lead + b"x" * (fault.number - len(lead + tail)) + tail
            self.transport.write(CHUNKED + b"".join(b"1\r\n%c\r\n" % byte for byte in body) + b"0\r\n\r\n")
            await self.drain()

    async def write_cut(self, exchange, size):
        status, reply = self.ask_center(exchange)
        self.transport.set_write_buffer_limits(0)
        self.send(exchange, self.make_head(exchange, status, len(reply)) + reply[:size])
        await self.drain()
        self.transport.abort()

    async def write_halves(self, exchange):
        status, reply = self.ask_center(exchange)
        self.send(exchange, self.make_head(exchange, status, len(reply)) + reply[:len(reply) // 2])
        await self.server.wait_release()
        self.send(exchange, reply[len(reply) // 2:])

    async def write_endlessly(self, piece, lead=b""):
        self.transport.write(lead)
        pieces = piece * (PIECE // len(piece))
        while True:
            self.transport.write(pieces)
            await asyncio.sleep(0)  # or nobody would notice that the other side has gone
            await self.drain()

    async def write_trickle(self, exchange):
        status, reply = self.ask_center(exchange)
        for byte in self.make_head(exchange, status, len(reply)) + reply:
            self.send(exchange, bytes([byte]))
            await asyncio.sleep(TRICKLE_INTERVAL)
            await self.drain()

    async def write_huge(self, exchange, size):
        lead, tail = PADDING
        self.send(exchange, self.make_head(exchange, 200, max(size, len(lead + tail))))
        self.send(exchange, lead)
        left = size - len(lead + tail)
        while left > 0:
            piece = min(left, PIECE)
            self.send(exchange, b"x" * piece)
            left -= piece
            await self.drain()
        self.send(exchange, tail)


def parse_head(head):
    first, *lines = head.decode("latin-1").split("\r\n")
    method, target, version = first.split(" ")
    if version != "HTTP/1.1":
        raise ValueError(version)
    headers = {}
    for line in lines:
        name, sign, value = line.partition(":")
        if not sign:
            raise ValueError(line)
        headers[name.lower()] = value.strip()
    return method, target, headers


class Server:
    def __init__(self, center, faults, contexts, port, load, address="127.0.0.1"):
        self.center = center
        self.faults = faults
        self.contexts = contexts  # of CONTEXTS
        self.port = port
        self.address = address
        self.load = load
        self.listener = None
        self.open = set()
        self.held = set()
        self.log = collections.deque(maxlen=LOG_MAXIMUM)
        self.arrivals = asyncio.Condition()
        self.tasks = set()
        self.last_connection = 0
        self.clear_log()

    # -- what it tells

    def clear_log(self):
        self.log.clear()
        self.load.reset()
        self.stats = {"connections": 0, "handshakes": 0, "resumed": 0, "failed_handshakes": 0,
                      "requests": collections.Counter(), "request_bytes": 0, "response_bytes": 0}  # fmt: skip

    def get_stats(self):
        return {**self.stats, "requests": dict(self.stats["requests"]), "open": len(self.open)}

    def count_handshake(self, connection):
        self.open.add(connection)
        self.stats["resumed" if connection.resumed else "handshakes"] += 1

    def open_record(self, connection, path, size):
        record = dict(
            path=path, connection=connection.number, request_on_connection=connection.requests, tls=connection.tls,
            resumed=connection.resumed, client_certificate=connection.certificate, request_bytes=size, response_bytes=0,
            status=None, ms=None, at=time.time(), ArbitraryFileIdentifier=None, institution=None,
            registered=[], repeated=False, fault=None, person=None, refused=None)  # fmt: skip
        self.log.append(record)
        self.stats["requests"][path] += 1
        self.stats["request_bytes"] += size
        self.load.begin(record)
        self.start(self.tell_arrival())
        return record

    def count_response(self, record, size):
        record["response_bytes"] += size
        self.stats["response_bytes"] += size

    # -- connections

    def start(self, coroutine):
        task = asyncio.ensure_future(coroutine)
        self.tasks.add(task)
        task.add_done_callback(self.tasks.discard)

    async def wait_release(self):
        held = asyncio.get_running_loop().create_future()
        self.held.add(held)
        try:
            await held
        finally:
            self.held.discard(held)

    def release(self):
        self.faults.disarm("hold")
        self.faults.disarm("halves")
        for held in self.held:
            if not held.done():
                held.set_result(None)

    async def tell_arrival(self):
        async with self.arrivals:
            self.arrivals.notify_all()

    def make_url(self, other=False):
        return f"https://{'127.0.0.1' if other else 'localhost'}:{self.port}{BASE}"

    def listen(self):
        if self.listener:
            return
        family = socket.AF_INET6 if ":" in self.address else socket.AF_INET
        self.listener = socket.create_server((self.address, self.port), family=family, backlog=128)
        self.listener.setblocking(False)
        self.port = self.listener.getsockname()[1]
        asyncio.get_running_loop().add_reader(self.listener, self.accept)

    def refuse(self):
        if self.listener:
            asyncio.get_running_loop().remove_reader(self.listener)
            self.listener.close()
            self.listener = None
        self.drop_connections(at_rest_only=False)

    def drop_connections(self, at_rest_only):
        for connection in list(self.open):
            if not at_rest_only or connection.is_at_rest():
                connection.transport.abort()

    def accept(self):
        try:
            peer, _ = self.listener.accept()
        except OSError:
            return
        peer.setblocking(False)
        self.last_connection += 1
        self.stats["connections"] += 1
        fault = self.faults.take("tls")
        if fault and fault.kind == "hold":
            self.start(self.hold_handshake(peer, self.last_connection))
        elif fault:
            self.start(self.ignore(peer))
        else:
            self.start(self.shake_hands(peer, self.last_connection))

    async def hold_handshake(self, peer, number):
        """The client's first message is there, and answered when "release" is told. It counts as a request of "tls"."""
        loop, there = asyncio.get_running_loop(), asyncio.Event()
        loop.add_reader(peer, there.set)
        await there.wait()
        loop.remove_reader(peer)
        self.stats["requests"]["tls"] += 1
        await self.tell_arrival()
        await self.wait_release()
        await self.shake_hands(peer, number)

    async def ignore(self, peer):
        """A connection that is accepted and nothing else, until the other side goes."""
        with peer, contextlib.suppress(OSError):
            while await asyncio.get_running_loop().sock_recv(peer, PIECE):
                pass

    async def shake_hands(self, peer, number):
        context = self.contexts[self.faults.get_context()]
        try:
            transport, _ = await asyncio.get_running_loop().connect_accepted_socket(
                lambda: Connection(self, number), peer, ssl=context)  # fmt: skip
            if not self.listener:  # refused meanwhile
                transport.abort()
        except (OSError, asyncio.CancelledError):
            self.stats["failed_handshakes"] += 1
