# SPDX-License-Identifier: LGPL-2.1-or-later
"""The desk's full screen, shikakuctl desk, on a real pty that a terminal emulator reads.

Comes in: a rig. Each function test_… is a case; tests/bus/meson.build lists them.
"""
import os
import re
import signal
import termios

from bus import Agent, ObjectPath, READER, Visits, get_property
from loop import until, wait_for  # first: it says which version of Gio

from screen import Screen, count_columns
from test_client import NO_DAEMON, NUMBER, USAGE, echoes, errors, read_refusal, speak_japanese
from test_screen import Marked

COLOURS = {"TERM": "rxvt"}  # of the terminals with colours the one that asks for nothing which the emulator does not know
NUMBERS = NUMBER[1::2]
LEAVE, ENTER, BACK = "\x1b[?47l", "\r", "\x1b"


def start(rig, persona="yamada", **options):
    rig.start("card", "center", "daemon", persona=persona, **options)
    return rig.wait_readers(2)[0]


def open_desk(rig, *arguments, rows=24, columns=80, wait="q ", **environment):
    desk = rig.spawn_client("desk", *arguments, terminal=True, environment={**COLOURS, **environment})
    screen = Screen(desk, rows, columns)
    screen.wait(wait)
    return desk, screen


def check_number(desk, screen, numbers=NUMBERS, wait="by number"):
    desk.write("n")
    screen.wait("Check by number")
    desk.write("".join(number + ENTER for number in numbers) + ENTER)
    return screen.wait(wait)


def leave(desk, screen):
    """The clerk goes: the terminal is as it was, and nothing of the desk is on it."""
    desk.write("q")
    assert desk.wait() == 0, desk.text()
    check_restored(desk, screen)


def check_restored(desk, screen):
    assert echoes(desk) and termios.tcgetattr(desk.terminal)[3] & termios.ICANON
    assert LEAVE in desk.text() and not screen.text().strip().replace("\n", ""), screen.text()


def test_number(rig):
    rig.start("center", "daemon")
    desk, screen = open_desk(rig)
    assert not echoes(desk)
    screen.wait("No card reader is connected.")
    desk.write("n")
    screen.wait("> Insurer number")
    desk.write(ENTER * 6)
    screen.wait("Insurer number, number and date of birth are needed.")
    desk.write("99001\x7f\x7f" + "019" + ENTER + "架空０１" + ENTER + "１２３４５６７" + ENTER + "01" + ENTER + "wrong\x15" + NUMBERS[4])
    row = screen.wait(f"> Date of birth     {NUMBERS[4]}")
    assert "架空０１" in screen.rows()[row - 3] and screen.rows()[row - 4].endswith("990019"), screen.text()
    assert (screen.screen.cursor.y, screen.screen.cursor.x) == (row, 20 + 8) and not screen.screen.cursor.hidden
    desk.write(ENTER * 2)
    row = screen.wait("ELIGIBLE  30 %  山田　花子")
    assert "by number" in screen.rows()[row] and screen.colours(row) == {"green"}, screen.text()
    desk.write("j" + ENTER)
    screen.wait("> 1")
    screen.wait("ELIGIBLE  Burden ratio 30 %")
    screen.wait("Everything: a")
    screen.wait("Insurer number")
    desk.write("a")
    screen.wait("Validity                valid")
    desk.write(BACK)
    screen.wait("Readers")
    desk.write("x")
    screen.wait("山田", gone=True)
    leave(desk, screen)


def wait_list(screen):
    return screen.wait("Readers")


def test_card(rig):
    """A visit at a reader whose agent asks the patient: its steps, its answer, the reader's state."""
    reader = start(rig)
    patient = Agent(rig.bus_connection("colleague"), pin=Agent.HANG).register(Reader=ObjectPath(reader))
    desk, screen = open_desk(rig, "--consent", "drug")
    row = screen.wait("> 1    card       free      terminal ready")
    assert screen.rows()[row].endswith("Virtual PCD 00 00") and "no terminal" in screen.rows()[row + 1], screen.text()
    desk.write("o")
    patient.wait("RequestPin")
    screen.wait("reader 1    Waiting for the patient's PIN…")
    screen.wait("our visit")
    patient.finish_pin()
    row = screen.wait("reader 1    ELIGIBLE  30 %  山田　花子")
    screen.wait("> 1    used card  free")
    assert patient.count("RequestConsent") == 1
    assert "PIN" not in "".join(screen.rows()[:-2]), screen.text()
    desk.write("jj" + ENTER)
    screen.wait("medicines: granted")
    screen.wait("Kind of insurance ordinary insurance")
    desk.write("x")
    wait_list(screen)
    screen.wait("ELIGIBLE", gone=True)
    leave(desk, screen)


