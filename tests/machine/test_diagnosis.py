# SPDX-License-Identifier: LGPL-2.1-or-later
"""Each fault of data/doc/diagnosis.md, made on a booted machine: Diagnose names its link and its cause, and tells the desk and
the technician what that table says. Nothing but the loopback is asked, and each row prints how long the answer took."""
import json
import re
import shutil
import time
import unicodedata
from pathlib import Path

from desk import CONFIGURATION, CREDENTIALS, KEYS, PORT, Simulator
from packages import BUILD, SOURCE
from test_guides import take

GUIDE = (SOURCE / "data" / "doc" / "diagnosis.md").read_text()
CAUSES = {cause: {"Link": link, "State": state, "Staff": staff, "Technician": technician}
          for link, cause, state, staff, technician in re.findall(
              r"^\| [^|]+ \| `(\w+)` \| `([a-z-]+)` \| (\w+) \| ([^|]+) \| ([^|]+) \|$", GUIDE, re.MULTILINE)}
WITHOUT_DAEMON = {fault: (says, int(code)) for fault, says, code in re.findall(
    r"^\| ([^|]+) \| ([A-Z][^|]+) \| (\d+) \|$", GUIDE, re.MULTILINE)}
URL = f"https://localhost:{PORT}/oqs-api"
HANGS = 60  # seconds: no answer is that late, on whatever machine; how late it is, is printed
LOCALE = "cp -r /usr/lib/locale/C.utf8 /usr/lib/locale/ja_JP.utf8"
EXIT_CODES = {"daemon": 69, "agent": 7, "pcscd": 4, "reader": 4, "card": 3}  # of the first that failed; else 5

# A host that does not answer: what the kernel cannot put in line any more, it drops.
SILENT_HOST = """
import signal, socket
server = socket.create_server(("127.0.0.1", 8444), backlog=0)
line = [socket.create_connection(("127.0.0.1", 8444))]
print("ready", flush=True)
signal.pause()
"""
# What else may be at a center's port: one that speaks HTTP without TLS, and one that hangs up.
OTHER_SERVERS = """
import socket, threading
def serve(port, greeting):
    server = socket.create_server(("127.0.0.1", port))
    while True:
        peer = server.accept()[0]
        peer.recv(65536)
        peer.sendall(greeting)
        peer.close()
threading.Thread(target=serve, args=(8446, b"HTTP/1.1 400 Bad Request\\r\\n\\r\\n")).start()
threading.Thread(target=serve, args=(8447, b"")).start()
print("ready", flush=True)
"""
# A center with a certificate of its own, in the folder $1; on standard input what certtool makes it of.
SERVER_KEYS = """set -e
cp -r /var/lib/simulator $1
cd $1
cat > template
printf 'cn=CA\\nca\\ncert_signing_key\\nexpiration_days=1000\\n' > ca.template
certtool --generate-privkey --key-type ecdsa --outfile ca.key.pem
certtool --generate-self-signed --load-privkey ca.key.pem --template ca.template --outfile center-ca.pem
certtool --generate-privkey --key-type ecdsa --outfile center.key.pem
certtool --generate-certificate --load-privkey center.key.pem --load-ca-privkey ca.key.pem \
    --load-ca-certificate center-ca.pem --template template --outfile center.cert.pem
install --group=shikaku --mode=640 center-ca.pem /etc/shikaku/$(basename $1)-ca.pem
"""
TIMED = "begin=$EPOCHREALTIME; \"$@\"; status=$?; echo \"took $begin $EPOCHREALTIME\" >&2; exit $status"

# Not made here, and what shows them: a moment, a driver, another pcscd than this one.
ELSEWHERE = {"stopping": "tests/bus/test_manager.py", "pcscd-refuses": "tests/unit/test-station-diagnose.c",
             "center-slow": "tests/unit/test-web-examination.c",
             "center-unsteady": "tests/bus/test_outage.py",
             "ledger-rolled-back": "tests/bus/test_ledger.py", "witness-silent": "tests/bus/test_ledger.py",
             **dict.fromkeys(("terminal-off", "share-missing", "share-refused", "share-full", "link-program-dead",
                              "terminal-silent", "zip-password", "copies-fail", "files-taken", "files-unreadable",
                              "answers-late", "left-overs", "terminal-clock", "zip-weak"),
                             "tests/unit/test-terminal-links.c; tests/center/test_transports.py")}


