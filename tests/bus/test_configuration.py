# SPDX-License-Identifier: LGPL-2.1-or-later
"""The configuration live: drop-ins, origins, reload by SIGHUP, --check-config, credentials of the service manager.

Comes in: a rig. Each function test_… is a case; meson.build lists them.
"""
import os
import re
import shutil
import signal
import socket
import subprocess
import time

from bus import MANAGER, ROOT, Agent, ObjectPath, Visits, call, expect_error
from loop import Watch, until, wait_for
from people import INSURED
from rig import KEYS, SOURCE

EX_CONFIG = 78
SECRET = "c4nary"  # in every value that is wrong: it is in no text


class Notifications:
    """What the daemon tells systemd: the socket of $NOTIFY_SOCKET."""

    def __init__(self, rig):
        self.path, self.seen = rig.folder / "notify", []
        self.socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.socket.bind(str(self.path))
        self.path.chmod(0o666)
        self.watch = Watch(self.socket.fileno(), self.on_ready)

    def on_ready(self):
        self.seen.append(dict(line.split("=", 1) for line in self.socket.recv(65536).decode().splitlines()))
        return True

    def wait(self):
        """Return: what was told until READY=1."""
        def find():
            ready = [number for number, fields in enumerate(self.seen) if "READY" in fields]
            return ready and self.seen[:ready[0] + 1]
        told = wait_for(find, f"READY=1 (now {self.seen})")
        del self.seen[:len(told)]
        return [fields for fields in told if "WATCHDOG" not in fields]


def start(rig, *wanted, **settings):
    notifications = Notifications(rig)
    rig.start(*wanted, "daemon", environment={"NOTIFY_SOCKET": str(notifications.path)}, **settings)
    notifications.wait()
    return notifications


def write_drop_in(rig, name, text):
    folder = rig.folder / "shikakud.conf.d"
    folder.mkdir(exist_ok=True)
    (folder / name).write_text(text)
    return folder / name


def reload(rig, notifications):
    """Return: the text for `systemctl status`; empty if all went well."""
    before = time.clock_gettime_ns(time.CLOCK_MONOTONIC) // 1000
    rig.daemon.kill(signal.SIGHUP)
    reloading, ready = notifications.wait()
    assert reloading["RELOADING"] == "1" and int(reloading["MONOTONIC_USEC"]) >= before, reloading
    return ready["STATUS"]


def read_configuration(rig):
    """Return: (group, key) → (value or None, origin)."""
    keys = call(rig.bus_connection("root"), ROOT, MANAGER, "GetConfiguration")
    return {(key["Group"], key["Key"]): (key.get("Value"), key["Origin"]) for key in keys}


def test_drop_ins(rig):
    """They come after the file, in the order of their names; what is hidden or called otherwise does not count."""
    write_drop_in(rig, "20-b.conf", "[Center]\nTimeout=21\n")
    first = write_drop_in(rig, "10-a.conf", "# the desk\n[Visit]\nRetention=11\n[Center]\nTimeout=12\n")
    write_drop_in(rig, ".30.conf", "nonsense\n")
    write_drop_in(rig, "40.conf.bak", "nonsense\n")
    rig.start("daemon")
    known = read_configuration(rig)
    assert known["Center", "Timeout"] == ("21", f"{first.with_name('20-b.conf')}:2"), known
    assert known["Visit", "Retention"] == ("11", f"{first}:3"), known
    assert known["Center", "TokenPin"] == (None, "default"), known
    assert known["Center", "InstitutionCode"][1].startswith(f"{rig.folder}/shikakud.conf:"), known


def test_right(rig):
    """Only who may manage sees it."""
    rig.start("daemon")
    for user in ("other", "tester"):
        expect_error("NotAuthorized", call, rig.bus_connection(user), ROOT, MANAGER, "GetConfiguration")
    assert read_configuration(rig)


