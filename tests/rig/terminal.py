# SPDX-License-Identifier: LGPL-2.1-or-later
"""terminal: the simulated official terminal of a rig: its shared folder, its program, and the daemon's settings for it.

    terminal = rig.terminal(encoding="Shift_JIS", zips={"YZKsiquc01": "aes256"})
    rig.start("daemon", **terminal.settings())         # [Terminal] Requests=, Answers=, Faces= ...; no [Center] URL
    told = terminal.face("yamada", consents="drug,checkup")
    terminal("fault halves path=OQSsiquc01"); ...; terminal("release"); terminal.wait_empty("face")
"""
import os

from process import Process

PASSWORD = "invented-and-known-to-all"
CENTER_SETTINGS = ("URL", "CertificateAuthority", "Certificate", "PrivateKey", "Account")


class Terminal:
    """shikaku-sim-terminal on a folder of its own. @control: a Simulator (rig.py) of its socket."""

    def __init__(self, name, folder, control):
        self.name, self.folder, self.control = name, folder, control
        self.process: Process = control.process
        self.requests, self.answers, self.faces = (folder / part for part in ("req", "res", "face"))

    def __call__(self, line, seconds=None):
        return self.control(line, seconds)

    def log(self, path=None):
        """Every request and face file, or those of @path: a prefix, or "face"."""
        return [line for line in self.control.log() if path in (None, line["path"])]

    def face(self, persona, **words):
        """A patient before the face reader: consents="drug", reference=, ago=, name=, fault=. Return: name and digest."""
        return self(" ".join(["face", persona, *(f"{name}={text}" for name, text in words.items())]))

    def files(self, folder="res"):
        return self(f"files {folder}")["files"]

    def wait(self, what, number=1, seconds=60):
        self.control.wait(what, number, seconds)

    def wait_empty(self, folder, seconds=60):
        """Until nothing lies in req, res or face, and nothing is to come there."""
        self.wait_left(folder, 0, seconds)

    def wait_left(self, folder, number, seconds=60):
        """Until no more than @number of files lie there."""
        self(f"wait-left {folder} {number} {seconds}", seconds + 1)

    def settings(self, center=False, **more):
        """For Rig.configure(): [Terminal], or [Terminal NAME]. @center: the Web API is used as well. @more: of the group."""
        group = f"Terminal {self.name}" if self.name else "Terminal"
        values = {"Requests": self.requests, "Answers": self.answers, "Faces": self.faces, **more}
        without = {} if center else {f"Center_{key}": None for key in CENTER_SETTINGS}
        return {**without, **{f"{group}_{key}": value for key, value in values.items()}}


def lay_out(folder, systems, owner):
    """The share, as its server shows it to the one account that may use it: @owner, an id, or None: ours."""
    for part in (".", "req", "res", "face", *(f"{system}/{name}" for system in systems for name in ("req", "res"))):
        path = folder / part
        path.mkdir(parents=True, exist_ok=True)
        path.chmod(0o770)
        for one in (path, path.parent if part.count("/") else path):
            if owner is not None:
                os.chown(one, owner, owner)


def make_command(program, folder, control, systems=(), zips=None, password_file=None, **options):
    """@options: of shikaku-sim-terminal: encoding=, delay=, institution=, load=, stay_time= ..."""
    command = [program, "--folder", folder, "--control", control]
    for system in systems:
        command += ["--system", system]
    for prefix, method in (zips or {}).items():
        command += ["--zip", f"{prefix}={method}"]
    if password_file:
        password_file.write_text(PASSWORD + "\n")
        command += ["--zip-password", password_file]
    for name, value in options.items():
        command += ["--" + name.replace("_", "-"), value]
    return command