def ask(machine, *options, user="tester"):
    """Return: what shikakuctl diagnose printed; .status and .errors of the machine are set, and how long it took."""
    begin = time.monotonic()
    printed = machine.run("bash", "-c", TIMED, "-", "shikakuctl", "diagnose", *options, user=user, status=None)
    assert time.monotonic() - begin < HANGS
    first, last = re.search(r"^took ([\d.]+) ([\d.]+)$", machine.errors, re.MULTILINE).groups()
    return printed, float(last) - float(first)


def expect(machine, cause, evidence="", until=False, user="tester"):
    """The first link that is not well is the one of @cause. @until: others see first that it happened."""
    expected = CAUSES[cause]
    end = time.monotonic() + HANGS
    while True:
        printed, seconds = ask(machine, "--json", user=user)
        links = json.loads(printed)
        first = next((link for link in links if link["State"] in ("degraded", "failed")
                      and (link["Link"] != "agent" or expected["Link"] == "agent")), {})  # nobody is at these readers
        if not until or first.get("Cause") == cause or time.monotonic() > end:
            break
    assert first.get("Cause") == cause, f"{cause}: {json.dumps(links, indent=1)}\n{machine.errors}"
    assert {key: first[key] for key in expected} == expected, first
    assert evidence in first["Evidence"], first
    failed = sorted((link["Link"] for link in links if link["State"] == "failed"), key=lambda link: link == "agent")
    assert machine.status == (EXIT_CODES.get(failed[0], 5) if failed else 2), (machine.status, failed)
    print(f"| {cause} | {first['Link']} | {seconds:.2f} s | {first['Evidence']} |")
    return links


def expect_well(machine):
    links = json.loads(ask(machine, "--json")[0])
    for link in links:  # nobody is at the readers, and the card was just put in
        assert link["State"] == "ok" or link["Link"] in ("agent", "card"), links


def configure(machine, url=URL, **values):
    """Another configuration, in force."""
    lines = "".join(f"{key}={value}\n" for key, value in values.items())
    machine.write("/etc/shikaku/shikakud.conf", CONFIGURATION.replace(URL, url) + lines)
    machine.systemctl("restart", "shikakud")


def put_back(machine):
    """Everything of the institution's is right again."""
    for name in CREDENTIALS:
        machine.run("install", "--group=shikaku", "--mode=640", f"{KEYS}/{name}", f"/etc/shikaku/{name}")
    machine.systemctl("restart", "shikakud")


def make_server_keys(machine, folder, *lines):
    """A center's keys in @folder, its CA in /etc/shikaku/NAME-ca.pem."""
    template = "\n".join(["cn=Center", "signing_key", "tls_www_server", *lines, ""])
    machine.run("sh", "-c", SERVER_KEYS, "-", folder, input=template)


def count_columns(line):
    return sum(2 if unicodedata.east_asian_width(character) in "WF" else 1 for character in line)


def show(machine, language="ja_JP.UTF-8"):
    """As a person sees it, on a terminal of 80 columns. Return: the text."""
    machine.run("sh", "-c", f"[ -e /usr/lib/locale/ja_JP.utf8 ] || {LOCALE}")
    text = machine.run("script", "--quiet", "--command", "stty cols 80; shikakuctl diagnose", "/dev/null", user="tester",
                       environment={"LC_ALL": language, "TERM": "dumb"}, status=None)
    for line in text.splitlines():
        assert count_columns(line.rstrip("\r")) <= 80, line
    print(text)
    return text


