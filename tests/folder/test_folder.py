# SPDX-License-Identifier: LGPL-2.1-or-later
"""shikaku-folder: receipt computers that only know files, served by the real daemon: every kind of request, both encodings,
what cannot be read, what was left over, a kill at any moment, and face files for several of them.

Comes in: a rig. Each function test_… is a case; meson.build lists them.
"""
import os
import random
import re
import shutil
import signal
import sys
import time
from pathlib import Path

from gi.repository import Gio
from loop import wait_for
from rig import INSTITUTION, SOURCE
from samba import Samba
from users import USERS, wrap

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "bus"))

USER = USERS["shikaku-folder"]
FACE = "OQSsiquc01res_face_1312345678{:x}_2026113009{:02d}00.xml"
NUMBERS = {"InsurerNumber": "  990019", "InsuredCardSymbol": "架空０１", "InsuredIdentificationNumber": "１２３４５６７",
           "InsuredBranchNumber": "01"}
BIRTHDATE = "19850412"
ENCODINGS = {"utf-8": "UTF-8", "cp932": "Shift_JIS"}


def write(name, value):
    if isinstance(value, dict):
        value = "".join(write(*pair) for pair in value.items())
    return f"<{name}>{value}</{name}>"


def make_message(header, body, encoding="utf-8"):
    text = f'<?xml version="1.0" encoding="{ENCODINGS[encoding]}" standalone="no"?>' + write(
        "XmlMsg", {"MessageHeader": header, "MessageBody": body})
    return text.encode(encoding)


def make_check(identifier="A-1", encoding="utf-8", institution=INSTITUTION, **more):
    header = {"QualificationConfirmationDate": time.strftime("%Y%m%d"), "MedicalInstitutionCode": institution,
              "ArbitraryFileIdentifier": identifier}
    return make_message(header, {"QualificationConfirmSearchInfo": {
        **NUMBERS, "Birthdate": BIRTHDATE, "LimitApplicationCertificateRelatedConsFlg": "1", **more}}, encoding)


def make_records(category, start, end, identifier="R-1", encoding="utf-8", numbers=NUMBERS):
    header = {"MedicalInstitutionCode": INSTITUTION, "InsurerNumber": numbers["InsurerNumber"],
              "InsuranceCardSymbol": numbers["InsuredCardSymbol"],
              "InsuredPersonIdentificationNumber": numbers["InsuredIdentificationNumber"],
              "BranchNumber": numbers["InsuredBranchNumber"], "ArbitraryFileIdentifier": identifier}
    return make_message(header, {"StartDate": start, "EndDate": end, "FileCategory": category,
                                 "PrDiInfClassification": "1", "MedicalTreatmentFlag": "1"}, encoding)


def make_reference(number, identifier="N-1"):
    return make_message({"MedicalInstitutionCode": INSTITUTION, "ArbitraryFileIdentifier": identifier},
                        {"ReferenceNumberRegistrationInfo": {"ReferenceNumber": number, **NUMBERS}})


RULES = (SOURCE / "data" / "polkit" / "shikaku-folder.rules").read_text()


def make_withdrawal():
    return make_message({"MedicalInstitutionCode": INSTITUTION, "ArbitraryFileIdentifier": "W-1"},
                        {"ConsentCancelInfo": {**NUMBERS, "Birthdate": BIRTHDATE, "MedicalTreatmentFlag": "2"}})


class Answer:
    """An answer file that was taken away, as a receipt computer does it."""

    def __init__(self, path):
        self.name, self.bytes = path.name, path.read_bytes()
        path.unlink()
        if path.suffix == ".xml":
            declared = re.match(rb'<\?xml [^>]*encoding="([^"]*)"', self.bytes)[1].decode()
            self.encoding = {value: key for key, value in ENCODINGS.items()}[declared]
            self.text = self.bytes.decode(self.encoding)

    def get(self, name):
        found = re.search(f"<{name}>([^<]*)</{name}>", self.text)
        return found and found[1]


