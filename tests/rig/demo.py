# SPDX-License-Identifier: LGPL-2.1-or-later
"""demo: the main job as a newcomer sees it: a clerk's `shikakuctl check` and a patient's `shikakuctl agent`, each a user of
its own, over the real bus, daemon, pcscd and TLS; only the card and the center are simulated.

Comes in: a built tree (SHIKAKU_BUILD), and a language (SHIKAKU_LANGUAGE, or that of the locale). Goes out: the story on
standard output; exit status 0 if the patient is eligible.
"""
import os
import pty
import re
import sys

import catalogues
from bus import MANAGER, ROOT, get_property
from rig import BUILD, Rig

STAFF = "tester"        # in the group shikaku-reception
TERMINAL = "colleague"  # likewise: the patient's terminal runs under a user of its own
PIN, YES_OR_NO = r"\(4 digits|（数字4桁", r"(?s)(?:(?:\[yes/no\]|［はい/いいえ］).*){%d}"
JAPANESE = {
    "Starting: a private system bus, pcscd with a virtual reader, a virtual My Number card, the simulated center, shikakud":
        "起動: 専用のシステムバス、仮想リーダーを持つ pcscd、仮想マイナンバーカード、模擬センター、shikakud",
    "At the patient's side: shikakuctl agent --reader 1 (a terminal; the PIN is not shown)":
        "患者側: shikakuctl agent --reader 1（端末。暗証番号は表示されません）",
    "At the desk: shikakuctl check --reader 1 --consent ceiling --consent drug":
        "受付: shikakuctl check --reader 1 --consent ceiling --consent drug",
    "    patient: types four digits": "    患者: 数字4桁を入力",
    "    patient: yes, you may see my payment ceiling": "    患者: はい、限度額を見てもかまいません",
    "    patient: yes, you may see my medicines": "    患者: はい、お薬の情報を見てもかまいません",
    "The answer at the desk (exit status %d)": "受付に表示された回答（終了コード %d）",
    "What an outsider can verify: shikakuctl ledger verify, as the administrator":
        "外部の人も検証できるもの: shikakuctl ledger verify（管理者として）",
    "What the card and the center saw": "カードとセンターから見た記録",
    "    card:   %d APDUs, %d bytes in, %d out; powered: %s, rights held: %s":
        "    カード:   APDU %d 件、受信 %d バイト、送信 %d バイト、通電: %s、保持している権限: %s",
    "    center: %s": "    センター: %s",
    "    the daemon says of the center: %s": "    shikakud から見たセンター: %s",
    "What shikakud logged: states, never a PIN, a name or a number":
        "shikakud の記録: 状態のみ。暗証番号、氏名、番号は残しません",
    "The main job works.": "一連の資格確認ができました。",
    "The main job failed.": "資格確認ができませんでした。",
}
language = ""


def translate(text):
    return JAPANESE.get(text, text) if language == "ja" else text


def say(text, *values):
    text = translate(text) % values
    print(f"\n\033[1m» {text}\033[0m" if sys.stdout.isatty() else f"\n» {text}", flush=True)


def tell(text, *values):
    print(translate(text) % values, flush=True)


def answer(terminal, question, typed, shown):
    """The patient reads @question on the terminal, and types."""
    terminal.wait_output(question)
    tell(f"    patient: {shown}")
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


def choose_language(rig):
    """As the user wishes, if it is there: the built catalogues have to be laid where they would be installed."""
    global language
    wanted = next((os.environ[name] for name in ("SHIKAKU_LANGUAGE", "LC_ALL", "LC_MESSAGES", "LANG")
                   if os.environ.get(name)), "")
    if wanted.startswith("ja") and catalogues.lay(BUILD, rig.folder):
        language = "ja"


def run(rig):
    choose_language(rig)
    environment = catalogues.speak_japanese(rig.folder) if language == "ja" else {"LC_ALL": "C.UTF-8"}
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
    answer(terminal, PIN, "1234", "types four digits")
    answer(terminal, YES_OR_NO % 1, "yes", "yes, you may see my payment ceiling")
    answer(terminal, YES_OR_NO % 2, "yes", "yes, you may see my medicines")
    clerk.wait()
    print("\n".join(f"    | {line}" for line in re.sub(r"\r", "", terminal.text()).splitlines()))
    say("The answer at the desk (exit status %d)", clerk.status)
    print(clerk.text())

    say("What an outsider can verify: shikakuctl ledger verify, as the administrator")
    print(rig.client("ledger", "verify", user="root", environment=environment, check=None).text())

    say("What the card and the center saw")
    card, center = rig.card.status(), rig.center("stats")
    tell("    card:   %d APDUs, %d bytes in, %d out; powered: %s, rights held: %s", card["apdus"], card["bytes_in"],
         card["bytes_out"], card["powered"], card["verified"])
    tell("    center: %s", center)
    center_state = get_property(rig.bus_connection(STAFF), ROOT, MANAGER, "Center")
    tell("    the daemon says of the center: %s", center_state)
    say("What shikakud logged: states, never a PIN, a name or a number")
    show_journal(rig)
    return clerk.status


def main():
    with Rig() as rig:
        status = run(rig)
    say("The main job works." if status == 0 else "The main job failed.")
    return status


if __name__ == "__main__":
    sys.exit(main())
