# SPDX-License-Identifier: LGPL-2.1-or-later
"""samba: a real SMB server of a rig's own, as the official terminal's computer is one, and its share, mounted.

    with Rig() as rig, Samba(rig) as terminal:   # exports req, res and face below terminal.folder as the share OQS
        folder = terminal.mount("mounted")       # seen by the daemon's user alone, as a mount unit would have it
        terminal.stop(); terminal.start(); terminal.hang(); terminal.go_on()

Comes in: a rig. Goes out: smbd of an unprivileged user, at loopback alone, encryption required, two accounts (link, and
other, whom the share refuses); mounts by smbnetfs over FUSE: kernels for small machines have no cifs. What smbnetfs
cannot do and cifs can (an exclusive rename) the booted machine's case shows: tests/machine/test_cifs.py.
"""
import os
import signal
import subprocess
from pathlib import Path

from loop import until
from process import Process
from rig import Skip
from users import USERS, WRAPPER

FOLDERS = ("req", "res", "face")
SHARE = "OQS"
ACCOUNT, STRANGER = "link", "other"
PASSWORD = "Invented-Link-2026"
TIMEOUT = 2  # seconds until a call to a server that hangs fails: of the mount, so that tests need not wait a minute

CONFIGURATION = """[global]
server role = standalone server
interfaces = 127.0.0.1
bind interfaces only = yes
smb ports = {port}
disable netbios = yes
disable spoolss = yes
load printers = no
server min protocol = SMB3_11
server smb encrypt = required
map to guest = never
restrict anonymous = 2
passdb backend = tdbsam
lock directory = {state}
state directory = {state}
cache directory = {state}
private dir = {state}
pid directory = {state}
ncalrpc dir = {state}/ncalrpc
log file = {state}/log
[{share}]
path = {folder}
read only = no
valid users = {account}
"""
CLIENT = """[global]
client min protocol = SMB3_11
lock directory = {state}
state directory = {state}
cache directory = {state}
private dir = {state}
"""


def chown(path, user):
    os.chown(path, user.uid, user.uid)
    return path