def test_failures(rig):
    """What fails is said: why, where, and what is left; a wrong PIN, no agent, a reader in use by another program."""
    reader = start(rig)
    desk, screen = open_desk(rig)
    screen.wait("> 1    card")
    desk.write("o")
    row = screen.wait("FAILED  No patient terminal is ready at this reader.")
    assert screen.colours(row) == {"red"}
    patient = Agent(rig.bus_connection("colleague"), pin="9999").register(Reader=ObjectPath(reader))
    screen.wait("terminal ready")
    desk.write("s")  # the card was read for the first
    screen.wait("FAILED  The PIN was wrong.")
    desk.write("jj" + ENTER)
    screen.wait("2 tries are left.")
    screen.wait("Last step: The card proves itself.")
    desk.write("q")
    wait_list(screen)
    visits = Visits(rig.bus_connection("tester"))
    other = visits.open(Reader=ObjectPath(reader))
    screen.wait("in use")
    desk.write("kko")
    screen.wait("The card reader is being used for another visit.")
    other.close()
    screen.wait("used card  free")
    assert patient.count("RequestPin") == 1
    leave(desk, screen)


def test_cancel(rig):
    """A visit that waits is cancelled from its own line or its reader's; who leaves while one runs is asked again."""
    reader = start(rig, card_options=["--ejected"])
    patient = Agent(rig.bus_connection("colleague")).register(Reader=ObjectPath(reader))
    desk, screen = open_desk(rig)
    screen.wait("> 1    no card")
    for keys in ("c", "jjc"):  # of the reader, of the visit below both readers
        desk.write("o")
        screen.wait("reader 1    Please put the card on the reader.")
        desk.write(keys)
        screen.wait("Please put the card", gone=True)
        screen.wait("our visit", gone=True)
    assert not get_property(rig.bus_connection("tester"), reader, READER, "InUse")
    desk.write("c")
    screen.wait("No visit of this desk runs there.")
    desk.write("o")
    screen.wait("Please put the card")
    desk.write("q")
    screen.wait("1 visit runs and would be cancelled.")
    desk.write("j")
    screen.wait("1 visit runs", gone=True)
    desk.write("q")
    screen.wait("1 visit runs")
    leave(desk, screen)
    until(lambda: not get_property(rig.bus_connection("tester"), reader, READER, "InUse"), "the reader to be free")
    assert patient.count("RequestPin") == 0


def test_free(rig):
    """The visit of another program is ended by who may, after a question; who may not is told so, and it goes on."""
    reader = start(rig, card_options=["--ejected"])
    Agent(rig.bus_connection("colleague")).register(Reader=ObjectPath(reader))
    visits = Visits(rig.bus_connection("colleague"))
    visit = visits.open(Reader=ObjectPath(reader))
    desk, screen = open_desk(rig, columns=120)
    screen.wait("> 1    no card    in use")
    screen.wait("f free reader")
    desk.write("f")
    screen.wait("The same key again: free it.")
    desk.write("jk")
    screen.wait("The same key again", gone=True)
    desk.write("f")  # the question again, since another key came between
    screen.wait("The same key again: free it.")
    desk.write("f")
    screen.wait("You may not do this.")
    assert visit.get("State") == "waiting-for-card"
    leave(desk, screen)

    desk = rig.spawn_client("desk", terminal=True, user="root", environment=COLOURS)
    screen = Screen(desk)
    screen.wait("> 1    no card    in use")
    desk.write("f")
    screen.wait("The same key again: free it.")
    desk.write("f")
    screen.wait("The reader is free.")
    screen.wait("> 1    no card    free")
    assert visit.wait_finished()[:2] == ("cancelled", "Cancelled") and visit.by == "manager"
    leave(desk, screen)