class Computer:
    def __init__(self, folder):
        self.folder = folder
        folder.mkdir(parents=True)
        os.chown(folder, USER.uid, USER.uid)
        self.requests, self.answers, self.faces = (folder / name for name in ("req", "res", "face"))
        self.own = folder / ".shikaku-folder"

    def ask(self, name, content):
        """As a good one writes it: under another name first."""
        part = self.requests / f"{name}.writing"
        part.write_bytes(content)
        part.rename(self.requests / name)
        return name

    def watch(self, folder):
        if not hasattr(self, "monitors"):
            self.monitors = {}
        if folder not in self.monitors:
            self.monitors[folder] = Gio.File.new_for_path(str(folder)).monitor_directory(Gio.FileMonitorFlags.NONE, None)

    def list(self, folder):
        return sorted(path.name for path in folder.iterdir() if not path.name.startswith("."))

    def wait(self, request, extension=".xml"):
        """Return: the Answer to the request file @request."""
        path = self.answers / (re.sub("req_", "res_", request, count=1).removesuffix(".xml") + extension)
        self.watch(self.answers)
        wait_for(path.exists, f"{path.name} (there is {self.list(self.answers)})")
        return Answer(path)

    def call(self, name, content, extension=".xml"):
        return self.wait(self.ask(name, content), extension)


class Bridge:
    def __init__(self, rig, computers=("one",), inboxes=(), general="", **keys):
        """@keys: of each receipt computer."""
        self.rig, self.process = rig, None
        self.computers = {name: Computer(rig.folder / "receipts" / name) for name in computers}
        self.inboxes = {name: rig.folder / "spool" / name for name in inboxes}
        lines = ["[Folder]", f"InstitutionCode={INSTITUTION}", *general.splitlines()]
        for name, inbox in self.inboxes.items():
            inbox.mkdir(parents=True)
            os.chown(inbox, USER.uid, USER.uid)
            lines += [f"[Station {name}]", f"Faces={inbox}"]
        for name, computer in self.computers.items():
            lines += [f"[Receipt {name}]", f"Folder={computer.folder}", "Records=true", "Staff=folder-1", "Role=doctor"]
            lines += [f"{key}={value}" for key, value in keys.get(name, {}).items()]
        self.configuration = rig.folder / "shikaku-folder.conf"
        self.configuration.write_text("\n".join(lines) + "\n")
        self.state = rig.folder / "folder-state"
        self.state.mkdir()
        os.chown(self.state, USER.uid, USER.uid)

    def start(self):
        """Started, and it has looked at what lay there."""
        self.log = f"shikaku-folder-{self.rig.folder.name}-{len(self.rig.ended)}"
        self.process = self.rig.launch(self.log, wrap(
            self.rig.program("client/folder/shikaku-folder"), "--config", self.configuration), user=USER, quiet=True,
            environment={"STATE_DIRECTORY": str(self.state), "G_MESSAGES_PREFIXED": ""})
        wait_for(lambda: "receipt computers are served" in self.read() or not self.process.is_running(), "the bridge")
        assert self.process.is_running(), self.read()
        return self

    def read(self):
        return self.rig.read_log(self.log)

    def end(self, number=signal.SIGTERM):
        self.process.kill(number)
        status = self.process.reap()
        self.rig.retire(self.process)
        self.process = None
        return status


def start_desk(rig, *what):
    rig.start("bus")
    rig.start_polkitd(RULES)
    rig.start("center", "daemon", *what)


