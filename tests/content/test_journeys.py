"""Texts outside the catalogue are read from the files, with their facts."""

from mend.content.journeys import journey_passages
from mend.content.places import read_places
from tests.running import PROJECT

FILE = """\
responses:
  utter_faq/scar.pain:
  - text: In the catalogue.
  utter_ask_where:
  - text: Where is it?
  - text: Where does it hurt?
    custom: {facts: [W1], sources: [leaflet]}
  utter_silent:
  - custom: {outcome: answered}
"""


def test_all_variants_with_a_text_are_read(tmp_path):
    (tmp_path / "pain.yml").write_text(FILE)
    (tmp_path / "list.yml").write_text("- one\n")
    one, two = journey_passages(tmp_path, read_places(tmp_path))
    assert (one.id, one.text, one.facts) == ("journey/ask_where", "Where is it?", ())
    assert (two.facts, two.sources) == (("W1",), ("leaflet",))
    assert two.where("Where does it hurt?").endswith("pain.yml:6 utter_ask_where")


def test_ours_are_read():
    data = PROJECT / "data"
    names = {text.id for text in journey_passages(data, read_places(data))}
    assert {"journey/self_care", "journey/asked_again/person"} <= names
