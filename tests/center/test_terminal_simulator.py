# SPDX-License-Identifier: LGPL-2.1-or-later
"""The simulated official terminal by itself: what it takes and gives, and each fault of it, through its folders alone."""

import contextlib
import hashlib
import json
import os
import pathlib
import signal
import socket
import subprocess
import sys
import tempfile
import xml.etree.ElementTree as ElementTree

from simulated import DEADLINE, INSTITUTION, PEOPLE, SIMULATOR, months_ago

PASSWORD = "invented"
METHODS = ("deflate", "zipcrypto", "aes128", "aes256")
YAMADA = PEOPLE["yamada"]["center"]["entries"][0]
SATO = PEOPLE["sato"]["center"]["entries"][0]


class Terminal:
    """shikaku-sim-terminal, started and stopped."""

    def __init__(self, *arguments):
        self.directory = tempfile.TemporaryDirectory(prefix="sim-terminal-")
        place = pathlib.Path(self.directory.name)
        self.folder, self.control_path = place / "OQS", place / "control"
        (place / "password").write_text(PASSWORD + "\n", encoding="utf-8")
        command = ["/usr/bin/python3", "-W", "error", SIMULATOR / "shikaku-sim-terminal", "--folder", self.folder, "--control",
                   self.control_path, "--zip-password", place / "password", *arguments]  # fmt: skip
        self.process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
        assert self.process.stdout.readline().startswith("watching ")
        self.link = socket.socket(socket.AF_UNIX)
        self.link.settimeout(DEADLINE)
        self.link.connect(str(self.control_path))
        self.answers = self.link.makefile("rb")
        self.last = 0

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.answers.close()
        self.link.close()
        self.process.send_signal(signal.SIGTERM)
        assert self.process.wait(DEADLINE) == 0
        self.process.stdout.close()
        self.directory.cleanup()

    def send(self, command):
        self.link.sendall(command.encode() + b"\n")
        return json.loads(self.answers.readline())

    def tell(self, command):
        answer = self.send(command)
        assert answer.pop("ok"), answer
        return answer

    def files(self, folder="res"):
        return self.tell(f"files {folder}")["files"]

    def put(self, prefix, data, suffix=None, extension="xml", system=""):
        """A request as a good neighbour makes it: a name that nobody takes, then its own. Return: its name without req."""
        self.last += 1
        suffix = suffix or f"{self.last:012}"
        folder = self.folder / system / "req"
        (folder / "new").write_bytes(data)
        os.rename(folder / "new", folder / f"{prefix}req_{suffix}.{extension}")
        return suffix

    def ask(self, prefix, data, extension="xml", system="", gives=1):
        """Return: name and bytes of the answer, which is taken."""
        self.tell("clear-log")
        suffix = self.put(prefix, data, extension=extension, system=system)
        self.tell(f"wait given {gives} {DEADLINE}")
        [path] = (self.folder / system / "res").glob(f"{prefix}*_{suffix}.*")
        answer = path.read_bytes()
        path.unlink()
        return path.name, answer

    def log(self):
        return self.tell("log")["log"]


def make(header, body, encoding="utf-8", declared="UTF-8"):
    def write(name, value):
        inner = "".join(write(*one) for one in value.items()) if isinstance(value, dict) else value
        return f"<{name}>{inner}</{name}>"

    text = write("XmlMsg", {"MessageHeader": header, "MessageBody": body})
    return f"<?xml version='1.0' encoding='{declared}' standalone='no'?>\n{text}".encode(encoding)


def numbers(entry):
    names = ("InsurerNumber", "InsuredCardSymbol", "InsuredIdentificationNumber", "InsuredBranchNumber")
    return {name: entry[name] for name in names if name in entry}


def make_check(entry, identifier="abc,1", institution=INSTITUTION, **more):
    header = {"QualificationConfirmationDate": "20261130", "MedicalInstitutionCode": institution,
              "ArbitraryFileIdentifier": identifier}  # fmt: skip
    query = {**numbers(entry), "Birthdate": entry["Birthdate"], "LimitApplicationCertificateRelatedConsFlg": "1"}
    return make(header, {"QualificationConfirmSearchInfo": query}, **more)


