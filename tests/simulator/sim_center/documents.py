# SPDX-License-Identifier: LGPL-2.1-or-later
"""The documents that records come in: XML in the field's elements, and a small PDF with the same in words.

Comes in: whose they are, what was asked, and the history. Goes out: bytes. Pure.
"""

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

    def open(self, name):
        self.parts.append(f"<{name}>")

    def close(self, name):
        self.parts.append(f"</{name}>")


def to_day(day):
    return day.strftime("%Y%m%d")


def get_age(birthdate, day):
    return day.year - int(birthdate[:4]) - ((day.month, day.day) < (int(birthdate[4:6]), int(birthdate[6:])))


def write_person(tree, entry, kind):
    short = kind == "drug"
    names = ("InsNum", "InsCdSym", "InsCdNum", "BrancNum", "Birth", "AdmGendCode", "RefNum") if short else (
        "InsurerNumber", "InsuranceCardSymbol", "InsuredPersonIdentificationNumber", "BranchNumber", "Birthday",
        "AdministrativeGenderCode", "ReferenceNumber")  # fmt: skip
    block = "QuaInf" if short else "QualificationsInfo"
    tree.open(block)
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
    tree.close(block)


def write_header(tree, request, entry, result, code, message, characters):
    tree.open("MessageHeader")
    tree.add("ProcessExecutionTime", to_time(now()))
    tree.open("RequestInfo")
    for name, text in {**request.header, **request.body}.items():
        tree.add("Req" + name, text)
    tree.close("RequestInfo")
    if entry:
        write_person(tree, entry, request.kind)
    tree.add("ResultCode", result)
    tree.add("MessageId", code)
    tree.add("MessageContents", message)
    tree.add("CharacterCodeIdentifier", characters)
    tree.close("MessageHeader")


def write_drug(tree, prefix, drug):
    code, name, ingredient, amount, unit, usage, days = drug
    tree.open(prefix + "DrugInf")
    tree.add("MeTrIdCl" if not prefix else prefix + "UsageCl", "21")
    if not prefix:
        tree.add("UsageC", "101")
    tree.add(prefix + "UsageN", usage)
    tree.add(prefix + "DrugC", code)
    tree.add(prefix + "DrugN", name)
    tree.add(prefix + "IngreN", ingredient)
    tree.add(prefix + "Unit", unit)
    tree.add(prefix + "Qua1", amount)
    tree.add(prefix + "Times", days)
    tree.close(prefix + "DrugInf")


def write_drugs(tree, prefix, drugs):
    tree.open(prefix + "DrugInfs")
    for drug in drugs:
        write_drug(tree, prefix, drug)
    tree.close(prefix + "DrugInfs")


def write_dispensed_receipt(tree, month, prescription):
    """What the pharmacy has charged."""
    tree.open("MeTrMonthInf")
    tree.add("MeTrMonth", month)
    tree.add("InOut", "4")
    tree.add("DiOrg", "1")
    tree.add("PrIsOrg", "1")
    tree.add("MeTrDiHCd", prescription.pharmacy[0])
    tree.add("MeTrDiHNm", prescription.pharmacy[1])
    tree.add("PrlsHCd", prescription.prescriber[0])
    tree.add("PrlsHNm", prescription.prescriber[1])
    tree.open("DiDateInfs")
    tree.open("DiDateInf")
    tree.add("DiDate", to_day(prescription.given))
    tree.add("PrDate", to_day(prescription.day))
    write_drugs(tree, "", prescription.drugs)
    tree.close("DiDateInf")
    tree.close("DiDateInfs")
    tree.close("MeTrMonthInf")