def test_settings(machine):
    """Nothing configured is told without a question; then what is wrong with the institution's files."""
    simulator = Simulator(machine)
    expect_well(machine)
    machine.write("/etc/shikaku/account", "1312345678001\nwrong\n", mode="640", owner="root:shikaku")
    machine.systemctl("reload", "shikakud")
    expect(machine, "settings-refused", "refused: ", until=True)  # the center is asked behind the reload
    simulator.center("fault refuse-connection")
    machine.systemctl("reload", "shikakud")
    expect(machine, "settings-waiting", "waiting: ", until=True)
    simulator.center("clear-faults")
    put_back(machine)
    machine.write("/etc/shikaku/shikakud.conf", "")
    machine.systemctl("restart", "shikakud")
    since = machine.show("shikakud", "InvocationID")["InvocationID"]
    journal = machine.journal(f"_SYSTEMD_INVOCATION_ID={since}")
    assert "not set in [Center] of shikakud.conf: URL, InstitutionCode" in journal, journal
    assert re.search(r"Center +offline \(not set up yet\)\n +What is wrong", machine.run("shikakuctl", "status", user="tester"))
    expect(machine, "settings-missing", "URL, InstitutionCode")
    assert "設定" in show(machine) and "まだセンターに接続する設定が" in show(machine)

    machine.write("/etc/shikaku/shikakud.conf", CONFIGURATION)
    machine.run("rm", "/etc/shikaku/institution.key.pem")
    machine.systemctl("restart", "shikakud")
    expect(machine, "file-unreadable", "/etc/shikaku/institution.key.pem")
    machine.write("/etc/shikaku/institution.key.pem", "garbage\n", mode="640", owner="root:shikaku")
    expect(machine, "file-invalid", "no private key in it")
    put_back(machine)
    machine.write("/etc/shikaku/institution.cert.pem", "garbage\n", mode="640", owner="root:shikaku")
    machine.systemctl("restart", "shikakud")
    expect(machine, "file-invalid", "no certificate in it")
    put_back(machine)
    machine.run("install", "--group=shikaku", "--mode=640", f"{KEYS}/foreign-institution.key.pem",
                "/etc/shikaku/institution.key.pem")
    machine.systemctl("restart", "shikakud")
    expect(machine, "key-mismatch", "/etc/shikaku/institution.cert.pem")
    put_back(machine)
    machine.run("install", "--group=shikaku", "--mode=640", f"{KEYS}/institution-expired.cert.pem",
                "/etc/shikaku/institution.cert.pem")
    machine.systemctl("restart", "shikakud")
    expect(machine, "certificate-expired", "this computer's clock says 2")
    put_back(machine)
    machine.run("chmod", "644", "/etc/shikaku/institution.key.pem")
    machine.systemctl("restart", "shikakud")
    expect(machine, "secrets-exposed", "/etc/shikaku/institution.key.pem (mode 0644")
    put_back(machine)
    machine.run("rm", "/etc/shikaku/account")
    machine.systemctl("restart", "shikakud")
    expect(machine, "account-unreadable", "/etc/shikaku/account")
    put_back(machine)
    template = "cn=Soon\nca\ncert_signing_key\nexpiration_days=10\n"
    machine.write("/tmp/template", template)
    machine.run("sh", "-c", "cd /tmp && certtool --generate-privkey --outfile key.pem && certtool --generate-self-signed"
                " --load-privkey key.pem --template template >> /etc/shikaku/card-ca.pem")
    machine.systemctl("restart", "shikakud")
    expect(machine, "certificate-ends", "card-ca", until=True)  # the calendar is read a moment after the start
    put_back(machine)
    expect_well(machine)


def test_store(machine):
    """The key of the store is there since the installation; without it, and with what is none, the desk works and is told."""
    key = "/etc/credstore.encrypted/shikaku-store-key"
    Simulator(machine)
    assert "its key is there" in ask(machine)[0]
    before = machine.run("sha256sum", key)
    machine.run("dpkg-reconfigure", "shikakud")
    assert machine.run("sha256sum", key) == before
    machine.run("mv", key, "/root")
    machine.systemctl("restart", "shikakud")
    expect(machine, "store-key-missing", "no credential shikaku-store-key")
    machine.run("sh", "-c", f"echo short | systemd-creds encrypt --with-key=host --name=shikaku-store-key - {key}")
    machine.systemctl("restart", "shikakud")
    expect(machine, "store-key-invalid", "not 32 bytes")
    assert "保存データ" in show(machine)
    machine.run("rm", key)
    machine.run("dpkg-reconfigure", "shikakud")
    machine.systemctl("restart", "shikakud")
    expect_well(machine)
    assert machine.run("stat", "--format=%a %U:%G", key).strip() == "600 root:root"
    machine.run("bash", "-e", "-o", "pipefail", "-c", take("cd /etc/credstore.encrypted"))
    machine.run("systemd-creds", "decrypt", "--name=shikaku-store-key-previous", f"{key}-previous", "/root/previous")
    machine.systemctl("is-active", "shikakud")
    expect_well(machine)


