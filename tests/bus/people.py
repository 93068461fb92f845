# SPDX-License-Identifier: LGPL-2.1-or-later
"""people: who the cases of this folder ask for: yamada of tests/simulator/people.json, by number."""

INSURED = {"InsurerNumber": "990019", "Symbol": "架空０１", "Number": "１２３４５６７", "Branch": "01", "Birthdate": "19850412"}
UNKNOWN = {"InsurerNumber": "990027", "Number": "0000000", "Birthdate": "19990101"}
NAME = "山田"
