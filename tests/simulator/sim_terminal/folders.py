# SPDX-License-Identifier: LGPL-2.1-or-later
"""The shared folder of a terminal: req, res and face below it, and more pairs of req and res for single systems.

Comes in: a folder, and events of inotify. Goes out: files, and a word when anything came or went. While the share is off the
folder has another name, where the terminal goes on with it and nobody else finds it.
"""

import asyncio
import contextlib
import ctypes
import os
import pathlib
import re
import time

REQUEST = re.compile(r"^([A-Z]{3}[sm][iu][a-z]{3}[0-9]{2})req_(.*)\.(xml|zip)$")
AWAY = ".away"
EVENTS = 0x3CE  # IN_MODIFY, CLOSE_WRITE, MOVED_FROM, MOVED_TO, CREATE, DELETE, and ATTRIB is not among them
EVENT_SIZE = 64 * 1024


class Watch:
    """inotify on some folders: @changed is called after anything came, went or was written."""

    def __init__(self, folders, changed):
        libc = ctypes.CDLL(None, use_errno=True)
        self.fd = libc.inotify_init1(os.O_NONBLOCK | os.O_CLOEXEC)
        for folder in folders:
            if libc.inotify_add_watch(self.fd, os.fsencode(folder), EVENTS) < 0:
                raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()), str(folder))
        self.changed = changed
        asyncio.get_running_loop().add_reader(self.fd, self.read)

    def read(self):
        with contextlib.suppress(BlockingIOError):
            while os.read(self.fd, EVENT_SIZE):
                pass
        self.changed()

    def close(self):
        asyncio.get_running_loop().remove_reader(self.fd)
        os.close(self.fd)


class Folders:
    def __init__(self, base, systems=()):
        """@systems: three letters each (YZK), whose requests and answers have folders of their own below @base."""
        self.base = pathlib.Path(base)
        self.systems = tuple(systems)
        self.is_off = False
        for name in self.list_names():
            (self.base / name).mkdir(parents=True, exist_ok=True)

    def list_names(self):
        return ["req", "res", "face", *(f"{system}/{name}" for system in self.systems for name in ("req", "res"))]

    def get(self, name):
        """Where the terminal finds the folder @name, whether or not anybody else does."""
        return (self.base.with_name(self.base.name + AWAY) if self.is_off else self.base) / name

    def get_answers(self, prefix):
        return f"{prefix[:3]}/res" if prefix[:3] in self.systems else "res"

    def set_off(self, off):
        if off != self.is_off:
            away = self.base.with_name(self.base.name + AWAY)
            os.rename(*((self.base, away) if off else (away, self.base)))
            self.is_off = off

    def list_requests(self):
        """(folder, name, prefix, whether it is a zip) of each, oldest first. What has another name is left alone."""
        found = []
        for folder in self.list_names():
            if not folder.endswith("req"):
                continue
            for entry in os.scandir(self.get(folder)):
                match = REQUEST.match(entry.name)
                with contextlib.suppress(FileNotFoundError):
                    if match and entry.is_file():
                        found.append((entry.stat().st_mtime_ns, folder, entry.name, match[1], match[3] == "zip"))
        return [one[1:] for one in sorted(found)]

    def take(self, folder, name):
        """Return: the bytes of a request, which is gone then; None: somebody else was faster."""
        path = self.get(folder) / name
        try:
            data = path.read_bytes()
            path.unlink()
        except FileNotFoundError:
            return None
        return data

    def list_files(self, folder):
        """Names; of one that is no UTF-8 what can be shown."""
        return sorted(os.fsencode(name).decode("utf-8", "replace") for name in os.listdir(self.get(folder)))

    def has(self, folder, name):
        return (self.get(folder) / name).exists()

    def sweep(self, seconds):
        """Answers that nobody has read for so long are gone. Return: their names."""
        gone, limit = [], time.time() - seconds
        for folder in self.list_names():
            for entry in os.scandir(self.get(folder)) if folder.endswith("res") else ():
                with contextlib.suppress(FileNotFoundError):
                    if entry.stat().st_mtime < limit:
                        os.unlink(entry.path)
                        gone.append(entry.name)
        return gone

    def write(self, folder, name, data, append=False, age=0):
        """In place, as the link program does it. @age: seconds since it was written, as it shall seem."""
        path = self.get(folder) / name
        with open(path, "ab" if append else "wb") as file:
            file.write(data)
        if age:
            moment = time.time() - age
            os.utime(path, (moment, moment))
        return path
