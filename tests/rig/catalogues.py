# SPDX-License-Identifier: LGPL-2.1-or-later
"""catalogues: the built translations where the built programs look for them, seen by this process and its children only.

Comes in: a build. Goes out: a mount over the folder of the locales in a namespace of our own, which ends with us.
"""
import ctypes
import os
import re
import shutil
import subprocess

CLONE_NEWNS = 0x00020000
ANY_LOCALE = "/usr/lib/locale/C.utf8"  # which every Debian has


def lay(build, folder):
    """@folder: readable by every user. Return: whether it could be done; root alone can."""
    if os.getuid() or not shutil.which("mount") or ctypes.CDLL(None).unshare(CLONE_NEWNS):
        return False
    for catalogue in (build / "po").glob("*/LC_MESSAGES/*.mo"):
        messages = folder / "locale" / catalogue.parent.parent.name / "LC_MESSAGES"
        messages.mkdir(parents=True)
        shutil.copy(catalogue, messages / "shikaku.mo")
    place = re.search(r'SHIKAKU_LOCALE_DIRECTORY "(.*)"', (build / "config.h").read_text())[1]
    os.makedirs(place, exist_ok=True)
    subprocess.run(["mount", "--make-rprivate", "/"], check=True)
    subprocess.run(["mount", "--bind", folder / "locale", place], check=True)
    (folder / "locales").mkdir()
    (folder / "locales" / "ja_JP.UTF-8").symlink_to(ANY_LOCALE)
    return True


def speak_japanese(folder):
    """The environment of who speaks Japanese, after lay(@folder). In the locale C.UTF-8 glibc 2.39 and later translate nothing,
    whatever LANGUAGE says; so that there is one of that name."""
    return {"LC_ALL": "ja_JP.UTF-8", "LOCPATH": str(folder / "locales"), "LANGUAGE": "ja"}
