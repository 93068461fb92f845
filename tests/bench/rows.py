# SPDX-License-Identifier: LGPL-2.1-or-later
"""rows: what was measured, what it may be, and what it was: budgets and the baseline.

Comes in: numbers. Goes out: the verdict on them, and the table.
"""
import json
from dataclasses import dataclass
from pathlib import Path

BASELINE = Path(__file__).resolve().parent / "baseline.json"
GROWTH_MAXIMUM = 1.02


@dataclass
class Row:
    """@counted: else it is a time, or memory that hangs on the machine: not compared with the baseline."""

    name: str
    value: float
    unit: str = ""
    at_most: float = None
    at_least: float = None
    counted: bool = True

    def is_within_budget(self):
        return ((self.at_most is None or self.value <= self.at_most)
                and (self.at_least is None or self.value >= self.at_least))


def read_baseline():
    return json.loads(BASELINE.read_text()) if BASELINE.exists() else {}


def write_baseline(rows, baseline):
    """Replaces what @rows tell of, and keeps the rest."""
    values = {**baseline, **{row.name: round(row.value, 3) for row in rows if row.counted}}
    BASELINE.write_text(json.dumps(values, indent=1, ensure_ascii=False) + "\n")


def judge(row, baseline):
    """Return: what is wrong with @row, or nothing."""
    if not row.is_within_budget():
        return "OVER BUDGET"
    known = baseline.get(row.name)
    if row.counted and known is not None and round(row.value, 3) > known * GROWTH_MAXIMUM:
        return "GREW"
    return ""


def show(value):
    return f"{value:,.0f}" if abs(value) >= 1000 or value == int(value) else f"{value:.2f}"


def print_table(rows, baseline):
    width = max(len(row.name) for row in rows)
    print(f"{'':{width}} {'value':>12} {'':2} {'budget':>12} {'baseline':>12}")
    for row in rows:
        budget = "" if row.at_most is None else f"≤ {show(row.at_most)}"
        budget = budget if row.at_least is None else f"≥ {show(row.at_least)}"
        known = show(baseline[row.name]) if row.counted and row.name in baseline else ""
        line = f"{row.name:{width}} {show(row.value):>12} {row.unit:2} {budget:>12} {known:>12} {judge(row, baseline)}"
        print(line.rstrip())
