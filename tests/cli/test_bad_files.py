"""Files of lines that are not taken in: each fault is told by its row, nothing is imported."""

from pathlib import Path
from typing import Any

import pytest

from dialplane.cli import delivery
from parts.terminal import Terminal

HEAD = "number,line_type,monthly_fee,sms_send,sms_recv\n"
GOOD = "07011112222,voip,7700,true,true\n"

# What is in the file, and of each problem: row, column and a part of what is said.
BAD: dict[str, tuple[bytes, list[tuple[int, str | None, str]]]] = {
    "an empty file": (b"", [(1, None, "the file is empty")]),
    "names and nothing below them": (HEAD.encode(), [(1, None, "no lines below")]),
    "no names": (GOOD.encode(), [(1, None, "the first line has to name the columns")]),
    "a column is missing": (
        b"number,line_type,monthly_fee,sms_send\n",
        [(1, None, "missing: sms_recv")],
    ),
    "a column nobody knows": (
        HEAD.replace("\n", ",colour\n").encode(),
        [(1, None, "unknown: colour")],
    ),
    "a column twice": (
        HEAD.replace("\n", ",number\n").encode(),
        [(1, None, "there twice: number")],
    ),
    "semicolons": (
        HEAD.replace(",", ";").encode(),
        [(1, None, "separated by semicolons")],
    ),
    "tabs": (HEAD.replace(",", "\t").encode(), [(1, None, "separated by tabs")]),
    "CP949, as Excel writes it": (
        (HEAD + GOOD + "공일공,voip,1,1,1\n").encode("cp949"),
        [(3, None, "save it as 'CSV UTF-8'")],
    ),
    "bytes that are no text at all": (
        HEAD.encode() + b"\xff\xff\xff,voip,1,1,1\n",
        [(2, None, "not UTF-8 at byte 1")],
    ),
    "UTF-16": ((HEAD + GOOD).encode("utf-16"), [(1, None, "this is UTF-16")]),
    "a spreadsheet, not a CSV": (b"PK\x03\x04\x00\x00\n", [(1, None, "zero byte")]),
    "one endless line": (b"x" * 100_000, [(1, None, "longer than 65,536 bytes")]),
    "a quotation mark that never ends": (
        (HEAD + GOOD + '"07011113333,voip,1,1,1\n' + GOOD).encode(),
        [(3, None, "stray quotation mark")],
    ),
    "text behind a quotation mark": (
        (HEAD + '"07011112222"x,voip,1,1,1\n').encode(),
        [(2, None, "not CSV")],
    ),
    "a cell too few": ((HEAD + "07011112222,voip,1,1\n").encode(), [(2, None, "has 4 cells")]),
    "a cell too many": ((HEAD + "07011112222,voip,7,700,1,1\n").encode(), [(2, None, "6 cells")]),
    "no number": ((HEAD + ",voip,1,1,1\n").encode(), [(2, "number", "is empty")]),
    "a 0 eaten by a spreadsheet": (
        (HEAD + "7011112222,voip,1,1,1\n").encode(),
        [(2, "number", "it was probably 07011112222")],
    ),
    "a landline without its 0": (
        (HEAD + "212345678,landline,1,1,1\n").encode(),
        [(2, "number", "it was probably 0212345678")],
    ),
    "a number with decimals": (
        (HEAD + "7011112222.0,voip,1,1,1\n").encode(),
        [(2, "number", "it was probably 07011112222")],
    ),
    "a number in scientific notation": (
        (HEAD + "7.01111E+09,voip,1,1,1\n").encode(),
        [(2, "number", "its digits are lost")],
    ),
    "a foreign number": (
        (HEAD + "+1 212 555 0100,voip,1,1,1\n").encode(),
        [(2, "number", "not a Korean telephone number")],
    ),
    "an extension": ((HEAD + "100,voip,1,1,1\n").encode(), [(2, "number", "not a Korean")]),
    "a name": ((HEAD + "reception,voip,1,1,1\n").encode(), [(2, "number", "not a Korean")]),
    "a type nobody sells": (
        (HEAD + "07011112222,fax,1,1,1\n").encode(),
        [(2, "line_type", "is none of mobile, landline, voip, uan, personal, toll_free")],
    ),
    "a fee with separators": (
        (HEAD + '07011112222,voip,"7,700",1,1\n').encode(),
        [(2, "monthly_fee", "write it without separators: 7700")],
    ),
    "a fee with decimals": (
        (HEAD + "07011112222,voip,7700.00,1,1\n").encode(),
        [(2, "monthly_fee", "whole won without decimals: 7700")],
    ),
    "a negative fee": (
        (HEAD + "07011112222,voip,-1,1,1\n").encode(),
        [(2, "monthly_fee", "from 0 to 1,000,000,000")],
    ),
    "a fee beyond everything": (
        (HEAD + f"07011112222,voip,{'9' * 5000},1,1\n").encode(),
        [(2, "monthly_fee", "from 0 to 1,000,000,000")],
    ),
    "a fee in other digits": (
        (HEAD + "07011112222,voip,\u0667\u0667\u0660\u0660,1,1\n").encode(),
        [(2, "monthly_fee", "from 0 to")],
    ),
    "perhaps": (
        (HEAD + "07011112222,voip,1,maybe,\n").encode(),
        [(2, "sms_send", "neither true nor false"), (2, "sms_recv", "neither true nor false")],
    ),
    "a number twice": (
        (HEAD + GOOD + "01012345678,mobile,1,1,1\n" + GOOD).encode(),
        [(4, "number", "in row 2 already")],
    ),
    "a number twice in two spellings": (
        (HEAD + GOOD + "+82 70-1111-2222,voip,1,1,1\n").encode(),
        [(3, "number", "in row 2 already")],
    ),
    "faults of every kind, in the order of the rows": (
        (HEAD + GOOD + "x,fax,1,1,1\n" + GOOD + "1,2\n").encode(),
        [
            (3, "number", "not a Korean"),
            (3, "line_type", "is none of"),
            (4, "number", "in row 2 already"),
            (5, None, "has 2 cells"),
        ],
    ),
    "a fault behind a cell of two lines": (
        (HEAD + '"07011112222\n",voip,1,1,1\n' + "x,voip,1,1,1\n").encode(),
        [(4, "number", "not a Korean")],
    ),
}