def test_forgotten(rig):
    """Without a key nothing of a person stays: neither in the list, nor an answer that is shown, nor what was typed."""
    rig.start("center", "daemon")
    desk, screen = open_desk(rig, "--forget", "1")
    check_number(desk, screen)
    screen.wait("ELIGIBLE  (forgotten)")
    assert "山田" not in screen.text()
    desk.write("j" + ENTER)
    screen.wait("It was forgotten. Check again to see it.")
    desk.write("n990019")
    screen.wait("What was typed is forgotten.")
    assert "990019" not in screen.text()
    leave(desk, screen)

    desk, screen = open_desk(rig, "--forget", "2")
    check_number(desk, screen, wait="山田　花子")
    desk.write(ENTER)
    screen.wait("Insurer number")
    screen.wait("ELIGIBLE  (forgotten)")
    screen.wait("Readers")
    screen.wait("山田", gone=True)
    leave(desk, screen)


def test_japanese(rig):
    """Every word of the screen in the clerk's language, each line within its width, the columns below each other."""
    japanese = speak_japanese(rig)
    reader = start(rig, "takahashi")
    patient = Agent(rig.bus_connection("colleague"), pin="3456").register(Reader=ObjectPath(reader))
    desk, screen = open_desk(rig, **japanese)
    row = screen.wait("> 1    あり")
    first, second = screen.rows()[row:row + 2]
    assert count_columns(first[:first.index("Virtual")]) == count_columns(second[:second.index("Virtual")]), screen.text()
    desk.write("o")
    row = screen.wait("資格あり  3割  ●橋　健")
    names = r"Virtual PCD 00 0\d|shikaku|Enter|Esc|\b[a-z?]\b"
    assert not re.search("[A-Za-z]{2}", re.sub(names, "", screen.text())), screen.text()
    desk.write("jj" + ENTER)
    screen.wait("保険者番号")
    assert all(count_columns(row, ambiguous=2) <= 80 for row in screen.rows() if "●" in row), screen.text()
    desk.write("a")
    screen.wait("確認日時")
    desk.write("q?")
    screen.wait("暗証番号")
    desk.write("qd")
    screen.wait("診断")
    desk.write(BACK)
    row = screen.wait("●橋")
    assert patient.count("RequestPin") == 1
    leave(desk, screen)


def test_sizes(rig):
    """Made small and large again while it is used: every view fits, and what is marked is seen."""
    rig.start("card", "center", "daemon")
    rig.wait_readers(2, present=1)
    desk, screen = open_desk(rig)
    screen.wait("> 1    card")
    check_number(desk, screen, wait="山田　花子")
    check_number(desk, screen, wait="2    ")
    until(lambda: screen.text().count("山田　花子") == 2, "the second answer")
    screen.resize(10, 40)
    screen.wait("o open  n number  ? help")
    screen.wait("> 1    card")
    assert "q quit" in screen.rows()[-1], screen.text()
    desk.write("jjj")
    screen.wait("Readers", gone=True)  # what is marked is seen
    screen.wait("> 1    ")
    desk.write(ENTER)
    screen.wait("ELIGIBLE  Burden ratio 30 %")
    screen.wait("more lines: a")
    desk.write("a" + " " * 20)
    screen.wait("──")  # the end of it
    screen.resize(24, 80)
    screen.wait("  Burden ratio            30 %")
    screen.resize(3, 12)
    screen.resize(1, 1)
    screen.resize(50, 200)
    screen.wait("Validity                valid")
    desk.write("q")
    screen.resize(24, 80)
    wait_list(screen)
    assert all(count_columns(row) <= 80 for row in screen.rows()), screen.text()
    desk.write("n990019")
    screen.resize(10, 40)
    screen.wait("> Insurer number    990019")
    desk.write(BACK)
    leave(desk, screen)


def test_daemon_away(rig):
    """It comes up without the daemon, tells that it is away, and goes on when it is back: a stop, and a kill."""
    rig.start("bus")
    desk, screen = open_desk(rig)
    screen.wait("The daemon shikakud is not running.")
    rig.start("card", "center", "daemon")
    screen.wait("1    card")
    screen.wait("The daemon shikakud", gone=True)
    check_number(desk, screen, wait="山田　花子")
    for end in (rig.stop_daemon, rig.kill_daemon):
        desk.write("o")
        end()
        screen.wait("The daemon shikakud is not running. Waiting for it.")
        screen.wait("No card reader is connected.")
        assert "山田　花子" in screen.text() and "center:" not in screen.text(), screen.text()
        rig.start("daemon")
        screen.wait("Virtual PCD 00 01")
        screen.wait("Waiting for it.", gone=True)
    check_number(desk, screen, wait="center: online")
    until(lambda: screen.text().count("ELIGIBLE") == 2, "the second answer")
    leave(desk, screen)


