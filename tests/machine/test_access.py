# SPDX-License-Identifier: LGPL-2.1-or-later
"""Who may do what on a booted machine: by group, and by the kind of login, as systemd-logind tells polkit."""
import json

from desk import Simulator
from test_job import check

NOT_AUTHORIZED = 6  # exit status of shikakuctl
SESSIONS = {None: "none", "remote": "", "active": "seat0"}  # the seat, as logind says


def refuse(machine, user, **how):
    """@user may neither check nor be an agent."""
    for verb in ("check", "agent"):
        machine.run("shikakuctl", verb, "--reader", "1", user=user, status=NOT_AUTHORIZED, **how)


def test_groups(machine):
    """Who is not of the reception is refused; who has become so is not, from the next call on."""
    Simulator(machine)
    refuse(machine, "other")
    machine.run("usermod", "--append", "--groups=shikaku-reception", "other")
    assert json.loads(check(machine, "--json", user="other"))["Answer"] == "eligible"


def test_sessions(machine):
    """A member of the reception may without a login, and with one wherever it is; sitting at the seat alone is no right."""
    Simulator(machine)
    ask = "[ $XDG_SESSION_ID ] || exec echo none; exec loginctl show-session --property=Seat --value $XDG_SESSION_ID"
    for session, seat in SESSIONS.items():
        assert machine.run("sh", "-c", ask, user="tester", session=session).strip() == seat, session
        answer = json.loads(check(machine, "--same-card", "--json", session=session))
        assert answer["Answer"] == "eligible", session
        refuse(machine, "other", session=session)
