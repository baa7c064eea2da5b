"""The report needs nothing else and sets our grades against the article before."""

import datetime as dt
import re

import pytest
from click.testing import CliRunner

from mend.cli import main
from mend.clinic import Clinic
from mend.content.overview import overview
from mend.content.readability import Readability
from mend.content.report import BASELINE, render, row_of, rows_of
from mend.understanding.catalogue import Catalogue
from tests.content.made_up import answer, facts
from tests.running import PROJECT

DAY = dt.date(2026, 11, 23)
CLINIC = Clinic(name='A & "B"', phone="020 7946 0123")


def shown(**more):
    one = answer("scar.pain", followups=(), sources=(), **more)
    catalogue = Catalogue(
        {one.id: one}, {}, {}, {}, pictures={"scar_remodelling": "Two boxes."}
    )
    return overview(catalogue, facts(), {}, DAY)


def test_a_row_sums_up():
    found = row_of(
        "Scars", [Readability(10, 2, 6, 2.0, 3.0), Readability(20, 2, 9, 4.0, 5.0)]
    )
    assert (found.texts, found.words, found.longest) == (2, 15.0, 9)
    assert (found.grade, found.hardest, found.raw) == (3.0, 4.0, 4.0)
    with pytest.raises(ValueError, match="no texts"):
        row_of("Scars", [])


def test_the_table_ends_with_all_texts_and_the_article_before():
    assert [row.name for row in rows_of(shown())] == [
        "Scars",
        "All texts",
        "The article before",
    ]
    assert rows_of(shown())[-1].grade == BASELINE.grade == 16.7


def test_the_page_is_whole_and_escapes_what_it_is_given():
    page = render(shown(picture="scar_remodelling", title="<i>Why?"), CLINIC, DAY)
    assert "A &amp; &#34;B&#34;" in page
    assert "<i>" not in page
    assert '<td class="n">16.7</td>' in page
    assert "Not yet reviewed by a clinician" in page
    assert 'src="data:image/svg+xml;base64,' in page
    needed = re.findall(r'(?:src|href)="(?!#|data:|https?:|tel:)([^"]*)"', page)
    assert needed == []
    assert "<script" not in page


def test_the_command_writes_it(tmp_path, monkeypatch):
    monkeypatch.chdir(PROJECT)
    out = tmp_path / "reports" / "answers.html"
    done = CliRunner().invoke(main, ["content", "report", "--out", str(out)])
    assert done.exit_code == 0, done.output
    assert "answers about health reviewed by a clinician" in done.output
    page = out.read_text("utf-8")
    assert 'id="scar.what_is"' in page
    assert "Harbour Lane" in page
