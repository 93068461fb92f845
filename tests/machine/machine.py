# SPDX-License-Identifier: LGPL-2.1-or-later
"""machine: a Debian with systemd as PID 1, booted by systemd-nspawn over a throw-away overlay; its network is loopback.

    with Machine([upper, lower]) as machine:                        # folders, the topmost first
        machine.run("systemctl", "is-active", "shikakud")           # as root
        machine.run("shikakuctl", "check", user="tester", input="1234\\n", status=0)

Comes in: folders, commands. Goes out: their output. Runs in namespaces of its own (enter_namespaces): when the test
ends, however it ends, the kernel ends the machine and takes its mounts away. Each wait is for an event and has a deadline.
"""
import os
import re
import select
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import uuid
from pathlib import Path

DEADLINE = 300  # seconds, for whatever a test waits for: only so that nothing waits for ever
REBOOTED = 133  # what systemd-nspawn --keep-unit ends with when its machine wants to boot again
CGROUPS = [root for root in map(Path, ("/sys/fs/cgroup/unified", "/sys/fs/cgroup/systemd", "/sys/fs/cgroup"))
           if (root / "cgroup.procs").exists()]
NAMESPACES_MADE = "SHIKAKU_MACHINE_NAMESPACES"


class Skip(Exception):
    """The environment lacks what the case needs: the text completes "environment lacks ..."."""


def require(*programs):
    if os.getuid():
        raise Skip("root, to boot a machine")
    if not CGROUPS:
        raise Skip("control groups at /sys/fs/cgroup")
    for program in programs:
        if not shutil.which(program):
            raise Skip(program)


def enter_namespaces():
    """Starts this program again in a mount and a process namespace of its own."""
    if NAMESPACES_MADE in os.environ:
        return
    unshare = ["unshare", "--mount", "--pid", "--fork", "--kill-child", "--mount-proc"]
    if subprocess.run([*unshare, "true"], capture_output=True).returncode:
        raise Skip("the right to make namespaces")
    os.environ[NAMESPACES_MADE] = "1"
    # A shell is the first process: it reaps what the machine leaves, else the machine's own PID 1 would never end.
    os.execvp("unshare", [*unshare, "bash", "-c", '"$@"; exit $?', "-", sys.executable, "-B", *sys.argv])


class Failure(AssertionError):
    pass