def make_records(entry, category, identifier="abc,2"):
    short = {"InsurerNumber": entry["InsurerNumber"], "InsuranceCardSymbol": entry.get("InsuredCardSymbol", ""),
             "InsuredPersonIdentificationNumber": entry["InsuredIdentificationNumber"],
             "BranchNumber": entry.get("InsuredBranchNumber", "")}  # fmt: skip
    header = {"MedicalInstitutionCode": INSTITUTION, **short, "ArbitraryFileIdentifier": identifier}
    body = {"StartDate": months_ago(6), "EndDate": months_ago(1), "FileCategory": category, "MedicalTreatmentFlag": "1"}
    return make(header, body)


def read(data):
    """Return: every element's text by its name; the encoding is believed."""
    encoding = "cp932" if b"Shift_JIS" in data[:80] else "utf-8"
    root = ElementTree.fromstring(data.decode(encoding).partition("?>")[2])
    return {element.tag: element.text for element in root.iter()}


def unzip(data):
    done = subprocess.run(["bsdtar", "-xOf", "-", "--passphrase", PASSWORD], input=data, capture_output=True, check=True)
    return done.stdout


def test_requests():
    """Each of the single requests, both encodings of them, what cannot be read, and what is somebody else's."""
    with Terminal("--system", "TKK") as terminal:
        name, answer = terminal.ask("OQSsiquc01", make_check(YAMADA))
        found = read(answer)
        assert name == "OQSsiquc01res_000000000001.xml" and found["Name"] == YAMADA["Name"], found
        assert (found["SegmentOfResult"], found["ArbitraryFileIdentifier"], found["CharacterCodeIdentifier"],
                found["ReferenceClassification"]) == ("1", "abc,1", "0", "2")  # fmt: skip
        assert terminal.log()[0]["person"] == "yamada" and terminal.log()[0]["unknown"] == []
        name, answer = terminal.ask("OQSsiquc01", make_check(SATO, encoding="cp932", declared="Shift_JIS"))
        assert read(answer)["Name"] == SATO["Name"]

        header = {"MedicalInstitutionCode": INSTITUTION, "ArbitraryFileIdentifier": "abc,3"}
        registration = {"ReferenceNumberRegistrationInfo": {"ReferenceNumber": "4711", **numbers(SATO)}}
        _name, answer = terminal.ask("OQSsiimm01", make(header, registration))
        assert read(answer)["SegmentOfResult"] == "1"
        terminal.tell("face sato")
        assert b"<ReferenceNumber>4711<" in b"".join(path.read_bytes() for path in (terminal.folder / "face").iterdir())

        withdrawal = {**numbers(YAMADA), "Birthdate": YAMADA["Birthdate"], "MedicalTreatmentFlag": "2"}
        for expected in ("9", "1"):  # nothing to withdraw; then there is
            _name, answer = terminal.ask("OQSsihvd01", make(header, {"ConsentCancelInfo": withdrawal}))
            assert read(answer)["SegmentOfResult"] == expected
            terminal.tell("face yamada consents=drug,checkup")

        name, answer = terminal.ask("YZKsiquc01", make_records(YAMADA, "2"))
        assert name.endswith(".xml") and read(answer)["ResultCode"] == "1" and b"<MeTrMonthInf>" in answer
        name, answer = terminal.ask("YZKsiquc01", make_records(YAMADA, "1"))
        assert name.endswith(".pdf") and answer.startswith(b"%PDF")
        name, answer = terminal.ask("TKKsiquc01", make_records(YAMADA, "2"), system="TKK")
        assert read(answer)["ResultCode"] == "1"
        name, answer = terminal.ask("YZKsiquc01", make_records(SATO, "1"))
        assert name.endswith(".xml") and read(answer)["ResultCode"] == "2"  # nobody consented: an error in a PDF's place

        for data in (b"", b"<XmlMsg>", b"no", make_check(YAMADA, encoding="cp932"), make_check(YAMADA, institution="1")):
            _name, answer = terminal.ask("OQSsiquc01", data)
            assert read(answer)["SegmentOfResult"] == "9", data
        header = {"MedicalInstitutionCode": INSTITUTION, "ArbitraryFileIdentifier": "x", "Odd": "1"}
        terminal.ask("OQSsiimm01", make(header, registration))
        assert terminal.log()[0]["unknown"] == ["Odd"]
        for name in ("OQSsihvq01req_1.xml", "OQSsiquc01req_1.tmp", "OQSsiquc01res_1.xml", "note.txt"):
            (terminal.folder / "req" / name).write_bytes(b"x")
        terminal.ask("OQSsiquc01", make_check(YAMADA))
        assert len(terminal.files("req")) == 4  # nobody takes them
        check_lists(terminal)


