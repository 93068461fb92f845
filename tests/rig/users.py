# SPDX-License-Identifier: LGPL-2.1-or-later
"""users: people of the tests who exist only for the processes of a rig that are started with nss_wrapper.

shikaku runs the daemon, polkitd polkit's · tester and colleague are members of shikaku-reception, doctor is of
shikaku-clinical · shikaku-orca and shikaku-folder run the bridges of these names · other is a member of nothing.
"""
import os
import re
import subprocess
from pathlib import Path

RECEPTION = ("shikaku-reception", 61010)
CLINICAL = ("shikaku-clinical", 61011)
WRAPPER = "libnss_wrapper.so"


class User:
    def __init__(self, name, uid, groups=()):
        self.name, self.uid, self.groups = name, uid, list(groups)

    def group_ids(self):
        return [self.uid] + [gid for _name, gid in self.groups]

    def setpriv_options(self):
        return ["--reuid", str(self.uid), "--regid", str(self.uid), "--groups", ",".join(map(str, self.group_ids()))]


USERS = {user.name: user for user in (
    User("root", 0), User("shikaku", 61000), User("tester", 61001, [RECEPTION]), User("other", 61002),
    User("colleague", 61003, [RECEPTION]), User("doctor", 61004, [CLINICAL]), User("polkitd", 61005),
    User("shikaku-orca", 61006),
    User("shikaku-folder", 61007))}


def write_databases(folder):
    """The wrapper replaces the system's databases: they hold whoever a test needs, and who runs it."""
    people = [(user.name, user.uid) for user in USERS.values()]
    if os.getuid():
        people.append(("runner", os.getuid()))
    (folder / "passwd").write_text("".join(
        f"{name}:x:{uid}:{uid}:{name}:/nonexistent:/bin/sh\n" for name, uid in people))
    members = {group: [user.name for user in USERS.values() if group in user.groups] for group in (RECEPTION, CLINICAL)}
    if os.getuid():
        members[RECEPTION].append("runner")
    (folder / "group").write_text("".join(f"{name}:x:{uid}:\n" for name, uid in people) + "".join(
        f"{name}:x:{gid}:{','.join(names)}\n" for (name, gid), names in members.items()))


def make_environment(folder):
    return {"NSS_WRAPPER_PASSWD": str(folder / "passwd"), "NSS_WRAPPER_GROUP": str(folder / "group"),
            "NSS_WRAPPER_DISABLE_DEEPBIND": "1"}  # the address sanitizer refuses RTLD_DEEPBIND


def find_sanitizer(program):
    """The address sanitizer's library that @program is linked with: it must be loaded before any wrapper."""
    if b"libasan.so" not in Path(program).read_bytes():
        return None
    found = re.search(r"libasan\S* => (\S+)", subprocess.run(["ldd", program], capture_output=True, text=True).stdout)
    return found[1] if found else None


def wrap(program, *arguments):
    """The command that runs @program with the wrapper."""
    sanitizer = find_sanitizer(program)
    preload = ":".join(filter(None, [sanitizer, WRAPPER]))
    return ["env", f"LD_PRELOAD={preload}", program, *arguments]
