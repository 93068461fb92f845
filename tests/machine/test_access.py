# SPDX-License-Identifier: LGPL-2.1-or-later
"""Who may do what on a booted machine: by group, and by the kind of login, as systemd-logind tells polkit."""
import json

from desk import Simulator
from test_job import check

NOT_AUTHORIZED = 6  # exit status of shikakuctl
SESSIONS = {None: "none", "remote": "", "active": "seat0"}  # the seat, as logind says
BUSCTL = ("busctl", "call", "org.shikaku.Shikaku1", "/org/shikaku/Shikaku1", "org.shikaku.Shikaku1.Manager", "GetVisits")
PASSWORD = "correct horse"
# PASSWORD COMMAND...: runs the command, and an authentication agent for it on a terminal, where the password is typed.
# The agent asks, and then throws away what was typed before it switched the echo off: the terminal tells when.
AUTHENTICATE = """
import fcntl, os, pty, signal, struct, sys, termios
hold, go = os.pipe()
caller = os.fork()
if caller == 0:
    os.close(go)
    os.read(hold, 1)
    os.execvp(sys.argv[2], sys.argv[2:])
registered, notify = os.pipe()
agent, terminal = pty.fork()
if agent == 0:
    os.set_inheritable(notify, True)
    os.execvp("pkttyagent", ["pkttyagent", "--process", str(caller), "--notify-fd", str(notify)])
os.close(notify)
fcntl.ioctl(terminal, termios.TIOCPKT, struct.pack("i", 1))
os.read(registered, 1)
os.close(go)
seen, flushed = b"", 0
while b"assword:" not in seen or not flushed:
    status, *text = os.read(terminal, 4096)
    seen += bytes(text)
    flushed |= status & termios.TIOCPKT_FLUSHREAD
print(seen.decode(), flush=True)
os.write(terminal, sys.argv[1].encode() + b"\\n")
status = os.waitstatus_to_exitcode(os.waitpid(caller, 0)[1])
os.kill(agent, signal.SIGKILL)
sys.exit(status)
"""


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
    machine.run("gpasswd", "--delete", "other", "shikaku-reception")
    refuse(machine, "other")


def test_sessions(machine):
    """A member of the reception may without a login, and with one wherever it is; sitting at the seat alone is no right."""
    Simulator(machine)
    ask = "[ $XDG_SESSION_ID ] || exec echo none; exec loginctl show-session --property=Seat --value $XDG_SESSION_ID"
    for session, seat in SESSIONS.items():
        assert machine.run("sh", "-c", ask, user="tester", session=session).strip() == seat, session
        answer = json.loads(check(machine, "--same-card", "--json", session=session))
        assert answer["Answer"] == "eligible", session
        refuse(machine, "other", session=session)


def test_authentication(machine):
    """Who sits at the seat may do it after authenticating as an administrator, and nobody else may, whatever it allows."""
    machine.run("chpasswd", input=f"root:{PASSWORD}\n")
    for session in (None, "remote"):
        machine.run(*BUSCTL, user="other", session=session, status=1)
        assert "polkit does not allow it" in machine.errors, machine.errors
    machine.run("busctl", "--allow-interactive-authorization=no", *BUSCTL[1:], user="other", session="active", status=1)
    assert "polkit asks for authentication" in machine.errors, machine.errors
    script = ("/usr/bin/python3", "-c", AUTHENTICATE)
    told = machine.run(*script, "wrong", *BUSCTL, user="other", session="active", status=1)
    assert "ao" not in told, told
    told = machine.run(*script, PASSWORD, *BUSCTL, user="other", session="active")
    assert "for other to check patients' health insurance" in told and "ao 0" in told, told


def test_card_service(machine):
    """A pcscd that asks polkit, as version 2 does, lets the daemon's user in, for exactly its two actions."""
    actions = "".join(f"""<action id="{name}"><description>x</description><message>x</message><defaults>
        <allow_any>no</allow_any><allow_inactive>no</allow_inactive><allow_active>no</allow_active></defaults></action>"""
                      for name in ("org.debian.pcsc-lite.access_pcsc", "org.debian.pcsc-lite.access_card",
                                   "org.debian.pcsc-lite.other"))
    machine.write("/usr/share/polkit-1/actions/org.debian.pcsc-lite.policy", f"""<?xml version="1.0"?>
        <!DOCTYPE policyconfig PUBLIC "-//freedesktop//DTD PolicyKit Policy Configuration 1.0//EN"
        "http://www.freedesktop.org/standards/PolicyKit/1/policyconfig.dtd"><policyconfig>{actions}</policyconfig>""")
    machine.systemctl("restart", "polkit")
    for user, action, status in (("shikaku", "access_pcsc", 0), ("shikaku", "access_card", 0), ("shikaku", "other", 1),
                                 ("tester", "access_pcsc", 1)):
        machine.run("sh", "-c", f"exec pkcheck --action-id org.debian.pcsc-lite.{action} --process $$", user=user,
                    status=status)
