# SPDX-License-Identifier: LGPL-2.1-or-later
"""web-api-driver as a child process, and what its tests share."""

import contextlib
import os
import pathlib
import selectors
import subprocess
import sys
import tempfile
import time

from simulated import DEADLINE, KEYS, PEOPLE, Center

sys.path.append(str(pathlib.Path(__file__).resolve().parents[1] / "rig"))
from clock import LIBRARY, Clock  # noqa: E402
from users import find_sanitizer  # noqa: E402

BUILD = pathlib.Path(os.environ["SHIKAKU_BUILD"])
DRIVER = BUILD / "tests" / "center" / "web-api-driver"
WRAPPER = os.environ.get("SHIKAKU_WRAPPER", "").split()  # valgrind
TIMEOUT = 60  # seconds of a call: none takes so long by itself


class Driver:
    """web-api-driver, and what it has said so far."""

    def __init__(self, url, timeout=TIMEOUT, token=None, **files):
        self.complaints = tempfile.TemporaryFile()
        self.folder = tempfile.TemporaryDirectory(prefix="driver-")
        self.clock = Clock(pathlib.Path(self.folder.name), BUILD / LIBRARY)
        # What OpenSSL, under SoftHSM, holds for a thread that ends late is not ours.
        foreign = pathlib.Path(self.folder.name) / "leaks"
        foreign.write_text("leak:libcrypto.so\n")
        preload = ":".join(filter(None, [find_sanitizer(DRIVER), str(self.clock.library)]))
        self.process = subprocess.Popen(
            [*(token.wrap() if token else []), "env", f"LD_PRELOAD={preload}", *WRAPPER, DRIVER, url, KEYS, str(timeout),
             *make_options(files)],
            env={**os.environ, "LSAN_OPTIONS": f"suppressions={foreign}:print_suppressions=0",
                 **self.clock.environment, **(token.environment if token else {})},
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=self.complaints)  # fmt: skip
        os.set_blocking(self.process.stdout.fileno(), False)
        self.selector = selectors.DefaultSelector()
        self.selector.register(self.process.stdout, selectors.EVENT_READ)
        self.last, self.unread, self.results = 0, b"", {}

    def __enter__(self):
        return self

    def __exit__(self, kind, *_):
        self.process.stdin.close()
        status = self.process.wait(DEADLINE)
        self.process.stdout.close()
        self.selector.close()
        texts = self.read_complaints()
        self.complaints.close()
        self.folder.cleanup()
        if kind or status:
            print(texts, file=sys.stderr)
        assert kind or status == 0, status
        for secret in make_canaries():
            assert secret not in texts, "a secret in an error's text"

    def read_complaints(self):
        file = self.complaints.fileno()  # its offset is the driver's
        return os.pread(file, os.fstat(file).st_size, 0).decode()

    def start(self, command):
        self.process.stdin.write(command.encode() + b"\n")
        self.process.stdin.flush()
        self.last += 1
        return self.last

    def wait(self, number):
        end = time.monotonic() + 2 * DEADLINE
        while number not in self.results:
            assert self.selector.select(max(0, end - time.monotonic())), f"no answer to command {number}"
            piece = self.process.stdout.read()
            assert piece, "the driver ended"
            *lines, self.unread = (self.unread + piece).split(b"\n")
            for line in lines:
                word, _, result = line.decode().partition(" ")
                self.results[int(word)] = result
        return self.results.pop(number)

    def let_pass(self, seconds):
        """For the driver the time passes at once."""
        self.clock.let_pass(self.process.pid, seconds)
        self.ask("state")  # it has noticed

    def ask(self, command):
        return self.wait(self.start(command))

    def search(self, person="yamada"):
        return self.ask(make_search(person))

    def check(self, person="yamada"):
        return self.ask(f"check {KEYS / person}.key.pem {KEYS / person}.cert.der")

    def configure(self, **files):
        return self.ask(" ".join(["configure", *make_options(files)]))

    def state(self):
        """Return: state, [links], changes."""
        state, *links, changes, _ = self.ask("state").split()
        return state, links, int(changes.partition("=")[2])


def make_options(files):
    return [f"{name.replace('_', '-')}={path}" for name, path in files.items()]


def make_canaries():
    entry = PEOPLE["yamada"]["center"]["entries"][0]
    return [*(KEYS / "account").read_text().split(), entry["InsuredIdentificationNumber"], entry["InsurerNumber"], "山田"]


def make_search(person):
    entry = PEOPLE[person]["center"]["entries"][0]
    names = ("InsurerNumber", "InsuredIdentificationNumber", "Birthdate", "InsuredCardSymbol", "InsuredBranchNumber")
    return " ".join(["search", *(entry[name].strip() for name in names if name in entry)])


def get_key(result):
    return dict(word.split("=") for word in result.split()[1:])["key"]


@contextlib.contextmanager
def make_pair(timeout=TIMEOUT, token=None, **files):
    """@token: a SoftHSM."""
    with Center() as center, Driver(center.url, timeout, token, **files) as driver:
        yield center, driver


def wait_for(condition):
    end = time.monotonic() + DEADLINE
    while not condition():
        assert time.monotonic() < end, "it never came"


def wait_for_requests(center, path, number=1):
    wait_for(lambda: center.send(f"wait {path} {number} 5")["ok"])


def count(center, path=None):
    return len(center.log(path))


def connections(center):
    return center.tell("stats")["connections"]


def drop_connections(center):
    center.tell("drop-connections")
    wait_for(lambda: center.tell("stats")["open"] == 0)
