# SPDX-License-Identifier: LGPL-2.1-or-later
"""The simulated ORCA as a child process, and a small client of its interface: records in JSON or xml2, and the WebSocket."""

import base64
import http.client
import json
import os
import pathlib
import signal
import socket
import struct
import subprocess
import sys
import tempfile
from xml.etree import ElementTree

SOURCE = pathlib.Path(os.environ.get("SHIKAKU_SOURCE", pathlib.Path(__file__).resolve().parents[2]))
SIMULATOR = SOURCE / "tests" / "simulator"
sys.path.insert(0, str(SIMULATOR))

from sim_orca import layouts, xml2  # noqa: E402

DEADLINE = 60  # seconds, of everything that a test waits for: only so that nothing waits for ever
DAY = {"Information_Date": "2026-11-30", "Information_Time": "10:00:00"}


class Orca:
    """shikaku-sim-orca, started, told, killed, started again with what it knew, stopped."""

    def __init__(self, *arguments):
        self.directory = tempfile.TemporaryDirectory(prefix="sim-orca-")
        self.control_path = os.path.join(self.directory.name, "control")
        self.arguments = arguments
        self.process = None
        self.start()

    def start(self, *more):
        command = ["/usr/bin/python3", "-W", "error", SIMULATOR / "shikaku-sim-orca", "--control", self.control_path,
                   "--state", os.path.join(self.directory.name, "state"), *self.arguments, *more]  # fmt: skip
        self.process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
        word, self.url, self.push_url = self.process.stdout.readline().split()
        assert word == "listening", word

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.send_signal(signal.SIGTERM)
        status = self.process.wait(DEADLINE)
        self.process.stdout.close()
        self.directory.cleanup()
        assert status == 0, status

    def wait_killed(self):
        assert self.process.wait(DEADLINE) == -signal.SIGKILL
        self.process.stdout.close()

    def tell(self, command):
        with socket.socket(socket.AF_UNIX) as link, link.makefile("rb") as answers:
            link.settimeout(DEADLINE)
            link.connect(self.control_path)
            link.sendall(command.encode() + b"\n")
            answer = json.loads(answers.readline())
        assert answer.pop("ok"), f"{command}: {answer['error']}"
        return answer

    def get_port(self, url):
        return int(url.rsplit(":", 1)[1].split("/")[0])

    # -- calls

    def send(self, path, body=b"", method="POST", account="ormaster:ormaster"):
        """Return: status, the type of the answer, its bytes."""
        connection = http.client.HTTPConnection("127.0.0.1", self.get_port(self.url), timeout=DEADLINE)
        headers = {"Authorization": "Basic " + base64.b64encode(account.encode()).decode()} if account else {}
        try:
            connection.request(method, path, body, headers)
            response = connection.getresponse()
            return response.status, response.headers["Content-Type"], response.read()
        finally:
            connection.close()

    def call(self, path, name, record, answer="onlinequares1"):
        """In JSON. Return: the record of the answer."""
        status, kind, body = self.send(path, json.dumps({name: record}).encode())
        assert (status, kind) == (200, xml2.JSON), (status, kind)
        return json.loads(body)[answer]

    def call_xml(self, path, name, record):
        """In xml2. Return: the root of the answer."""
        request = xml2.write(name, record, layouts.RECORDS[name]).replace(b"xmlio2", b"data")
        status, kind, body = self.send(path, request)
        assert (status, kind) == (200, xml2.XML), (status, kind)
        return ElementTree.fromstring(body)

    def ask_what(self, asked, patient="", **more):
        """onlinequa1, for what "ask" answered."""
        return self.call("/orca14/onlinequa1", "onlinequareq1",
                         {"Patient_ID": patient, "Qualification_Uuid": asked["row"], **DAY, **more})  # fmt: skip


class WebSocket:
    """As a client of the push exchange."""

    def __init__(self, orca, tenant="1", path="/ws"):
        self.link = socket.create_connection(("127.0.0.1", orca.get_port(orca.push_url)), timeout=DEADLINE)
        self.stream = self.link.makefile("rb")
        tenants = f"X-GINBEE-TENANT-ID: {tenant}\r\n" if tenant else ""
        self.link.sendall((f"GET {path} HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n{tenants}"
                           "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n").encode())
        head = b""
        while not head.endswith(b"\r\n\r\n"):
            byte = self.stream.read(1)
            if not byte:
                self.close()
                raise ConnectionError("closed")
            head += byte
        self.status = int(head.split()[1])
        self.head = head.decode()

    def close(self):
        self.stream.close()
        self.link.close()

    def write(self, payload, kind=1, last=True):
        mask = b"\x01\x02\x03\x04"
        size = len(payload)
        head = bytes([(0x80 if last else 0) | kind]) + (bytes([0x80 | size]) if size < 126 else
                                                        bytes([0x80 | 126]) + struct.pack(">H", size))  # fmt: skip
        self.link.sendall(head + mask + bytes(byte ^ mask[at % 4] for at, byte in enumerate(payload)))

    def read(self):
        """Return: kind and payload; None when the connection is cut."""
        head = self.stream.read(2)
        if len(head) < 2:
            return None
        size = head[1]
        if size == 126:
            (size,) = struct.unpack(">H", self.stream.read(2))
        return head[0] & 0x0F, self.stream.read(size)

    def command(self, **command):
        self.write(json.dumps({name.replace("_id", ".id"): value for name, value in command.items()}).encode())
        return self.hear()

    def hear(self):
        kind, payload = self.read()
        assert kind == 1, kind
        return json.loads(payload)

    def subscribe(self, event="*"):
        answer = self.command(command="subscribe", req_id="r", event=event)
        assert answer["command"] == "subscribed" and answer["req.id"] == "r", answer
        return answer["sub.id"]
