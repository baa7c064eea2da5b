from mend.content.completeness import check_ids, read_ids
from tests.running import PROJECT

IDS = {"scar.pain": "core", "clinic.hours": "clinic"}


def test_an_id_without_an_answer_is_found():
    (found,) = check_ids(IDS, {"scar.pain"}, {})
    assert str(found) == "data/ids.yml: clinic.hours has no answer"


def test_an_answer_without_a_tier_is_found():
    (found,) = check_ids(IDS, [*IDS, "scar.new"], {})
    assert str(found) == "utter_faq/scar.new: is not named in ids.yml"


def test_complete_is_fine():
    assert list(check_ids(IDS, list(IDS), {})) == []


def test_our_ids_are_read_with_their_tiers():
    ids = read_ids(PROJECT / "data")
    assert len(ids) == 149
    assert set(ids.values()) == {"core", "near", "clinic", "chat"}
    assert ids["scar.pain"] == "core"
