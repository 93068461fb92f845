# SPDX-License-Identifier: LGPL-2.1-or-later
"""The load test: as many invented people as are wanted, by chance from a seed, and what a client made of them.

Comes in: a number and a seed; then each request as it arrives and as it is answered. Goes out: people as people.json has
them, what a clerk types of each, and a report.
"""

import collections
import random
import time

PEOPLE_MAXIMUM = 100000
FAMILY_NAMES = (("見本", "ﾐﾎﾝ"), ("架空", "ｶｸｳ"), ("例示", "ﾚｲｼﾞ"), ("仮名", "ｶﾒｲ"), ("試山", "ﾀﾒﾔﾏ"), ("無川", "ﾅｼｶﾜ"), ("●田", "ﾐﾀ"))
GIVEN_NAMES = (("一郎", "ｲﾁﾛｳ", "1"), ("花子", "ﾊﾅｺ", "2"), ("次郎", "ｼﾞﾛｳ", "1"), ("桜", "ｻｸﾗ", "2"), ("光", "ﾋｶﾘ", "2"))
UNMAPPED_RARITY = 23  # one in so many has ● in the name, as in the field
VALIDITIES = "1" * 18 + "23"
RATIOS = ("030", "030", "030", "020", "010")
FULL_WIDTH = str.maketrans("0123456789", "０１２３４５６７８９")
NUMBERS = 9000000  # of seven digits; a prime walks through all of them before one comes again
STRIDE = 7919


def make_person(index, chance):
    """One of them, as people.json describes a person. All that is not the index is chance's."""
    family, family_kana = FAMILY_NAMES[-1] if chance.randrange(UNMAPPED_RARITY) == 0 else chance.choice(FAMILY_NAMES[:-1])
    given, given_kana, sex = chance.choice(GIVEN_NAMES)
    birthdate = f"{chance.randint(1930, 2024)}{chance.randint(1, 12):02}{chance.randint(1, 28):02}"
    entry = {
        "InsuredCardClassification": "01",
        "InsurerNumber": f"  99{chance.randint(1, 40):03}{chance.randint(0, 9)}",
        "InsurerName": "架空区（見本）国民健康保険",
        "InsuredCardSymbol": f"架空{chance.randint(1, 99):02}".translate(FULL_WIDTH),
        "InsuredIdentificationNumber": str(1000000 + index * STRIDE % NUMBERS).translate(FULL_WIDTH),
        "InsuredBranchNumber": f"{chance.randint(1, 5):02}",
        "PersonalFamilyClassification": chance.choice("12"),
        "Name": f"{family}　{given}",
        "NameKana": f"{family_kana} {given_kana}",
        "Sex1": sex,
        "Birthdate": birthdate,
        "Address": f"東京都架空区見本町{chance.randint(1, 9)}丁目".translate(FULL_WIDTH),
        "PostNumber": f"999-{chance.randint(0, 9999):04}",
        "QualificationDate": "20200401",
        "InsuredPartialContributionRatio": chance.choice(RATIOS),
    }
    center = {"registered": True, "revoked": False, "validity": chance.choice(VALIDITIES), "consents": [], "ceiling": None,
              "specific_diseases": [], "entries": [entry]}  # fmt: skip
    return {"center": center}


def make_people(number, seed):
    """Return: key -> description, the same for the same seed whatever @number is, as far as they go."""
    if not 1 <= number <= PEOPLE_MAXIMUM:
        raise ValueError(f"a load is 1 to {PEOPLE_MAXIMUM} people")
    return {f"load-{index}": make_person(index, random.Random(f"{seed}-{index}")) for index in range(number)}


def get_numbers(description):
    """What a clerk types, under the names of the D-Bus contract (Manager.CheckNumber)."""
    entry = description["center"]["entries"][0]
    names = {"InsurerNumber": "InsurerNumber", "Symbol": "InsuredCardSymbol", "Number": "InsuredIdentificationNumber",
             "Branch": "InsuredBranchNumber", "Birthdate": "Birthdate"}
    return {key: entry[name].strip() for key, name in names.items()}


def take_share(values, share):
    """The value that so many of the sorted @values do not exceed; None of none."""
    return values[min(int(len(values) * share), len(values) - 1)] if values else None


class Load:
    """What has come since reset(): told by the server, for every request."""

    def __init__(self, number=0):
        self.number = number
        self.reset()

    def reset(self):
        self.first = self.last = None  # seconds: first arrival, last answer
        self.under_way = self.at_once = 0
        self.requests = collections.Counter()
        self.errors = collections.Counter()
        self.latencies = []
        self.asked = collections.Counter()  # person, None for nobody -> searches that found it
        self.identifiers = collections.Counter()

    def begin(self, record):
        self.first = self.first or time.perf_counter()
        self.under_way += 1
        self.at_once = max(self.at_once, self.under_way)
        self.requests[record["path"]] += 1

    def end(self, record):
        self.last = time.perf_counter()
        self.under_way = max(self.under_way - 1, 0)  # what began before reset() is none of ours
        if record["status"] is None:
            self.errors["no answer"] += 1
            return
        self.latencies.append(record["ms"])
        if record["status"] != 200:
            self.errors[f"HTTP {record['status']}"] += 1
        elif record["refused"]:
            self.errors[record["refused"]] += 1
        if record["ArbitraryFileIdentifier"]:
            self.identifiers[record["ArbitraryFileIdentifier"]] += 1
        if record["path"] == "search" and record["status"] == 200 and not record["refused"]:
            self.asked[record["person"]] += 1

    def report(self):
        seconds = self.last - self.first if self.latencies else 0
        latencies = sorted(self.latencies)
        people = [count for person, count in self.asked.items() if person is not None]
        return {
            "people": self.number,
            "people_asked_for": len(people),
            "queries_doubled": sum(count - 1 for count in people),
            "queries_for_nobody": self.asked[None],
            "identifiers_used_again": sum(count - 1 for count in self.identifiers.values()),
            "requests": dict(self.requests),
            "errors": dict(self.errors),
            "seconds": round(seconds, 3),
            "requests_per_second": round(len(latencies) / seconds, 1) if seconds else None,
            "at_once_at_most": self.at_once,
            "under_way": self.under_way,
            "milliseconds": {"median": take_share(latencies, 0.5), "of_95_percent": take_share(latencies, 0.95),
                             "of_99_percent": take_share(latencies, 0.99), "most": latencies[-1] if latencies else None},
        }  # fmt: skip
