# SPDX-License-Identifier: LGPL-2.1-or-later
"""rig: the bench that every integration test stands on: a private system bus, pcscd with a virtual card, the simulated
center, the daemon and its client, each started when asked for, in any combination, several rigs side by side.

    from bus import Agent, Visits      # what callers and agents do
    from rig import Rig

    with Rig() as rig:
        rig.start("card", "center", "daemon", persona="yamada")     # what they need (pcscd, bus) comes by itself
        patient = Agent(rig.bus_connection("tester")).register()
        visits = Visits(rig.bus_connection("tester"))
        assert visits.open(Consents=["drug"]).wait_finished()[0] == "done"

Comes in: SHIKAKU_BUILD (built programs), SHIKAKU_KEYS, SHIKAKU_WRAPPER (valgrind, for the daemon). Goes out: nothing:
everything lies in a temporary folder and is removed; every process is ended by its pid. Nothing polls, nothing sleeps.
A daemon that does not end with status 0 when it is told to fails the test (so do sanitizers and valgrind).
"""
import json
import os
import shlex
import shutil
import signal
import socket
import subprocess
import tempfile
from pathlib import Path

from loop import DEADLINE, Watch, wait_for  # first: it says which version of Gio

from gi.repository import Gio, GLib

from bus import NAME, PROPERTIES, READER, ROOT, call
from clock import LIBRARY, Clock
import polkit as authority
from process import Process
import orca as receipt
import terminal as official
from users import USERS, make_environment, wrap, write_databases

HERE = Path(__file__).resolve().parent
SOURCE = Path(os.environ.get("SHIKAKU_SOURCE", HERE.parents[1]))
BUILD = Path(os.environ.get("SHIKAKU_BUILD", SOURCE / "build"))
KEYS = Path(os.environ.get("SHIKAKU_KEYS", BUILD / "tests" / "simulator" / "keys"))
SIMULATOR = SOURCE / "tests" / "simulator"
INSTITUTION = "1312345678"
FIRST_PORT, LAST_PORT = 20000, 31998  # below what the kernel gives to outgoing connections
ZIP_MODULE = Path("daemon") / "shikaku-zip.so"  # of the build; where the installed programs are tested it is theirs
LOOPBACK = Path("tests") / "rig" / "libloopback.so"  # of the build
DRIVER = Path("/usr/lib/pcsc/drivers/serial/libifdvpcd.so")
DAEMON_FILES = ("center-ca.pem", "institution.cert.pem", "institution.key.pem", "account", "card-ca.pem")
TAIL = 4000
OBJECT_MANAGER = "org.freedesktop.DBus.ObjectManager"

BUS_CONFIGURATION = """<!DOCTYPE busconfig PUBLIC "-//freedesktop//DTD D-Bus Bus Configuration 1.0//EN"
 "http://www.freedesktop.org/standards/dbus/1.0/busconfig.dtd">
<busconfig>
  <type>system</type><listen>unix:path={folder}/bus</listen><auth>EXTERNAL</auth>
  <policy context="default">
    <allow user="*"/><deny own="*"/><deny send_type="method_call"/>
    <allow send_type="signal"/>
    <allow send_requested_reply="true" send_type="method_return"/>
    <allow send_requested_reply="true" send_type="error"/>
    <allow receive_type="method_call"/><allow receive_type="method_return"/>
    <allow receive_type="error"/><allow receive_type="signal"/>
    <allow send_destination="org.freedesktop.DBus" send_interface="org.freedesktop.DBus"/>
    <allow send_destination="org.freedesktop.DBus" send_interface="org.freedesktop.DBus.Introspectable"/>
    <allow send_destination="org.freedesktop.DBus" send_interface="org.freedesktop.DBus.Properties"/>
    <deny send_destination="org.freedesktop.DBus" send_interface="org.freedesktop.DBus"
          send_member="UpdateActivationEnvironment"/>
  </policy>
  <policy user="root">
    <allow send_destination="org.freedesktop.DBus" send_interface="org.freedesktop.DBus.Monitoring"/>
  </policy>
  <include>{policy}</include>
{more}
</busconfig>
"""


class Skip(Exception):
    """The environment lacks what the case needs: the text completes "environment lacks ..."."""


