# SPDX-License-Identifier: LGPL-2.1-or-later
"""The documents that records come in: XML in the field's elements, and a small PDF with the same in words.

Comes in: whose they are, what was asked, and the history. Goes out: bytes. Pure.
"""

import contextlib
from xml.sax.saxutils import escape

from . import histories
from .people import now, to_time

ENCODINGS = {"UTF-8": ("utf-8", "0"), "Shift_JIS": ("cp932", "1")}
PDF_LINES_MAXIMUM = 40  # of a page


class Document(bytes):
    """The bytes of an answer that is no message; what it says to be, and to what it is the answer."""

    type = "application/xml"
    identifier = None

    def damage(self):
        """It, with bytes missing, so that it is not well-formed."""
        damaged = Document(self[4:] if self.type == "application/pdf" else self.replace(b"</", b"<", 1))
        damaged.type = self.type
        return damaged


class Tree:
    """Elements as the field writes them: no attributes; what is empty is left out, unless it is kept."""

    def __init__(self):
        self.parts = []

    def add(self, name, text):
        if text not in ("", None):
            self.parts.append(f"<{name}>{escape(str(text))}</{name}>")

    def add_all(self, fields):
        for name, text in fields.items():
            self.add(name, text)

    @contextlib.contextmanager
    def inside(self, *names):
        """What is added meanwhile stands in these elements, the last of them innermost."""
        self.parts += [f"<{name}>" for name in names]
        yield
        self.parts += [f"</{name}>" for name in reversed(names)]


def to_day(day):
    return day.strftime("%Y%m%d")


def get_age(birthdate, day):
    return day.year - int(birthdate[:4]) - ((day.month, day.day) < (int(birthdate[4:6]), int(birthdate[6:])))


def write_person(tree, entry, kind):
    short = kind == "drug"
    names = ("InsNum", "InsCdSym", "InsCdNum", "BrancNum", "Birth", "AdmGendCode", "RefNum") if short else (
        "InsurerNumber", "InsuranceCardSymbol", "InsuredPersonIdentificationNumber", "BranchNumber", "Birthday",
        "AdministrativeGenderCode", "ReferenceNumber")  # fmt: skip
    with tree.inside("QuaInf" if short else "QualificationsInfo"):
        tree.add(names[0], entry["InsurerNumber"])
        tree.add(names[1], entry.get("InsuredCardSymbol"))
        tree.add(names[2], entry["InsuredIdentificationNumber"])
        tree.add(names[3], entry.get("InsuredBranchNumber"))
        tree.add("KanaName", entry["NameKana"])
        tree.add("KanaName2", entry.get("NameOfOtherKana"))
        tree.add("Name", entry["Name"])
        tree.add("Name2", entry.get("NameOfOther"))
        tree.add(names[4], entry["Birthdate"])
        tree.add("Age", get_age(entry["Birthdate"], now()))
        tree.add(names[5], entry["Sex1"])
        tree.add(names[6], entry.get("ReferenceNumber"))


def write_header(tree, request, entry, result, code, message, characters):
    with tree.inside("MessageHeader"):
        tree.add("ProcessExecutionTime", to_time(now()))
        with tree.inside("RequestInfo"):
            tree.add_all({"Req" + name: text for name, text in {**request.header, **request.body}.items()})
        if entry:
            write_person(tree, entry, request.kind)
        tree.add("ResultCode", result)
        tree.add("MessageId", code)
        tree.add("MessageContents", message)
        tree.add("CharacterCodeIdentifier", characters)


def write_drug(tree, prefix, drug):
    code, name, ingredient, amount, unit, usage, days = drug
    with tree.inside(prefix + "DrugInf"):
        tree.add("MeTrIdCl" if not prefix else prefix + "UsageCl", "21")
        if not prefix:
            tree.add("UsageC", "101")
        tree.add_all({prefix + "UsageN": usage, prefix + "DrugC": code, prefix + "DrugN": name,
                      prefix + "IngreN": ingredient, prefix + "Unit": unit, prefix + "Qua1": amount,
                      prefix + "Times": days})  # fmt: skip


def write_drugs(tree, prefix, drugs):
    with tree.inside(prefix + "DrugInfs"):
        for drug in drugs:
            write_drug(tree, prefix, drug)


def name_place(prefix, place):
    """The code and the name of an institution."""
    return {prefix + "HCd": place[0], prefix + "HNm": place[1]}