class Machine:
    def __init__(self, layers, upper=None, binds=()):
        """@upper: where to keep what the machine writes; without it, nowhere. @binds: host folders, seen read-only at
        their paths."""
        self.layers, self.upper, self.binds = layers, upper, binds
        self.nspawn = self.leader = self.notify = None
        self.spawned = []
        self.status = self.errors = None

    # coming and going

    def __enter__(self):
        self.folder = Path(tempfile.mkdtemp(prefix="shikaku-machine-"))
        self.name = "shikaku-" + uuid.uuid4().hex[:12]
        self.console = self.folder / "console.log"
        (self.folder / "memory").mkdir()
        mount("-t", "tmpfs", "-o", "mode=755", "tmpfs", self.folder / "memory")
        upper, self.root = self.upper or self.folder / "memory" / "upper", self.folder / "memory" / "root"
        work = upper.with_name(upper.name + ".work")
        for folder in (upper, work, self.root):
            folder.mkdir(parents=True, exist_ok=True)
        lower = ":".join(map(str, self.layers))
        mount("-t", "overlay", "-o", f"lowerdir={lower},upperdir={upper},workdir={work}", "overlay", self.root)
        self.cgroups = [root / self.name for root in CGROUPS]
        try:
            self.boot()
        except Exception as error:
            self.__exit__(type(error), error, None)
            raise
        return self

    def __exit__(self, kind, error, _traceback):
        if kind and not issubclass(kind, Skip):
            self.print_logs()
        for process in self.spawned:
            process.kill()
        self.kill_leader()
        if self.notify:
            self.notify.close()
        subprocess.run(["umount", "--lazy", self.root, self.folder / "memory"])
        for cgroup in self.cgroups:
            subprocess.run(["find", cgroup, "-depth", "-type", "d", "-exec", "rmdir", "{}", "+"],
                           stderr=subprocess.DEVNULL)
        shutil.rmtree(self.folder)
        return False

    def boot(self):
        """Starts the machine and waits until its systemd says that it has started everything."""
        path = self.folder / "notify"
        path.unlink(missing_ok=True)
        self.notify = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.notify.bind(str(path))
        command = ["systemd-nspawn", "--quiet", "--boot",
                   f"--directory={self.root}", f"--machine={self.name}", "--register=no", "--keep-unit",
                   "--private-network", "--resolv-conf=off", "--timezone=off", "--link-journal=no", "--console=pipe",
                   "--notify-ready=yes",
                   "--system-call-filter=bpf",  # without it IPAddressDeny= and DevicePolicy= are silently not enforced
                   *(f"--bind-ro={folder}" for folder in self.binds),
                   "systemd.log_color=no", "systemd.show_status=no"]
        environment = {**os.environ, "NOTIFY_SOCKET": str(path), "SYSTEMD_NSPAWN_UNIFIED_HIERARCHY": "1",
                       "SYSTEMD_NSPAWN_LOCK": "0", "LC_ALL": "C.UTF-8"}
        with open(self.console, "ab") as console:
            self.nspawn = subprocess.Popen(command, env=environment, stdin=subprocess.DEVNULL, stdout=console,
                                           stderr=console, preexec_fn=self.enter_cgroup)
        self.leader = int(self.wait_notified(r"^X_NSPAWN_LEADER_PID=(\d+)$"))
        self.wait_notified("^READY=1$")
        self.notify.close()  # its systemd says so at each reload too, and would wait until somebody has read it

    def enter_cgroup(self):
        for cgroup in self.cgroups:  # each machine its own, so that several can run at once
            cgroup.mkdir(exist_ok=True)
            (cgroup / "cgroup.procs").write_text(str(os.getpid()))

    def wait_notified(self, pattern):
        """Waits for a message of systemd-nspawn that matches @pattern. Return: its first group, if it has one."""
        end = time.monotonic() + DEADLINE
        nspawn = os.pidfd_open(self.nspawn.pid)
        try:
            while True:
                ready, _, _ = select.select([self.notify, nspawn], [], [], max(0, end - time.monotonic()))
                if self.notify not in ready:
                    raise Failure(f"the machine did not come up:\n{self.console.read_text(errors='replace')[-3000:]}")
                found = re.search(pattern, self.notify.recv(65536).decode(errors="replace"), re.MULTILINE)
                if found:
                    return found[1] if found.groups() else None
        finally:
            os.close(nspawn)

    def reboot(self):
        """As an administrator does it. Return: the seconds until everything is up again."""
        begin = time.monotonic()
        self.run("systemctl", "--no-block", "reboot")
        status = self.nspawn.wait(DEADLINE)
        assert status == REBOOTED, f"systemd-nspawn ended with {status} instead of rebooting"
        self.notify.close()
        self.boot()
        return time.monotonic() - begin

    def power_off(self):
        self.run("systemctl", "--no-block", "poweroff")
        self.nspawn.wait(DEADLINE)

    def kill_leader(self):
        """The end of PID 1 is the end of every process of its machine."""
        if self.nspawn and self.nspawn.poll() is None and self.leader:
            try:
                os.kill(self.leader, signal.SIGKILL)
            except ProcessLookupError:
                pass
            self.nspawn.wait(DEADLINE)

    # doing something in it

    def command(self, command, user="root", session=None, environment=None):
        """@session: None, "remote" (a login without a seat) or "active" (a login at the seat, as polkit sees it)."""
        options = [f"--property=User={user}", "--property=WorkingDirectory=/"]
        if session:
            options.append("--property=PAMName=login")
        if session == "active":
            options += ["--setenv=XDG_SEAT=seat0", "--setenv=XDG_SESSION_TYPE=wayland",
                        "--setenv=XDG_SESSION_CLASS=user"]
        options += [f"--setenv={name}={value}" for name, value in {"LC_ALL": "C.UTF-8", **(environment or {})}.items()]
        escaped = [str(word).replace("$", "$$") for word in command]  # systemd-run would expand variables
        return ["nsenter", f"--target={self.leader}", "--mount", "--uts", "--ipc", "--net", "--pid", "--cgroup", "--",
                "systemd-run", "--quiet", "--pipe", "--wait", "--collect", "--service-type=exec", *options, "--",
                *escaped]

    def run(self, *command, status=0, input="", seconds=DEADLINE, **how):
        """Runs a command until it ends, with @status (None: any). Return: its standard output; .errors: the other."""
        done = subprocess.run(self.command(command, **how), input=input, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                              text=True, errors="replace", timeout=seconds)
        self.status, self.errors = done.returncode, done.stderr
        if status is not None and self.status != status:
            raise Failure(f"{' '.join(map(str, command))}: status {self.status} instead of {status}:\n"
                          f"{done.stdout}{self.errors}")
        return done.stdout

    def spawn(self, *command, until=None, **how):
        """Starts a command, and waits until a line of its output matches @until."""
        process = Spawned(self.command(command, **how))
        self.spawned.append(process)
        if until:
            process.wait_line(until)
        return process

    def systemctl(self, *arguments, **how):
        return self.run("systemctl", *arguments, **how)

    def show(self, unit, *properties):
        """Return: the properties of a unit as a dict."""
        lines = self.systemctl("show", unit, *(f"--property={name}" for name in properties)).splitlines()
        return dict(line.split("=", 1) for line in lines)

    def write(self, path, text, mode="644", owner="root:root"):
        """Writes a file of the machine, through the machine."""
        script = 'cat >"$0.new" && chown "$2" "$0.new" && chmod "$1" "$0.new" && mv "$0.new" "$0"'
        self.run("sh", "-c", script, path, mode, owner, input=text)

    def journal(self, *arguments, output="short-monotonic", **how):
        """Return: the journal with everything that was sent to it by now."""
        self.run("journalctl", "--sync")
        return self.run("journalctl", "--boot", "--no-pager", f"--output={output}", *arguments, **how)

    def print_logs(self):
        try:
            if self.leader and self.nspawn.poll() is None:
                print("--- journal\n" + self.journal("--lines=80"))
        except (Failure, OSError, subprocess.SubprocessError) as error:
            print(f"--- no journal: {error}")
        print("--- console\n" + self.console.read_text(errors="replace")[-2000:])


