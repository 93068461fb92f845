# SPDX-License-Identifier: LGPL-2.1-or-later
"""examples: the programs of data/examples, one a language, compiled where they have to be.

Comes in: the folder of their sources (FOLDER: of this checkout, or as installed), a folder to compile into. Goes out: the
command of each. Where the tests run them in another machine, only what make() has put into that folder is needed there, and
what Debian's packages bring.
"""
import os
import shutil
import subprocess
from pathlib import Path

CHECKOUT = Path(__file__).resolve().parents[2] / "data" / "examples"
FOLDER = CHECKOUT if CHECKOUT.exists() else Path("/usr/share/doc/shikakud/examples")
JARS = ":".join(f"/usr/share/java/{name}.jar" for name in ("dbus", "unix", "debug-disable", "hexdump"))
NODE_MODULES = os.environ.get("NODE_PATH", "/usr/local/lib/node_modules")  # of npm install --global
WARNINGS = ("-O2", "-Wall", "-Wextra", "-Werror")


def run(*command):
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    assert done.returncode == 0 and not done.stdout, f"{command[0]}: {done.stdout}"


def make_c(source, folder):
    flags = subprocess.run(["pkg-config", "--cflags", "--libs", "libsystemd"], check=True, stdout=subprocess.PIPE, text=True)
    run("cc", *WARNINGS, "-o", folder / "receipt", source / "receipt.c", *flags.stdout.split())
    return [folder / "receipt"]


def make_java(source, folder):
    run("javac", "-Xlint:all,-rawtypes,-serial", "-classpath", JARS, "-d", folder, source / "Receipt.java")
    return ["/usr/bin/java", "-Djava.library.path=/usr/lib/jni", "-classpath", f"{JARS}:{folder}", "Receipt"]


def make_script(interpreter, source, folder):
    shutil.copy(source, folder)
    return [interpreter, folder / source.name]


def make_node(source, folder):
    return ["/usr/bin/env", f"NODE_PATH={NODE_MODULES}", *make_script("/usr/bin/node", source / "receipt.js", folder)]


def make_records(language, source, folder):
    """Return: the command of the example of records, which spawns shikakuctl."""
    if language == "java":
        run("javac", "-Xlint:all", "-d", folder, source / "Records.java")
        return ["/usr/bin/java", "-classpath", str(folder), "Records"]
    return make_script("/usr/bin/node", source / "records.js", folder)


def make(language, source, folder):
    """Return: the command that runs the example in @language, without its arguments."""
    if language == "c":
        return make_c(source, folder)
    if language == "java":
        return make_java(source, folder)
    if language == "node":
        return make_node(source, folder)
    if language == "php":
        return make_script("/usr/bin/php", source / "receipt.php", folder)
    if language == "shell":
        return make_script("/bin/sh", source / "receipt.sh", folder)
    if language == "python":
        return make_script("/usr/bin/python3", source / "receipt.py", folder)
    return make_script("/usr/bin/ruby", source / "receipt.rb", folder)
