# SPDX-License-Identifier: LGPL-2.1-or-later
"""The ledger under torture: consents are given and records are fetched, and the daemon is killed at random moments and at
each system call that writes or syncs, or its disk fails at each write. torture.py says what has to hold after each.

Comes in: a rig; SHIKAKU_LONG: 1,000 kills, and every call, instead of some; SHIKAKU_CUTS: so many; SHIKAKU_SEED: of a run
that is to be done again. Goes out: the seed, and a line a cut.
"""
import os
import random

from torture import GONE, Countdown, Desk, Tracer, count_calls, is_long

FEW, MANY = 10, 1000
FEW_CALLS, FEW_ERRORS = 10, 3
AGAIN, SILENT = 0.25, 0.25  # how probable: the next daemon is killed as it starts; the center's answer is lost
ERRORS = ("ENOSPC", "EIO", "EROFS")
DISK = ("pwrite64", "fdatasync", "ftruncate")


def make_dice(few, many):
    """Return: by the seed; and how many cuts."""
    seed = int(os.environ.get("SHIKAKU_SEED") or random.SystemRandom().randrange(1 << 32))
    cuts = int(os.environ.get("SHIKAKU_CUTS") or (many if is_long() else few))
    print(f"again: SHIKAKU_SEED={seed} SHIKAKU_CUTS={cuts}", flush=True)
    return random.Random(seed), cuts


def test_killed(rig):
    """kill -9 at random moments of a visit with its fetches, and of the start after it; the center's answer may be lost."""
    dice, cuts = make_dice(FEW, MANY)
    desk = Desk(rig)
    countdown = Countdown(rig)
    assert desk.work() == []
    countdown.stop()
    for number in range(cuts):
        moment = dice.randrange(countdown.count)
        again = dice.randrange(countdown.count) if dice.random() < AGAIN else None
        silent = dice.random() < SILENT
        if silent:
            rig.center("fault cut 40 path=consent/register")
        cut = Countdown(rig, moment)
        failed = desk.work()
        cut.stop()
        rig.center("clear-faults")
        desk.bring_back(again)
        print(f"{number}: after {moment} of {countdown.count}{', the center silent' * silent}{', twice' * (again is not None)}: "
              f"{', '.join(failed) or 'all done'}", flush=True)
    desk.settle()


def test_each_call(rig):
    """Killed as it enters each call that writes or syncs, of each thread."""
    dice, cuts = make_dice(FEW_CALLS, None)
    desk = Desk(rig)
    calls = count_calls(desk)
    chosen = calls if cuts is None or cuts >= len(calls) else sorted(dice.sample(calls, cuts), key=str)
    print(f"{len(chosen)} of {len(calls)} calls", flush=True)
    killed = 0
    for thread, name, number in chosen:
        tracer = Tracer(rig, thread, "-e", f"trace={name}", "-e", f"inject={name}:signal=KILL:when={number}")
        failed = desk.work()
        killed += not rig.daemon.is_running()
        tracer.stop()
        desk.bring_back()
        print(f"{thread or 'any thread'}, {name} {number}: {', '.join(failed) or 'all done'}", flush=True)
    assert killed > 0
    desk.settle()
    print(f"killed {killed} times", flush=True)


def test_disk(rig):
    """The disk is full, broken or cannot be written: at one call, and from one call on until it is mended."""
    dice, cuts = make_dice(FEW_ERRORS, None)
    desk = Desk(rig)
    calls = sorted({(name, number) for _thread, name, number in count_calls(desk) if name in DISK})
    chosen = [(error, name, number, more) for error in ERRORS for name, number in calls for more in ("", "+")]
    first = [(error, DISK[0], 1, "+") for error in ERRORS]
    if cuts is not None:
        chosen = sorted(dice.sample(chosen, min(cuts, len(chosen))))
    refused = 0
    for error, name, number, more in first + chosen:
        calls = ",".join(DISK) if more else name
        tracer = Tracer(rig, None, "-e", f"trace={calls}", "-e", f"inject={calls}:error={error}:when={number}{more}")
        failed = desk.work()
        tracer.stop()
        assert GONE not in failed and set(failed) <= {"LedgerFailed"}, failed
        assert failed or (number, more) != (1, "+"), "nothing was refused"
        refused += bool(failed)
        desk.verify()
        assert desk.work() == [], "it does not work again"
        print(f"{error} at {name} {number}{more}: {', '.join(failed) or 'all done'}", flush=True)
    assert refused > 0
    rig.stop_daemon()
    desk.look_at_file()
    rig.start_daemon()
    desk.begin()
    desk.settle()
