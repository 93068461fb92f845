# SPDX-License-Identifier: LGPL-2.1-or-later
"""guest: a small machine with Debian's own kernel, emulated, for what the kernel here does not have: cifs.

    disk = make_disk(rig, programs=[...], files={"/etc/shikaku/terminal.smb": text})
    isolate()                                    # no network any more but loopback, for this process and what it starts
    guest = Guest(rig, disk)
    guest.run("mount.cifs", ...)                 # in its shell, as root; its memory is its disk

Comes in: a kernel and busybox, taken from Debian's packages and unpacked, not installed; programs of this system, with
their libraries. Goes out: what the commands printed. The guest reaches this machine's loopback as HOST. Emulated always: a
/dev/kvm that is there need not work.
"""
import ctypes
import os
import re
import shlex
import shutil
import subprocess
from pathlib import Path

from process import Process
from rig import Skip

KERNEL, SHELL = "linux-image-cloud-amd64", "busybox-static"
EMULATOR, EMULATOR_PACKAGE = "qemu-system-x86_64", "qemu-system-x86"
NEW_NETWORK = 0x40000000  # CLONE_NEWNET of unshare(2)
HOST, ADDRESS = "10.0.2.2", "10.0.2.15/24"
# What cifs asks the kernel for by name is listed too; what is built in is not there as a file.
MODULES = ["virtio_pci", "virtio_net", "ecb", "cmac", "hmac", "md5", "sha256_generic", "sha512_generic", "ccm", "gcm", "ctr",
           "ghash_generic", "seqiv", "nls_utf8", "cifs"]
START = """#!/bin/busybox sh
/bin/busybox --install -s /bin
export PATH=/bin:/sbin:/usr/bin:/usr/sbin HOME=/ LC_ALL=C.UTF-8
mount -t proc proc /proc; mount -t sysfs sys /sys; mount -t devtmpfs dev /dev; chmod 1777 /tmp
for module in /modules/*; do insmod $module; done
ip link set lo up; ip address add {address} dev eth0; ip link set eth0 up
exec 2>&1 </dev/console >/dev/console
stty -echo
echo; echo ===ready # the firmware has left a line without an end
while read -r line; do eval "$line"; status=$?; echo; echo "===ended $status"; done
"""


def fetch(packages, folder):
    """The newest of each of @packages, unpacked into @folder."""
    folder.mkdir()
    subprocess.run(["chown", "_apt", folder], stderr=subprocess.DEVNULL)
    fetched = subprocess.run(["apt-get", "-qq", "-o", "DPkg::Lock::Timeout=300", "download", *packages], cwd=folder,
                             capture_output=True, text=True)
    if fetched.returncode:
        raise Skip(f"{' and '.join(packages)} of Debian: {fetched.stderr.strip()}")
    for package in folder.glob("*.deb"):
        subprocess.run(["dpkg-deb", "--extract", package, folder], check=True)


def find_kernel():
    """The package that @KERNEL means at the moment."""
    told = subprocess.run(["apt-cache", "depends", KERNEL], capture_output=True, text=True).stdout
    found = re.search(r"Depends: (linux-image-\S+)", told)
    if not found:
        raise Skip(KERNEL)
    return found[1]


def order_modules(folder):
    """The modules of MODULES that are files, each after what it needs."""
    known = {path.name.removesuffix(".ko").replace("-", "_"): path for path in folder.rglob("*.ko")}
    if "cifs" not in known:
        raise Skip(f"cifs.ko, uncompressed, in {KERNEL}")
    ordered = []

    def add(name):
        path = known.get(name.replace("-", "_"))
        if path is None or path in ordered:
            return
        needs = re.search(rb"\0depends=([^\0]*)\0", path.read_bytes())
        for need in needs[1].decode().split(",") if needs else []:
            add(need)
        ordered.append(path)

    for name in MODULES:
        add(name)
    return ordered


def find_libraries(program):
    told = subprocess.run(["ldd", program], capture_output=True, text=True).stdout
    return re.findall(r"(?:=> )?(/\S+) \(0x", told)


