# SPDX-License-Identifier: LGPL-2.1-or-later
"""The unit on a booted machine: what systemd says of it, its confinement, its ends and its restarts."""
import base64
import json
import re
from pathlib import Path

from desk import KEYS, Simulator
from packages import SOURCE

REMAINS = Path(__file__).resolve().with_name("remains.py")
RESTARTS = Path(__file__).resolve().with_name("restarts.py")
EXPOSURE = 12  # tenths, of systemd-analyze security
KILLS = 12
NO_DAEMON = 69  # exit status of shikakuctl
EX_CONFIG = 78  # exit status of shikakud
NAME = "org.shikaku.Shikaku1"
NUMBERS = {"insurer": "InsurerNumber", "symbol": "InsuredCardSymbol", "number": "InsuredIdentificationNumber",
           "branch": "InsuredBranchNumber", "birthdate": "Birthdate"}
CANCELLED = 7  # exit status of shikakuctl diagnose while nobody is there to ask a patient
KILL_UNTIL_FAILED = "until systemctl is-failed --quiet shikakud; do systemctl kill --signal=KILL shikakud; done"
PING = ("busctl", "call", NAME, "/org/shikaku/Shikaku1", "org.freedesktop.DBus.Peer", "Ping")
DROP_IN = "/run/systemd/system/{}.service.d/test.conf"
BUS = ("org.freedesktop.DBus", "/org/freedesktop/DBus", "org.freedesktop.DBus")


def restarts(machine, signal, count):
    return json.loads(machine.run("python3", "-B", RESTARTS, signal, str(count)))


def write_drop_in(machine, unit, text):
    machine.run("mkdir", "-p", str(Path(DROP_IN.format(unit)).parent))
    machine.write(DROP_IN.format(unit), text)
    machine.systemctl("daemon-reload")


def show_process(machine):
    """Return: /proc/PID/status of the daemon as a dict."""
    pid = machine.show("shikakud", "MainPID")["MainPID"]
    return pid, dict(line.split(":\t", 1) for line in machine.run("cat", f"/proc/{pid}/status").splitlines())


def test_verify(machine):
    """systemd has nothing to say about the units."""
    units = ("shikakud.service", "shikakud-activation.service", "shikakud-again.service", "shikaku-ledger-ship.service",
             "shikaku-ledger-ship.timer", "shikaku-folder.service", "shikaku-orca.service")
    machine.run("systemd-analyze", "verify", "--man=no", *units)
    assert not machine.errors.strip(), machine.errors


def test_exposure(machine):
    """The exposure that systemd-analyze sees, and that the unit explains every line that stays."""
    printed = machine.run("systemd-analyze", "security", f"--threshold={EXPOSURE}", "--no-pager", "shikakud.service")
    unit = machine.systemctl("cat", "shikakud.service")
    for line in re.findall(r"^✗ (\S+)", printed, re.MULTILINE):
        assert f"#   {line}" in unit, f"the unit does not explain {line}"
    print(re.search(r"Overall exposure.*", printed)[0])


def test_confinement(machine):
    """What the unit promises, seen from the process: no capability, no CA bundle, nobody else's files, no core."""
    pid, status = show_process(machine)
    assert status["CapEff"] == status["CapPrm"] == status["CapBnd"] == "0" * 16, status
    assert status["NoNewPrivs"] == "1" and status["Seccomp"] == "2", status
    assert machine.run("stat", "--format=%U", f"/proc/{pid}/status").strip() == "root", "the process can be dumped"
    assert re.search(r"Max core file size +0 +0", machine.run("cat", f"/proc/{pid}/limits"))
    assert not machine.run("ls", "-A", f"/proc/{pid}/root/etc/ssl/certs").strip(), "the CA bundle is there"
    machine.run("test", "-e", f"/proc/{pid}/root/home/tester", status=1)
    machine.run("touch", f"/proc/{pid}/root/etc/shikaku/new", status=1)
    machine.run("touch", f"/proc/{pid}/root/var/lib/shikaku/new")
    machine.run("nsenter", "--target", pid, "--mount", "--", "true", status=126)  # no program may be run but its own
    folders = ("/etc/shikaku", "/var/lib/shikaku", "/run/shikaku")
    assert machine.run("stat", "--format=%a %U:%G", *folders).split("\n") == [
        "750 root:shikaku", "700 shikaku:shikaku", "2750 shikaku:shikaku-metrics", ""]
    assert "could not be forbidden" not in machine.journal("--unit=shikakud")


def list_texts(value):
    if isinstance(value, (dict, list)):
        return [text for one in (value.values() if isinstance(value, dict) else value) for text in list_texts(one)]
    return [value] if isinstance(value, str) else []