@pytest.fixture
def engine() -> str:
    """How a file is read has nothing to do with where lines are kept."""
    return "sqlite"


@pytest.mark.parametrize("name", BAD)
def test_what_is_wrong_is_told_and_nothing_is_imported(
    terminal: Terminal, tmp_path: Path, name: str
) -> None:
    content, expected = BAD[name]
    path = tmp_path / "lines.csv"
    path.write_bytes(content)

    said = terminal.type("lines", "import", str(path), "--yes", "--json")

    assert said.code == 1
    told = said.json
    assert told["imported"] is False
    assert told["problem_count"] == len(expected)
    for problem, (row, column, part) in zip(told["problems"], expected, strict=True):
        assert (problem["row"], problem["column"]) == (row, column)
        assert part in problem["reason"]
    assert terminal.json("lines", "list")["lines"] == []


def test_people_are_told_in_a_table(terminal: Terminal, tmp_path: Path) -> None:
    path = tmp_path / "lines.csv"
    path.write_text(HEAD + GOOD + "7011113333,voip,1,1,1\n")

    said = terminal.type("lines", "import", str(path), "--yes")

    assert "ROW   COLUMN   VALUE        WHAT IS WRONG" in said.out
    assert "3   number   7011113333   a spreadsheet took this for a figure" in said.out
    assert "1 problem in" in said.out
    assert "nothing was imported" in said.out


def test_a_file_of_nothing_but_faults_stays_bounded(terminal: Terminal, tmp_path: Path) -> None:
    path = tmp_path / "lines.csv"
    path.write_text(HEAD + "x,voip,1,1,1\n" * 1_500)

    told: Any = terminal.type("lines", "import", str(path), "--yes", "--json").json
    said = terminal.type("lines", "import", str(path), "--yes")

    assert told["problem_count"] == 1_500
    assert len(told["problems"]) == delivery.PROBLEMS_KEPT
    assert "and 1,480 more" in said.out
