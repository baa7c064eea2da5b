import hashlib

import pytest

from benchmarks.measures import (
    Confusion,
    calibration,
    calibration_error,
    confusions,
    half_of,
    kind_of,
    risk_at,
    risk_curve,
    risk_now,
    tallies,
    tally,
    tier_of,
)
from tests.benchmarks.made_up import measured

TIME = "faq/healing.time"


def test_half_follows_the_hash():
    for text in ("a", "b", "c", "où", "what is it?"):
        even = int(hashlib.sha256(text.encode()).hexdigest(), 16) % 2 == 0
        assert half_of(text) == ("tuned" if even else "reported")
    assert {half_of(str(number)) for number in range(20)} == {"tuned", "reported"}


@pytest.mark.parametrize(
    ("expect", "tier"),
    [
        ("healing.time", "education"),
        ("clinic.prices", "clinic"),
        ("chat.greet", "chat"),
        ("OOS", "no answer expected"),
        (None, "no answer expected"),
    ],
)
def test_tier(expect, tier):
    assert tier_of(measured(expect, "out_of_scope")) == tier


def test_tally_counts_each_verdict():
    group = [
        measured("healing.time", TIME),
        measured("healing.time", TIME),
        measured("healing.time", "faq/clinic.prices"),
        measured("healing.time", "out_of_scope"),
        measured("healing.time", "clarify", suggestions=[TIME]),
        measured("healing.time", "clarify", suggestions=["faq/clinic.prices"]),
    ]
    one = tally("x", group)
    assert (one.lines, one.right, one.wrong, one.refused) == (6, 2, 1, 1)
    assert (one.clarified, one.offered) == (2, 1)


def test_tallies_are_by_name_and_end_with_all():
    rows = tallies(
        [
            measured("healing.time", TIME, kind="later"),
            measured("healing.time", "pain", kind="earlier"),
        ],
        kind_of,
    )
    assert [(row.name, row.lines, row.right) for row in rows] == [
        ("earlier", 1, 0),
        ("later", 1, 1),
        ("all", 2, 1),
    ]


def test_confusions_are_what_was_wrong_or_refused():
    found = confusions(
        [
            measured("healing.time", "faq/clinic.prices"),
            measured("healing.phases", "out_of_scope"),
            measured("healing.phases", "out_of_scope"),
            measured("healing.time", TIME),
            measured("healing.time", "clarify"),
        ]
    )
    assert found == [
        Confusion("healing.phases", "out_of_scope", 2),
        Confusion("healing.time", "clinic.prices", 1),
    ]


def scored(right, confidence, name=TIME):
    expect = "healing.time" if right else "healing.phases"
    return measured(expect, name, (name, confidence))


def test_bins_hold_means_and_hits():
    bins = calibration([scored(True, 0.61), scored(False, 0.69), scored(True, 1.0)])
    assert [one.lines for one in bins] == [0, 0, 0, 0, 0, 0, 2, 0, 0, 1]
    assert bins[6].confidence == pytest.approx(0.65)
    assert (bins[6].right, bins[6].share) == (1, 0.5)
    assert (bins[6].low, bins[6].high) == (0.6, 0.7)


def test_calibration_error_weighs_gaps_by_lines():
    # Three lines of a bin that is 0.2 off, one that is right as often as it says.
    bins = calibration([scored(False, 0.2)] * 3 + [scored(True, 1.0)])
    assert calibration_error(bins) == pytest.approx(0.15)
    assert calibration_error([]) == 0


def test_what_words_settled_is_not_calibrated():
    assert sum(b.lines for b in calibration([measured("a.b", "pain", by="heard")])) == 0


def test_risk_at_a_threshold():
    lines = [
        scored(True, 0.9),
        scored(False, 0.5),
        scored(True, 0.1),
        scored(False, 0.8, name="out_of_scope"),
        measured(None, "red_flag/RF01.soon", kind="red_flag", by="screening"),
    ]
    risk = risk_at(lines, 0.5)
    assert (risk.answered, risk.wrong, risk.lines) == (2, 1, 5)
    assert risk.answered_share == pytest.approx(0.4)
    assert risk.wrong_share == pytest.approx(0.5)
    assert risk_at(lines, 0.95).wrong_share == 0


def test_curve_goes_from_sure_to_everything():
    curve = risk_curve([scored(True, 0.9), scored(False, 0.5), scored(True, 0.5)])
    assert [(r.threshold, r.answered, r.wrong) for r in curve] == [
        (0.9, 1, 0),
        (0.5, 3, 1),
    ]


def test_risk_now_counts_answers_given():
    now = risk_now(
        [
            measured("healing.time", TIME),
            measured("healing.time", "faq/clinic.prices"),
            measured("healing.time", "clarify", ("faq/healing.time", 0.2)),
            measured(None, "pain", kind="pain_report", by="heard"),
        ]
    )
    assert (now.answered, now.wrong, now.lines) == (2, 1, 4)
