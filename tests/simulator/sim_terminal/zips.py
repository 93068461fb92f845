# SPDX-License-Identifier: LGPL-2.1-or-later
"""Zips with a password, by bsdtar (libarchive): another implementation than the one that is tested with them."""

import pathlib
import subprocess
import tempfile

METHODS = {"deflate": None, "zipcrypto": "zipcrypt", "aes128": "aes128", "aes256": "aes256"}


def pack(name, data, method, password, folder=None):
    """One file called @name, in a @folder of the zip or none. @method: of METHODS. Return: the zip's bytes."""
    options = ["--options", "zip:encryption=" + METHODS[method], "--passphrase", password] if METHODS[method] else []
    with tempfile.TemporaryDirectory(prefix="sim-terminal-") as place:
        path = pathlib.Path(folder or "", name)
        (pathlib.Path(place) / path).parent.mkdir(exist_ok=True)
        (pathlib.Path(place) / path).write_bytes(data)
        command = ["bsdtar", "--format", "zip", *options, "-C", place, "-cf", "-", str(path)]
        return subprocess.run(command, stdout=subprocess.PIPE, check=True).stdout


def unpack(data, password):
    """Return: the bytes of what is in a zip, one file. Raises ValueError."""
    command = ["bsdtar", "-xOf", "-", "--passphrase", password or "none"]
    done = subprocess.run(command, input=data, capture_output=True, check=False)
    if done.returncode:
        raise ValueError("this is no zip, or another password's")
    return done.stdout
