from __future__ import annotations

import csv
import io

import pytest

from mend.desk import spreadsheet


@pytest.mark.parametrize(
    "typed",
    [
        "=1+1",
        '=HYPERLINK("http://evil.example","x")',
        "+44 20 7946 0000",
        "-2+3",
        "@SUM(A1)",
        "\t=1",
        "\r=1",
        "\n=1",
        "\x00=1+1",
        "  =1+1",
        "＝1+1",  # noqa: RUF001
        "＋1",  # noqa: RUF001
        "－1",  # noqa: RUF001
        "＠x",  # noqa: RUF001
    ],
)
def test_no_cell_is_a_formula(typed: str) -> None:
    assert spreadsheet.cell(typed).startswith("'")


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("plain", "plain"),
        ("a = b", "a = b"),
        ("", ""),
        (None, ""),
        (-3, "-3"),
        (0.5, "0.5"),
        ("nul\x00in the middle", "nulin the middle"),
    ],
)
def test_what_is_harmless_stays_as_it_is(value: object, text: str) -> None:
    assert spreadsheet.cell(value) == text


def test_what_is_written_can_be_read_back() -> None:
    rows = [['say "yes", please', "two\r\nlines", "=1"], ["", "é", "x"]]
    written = spreadsheet.as_csv(("a", "b", "=c"), rows)
    assert written.count("\r\n") == 3 + 1  # one of them inside a cell
    read = list(csv.reader(io.StringIO(written, newline="")))
    assert read == [
        ["a", "b", "'=c"],
        ['say "yes", please', "two\r\nlines", "'=1"],
        ["", "é", "x"],
    ]


def test_a_download_is_saved_and_not_shown() -> None:
    answer = spreadsheet.download("a\r\n", "cases.csv")
    assert answer.headers["Content-Disposition"] == 'attachment; filename="cases.csv"'
    assert answer.mimetype == "text/csv"
    assert answer.get_data() == b"\xef\xbb\xbfa\r\n"
