# SPDX-License-Identifier: LGPL-2.1-or-later
"""What the simulated center gives: documents as the field writes them, the same at every start, and its own journal."""

import json
import os
import pathlib
import re
import sys
import tempfile
import xml.etree.ElementTree

from simulated import PEOPLE, Center, Client, make_session, months_ago

SPAN = {"StartDate": months_ago(40), "EndDate": months_ago(0)}
DOCUMENTS = {"xml": "4", "pdf": "3"}


def fetch(client, person, kind="drug", form="xml", **body):
    entry = PEOPLE[person]["center"]["entries"][0]
    header = {"InsurerNumber": entry["InsurerNumber"], "InsuranceCardSymbol": entry.get("InsuredCardSymbol", ""),
              "InsuredPersonIdentificationNumber": entry["InsuredIdentificationNumber"],
              "BranchNumber": entry.get("InsuredBranchNumber", "")}  # fmt: skip
    category = DOCUMENTS[form] if kind == "drug" else {"xml": "2", "pdf": "1"}[form]
    span = SPAN if kind == "drug" else {}
    message = client.make_message({"FileCategory": category, "MedicalTreatmentFlag": "1", **span, **body}, **header)
    response, document = client.post("records/" + kind, message)
    assert response.status == 200
    return response.headers["Content-Type"], document


def check_pdf(document):
    """The table of places is right, and each object is where it says."""
    start = int(re.search(rb"startxref\n(\d+)\n%%EOF\n$", document)[1])
    assert document.startswith(b"%PDF-1.4") and document[start:].startswith(b"xref\n0 ")
    places = [int(place) for place in re.findall(rb"(\d{10}) 00000 n", document[start:])]
    for number, place in enumerate(places, 1):
        assert document[place:].startswith(b"%d 0 obj\n" % number), number
    for length, stream in re.findall(rb"/Length (\d+) >>\nstream\n(.*?)\nendstream", document, re.DOTALL):
        assert int(length) == len(stream)
    return "\n".join(bytes.fromhex(line.decode()).decode("utf-16-be") for line in re.findall(rb"<([0-9a-f]+)> Tj", document))


def read_xml(document, encoding):
    head = document[:100].decode("ascii", "replace")
    assert f'encoding="{encoding}"' in head, head
    text = document.decode({"UTF-8": "utf-8", "Shift_JIS": "cp932"}[encoding])
    return xml.etree.ElementTree.fromstring(text.partition("?>")[2])


def test_documents():
    with make_session() as (center, client):
        center.tell("records consents=off")
        tree = read_xml(fetch(client, "yamada", PrDiInfClassification="1")[1], "UTF-8")
        assert tree.findtext("MessageHeader/ResultCode") == "1"
        assert tree.findtext("MessageHeader/QuaInf/Name") == "山田　花子"
        assert tree.findtext("MessageHeader/RequestInfo/ReqStartDate") == SPAN["StartDate"]
        receipts = {(drug.findtext("DrugC"), day.findtext("PrDate"))
                    for day in tree.iter("DiDateInf") for drug in day.iter("DrugInf")}  # fmt: skip
        prescribed = {(drug.findtext("ShDrugC"), day.findtext("ShPrDate"))
                      for day in tree.iter("ShPrDateInf") for drug in day.iter("ShDrugInf")}  # fmt: skip
        dispensed = {(drug.findtext("CzDrugC"), day.findtext("CzPrDate"))
                     for day in tree.iter("CzDiDateInf") for drug in day.iter("CzDrugInf")}  # fmt: skip
        assert receipts & prescribed & dispensed  # the same medicine from three sources
        assert receipts - prescribed and tree.find(".//MeTrInf/SinInfN") is not None
        assert read_xml(fetch(client, "yamada")[1], "UTF-8").find(".//ShPrInf") is None

        read_xml(fetch(client, "takahashi")[1], "Shift_JIS")
        assert [child.tag for child in read_xml(fetch(client, "suzuki")[1], "UTF-8")] == ["MessageBody", "MessageHeader"]
        tree = read_xml(fetch(client, "yamada", "checkup")[1], "UTF-8")
        days = [checkup.findtext("EffectiveTime") for checkup in tree.iter("SpecificHealthCheckupInfo")]
        assert len(days) >= 4 and days == sorted(days, reverse=True)
        assert tree.find(".//ReferenceRangeHigh") is not None

        for kind, word in (("drug", "アムロジピン"), ("checkup", "収縮期血圧")):
            form, document = fetch(client, "yamada", kind, "pdf")
            text = check_pdf(document)
            assert form == "application/pdf" and "山田　花子" in text and word in text
        form, document = fetch(client, "kato", form="pdf")  # none: an error, in XML
        assert form == "application/xml" and b"SHK040007" in document
        center.tell("fault huge 1000000")
        check_pdf(fetch(client, "yamada", form="pdf")[1])


def test_journal():
    """The same at every start but for the time, and each line is in the file too."""
    with tempfile.TemporaryDirectory() as folder:
        path, bodies = pathlib.Path(folder, "journal"), []
        for _ in range(2):
            with Center("--journal", path) as center, Client(center) as client:
                client.authenticate()
                center.tell("records consents=off")
                bodies.append(fetch(client, "yamada")[1].partition(b"<MessageBody>")[2])
                fetch(client, "yamada", StartDate="209901", EndDate="209901")
                lines = center.tell("journal")["journal"]
        assert bodies[0] == bodies[1]
        kept = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
        assert kept[2:] == lines and [line["outcome"] for line in kept] == ["data", "refused"] * 2
        assert os.listdir(folder) == ["journal"]


if __name__ == "__main__":
    globals()["test_" + sys.argv[1]]()