def make_words(machine, persona):
    """What is personal of a person, and the pieces of the institution's key: what it is → the bytes."""
    person = json.loads((SOURCE / "tests" / "simulator" / "people.json").read_text())["people"][persona]
    words = {}
    for text in [*list_texts(person["person"]), *list_texts(person["center"]["entries"])]:
        for word in {text.strip(), *text.split()}:
            if len(word) >= 5 or not word.isascii():  # what is shorter is a code of the field
                for encoding in ("utf-8", "cp932", "utf-16-le"):
                    words[f"{word} in {encoding}"] = word.encode(encoding, errors="ignore")
    certificate = base64.b64decode(machine.run("base64", f"{KEYS}/{persona}.cert.der"))
    words["the certificate"] = certificate[600:660]  # of the key: it is nobody else's
    for start in range(3):
        words[f"the certificate in base64, {start}"] = base64.b64encode(certificate[start:])[800:840]
    lines = machine.run("cat", f"{KEYS}/institution.key.pem").split("-----")[2].split()
    for number, line in enumerate(lines):
        for start in range(0, len(line) - 11, 12):
            words[f"the key, line {number}, from {start}"] = line[start:start + 12].encode()
    return {name: word for name, word in words.items() if len(word) > 3}


def find_remains(machine, words):
    pid = machine.show("shikakud", "MainPID")["MainPID"]
    text = json.dumps({name: word.hex() for name, word in words.items()})
    return json.loads(machine.run("python3", "-B", REMAINS, pid, input=text))


def test_remains(machine):
    """Of a visit that is closed, by card or by number, nothing is left in the memory of the service as it is shipped; nor
    of the file with the institution's key."""
    simulator = Simulator(machine)
    words = make_words(machine, "yamada")
    check = ("shikakuctl", "check", "--reader", "1", "--consent", "drug", "--consent", "ceiling")
    clerk = machine.spawn(*check, user="tester", until="PIN")
    clerk.write("1234\n")
    clerk.wait_line("yes/no")
    remains = find_remains(machine, words)
    assert any("certificate" in found for found in remains), "the search does not find what is there"
    clerk.write("yes\nyes\n")
    assert clerk.wait() == 0, clerk.text()
    remains = find_remains(machine, words)
    assert not remains, "\n".join(remains)
    person = json.loads((SOURCE / "tests" / "simulator" / "people.json").read_text())["people"]["yamada"]
    paper = person["center"]["entries"][0]
    numbers = [word for option, name in NUMBERS.items() if name in paper for word in (f"--{option}", paper[name].strip())]
    for _ in range(3):
        machine.run("shikakuctl", "check", *numbers, "--json", user="tester")
    simulator.card("eject")
    simulator.card("insert", "yamada")
    machine.run(*check, user="tester", input="1234\nno\nyes\n")
    remains = find_remains(machine, words)
    assert not remains, "\n".join(remains)


def test_killed_often(machine):
    """Killed many times, each time as soon as it is up: back each time, and at once. Killed again and again within a minute: it
    has failed, everybody is told so, and it is started again by itself."""
    times = restarts(machine, "SIGKILL", KILLS)
    print(f"back after {min(times)} to {max(times)} ms: {times}")
    assert machine.show("shikakud", "RestartUSec")["RestartUSec"] == "0"
    machine.run("shikakuctl", "status", user="tester")
    assert machine.show("shikakud", "NRestarts")["NRestarts"] == str(KILLS)
    write_drop_in(machine, "shikakud-again", "[Service]\nExecStartPre=\nExecStartPre=/usr/bin/sleep 20\n")
    write_drop_in(machine, "shikakud", "[Unit]\nStartLimitIntervalSec=20s\nStartLimitBurst=3\n")
    machine.run("sh", "-c", KILL_UNTIL_FAILED)
    machine.run("shikakuctl", "status", user="tester", status=NO_DAEMON)
    assert "ended by a signal again and again, and is started again once a minute (signal 9)" in machine.errors, machine.errors
    machine.run(*PING, user="tester", status=1)
    assert "the service shikakud does not run: signal 9" in machine.errors, machine.errors
    machine.systemctl("start", "shikakud-again")  # it is under way: this waits for its end
    machine.systemctl("is-active", "shikakud")
    machine.run("shikakuctl", "status", user="tester")
    machine.run("sh", "-c", KILL_UNTIL_FAILED)
    machine.systemctl("stop", "shikakud")  # whoever stops it means it
    assert machine.show("shikakud-again", "ActiveState")["ActiveState"] == "inactive"