class Simulator:
    """The control socket of a simulated card or center: rig.card("eject"), rig.card.wait("sign"), rig.center("log")."""

    def __init__(self, path, process):
        self.path, self.process = path, process

    def __call__(self, line, seconds=None):
        """One command. The main loop runs until its answer is there. Return: the answer as a dict."""
        link = socket.socket(socket.AF_UNIX)
        received = bytearray()

        def receive():
            data = link.recv(1 << 20)
            received.extend(data)
            return bool(data) and not received.endswith(b"\n")

        with link:
            link.connect(str(self.path))
            link.sendall(line.encode() + b"\n")
            watch = Watch(link.fileno(), receive)
            try:
                wait_for(lambda: not watch.source, f"the answer to {line!r}", seconds)
            finally:
                watch.stop()
        answer = json.loads(received)
        assert answer.pop("ok"), f"{line}: {answer['error']}"
        return answer

    def wait(self, what, number=1, seconds=DEADLINE):
        """Waits until @what came @number times since clear-log (card: an INS, power-up, power-off; center: a call)."""
        self(f"wait {what} {number} {seconds}", seconds + 1)

    def log(self):
        return self("log")["log"]

    def status(self):
        return self("status")


class Rig:
    def __init__(self):
        self.folder = Path(tempfile.mkdtemp(prefix="shikaku-rig-"))
        self.folder.chmod(0o755)
        self.processes, self.ended = [], []
        self.monitors = {}
        self.bus_process = self.pcscd = self.center_process = self.daemon = self.client_program = self.polkitd = None
        self.card = self.second_card = self.center = self.clock = None
        self.ports, self.reservations, self.connections = None, [], {}
        self.socket = self.folder / "pcscd.comm"
        self.metrics_file = self.folder / "run" / "shikaku.prom"
        self.state_directory = self.folder / "state"  # what a daemon keeps for the next one of this rig
        self.handed_over = self.folder / "handed-over"  # credentials of the service manager: start_daemon(store_key=...)
        self.bus_policy = ""  # more of it, before the bus is started
        self.address = f"unix:path={self.folder}/bus"
        self.environment = {**os.environ, "DBUS_SYSTEM_BUS_ADDRESS": self.address,
                            "PCSCLITE_CSOCK_NAME": str(self.socket), "PYTHONPYCACHEPREFIX": str(BUILD / "pycache"),
                            "PYTHONDONTWRITEBYTECODE": "",
                            "XDG_CACHE_HOME": str(self.folder), "LC_ALL": "C.UTF-8", "GSETTINGS_BACKEND": "memory",
                            "LANGUAGE": "", **make_environment(self.folder)}
        os.environ["PCSCLITE_CSOCK_NAME"] = str(self.socket)  # for pcsc.py in this process
        write_databases(self.folder)

    # starting

    def __enter__(self):
        return self

    def start(self, *wanted, persona="yamada", card_options=(), pcscd_options=(), second_card=False, lying=False,
              **daemon_options):
        """Starts what is @wanted of bus, polkit, pcscd, card, center, daemon, and what that needs, side by side.

        Where card and daemon are started together, the card comes when the daemon has looked at its reader; @lying: it
        lies there before, and is waited out by visits without SameCard. @card_options: of shikaku-sim-card.
        @second_card: another card, ejected, in a second reader (rig.second_card).
        @daemon_options: of start_daemon. The card's presence may need 0.4 s more: pcscd looks for it that often.
        """
        wanted = set(wanted)
        if "card" in wanted or second_card:
            self.require(DRIVER, "vsmartcard-vpcd")
            wanted.add("pcscd")
        if "daemon" in wanted and daemon_options.get("polkit", True):
            wanted.add("polkit")
        if wanted & {"daemon", "polkit"}:
            wanted.add("bus")
        if "pcscd" in wanted and not self.pcscd:
            self.start_pcscd(*pcscd_options)
        if "center" in wanted and not self.center:
            self.launch_center()
        if "bus" in wanted and not self.bus_process:
            self.launch_bus()
        comes = {"card", "daemon"} <= wanted and not (self.card or self.daemon or lying or "--ejected" in card_options)
        if "card" in wanted and not self.card:
            self.card = self.launch_card("card", self.ports[0], persona, [*card_options, *["--ejected"] * comes])
        if second_card:
            self.second_card = self.launch_card("second-card", self.ports[1], persona, ["--ejected", *card_options])
        if "bus" in wanted:
            self.bus_process.wait_output("unix:")
        if "polkit" in wanted and not self.polkitd:
            self.start_polkitd()
        for card in (self.card, self.second_card):
            if card:
                card.process.wait_output("^ready$")
        if "center" in wanted:
            self.center_process.wait_output(r"^listening \S+")
        if "daemon" in wanted and not self.daemon:
            self.start_daemon(**daemon_options)
        if comes:
            self.wait_readers(2, present=0, user="root")
            self.card(f"insert {persona}")
        return self

    @staticmethod
    def require(program, package):
        if not (shutil.which(program) or Path(program).exists()):
            raise Skip(package)

    def launch(self, name, command, **more):
        environment = {**self.environment, **more.pop("environment", {})}
        process = Process(name, command, self.folder / f"{name}.log", environment, **more)
        self.processes.append(process)
        return process

    def launch_bus(self):
        self.require("dbus-daemon", "dbus-daemon")
        configuration = self.folder / "bus.conf"
        configuration.write_text(BUS_CONFIGURATION.format(folder=self.folder, policy=find_policy(),
                                                         more=authority.BUS_POLICY + self.bus_policy))
        self.bus_process = self.launch("dbus-daemon", wrap(
            shutil.which("dbus-daemon"), f"--config-file={configuration}", "--nofork", "--nopidfile", "--nosyslog",
            "--print-address=1"), keep=True, quiet=True)

    def launch_card(self, name, port, persona, card_options):
        control = self.folder / f"{name}.control"
        process = self.launch(name, [SIMULATOR / "shikaku-sim-card", "--keys", KEYS, "--port", port, "--control",
                                     control, "--persona", persona, *card_options], keep=True, quiet=True)
        return Simulator(control, process)

    def launch_center(self, *center_options):
        control = self.folder / "center.control"
        self.center_process = self.launch("center", [SIMULATOR / "shikaku-sim-center", "--keys", KEYS, "--control",
                                                     control, *center_options], keep=True, quiet=True)
        self.center = Simulator(control, self.center_process)

    def terminal(self, name="", folder=None, systems=(), **options):
        """The official terminal, simulated, on a folder of its own (@folder: on that one). @name: of the daemon's group
        [Terminal NAME]. @systems, @options: of terminal.make_command(). Return: a terminal.Terminal."""
        label = f"terminal-{name}" if name else "terminal"
        folder = folder or self.folder / label / "OQS"
        if options.get("zips"):
            self.require("bsdtar", "libarchive-tools")
        official.lay_out(folder, systems, None if os.getuid() else USERS["shikaku"].uid)
        if not os.getuid():
            os.chown(folder.parent, USERS["shikaku"].uid, -1)
        control = self.folder / f"{label}.control"
        process = self.launch(label, official.make_command(
            SIMULATOR / "shikaku-sim-terminal", folder, control, systems,
            password_file=self.folder / f"{label}.password", **options), keep=True, quiet=True)
        process.wait_output("^watching ")
        return official.Terminal(name, folder, Simulator(control, process))

    def orca(self, *options):
        """ORCA, simulated: @options of shikaku-sim-orca, or "cloud". Return: an orca.Orca."""
        return receipt.Orca(self, SIMULATOR / "shikaku-sim-orca", KEYS, Simulator, options)

    def center_url(self):
        if not self.center:
            return f"https://localhost:{self.reserve_ports(1)}/oqs-api"  # nobody listens there
        return self.center_process.wait_output(r"^listening (\S+)$")[1]

    # pcscd

    def reserve_ports(self, number):
        """@number of free TCP ports in a row, ours until the end: who holds the UDP port of the first has them all."""
        start = FIRST_PORT + os.getpid() * 34 % (LAST_PORT - FIRST_PORT) // 2 * 2
        for port in [*range(start, LAST_PORT, 2), *range(FIRST_PORT, start, 2)]:
            claim = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
            try:
                claim.bind(("127.0.0.1", port))
                for one in range(port, port + number):
                    with socket.socket() as probe:
                        probe.bind(("0.0.0.0", one))
                self.reservations.append(claim)
                return port
            except OSError:
                claim.close()
        raise Skip("free ports")

    def start_pcscd(self, *pcscd_options, readers=True):
        """pcscd with two @readers, "Virtual PCD 00 00" and "... 01". Clients wait at its socket until it is up."""
        self.require("/usr/sbin/pcscd", "pcscd")
        configuration = self.folder / "readers"
        configuration.mkdir(exist_ok=True)
        if readers and not self.ports:
            port = self.reserve_ports(2)
            self.ports = port, port + 1
            (configuration / "vpcd").write_text(
                f'FRIENDLYNAME "Virtual PCD"\nDEVICENAME /dev/null:0x{port:X}\n'
                f'LIBPATH {DRIVER}\nCHANNELID 0x{port:X}\n')
        self.socket.unlink(missing_ok=True)
        with socket.socket(socket.AF_UNIX) as listener:
            listener.bind(str(self.socket))
            self.socket.chmod(0o666)
            listener.listen(16)
            fd = listener.fileno()
            script = f"export LISTEN_PID=$$ LISTEN_FDS=1; exec \"$@\" 3<&{fd} {'' if fd == 3 else f'{fd}<&-'}"
            self.pcscd = self.launch("pcscd", ["bash", "-c", script, "pcscd", "/usr/sbin/pcscd", "--foreground",
                                               "--config", configuration, *self.keep_pcscd_apart(), *pcscd_options],
                                     pass_fds=(fd,), quiet=True, environment=self.keep_to_loopback())

    def keep_to_loopback(self):
        """The driver of the virtual readers would listen at every address of this machine."""
        return {"LD_PRELOAD": str(self.program(LOOPBACK))} if (BUILD / LOOPBACK).exists() else {}

    @staticmethod
    def keep_pcscd_apart():
        """pcscd 2.x asks polkit about each client; here there may be no polkitd, and it would refuse them all. That the
        daemon gets in is the booted machine's to show."""
        known = subprocess.run(["/usr/sbin/pcscd", "--help"], capture_output=True, text=True).stdout
        return ["--disable-polkit"] if "--disable-polkit" in known else []

    def stop_pcscd(self, number=signal.SIGTERM):
        """As a crash or an upgrade does it: its socket is gone, clients see the service stopped."""
        self.socket.unlink(missing_ok=True)
        self.pcscd.kill(number)
        self.pcscd.reap()
        self.retire(self.pcscd)
        self.pcscd = None

    # polkitd

    def start_polkitd(self, rules=None):
        """Who grants rights; wait_polkitd() waits for it. @rules: an administrator's own, asked before the project's."""
        if os.getuid():
            return  # the daemon does not start either
        self.require(authority.POLKITD, "polkitd")
        folder = self.folder / "polkit"
        if not folder.exists():
            authority.lay_out(folder, BUILD, SOURCE)
        if rules:
            (folder / "own-rules" / "00-test.rules").write_text(rules)
        self.polkitd_owned = self.watch_name(authority.NAME)
        self.polkitd = self.launch("polkitd", authority.make_command(folder), quiet=True, environment={"G_DEBUG": ""})

    def wait_polkitd(self):
        wait_for(lambda: any(self.polkitd_owned) or not self.polkitd.is_running(), "polkitd to own its name")
        if not self.polkitd.is_running() and "unshare failed" in self.read_log("polkitd"):
            raise Skip("the right to make namespaces, for polkitd")
        assert self.polkitd.is_running(), f"polkitd ended with status {self.polkitd.status}"

    def stop_polkitd(self, number=signal.SIGTERM):
        self.polkitd.kill(number)
        self.polkitd.reap()
        self.retire(self.polkitd)
        self.polkitd = None

    def watch_name(self, name):
        """Return: the owners of @name on the bus from now on, as they come and go."""
        owners, connection = [], self.bus_connection("root")
        bus = "org.freedesktop.DBus"
        connection.signal_subscribe(bus, bus, "NameOwnerChanged", "/org/freedesktop/DBus", name, Gio.DBusSignalFlags.NONE,
                                    lambda *arguments: owners.append(arguments[5].unpack()[2]))
        call(connection, "/org/freedesktop/DBus", bus, "GetId", destination=bus)  # until the bus knows of it
        return owners

    # daemon

    def program(self, path):
        """A copy of the built program that every user may run, wherever the build folder lies."""
        built = BUILD / path
        if not built.is_file():
            raise Skip(f"{path} in {BUILD}")
        copy = self.folder / built.name
        if not copy.exists():
            shutil.copy2(built, copy)
            copy.chmod(0o755)
        return copy

    def configure(self, **values):
        """Writes the daemon's configuration. @values: Group_Key=text (Center_URL=...) over the rig's; None: none."""
        credentials = self.folder / "credentials"
        credentials.mkdir(exist_ok=True)
        for file in DAEMON_FILES:
            if not (credentials / file).exists():
                shutil.copy(KEYS / file, credentials / file)
                if not os.getuid():
                    os.chown(credentials / file, USERS["shikaku"].uid, -1)
        for folder in (self.metrics_file.parent, self.state_directory):
            folder.mkdir(exist_ok=True)
            if not os.getuid():
                os.chown(folder, USERS["shikaku"].uid, -1)
        settings = {
            "Center_URL": self.center_url(), "Center_CertificateAuthority": credentials / "center-ca.pem",
            "Center_Certificate": credentials / "institution.cert.pem",
            "Center_PrivateKey": credentials / "institution.key.pem", "Center_Account": credentials / "account",
            "Center_InstitutionCode": INSTITUTION, "Center_Timeout": DEADLINE,
            "Card_CertificateAuthorities": credentials / "card-ca.pem", "Visit_Retention": 60,
            "Metrics_File": self.metrics_file,
            "Lookups_PerStaffAndDay": 0,  # cases look one person up as often as they like, but for those about that
            **values}
        groups = {}
        for name, value in settings.items():
            group, key = name.split("_", 1)
            if value is not None:
                groups.setdefault(group, []).append(f"{key}={value}")
        path = self.folder / "shikakud.conf"
        path.write_text("\n".join(f"[{group}]\n" + "\n".join(lines) + "\n" for group, lines in groups.items()))
        return path

    def start_daemon(self, ready=True, polkit=True, wrapper=None, environment=None, user="shikaku", clock=False, store_key=True,
                     **settings):
        """Starts shikakud as @user, waits until it has its name, and polkitd has its own if @polkit. @settings: as in
        configure(). @wrapper: a command. @clock: with a time of its own, for let_pass() and set_clock(). @store_key: it
        is handed the key of its store, the same in this rig each time; rotate_store_key() makes another."""
        if os.getuid():
            raise Skip("root: the bus policy names the daemon's user")
        wrapper = shlex.split(os.environ.get("SHIKAKU_WRAPPER", "")) if wrapper is None else wrapper
        built = BUILD / "daemon" / "shikakud"
        _env, preload, program, *rest = wrap(self.program("daemon/shikakud"), "--config", self.configure(**settings))
        if (BUILD / ZIP_MODULE).exists():
            self.program(ZIP_MODULE)
        if store_key:
            self.hand_over_store_key()
        environment = {"STATE_DIRECTORY": str(self.state_directory),
                       **({"CREDENTIALS_DIRECTORY": str(self.handed_over)} if store_key else {}), **(environment or {})}
        if clock and (BUILD / LIBRARY).exists():  # where the installed programs are tested it is not
            self.clock = Clock(self.folder, self.program(LIBRARY))
            preload, environment = f"{preload}:{self.clock.library}", {**environment, **self.clock.environment}
        command = ["env", preload, *wrapper, program, *rest]
        if ready and polkit and not self.polkitd:
            self.start_polkitd()
        owners = self.watch_name(NAME)
        self.daemon = self.launch("shikakud", command, user=self.user(user), quiet=True, environment=environment)
        if ready:
            wait_for(lambda: any(owners) or not self.daemon.is_running(), f"{built} to own its name")
            assert self.daemon.is_running(), f"shikakud ended with status {self.daemon.status}"
            if polkit:
                self.wait_polkitd()
        return self.daemon

    def hand_over_store_key(self):
        key = self.handed_over / "shikaku-store-key"
        if not key.exists():
            self.write_handed_over("shikaku-store-key", os.urandom(32))

    def write_handed_over(self, name, content):
        """A credential, as the service manager hands it over to the next daemon."""
        self.handed_over.mkdir(exist_ok=True)
        path = self.handed_over / name
        path.write_bytes(content)
        path.chmod(0o400)
        for one in (self.handed_over, path):
            if not os.getuid():
                os.chown(one, USERS["shikaku"].uid, -1)

    def rotate_store_key(self):
        """The next daemon has a new key, and the one before it."""
        before = (self.handed_over / "shikaku-store-key").read_bytes()
        for path in self.handed_over.glob("shikaku-store-key*"):
            path.unlink()
        self.write_handed_over("shikaku-store-key-previous", before)
        self.write_handed_over("shikaku-store-key", os.urandom(32))

    def turn(self):
        """Returns when the daemon has served what had come to it before, on the bus and elsewhere."""
        for _number in range(2):  # what comes by other ways than the bus may be served after the call that it came with
            call(self.bus_connection("root"), ROOT, "org.freedesktop.DBus.Peer", "Ping")

    def let_pass(self, seconds):
        """For the daemon, which was started with @clock, the time passes at once."""
        self.turn()  # for what was asked before, and is answered already, no time passes
        self.need_clock().let_pass(self.daemon.pid, seconds)
        self.turn()

    def slow_time_down(self, times):
        """For the daemon, as if the machine were so many times faster: where it is about how much comes in a second."""
        self.need_clock().slow_down(self.daemon.pid, times)
        self.turn()

    def set_clock(self, ahead):
        """The daemon's wall clock is set: so many seconds ahead of the machine's, and what let_pass() was told."""
        self.need_clock().set(self.daemon.pid, ahead)
        self.turn()

    def need_clock(self):
        if not self.clock:
            raise Skip("a clock for the daemon")
        return self.clock

    def stop_daemon(self, seconds=None, meanwhile=None):
        """SIGTERM. @meanwhile: called when it has begun to end. Return: the exit status, which should be 0."""
        if meanwhile:
            self.daemon.kill(signal.SIGTERM)
            wait_for(lambda: "Shutting down" in self.read_log("shikakud"), "the daemon to begin to end")
            meanwhile()
            status = self.daemon.reap(seconds)
        else:
            status = self.daemon.terminate(seconds)
        self.retire(self.daemon)
        self.daemon = None
        return status

    def kill_daemon(self):
        self.daemon.kill()
        self.daemon.reap()
        self.retire(self.daemon)
        self.daemon = None

    def retire(self, process):
        """An end that the test wanted."""
        process.release()
        self.processes.remove(process)
        self.ended.append(process)

    # people

    @staticmethod
    def user(name):
        """None, the runner, where we are not root: one user is all there is."""
        if os.getuid():
            if name not in ("tester", "root"):
                raise Skip("root, for other users")
            return None
        return USERS[name] if name != "root" else None

    def wait_left(self, name):
        """Until the bus has told everybody that @name is gone."""
        bus = "org.freedesktop.DBus"
        while call(self.bus_connection("root"), "/org/freedesktop/DBus", bus, "NameHasOwner", GLib.Variant("(s)", (name,)),
                   destination=bus):
            pass

    def bus_connection(self, user="tester", fresh=False):
        """A connection to the private bus with the credentials of @user; @fresh: one more, with a name of its own."""
        if user in self.connections and not fresh:
            return self.connections[user]
        flags = Gio.DBusConnectionFlags.AUTHENTICATION_CLIENT | Gio.DBusConnectionFlags.MESSAGE_BUS_CONNECTION
        person = self.user(user)
        groups = os.getgroups()
        try:
            if person:
                os.setgroups(person.group_ids())
                os.setegid(person.uid)
                os.seteuid(person.uid)
            connection = Gio.DBusConnection.new_for_address_sync(self.address, flags, None, None)
        finally:
            if person:
                os.seteuid(0)
                os.setegid(0)
                os.setgroups(groups)
        connection.set_exit_on_close(False)
        if not fresh:
            self.connections[user] = connection
        return connection

    def run_as(self, user, *command, stdin=None, seconds=None, environment=None, terminal=False, check=None):
        """Runs @command as @user to its end. @check: the status it must have. Return: the Process (status, text())."""
        process = self.spawn_as(user, *command, environment=environment, terminal=terminal)
        if stdin is not None:
            process.write(stdin)
        if not terminal:
            process.close_input()
        process.wait(seconds)
        assert check is None or process.status == check, f"{command[0]} ended with {process.status}: {process.text()}"
        return process

    def spawn_as(self, user, *command, environment=None, terminal=False, keep=True):
        """Starts @command as @user; its standard output is kept (on a @terminal, or with @keep "all": all output)."""
        name = f"{Path(command[0]).name}-{len(self.processes) + len(self.ended)}"
        return self.launch(name, [*map(str, command)], user=self.user(user), keep=keep, terminal=terminal,
                           environment=environment or {})

    def client(self, *arguments, user="tester", **more):
        """Runs shikakuctl to its end."""
        return self.run_as(user, *wrap(self.program("client/shikakuctl")), *arguments, **more)

    def spawn_client(self, *arguments, user="tester", **more):
        return self.spawn_as(user, *wrap(self.program("client/shikakuctl")), *arguments, **more)

    # card and visits

    def wait_card(self, present=True, number=0):
        """Waits until pcscd sees (or no longer sees) the card of reader @number. Return: the reader's name."""
        import pcsc
        context = pcsc.Context()
        name = f"Virtual PCD 00 0{number}"
        context.wait(name, pcsc.STATE_PRESENT if present else pcsc.STATE_EMPTY, DEADLINE * 1000)
        context.release()
        return name

    def change_card(self, persona=""):
        """Takes the card out and puts it, or another, in; pcscd has seen both. Return: the reader's name."""
        self.card("eject")
        self.wait_card(present=False)
        self.card(f"insert {persona}")
        return self.wait_card()

    def wait_readers(self, number, present=None, user="tester"):
        """Waits until the daemon shows @user @number of readers, @present of them with a card. Return: their paths."""
        connection = self.bus_connection(user)
        changed = []
        watches = [connection.signal_subscribe(NAME, interface, None, None, None, Gio.DBusSignalFlags.NONE,
                                               lambda *_arguments: changed.append(True))
                   for interface in (OBJECT_MANAGER, PROPERTIES)]
        try:
            while True:
                changed.clear()
                objects = call(connection, ROOT + "/reader", OBJECT_MANAGER, "GetManagedObjects")
                readers = {path: faces[READER] for path, faces in objects.items() if READER in faces}
                cards = sum(reader["CardPresent"] for reader in readers.values())
                if len(readers) == number and present in (None, cards):
                    return sorted(readers)
                wait_for(lambda: changed, f"{number} readers, {present} cards (now {readers})")
        finally:
            for watch in watches:
                connection.signal_unsubscribe(watch)

    # ending

    def __exit__(self, kind, error, _traceback):
        failed = kind is not None and not issubclass(kind, Skip)
        complaint = None
        try:
            for connection in self.connections.values():
                if not connection.is_closed():
                    connection.close_sync(None)
            if self.daemon and self.daemon.is_running():
                self.daemon.terminate()
            if self.daemon and self.daemon.status:
                complaint = f"shikakud ended with status {self.daemon.status}"
            for process in self.processes:
                process.kill(signal.SIGKILL if process in (self.pcscd, self.polkitd) else signal.SIGTERM)
            for process in self.processes:
                process.reap()
                process.release()
        finally:
            if failed or complaint:
                self.print_logs()
            for claim in self.reservations:
                claim.close()
            shutil.rmtree(self.folder, ignore_errors=True)
        if complaint and not failed:
            raise AssertionError(complaint)
        return False

    def wake_at(self, path):
        """Whoever waits looks again when the file at @path changes."""
        if path not in self.monitors:
            self.monitors[path] = Gio.File.new_for_path(str(path)).monitor_file(Gio.FileMonitorFlags.NONE, None)
            self.monitors[path].props.rate_limit = 10

    def read_log(self, name):
        """What a process wrote so far: shikakud, pcscd, card, center, dbus-daemon. More of it wakes up who waits."""
        path = self.folder / f"{name}.log"
        self.wake_at(path)
        return path.read_text(errors="replace") if path.exists() else ""

    def print_logs(self):
        for path in sorted(self.folder.glob("*.log")):
            text = path.read_text(errors="replace")
            if text.strip():
                print(f"--- {path.stem}\n{text[-TAIL:]}")


def find_policy():
    """The project's bus policy, where it lies in the source or in the build."""
    for folder in (BUILD / "data", SOURCE / "data"):
        for path in sorted(folder.rglob("org.shikaku.Shikaku1.conf")):
            return path
    raise Skip("data/org.shikaku.Shikaku1.conf")
