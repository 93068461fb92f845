# SPDX-License-Identifier: LGPL-2.1-or-later
"""packages: the project's Debian packages, and the trees that machines boot from, each made once and kept.

    get_packages()   folder with the built packages of this source, and a next version of them
    get_tree()       a Debian with systemd and what the packages depend on, but not the packages
    get_desk()       layers: that tree with the packages installed and a desk set up (desk.py)

Each of them as of the host, or as of another release of Debian (releases.py), if that is said.

Comes in: SHIKAKU_SOURCE, SHIKAKU_BUILD, Debian's own packages from the host's apt sources. Goes out: folders. Whoever
comes while something is made waits for it.
"""
import contextlib
import fcntl
import hashlib
import os
import re
import subprocess
import tempfile
import time
from pathlib import Path

from desk import set_up
from machine import Machine, Skip, require
from releases import APT, get_build_tree, get_suite, list_settings, read, run_in

HERE = Path(__file__).resolve().parent
SOURCE = Path(os.environ.get("SHIKAKU_SOURCE", HERE.parents[1]))
BUILD = Path(os.environ.get("SHIKAKU_BUILD", SOURCE / "build")) / "machine"
CACHE = Path(os.environ.get("SHIKAKU_MACHINE_CACHE", "/var/cache/shikaku-machine"))
NAMES = ("shikakud", "shikaku-client", "shikaku-ledger-ship", "shikaku-folder", "shikaku-orca", "shikaku-simulator",
         "shikaku-tests")
NEXT_VERSION = "0.1.0+next"
# What every machine has, beside what the packages ask for: without apt-utils apt complains at each installation; what the
# examples run on; man; a token, and what fills it.
BASE = ("apt-utils", "dbus", "default-jre-headless", "gnutls-bin", "iproute2", "jq", "libdbus-java", "libpam-systemd", "man-db",
        "php-cli", "polkitd", "procps", "python3-gi", "ruby-dbus", "softhsm2", "systemd", "systemd-sysv")
# Which another release's machine need not run.
EXAMPLES = {"default-jre-headless", "jq", "libdbus-java", "php-cli", "ruby-dbus"}
KEPT_DAYS = 7  # a tree that nobody used for so long is removed
INSTALL = ("apt-get", "install", "--yes", "--quiet", "--no-install-recommends", "--option=Dpkg::Use-Pty=0")

TREE_SETUP = """
for unit in apt-daily.timer apt-daily-upgrade.timer systemd-networkd.service systemd-timesyncd.service; do
  ln -sf /dev/null "$1/etc/systemd/system/$unit"
done
for user in tester:1000 other:1001 patient:1002; do
  chroot "$1" useradd --create-home --shell /bin/bash --uid "${user#*:}" "${user%:*}"
done
echo machine >"$1/etc/hostname"
: >"$1/etc/machine-id"
"""


