"""All rules together find what is bad, and pass our own content."""

import datetime as dt
import shutil

import pytest

from mend.clinic import load_clinic
from mend.content.claims import check_claims
from mend.content.hedges import check_hedges
from mend.content.lint import lint, table_of_groups, table_of_texts
from mend.understanding.catalogue_files import load_catalogue
from tests.content.made_up import HARD, passage
from tests.running import PROJECT

NOW = dt.datetime(2026, 11, 23, 10, tzinfo=dt.timezone.utc)
FACTS = load_clinic(PROJECT / "clinic.yml").facts(NOW)


def test_our_content_is_clean():
    data = PROJECT / "data"
    found = lint(data, load_catalogue(data), FACTS, dt.date(2026, 11, 23))
    assert [str(it) for it in found.findings] == []
    assert len(found.passages) > 200


BAD = {
    "It can be uncomfortable,": ("It cures,", "claims 'cures'"),
    "You may be sore for a day or two.": ("It eases pain.", "needs a hedge"),
    "a gritty feel": ("petechiae", "does not explain 'petechiae'"),
    "it may be bleeding": ("wait 5 days", "'5 days' stands in none of its facts"),
    "for less pressure": ("for the color", "'colour' in British English"),
    "Harder is not": (f"{HARD} {HARD} {HARD} Harder is not", "reading grade"),
    "Stop and call {urgent_line}": ("Go home", 'no "stop and get help if" line'),
    "facts: [V6, V8, M7, B1, B3, B5, B4, RF10, E5]": (
        "facts: [V8]",
        "rests only on facts from memory",
    ),
}


def test_bad_texts_are_found_at_their_lines(tmp_path):
    data = tmp_path / "data"
    shutil.copytree(PROJECT / "data", data)
    file = data / "faq" / "iastm.yml"
    text = file.read_text("utf-8")
    start = text.index("  utter_faq/iastm.hurts:")
    before, entry = text[:start], text[start:]
    lines = {}
    for old, (new, says) in BAD.items():
        lines[says] = before.count("\n") + entry[: entry.index(old)].count("\n") + 1
        entry = entry.replace(old, new, 1)
    file.write_text(before + entry, "utf-8")
    found = lint(data, load_catalogue(data), FACTS, dt.date(2026, 11, 23)).findings
    first = before.count("\n") + 1
    for says, line in lines.items():
        (where, *_) = [it.where for it in found if says in it.what]
        # What is about the whole text is told at its first line.
        assert where in {
            f"data/faq/iastm.yml:{line} utter_faq/iastm.hurts",
            f"data/faq/iastm.yml:{first} utter_faq/iastm.hurts",
        }, says


def test_a_year_later_all_reviews_are_too_old():
    data = PROJECT / "data"
    found = lint(data, load_catalogue(data), FACTS, dt.date(2028, 1, 1)).findings
    assert len(found) > 100
    assert all("12 months" in it.what for it in found)


def test_tables_show_each_text_and_each_group():
    texts = [passage("Rest it.", "scar.pain"), passage("Go on.", "RF03.soon, check")]
    assert [row.split("  ")[0] for row in table_of_texts(texts)] == [
        "id",
        "scar.pain",
        "RF03.soon, check",
    ]
    assert [row.split("  ")[0] for row in table_of_groups(texts)] == [
        "group",
        "scar",
        "warning signs",
        "all",
    ]


OVERCLAIMS = """
IASTM restarts the healing process.
The tool wakes up healing in old injuries.
Microtrauma starts the reabsorption of scar tissue.
Scraping breaks down adhesions.
It breaks your scar tissue up.
Massage gets rid of scar tissue.
Scar tissue can be removed with tools.
New cells are laid down excessively.
Adhesions stop the muscle from getting longer.
Tools help us find the injury.
You will recover faster.
You will heal twice as fast.
It shortens recovery time.
It cuts your recovery time in half.
Lymph massage detoxifies the body.
It flushes waste from the body.
It boosts your immune system.
MLD helps you lose weight.
This treatment is completely safe.
There are no risks.
It is painless.
It always works.
This will fix your pain.
Our treatment is the best for heel pain.
We guarantee results.
Research proves that it works.
Studies prove it works.
It is clinically proven.
You probably have tendinitis.
Your scar tissue is causing the pain.
Most people wait until pain stops them.
Exercise cures back pain.
IASTM is effective for tendon pain.
Massage will reduce your swelling.
Ice stops inflammation.
The treatment improves blood flow.
Tool work lengthens your muscles.
A magic fix.
"""


@pytest.mark.parametrize("text", OVERCLAIMS.strip().splitlines())
def test_no_overclaim_passes_both_claims_and_hedges(text):
    found = [*check_claims(passage(text)), *check_hedges(passage(text))]
    assert found