class Samba:
    def __init__(self, rig, name="samba"):
        """Starts the server. Its people exist for it alone; the files are of the daemon's user, whom it runs as."""
        for program, package in (("smbd", "samba"), ("smbnetfs", "smbnetfs"), ("fusermount", "fuse3")):
            rig.require(program, package)
        rig.require("/dev/fuse", "FUSE in the kernel")
        self.rig, self.user = rig, rig.user("shikaku")
        if not self.user:
            raise Skip("root, to mount a share")
        self.home, self.port, self.server, self.mounts = rig.folder / name, rig.reserve_ports(1), None, {}
        self.folder = self.home / "exported"
        for folder in (self.home, self.home / "state", self.folder, *(self.folder / one for one in FOLDERS)):
            folder.mkdir()
            chown(folder, self.user)
        self.configuration = self.home / "smb.conf"
        self.configuration.write_text(CONFIGURATION.format(
            port=self.port, state=self.home / "state", folder=self.folder, share=SHARE, account=ACCOUNT))
        self.write_people()
        self.start()

    def write_people(self):
        people = {"root": 0, ACCOUNT: self.user.uid, STRANGER: USERS[STRANGER].uid, "nobody": 65534}
        (self.home / "passwd").write_text("".join(
            f"{name}:x:{uid}:{uid}:{name}:/nonexistent:/bin/sh\n" for name, uid in people.items()))
        (self.home / "group").write_text("".join(f"{name}:x:{uid}:\n" for name, uid in people.items()))
        self.environment = {**self.rig.environment, "LD_PRELOAD": WRAPPER, "NSS_WRAPPER_PASSWD": str(self.home / "passwd"),
                            "NSS_WRAPPER_GROUP": str(self.home / "group")}
        for account in (ACCOUNT, STRANGER):
            subprocess.run(["setpriv", *self.user.setpriv_options(), "pdbedit", "--configfile", self.configuration,
                            "--password-from-stdin", "--create", "--user", account], input=f"{PASSWORD}\n{PASSWORD}\n",
                           env=self.environment, text=True, capture_output=True, check=True)

    def __enter__(self):
        return self

    def __exit__(self, *_error):
        self.close()

    # the server

    def start(self):
        self.server = Process("smbd", ["env", f"LD_PRELOAD={WRAPPER}", "smbd", "--configfile", self.configuration,
                                       "--foreground", "--no-process-group", "--debug-stdout", "--debuglevel=1"],
                              self.rig.folder / "smbd.log", self.environment, user=self.user, quiet=True)
        until(lambda: self.listens() or not self.server.is_running(), "smbd to listen")
        assert self.server.is_running(), f"smbd ended with status {self.server.status}"

    def listens(self):
        """At its port, of this machine's loopback alone."""
        wanted = f"0100007F:{self.port:04X}"
        return any(line.split()[1:4:2] == [wanted, "0A"] for line in Path("/proc/net/tcp").read_text().splitlines())

    def processes(self):
        """The server and the processes it made, one for each that is connected."""
        def children(pid):
            try:
                found = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
            except OSError:
                found = []
            return [int(pid), *(one for child in found for one in children(child))]
        return children(self.server.pid)

    def signal(self, number):
        for pid in self.processes():
            try:
                os.kill(pid, number)
            except ProcessLookupError:
                pass

    def stop(self):
        """As the power switch of the terminal's computer: nothing says goodbye."""
        if self.server:
            self.signal(signal.SIGKILL)
            self.server.reap()
            self.server.release()
            self.server = None

    def hang(self):
        """It answers nothing any more, and its connections stay."""
        self.signal(signal.SIGSTOP)

    def go_on(self):
        self.signal(signal.SIGCONT)

    # mounts

    def mount(self, name, account=ACCOUNT):
        """Mounts the share for the daemon's user alone, with nothing kept of what was looked up. Return: the folder."""
        folder, home = self.home / name, self.home / f"{name}.home"
        folder.mkdir()
        (home / ".smb").mkdir(parents=True)
        host = f"127.0.0.1:{self.port}"
        for file, text in {"smb.conf": CLIENT.format(state=home), "smbnetfs.conf": 'include "smbnetfs.auth"\n'
                           'include "smbnetfs.host"\n', "smbnetfs.auth": f'auth "{account}" "{PASSWORD}"\n',
                           "smbnetfs.host": f'host "{host}" visible=true\n'}.items():
            (home / ".smb" / file).write_text(text)
            (home / ".smb" / file).chmod(0o600)
        options = ["allow_other", "auto_unmount", "default_permissions", f"uid={self.user.uid}", f"gid={self.user.uid}",
                   "umask=0077", "direct_io", "attr_timeout=0", "entry_timeout=0", "modules=subdir",
                   f"subdir=/{host}/{SHARE}", f"config={home}/.smb/smbnetfs.conf", "use_libsecret=false",
                   "smb_query_browsers=false", "neg_cache_timeout=1", "max_retry_count=0",
                   f"smb_timeout={TIMEOUT * 1000}"]
        process = Process(f"smbnetfs-{name}", ["smbnetfs", folder, "-f", "-o", ",".join(options)],
                          self.rig.folder / f"smbnetfs-{name}.log", {**self.rig.environment, "HOME": str(home)}, quiet=True)
        self.mounts[folder] = process
        until(lambda: os.path.ismount(folder) or not process.is_running(), f"{name} to be mounted")
        if not process.is_running():
            raise Skip("the right to mount by FUSE")
        return folder

    def unmount(self, folder):
        process = self.mounts.pop(folder)
        process.terminate()
        process.release()
        subprocess.run(["umount", "--lazy", folder], stderr=subprocess.DEVNULL)  # where it did not do so itself

    def close(self):
        """The mounts first: nobody shall be left who waits for the server."""
        for folder in list(self.mounts):
            self.unmount(folder)
        self.stop()