def make_fetch(number):
    return make({"MedicalInstitutionCode": INSTITUTION}, {"ReceptionNumber": number})


def check_lists(terminal):
    """Lists of who has consented to home or online care: asked for, not ready, fetched; of another care; of no number."""
    header = {"MedicalInstitutionCode": INSTITUTION, "ArbitraryFileIdentifier": "abc,4"}
    search = {"ConsentDateFrom": "20261101", "ConsentDateTo": "20261130", "MedicalTreatmentFlag": "2"}
    question = make(header, {"QualificationConfirmSearchInfo": search})
    assert terminal.tell("consented home yamada sato")["people"] == 2
    terminal.tell("making 1")
    found = read(terminal.ask("OQSmuhvq01", question)[1])
    number = found["ReceptionNumber"]
    assert (found["SegmentOfResult"], found["ArbitraryFileIdentifier"], len(number)) == ("1", "abc,4", 38), found
    assert read(terminal.ask("OQSmuhvq02", make_fetch(number))[1])["SegmentOfResult"] == "2"
    answer = terminal.ask("OQSmuhvq02", make_fetch(number))[1]
    found = read(answer)
    assert answer.count(b"<BulkConfirmUnit>") == 2 and found["NumberOfProcessingResult"] == "2", found
    assert (found["ReceptionNumber"], found["ArbitraryFileIdentifier"]) == (number, "abc,4"), found
    assert all(line["unknown"] == [] for line in terminal.log())
    for prefix, data in (("OQSmuonq02", make_fetch(number)), ("OQSmuhvq02", make_fetch("1")), ("OQSmuonq01", question),
                         ("OQSmuhvq01", make({**header, "MedicalInstitutionCode": "1"}, {}))):  # fmt: skip
        assert read(terminal.ask(prefix, data)[1])["SegmentOfResult"] == "9", prefix


def test_faces():
    with Terminal("--encoding", "Shift_JIS", "--load", "3") as terminal:
        told = terminal.tell("face yamada consents=drug,checkup,ceiling")
        data = (terminal.folder / "face" / told["name"]).read_bytes()
        assert told["digest"] == hashlib.sha256(data).hexdigest() and b'encoding="Shift_JIS"' in data
        found = read(data)
        assert found["CharacterCodeIdentifier"] == found["PharmacistsInfoConsFlg"] == found["ReferenceClassification"] == "1"
        assert found["OperationInfoConsFlg"] == "0" and "OperationInfoConsTime" not in found
        assert int(found["PharmacistsInfoAvailableTime"]) > int(found["PharmacistsInfoConsTime"]) > 20200101000000
        ElementTree.fromstring(data.decode("cp932").partition("?>")[2])
        old = terminal.tell("face load-2 short ago=86400")["name"]
        assert old.startswith("OQSsiquc01res_face_2") and len(old) == len("OQSsiquc01res_face_20261130101112.xml")
        assert terminal.tell("face load-1 reference=77")["name"].startswith(f"OQSsiquc01res_face_{INSTITUTION}")
        for command in ("face nobody", "face yamada consents=money", "face yamada odd=1", "face yamada fault=odd", "odd",
                        "face sasaki fault=slow", "link perhaps", "zip face rar", "encoding EUC-JP",
                        "left-overs x"):  # fmt: skip
            assert not terminal.send(command)["ok"], command
        assert len(terminal.files("face")) == 3
        terminal.tell("change yamada Name ●")
        assert "●" in read((terminal.folder / "face" / terminal.tell("face yamada")["name"]).read_bytes())["Name"]