def test_requests(rig):
    """Every kind of request, in both encodings; each answer has its name, its identifier, and no other one's."""
    start_desk(rig)
    bridge = Bridge(rig, ("one", "two", "three")).start()
    one = bridge.computers["one"]
    for number, encoding in enumerate(ENCODINGS):
        answer = one.call(f"OQSsiquc01req_2026113000{number:02d}.xml", make_check(f"A-{number}", encoding))
        assert answer.encoding == encoding and answer.get("Name") == "山田　花子", answer.text
        assert answer.get("ArbitraryFileIdentifier") == f"A-{number}" and answer.get("QualificationValidity") == "1"
        assert answer.get("CharacterCodeIdentifier") == str(number) and answer.get("InsurerNumber") == "  990019"
        assert answer.text.count("<QualificationConfirmSearchInfo>") == 1
    unknown = one.call("OQSsiquc01req_x.xml", make_check(InsuredIdentificationNumber="7654321"))
    assert (unknown.get("SegmentOfResult"), unknown.get("QualificationValidity")) == ("1", "4"), unknown.text
    # the reference number: whoever was checked before is known by the numbers alone
    done = one.call("OQSsiimm01req_1.xml", make_reference("chart-7"))
    assert (done.get("SegmentOfResult"), done.get("ArbitraryFileIdentifier")) == ("1", "N-1"), done.text
    assert one.call("OQSsiquc01req_again.xml", make_check()).get("ReferenceNumber") == "chart-7"
    # all of them at once: together they ask no more at a time than the daemon takes of one client
    rig.center("fault hold path=search always")
    asked = [(computer, computer.ask(f"OQSsiquc01req_w{number}.xml", make_check()))
             for number in range(8) for computer in bridge.computers.values()]
    for computer in bridge.computers.values():
        computer.watch(computer.requests)
        wait_for(lambda computer=computer: len(computer.list(computer.requests)) <= 3, "five of eight to be taken")
    rig.center("clear-faults")
    rig.center("release")
    for computer, name in asked:
        answer = computer.wait(name)
        assert answer.get("QualificationValidity") == "1", answer.text
    assert one.list(one.answers) == one.list(one.requests) == []
    assert not list(one.own.glob("*/*")), "nothing is left"
    assert bridge.end() == 0


def find_error(answer):
    """Code and text, in whichever form."""
    code = answer.get("ErrorCode") or answer.get("MessageId")
    assert code and (answer.get("ErrorMessage") or answer.get("MessageContents")), answer.text
    assert answer.get("SegmentOfResult") != "1" and len(code) == 9, code
    return code


def test_records(rig):
    """Medicines and check-ups of a patient who has consented at the card, as XML and as PDF; what cannot be given is an
    error in XML."""
    import test_records
    test_records.RULES += RULES
    desk = test_records.Desk(rig, Records_SpanMonths=6)  # so that a year comes in several documents
    bridge = Bridge(rig, ("one", "two"), two={"Records": "false"}).start()
    one, two = bridge.computers.values()
    stranger = one.call("YZKsiquc01req_0.xml", make_records("2", "202601", "999999"))
    assert find_error(stranger) == "SHKF0006E", "nobody was checked"
    for computer in (one, two):
        computer.call("OQSsiquc01req_1.xml", make_check())
    for number, (category, encoding) in enumerate((("2", "utf-8"), ("4", "cp932"))):
        answer = one.call(f"YZKsiquc01req_{number}.xml", make_records(category, "202511", "999999", f"R-{number}", encoding))
        assert (answer.encoding, answer.get("ResultCode"), answer.get("ReqArbitraryFileIdentifier")) \
            == (encoding, "1", f"R-{number}"), answer.text
        assert answer.get("MeTrMonth") and answer.get("ReqStartDate") == "202511"
        assert ("<MeTrInf>" in answer.text) == (category == "4")
        assert answer.text.count("<ShPrInf>") <= 1 and answer.text.count("<CzDiInf>") <= 1
        months = re.findall("<MeTrMonth>([0-9]+)<", answer.text)
        assert len(set(months)) > 6 and answer.text.count("<MessageHeader>") == 1, months
    assert one.call("YZKsiquc01req_p.xml", make_records("1", "202601", "202603"), ".pdf").bytes.startswith(b"%PDF")
    assert find_error(one.call("YZKsiquc01req_t.xml", make_records("1", "202508", "202607"))) == "SHKF0008E", "two PDFs"
    rig.center("fault records-error SHK090002 path=records/drug")  # once: the other half comes
    assert find_error(one.call("YZKsiquc01req_h.xml", make_records("1", "202508", "202607"))) == "SHK090002"
    answer = one.call("TKKsiquc01req_1.xml", make_records("2", "202501", "999999"))
    assert answer.get("ResultCode") == "1" and answer.get("ItemCode"), answer.text
    rig.center("fault records-error SHK040001 path=records/drug")
    assert find_error(one.call("YZKsiquc01req_e.xml", make_records("1", "202601", "202603"))) == "SHK040001"
    assert find_error(two.call("YZKsiquc01req_1.xml", make_records("2", "202601", "202603"))) == "SHKF0007E"
    assert one.call("OQSsihvd01req_1.xml", make_withdrawal()).get("SegmentOfResult") == "1"
    assert find_error(one.call("YZKsiquc01req_w.xml", make_records("2", "202601", "202603"))) == "SHKF0220E"
    staff = {entry.get("Staff") for entry in test_records.list_entries(desk.visit) if entry["Kind"] == "disclosure"}
    assert staff == {"folder-1"}, staff