def test_reload(rig):
    """A new value is in force at once, and a visit that is under way does not notice."""
    notifications = start(rig, "card", "center")
    reader = rig.wait_readers(2, present=1)[0]
    connection = rig.bus_connection("tester")
    patient = Agent(connection, pin=Agent.HANG).register(Reader=ObjectPath(reader))
    visits = Visits(connection)
    visit = visits.open(Reader=ObjectPath(reader))
    patient.wait("RequestPin")
    pid = rig.daemon.pid
    drop_in = write_drop_in(rig, "10.conf", "[Visit]\nRetention=5000\n")
    assert reload(rig, notifications) == ""
    assert read_configuration(rig)["Visit", "Retention"] == ("5000", f"{drop_in}:2")
    patient.finish_pin("1234")
    assert visit.wait_finished()[0] == "done"
    other = visits.check_number(INSURED)
    assert other.wait_finished()[0] == "done"
    for one in (visit, other):
        assert abs(one.get("Expires") / 1e6 - time.time() - 5000) < 60, one.get("Expires")
    drop_in.unlink()
    assert reload(rig, notifications) == ""
    assert read_configuration(rig)["Visit", "Retention"][0] == "60"
    assert rig.daemon.pid == pid and rig.daemon.is_running()


def test_reload_wrong(rig):
    """What is wrong changes nothing: all of the old configuration stays in force, and systemd is told what is wrong."""
    notifications = start(rig, "center")
    old = read_configuration(rig)
    (rig.folder / "shikakud.conf").write_text((rig.folder / "shikakud.conf").read_text().replace("=60", "=61"))
    bad = write_drop_in(rig, "10.conf", f"[Visit]\nRetention=70\n[Center]\nTimeout={SECRET}\n")
    status = reload(rig, notifications)
    assert f"{bad}:4: key Timeout of [Center] must be" in status and "old configuration stays" in status, status
    assert SECRET not in status + rig.read_log("shikakud") and status in rig.read_log("shikakud")
    assert read_configuration(rig) == old
    assert Visits(rig.bus_connection()).check_number(INSURED).wait_finished()[0] == "done"
    bad.unlink()
    (rig.folder / "shikakud.conf").rename(rig.folder / "away")
    assert "shikakud.conf" in reload(rig, notifications)  # it was asked for by name
    assert read_configuration(rig) == old
    (rig.folder / "away").rename(rig.folder / "shikakud.conf")
    assert reload(rig, notifications) == ""
    assert read_configuration(rig)["Visit", "Retention"][0] == "61"


def test_reload_center(rig):
    """Another address of the center is used once a login there has worked; until then, and if not, the old one is."""
    notifications = start(rig, "center")
    visits = Visits(rig.bus_connection())
    assert visits.check_number(INSURED).wait_finished()[0] == "done"
    nowhere = f"https://localhost:{rig.reserve_ports(1)}/oqs-api"
    write_drop_in(rig, "10.conf", f"[Center]\nURL={nowhere}\n")
    assert reload(rig, notifications) == ""
    assert read_configuration(rig)["Center", "URL"][0] == nowhere
    for _ in range(2):
        assert visits.check_number(INSURED).wait_finished()[0] == "done"
    write_drop_in(rig, "10.conf", f"[Center]\nURL={rig.center_url()}\nTimeout=9\n")
    rig.center("clear-log")
    assert reload(rig, notifications) == ""
    rig.center.wait("auth")
    assert visits.check_number(INSURED).wait_finished()[0] == "done"


def test_reload_often(rig):
    """Signals that come faster than they are served are not counted, and the last state of the files is in force."""
    notifications = start(rig)
    for number in range(1, 101):
        write_drop_in(rig, "10.conf", f"[Visit]\nRetention={number}\n")
        rig.daemon.kill(signal.SIGHUP)
    until(lambda: read_configuration(rig)["Visit", "Retention"][0] == "100", "the last value")
    notifications.wait()


def check(rig, path, environment=None):
    """Runs shikakud --check-config. Return: its status and what it printed."""
    process = rig.run_as("shikaku", rig.program("daemon/shikakud"), "--config", path, "--check-config", stdin="",
                         environment={"DBUS_SYSTEM_BUS_ADDRESS": "unix:path=/nowhere", **(environment or {})})
    return process.status, process.text() + rig.read_log(process.name)