@contextlib.contextmanager
def made_once(folder, key):
    """Gives a Making: .new is the folder that is to be filled for @key, or None if it is there; .path the finished one."""
    folder.mkdir(parents=True, exist_ok=True)
    with open(folder / ".lock", "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        result = Making(folder / key)
        if not result.path.exists():
            result.new = folder / f".{key}.new"
            subprocess.run(["rm", "-rf", "--one-file-system", result.new], check=True)
            result.new.mkdir()
        yield result
        if result.new:
            result.new.rename(result.path)
        os.utime(result.path)


class Making:
    def __init__(self, path):
        self.path, self.new = path, None


def list_sources():
    """Every file of the source, as a package build takes it."""
    listed = subprocess.run(["git", "-C", SOURCE, "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
                            capture_output=True)
    if listed.returncode:
        found = [path for path in SOURCE.rglob("*") if not path.relative_to(SOURCE).parts[0].startswith("build")]
    else:
        found = [SOURCE / os.fsdecode(name) for name in listed.stdout.split(b"\0") if name]
    return sorted(path for path in found if path.is_file())


def hash_sources():
    """A hash of what makes the packages: of everything but these tests."""
    digest = hashlib.sha256()
    for path in list_sources():
        if path.is_relative_to(SOURCE / "tests" / "machine"):
            continue
        digest.update(str(path.relative_to(SOURCE)).encode() + b"\0" + hashlib.sha256(path.read_bytes()).digest())
    return digest.hexdigest()[:16]


def build(out, release=None, architecture=None):
    """Builds the packages of the source into @out. The unit tests are run by the suite that we are in, not again; in another
    release they are."""
    if release:
        tree = get_build_tree(made_once, CACHE, SOURCE, release, architecture or get_architecture())
        with tempfile.TemporaryDirectory(prefix="shikaku-upper-", dir=out) as upper:
            run_in([tree], Path(upper) / "upper", "exec /source/.ci/build-packages /out/built",
                   {SOURCE: "/source", out: "/out"})
        for path in (out / "built").iterdir():
            path.rename(out / path.name)
        return
    require("dpkg-buildpackage", "dh")
    done = subprocess.run([SOURCE / ".ci" / "build-packages", out], stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                          text=True, env={**os.environ, "DEB_BUILD_OPTIONS": "nocheck"})
    if done.returncode:
        raise AssertionError(f"the packages do not build:\n{done.stdout}")


def build_next(out, release=None):
    """A next version, of the same objects: what an upgrade sees."""
    source = out / "source"
    changelog = source / "debian" / "changelog"
    entry = changelog.read_text()
    changelog.write_text(re.sub(r"^(\S+) \(\S+\)", rf"\1 ({NEXT_VERSION})", entry, count=1) + "\n" + entry)
    for left in [*source.glob("debian/*.substvars"), *source.glob("debian/*.debhelper*"), source / "debian" / "files",
                 source / "debian" / ".debhelper" / "generated"]:
        subprocess.run(["rm", "-rf", left], check=True)
    command = ["dpkg-buildpackage", "--unsigned-changes", "--build=binary", "--no-pre-clean"]
    if release:
        tree = get_build_tree(made_once, CACHE, SOURCE, release, get_architecture())
        with tempfile.TemporaryDirectory(prefix="shikaku-upper-", dir=out) as upper:
            script = f"mkdir -p /out/built; mount --bind /out /out/built; cd /out/built/source; {' '.join(command)}"
            run_in([tree], Path(upper) / "upper", script, {out: "/out"}, environment={"DEB_BUILD_OPTIONS": "nocheck"})
        return
    done = subprocess.run(command, cwd=source, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
                          env={**os.environ, "DEB_BUILD_OPTIONS": "nocheck"})
    if done.returncode:
        raise AssertionError(f"the next packages do not build:\n{done.stdout[-3000:]}")


def remove_others(folder, new):
    for old in folder.iterdir():
        if old.is_dir() and old != new:
            subprocess.run(["rm", "-rf", "--one-file-system", old], check=True)


def is_other(release):
    return release not in (None, get_suite())


def get_packages(release=None):
    other = release if is_other(release) else None
    folder = BUILD / ("packages" + (f"-{other}" if other else ""))
    with made_once(folder, hash_sources()) as making:
        if making.new:
            remove_others(folder, making.new)
            build(making.new, other)
            build_next(making.new, other)
    return making.path


def list_debs(packages, version, names=NAMES):
    debs = [path for name in names for path in packages.glob(f"{name}_{version}_*.deb")]
    assert len(debs) == len(names), debs
    return debs


def get_current():
    """Return: the version of this source."""
    return re.match(r"\S+ \((\S+)\)", (SOURCE / "debian" / "changelog").read_text())[1]


def get_architecture():
    return read("dpkg", "--print-architecture").strip()


def list_dependencies(packages):
    """The names that the packages depend on: of alternatives the first."""
    wanted = set(BASE)
    for deb in list_debs(packages, get_current()):
        depends = read("dpkg-deb", "--field", deb, "Depends")
        wanted |= {re.match(r"\s*([a-z0-9.+-]+)", one)[1] for one in depends.split(",")}
    return sorted(wanted - set(NAMES))


def make_tree(tree, wanted):
    sources = [path for pattern in ("sources.list.d/*.sources", "sources.list.d/*.list", "sources.list")
               for path in sorted(Path("/etc/apt").glob(pattern)) if path.stat().st_size]
    command = ["mmdebstrap", "--variant=apt", "--mode=root", "--format=directory",
               *list_settings(), "--dpkgopt=force-unsafe-io", "--include=" + ",".join(wanted),
               f"--customize-hook={TREE_SETUP}", get_suite(), tree, *sources]
    done = subprocess.run(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                          text=True)
    if done.returncode:
        raise Skip(f"Debian's packages; mmdebstrap says:\n{done.stdout[-2000:]}")


def get_tree():
    require("mmdebstrap", "systemd-nspawn")
    wanted = list_dependencies(get_packages())
    key = hash_text(get_suite(), TREE_SETUP, *wanted)
    with made_once(CACHE, key) as making:
        if making.new:
            make_tree(making.new, wanted)
            for old in CACHE.iterdir():
                if old.is_dir() and time.time() - old.stat().st_mtime > KEPT_DAYS * 86400:
                    subprocess.run(["rm", "-rf", "--one-file-system", old], check=True)
    return making.path


def get_layers(release):
    """The tree of another release: what the packages depend on, over the tree that they were built in."""
    packages, tree = get_packages(release), get_build_tree(made_once, CACHE, SOURCE, release, get_architecture())
    wanted = [name for name in list_dependencies(packages) if name not in EXAMPLES]
    script = f"{APT} install {' '.join(wanted)}\n" + TREE_SETUP.replace('"$1/', '"/').replace('chroot "$1" ', "")
    folder = BUILD / f"layers-{release}"
    with made_once(folder, hash_text(tree.name, script)) as making:
        if making.new:
            remove_others(folder, making.new)
            run_in([tree], making.new / "upper", script, fetches=True)
    return [making.path / "upper", tree]


def hash_text(*words):
    return hashlib.sha256("\n".join(words).encode()).hexdigest()[:16]


def install(machine, packages, version, names=NAMES):
    return machine.run(*INSTALL, *list_debs(packages, version, names),
                       environment={"DEBIAN_FRONTEND": "noninteractive"})


def get_desk(release=None):
    """Return: the layers of a machine, the topmost first, and the folder of packages, which the machine must see."""
    packages = get_packages(release)
    layers = get_layers(release) if is_other(release) else [get_tree()]
    folder = BUILD / ("desks" + (f"-{release}" if is_other(release) else ""))
    key = hash_text(packages.name, *(layer.parent.name + layer.name for layer in layers), (HERE / "desk.py").read_text())
    with made_once(folder, key) as making:
        if making.new:
            remove_others(folder, making.new)
            with Machine(layers, upper=making.new / "upper", binds=[packages]) as machine:
                install(machine, packages, get_current())
                set_up(machine)
                machine.power_off()
    return [making.path / "upper", *layers], packages
