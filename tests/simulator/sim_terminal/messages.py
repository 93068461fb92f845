# SPDX-License-Identifier: LGPL-2.1-or-later
"""The field's messages as files: elements to trees of dicts and lists (as the center's JSON has them), and back. Pure."""

import codecs
import re
import xml.etree.ElementTree as ElementTree
from xml.sax.saxutils import escape

ENCODINGS = {"UTF-8": ("utf-8", "0"), "Shift_JIS": ("cp932", "1")}  # name -> codec, CharacterCodeIdentifier
DECLARATION = re.compile(rb"""^\s*<\?xml\s[^>]*?encoding=["']([A-Za-z0-9_-]+)["'][^>]*\?>""")
# What a link program knows of each request (the paths below XmlMsg); it tells the log what it does not know.
QUERY = ("InsurerNumber", "InsuredCardSymbol", "InsuredIdentificationNumber", "InsuredBranchNumber", "Birthdate",
         "LimitApplicationCertificateRelatedConsFlg", "LimitApplicationCertificateRelatedDisplayFlg",
         "SpecificDiseasesCertificateListDisplayFlg", "ArbitraryIdentifier", "MedicalTreatmentFlag",
         "PrescriptionIssueSelect")  # fmt: skip
NUMBERS = ("InsurerNumber", "InsuredCardSymbol", "InsuredIdentificationNumber", "InsuredBranchNumber")
RECORDS = ("MedicalInstitutionCode", "InsurerNumber", "InsuranceCardSymbol", "InsuredPersonIdentificationNumber",
           "BranchNumber", "ArbitraryFileIdentifier")  # fmt: skip
MONTHS = ("StartDate", "EndDate", "FileCategory", "MedicalTreatmentFlag")
CARE = ("ConsentDateFrom", "ConsentDateTo", "MedicalTreatmentFlag")
HEADER = ("MedicalInstitutionCode", "ArbitraryFileIdentifier")
KNOWN = {
    "OQSsiquc01": (("QualificationConfirmationDate", *HEADER), {"QualificationConfirmSearchInfo": QUERY}),
    "OQSsiimm01": (HEADER, {"ReferenceNumberRegistrationInfo": ("ReferenceNumber", *NUMBERS)}),
    "OQSsihvd01": (HEADER, {"ConsentCancelInfo": (*NUMBERS, "Birthdate", "MedicalTreatmentFlag")}),
    "YZKsiquc01": (RECORDS, (*MONTHS, "LastDate", "PrDiInfClassification")),
    "TKKsiquc01": (RECORDS, MONTHS),
    "OQSmuhvq01": (HEADER, {"QualificationConfirmSearchInfo": CARE}),
    "OQSmuonq01": (HEADER, {"QualificationConfirmSearchInfo": (*CARE, "ExaminationDateFrom", "ExaminationDateTo")}),
    "OQSmuhvq02": (HEADER[:1], ("ReceptionNumber",)),
    "OQSmuonq02": (HEADER[:1], ("ReceptionNumber",)),
}

codecs.register_error("shikaku-unmapped", lambda error: ("●" * (error.end - error.start), error.end))


def decode(data):
    """Return: the text without its declaration, and the name of the encoding that it declared. Raises ValueError."""
    data = data.removeprefix(codecs.BOM_UTF8)
    found = DECLARATION.match(data)
    name = found[1].decode() if found else "UTF-8"
    known = {encoding.upper(): encoding for encoding in ENCODINGS}
    if name.upper() not in known:
        raise ValueError("no such encoding: " + name)
    encoding = known[name.upper()]
    return data[found.end() if found else 0:].decode(ENCODINGS[encoding][0]), encoding


def to_tree(element):
    if not len(element):
        return element.text or ""
    tree = {}
    for child in element:
        value = to_tree(child)
        if child.tag not in tree:
            tree[child.tag] = value
        elif isinstance(tree[child.tag], list):
            tree[child.tag].append(value)
        else:
            tree[child.tag] = [tree[child.tag], value]
    return tree


def read(data):
    """A message's bytes. Return: what stands in XmlMsg, and its encoding. Raises ValueError."""
    text, encoding = decode(data)
    if "<!" in text:
        raise ValueError("declarations are none of the field's")
    try:
        root = ElementTree.fromstring(text)
    except ElementTree.ParseError as error:
        raise ValueError(str(error)) from error
    if root.tag != "XmlMsg" or not len(root):
        raise ValueError("no XmlMsg")
    return to_tree(root), encoding


def list_unknown(prefix, message):
    """Names in the request @message that a link program does not know of."""
    header, body = KNOWN[prefix]
    unknown = [name for name in message.get("MessageHeader") or {} if name not in header]
    for name, value in (message.get("MessageBody") or {}).items():
        if name not in body:
            unknown.append(name)
        elif isinstance(body, dict):
            unknown += [inner for inner in value or {} if inner not in body[name]]
    return unknown


def to_xml(name, value):
    if isinstance(value, list):  # a list's element holds its entries side by side
        inside = "".join(to_xml(*entry) for item in value for entry in item.items())
    elif isinstance(value, dict):
        inside = "".join(to_xml(*entry) for entry in value.items())
    else:
        inside = escape(value)
    return f"<{name}>{inside}</{name}>"


def declare(encoding):
    return f'<?xml version="1.0" encoding="{encoding}" standalone="no"?>\n'


def write(message, encoding, told=None):
    """@message: as the center's JSON has it below XmlMsg. @told: the encoding that it claims to have, if another."""
    header = {**message["MessageHeader"], "CharacterCodeIdentifier": ENCODINGS[told or encoding][1]}
    text = declare(told or encoding) + to_xml("XmlMsg", {**message, "MessageHeader": header})
    return text.encode(ENCODINGS[encoding][0], "shikaku-unmapped")
