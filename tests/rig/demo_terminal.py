# SPDX-License-Identifier: LGPL-2.1-or-later
"""demo_terminal: a desk beside the official terminal, without a card reader of its own: all that it asks and all that comes
in goes through the terminal's shared folders; only the terminal is simulated.

Comes in: as demo.py. Goes out: the story on standard output; exit status 0 if each of its steps went well.
"""
import json
import sys

import catalogues
import demo
from demo import STAFF, say, tell
from rig import SIMULATOR, Rig

BOTH = "root"           # may take an answer, and see the records
PERSONA = "yamada"
CONSENTS = "ceiling,drug,checkup"
CHART = "10000001"  # the patient's number at this clinic
LINES = 16  # of the table of medicines
demo.JAPANESE.update({
    "Starting: a private system bus, the simulated official terminal with its shared folders, shikakud; no card reader":
        "起動: 専用のシステムバス、共有フォルダーを持つ模擬資格確認端末、shikakud。カードリーダーなし",
    "A paper at the desk, and the own chart's number for it: shikakuctl check, by its numbers":
        "受付に書類、自院の患者番号も登録: shikakuctl check（番号による照会）",
    "    req: %s  →  res: %s, %s": "    req: %s  →  res: %s、%s",
    "taken and deleted": "受け取って削除",
    "left": "残っています",
    "A patient before the face reader agrees to ceiling, medicines and check-ups: the terminal writes a file":
        "顔認証リーダーの前の患者が限度額・薬剤・健診に同意: 端末がファイルを書き出します",
    "What has arrived, without a name: shikakuctl arrivals": "到着したもの（氏名なし）: shikakuctl arrivals",
    "The patient says who they are: shikakuctl claim; and a doctor wants the medicines: --records drug":
        "患者が名乗ります: shikakuctl claim。医師は薬剤情報も: --records drug",
    "The medicines: shikakuctl records show": "薬剤情報: shikakuctl records show",
    "Is the whole chain well? shikakuctl diagnose": "経路の確認: shikakuctl diagnose",
    "What the terminal saw, and what is left in its folders": "端末から見た記録と、フォルダーに残ったもの",
    "    req: %d, res: %d, face: %d files": "    req: %d 件、res: %d 件、face: %d 件",
    "Beside the official terminal, all works.": "資格確認端末との連携がすべて動作しました。",
    "It did not work.": "動作しませんでした。",
})


def show_file(terminal, line):
    tell("    req: %s  →  res: %s, %s", line["name"], line["answer"],
         demo.translate("taken and deleted" if line["answer"] not in terminal.files() else "left"))  # fmt: skip


def check_paper(rig, terminal, entry, environment):
    say("A paper at the desk, and the own chart's number for it: shikakuctl check, by its numbers")
    numbers = {"--insurer": entry["InsurerNumber"].strip(), "--symbol": entry["InsuredCardSymbol"],
               "--number": entry["InsuredIdentificationNumber"], "--branch": entry["InsuredBranchNumber"],
               "--birthdate": entry["Birthdate"]}  # fmt: skip
    words = [word for pair in numbers.items() for word in pair]
    clerk = rig.client("check", *words, "--reference", CHART, user=STAFF, environment=environment)
    print(clerk.text())
    for line in terminal.log():
        show_file(terminal, line)
    return clerk.status


def see_patient(rig, terminal, environment):
    say("A patient before the face reader agrees to ceiling, medicines and check-ups: the terminal writes a file")
    tell("    face: %s", terminal.face(PERSONA, consents=CONSENTS)["name"])
    terminal.wait_empty("face")
    say("What has arrived, without a name: shikakuctl arrivals")
    print(rig.client("arrivals", "--now", user=STAFF, environment=environment, check=0).text())


def meet_patient(rig, entry, environment):
    """The desk takes the answer, and for a doctor the medicines with it."""
    say("The patient says who they are: shikakuctl claim; and a doctor wants the medicines: --records drug")
    document = rig.folder / "shown" / "records.json"
    document.parent.mkdir()
    document.parent.chmod(0o777)
    desk = rig.client("claim", "--birthdate", entry["Birthdate"], "--kana", entry["NameKana"], "--records", "drug", "--output",
                      document, "--staff", "d-1", "--role", "doctor", user=BOTH, environment=environment)  # fmt: skip
    print(desk.text())
    say("The medicines: shikakuctl records show")
    shown = rig.client("records", "show", "--document", document, "--months", "3", user=BOTH, environment=environment)
    print("\n".join(shown.text().splitlines()[:LINES]))
    return desk.status or shown.status


def run(rig):
    demo.choose_language(rig)
    environment = catalogues.speak_japanese(rig.folder) if demo.language == "ja" else {"LC_ALL": "C.UTF-8"}
    say("Starting: a private system bus, the simulated official terminal with its shared folders, shikakud; no card reader")
    terminal = rig.terminal(encoding="Shift_JIS")
    rig.start_pcscd(readers=False)
    rig.start("daemon", **terminal.settings())
    entry = json.loads((SIMULATOR / "people.json").read_text(encoding="utf-8"))["people"][PERSONA]["center"]["entries"][0]

    statuses = [check_paper(rig, terminal, entry, environment)]
    see_patient(rig, terminal, environment)
    statuses.append(meet_patient(rig, entry, environment))

    say("Is the whole chain well? shikakuctl diagnose")
    print(rig.client("diagnose", user=STAFF, environment=environment, check=None).text())
    say("What the terminal saw, and what is left in its folders")
    for line in terminal.log():
        tell("    %s  %s", line["path"], line["name"])
    tell("    req: %d, res: %d, face: %d files", *(len(terminal.files(folder)) for folder in ("req", "res", "face")))
    say("What shikakud logged: states, never a PIN, a name or a number")
    demo.show_journal(rig)
    return max(statuses)


def main():
    with Rig() as rig:
        status = run(rig)
    say("Beside the official terminal, all works." if status == 0 else "It did not work.")
    return status


if __name__ == "__main__":
    sys.exit(main())
