#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""run_case FILE CASE: runs the function test_CASE(rig) of FILE with a fresh rig.

Exit status 0: passed; 1: failed, with the traceback and the tails of all logs; 77: skipped, with what is lacking.
"""
import importlib.util
import os
import signal
import sys
import traceback
from pathlib import Path

if "SHIKAKU_BUILD" in os.environ:
    sys.pycache_prefix = os.environ["SHIKAKU_BUILD"] + "/pycache"  # not in the source
sys.path.insert(0, str(Path(__file__).resolve().parent))

from rig import Rig, Skip  # noqa: E402


def load(path):
    sys.path.insert(0, str(path.parent))
    specification = importlib.util.spec_from_file_location(path.stem, path)
    module = importlib.util.module_from_spec(specification)
    specification.loader.exec_module(module)
    return module


def main():
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit("run_case: told to end"))  # so that the rig cleans up
    case = getattr(load(Path(sys.argv[1]).resolve()), "test_" + sys.argv[2].removeprefix("test_").replace("-", "_"))
    try:
        with Rig() as rig:
            case(rig)
    except Skip as lacking:
        print(f"environment lacks {lacking}")
        return 77
    except Exception:
        traceback.print_exc(file=sys.stdout)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