def test_zips():
    with Terminal(*(f"--zip=YZKsiquc01={method}" for method in METHODS[:1])) as terminal:
        terminal.tell("face yamada consents=drug")
        for method in METHODS:
            terminal.tell(f"zip YZKsiquc01 {method}")
            name, answer = terminal.ask("YZKsiquc01", make_records(YAMADA, "1"))
            assert name.endswith(".zip") and unzip(answer).startswith(b"%PDF"), method
            terminal.tell(f"fault zip-folder {method} path=OQSsiquc01")
            _name, answer = terminal.ask("OQSsiquc01", make_check(YAMADA))
            assert b"result/message.xml" in answer and read(unzip(answer))["Name"] == YAMADA["Name"]
            place = terminal.folder.parent
            (place / "request.xml").write_bytes(make_check(YAMADA))
            options = [] if method == "deflate" else ["--passphrase", PASSWORD, "--options", "zip:encryption=" + (
                "zipcrypt" if method == "zipcrypto" else method)]  # fmt: skip
            packed = subprocess.run(["bsdtar", "--format", "zip", *options, "-C", place, "-cf", "-", "request.xml"],
                                    stdout=subprocess.PIPE, check=True).stdout  # fmt: skip
            name, answer = terminal.ask("OQSsiquc01", packed, extension="zip")
            assert name.endswith(".xml") and read(answer)["Name"] == YAMADA["Name"] and terminal.log()[0]["zip"]
        terminal.tell("fault zip-password aes256")
        _name, answer = terminal.ask("OQSsiquc01", make_check(YAMADA))
        with contextlib.suppress(subprocess.CalledProcessError):
            assert not unzip(answer)
        terminal.tell("zip face aes128")
        assert terminal.tell("face sato")["name"].endswith(".zip")
        terminal.tell("zip face none")
        assert terminal.tell("face sato")["name"].endswith(".xml")
        terminal.tell("fault bomb")
        name, answer = terminal.ask("OQSsiquc01", make_check(YAMADA))
        assert name.endswith(".zip") and len(answer) < 1 << 20


