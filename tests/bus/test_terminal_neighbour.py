# SPDX-License-Identifier: LGPL-2.1-or-later
"""A hostile neighbour on the terminal's folders: another program that takes what is ours, holds files open, leaves thousands of
its own, and lays down what is no file. Whatever it does: nothing wrong is shown, what was lost is named, the desk goes on.

Comes in: a rig. The function test_neighbour is the case; meson.build lists it.
"""
import os

from bus import MANAGER, ROOT, BusError, GLib, Visit, Visits, call, options
from loop import until
from people import INSURED, NAME
from terminal_torture import SILENCE, TIMEOUT, load

PEOPLE = 10
MANY = 3000
HOLD = 60  # seconds that a neighbour holds a file open
HUGE = 40 << 20  # bytes: more than any message has
OTHER = """<?xml version="1.0" encoding="UTF-8" standalone="no"?>
<XmlMsg><MessageHeader><MedicalInstitutionCode>1312345678</MedicalInstitutionCode>
<ArbitraryFileIdentifier>{identifier}</ArbitraryFileIdentifier><SegmentOfResult>1</SegmentOfResult>
<CharacterCodeIdentifier>0</CharacterCodeIdentifier></MessageHeader><MessageBody>
<ProcessingResultStatus>1</ProcessingResultStatus><QualificationValidity>1</QualificationValidity><ResultList>
<ResultOfQualificationConfirmation><Name>別人　一郎</Name><Birthdate>19850412</Birthdate><InsurerNumber>  990019</InsurerNumber>
<InsuredIdentificationNumber>7777777</InsuredIdentificationNumber></ResultOfQualificationConfirmation></ResultList>
</MessageBody></XmlMsg>"""