# Each: systemd's status; what an administrator, or time, has done; the drop-in with a mistake; and what is said of it.
START_FAILURES = (
    (243, "LoadCredentialEncrypted=account:/etc/hostname", "a credential that its unit names cannot be read or decrypted"),
    (226, "ReadWritePaths=/nonesuch", "a folder that its unit names cannot be had"),
    (216, "SupplementaryGroups=nonesuch", "the group it shall run as does not exist"),
    (203, "ExecStart=\nExecStart=/usr/libexec/nonesuch", "its program cannot be run"),
    (200, "WorkingDirectory=/nonesuch", "the folder that it shall run in is not there"),
    (245, "RestrictFileSystems=ext4", None),
    (238, "StateDirectory=\nStateDirectory=passwd-state", None),
)


def test_start_failures(machine):
    """What fails before the daemon's own first step fails once: it is shown as failed, who calls is told at once, and so is who
    asks why; mended, a call alone brings it back."""
    write_drop_in(machine, "shikakud-again", "[Service]\nExecStartPre=\nExecStartPre=/usr/bin/touch /run/again\n")
    for status, mistake, sentence in START_FAILURES:
        machine.run("sh", "-c", "[ -e /var/lib/passwd-state ] || echo >/var/lib/passwd-state")  # a file in a folder's place
        write_drop_in(machine, "shikakud", f"[Service]\n{mistake}\n")
        machine.systemctl("restart", "shikakud", status=None)
        shown = machine.show("shikakud", "ActiveState", "ExecMainStatus", "NRestarts")
        if status == 245 and shown["ActiveState"] == "active":  # this kernel or systemd does not know the setting
            continue
        assert shown == {"ActiveState": "failed", "ExecMainStatus": str(status), "NRestarts": "0"}, shown
        for command in (PING, ("busctl", "call", NAME, "/org/shikaku/Shikaku1", NAME + ".Manager", "GetVisits")):
            machine.run(*command, user="tester", status=1)
            assert f"the service shikakud does not run: exit-code {status}; see: systemctl" in machine.errors, machine.errors
        machine.run("shikakuctl", "status", user="tester", status=NO_DAEMON)
        assert f"{sentence or ''}" in machine.errors and f"(exit-code {status})" in machine.errors, machine.errors
        assert machine.show("shikakud", "NRestarts")["NRestarts"] == "0"
        machine.run("sh", "-c", "while systemctl is-active shikakud-again | grep -q activating; do :; done")
        machine.run("test", "-e", "/run/again", status=1)  # it would fail again
        machine.run("rm", DROP_IN.format("shikakud"))
        machine.systemctl("daemon-reload")
        machine.run(*PING, user="tester")
        machine.systemctl("is-active", "shikakud")


def test_watchdog(machine):
    """The real loop feeds the watchdog; a daemon that stands still is started again."""
    machine.run("mkdir", "-p", "/run/systemd/system/shikakud.service.d")
    machine.write("/run/systemd/system/shikakud.service.d/watchdog.conf", "[Service]\nWatchdogSec=10s\n")
    machine.systemctl("daemon-reload")
    machine.systemctl("log-level", "debug")  # systemd then logs each message of the daemon
    follower = machine.spawn("journalctl", "--follow", "--lines=0", "--output=cat")
    machine.systemctl("restart", "shikakud")
    fed = r"shikakud.service: Got notification message.*\(WATCHDOG=1\)"
    follower.wait_line(rf"{fed}(.|\n)*{fed}")
    machine.systemctl("log-level", "info")
    assert machine.show("shikakud", "NRestarts")["NRestarts"] == "0"
    (milliseconds,) = restarts(machine, "SIGSTOP", 1)
    follower.wait_line("shikakud.service: Watchdog timeout")
    machine.run("shikakuctl", "status", user="tester")
    print(f"back {milliseconds} ms after it was stopped")


def test_stop(machine):
    """Stopping answers who waits, lets the card go, and leaves no failed unit behind."""
    simulator = Simulator(machine)
    clerk = machine.spawn("shikakuctl", "check", "--reader", "1", user="tester", until="PIN")
    machine.systemctl("stop", "shikakud")
    assert clerk.wait() == NO_DAEMON, clerk.text()
    shown = machine.show("shikakud", "Result", "ExecMainStatus", "ActiveState")
    assert shown == {"Result": "success", "ExecMainStatus": "0", "ActiveState": "inactive"}, shown
    assert not simulator.card("status")["powered"], simulator.card("status")
    machine.run("busctl", "status", NAME, status=1)