def write_visit_receipt(tree, month, visit):
    """What an institution has charged for what it did."""
    tree.open("MeTrMonthInf")
    tree.add("MeTrMonth", month)
    tree.add("InOut", "2")
    tree.add("DiOrg", "1")
    tree.add("MeTrDiHCd", visit.institution[0])
    tree.add("MeTrDiHNm", visit.institution[1])
    tree.open("DiDateInfs")
    tree.open("DiDateInf")
    tree.add("DiDate", to_day(visit.day))
    tree.open("MeTrInfs")
    for code, name, unit, amount in visit.treatments:
        tree.open("MeTrInf")
        tree.add("MeTrIdCl", "80")
        tree.add("SinInfCd", code)
        tree.add("SinInfN", name)
        tree.add("Unit", unit)
        tree.add("Qua1", amount)
        tree.add("Times", "1")
        tree.close("MeTrInf")
    tree.close("MeTrInfs")
    tree.close("DiDateInf")
    tree.close("DiDateInfs")
    tree.close("MeTrMonthInf")


def write_prescribed(tree, month, prescriptions):
    for prescription in prescriptions:
        tree.open("ShPrMonthInf")
        tree.add("ShPrMonth", month)
        tree.add("ShPrCl", "2")
        tree.add("ShPrOrg", "2")
        tree.add("ShPrIsOrg", "2")
        tree.add("ShMeTrDiHCd", prescription.prescriber[0])
        tree.add("ShMeTrDiHNm", prescription.prescriber[1])
        tree.add("ShPrHCd", prescription.prescriber[0])
        tree.add("ShPrHNm", prescription.prescriber[1])
        tree.open("ShPrDateInfs")
        tree.open("ShPrDateInf")
        tree.add("ShPrDate", to_day(prescription.day))
        write_drugs(tree, "Sh", prescription.drugs)
        tree.close("ShPrDateInf")
        tree.close("ShPrDateInfs")
        tree.close("ShPrMonthInf")


def write_dispensed(tree, month, prescriptions):
    for prescription in prescriptions:
        tree.open("CzDiMonthInf")
        tree.add("CzDiMonth", month)
        tree.add("CzPrCl", "4")
        tree.add("CzDiOrg", "2")
        tree.add("CzPrIsOrg", "2")
        tree.add("CzMeTrDiHCd", prescription.pharmacy[0])
        tree.add("CzMeTrDiHNm", prescription.pharmacy[1])
        tree.add("CzPrlsHCd", prescription.prescriber[0])
        tree.add("CzPrlsHNm", prescription.prescriber[1])
        tree.open("CzDiDateInfs")
        tree.open("CzDiDateInf")
        tree.add("CzDiDate", to_day(prescription.given))
        tree.add("CzPrDate", to_day(prescription.day))
        write_drugs(tree, "Cz", prescription.drugs)
        tree.close("CzDiDateInf")
        tree.close("CzDiDateInfs")
        tree.close("CzDiMonthInf")


def write_checkup(tree, checkup):
    tree.open("SpecificHealthCheckupInfo")
    tree.add("EffectiveTime", to_day(checkup.day))
    tree.open("HealthCheckupResultAndQuestionInfos")
    for code, name, value, unit, lower, upper in checkup.items:
        tree.open("HealthCheckupResultAndQuestionInfo")
        tree.add("ItemCode", code)
        tree.add("ItemName", name)
        tree.add("DataType", "PQ" if unit else "CD")
        tree.add("DataValue", value)
        tree.add("Unit", unit)
        tree.add("ReferenceRangeLow", lower)
        tree.add("ReferenceRangeHigh", upper)
        tree.close("HealthCheckupResultAndQuestionInfo")
    tree.close("HealthCheckupResultAndQuestionInfos")
    tree.close("SpecificHealthCheckupInfo")


def write_body(history):
    tree = Tree()
    tree.open("MessageBody")
    for month, prescriptions, visits in history["receipts"]:
        for prescription in prescriptions:
            write_dispensed_receipt(tree, month, prescription)
        for visit in visits:
            write_visit_receipt(tree, month, visit)
    for block, write in (("ShPrInf", write_prescribed), ("CzDiInf", write_dispensed)):
        if any(prescriptions for _, prescriptions in history["prescriptions"]):
            tree.open(block)
            for month, prescriptions in history["prescriptions"]:
                write(tree, month, prescriptions)
            tree.close(block)
    for checkup in history["checkups"]:
        write_checkup(tree, checkup)
    tree.close("MessageBody")
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
        histories.make_day("202109", 2), histories.make_day("202109", 3), histories.CHRONIC, None, histories.CLINIC,
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