def test_delivery_faults():
    """How a file comes to lie there, of answers and of faces alike."""
    with Terminal() as terminal:
        whole = (terminal.folder / "face" / terminal.tell("face yamada")["name"]).stat().st_size
        for kind, seen in (("halves", whole // 2), ("empty-file", 0), ("cut", whole // 2)):
            path = terminal.folder / "face" / terminal.tell(f"face yamada fault={kind}")["name"]
            terminal.tell("wait given")
            assert abs(path.stat().st_size - seen) < 8, kind
            terminal.tell("clear-log")
            terminal.tell("release")
            if kind != "cut":
                terminal.tell("wait given")
                assert abs(path.stat().st_size - whole) < 8
            path.unlink()

        name = terminal.tell("face yamada fault=renamed-late")["name"]
        assert name + ".tmp" in terminal.files("face") and name not in terminal.files("face")
        terminal.tell("clear-log")
        terminal.tell("release")
        terminal.tell("wait given")
        assert name in terminal.files("face")
        path = terminal.folder / "face" / terminal.tell("face yamada fault=locked")["name"]
        assert path.stat().st_mode & 0o777 == 0
        terminal.tell("clear-log")
        terminal.tell("release")
        terminal.tell("wait given")
        assert path.stat().st_mode & 0o444

        for kind in ("lost", "full", "taken"):
            assert terminal.tell(f"face yamada fault={kind}")["name"] not in terminal.files("face")
        terminal.tell("clear-log")
        path = terminal.folder / "face" / terminal.tell("face yamada fault=duplicate")["name"]
        once = path.read_bytes()
        path.unlink()
        terminal.tell("wait given")
        assert path.read_bytes() == once
        before = len(terminal.files("face"))
        terminal.tell("face yamada fault=twice")
        assert len(terminal.files("face")) == before + 2

        terminal.tell("fault hold path=OQSsiquc01")
        terminal.tell("clear-log")
        suffix = terminal.put("OQSsiquc01", make_check(YAMADA))
        terminal.tell("wait OQSsiquc01")
        assert not terminal.files()
        terminal.tell("release")
        terminal.tell("wait given")
        assert terminal.files() == [f"OQSsiquc01res_{suffix}.xml"]
        terminal.tell("fault slow 1")
        terminal.ask("OQSsiquc01", make_check(YAMADA))


def test_content_faults():
    with Terminal() as terminal:
        terminal.tell("face yamada consents=drug,checkup")

        def ask(fault, prefix="OQSsiquc01"):
            terminal.tell("fault " + fault)
            data = make_check(YAMADA) if prefix == "OQSsiquc01" else make_records(YAMADA, "2")
            return terminal.ask(prefix, data)

        assert ask("wrong-encoding")[1].partition(b"?>")[2].decode("cp932")
        assert ask("bom")[1].startswith(b"\xef\xbb\xbf<?xml")
        assert read(ask("other-institution")[1])["MedicalInstitutionCode"] != INSTITUTION
        assert read(ask("other-person")[1])["Name"] != YAMADA["Name"]
        assert read(ask("other-request")[1])["ArbitraryFileIdentifier"] != "abc,1"
        for kind in ("garbage", "malformed"):
            with contextlib.suppress(ElementTree.ParseError, UnicodeDecodeError):
                assert not read(ask(kind)[1]), kind
        assert len(ask("huge 100000")[1]) == 100000
        assert ask("err")[0].startswith("OQSsiquc01err_")
        assert read(ask("error-code ABCD0001E")[1])["ErrorCode"] == "ABCD0001E" and terminal.log()[0]["person"] is None
        assert read(ask("processing")[1])["SegmentOfResult"] == "2"
        assert "Name" not in read(ask("empty")[1])
        assert read(ask("result 2,ABCD0001E")[1])["ProcessingResultCode"] == "ABCD0001E"
        assert read(ask("element Name=X")[1])["Name"] == "X"
        assert read(ask("unknown-elements")[1])["Name"] == YAMADA["Name"]
        assert read(ask("records-error ABCD0001E", "YZKsiquc01")[1])["MessageId"] == "ABCD0001E"
        found = read(ask("other-institution", "YZKsiquc01")[1])
        assert found["ReqMedicalInstitutionCode"] != INSTITUTION
        assert read(ask("other-request", "YZKsiquc01")[1])["ReqArbitraryFileIdentifier"] != "abc,2"
        assert read(ask("other-person", "YZKsiquc01")[1])["Name"] != YAMADA["Name"]


def test_switches():
    """Link program, share and power; what is left over, and what stays too long."""
    with Terminal() as terminal:
        terminal.tell("link off")
        suffix = terminal.put("OQSsiquc01", make_check(YAMADA))
        terminal.tell("face sato")
        assert terminal.files("req") == [f"OQSsiquc01req_{suffix}.xml"] and not terminal.files()
        terminal.tell("link on")
        terminal.tell("wait OQSsiquc01")

        terminal.tell("share off")
        assert not terminal.folder.exists()
        name = terminal.tell("face sato")["name"]
        terminal.tell("share on")
        assert (terminal.folder / "face" / name).exists()
        terminal.tell("clear-log")
        name = terminal.tell("face sato fault=gone")["name"]
        assert not terminal.folder.exists()
        terminal.tell("share on")
        terminal.tell("wait given")
        assert read((terminal.folder / "face" / name).read_bytes())["Name"] == SATO["Name"]

        terminal.tell("clear-log")
        terminal.tell("fault hold path=OQSsiquc01")
        terminal.put("OQSsiquc01", make_check(YAMADA))
        terminal.tell("wait OQSsiquc01")
        terminal.tell("power off")
        terminal.tell("power on")
        terminal.tell("release")
        assert terminal.log()[0]["state"] == "lost"

        before = len(terminal.files("face"))
        terminal.tell("left-overs 30 face")
        assert len(terminal.files("face")) == before + 30
        others = terminal.files()
        terminal.tell("left-overs 30 res 2")
        assert len(terminal.tell("sweep")["gone"]) == 30 and terminal.files() == others
        terminal.tell("stay-time 0")
        terminal.tell("sweep")
        assert not terminal.files() and len(terminal.files("face")) == before + 30
        for path in (terminal.folder / "face").iterdir():
            path.unlink()
        terminal.tell(f"wait-left face 0 {DEADLINE}")
        assert terminal.tell("journal")["journal"] == []


if __name__ == "__main__":
    globals()["test_" + sys.argv[1]]()
