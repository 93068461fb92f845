# SPDX-License-Identifier: LGPL-2.1-or-later
"""softhsm: a PKCS #11 token of a test's own. SoftHSM holds the keys; tests/center/token-module.c, before it, can be pulled,
worn down and hung.

Comes in: a folder, and SHIKAKU_BUILD. Goes out: wrap, which lets a program find this token, and p11-kit's other modules
but SoftHSM's own.
"""
import contextlib
import fcntl
import os
import shutil
import subprocess
import time
from pathlib import Path

MODULES = Path("/usr/share/p11-kit/modules")
SOFTHSM = "/usr/lib/softhsm/libsofthsm2.so"
LABEL, PIN, OFFICER_PIN = "institution", "471147", "081508"
CKF_USER_PIN_FINAL_TRY, CKF_USER_PIN_LOCKED = 0x20000, 0x40000


def get_module():
    return Path(os.environ["SHIKAKU_BUILD"]) / "tests" / "center" / "token-module.so"


class SoftHSM:
    def __init__(self, folder, owner=None):
        """@owner: the uid that will use it, where that is not the runner."""
        self.folder, self.owner = Path(folder), owner
        self.pin_file = self.write("pin", PIN + "\n")
        self.pin_file.chmod(0o600)
        (self.folder / "tokens").mkdir()
        configuration = self.write("softhsm2.conf", f"directories.tokendir = {self.folder}/tokens\nlog.level = ERROR\n")
        own = self.folder / "shikaku-test.so"
        shutil.copy(get_module(), own)
        self.modules = self.folder / "modules"
        self.modules.mkdir()
        for other in MODULES.glob("*.module"):
            if "softhsm" not in other.name:
                shutil.copy(other, self.modules)
        self.write("modules/shikaku-test.module", f"module: {own}\n")
        self.environment = {"SOFTHSM2_CONF": str(configuration), "TOKEN_CONTROL": str(self.folder)}
        self.run("softhsm2-util", "--init-token", "--free", "--label", LABEL, "--pin", PIN, "--so-pin", OFFICER_PIN)

    def write(self, name, text):
        path = self.folder / name
        path.write_text(text)
        if self.owner is not None:
            os.chown(path, self.owner, -1)
        return path

    def wrap(self):
        """A command before a command: with modules of its own for p11-kit, which knows no other way."""
        return ["unshare", "--map-current-user", "--keep-caps", "--mount", "sh", "-c",
                f'mount --bind {self.modules} {MODULES} && exec "$@"', "sh"]  # fmt: skip

    def run(self, *command):
        done = subprocess.run(command, env={**os.environ, **self.environment}, stdout=subprocess.PIPE,
                              stderr=subprocess.STDOUT, stdin=subprocess.DEVNULL, text=True)  # fmt: skip
        assert done.returncode == 0, done.stdout
        for path in [self.folder, *self.folder.rglob("*")] if self.owner is not None else []:
            os.chown(path, self.owner, -1)

    def add(self, name, key=None, certificate=None):
        """Puts the files' key and certificate into the token, as @name."""
        for option, file in (("--load-privkey", key), ("--load-certificate", certificate)):
            if file is not None:
                self.run("p11tool", f"--provider={SOFTHSM}", "--login", f"--set-pin={PIN}", "--batch", "--write", option,
                         str(file), "--label", name, *(["--mark-private"] if option == "--load-privkey" else []),
                         f"pkcs11:token={LABEL}")  # fmt: skip

    def uri(self, name, query=""):
        return f"pkcs11:token={LABEL};object={name}{query}"

    def logins(self):
        path = self.folder / "logins"
        return path.read_text() if path.exists() else ""

    def pull(self):
        self.write("gone", "")

    def put_back(self):
        self.write("pulled", str(time.monotonic()))
        (self.folder / "gone").unlink()

    def set_flags(self, flags):
        self.write("flags", str(flags))

    @contextlib.contextmanager
    def hanging(self):
        with open(self.write("hang", ""), "rb") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            yield