def test_token(machine):
    """The key in a token that is not there, that does not have it, or that wants another PIN."""
    Simulator(machine)
    machine.run("mkdir", "-p", "/etc/systemd/system/shikakud.service.d")
    machine.write("/etc/systemd/system/shikakud.service.d/token.conf",
                  "[Service]\nSupplementaryGroups=softhsm\nReadWritePaths=/var/lib/softhsm/tokens\n")
    machine.systemctl("daemon-reload")
    machine.run("softhsm2-util", "--init-token", "--free", "--label", "Clinic", "--pin", "271828", "--so-pin", "081508")
    machine.run("chown", "-R", "shikaku:", "/var/lib/softhsm/tokens")
    configure(machine, PrivateKey="pkcs11:token=Nowhere;object=key")
    expect(machine, "token-missing", "pkcs11:token=Nowhere")
    key = "pkcs11:token=Clinic;object=key"
    configure(machine, PrivateKey=key)
    expect(machine, "token-pin", "wants a PIN")
    pin = "/etc/shikaku/token-pin"
    machine.write(pin, "000000\n", mode="640", owner="root:shikaku")
    configure(machine, PrivateKey=key, TokenPin=pin)
    expect(machine, "token-pin", "refused the PIN")
    machine.write(pin, "271828\n", mode="640", owner="root:shikaku")
    machine.systemctl("restart", "shikakud")
    expect(machine, "token-object", key)


def test_center(machine):
    """What the center does: each fault of the simulated one."""
    simulator = Simulator(machine)

    def make(fault, cause, evidence=""):
        simulator.center(f"fault {fault}")
        machine.systemctl("restart", "shikakud")  # which asks by itself, since a card is there
        expect(machine, cause, evidence)
        simulator.center("clear-faults")

    make("silent path=tls always", "tls-silent", f"localhost port {PORT}")
    make("old-tls 11", "tls-version", f"localhost port {PORT}")
    make("foreign-certificate", "server-untrusted", f"localhost port {PORT}")
    make("weak-certificate", "server-weak", f"localhost port {PORT}")
    make("client-certificate", "server-weak", f"localhost port {PORT}")
    make("silent path=auth always", "center-silent", f"localhost port {PORT}")
    make("drop path=auth always", "center-cut", f"localhost port {PORT}")
    make("status 500 path=auth always", "center-faulty", "HTTP status 500")
    make("redirect path=auth always", "redirected", "HTTP status 302")
    make("garbage path=auth always", "answer-invalid")
    make("status 503 path=auth always", "center-busy", "HTTP status 503")
    make("status 404 path=auth always", "path-wrong", f"{URL}/auth")
    make("status 405 path=auth always", "path-wrong", "HTTP status 405")
    make("status 400 path=auth always", "path-wrong", "HTTP status 400")
    expect_well(machine)
    simulator.center("fault error-code XYZ path=card/challenge always")
    links = expect(machine, "center-refuses")
    assert [link.get("Code") for link in links if link["Link"] == "center"] == ["XYZ"], links
    simulator.center("clear-faults")

    configure(machine, url=f"https://localhost:{PORT}/elsewhere")
    expect(machine, "path-wrong", "/elsewhere/auth was answered with HTTP status 404")
    configure(machine)
    machine.write("/etc/shikaku/account", "1312345678001\nwrong\n", mode="640", owner="root:shikaku")
    machine.systemctl("restart", "shikakud")
    expect(machine, "account-refused")
    assert "アカウント" in show(machine)
    put_back(machine)
    for file in ("cert", "key"):
        machine.run("install", "--group=shikaku", "--mode=640", f"{KEYS}/foreign-institution.{file}.pem",
                    f"/etc/shikaku/institution.{file}.pem")
    machine.systemctl("restart", "shikakud")
    expect(machine, "certificate-refused", "refused the client certificate")