def copy_into(root, source, target=None):
    target = root / str(target or source).lstrip("/")
    target.parent.mkdir(parents=True, exist_ok=True)
    shutil.copy(source, target)


def install_emulator():
    """It is large, and this is the only case that wants it: no build dependency."""
    if shutil.which(EMULATOR):
        return
    installed = subprocess.run(["apt-get", "-qq", "-y", "-o", "DPkg::Lock::Timeout=300", "--no-install-recommends", "install",
                                EMULATOR_PACKAGE], env={**os.environ, "DEBIAN_FRONTEND": "noninteractive"},
                               capture_output=True, text=True)
    if installed.returncode:
        raise Skip(f"{EMULATOR_PACKAGE}: {installed.stderr.strip()}")


def isolate():
    """From now on this process, and what it starts, has loopback as its only network."""
    if ctypes.CDLL(None, use_errno=True).unshare(NEW_NETWORK):
        raise Skip("the right to make namespaces")
    subprocess.run(["ip", "link", "set", "lo", "up"], check=True)


def make_disk(rig, programs=(), files=None, people=()):
    """@programs: of this system. @files: path and text. @people: Users. Return: kernel, and image of the first disk."""
    rig.require("/sbin/mount.cifs", "cifs-utils")
    install_emulator()
    packages, root = rig.folder / "guest.packages", rig.folder / "guest"
    fetch([find_kernel(), SHELL], packages)
    for folder in ("bin", "proc", "sys", "dev", "tmp"):
        (root / folder).mkdir(parents=True)
    for number, module in enumerate(order_modules(packages)):
        copy_into(root, module, f"/modules/{number:02}-{module.name}")
    copy_into(root, packages / "bin" / "busybox", "/bin/busybox")
    for program in ("/sbin/mount.cifs", *map(str, programs)):
        for file in (program, *find_libraries(program)):
            copy_into(root, file)
    everybody = [("root", 0), *((one.name, one.uid) for one in people)]
    for path, text in {"/init": START.format(address=ADDRESS), **(files or {}),
                       "/etc/passwd": "".join(f"{name}:x:{uid}:{uid}::/:/bin/sh\n" for name, uid in everybody),
                       "/etc/group": "".join(f"{name}:x:{uid}:\n" for name, uid in everybody)}.items():
        path = root / path.lstrip("/")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    (root / "init").chmod(0o755)
    image = rig.folder / "guest.disk"
    script = 'cd "$0" && find . | bin/busybox cpio -o -H newc 2>/dev/null | gzip -1 >"$1"'
    subprocess.run(["sh", "-c", script, root, image], check=True)
    return next(packages.glob("boot/vmlinuz-*")), image


class Guest:
    def __init__(self, rig, disk):
        """@disk: of make_disk. Returns when its shell waits."""
        kernel, image = disk
        self.process = Process("guest", [
            EMULATOR, "-accel", "tcg", "-smp", "1", "-m", "1024", "-nodefaults", "-no-user-config", "-nographic",
            "-no-reboot", "-serial", "stdio", "-kernel", kernel, "-initrd", image,
            "-append", "console=ttyS0 panic=-1 loglevel=0", "-netdev", "user,id=line",
            "-device", "virtio-net-pci,netdev=line"], rig.folder / "guest.log", dict(os.environ), keep="all")
        rig.processes.append(self.process)
        self.process.wait_output(r"^===ready\r?\n", 300)

    def run(self, *command, seconds=300, status=0):
        """Runs @command, words or one line of shell. @status: None: any. Return: what it printed."""
        line = command[0] if len(command) == 1 else shlex.join(map(str, command))
        self.process.output = b""
        self.process.write(line + "\n")
        found = self.process.wait_output(r"^===ended (\d+)\r?\n", seconds)
        text = self.process.text()[:found.start()].removesuffix("\r\n").replace("\r", "")
        self.status = int(found[1])
        assert status in (None, self.status), f"{line}: {self.status}: {text}"
        return text
