import re

import pytest

from benchmarks.measures import Risk
from benchmarks.page import ROWS_OF_CURVE, render, some_of
from benchmarks.summary import summarise
from tests.benchmarks.made_up import measured

SECRET = "a sentence that nobody may read"
TIME = "faq/healing.time"


@pytest.fixture(scope="module")
def page():
    lines = [
        measured("healing.time", intent, (TIME, 0.35), text=SECRET)
        for intent in (TIME, TIME, "clarify", "faq/clinic.prices", "out_of_scope")
    ]
    return render(summarise(lines, "made <up>", "0123"))


def test_page_stands_alone(page):
    assert not re.search(r'(src|href)="(?!#)', page)
    assert "url(http" not in page
    assert "<script" not in page


def test_page_can_be_read_without_the_plots(page):
    assert page.count("<table>") == page.count("<caption>") == 5
    assert page.count('role="img" aria-label="') == page.count("<svg") == 3
    assert '<html lang="en">' in page
    assert [int(level) for level in re.findall(r"<h(\d)", page)] == [1, 2, 2, 2, 2]
    ids = re.findall(r'\bid="([^"]+)"', page)
    assert len(ids) == len(set(ids))


def test_page_is_light_or_dark(page):
    assert "prefers-color-scheme: dark" in page


def test_page_holds_the_figures_and_no_message(page):
    assert "40.0% right" in page
    assert '<td class="words">clinic.prices</td>' in page
    assert SECRET not in page


def test_texts_are_escaped(page):
    assert "made &lt;up&gt;" in page


@pytest.mark.parametrize("count", [0, 1, ROWS_OF_CURVE, 500])
def test_some_points_of_the_curve(count):
    risks = tuple(Risk(1 - n / 1000, n, 0, 500) for n in range(count))
    some = some_of(risks)
    assert len(some) == min(count, ROWS_OF_CURVE)
    assert len(set(some)) == len(some)
    if count:
        assert (some[0], some[-1]) == (risks[0], risks[-1])


def test_nothing_scored_is_a_page_too():
    only = measured(None, "pain", kind="pain_report", by="heard")
    assert "Curve without points" in render(summarise([only], "one", "0123"))