MISTAKES = {
    "[Colour]": ":1: unknown group [Colour]; allowed are: Center, Card",
    "[Center": r":1: a group is written [Name]",
    "[Center]\nColour=" + SECRET: ":2: unknown key Colour in [Center]; allowed are: URL, ",
    "[Center]\n" + SECRET: ":2: neither a comment",
    "Timeout=1": ":1: key Timeout stands before the first [Group]",
    "[Center]\nTimeout=1\nTimeout=2": ":3: key Timeout of [Center] is given twice",
    "[Center]\nTimeout=0": ":2: key Timeout of [Center] must be a number of seconds from 1 to 120",
    "[Center]\nTimeout=121": "from 1 to 120",
    "[Visit]\nRetention=86401": "from 1 to 86400",
    "[Center]\nURL=http://" + SECRET: "must be an https:// URL",
    "[Center]\nURL=https://a:" + SECRET + "@b": "must be an https:// URL",
    "[Center]\nInstitutionCode=" + SECRET: "must be 10 digits",
    "[Center]\nAccount=" + SECRET: "must be an absolute path",
    "[Center]\nPrivateKey=pkcs11:object=a?pin-value=" + SECRET: "must be an absolute path, or a pkcs11: URI without pin-value",
    "[Center]\nTokenPin=pkcs11:object=a": "must be an absolute path",
    "[Center]\nCertificateAuthority=/nowhere/" + "x": ":2: key CertificateAuthority of [Center]: /nowhere/x: No such",
    "[Center]\nCertificate=/etc/passwd": "/etc/passwd: no certificate in it (PEM)",
    "[Center]\nPrivateKey=/dev/null": "not a file with something in it",
    "[Center]\nAccount=/etc/passwd": "key Account of [Center]: the account's file is not two lines",
    "[Card]\nCertificateAuthorities=/etc": "not a file with something in it",
}


def test_check_mistakes(rig):
    """Every kind of mistake, in the file and in a drop-in: named by file and line, with what is allowed; no value."""
    good = rig.configure()
    for mistake, expected in MISTAKES.items():
        drop_in = write_drop_in(rig, "10.conf", mistake)
        status, text = check(rig, good)
        assert status == EX_CONFIG and f"{drop_in}:" in text and expected in text, (mistake, status, text)
        assert SECRET not in text, text
        drop_in.unlink()
        alone = rig.folder / "alone.conf"
        alone.write_text(mistake)
        status, text = check(rig, alone)
        assert status == EX_CONFIG and f"{alone}:" in text and expected in text and SECRET not in text, (mistake, text)


def test_check_good(rig):
    """All is in order: status 0, and neither bus nor card nor center was needed for it; so it is where nothing is set up."""
    status, text = check(rig, rig.configure())
    assert status == 0 and "in order" in text and "Not set up" not in text, (status, text)
    status, text = check(rig, rig.folder / "missing.conf")
    assert status == EX_CONFIG and "missing.conf" in text, (status, text)
    empty = rig.folder / "empty.conf"
    empty.write_text("")
    status, text = check(rig, empty)
    assert "Not set up" in text and "key URL of [Center]" in text, (status, text)
    assert status == 0 or "Permission denied" in text, (status, text)  # where a daemon is installed, its files are its own
    check_terminals(rig)


def check_terminals(rig):
    """Folders come in pairs, and no two terminals share one; a share that is not there is none of this."""
    path = rig.folder / "terminal.conf"
    password = rig.folder / "password"
    for text, expected in (
            ("[Terminal]\nRequests=/a\nAnswers=/b\nFaces=/c\n[Terminal two]\nFaces=/d\n", None),
            ("[Terminal]\nRequests=/a\n", ":2: key Requests of [Terminal] is of no use without Answers"),
            ("[Terminal two]\nTKKAnswers=/a\n", ":2: key TKKAnswers of [Terminal two] is of no use without TKKRequests"),
            ("[Terminal]\nFaces=/c\n[Terminal two]\nFaces=/c/\n",
             ":4: key Faces of [Terminal two] is the folder of [Terminal]"),
            ("[Terminal]\nFaces=/c\n[Terminal two]\nCopies=/d:/c/\n",
             ":4: key Copies of [Terminal two] names the folder Faces of [Terminal]"),
            ("[Terminal]\nFaces=/c\n[Terminal Terminal]\nFaces=/d\n", "[Terminal Terminal] has the name of [Terminal]"),
            (f"[Terminal]\nFaces=/c\nZipPassword={password}\n", ":3: key ZipPassword of [Terminal]")):
        path.write_text(text)
        status, said = check(rig, path)
        if expected is None:
            assert status == 0 or "Permission denied" in said, said
            assert "URL of" not in said, said  # a desk that has a terminal may do without
        else:
            assert status == EX_CONFIG and expected in said, said


