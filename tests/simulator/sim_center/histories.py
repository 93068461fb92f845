# SPDX-License-Identifier: LGPL-2.1-or-later
"""What the invented people were given, treated with and examined for: by the calendar alone, the same at every call.

Comes in: a person and the months that are wanted. Goes out: visits, prescriptions and check-ups, as plain dicts. No
medicine is a maker's: ingredients, and codes that are nobody's.
"""

import collections
import datetime
import random

FIRST_MONTH = "202109"  # nothing is older in the field
CLINIC, HOSPITAL = ("1319990018", "架空内科クリニック"), ("1319990026", "見本総合病院")
PHARMACY, DENTIST = ("1349990034", "例示薬局"), ("1339990042", "架空歯科医院")

# Code, name, ingredient, amount, unit, usage, days.
CHRONIC = (
    ("219990001", "アムロジピン錠５ｍｇ", "アムロジピンベシル酸塩", "1", "錠", "１日１回朝食後服用", "30"),
    ("239990002", "ロスバスタチン錠２．５ｍｇ", "ロスバスタチンカルシウム", "1", "錠", "１日１回夕食後服用", "30"),
    ("399990003", "メトホルミン塩酸塩錠２５０ｍｇ", "メトホルミン塩酸塩", "2", "錠", "１日２回朝夕食後服用", "30"),
)
ACUTE = (
    ("619990004", "アモキシシリンカプセル２５０ｍｇ", "アモキシシリン水和物", "3", "カプセル", "１日３回毎食後服用", "5"),
    ("119990005", "アセトアミノフェン錠２００ｍｇ", "アセトアミノフェン", "2", "錠", "発熱時服用", "10"),
    ("449990006", "フェキソフェナジン塩酸塩錠６０ｍｇ", "フェキソフェナジン塩酸塩", "2", "錠", "１日２回朝夕食後服用", "14"),
)
TREATMENTS = (("112999910", "再診料", "", "1"), ("160999920", "末梢血液一般検査", "回", "1"), ("170999930", "胸部単純撮影", "回", "1"))
DENTAL = (("309999940", "歯科衛生実地指導料", "回", "1"),)

# Code, name, unit, lower and upper bound ("" none), digits behind the point, how the value moves with the years.
EXAMINATIONS = (
    ("9N001000000000001", "身長", "cm", "", "", 1, (160, 175)),
    ("9N006000000000001", "体重", "kg", "", "", 1, (52, 78)),
    ("9A755000000000001", "収縮期血圧", "mmHg", "", "129", 0, (108, 148)),
    ("9A765000000000001", "拡張期血圧", "mmHg", "", "84", 0, (64, 92)),
    ("3F070000002327101", "ＨＤＬコレステロール", "mg/dL", "40", "", 0, (42, 78)),
    ("3F077000002327101", "ＬＤＬコレステロール", "mg/dL", "", "119", 0, (88, 152)),
    ("3D046000001906202", "ヘモグロビンＡ１ｃ（ＮＧＳＰ）", "%", "", "5.5", 1, (5, 7)),
    ("1A020000000191111", "尿蛋白", "", "", "", 0, None),
)  # fmt: skip

# Whose history is another than the ordinary one.
WITHOUT_RECORDS = ("kato",)  # nothing was ever given
WITHOUT_CHECKUPS = ("kato", "okada-child", "nakamura")
HEADER_LAST = ("suzuki",)  # the header stands behind the body
SHIFT_JIS = ("takahashi",)

Prescription = collections.namedtuple("Prescription", "day given drugs prescriber pharmacy")
Visit = collections.namedtuple("Visit", "day institution treatments")
Checkup = collections.namedtuple("Checkup", "day items")


def to_number(month):
    return int(month[:4]) * 12 + int(month[4:]) - 1


def to_month(number):
    return f"{number // 12:04}{number % 12 + 1:02}"


def list_months(first, last):
    return [to_month(number) for number in range(to_number(first), to_number(last) + 1)]


def make_day(month, day):
    return datetime.date(int(month[:4]), int(month[4:]), day)


def get_prescriptions(person, month):
    """Those written in @month, each dispensed a day later: what chronic illness needs, and now and then a cold."""
    if person.key in WITHOUT_RECORDS:
        return []
    chance = random.Random(f"{person.key}-{month}")
    found = []
    if random.Random(person.key).random() < 0.8 or person.key == "yamada":
        number = 2 if person.key == "yamada" else chance.randint(1, len(CHRONIC))
        day = make_day(month, chance.randint(2, 20))
        found.append(Prescription(day, day + datetime.timedelta(1), CHRONIC[:number], CLINIC, PHARMACY))
    if chance.random() < 0.3:
        day = make_day(month, chance.randint(2, 25))
        found.append(Prescription(day, day, (chance.choice(ACUTE),), chance.choice((CLINIC, HOSPITAL)), PHARMACY))
    return found


def get_visits(person, month):
    """What was done in @month, and by whom."""
    if person.key in WITHOUT_RECORDS:
        return []
    chance = random.Random(f"visit-{person.key}-{month}")
    visits = [Visit(prescription.day, prescription.prescriber, TREATMENTS[:1 + chance.randrange(3)])
              for prescription in get_prescriptions(person, month)]
    if chance.random() < 0.15:
        visits.append(Visit(make_day(month, chance.randint(2, 27)), DENTIST, DENTAL))
    return visits


def get_checkups(person, today):
    """One each June of the last five years, the newest first."""
    if person.key in WITHOUT_CHECKUPS:
        return []
    found = []
    for year in range(today.year, today.year - 6, -1):
        chance = random.Random(f"checkup-{person.key}-{year}")
        day = datetime.date(year, 6, chance.randint(3, 26))
        if not 0 <= (today - day).days < 5 * 365:
            continue
        items = []
        for code, name, unit, lower, upper, digits, span in EXAMINATIONS:
            value = "-" if span is None else f"{chance.uniform(*span):.{digits}f}"
            items.append((code, name, value, unit, lower, upper))
        found.append(Checkup(day, items))
    return found
