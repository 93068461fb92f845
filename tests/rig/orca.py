# SPDX-License-Identifier: LGPL-2.1-or-later
"""orca: the simulated ORCA of a rig, and the bridge shikaku-orca before it.

    orca = rig.orca()                           # rig.orca("cloud"): TLS, and a client certificate
    rig.start("daemon", "center")
    bridge = orca.bridge()                      # runs; reads the push events; its folders are the rig's
    asked = orca.ask("yamada"); orca.wait_row(asked, "03")
    orca.kill(); orca.start()                   # at the same ports, with what it had committed
    bridge.kill(); bridge.start(); bridge.pending()
"""
import json
import os
import signal

import loop
from loop import DEADLINE
from users import USERS, wrap

ACCOUNT, PASSWORD = "ormaster", "invented-and-known-to-all"
USER = "shikaku-orca"
LOOK_MILLISECONDS = 200


def until(condition, what, seconds=None):
    """As loop.until; a look starts a process."""
    return loop.until(condition, what, LOOK_MILLISECONDS, seconds)


class Orca:
    """shikaku-sim-orca. @make_simulator: of a control socket and a process (Simulator of rig.py)."""

    def __init__(self, rig, program, keys, make_simulator, options):
        self.rig, self.program, self.keys = rig, program, keys
        self.make_simulator, self.options = make_simulator, ["--keys", keys] if "cloud" in options else list(options)
        self.folder = rig.folder / "orca"
        self.folder.mkdir()
        self.port = rig.reserve_ports(2)
        self.process = self.control = None
        self.start()

    def start(self):
        """With what it knew before, at the same ports."""
        path = self.folder / "control"
        self.process = self.rig.launch("orca", [
            self.program, "--control", path, "--state", self.folder / "state", "--port", self.port, "--push-port",
            self.port + 1, "--account", f"{ACCOUNT}:{PASSWORD}", *self.options], keep=True, quiet=True)
        self.process.wait_output("^listening ")
        self.control = self.make_simulator(path, self.process)

    def kill(self):
        """As kill -9 does it: what was committed stays."""
        self.process.kill()
        self.wait_killed()

    def wait_killed(self):
        """After a fault that kills it."""
        self.process.reap()
        self.rig.retire(self.process)

    def __call__(self, line, seconds=None):
        return self.control(line, seconds)

    def wait(self, what, number=1, seconds=60):
        """Until @number of @what came since clear-log: a path, connect, subscribe, push, held."""
        self.control.wait(what, number, seconds)

    def log(self, path=None):
        return [line for line in self.control.log() if path in (None, line["path"])]

    def ask(self, patient, *words):
        """Somebody at ORCA's screen asks for the eligibility of @patient. Return: row, event, id."""
        return self(" ".join(["ask", patient, *words]))

    def row(self, asked):
        return self(f"row {asked['row']}")["row"]

    def rows(self):
        return self("rows")["rows"]

    def receptions(self):
        """What was taken in as a face result: one a post."""
        return self("receptions")["receptions"]

    def wait_row(self, asked, state, seconds=None):
        """Waits until the row is in @state. Return: the row."""
        seconds = DEADLINE if seconds is None else seconds
        return self.control(f"wait-row {asked['row']} {state} {seconds}", seconds + 1)["row"]

    def settings(self, **more):
        """Of the bridge, group and key."""
        url, push_url = self.process.wait_output(r"^listening (\S+) (\S+)$").groups()
        cloud = {"Orca_CertificateAuthority": self.keys / "center-ca.pem"} if url.startswith("https") else {}
        return {"Orca_URL": url + "/", "Orca_User": None if cloud else ACCOUNT, "Push_URL": push_url, **cloud,
                "Push_Tenant": 1, "Storage_RetrySeconds": 1, **more}  # fmt: skip

    def bridge(self, **more):
        """shikaku-orca, started. @more: over its settings. In the cloud's way it has a certificate in place of a password."""
        credentials = {"password": PASSWORD.encode()}
        if "--keys" in self.options:
            credentials = {"certificate": (self.keys / "institution.cert.pem").read_bytes(),
                           "key": (self.keys / "institution.key.pem").read_bytes()}  # fmt: skip
        return Bridge(self.rig, self.settings(**more), credentials)


class Bridge:
    """shikaku-orca with a state folder of its own, which a kill leaves as it is."""

    def __init__(self, rig, settings, credentials):
        self.rig = rig
        self.folder = rig.folder / "bridge"
        self.state, self.credentials = self.folder / "state", self.folder / "credentials"
        self.program = rig.program("client/orca/shikaku-orca")
        self.configuration = self.folder / "orca.conf"
        self.process = None
        for folder in (self.folder, self.state, self.credentials):
            folder.mkdir(exist_ok=True)
        for name, content in credentials.items():
            (self.credentials / name).write_bytes(content)
        self.configure(settings)
        if not os.getuid():
            for path in (self.folder, self.state, self.credentials, *self.credentials.iterdir()):
                os.chown(path, USERS[USER].uid, -1)
        self.start()

    def configure(self, settings):
        groups = {}
        for name, value in settings.items():
            group, key = name.split("_", 1)
            if value is not None:
                groups.setdefault(group, []).append(f"{key}={value}")
        self.configuration.write_text(
            "\n".join(f"[{group}]\n" + "\n".join(lines) + "\n" for group, lines in groups.items()))

    def command(self, *arguments):
        return wrap(self.program, f"--config={self.configuration}", f"--state={self.state}", *arguments)

    def start(self):
        self.process = self.rig.launch("shikaku-orca", self.command("run"), user=self.rig.user(USER), quiet=True,
                                       environment={"CREDENTIALS_DIRECTORY": str(self.credentials)})

    def kill(self):
        self.process.kill()
        self.process.reap()
        self.rig.retire(self.process)

    def kill_at(self, call, number):
        """It dies as one of its threads enters the system call @call for the @number-th time from now on. Return: a function
        that gives this up. Return of that: whether it has died."""
        return self.inject(call, f"signal=SIGKILL:when={number}")

    def fail(self, call, error):
        """From now on that system call fails with @error. Return: a function that gives this up."""
        return self.inject(call, f"error={error}")

    def inject(self, call, what):
        tracer = self.rig.launch("strace", [
            "strace", "-f", "-o", "/dev/null", "-e", "trace=" + call, "-e", f"inject={call}:{what}", "-p", self.process.pid],
            keep="all")  # fmt: skip
        assert "attached" in tracer.wait_output("attached|ptrace")[0], tracer.text()

        def give_up():
            tracer.kill(signal.SIGINT)
            tracer.reap()
            self.rig.retire(tracer)
            return not self.process.is_running()
        return give_up

    def stop(self):
        """SIGTERM. Return: the exit status, which should be 0."""
        status = self.process.terminate()
        self.rig.retire(self.process)
        return status

    def run(self, *arguments, check=0):
        """A verb of the command: status, pending, resolve. Return: the Process."""
        return self.rig.run_as(USER, *self.command(*arguments), check=check)

    def status(self):
        return json.loads(self.run("status", "--json").text())

    def pending(self):
        """What waits for a person: Id, File, Time, Person, Why of each."""
        return [json.loads(line) for line in self.run("pending", "--json").text().splitlines()]

    def log(self):
        return self.rig.read_log("shikaku-orca")

    def wait_count(self, name, number):
        """Until its status says so."""
        return until(lambda: self.status()[name] == number, f"{number} {name}")
