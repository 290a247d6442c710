"""CSV as spreadsheets leave it behind."""

import csv

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from dialplane.domain.errors import Invalid
from dialplane.domain.sheets import Columns, Sheet, cell_text, csv_line, read_sheet, safe_cell

COLUMNS = Columns(
    read=frozenset({"number", "memo"}),
    ignored=frozenset({"status"}),
    one_of=frozenset({"number"}),
)
MEMO = "점심시간 안내"


def read(raw: bytes, rows_max: int = 100) -> Sheet:
    return read_sheet(raw, COLUMNS, rows_max=rows_max)


def refused(raw: bytes) -> tuple[str, str]:
    with pytest.raises(Invalid) as caught:
        read(raw)
    (problem,) = caught.value.problems
    return problem.field, problem.reason


class TestReading:
    @pytest.mark.parametrize(
        ("raw", "encoding"),
        [
            (f"number,memo\n070,{MEMO}\n".encode(), "utf-8"),
            (f"\ufeffnumber,memo\n070,{MEMO}\n".encode(), "utf-8"),
            (f"number,memo\r\n070,{MEMO}\r\n".encode("cp949"), "cp949"),
        ],
        ids=["plain", "byte order mark", "as Korean Excel writes it"],
    )
    def test_encodings_are_told_apart(self, raw: bytes, encoding: str) -> None:
        sheet = read(raw)

        assert (sheet.encoding, sheet.rows) == (encoding, [(2, {"number": "070", "memo": MEMO})])

    def test_headers_are_read_in_any_case_and_order(self) -> None:
        sheet = read(b"\n Memo ,STATUS,Number\nx,active,070\n")

        assert sheet.rows == [(3, {"memo": "x", "number": "070"})]

    def test_a_cell_over_several_lines_is_one_cell_and_lines_are_counted_as_editors_do(
        self,
    ) -> None:
        sheet = read(b'number,memo\n1,"two\nlines"\n\n2,x\n')

        assert sheet.rows == [
            (2, {"number": "1", "memo": "two\nlines"}),
            (5, {"number": "2", "memo": "x"}),
        ]

    def test_other_ends_of_lines_are_text(self) -> None:
        assert read("number,memo\n1,a\u2028b\x0cc\n".encode()).rows[0][1]["memo"] == "a\u2028b\x0cc"

    @pytest.mark.parametrize(
        ("raw", "where", "reason"),
        [
            (b"", "body", "sheet_empty"),
            (b"number,memo\n", "body", "sheet_empty"),
            (b"number;memo\n1;x\n", "line 1", "sheet_separator"),
            (b"number\tmemo\n1\tx\n", "line 1", "sheet_separator"),
            (b"number,colour\n1,red\n", "line 1", "sheet_unknown_columns"),
            (b"number,number\n1,1\n", "line 1", "sheet_column_twice"),
            (b"memo\nx\n", "line 1", "sheet_no_key_column"),
            (b"number,memo\n1,x\n2\n", "line 3", "sheet_cell_count"),
            (b'number,memo\n1,x\n2,"a"b\n', "line 3", "sheet_not_csv"),
            (b'number,memo\n1,"never closed\n', "line 2", "sheet_not_csv"),
            ("number\n1\n".encode("utf-16"), "line 1", "sheet_utf16"),
            (b"number,memo\n1,\0\n", "line 2", "sheet_not_text"),
            (b"number,memo\n1,\xff\xff\n", "line 2", "sheet_not_utf8"),
            (b"number,memo\n1," + b"x" * 200_000 + b"\n", "line 2", "sheet_not_csv"),
        ],
    )
    def test_what_cannot_be_read_is_told_by_its_line(
        self, raw: bytes, where: str, reason: str
    ) -> None:
        assert refused(raw) == (where, reason)

    def test_so_many_rows_and_no_more(self) -> None:
        raw = b"number\n" + b"1\n" * 3

        assert len(read(raw, rows_max=3).rows) == 3
        with pytest.raises(Invalid):
            read(raw, rows_max=2)


class TestCells:
    @given(st.text() | st.sampled_from(["null", " NULL", "'", "=1+1", "+82", "-1", "@x", "\tx"]))
    @example("")
    def test_what_is_written_is_read_again(self, text: str) -> None:
        assert cell_text(safe_cell(text)) == text

    @given(st.text())
    def test_no_spreadsheet_calculates_what_is_written(self, text: str) -> None:
        assert not safe_cell(text).lstrip().startswith(("=", "+", "-", "@"))

    @given(st.lists(st.text(st.characters(exclude_characters="\0")), min_size=2))
    def test_a_line_is_read_as_it_was_written(self, cells: list[str]) -> None:
        # Python's own reader takes a lone carriage return for the end of a line.
        assert next(csv.reader([csv_line(cells)], strict=True)) == cells

    def test_the_word_null_clears_and_quoted_it_is_a_word(self) -> None:
        assert [cell_text(cell) for cell in ("null", " Null ", "'null", safe_cell(None))] == [
            None,
            None,
            "null",
            None,
        ]