def test_errors(rig):
    """Whatever goes wrong has an answer, in the field's form, and a request file never stays."""
    start_desk(rig)
    bridge = Bridge(rig, general="Timeout=5\nRequestSeconds=30").start()
    one = bridge.computers["one"]
    wrong = one.call("OQSsiquc01req_i.xml", make_check(institution="1399999999"))
    assert find_error(wrong) == "SHKF0004E" and wrong.get("ArbitraryFileIdentifier") == "A-1"
    assert find_error(one.call("OQSsiquc01req_b.xml", make_check(InsuredBranchNumber="123"))) == "SHKF0236E"
    assert find_error(one.call("EPSsipre01req_1.xml", make_message({"ArbitraryFileIdentifier": "E"}, {}))) == "SHKF0005E"
    assert find_error(one.call("OQSsihvd01req_1.xml", make_withdrawal())) == "SHKF0238E", "there is no consent"
    # half of it, and the rest a while later; and one whose rest never comes
    whole = make_check("H-1")
    half = one.requests / "OQSsiquc01req_h.xml"
    with open(half, "wb") as file:
        file.write(whole[:200])
        file.flush()
        rig.run_as("root", "sleep", "1")  # the time is what this is about
        file.write(whole[200:])
    assert one.wait(half.name).get("ArbitraryFileIdentifier") == "H-1"
    (one.requests / "OQSsiquc01req_c.xml").write_bytes(whole[:200])
    os.symlink("/etc/passwd", one.requests / "OQSsiquc01req_l.xml")
    os.mkfifo(one.requests / "OQSsiquc01req_f.xml")
    (one.requests / "OQSsiquc01req_n.xml").write_bytes(b"")
    (one.requests / "OQSsiquc01req_z.zip").write_bytes(b"PK\3\4")
    os.mkdir(one.requests / "OQSsiquc01req_folder.xml")
    for name in "clfnz":
        assert find_error(one.wait(f"OQSsiquc01req_{name}.xml")) == "SHKF0003E", name
    # an answer that nobody has fetched is not read by who asks anew under that name
    one.ask("OQSsiquc01req_o.xml", make_check("old"))
    wait_for((one.answers / "OQSsiquc01res_o.xml").exists, "an answer")
    one.ask("OQSsiquc01req_o.xml", make_check("new"))
    wait_for(lambda: list((one.own / "quarantine").glob("*res_o.xml")), "the old one set aside")
    assert one.wait("OQSsiquc01req_o.xml").get("ArbitraryFileIdentifier") == "new"
    for number in range(100):  # more than are looked at at a time
        one.ask(f"OQSsiquc01req_m{number:03d}.xml", make_check(f"M-{number}"))
    for number in range(100):
        assert one.wait(f"OQSsiquc01req_m{number:03d}.xml").get("ArbitraryFileIdentifier") == f"M-{number}"
    second = rig.run_as("shikaku-folder", *wrap(rig.program("client/folder/shikaku-folder")), "--config", bridge.configuration)
    assert second.status == 1, "two bridges would answer twice"
    rig.center("fault error-code SHK090002 path=search")
    assert find_error(one.call("OQSsiquc01req_r.xml", make_check())) == "SHK090002"
    rig.center("fault refuse-connection")
    down = one.call("OQSsiquc01req_d.xml", make_check())
    assert find_error(down) == "SHKF0223E" and "不明" in down.get("ErrorMessage")
    rig.kill_daemon()
    assert find_error(one.call("OQSsiquc01req_k.xml", make_check())) == "SHKF0009E"
    assert bridge.end() == 0
    for name in (BIRTHDATE, "山田", "1234567", "OQSsiquc01req"):
        assert name not in bridge.read(), name


