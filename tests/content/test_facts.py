import pytest
import yaml

from mend.content.facts import Fact, FactsError, Quantity, load_facts
from tests.running import PROJECT

QUANTITY = {"of": "scar settling", "values": [12, 24], "unit": "months"}


def write(tmp_path, content):
    (tmp_path / "facts.yml").write_text(yaml.safe_dump(content))
    return tmp_path


def test_facts_are_read(tmp_path):
    content = {
        "facts": {
            "C2": {
                "says": "Scars settle.\n",
                "quantities": [{**QUANTITY, "source": "x"}],
            },
            "H9": {"says": "Smoking slows it.", "from_memory": True},
        },
        "sources": {"leaflet": [QUANTITY]},
    }
    found = load_facts(write(tmp_path, content))
    quantity = Quantity("scar settling", (12.0, 24.0), "months", "x")
    assert found.facts["C2"] == Fact("C2", "Scars settle.", False, (quantity,))
    assert found.facts["H9"].from_memory
    assert found.quantities(["C2", "H9", "none"], []) == [quantity]
    assert [q.source for q in found.quantities([], ["leaflet", "none"])] == ["leaflet"]


@pytest.mark.parametrize(
    ("content", "says"),
    [
        ({}, "facts.yml"),
        ({"facts": {"C2": {}}}, "facts.yml"),
        ({"facts": {"C2": {"says": " "}}}, "C2: says"),
        ({"facts": {"C2": {"says": "x", "quantities": [{"of": "y"}]}}}, "facts.yml"),
        (
            {
                "facts": {
                    "C2": {"says": "x", "quantities": [{**QUANTITY, "unit": "ells"}]}
                }
            },
            "C2: unit 'ells'",
        ),
        (
            {
                "facts": {
                    "C2": {"says": "x", "quantities": [{**QUANTITY, "values": ["2"]}]}
                }
            },
            "C2: values",
        ),
    ],
)
def test_a_bad_file_is_named(tmp_path, content, says):
    with pytest.raises(FactsError, match=says):
        load_facts(write(tmp_path, content))


def test_no_file_and_no_yaml_are_named(tmp_path):
    with pytest.raises(FactsError, match="not found"):
        load_facts(tmp_path)
    (tmp_path / "facts.yml").write_text("facts: [")
    with pytest.raises(FactsError, match=r"facts\.yml"):
        load_facts(tmp_path)


@pytest.mark.parametrize(
    ("values", "unit", "states"),
    [
        ((12, 24), "months", True),
        ((1, 2), "years", True),
        ((24,), "months", True),
        ((12, 18), "months", False),
        ((12,), "weeks", False),
    ],
)
def test_related_units_say_the_same(values, unit, states):
    quantity = Quantity("scar settling", (12.0, 24.0), "months")
    assert quantity.states(values, unit) is states


def test_hours_and_weeks_are_days():
    assert Quantity("soreness", (1.0, 2.0), "days").states((24, 48), "hours")
    assert Quantity("rest", (2.0,), "weeks").states((14,), "days")


def test_our_facts_are_read():
    found = load_facts(PROJECT / "data")
    assert len(found.facts) > 140
    assert any(fact.from_memory for fact in found.facts.values())
