#!/usr/bin/python3
"""Reads what Haki exports with Python's own modules alone, and prints it so that a test can compare.

csv FILE: a JSON array a row. xlsx FILE: "== sheet", then a JSON array a row. docx FILE: paragraphs; a table's rows as JSON arrays of
cells, each an array of paragraphs. json FILE: the value, keys sorted. ics FILE: unfolded lines.
"""
import csv
import json
import re
import sys
import xml.etree.ElementTree as tree
import zipfile

SHEET = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
WORD = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
LINK = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"


def show(value):
    print(json.dumps(value, ensure_ascii=False))


def column_of(place):
    number = 0
    for letter in re.match("[A-Z]+", place).group():
        number = number * 26 + ord(letter) - 64
    return number - 1


def xlsx(path):
    with zipfile.ZipFile(path) as archive:
        assert archive.testzip() is None
        styles = tree.fromstring(archive.read("xl/styles.xml"))
        codes = {one.get("numFmtId"): one.get("formatCode") for one in styles.iter(SHEET + "numFmt")}
        formats = [codes.get(one.get("numFmtId"), "") for one in styles.find(SHEET + "cellXfs")]
        links = {one.get("Id"): one.get("Target") for one in tree.fromstring(archive.read("xl/_rels/workbook.xml.rels"))}
        for sheet in tree.fromstring(archive.read("xl/workbook.xml")).iter(SHEET + "sheet"):
            print("== " + sheet.get("name"))
            with archive.open("xl/" + links[sheet.get(LINK)]) as part:
                for _, row in tree.iterparse(part):
                    if row.tag != SHEET + "row":
                        continue
                    cells = []
                    for cell in row:
                        cells += [None] * (column_of(cell.get("r")) - len(cells))
                        text = cell.find(SHEET + "is/" + SHEET + "t")
                        value = cell.find(SHEET + "v")
                        if text is not None:
                            plain = re.sub("_x([0-9A-F]{4})_", lambda found: chr(int(found[1], 16)), text.text or "")
                            cells.append(plain)
                        elif value is None:
                            cells.append(None)
                        else:
                            number = float(value.text)
                            number = int(number) if number == int(number) else number
                            code = formats[int(cell.get("s", 0))]
                            cells.append([code, number] if code else number)
                    show(cells)
                    row.clear()


def paragraphs(node):
    found = []
    for one in node.findall(WORD + "p"):
        text = ""
        for part in one.iter():
            text += (part.text or "") if part.tag == WORD + "t" else "\n" if part.tag == WORD + "br" else ""
        found.append(text)
    return found


def docx(path):
    with zipfile.ZipFile(path) as archive:
        assert archive.testzip() is None
        for name in archive.namelist():
            tree.fromstring(archive.read(name))  # all of it is XML
        body = tree.fromstring(archive.read("word/document.xml")).find(WORD + "body")
    for block in body:
        if block.tag == WORD + "p":
            style = block.find(WORD + "pPr/" + WORD + "pStyle")
            print((style.get(WORD + "val") if style is not None else "-") + ": " + "".join(part.text or "" for part in block.iter(WORD + "t")))
        elif block.tag == WORD + "tbl":
            columns = len(block.find(WORD + "tblGrid"))
            for row in block.findall(WORD + "tr"):
                cells = row.findall(WORD + "tc")
                spans = [cell.find(WORD + "tcPr/" + WORD + "gridSpan") for cell in cells]
                assert sum(1 if span is None else int(span.get(WORD + "val")) for span in spans) == columns
                show([paragraphs(cell) for cell in cells])


def main(kind, path):
    if kind == "xlsx":
        return xlsx(path)
    if kind == "docx":
        return docx(path)
    with open(path, "rb") as file:
        data = file.read()
    if kind == "csv":
        assert data.startswith(b"\xef\xbb\xbf") and data.endswith(b"\r\n")
        for row in csv.reader(data.decode("utf-8-sig").splitlines(keepends=True), strict=True):
            show(row)
    elif kind == "json":
        print(json.dumps(json.loads(data.decode("utf-8")), ensure_ascii=False, sort_keys=True))
    elif kind == "ics":
        lines = data.decode("utf-8").split("\r\n")
        assert lines[-1] == "" and all(len(line.encode()) <= 75 for line in lines), "a line is longer than 75 bytes"
        print(data.decode("utf-8").replace("\r\n ", "").replace("\r\n", "\n"), end="")


main(*sys.argv[1:])