def test_left_over(rig):
    """What lay there while nobody served it is not asked as news; it has an answer that says so. A receipt computer whose
    folder cannot be used holds up no other, and loses no face file."""
    start_desk(rig)
    bridge = Bridge(rig, ("one", "two"), ("desk",), general="RequestSeconds=1")
    one, two = bridge.computers.values()
    inbox, face = bridge.inboxes["desk"], FACE.format(4096, 0)
    os.chown(two.folder, 0, 0)
    two.folder.chmod(0o700)
    bridge.start()
    assert bridge.end() == 0 and "two is not served until" in bridge.read()
    one.ask("OQSsiquc01req_1.xml", make_check())
    put_face(inbox, face, make_face(1))
    rig.run_as("root", "sleep", "1.2")  # it gets old
    rig.center("clear-log")
    bridge.start()
    assert find_error(one.wait("OQSsiquc01req_1.xml")) == "SHKF0001E"
    assert "search" not in rig.center("stats")["requests"]
    assert bridge.end() == 0 and [path.name for path in inbox.iterdir()] == [face]
    os.chown(two.folder, USER.uid, USER.uid)
    bridge.start()
    for computer in (one, two):
        computer.watch(computer.faces)
        wait_for(lambda computer=computer: computer.list(computer.faces) == [face], "the face file")
    assert list(inbox.iterdir()) == []


def test_killed(rig, rounds=6):
    """kill -9 at any moment: each request has one answer, of the center or an error; none is asked again, none is lost."""
    numbers = random.Random(20261130)
    start_desk(rig)
    bridge = Bridge(rig).start()
    one = bridge.computers["one"]
    asked, answers = [], {}

    def collect():
        for path in one.answers.glob("OQS*"):
            answer = Answer(path)
            assert answer.name not in answers, "answered twice"
            answers[answer.name] = answer
        return len(answers) == len(asked)

    for round_number in range(rounds):
        rig.center("clear-log")
        rig.center("fault hold path=search always")
        for number in range(12):
            name = f"OQSsiquc01req_{round_number:03d}{number:03d}"
            asked.append(name)
            one.ask(name + ".xml", make_check(name))
        if round_number % 3 == 0:  # some are being asked
            rig.center.wait("search", 1 + numbers.randrange(4))
        elif round_number % 3 == 1:  # some were taken
            one.watch(one.requests)
            wait_for(lambda: len(one.list(one.requests)) <= 12 - 1 - numbers.randrange(6), "requests to be taken")
        else:  # some were answered
            rig.center("clear-faults")
            rig.center("release")
            one.watch(one.answers)
            wait_for(lambda: one.list(one.answers), "an answer")
        bridge.end(signal.SIGKILL)
        rig.center("clear-faults")
        rig.center("release")
        collect()
        bridge.start()
        one.watch(one.answers)
        wait_for(collect, "an answer to each")
    assert set(answers) == {name.replace("req_", "res_") + ".xml" for name in asked}
    words = {answer.get("ErrorCode") for answer in answers.values()}
    assert words == {None, "SHKF0002E"}, words
    for answer in answers.values():
        assert answer.get("ArbitraryFileIdentifier") == answer.name.replace("res_", "req_").removesuffix(".xml")
    assert one.list(one.requests) == [] and not list(one.own.glob("*/*"))
    asked.append("OQSsiquc01req_last")
    one.ask("OQSsiquc01req_last.xml", make_check("last"))
    assert bridge.end(signal.SIGTERM) == 0  # told to end, it answers what it has taken
    assert one.list(one.answers) or one.list(one.requests)


