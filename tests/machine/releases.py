# SPDX-License-Identifier: LGPL-2.1-or-later
"""releases: Debian of another release or architecture than the host's: a tree to build the packages in, and what runs there.

    get_build_tree("trixie")           what a plain build needs, and lintian; made once and kept
    run_in([tree], upper, script)      runs a script in it as root, with the host's network

Comes in: Debian's packages, from the mirror that the host's apt has. Goes out: folders, output. What cannot be had is Skip.
"""
import contextlib
import hashlib
import os
import re
import shutil
import subprocess
import tempfile
from pathlib import Path

from machine import Skip, mount, require

APT = "apt-get --yes --quiet --no-install-recommends --option=Dpkg::Use-Pty=0"
BUILD_TREE = f"""cd /source
{APT} build-dep ./
{APT} install lintian
"""
PATIENCE = 1800  # seconds for one script: only so that nothing hangs for ever


def read(*command):
    return subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout


def get_suite():
    """Return: the release that the host is."""
    return re.search(r"^VERSION_CODENAME=(\w+)$", Path("/etc/os-release").read_text(), re.MULTILINE)[1]


def list_settings():
    """What the host's apt needs to reach its mirror."""
    dump = read("apt-config", "dump", "--format", '%F "%v";%n')
    host = [line for line in dump.splitlines() if re.match(r"Acquire::(Check-|https?::|[a-z]+::Proxy|Retries)", line)]
    return [f"--aptopt={line}" for line in [*host, 'Acquire::Languages "none"', 'APT::Install-Recommends "false"']]


def find_source(release):
    """The line for apt: another release is where the host's own is."""
    listed = read("apt-get", "indextargets", "--format", "$(SITE) $(RELEASE) $(COMPONENT)", "Created-By: Packages")
    sites = [line.split()[0] for line in listed.splitlines() if line.split()[1:] == [get_suite(), "main"]]
    if not sites:
        raise Skip("a mirror of Debian in apt's sources")
    return f"deb {sites[0]} {release} main"


def make_build_tree(tree, release, architecture, source):
    command = ["mmdebstrap", "--variant=buildd", "--mode=root", "--format=directory", "--skip=check/qemu,cleanup/apt/lists",
               f"--architectures={architecture}", *list_settings(), "--dpkgopt=force-unsafe-io", release, tree,
               find_source(release)]
    done = subprocess.run(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    if done.returncode:
        raise Skip(f"Debian's packages of {release} for {architecture}; mmdebstrap says:\n{done.stdout[-2000:]}")
    run_in([tree], None, BUILD_TREE, {source: "/source"}, fetches=True)


def get_build_tree(made_once, cache, source, release, architecture):
    """@made_once, @cache: of packages.py. Return: the tree, which is the same for the same Build-Depends."""
    require("mmdebstrap")
    control = (source / "debian" / "control").read_text().split("\n\n")[0]
    key = hashlib.sha256("\n".join([release, architecture, BUILD_TREE, control]).encode()).hexdigest()[:16]
    with made_once(cache / f"{release}-{architecture}", key) as making:
        if making.new:
            make_build_tree(making.new, release, architecture, source)
            for old in making.new.parent.iterdir():
                if old.is_dir() and old != making.new:
                    subprocess.run(["rm", "-rf", "--one-file-system", old], check=True)
        os.utime(making.path.parent)
    return making.path


@contextlib.contextmanager
def laid(layers, upper, seen):
    """Gives a root: @layers, the topmost first, whose changes go to @upper (None: into the one layer that there is)."""
    folder = Path(tempfile.mkdtemp(prefix="shikaku-release-"))
    root = folder / "root"
    root.mkdir()
    try:
        if upper:
            work = upper.with_name(upper.name + ".work")
            for one in (upper, work):
                one.mkdir(parents=True, exist_ok=True)
            lower = ":".join(map(str, layers))
            mount("-t", "overlay", "-o", f"lowerdir={lower},upperdir={upper},workdir={work}", "overlay", root)
        else:
            mount("--bind", layers[0], root)
        for name in ("/proc", "/sys", "/dev"):
            mount("--rbind", name, f"{root}{name}")
        for name in ("run", "tmp"):
            mount("-t", "tmpfs", "-o", "mode=1777" if name == "tmp" else "mode=755", "tmpfs", root / name)
        for host, place in seen.items():
            (root / place[1:]).mkdir(exist_ok=True)
            mount("--bind", host, root / place[1:])
        for name in ("etc/resolv.conf", "etc/hosts"):
            (root / name).unlink(missing_ok=True)
            shutil.copy(f"/{name}", root / name)
        yield root
    finally:
        subprocess.run(["umount", "--recursive", "--lazy", root])
        shutil.rmtree(folder)


def run_in(layers, upper, script, seen=None, fetches=False, environment=None):
    """@seen: host folders and where they are seen. @fetches: if it fails it is for the network. Return: its output."""
    with laid(layers, upper, seen or {}) as root:
        done = subprocess.run(["chroot", root, "sh", "-euc", script], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                              stderr=subprocess.STDOUT, text=True, errors="replace", timeout=PATIENCE,
                              env={"PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "HOME": "/root", "LC_ALL": "C.UTF-8",
                                   "DEBIAN_FRONTEND": "noninteractive",
                                   **{name: value for name, value in os.environ.items() if name.lower().endswith("_proxy")},
                                   **(environment or {})})
    if done.returncode and fetches:
        if re.search(r"Failed to fetch|Temporary failure|Could not (resolve|connect)", done.stdout):
            raise Skip(f"Debian's packages; apt says:\n{done.stdout[-2000:]}")
    if done.returncode:
        raise AssertionError(f"{script.strip()}: status {done.returncode}:\n{done.stdout[-6000:]}")
    return done.stdout