class Desk:
    def __init__(self, rig):
        self.rig = rig
        rig.start("bus", "polkit")
        self.terminal = rig.terminal(load=PEOPLE)
        rig.start_daemon(clock=True, **self.terminal.settings(Timeout=TIMEOUT))
        self.connection = rig.bus_connection("tester")
        self.visits = Visits(self.connection)
        self.people = load.make_people(PEOPLE, 1)

    def begin(self):
        return self.visits.check_number(INSURED)

    def end(self, visit):
        """Return: "done", with the right person, or the error."""
        state, error, _details = visit.wait_finished()
        shown = visit.eligibility() if state == "done" else {}
        assert "Insurances" not in shown or shown["Insurances"][0]["Name"].startswith(NAME), shown
        visit.close()
        return error or shown.get("Reason") or state

    def works(self):
        assert self.end(self.begin()) == "done"

    def wait_request(self):
        """Until our request lies there. Return: its path."""
        requests = self.terminal.requests
        return until(lambda: next((path for path in requests.iterdir() if "req_" in path.name), None), "our request")

    def claim(self, reference):
        """Return: the number of the insured whom the desk has then; None: nobody like this was there."""
        parameters = GLib.Variant.new_tuple(options({"ReferenceNumber": reference}), options({}))
        try:
            path, _candidates = call(self.connection, ROOT, MANAGER, "ClaimVisit", parameters)
        except BusError as error:
            assert error.name == "NotFound", error
            return None
        visit = Visit(self.visits, path)
        number = visit.eligibility()["Insurances"][0]["Number"]
        visit.close()
        return number

    def has_come(self, key, reference):
        """The patient, whose face file has gone from the folder, is the desk's."""
        entry = self.people[key]["center"]["entries"][0]
        assert self.claim(reference) == entry["InsuredIdentificationNumber"] and self.claim(reference) is None, key

    def diagnose(self):
        """What the link of the terminal tells."""
        links = call(self.connection, ROOT, MANAGER, "Diagnose", GLib.Variant.new_tuple(options({"Language": "en"})))
        (link,) = (link for link in links if link["Link"] == "terminal")
        return f"{link['State']} {link.get('Cause', '')}: {link['Evidence']}"

    def tells(self, *texts):
        until(lambda: all(text in self.diagnose() for text in texts), f"{texts} from Diagnose ({self.diagnose()})")

    def take_requests(self):
        """It takes our request before the terminal does: nobody knows what became of it, and it is not sent again."""
        self.terminal("clear-log")
        self.terminal("link off")
        visit = self.begin()
        self.wait_request().rename(self.terminal.folder / "stolen")
        self.terminal("link on")
        self.rig.let_pass(SILENCE)
        assert self.end(visit) == "TimedOut"
        assert not self.terminal.log("OQSsiquc01")
        self.tells("terminal-silent")
        (self.terminal.folder / "stolen").unlink()
        self.works()
        assert len(self.terminal.log("OQSsiquc01")) == 1

    def take_answers(self):
        """It takes our answer: unseen, or while it is held open and we have seen that it is there."""
        self.terminal("clear-log")
        self.terminal("fault taken path=OQSsiquc01")
        visit = self.begin()
        self.terminal.wait("OQSsiquc01")
        self.rig.let_pass(SILENCE)
        assert self.end(visit) == "TimedOut"
        self.terminal("clear-log")

    def answer_in_our_name(self):
        """It lays an answer for our request, of another person: it is not shown, and set aside."""
        self.terminal("link off")
        visit = self.begin()
        request = self.wait_request()
        answer = self.terminal.answers / request.name.replace("req_", "res_")
        new = answer.with_suffix(".new")
        new.write_text(OTHER.format(identifier="not-ours"), encoding="utf-8")
        new.rename(answer)
        request.unlink()
        assert self.end(visit) == "MessageInvalid"
        self.terminal("link on")
        assert not answer.exists()
        self.tells("lie in quarantine")

    def hold_files(self):
        """It holds a face file open for a minute: the desk goes on, and the patient is there as soon as it lets go."""
        self.terminal.face("load-1", reference="R1", fault="locked")
        self.works()
        self.tells("held by another program")
        self.rig.let_pass(HOLD)
        self.works()
        self.terminal("release")
        self.terminal.wait_empty("face")
        self.has_come("load-1", "R1")

    def take_faces(self):
        """It takes a face file that we have seen, and may not read yet: nobody has it, and it is said that it was there."""
        name = self.terminal.face("load-4", reference="R4", fault="locked")["name"]
        self.tells("held by another program")
        (self.terminal.faces / name).unlink()
        self.tells("taken by another program")
        assert self.claim("R4") is None
        self.terminal("release")

    def leave_thousands(self):
        """It leaves its own answers and old faces: they are nobody's news and stay where they are."""
        self.terminal(f"left-overs {MANY} res")
        self.works()
        self.terminal.face("load-2", reference="R2")
        self.terminal.wait_empty("face")
        self.has_come("load-2", "R2")
        assert len(self.terminal.files("res")) == MANY
        self.tells(f"{MANY} files lie in the folders that nobody takes")
        for path in self.terminal.answers.iterdir():
            path.unlink()

    def lay_what_is_no_file(self):
        """It lays down a pipe, a link to somebody else's file, a folder, and more bytes than any message has."""
        name, faces = "OQSsiquc01res_face_{}_20261130101112.xml", self.terminal.faces
        secret = self.rig.folder / "secret"
        secret.write_text(OTHER.format(identifier="secret"), encoding="utf-8")
        os.mkfifo(faces / name.format("pipe"), 0o666)
        (faces / name.format("link")).symlink_to(secret)
        (faces / name.format("folder")).mkdir()
        (faces / name.format("none")).symlink_to("nowhere")
        with open(faces / name.format("huge"), "wb") as huge:
            huge.truncate(HUGE)
        (faces / os.fsdecode(b"OQSsiquc01res_face_\xff\n_20261130101112.xml")).write_bytes(b"<XmlMsg/>")
        (faces / name.format("empty")).touch()
        self.works()
        self.terminal.face("load-3", reference="R3")
        until(lambda: not [file for file in self.terminal.files("face") if "1312345678" in file], "the face to be taken")
        self.has_come("load-3", "R3")
        self.rig.let_pass(SILENCE)  # until what has no end is given up
        until(lambda: not (faces / name.format("empty")).exists(), "the empty file to be set aside")
        self.works()
        assert secret.exists()


def test_neighbour(rig):
    desk = Desk(rig)
    desk.works()
    for act in (desk.take_requests, desk.take_answers, desk.answer_in_our_name, desk.hold_files, desk.take_faces,
                desk.leave_thousands, desk.lay_what_is_no_file):  # fmt: skip
        act()
        desk.works()
