# SPDX-License-Identifier: LGPL-2.1-or-later
"""machine_times: times that only a booted machine has. Comes in: the machine of tests/machine. Goes out: a line of JSON."""
import json

from test_service import restarts

KILLS = 10  # fewer than the unit's limit for a crash loop


def test_restarts(machine):
    print(json.dumps(restarts(machine, "SIGKILL", KILLS)))