def test_wrong_configuration(machine):
    """A mistake in the configuration is named, and is not tried again and again; corrected, the service starts."""
    right = machine.run("cat", "/etc/shikaku/shikakud.conf")
    machine.write("/etc/shikaku/shikakud.conf", right + "Colour=blue\n")
    machine.systemctl("restart", "shikakud", status=1)
    shown = machine.show("shikakud", "ActiveState", "ExecMainStatus", "NRestarts")
    assert shown == {"ActiveState": "failed", "ExecMainStatus": str(EX_CONFIG), "NRestarts": "0"}, shown
    line = len(right.splitlines()) + 1
    journal = machine.journal("--unit=shikakud")
    assert re.search(rf"shikakud.conf:{line}: .*Colour", journal), journal
    assert "<3>" not in journal and "shikakud: " not in journal, journal
    machine.run("shikakuctl", "status", user="tester", status=NO_DAEMON)  # says so at once, to whom the journal is closed
    assert re.search(rf"The service shikakud has failed: .*shikakud.conf:{line}: .*Colour", machine.errors), machine.errors
    machine.systemctl("mask", "--runtime", "shikakud")
    machine.run("shikakuctl", "status", user="tester", status=NO_DAEMON)
    assert "The service shikakud is masked." in machine.errors, machine.errors
    machine.systemctl("unmask", "--runtime", "shikakud")
    machine.write("/etc/shikaku/shikakud.conf", right)
    machine.systemctl("restart", "shikakud")


def test_reload(machine):
    """A new configuration is in force when `systemctl reload` returns, and a visit under way does not notice; a wrong
    one is refused with its file and line, and the old one stays in force."""
    Simulator(machine)
    drop_in = "/etc/shikaku/shikakud.conf.d/10-desk.conf"
    machine.run("mkdir", "-p", "/etc/shikaku/shikakud.conf.d")
    clerk = machine.spawn("shikakuctl", "check", "--reader", "1", user="tester", until="PIN")
    pid = machine.show("shikakud", "MainPID")
    for seconds in (5000, 5001, 5002):
        machine.write(drop_in, f"[Visit]\nRetention={seconds}\n")
        machine.systemctl("reload", "shikakud")
        shown = machine.run("shikakuctl", "config", "show")
        assert re.search(rf"^Visit +Retention +{seconds} +{drop_in}:2$", shown, re.MULTILINE), shown
    machine.write(drop_in, "[Visit]\nRetention=forever\n")
    machine.systemctl("reload", "shikakud", status=1)
    for told in (machine.journal("--unit=shikakud"), machine.systemctl("status", "shikakud", status=None)):
        assert f"{drop_in}:2: key Retention of [Visit] must be a number of seconds" in told, told
    machine.systemctl("kill", "--kill-whom=main", "--signal=HUP", "shikakud")  # without asking first
    status = "The old configuration stays in force"
    follower = machine.spawn("journalctl", "--follow", "--lines=all", "--unit=shikakud", until=status)
    follower.kill()
    assert machine.run("shikakuctl", "config", "show") == shown
    shown = machine.show("shikakud", "ActiveState", "MainPID", "StatusText", "NRestarts")
    assert status in shown.pop("StatusText")
    assert shown == {"ActiveState": "active", "NRestarts": "0", **pid}, shown
    clerk.write("1234\n")
    assert clerk.wait() == 0, clerk.text()
    machine.run("rm", drop_in)
    machine.systemctl("reload", "shikakud")
    assert not machine.show("shikakud", "StatusText")["StatusText"]


def test_credentials_handed_over(machine):
    """The institution's files by LoadCredential=: nothing of them is left in /etc/shikaku, and a reload finds them."""
    Simulator(machine)
    files = ("center-ca.pem", "institution.cert.pem", "institution.key.pem", "account", "card-ca.pem")
    machine.run("mkdir", "-p", "/etc/credstore", "/run/systemd/system/shikakud.service.d")
    for file in files:
        machine.run("mv", f"/etc/shikaku/{file}", "/etc/credstore/")
    lines = "".join(f"LoadCredential={file}:/etc/credstore/{file}\n" for file in files)
    machine.write("/run/systemd/system/shikakud.service.d/credentials.conf", f"[Service]\n{lines}")
    machine.systemctl("daemon-reload")
    machine.systemctl("restart", "shikakud")
    for _ in range(2):
        shown = machine.run("shikakuctl", "config", "show")
        for file in files:
            assert re.search(rf" /run/credentials/shikakud.service/{file} +credential of the service$", shown,
                             re.MULTILINE), shown
        links = json.loads(machine.run("shikakuctl", "diagnose", "--json", user="tester", status=CANCELLED))
        assert all(link["State"] == "ok" for link in links if link["Link"] != "agent"), links
        machine.systemctl("reload", "shikakud")
    journal = machine.journal("--unit=shikakud")
    assert journal.count("The configuration is in order") == 2 and "Not set up" not in journal, journal


def test_name_refused(machine):
    """Nobody but the daemon's user may have its name, whether the daemon is there or not."""
    for _ in range(2):
        for user in ("tester", "other", "nobody"):
            machine.run("busctl", "call", *BUS, "RequestName", "su", NAME, "4", user=user, status=1)
            assert "Access denied" in machine.errors, machine.errors
        machine.systemctl("stop", "shikakud")