def test_check_pair(rig):
    """A key of another certificate, and files that the daemon's user may not read."""
    path = rig.configure()
    key = rig.folder / "credentials" / "institution.key.pem"
    shutil.copy(KEYS / "foreign-center.key.pem", key)
    status, text = check(rig, path)
    assert status == EX_CONFIG and str(key) in text, (status, text)
    shutil.copy(KEYS / "institution.key.pem", key)
    key.chmod(0)
    status, text = check(rig, path)
    assert status == EX_CONFIG and re.search(r"shikakud.conf:\d+: key PrivateKey of \[Center\]: .*denied", text), text


def test_check_files(rig):
    """Files that look right, and that the daemon would not take."""
    path = rig.configure()
    folder = rig.folder / "credentials"

    def expect(fault, file, content=None):
        old, mode = file.read_bytes(), file.stat().st_mode
        if content is None:
            file.unlink()
            os.mkfifo(file)
        else:
            file.write_bytes(content)
        status, text = check(rig, path)
        assert status == EX_CONFIG and str(file) in text and fault in text, (file, status, text)
        file.unlink()
        file.write_bytes(old)
        file.chmod(mode)
        shutil.chown(file, rig.user("shikaku").uid)

    authorities = (folder / "card-ca.pem").read_bytes()
    broken = b"-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"
    for name in ("card-ca.pem", "center-ca.pem", "institution.cert.pem"):
        expect("no certificate" if name != "center-ca.pem" else "PEM", folder / name,
               authorities + broken if name == "card-ca.pem" else broken)
    for name in ("card-ca.pem", "center-ca.pem", "institution.cert.pem", "institution.key.pem", "account"):
        expect("not a file with something in it", folder / name)
    expect("not text", folder / "account", "the account\nthe password\n".encode("utf-16"))
    for exposed in (folder / "card-ca.pem", folder / "center-ca.pem", folder,
                    write_drop_in(rig, "10.conf", "[Visit]\nRetention=1\n").parent):
        mode = exposed.stat().st_mode
        exposed.chmod(mode | 0o002)
        status, text = check(rig, path)
        assert status == EX_CONFIG and f"{exposed}: everybody may write it" in text, (exposed, status, text)
        exposed.chmod(mode)
    shutil.chown(folder / "card-ca.pem", rig.user("tester").uid)
    status, text = check(rig, path)
    assert status == EX_CONFIG and "it belongs to user" in text, (status, text)
    shutil.chown(folder / "card-ca.pem", rig.user("shikaku").uid)
    assert check(rig, path)[0] == 0


def test_pipes(rig):
    """A pipe in the place of each file: the daemon answers, and says which it is. An account that an editor has marked
    does its work."""
    rig.start("center", "bus")
    rig.configure()
    folder = rig.folder / "credentials"
    account = (folder / "account").read_bytes()
    for name in ("account", "card-ca.pem", "center-ca.pem", "institution.cert.pem", "institution.key.pem"):
        (folder / name).unlink()
        os.mkfifo(folder / name, 0o600)
        shutil.chown(folder / name, rig.user("shikaku").uid)
    rig.start_daemon()
    connection = rig.bus_connection()
    for name in ("center-ca.pem", "institution.cert.pem", "institution.key.pem", "account", None):
        state, error, _details = Visits(connection).check_number(INSURED).wait_finished()
        call(connection, ROOT, "org.freedesktop.DBus.Peer", "Ping")
        if name is None:
            assert state == "done", (state, error)
            break
        assert state == "failed" and error == "CredentialMissing", (name, state, error)
        assert str(folder / name) in rig.read_log("shikakud"), (name, rig.read_log("shikakud"))
        (folder / name).unlink()
        (folder / name).write_bytes(b"\xef\xbb\xbf" + account if name == "account" else (KEYS / name).read_bytes())
        shutil.chown(folder / name, rig.user("shikaku").uid)


def test_drop_in_unreadable(rig):
    """A drop-in that may not be read is an error, at the start as well: who wrote it meant it."""
    path = rig.configure()
    write_drop_in(rig, "10.conf", "[Visit]\nRetention=1\n").chmod(0o600)
    status, text = check(rig, path)
    assert status == EX_CONFIG and "10.conf" in text, (status, text)
    process = rig.run_as("shikaku", rig.program("daemon/shikakud"), "--config", path, stdin="")
    assert process.status == EX_CONFIG


