from xml.etree import ElementTree

import pytest

from benchmarks import plots
from benchmarks.measures import Bin, Confusion, Risk

RISKS = [Risk(0.9, 1, 0, 4), Risk(0.5, 3, 1, 4)]
NOW = Risk(0.0, 2, 1, 4)
BINS = [Bin(0.0, 0.5, 0, 0.0, 0), Bin(0.5, 1.0, 3, 0.7, 2)]
CONFUSED = [Confusion("a.b", "c.d", 3), Confusion("e.f", "g.h", 1)]


def drawn(name):
    return {
        "risk": lambda: plots.risk_plot(RISKS, NOW, "alt <risk>"),
        "calibration": lambda: plots.calibration_plot(BINS, "alt <calibration>"),
        "confusion": lambda: plots.confusion_plot(CONFUSED, "alt <confusion>"),
    }[name]()


@pytest.mark.parametrize("name", ["risk", "calibration", "confusion"])
def test_plot_can_stand_in_a_page(name):
    svg = drawn(name)
    root = ElementTree.fromstring(svg)  # noqa: S314 - our own
    assert svg.startswith("<svg")
    assert root.get("role") == "img"
    assert root.get("aria-label") == f"alt <{name}>"
    ids = [element.get("id") for element in root.iter() if element.get("id")]
    assert ids
    assert all(each.startswith(f"{name}-") for each in ids)
    for reference in root.iter("{http://www.w3.org/2000/svg}use"):
        target = reference.get("{http://www.w3.org/1999/xlink}href")
        assert target.removeprefix("#") in ids
    assert "currentColor" in svg
    assert "var(--accent)" in svg
    for stand_in in (plots.INK, plots.ACCENT, plots.FAINT):
        assert stand_in not in svg


def test_confusions_are_named_and_counted_in_the_plot():
    svg = drawn("confusion")
    for word in ("a.b", "c.d", "e.f", "g.h", ">3<"):
        assert word in svg


@pytest.mark.parametrize(
    "plot",
    [
        lambda: plots.risk_plot([], Risk(0.0, 0, 0, 1), "alt"),
        lambda: plots.calibration_plot([], "alt"),
        lambda: plots.confusion_plot([], "alt"),
    ],
)
def test_nothing_measured_gives_an_empty_plot(plot):
    assert plot().startswith("<svg")


def test_matrix_puts_the_most_missed_first():
    rows, columns, counts = plots.confusion_matrix(
        [
            Confusion("a", "x", 2),
            Confusion("b", "y", 2),
            Confusion("b", "x", 1),
        ]
    )
    assert (rows, columns) == (["b", "a"], ["x", "y"])
    assert counts == {(0, 0): 1, (0, 1): 2, (1, 0): 2}


def test_matrix_adds_up_what_is_rare():
    found = [Confusion("a", f"got{n}", 1) for n in range(plots.COLUMNS + 3)]
    _, columns, counts = plots.confusion_matrix(found)
    assert columns[-1] == plots.ELSE
    assert counts[0, len(columns) - 1] == 3
    assert sum(counts.values()) == len(found)


def test_matrix_leaves_out_what_is_seldom_missed():
    found = [Confusion(f"id{n:02}", "x", 20 - n) for n in range(plots.ROWS + 2)]
    rows, _, _ = plots.confusion_matrix(found)
    assert rows == [f"id{n:02}" for n in range(plots.ROWS)]
