"""Tables as CSV files that no spreadsheet takes for a program.

RFC 4180: commas, CRLF, quotes doubled. A cell that a spreadsheet would read as a
formula gets an apostrophe in front, which spreadsheets do not show
(https://owasp.org/www-community/attacks/CSV_Injection).
"""

import csv
import io
from collections.abc import Iterable, Sequence

from flask import Response

# The full-width forms too: Excel in East Asian settings reads them as the plain ones.
_STARTS_FORMULA = tuple("=+-@\t\r\n＝＋－＠")  # noqa: RUF001


def cell(value: object) -> str:
    """Return one value as text that is safe to open in a spreadsheet."""
    if value is None:
        return ""
    if isinstance(value, int | float):
        return str(value)  # a number of ours is no formula, whatever its sign
    text = str(value).replace("\x00", "")
    starts = text.startswith(_STARTS_FORMULA)
    return f"'{text}" if starts or text.lstrip().startswith(_STARTS_FORMULA) else text


def as_csv(heads: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """Return a table as CSV with a first line of heads."""
    written = io.StringIO()
    writer = csv.writer(written, lineterminator="\r\n")
    writer.writerow([cell(head) for head in heads])
    writer.writerows([cell(value) for value in row] for row in rows)
    return written.getvalue()


def download(text: str, name: str, kind: str = "text/csv") -> Response:
    """Return a file to be saved under `name` (letters, digits, dots, hyphens only).

    A CSV file begins with a byte order mark: Excel takes it for UTF-8 only then.
    """
    body = text.encode("utf-8-sig" if kind == "text/csv" else "utf-8")
    answer = Response(body, content_type=f"{kind}; charset=utf-8")
    answer.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return answer