def put_face(inbox, name, content):
    """As the daemon does it: under another name first."""
    part = inbox / ("." + name)
    part.write_bytes(content)
    part.chmod(0o660)
    os.chown(part, USER.uid, USER.uid)
    part.rename(inbox / name)


def make_face(number, encoding="utf-8"):
    person = {**NUMBERS, "Name": "山田　花子", "NameKana": "ﾔﾏﾀﾞ ﾊﾅｺ", "Birthdate": BIRTHDATE}
    return make_message({"ArbitraryFileIdentifier": f"F-{number}", "SegmentOfResult": "1", "CharacterCodeIdentifier": "0"},
                        {"ResultList": {"ResultOfQualificationConfirmation": person}}, encoding)


def test_faces(rig, rounds=6):
    """Each receipt computer has its own copy of what its stations bring, once, whatever is killed when."""
    numbers = random.Random(11)
    rig.start("bus")
    bridge = Bridge(rig, ("all", "left", "sjis"), ("left", "right"), left={"Stations": "left"},
                    sjis={"AnswerEncoding": "shift-jis"}).start()
    everyone, left, sjis = bridge.computers.values()
    taken = {computer.folder.name: [] for computer in bridge.computers.values()}
    laid = {"left": [], "right": []}

    def collect():
        """As receipt computers do it: what is there is taken away at once."""
        for computer in bridge.computers.values():
            for path in computer.faces.glob("OQS*"):
                answer = Answer(path)
                assert answer.encoding == ("cp932" if computer is sjis else "utf-8")
                assert answer.get("CharacterCodeIdentifier") == str(int(computer is sjis))
                taken[computer.folder.name].append(answer.name)
        return all(len(taken[name]) >= len(laid["left"]) + (len(laid["right"]) if name != "left" else 0) for name in taken)

    for computer in bridge.computers.values():
        computer.watch(computer.faces)
    for round_number in range(rounds):
        for number in range(8):
            name = FACE.format(round_number * 8 + number + 4096, number)
            station = ("left", "right")[number % 2]
            laid[station].append(name)
            put_face(bridge.inboxes[station], name, make_face(number))
        moment = numbers.randrange(3)
        if moment == 1:
            wait_for(lambda: any((everyone.own / "pending").iterdir()) or any(everyone.faces.glob("OQS*")), "a file on its way")
        elif moment == 2:
            wait_for(lambda: any(sjis.faces.glob("OQS*")), "a file that was given out")
        collect()
        bridge.end(signal.SIGKILL)
        collect()
        bridge.start()
        wait_for(collect, "each file at each receipt computer")
    assert sorted(taken["all"]) == sorted(taken["sjis"]) == sorted(laid["left"] + laid["right"])
    assert sorted(taken["left"]) == sorted(laid["left"])
    assert not any(any(inbox.iterdir()) for inbox in bridge.inboxes.values()) and not list(everyone.own.glob("*/*"))
    assert bridge.end() == 0


def test_example(rig):
    """The receipt computer of twenty lines, a shell script that knows nothing but files."""
    start_desk(rig)
    bridge = Bridge(rig).start()
    example = rig.folder / "receipt-folder.sh"
    shutil.copy(SOURCE / "data" / "examples" / example.name, example)
    example.chmod(0o755)
    assert len(example.read_text().splitlines()) <= 22
    one = bridge.computers["one"]
    numbers = [INSTITUTION, NUMBERS["InsurerNumber"], NUMBERS["InsuredCardSymbol"], NUMBERS["InsuredIdentificationNumber"],
               NUMBERS["InsuredBranchNumber"], BIRTHDATE]
    said = rig.run_as("shikaku-folder", example, one.folder, *numbers, check=0).text()
    assert "QualificationValidity 1" in said and "Name 山田　花子" in said, said
    numbers[4] = "1234"
    said = rig.run_as("shikaku-folder", example, one.folder, *numbers, check=0).text()
    assert "ErrorCode SHKF0236E" in said, said
    assert one.list(one.answers) == one.list(one.requests) == []


