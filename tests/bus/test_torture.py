# SPDX-License-Identifier: LGPL-2.1-or-later
"""The ledger under torture: consents are given and records are fetched, and the daemon is killed at random moments and at
each system call that writes or syncs, or its disk fails at each write. torture.py says what has to hold after each.

Comes in: a rig; SHIKAKU_LONG: 1,000 kills, and every call, instead of some; SHIKAKU_CUTS: so many; SHIKAKU_SEED: of a run
that is to be done again. Goes out: the seed, and a line a cut.
"""
import os
import random

from torture import PHASES, Countdown, Desk, Tracer, count_calls, is_long

FEW, MANY = 10, 1000
FEW_CALLS, FEW_ERRORS = 10, 3
AGAIN, SILENT = 0.25, 0.25  # how probable: the next daemon is killed as it starts; the center's answer is lost
ERRORS = ("ENOSPC", "EIO", "EROFS")
REFUSED = {"LedgerFailed", "failed, incomplete", "data, incomplete"}
DISK = ("pwrite64", "fsync", "fdatasync", "ftruncate", "unlink")
LATER = (*DISK, "sendmsg")  # of a phase that is not the first


def make_dice(few, many):
    """Return: by the seed; and how many cuts; None: at each place that there is."""
    seed = int(os.environ.get("SHIKAKU_SEED") or random.SystemRandom().randrange(1 << 32))
    told = os.environ.get("SHIKAKU_CUTS")
    cuts = int(told) if told else many if is_long() else few
    print(f"again: SHIKAKU_SEED={seed} SHIKAKU_CUTS={'' if cuts is None else cuts}", flush=True)
    return random.Random(seed), cuts


def test_killed(rig):
    """kill -9 at random moments of a visit with its fetches, and of the start after it; the center's answer may be lost."""
    dice, cuts = make_dice(FEW, MANY)
    desk = Desk(rig)
    countdown = Countdown(rig)
    assert desk.work() == []
    countdown.stop()
    for number in range(cuts):
        chances = [dice.random() for _number in range(4)]
        moment = int(chances[0] * countdown.count)
        again = int(chances[1] * countdown.count) if chances[2] < AGAIN else None
        silent = chances[3] < SILENT
        if silent:
            rig.center("fault cut 40 path=consent/register")
        cut = Countdown(rig, moment)
        failed = desk.work()
        cut.stop()
        rig.center("clear-faults")
        desk.bring_back(again)
        words = ["the center silent"] * silent + ["twice"] * (again is not None) + (failed or ["all done"])
        print(f"{number}: after {moment} of {countdown.count}: {', '.join(words)}", flush=True)
    desk.settle()


def test_each_call(rig):
    """Killed as it enters each call that writes or syncs, of each thread."""
    dice, cuts = make_dice(FEW_CALLS, None)
    desk = Desk(rig)
    calls = [(phase, *one) for phase in PHASES for one in count_calls(desk, phase)
             if phase == PHASES[0] or one[1] in LATER]
    chosen = calls if cuts is None or cuts >= len(calls) else sorted(dice.sample(calls, cuts), key=str)
    print(f"{len(chosen)} of {len(calls)} calls", flush=True)
    killed = 0
    for phase, thread, name, number in chosen:
        tracers = []
        failed = desk.work(phase, lambda tracers=tracers, thread=thread, name=name, number=number: tracers.append(
            Tracer(rig, thread, "-e", f"trace={name}", "-e", f"inject={name}:signal=KILL:when={number}")))
        killed += not rig.daemon.is_running()
        tracers[0].stop()
        desk.bring_back()
        print(f"{phase}: {thread or 'any thread'}, {name} {number}: {', '.join(failed) or 'all done'}", flush=True)
    assert killed > 0
    desk.settle()
    print(f"killed {killed} times", flush=True)


def test_disk(rig):
    """The disk is full, broken or cannot be written: at one call, and from one call on until it is mended. The same of the
    memory that documents are received into."""
    dice, cuts = make_dice(FEW_ERRORS, None)
    desk = Desk(rig)
    calls = [(phase, *one) for phase in PHASES for one in count_calls(desk, phase) if one[1] in DISK]
    chosen = [(error, *one, more) for error in ERRORS for one in calls for more in ("", "+")]
    print(f"{len(chosen) if cuts is None else cuts} of {len(chosen)} errors", flush=True)
    if cuts is not None:
        chosen = sorted(dice.sample(chosen, min(cuts, len(chosen))), key=str)
    for error in ERRORS:
        assert fail_at(desk, error, PHASES[0], None, DISK, "1+") == ["LedgerFailed"] * 2, "it was not refused"
    refused = sum(bool(fail_at(desk, error, phase, thread, [name], f"{number}{more}"))
                  for error, phase, thread, name, number, more in chosen)
    print(f"something was refused {refused} times", flush=True)
    desk.bring_back()
    desk.settle()


def fail_at(desk, error, phase, thread, calls, when):
    """Return: what could not be done meanwhile. Afterwards it works again."""
    names, tracers = ",".join(calls), []
    desk.may_fail = True
    failed = desk.work(phase, lambda: tracers.append(
        Tracer(desk.rig, thread, "-e", f"trace={names}", "-e", f"inject={names}:error={error}:when={when}")))
    desk.may_fail = False
    tracers[0].stop()
    assert set(failed) <= REFUSED, failed
    desk.verify()
    assert desk.work() == [], "it does not work again"
    print(f"{phase}: {error} of {thread or 'all'} at {names} {when}: {'; '.join(failed) or 'all done'}", flush=True)
    return failed