def write_dispensed_receipt(tree, month, prescription):
    """What the pharmacy has charged."""
    with tree.inside("MeTrMonthInf"):
        tree.add_all({"MeTrMonth": month, "InOut": "4", "DiOrg": "1", "PrIsOrg": "1",
                      **name_place("MeTrDi", prescription.pharmacy),
                      **name_place("Prls", prescription.prescriber)})  # fmt: skip
        with tree.inside("DiDateInfs", "DiDateInf"):
            tree.add_all({"DiDate": to_day(prescription.given), "PrDate": to_day(prescription.day)})
            write_drugs(tree, "", prescription.drugs)


def write_visit_receipt(tree, month, visit):
    """What an institution has charged for what it did."""
    with tree.inside("MeTrMonthInf"):
        tree.add_all({"MeTrMonth": month, "InOut": "2", "DiOrg": "1", **name_place("MeTrDi", visit.institution)})
        with tree.inside("DiDateInfs", "DiDateInf"):
            tree.add("DiDate", to_day(visit.day))
            with tree.inside("MeTrInfs"):
                for code, name, unit, amount in visit.treatments:
                    with tree.inside("MeTrInf"):
                        tree.add_all({"MeTrIdCl": "80", "SinInfCd": code, "SinInfN": name, "Unit": unit, "Qua1": amount,
                                      "Times": "1"})  # fmt: skip


def write_prescribed(tree, month, prescription):
    """An electronic prescription."""
    with tree.inside("ShPrMonthInf"):
        tree.add_all({"ShPrMonth": month, "ShPrCl": "2", "ShPrOrg": "2", "ShPrIsOrg": "2",
                      **name_place("ShMeTrDi", prescription.prescriber),
                      **name_place("ShPr", prescription.prescriber)})  # fmt: skip
        with tree.inside("ShPrDateInfs", "ShPrDateInf"):
            tree.add("ShPrDate", to_day(prescription.day))
            write_drugs(tree, "Sh", prescription.drugs)


def write_dispensed(tree, month, prescription):
    """What the pharmacy has dispensed for it."""
    with tree.inside("CzDiMonthInf"):
        tree.add_all({"CzDiMonth": month, "CzPrCl": "4", "CzDiOrg": "2", "CzPrIsOrg": "2",
                      **name_place("CzMeTrDi", prescription.pharmacy),
                      **name_place("CzPrls", prescription.prescriber)})  # fmt: skip
        with tree.inside("CzDiDateInfs", "CzDiDateInf"):
            tree.add_all({"CzDiDate": to_day(prescription.given), "CzPrDate": to_day(prescription.day)})
            write_drugs(tree, "Cz", prescription.drugs)


def write_checkup(tree, checkup):
    with tree.inside("SpecificHealthCheckupInfo"):
        tree.add("EffectiveTime", to_day(checkup.day))
        with tree.inside("HealthCheckupResultAndQuestionInfos"):
            for code, name, value, unit, lower, upper in checkup.items:
                with tree.inside("HealthCheckupResultAndQuestionInfo"):
                    tree.add_all({"ItemCode": code, "ItemName": name, "DataType": "PQ" if unit else "CD",
                                  "DataValue": value, "Unit": unit, "ReferenceRangeLow": lower,
                                  "ReferenceRangeHigh": upper})  # fmt: skip


def write_body(history):
    tree = Tree()
    with tree.inside("MessageBody"):
        for month, prescriptions, visits in history["receipts"]:
            for prescription in prescriptions:
                write_dispensed_receipt(tree, month, prescription)
            for visit in visits:
                write_visit_receipt(tree, month, visit)
        for block, write in (("ShPrInf", write_prescribed), ("CzDiInf", write_dispensed)):
            written = [(month, one) for month, prescriptions in history["prescriptions"] for one in prescriptions]
            if written:
                with tree.inside(block):
                    for month, prescription in written:
                        write(tree, month, prescription)
        for checkup in history["checkups"]:
            write_checkup(tree, checkup)
    return "".join(tree.parts)


def make_xml(request, entry, history, encoding, header_last=False, result="1", code=None, message=None, size=0):
    """@history: None: an error, which has no body. @size: bytes that it has at least: the first medicine, again and again."""
    codec, characters = ENCODINGS[encoding]
    tree = Tree()
    write_header(tree, request, entry, result, code, message, characters)
    header = "".join(tree.parts)
    body = write_body(history) if history else "<MessageBody></MessageBody>"
    body = pad(body, size - len(header.encode(codec, "replace")), codec)
    parts = (body, header) if header_last else (header, body)
    text = f'<?xml version="1.0" encoding="{encoding}" standalone="no"?>\n<XmlMsg>{parts[0]}{parts[1]}</XmlMsg>'
    return Document(text.encode(codec, "replace"))