class Spawned:
    """A command that runs beside the test."""

    def __init__(self, command):
        self.popen = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        self.output = b""

    def write(self, text):
        self.popen.stdin.write(text.encode())
        self.popen.stdin.flush()

    def text(self):
        return self.output.decode(errors="replace")

    def wait_line(self, pattern):
        """Waits until its output has what matches @pattern. Return: the match."""
        end = time.monotonic() + DEADLINE
        while True:
            found = re.search(pattern, self.text(), re.MULTILINE)
            if found:
                return found
            ready, _, _ = select.select([self.popen.stdout], [], [], max(0, end - time.monotonic()))
            data = os.read(self.popen.stdout.fileno(), 65536) if ready else b""
            if not data:
                raise Failure(f"no {pattern!r} in what it printed: {self.text()!r}")
            self.output += data

    def wait(self):
        """Waits for its end. Return: its status."""
        rest, _ = self.popen.communicate(timeout=DEADLINE)
        self.output += rest
        return self.popen.returncode

    def kill(self):
        if self.popen.poll() is None:
            self.popen.kill()
        self.popen.wait()
        for stream in (self.popen.stdin, self.popen.stdout):
            try:
                stream.close()
            except OSError:
                pass


def mount(*arguments):
    done = subprocess.run(["mount", *map(str, arguments)], stderr=subprocess.PIPE, text=True)
    if done.returncode:
        raise Skip(f"what a mount needs: {done.stderr.strip()}")
