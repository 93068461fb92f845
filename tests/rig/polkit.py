# SPDX-License-Identifier: LGPL-2.1-or-later
"""polkit: the real polkitd on the bus of a rig, with the project's policy and rules, and no others.

polkitd reads fixed folders only, so it runs in a mount namespace of its own where the rig's folders lie over them, and
with /proc, which tells it how old a caller is and which a bare chroot lacks.

polkit 122 runs each rule in a thread and then waits for its end, or for 15 s: it is not told if the thread ends before it
waits, as happens once in ten thousand questions on a busy machine. On one processor, and first come first served, the
thread cannot run before; where the machine does not let that be, it takes its chance.
"""
import os
import re
import shutil
import subprocess
from pathlib import Path

from users import wrap

POLKITD = Path("/usr/lib/polkit-1/polkitd")
NAME, PATH, AUTHORITY = "org.freedesktop.PolicyKit1", "/org/freedesktop/PolicyKit1/Authority", \
    "org.freedesktop.PolicyKit1.Authority"
PLACES = {"actions": "/usr/share/polkit-1/actions", "rules": "/usr/share/polkit-1/rules.d",
          "own-rules": "/etc/polkit-1/rules.d"}  # own-rules: the administrator's, asked first
BUS_POLICY = """
  <policy user="polkitd">
    <allow own="org.freedesktop.PolicyKit1"/>
    <allow send_interface="org.freedesktop.PolicyKit1.AuthenticationAgent"/>
  </policy>
  <policy context="default"><allow send_destination="org.freedesktop.PolicyKit1"/></policy>
"""
# A chroot that is no mount point cannot be made private; where there is no systemd, the mounts around it are.
SCRIPT = """
mount --make-rprivate / 2>/dev/null
[ -e /proc/self ] || mount -t proc proc /proc || exit
while [ "$1" != -- ]; do mount --bind "$1" "$2" || exit; shift 2; done
shift
exec "$@"
"""


def lay_out(folder, build, source):
    """Fills the folders that polkitd will read from what is built or installed, or else from the source."""
    for name in PLACES:
        (folder / name).mkdir(parents=True)
    for pattern, name in (("org.shikaku.policy*", "actions"), ("shikaku.rules", "rules")):
        found = [path for data in (build / "data", source / "data") for path in sorted(data.rglob(pattern))]
        shutil.copyfile(found[0], folder / name / found[0].name.removesuffix(".in"))


def goes_by_login():
    """polkit 124 and later see the groups of a program as the bus tells them, and not what the database has by now."""
    version = subprocess.run(["pkaction", "--version"], check=True, stdout=subprocess.PIPE, text=True).stdout
    return int(re.search(r"\d+$", version.strip())[0]) >= 124


def one_by_one():
    """The words before a command that let its threads run in turn."""
    words = ["taskset", "--cpu-list", str(sorted(os.sched_getaffinity(0))[os.getpid() % len(os.sched_getaffinity(0))]),
             "chrt", "--fifo", "1"]
    return words if subprocess.run([*words, "true"], capture_output=True).returncode == 0 else []


def make_command(folder):
    binds = [word for name, place in PLACES.items() for word in (folder / name, place)]
    return ["unshare", "--mount", "--propagation", "unchanged", "sh", "-c", SCRIPT, "polkitd", *binds, "--",
            *one_by_one(), *wrap(POLKITD, "--no-debug")]
