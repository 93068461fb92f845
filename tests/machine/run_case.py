#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""run_case FILE CASE: runs the function test_CASE of FILE. A case that takes @machine is given one with a desk set up.

Exit status 0: passed; 1: failed, with the traceback and the machine's journal; 77: skipped, with what is lacking.
"""
import importlib.util
import inspect
import sys
import traceback
from pathlib import Path

sys.dont_write_bytecode = True
HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE))

from machine import Machine, Skip, enter_namespaces, require  # noqa: E402


def load(path):
    specification = importlib.util.spec_from_file_location(path.stem, path)
    module = importlib.util.module_from_spec(specification)
    specification.loader.exec_module(module)
    return module


def run(case):
    if not inspect.signature(case).parameters:
        return case()
    from packages import get_desk
    layers, packages = get_desk()
    with Machine(layers, binds=[packages, HERE]) as machine:
        case(machine)


def main():
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    try:
        require("unshare", "nsenter")
        enter_namespaces()
        run(getattr(load(Path(sys.argv[1]).resolve()), "test_" + sys.argv[2].replace("-", "_")))
    except Skip as lacking:
        print(f"environment lacks {lacking}")
        return 77
    except Exception:
        traceback.print_exc(file=sys.stdout)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