def test_line(machine):
    """The way to a center on this computer: port, certificate. The line itself is test_line.py's."""
    Simulator(machine)
    make_server_keys(machine, "/expired", "dns_name=localhost", 'activation_date="2025-01-01"', 'expiration_date="2026-01-01"')
    machine.spawn("shikaku-sim-center", "--keys", "/expired", "--port", "8445", "--control", "/run/simulator/expired",
                  until="^listening ")
    configure(machine, url="https://localhost:8445/oqs-api", CertificateAuthority="/etc/shikaku/expired-ca.pem")
    expect(machine, "server-expired", "localhost port 8445 has expired, by this computer's clock")
    machine.run("sh", "-c", "echo 127.0.0.1 other.test >> /etc/hosts")
    configure(machine, url=f"https://other.test:{PORT}/oqs-api")
    expect(machine, "server-name", f"other.test port {PORT}")
    configure(machine, url="https://192.0.2.1:8443/oqs-api")
    expect(machine, "interface-missing", "no network interface")
    assert "ネットワーク機器" in show(machine)
    machine.spawn("/usr/bin/python3", "-c", OTHER_SERVERS, until="^ready$")
    configure(machine, url="https://localhost:8446/oqs-api")
    expect(machine, "tls-missing", "localhost port 8446 answers, and does not speak TLS")
    configure(machine, url="https://localhost:8447/oqs-api")
    expect(machine, "tls-cut", "localhost port 8447 cut")
    configure(machine, url="https://localhost:1/oqs-api")
    expect(machine, "connection-refused", "localhost port 1 refused")
    machine.spawn("/usr/bin/python3", "-c", SILENT_HOST, until="^ready$")
    configure(machine, url="https://127.0.0.1:8444/oqs-api")
    expect(machine, "line-silent", "127.0.0.1 port 8444")

    machine.run("mkdir", "-p", "/etc/systemd/system/shikakud.service.d")
    machine.write("/etc/systemd/system/shikakud.service.d/deny.conf", "[Service]\nIPAddressDeny=any\n")
    machine.systemctl("daemon-reload")
    configure(machine)
    expect(machine, "line-silent", f"localhost port {PORT}")


def set_clock(machine, seconds):
    machine.write("/etc/shikaku/clock", f"{seconds} 0 1", mode="644")
    machine.systemctl("kill", "--kill-whom=main", "--signal=USR1", "shikakud")


def test_clock(machine):
    """A clock that is wrong, which the daemon alone sees here (tests/rig/clock.c)."""
    Simulator(machine)
    year = 365 * 86400
    shutil.copy(Path(BUILD).parent / "tests" / "rig" / "libclock.so", machine.root / "usr" / "lib" / "shikaku-clock.so")
    machine.run("mkdir", "-p", "/etc/systemd/system/shikakud.service.d")
    machine.write("/etc/systemd/system/shikakud.service.d/clock.conf",
                  "[Service]\nEnvironment=LD_PRELOAD=/usr/lib/shikaku-clock.so SHIKAKU_TEST_CLOCK=/etc/shikaku/clock\n")
    machine.systemctl("daemon-reload")
    machine.systemctl("restart", "shikakud")
    expect_well(machine)
    set_clock(machine, 600)
    expect(machine, "clock-off", "10 minutes ahead")
    set_clock(machine, 10 * year)  # it has heard of the center's
    links = expect(machine, "clock-wrong", "ahead of the center's clock")
    assert next(link for link in links if link["Link"] == "credential")["State"] == "unknown", links
    assert "時計" in show(machine)
    machine.systemctl("restart", "shikakud")
    set_clock(machine, 40 * year)  # it has not
    expect(machine, "clock-wrong", "every certificate is over", until=True)  # the calendar is read in its turn
    machine.systemctl("restart", "shikakud")
    set_clock(machine, -10 * year)
    expect(machine, "clock-wrong")
    machine.systemctl("restart", "shikakud")
    set_clock(machine, -60 * 86400)  # before the certificate's first day
    expect(machine, "clock-wrong", "is not valid yet")