def test_credentials_directory(rig):
    """Files that the service manager hands over (LoadCredential=) stand in for the defaults, and do the job; those of a single
    byte, which the unit has in place of what is not there, do not."""
    rig.start("center", "bus")
    rig.configure()
    folder = rig.folder / "handed-over"
    (rig.folder / "credentials").rename(folder)
    for file in folder.iterdir():
        shutil.chown(file, rig.user("shikaku").uid)
    (folder / "token-pin").write_text("-")
    rig.start_daemon(environment={"CREDENTIALS_DIRECTORY": str(folder)}, Center_CertificateAuthority=None,
                     Center_Certificate=None, Center_PrivateKey=None, Center_Account=None,
                     Card_CertificateAuthorities=None)
    known = read_configuration(rig)
    assert known["Center", "PrivateKey"] == (f"{folder}/institution.key.pem", "credential"), known
    assert known["Card", "CertificateAuthorities"] == (f"{folder}/card-ca.pem", "credential"), known
    assert known["Center", "TokenPin"] == (None, "default"), known
    assert Visits(rig.bus_connection()).check_number(INSURED).wait_finished()[0] == "done"


def test_help(rig):
    """The options are those of the manual page."""
    done = subprocess.run([rig.program("daemon/shikakud"), "--help"], capture_output=True, text=True, check=True)
    for option in ("--config", "--check-config", "--version"):
        assert option in done.stdout, done.stdout


# paper

GIVEN = "Terminal_Timeout"  # so that there is a terminal; it is the default


def read_example():
    """Return: (group, key) → what the installed file shows as its value, and the comment before it."""
    shown, group, comment = {}, None, ""
    for line in (SOURCE / "data" / "shikakud.conf").read_text().splitlines():
        if found := re.match(r"#?\[(\w+)\]$", line):
            group, comment = found[1], ""
            continue
        elif found := re.match(r"#(\w+)=(.*)$", line):
            shown[group, found[1]] = found[2], comment
            continue
        comment = comment + line[1:] if line.startswith("#") else ""
    return shown


def read_manual():
    """Return: (group, key) → what the manual page says."""
    text = (SOURCE / "data" / "man" / "shikakud.conf.5").read_text()
    return {(group, key): said.replace("\n", " ")
            for group, section in re.findall(r"^\.Ss Group (\w+)\n(.*?)^\.El$", text, re.MULTILINE | re.DOTALL)
            for key, said in re.findall(r"^\.It Sy (\w+)\n(.*?)(?=^\.It|\Z)", section, re.MULTILINE | re.DOTALL)}


def test_paper(rig):
    """Program, installed file and manual page name the same keys, types, limits and defaults."""
    nothing = rig.folder / "nothing.conf"
    rig.start("daemon", **{**{f"{group}_{key}": None for group, key in read_example()}, GIVEN: "30"})
    known = read_configuration(rig)
    example, manual = read_example(), read_manual()
    assert list(known) == list(example) == list(manual), (list(known), list(example), list(manual))
    for (group, key), (default, origin) in known.items():
        nothing.write_text(f"[{group}]\n{key}=\t")
        _status, text = check(rig, nothing)
        allowed = re.search(rf"nothing.conf:2: key {key} of \[{group}\] must be (.*)", text)
        value, comment = example[group, key]
        assert (origin == "default" or f"{group}_{key}" == GIVEN) and allowed, (group, key, text)
        if limits := re.search(r"seconds from (\d+) to (\d+)", allowed[1]):
            written = f"seconds, {limits[1]} to {limits[2]}"
            assert written in comment and written in manual[group, key], (key, written)
        if "10 digits" in allowed[1]:
            assert "10 digits" in comment and "10 digits" in manual[group, key], key
        if default is None:
            assert "No default" in comment and "No default" in manual[group, key], key
        else:
            assert value == default, key
            assert re.search(rf"Default: (\.Pa )?{re.escape(default)} ?\.", manual[group, key]), (key, manual[group, key])
        kind = manual[group, key].split()[0]
        assert (kind == "Credential:") == ("pkcs11" in allowed[1]), key
        assert (kind == "Path") == (allowed[1] == "an absolute path"), (key, allowed[1])
