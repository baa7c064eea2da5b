"""A finding leads to the line where the words stand."""

from mend.content.places import place_of, read_places

FILE = """\
version: "3.1"
nlu: []
responses:
  utter_faq/scar.pain:
  - text: |-
      Scars may itch.

      Ask a "doctor" if it
      weeps.
    custom:
      reviewed: "2026-11-23"

  utter_faq/scar.looks:
  - text: |-
      Most scars fade.
"""


def places(tmp_path):
    (tmp_path / "data" / "faq").mkdir(parents=True)
    (tmp_path / "data" / "faq" / "scar.yml").write_text(FILE)
    (tmp_path / "data" / "broken.yml").write_text("responses: [\n")
    (tmp_path / "data" / "list.yml").write_text("responses:\n- one\n")
    return read_places(tmp_path / "data")


def test_entries_are_found_by_line(tmp_path):
    found = places(tmp_path)
    assert list(found) == ["utter_faq/scar.pain", "utter_faq/scar.looks"]
    assert found["utter_faq/scar.pain"].at() == "data/faq/scar.yml:4"
    assert found["utter_faq/scar.looks"].at() == "data/faq/scar.yml:13"


def test_words_are_found_by_line_though_broken_over_two(tmp_path):
    place = places(tmp_path)["utter_faq/scar.pain"]
    assert place.at("Scars may itch.") == "data/faq/scar.yml:6"
    assert place.at("Ask a doctor, if it weeps.") == "data/faq/scar.yml:8"
    assert place.at('reviewed: "2026-11-23"') == "data/faq/scar.yml:11"


def test_words_that_are_not_there_lead_to_the_entry(tmp_path):
    place = places(tmp_path)["utter_faq/scar.pain"]
    assert place.at("Zebras.") == "data/faq/scar.yml:4"


def test_words_of_the_next_entry_are_not_found_in_this_one(tmp_path):
    place = places(tmp_path)["utter_faq/scar.pain"]
    assert place.at("Most scars fade.") == "data/faq/scar.yml:4"


def test_an_unknown_place_is_a_name(tmp_path):
    found = places(tmp_path)
    assert place_of(found, "utter_x") == "utter_x"
    where = place_of(found, "utter_faq/scar.pain", "Scars")
    assert where == "data/faq/scar.yml:6 utter_faq/scar.pain"
