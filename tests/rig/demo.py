# SPDX-License-Identifier: LGPL-2.1-or-later
"""demo: the main job as a newcomer sees it: a clerk's `shikakuctl check` and a patient's `shikakuctl agent`, each a user of
its own, over the real bus, daemon, pcscd and TLS; only the card and the center are simulated.

Comes in: a built tree (SHIKAKU_BUILD). Goes out: the story on standard output; exit status 0 if the patient is eligible.
"""
import os
import pty
import re
import sys

from bus import MANAGER, ROOT, get_property
from rig import Rig

STAFF = "tester"        # in the group shikaku-reception
TERMINAL = "colleague"  # likewise: the patient's terminal runs under a user of its own


def say(text):
    print(f"\n\033[1m» {text}\033[0m" if sys.stdout.isatty() else f"\n» {text}", flush=True)


def answer(terminal, question, typed, shown):
    """The patient reads @question on the terminal, and types."""
    terminal.wait_output(question)
    print(f"    patient: {shown}", flush=True)
    terminal.write(typed + "\n")


def has_terminals():
    """A bare chroot has none: then the patient types into a pipe."""
    try:
        for end in pty.openpty():
            os.close(end)
        return True
    except OSError:
        return False


def show_journal(rig):
    for line in rig.read_log("shikakud").splitlines():
        print(f"    {line}")


def run(rig, language):
    environment = {"LC_ALL": "C.UTF-8", "LANGUAGE": language}
    say("Starting: a private system bus, pcscd with a virtual reader, a virtual My Number card, the simulated center, shikakud")
    rig.start("card", "center", "daemon", persona="yamada")
    rig.wait_readers(2, 1)
    say("shikakuctl status")
    print(rig.client("status", user=STAFF, environment=environment, check=0).text())

    say("At the patient's side: shikakuctl agent --reader 1 (a terminal; the PIN is not shown)")
    terminal = rig.spawn_client("agent", "--reader", "1", user=TERMINAL, environment=environment, terminal=has_terminals(),
                                keep="all")
    terminal.wait_output(r"Ctrl-C")
    say("At the desk: shikakuctl check --reader 1 --consent ceiling --consent drug")
    clerk = rig.spawn_client("check", "--reader", "1", "--consent", "ceiling", "--consent", "drug", user=STAFF,
                             environment=environment)
    clerk.close_input()
    answer(terminal, r"PIN", "1234", "types four digits")
    answer(terminal, r"\[yes/no\]", "yes", "yes, you may see my payment ceiling")
    answer(terminal, r"(?s)\[yes/no\].*\[yes/no\]", "yes", "yes, you may see my medicines")
    clerk.wait()
    print("\n".join(f"    | {line}" for line in re.sub(r"\r", "", terminal.text()).splitlines()))
    say(f"The answer at the desk (exit status {clerk.status})")
    print(clerk.text())

    say("What the card and the center saw")
    card, center = rig.card.status(), rig.center("stats")
    print(f"    card:   {card['apdus']} APDUs, {card['bytes_in']} bytes in, {card['bytes_out']} out; "
          f"powered: {card['powered']}, rights held: {card['verified']}")
    print(f"    center: {center}")
    center_state = get_property(rig.bus_connection(STAFF), ROOT, MANAGER, "Center")
    print(f"    the daemon says of the center: {center_state}")
    say("What shikakud logged: states, never a PIN, a name or a number")
    show_journal(rig)
    return clerk.status


def main():
    with Rig() as rig:
        status = run(rig, os.environ.get("SHIKAKU_LANGUAGE", ""))
    say("The main job works." if status == 0 else "The main job failed.")
    return status


if __name__ == "__main__":
    sys.exit(main())