def test_restored(rig):
    """The terminal is as it was, and nothing of the patient on it, on every way out."""
    rig.start("center", "daemon")
    for number, status in ((signal.SIGTERM, 0), (signal.SIGHUP, 0), (signal.SIGINT, 0), (signal.SIGABRT, None),
                           (signal.SIGSEGV, None), (signal.SIGQUIT, None)):
        desk, screen = open_desk(rig)
        check_number(desk, screen, wait="山田　花子")
        assert not echoes(desk)
        desk.kill(number)
        assert desk.wait() == (-number if status is None else status), desk.text()
        check_restored(desk, screen)
    desk, screen = open_desk(rig)
    desk.write("\x03")
    assert desk.wait() == 0
    check_restored(desk, screen)
    desk, screen = open_desk(rig)
    desk.output_watch.stop()
    os.close(desk.terminal)  # the window is closed
    desk.terminal = None
    wait_for(lambda: desk.status is not None, "the end of the desk")
    assert desk.status == 0
    desk, screen = open_desk(rig)
    rig.stop_daemon()
    rig.bus_process.kill(signal.SIGTERM)
    assert desk.wait() == NO_DAEMON, desk.text()
    assert "The connection to the system bus was lost." in screen.text(), screen.text()
    assert echoes(desk)


def test_colours(rig):
    rig.start("center", "daemon")
    for arguments, environment, colours in (((), {}, {"green"}), ((), {"NO_COLOR": "1"}, {"default"}),
                                            (("--no-color",), {}, {"default"}), ((), {"TERM": "vt220"}, {"default"})):
        desk, screen = open_desk(rig, *arguments, **environment)
        row = check_number(desk, screen, wait="山田　花子")
        assert screen.colours(row) == colours and "ELIGIBLE  30 %" in screen.rows()[row], screen.text()
        desk.write("q")
        assert desk.wait() == 0


def test_diagnose_and_help(rig):
    start(rig)
    desk, screen = open_desk(rig)
    desk.write("d")
    screen.wait("Diagnosis")
    row = screen.wait("patient terminal    FAILED")
    assert screen.colours(row) == {"red"}
    desk.write(" " * 9)
    screen.wait("tls" if screen.find("tls") else "center")
    desk.write("q?")
    row = screen.wait("  o         open a visit at the marked reader")
    screen.wait("The PIN is never typed here")
    desk.write(ENTER)
    wait_list(screen)
    leave(desk, screen)


def test_refused(rig):
    """Who may not, what is no terminal, and a daemon that refuses the numbers."""
    rig.start("center", "daemon")
    process = rig.client("desk", stdin="", check=USAGE)
    assert "needs a terminal" in errors(rig, process) and process.text() == ""
    assert read_refusal(rig.client("desk", "--json", stdin="", check=USAGE)) == "InvalidOption"
    assert "cannot" not in errors(rig, rig.client("desk", "--forget", "0", stdin="", check=USAGE))
    desk = rig.spawn_client("desk", terminal=True, environment={"TERM": "dumb"})
    assert desk.wait() == USAGE and "needs a terminal" in desk.text() and echoes(desk), desk.text()
    desk, screen = open_desk(rig)
    check_number(desk, screen, ("990019", "", "1", "", "19851399"), wait="The daemon does not accept an option")
    assert "1985" not in screen.text(), screen.text()
    leave(desk, screen)
    desk = rig.spawn_client("desk", terminal=True, user="other", environment=COLOURS)
    screen = Screen(desk)
    screen.wait("Readers")
    check_number(desk, screen, wait="You may not do this.")
    leave(desk, screen)


def test_every_key(rig):
    """Every key that the contract has reaches the desk's text, too."""
    daemon = Marked(rig)
    desk, screen = open_desk(rig, rows=200, columns=100)
    check_number(desk, screen, wait="ELIGIBLE")
    desk.write("j" + ENTER)
    screen.wait("Everything: a")
    desk.write("a")
    hidden = {("Ceiling", "Class"), ("SpecificDiseases", "Category")}  # their names say more
    marks = {place: marker for place, marker in daemon.markers.items()
             if isinstance(marker, str) and marker.startswith("mark") and place not in hidden}
    assert len(marks) > 40, marks
    for place, marker in marks.items():
        assert screen.wait(marker), place
    desk.write(BACK)
    wait_list(screen)
    leave(desk, screen)
