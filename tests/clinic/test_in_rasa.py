"""Rasa words the answers about the clinic as the front door would: facts filled in."""

import datetime as dt

import pytest

from mend import rasa_without_tensorflow
from mend.chat.words import fill
from mend.clinic import load_clinic
from tests.clinic.test_file import DEMO, clinic

rasa_without_tensorflow.install()

from rasa.shared.core.domain import Domain  # noqa: E402
from rasa.shared.core.events import UserUttered  # noqa: E402
from rasa.shared.core.trackers import DialogueStateTracker  # noqa: E402
from rasa.shared.nlu.training_data.loading import load_data  # noqa: E402

from mend.understanding.wording import ClinicWording  # noqa: E402
from tests.apart import await_apart  # noqa: E402

NOON = dt.datetime(2026, 11, 23, 12, tzinfo=dt.timezone.utc)
RESPONSES = load_data(str(DEMO.parent / "data/faq/clinic.yml")).responses


def worded(of, name):
    """Word a response as it was trained, for a clinic that is read at start."""
    wording = ClinicWording(
        domain=Domain.from_dict({"responses": RESPONSES}), clinic=of
    )
    tracker = DialogueStateTracker.from_events("s", [UserUttered("hello")])
    return await_apart(wording.generate(name, tracker, "rest"))["text"]


@pytest.mark.parametrize("name", RESPONSES)
def test_the_same_words_whoever_fills_them_in(name, monkeypatch):
    text = RESPONSES[name][0]["text"]
    for of in (load_clinic(DEMO), clinic()):
        facts = of.facts(NOON)
        monkeypatch.setattr(type(of), "facts", lambda _, __, facts=facts: facts)
        assert worded(of, name) == fill(text, facts)
        monkeypatch.undo()


def test_a_changed_fact_needs_no_training():
    name = "utter_faq/clinic.change"
    before = clinic(country="GB", cancelling={"late_fee": 30})
    after = clinic(country="GB", cancelling={"late_fee": 35})
    assert "the fee is £30." in worded(before, name)
    assert "the fee is £35." in worded(after, name)