def test_samba(rig):
    """The same receipt computer of twenty lines on another machine: over a real SMB server, and a share that it has mounted."""
    start_desk(rig)
    with Samba(rig) as server:
        shutil.rmtree(server.folder)
        bridge = Bridge(rig, ())
        bridge.computers["one"] = Computer(server.folder)
        server.folder.chmod(0o2770)  # as administrators.md has it: the group is that of the server's user
        os.chown(server.folder, USER.uid, USERS["shikaku"].uid)
        with open(bridge.configuration, "a") as configuration:
            configuration.write(f"[Receipt one]\nFolder={server.folder}\n")
        bridge.start()
        example = rig.folder / "receipt-folder.sh"
        shutil.copy(SOURCE / "data" / "examples" / example.name, example)
        example.chmod(0o755)
        share = server.mount("mounted")
        for _number in range(3):
            said = rig.run_as("shikaku", example, share, INSTITUTION, NUMBERS["InsurerNumber"], NUMBERS["InsuredCardSymbol"],
                              NUMBERS["InsuredIdentificationNumber"], NUMBERS["InsuredBranchNumber"], BIRTHDATE, check=0).text()
            assert "QualificationValidity 1" in said and "Name 山田　花子" in said, said
        assert not any((server.folder / "res").glob("OQS*")) and not any((server.folder / "req").iterdir())
        assert bridge.end() == 0


def test_terminal(rig):
    """Beside the official terminal, without a center and without a reader of our own: numbers, a face, its consents, records
    and the reference number, for a receipt computer that only knows files."""
    terminal = rig.terminal()
    bridge = Bridge(rig, inboxes=("desk",))
    inbox = bridge.inboxes["desk"]
    os.chown(inbox, USERS["shikaku"].uid, USER.uid)
    inbox.chmod(0o2770)
    rig.start("bus")
    rig.start_polkitd(RULES)
    rig.start("daemon", **terminal.settings(Copies=inbox))
    bridge.start()
    one = bridge.computers["one"]
    answer = one.call("OQSsiquc01req_1.xml", make_check("A-1", "cp932"))
    assert (answer.encoding, answer.get("ArbitraryFileIdentifier"), answer.get("Name")) == ("cp932", "A-1", "山田　花子")
    one.watch(one.faces)
    terminal.face("yamada", consents="drug,checkup")
    wait_for(lambda: one.list(one.faces), "the face file")
    face = Answer(next(one.faces.glob("OQS*")))
    assert face.get("PharmacistsInfoConsFlg") == "1" and face.get("Birthdate") == BIRTHDATE, face.text
    terminal.wait_empty("face")
    answer = one.call("YZKsiquc01req_1.xml", make_records("2", "202511", "999999"))
    assert answer.get("ReqArbitraryFileIdentifier") == "R-1" and answer.get("MeTrMonth"), answer.text
    assert one.call("TKKsiquc01req_1.xml", make_records("2", "202501", "999999")).get("ItemCode")
    assert one.call("OQSsiimm01req_1.xml", make_reference("chart-9")).get("SegmentOfResult") == "1"
    assert one.call("OQSsiquc01req_2.xml", make_check()).get("ReferenceNumber") == "chart-9"

    known = set(one.faces.glob("OQS*"))  # a name with ●: the reading says whose answer it is
    terminal.face("takahashi", consents="drug")
    wait_for(lambda: set(one.faces.glob("OQS*")) - known, "the second face file")
    terminal.wait_empty("face")
    face = Answer((set(one.faces.glob("OQS*")) - known).pop())
    assert "●" in face.get("Name"), face.text
    answer = one.call("YZKsiquc01req_2.xml", make_records("2", "202511", "999999", "R-2", numbers={
        key: face.get(key) or "" for key in NUMBERS}))
    assert answer.get("ReqArbitraryFileIdentifier") == "R-2" and answer.get("MeTrMonth"), answer.text
    assert bridge.end() == 0


def test_killed_long(rig):
    test_killed(rig, 300)


def test_faces_long(rig):
    test_faces(rig, 300)