def pad(body, size, codec):
    if len(body.encode(codec, "replace")) >= size:
        return body
    tree = Tree()
    write_dispensed_receipt(tree, "202109", histories.Prescription(
        histories.make_day("202109", 2), histories.make_day("202109", 3), histories.CHRONIC, histories.CLINIC,
        histories.PHARMACY))  # fmt: skip
    piece = "".join(tree.parts)
    number = (size - len(body.encode(codec, "replace"))) // len(piece.encode(codec, "replace")) + 1
    lead, tail = "<MessageBody>", body.removeprefix("<MessageBody>")
    return lead + piece * number + tail


def list_lines(request, entry, history):
    """What the PDF says, in words."""
    yield "薬剤情報・診療情報" if request.kind == "drug" else "特定健診情報"
    yield f"氏名 {entry['Name']} ({entry['NameKana']})"
    yield f"生年月日 {entry['Birthdate']}  保険者番号 {entry['InsurerNumber'].strip()}"
    symbol, branch = entry.get("InsuredCardSymbol", ""), entry.get("InsuredBranchNumber", "")
    yield f"記号 {symbol} 番号 {entry['InsuredIdentificationNumber']} 枝番 {branch}"
    yield f"期間 {request.body.get('StartDate', '')}-{request.body.get('EndDate', '')}"
    for month, prescriptions, visits in history["receipts"]:
        for prescription in prescriptions:
            yield f"{month} {prescription.pharmacy[1]} {'、'.join(drug[1] for drug in prescription.drugs)}"
        for visit in visits:
            yield f"{month} {visit.institution[1]} {'、'.join(treatment[1] for treatment in visit.treatments)}"
    for month, prescriptions in history["prescriptions"]:
        for prescription in prescriptions:
            yield f"{month} 処方 {prescription.prescriber[1]} {'、'.join(drug[1] for drug in prescription.drugs)}"
    for checkup in history["checkups"]:
        for _, name, value, unit, _, _ in checkup.items:
            yield f"{to_day(checkup.day)} {name} {value} {unit}"


def make_page(lines):
    shown = b"".join(b"<%s> Tj T*\n" % line.encode("utf-16-be").hex().encode() for line in lines)
    return b"BT /F1 10 Tf 14 TL 40 800 Td\n" + shown + b"ET"


def make_pdf(request, entry, history, size=0):
    """PDF 1.4; a Japanese font that every reader brings. @size: bytes that it has at least, in an object that nobody shows."""
    lines = list(list_lines(request, entry, history))
    pages = [lines[i:i + PDF_LINES_MAXIMUM] for i in range(0, len(lines), PDF_LINES_MAXIMUM)]
    first = 7  # object of the first page; each has its content behind it
    kids = b" ".join(b"%d 0 R" % (first + 2 * i) for i in range(len(pages)))
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [%s] /Count %d >>" % (kids, len(pages)),
        b"<< /Type /Font /Subtype /Type0 /BaseFont /HeiseiKakuGo-W5 /Encoding /UniJIS-UTF16-H /DescendantFonts [4 0 R] >>",
        b"<< /Type /Font /Subtype /CIDFontType0 /BaseFont /HeiseiKakuGo-W5 /FontDescriptor 5 0 R"
        b" /CIDSystemInfo << /Registry (Adobe) /Ordering (Japan1) /Supplement 2 >> >>",
        b"<< /Type /FontDescriptor /FontName /HeiseiKakuGo-W5 /Flags 4 /FontBBox [-92 -250 1010 922] /ItalicAngle 0"
        b" /Ascent 752 /Descent -271 /CapHeight 737 /StemV 114 >>",
        b"<< /Length %d >>\nstream\n%s\nendstream" % (size, b"%" * size) if size else b"null",
    ]
    for i, page in enumerate(pages):
        content = make_page(page)
        objects.append(b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Resources << /Font << /F1 3 0 R >> >>"
                       b" /Contents %d 0 R >>" % (first + 2 * i + 1))  # fmt: skip
        objects.append(b"<< /Length %d >>\nstream\n%s\nendstream" % (len(content), content))
    out, places = bytearray(b"%PDF-1.4\n%\xe2\xe3\xcf\xd3\n"), []
    for number, thing in enumerate(objects, 1):
        places.append(len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (number, thing)
    table = len(out)
    out += b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1) + b"".join(b"%010d 00000 n \n" % place for place in places)
    out += b"trailer\n<< /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n" % (len(objects) + 1, table)
    document = Document(out)
    document.type = "application/pdf"
    return document
