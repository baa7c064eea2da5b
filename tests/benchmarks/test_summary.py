import pytest

from benchmarks.summary import NOT_PATIENTS, PAIRS_SHOWN, printed, summarise
from tests.benchmarks.made_up import measured

SECRET = "a sentence that nobody may read"
TIME = "faq/healing.time"


def summary_of(*lines):
    return summarise(lines, "made up", "0123")


def test_all_is_all():
    summary = summary_of(
        measured("healing.time", TIME), measured("clinic.prices", TIME, kind="clinic")
    )
    assert (summary.all.lines, summary.all.right) == (2, 1)


def test_times_are_percentiles():
    lines = [measured("healing.time", TIME, ms=float(n)) for n in range(1, 101)]
    summary = summary_of(*lines)
    assert (summary.cpu_p50, summary.cpu_p95) == (50, 95)


@pytest.mark.parametrize(
    ("origins", "tables"),
    [((None, None), 2), (("clinic_site", NOT_PATIENTS), 4), ((NOT_PATIENTS,) * 2, 2)],
)
def test_lines_that_no_visitor_wrote_are_told_apart(origins, tables):
    groups = summary_of(
        *[measured("healing.time", TIME, origin=origin) for origin in origins]
    ).groups
    assert len(groups) == tables
    if tables == 4:
        assert [group.rows[-1].lines for group in groups] == [2, 2, 1, 1]


def test_only_the_most_frequent_pairs_are_listed():
    lines = [measured(f"made.up{n}", TIME, text=str(n)) for n in range(PAIRS_SHOWN + 5)]
    summary = summary_of(*lines, measured("most.often", TIME), lines[0])
    assert len(summary.frequent) == PAIRS_SHOWN
    assert summary.frequent[0].expected == "made.up0"
    assert len(summary.confusions) == PAIRS_SHOWN + 6


def test_printed_figures():
    text = printed(
        summary_of(
            measured("healing.time", TIME, (TIME, 0.65)),
            measured("healing.time", "faq/clinic.prices", ("faq/clinic.prices", 0.6)),
            measured("healing.time", "clarify", (TIME, 0.2), suggestions=[TIME]),
        )
    )
    rows = [line.split() for line in text.splitlines()]
    row = next(row for row in rows if row[:1] == ["all"])
    assert row[1:4] == ["3", "1", "33.3%"]
    assert row[-7:] == ["1", "33.3%", "(1)", "0", "0.0%", "1", "33.3%"]
    assert ["1", "healing.time", "->", "clinic.prices"] in rows
    assert any(row[:4] == ["0.6", "to", "0.7", "2"] for row in rows)


def test_printed_text_shows_no_message():
    lines = [
        measured("healing.time", intent, (TIME, 0.2), text=SECRET)
        for intent in (TIME, "clarify", "faq/clinic.prices", "out_of_scope")
    ]
    assert SECRET not in printed(summary_of(*lines))