def test_services(machine):
    """The services beside it, stopped and masked; readers and cards."""
    simulator = Simulator(machine)
    simulator.card("fault mute sign")
    machine.run("shikakuctl", "check", "--reader", "1", user="tester", input="1234\n", status=3)
    expect(machine, "card-mute", "not answering: 1")
    simulator.card("eject")
    expect(machine, "no-agent", "none at reader 1")
    machine.spawn("shikakuctl", "agent", "--reader", "1", user="patient", until="Ctrl-C")
    expect(machine, "agent-missing", "none at reader 2")
    machine.systemctl("stop", "pcscd.socket", "pcscd.service")
    expect(machine, "pcscd-stopped", until=True)
    machine.systemctl("mask", "pcscd.socket", "pcscd.service")
    expect(machine, "pcscd-masked", "masked")
    assert "無効に" in show(machine)
    machine.systemctl("unmask", "pcscd.socket", "pcscd.service")
    machine.run("sh", "-c", "mkdir /away && mv /lib/systemd/system/pcscd.* /etc/reader.conf.d/* /away")
    machine.systemctl("daemon-reload")
    expect(machine, "pcscd-missing", "not installed")
    machine.run("sh", "-c", "mv /away/pcscd.* /lib/systemd/system")
    machine.systemctl("daemon-reload")
    machine.systemctl("start", "pcscd.socket", "pcscd.service")
    expect(machine, "no-reader", "readers: 0", until=True)

    machine.systemctl("mask", "--now", "polkit")
    expect(machine, "polkit-masked", "polkit.service", user="root")
    expect_words(machine, "polkit is masked")
    machine.systemctl("unmask", "polkit")
    ask(machine)
    assert machine.status != WITHOUT_DAEMON["polkit is masked"][1], machine.errors  # it comes back by itself


def expect_words(machine, fault):
    says, code = WITHOUT_DAEMON[fault]
    _printed, seconds = ask(machine)
    assert says in " ".join(machine.errors.split()) and machine.status == code, (machine.status, machine.errors)
    print(f"| {fault} | | {seconds:.2f} s | {' '.join(machine.errors.split())} |")


def test_daemon(machine):
    """There is no daemon to ask."""
    unit, activation = "/lib/systemd/system/shikakud.service", "/usr/share/dbus-1/system-services/org.shikaku.Shikaku1.service"
    Simulator(machine)
    machine.systemctl("stop", "shikakud")
    expect_well(machine)  # it is started
    machine.write("/etc/shikaku/shikakud.conf", CONFIGURATION + "Colour=blue\n")
    machine.systemctl("restart", "shikakud", status=1)
    expect_words(machine, "the daemon has failed for its configuration")
    assert "Colour" in machine.errors, machine.errors
    machine.write("/etc/shikaku/shikakud.conf", CONFIGURATION)
    machine.systemctl("reset-failed", "shikakud")
    machine.systemctl("mask", "shikakud")
    expect_words(machine, "the daemon is masked")
    machine.systemctl("unmask", "shikakud")
    machine.run("mv", activation, "/")
    machine.systemctl("reload", "dbus")
    expect_words(machine, "its bus name cannot be activated, and it is stopped")
    machine.run("mv", unit, "/")
    machine.systemctl("daemon-reload")
    expect_words(machine, "the daemon is not installed")


def test_causes():
    """Every cause of the table is made by a case of this file, or it is said where else."""
    text = Path(__file__).read_text() + (Path(__file__).parent / "test_line.py").read_text()
    here = set(re.findall(r'(?:expect(?:_alone)?\(machine, |(?<!def )(?:make|broken)\(.*?,\s*)"([a-z-]+)"', text, re.DOTALL))
    assert here | set(ELSEWHERE) == set(CAUSES), (here | set(ELSEWHERE)) ^ set(CAUSES)
    assert set(re.findall(r'expect_words\(machine, "([^"]+)"', text)) == set(WITHOUT_DAEMON), WITHOUT_DAEMON
