# SPDX-License-Identifier: LGPL-2.1-or-later
"""budgets: the counts of the bench, which do not hang on the machine's mood: within budget, not above the baseline.

Each function test_… is a case. If a count grew for a good reason: run --update, and the commit says why.
"""
import measurements
from measurements import QUICK
from rows import judge, print_table, read_baseline


def check(rows):
    baseline = read_baseline()
    print_table(rows, baseline)
    wrong = [row.name for row in rows if judge(row, baseline)]
    assert not wrong, wrong


def test_ledger(_rig):
    check(measurements.measure_ledger(QUICK))


def test_parsers(_rig):
    """Without the times, which are the machine's."""
    check([row for row in measurements.measure_parsers(QUICK) if row.unit != "ms"])


def test_apdus(_rig):
    check(measurements.measure_card(QUICK))


def test_round_trips(_rig):
    check(measurements.measure_center(QUICK))


def test_messages(_rig):
    check(measurements.measure_bus(QUICK))


def test_syscalls(_rig):
    check(measurements.measure_system_calls(QUICK))


def test_instructions(_rig):
    check(measurements.measure_instructions(QUICK))


def test_allocations(_rig):
    check(measurements.measure_allocations(QUICK))


def test_memory(_rig):
    check(measurements.measure_memory(QUICK))


def test_idle(_rig):
    """After the threads that resolved the center's name have ended, before its connection is given up."""
    rows = measurements.measure_idle(QUICK, wait=measurements.THREAD_IDLE)
    check([row for row in rows if "connections" not in row.name])


def test_looks(_rig):
    """The cost of a look alone: the rest takes time to go by."""
    check(measurements.measure_cost(2))
