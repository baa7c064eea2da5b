"""Rasa graph component that settles what a message means.

It only connects: the model is in `ranker`, the decision in `decision`. Its output
is what Rasa's rules and `utter_faq` need, without Rasa's own ResponseSelector.
"""

from __future__ import annotations

import hashlib
import inspect
import logging
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from dataclasses import asdict
from pathlib import Path
from typing import Any

from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.nlu.classifiers.classifier import IntentClassifier
from rasa.shared.core.events import (
    ActionExecuted,
    ActiveLoop,
    SessionStarted,
    UserUttered,
)
from rasa.shared.core.trackers import DialogueStateTracker
from rasa.shared.exceptions import InvalidConfigException, RasaException
from rasa.shared.nlu.constants import INTENT, INTENT_RANKING_KEY, TEXT
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from mend.settings import load_settings
from mend.understanding import (
    encoder,
    features,
    nearness,
    network,
    ranker,
    regression,
    slips,
)
from mend.understanding.decision import Decision, Thresholds
from mend.understanding.embedding_cache import EmbeddingCache
from mend.understanding.encoder import Encoder, EncoderUnavailable, SentenceEncoder
from mend.understanding.meaning import (
    EARLIER_MESSAGES,
    Found,
    Meaning,
    Understanding,
)
from mend.understanding.ranker import ModelMismatch, Ranked, Ranker
from mend.understanding.subject import Named, Subjects, Talk

logger = logging.getLogger(__name__)

RETRIEVAL_INTENTS = ("faq", "red_flag")
RANKING_LENGTH = 10
UNDERSTANDING_RANKING_LENGTH = 3
UNTRAINED = "untrained"
TALK = "talk"
PAIN_FORM = "daily_life_form"
SUGGESTION = "action_suggest_consultation"


@DefaultV1Recipe.register(
    DefaultV1Recipe.ComponentType.INTENT_CLASSIFIER, is_trainable=True
)
class AnswerClassifier(GraphComponent, IntentClassifier):
    """Classify a message into an answer or another intent.

    Reads from the message: the text, ``screening`` and ``heard`` (from the lexicon
    component) and the ``choice`` in the metadata. Writes ``intent``,
    ``intent_ranking``, ``response_selector`` and ``understanding``.

    Args:
        config: see `get_default_config`.
        model_storage: where Rasa keeps trained parts.
        resource: this component's part.
        trained: the model; None before training.
        subjects: what visitors talk about; None for nothing.
    """

    def __init__(
        self,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        trained: Ranker | None = None,
        subjects: Subjects | None = None,
    ) -> None:
        self._config = {**self.get_default_config(), **config}
        self._thresholds = _thresholds(self._config)
        self._model_storage = model_storage
        self._resource = resource
        self._ranker = trained
        self._understanding = Understanding(
            self._rank, subjects or Subjects({}), self._thresholds
        )

    @staticmethod
    def get_default_config() -> dict[str, Any]:
        """Return the options and their defaults.

        answer ... doubt: see `Thresholds`, which has the same names.
        lexicon: folder of the word lists, for the subjects.
        use_encoder: False trains on words alone.
        cache_folder: where embeddings of training examples are kept; "" for nowhere.
        """
        return {
            **asdict(Thresholds()),
            "lexicon": "data/lexicon",
            "use_encoder": True,
            "cache_folder": ".rasa/embeddings",
        }

    @classmethod
    def validate_config(cls, config: dict[str, Any]) -> None:
        """Refuse options that cannot work.

        Raises:
            InvalidConfigException: thresholds are out of order or out of range.
        """
        _thresholds({**cls.get_default_config(), **config})

    @staticmethod
    def required_packages() -> list[str]:
        """Return what must be installed in any case."""
        return ["sklearn"]

    @classmethod
    def fingerprint_addon(
        cls,
        config: dict[str, Any],  # noqa: ARG003 - Rasa passes it
    ) -> str | None:
        """Return what, besides data and options, calls for training again.

        That is the code of the model and whether the encoder is there.
        """
        digest = hashlib.sha256()
        modules = (encoder, features, nearness, network, ranker, regression, slips)
        for module in modules:
            digest.update(inspect.getsource(module).encode())
        try:
            encoder.MODEL.locate()
            encoder.TOKENIZER.locate()
            digest.update(encoder.encoder_checksum().encode("ascii"))
        except EncoderUnavailable:
            digest.update(b"no encoder")
        return digest.hexdigest()

    @classmethod
    def create(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,  # noqa: ARG003 - Rasa passes it
    ) -> AnswerClassifier:
        """Return an untrained component."""
        return cls(config, model_storage, resource, subjects=_load_subjects(config))

    @classmethod
    def load(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
        **kwargs: Any,  # noqa: ARG003 - Rasa may pass more
    ) -> AnswerClassifier:
        """Return the trained component.

        Raises:
            RasaException: the model does not fit this installation; says what to do.
        """
        with ExitStack() as stack:
            try:
                folder = stack.enter_context(model_storage.read_from(resource))
            except ValueError:
                # Rasa says so when nothing was trained, e.g. for a test of rules.
                logger.warning("There is no trained model of the answers.")
                return cls.create(config, model_storage, resource, execution_context)
            try:
                trained = Ranker.load(folder, _load_encoder)
            except ModelMismatch as error:
                raise RasaException(str(error)) from error
        subjects = Subjects.load(
            Path({**cls.get_default_config(), **config}["lexicon"])
        )
        return cls(config, model_storage, resource, trained, subjects)

    def train(self, training_data: TrainingData) -> Resource:
        """Train on all examples and keep the model.

        Args:
            training_data: examples of answers and of the other intents alike.
        """
        examples = [
            (example.get(TEXT), example.get_full_intent())
            for example in training_data.intent_examples
            if example.get(TEXT) and example.get(INTENT)
        ]
        folder = self._config["cache_folder"]
        self._ranker = Ranker.fit(
            [text for text, _ in examples],
            [label for _, label in examples],
            self._encoder_for_training(),
            EmbeddingCache(Path(folder)) if folder else None,
        )
        with self._model_storage.write_to(self._resource) as model_folder:
            self._ranker.save(model_folder)
        return self._resource

    def _encoder_for_training(self) -> Encoder | None:
        if not self._config["use_encoder"]:
            return None
        try:
            return _load_encoder()
        except EncoderUnavailable as error:
            logger.warning(
                "Training on words alone, without the sentence encoder: %s.", error
            )
            return None

    def process_training_data(self, training_data: TrainingData) -> TrainingData:
        """Return the examples as they are: nothing later learns from predictions."""
        return training_data

    def process(
        self,
        messages: list[Message],
        tracker: DialogueStateTracker | None = None,
    ) -> list[Message]:
        """Settle the meaning of each message.

        Args:
            messages: from Rasa, after the lexicon component.
            tracker: the conversation so far; Rasa passes it by this name.
        """
        talk, earlier = talk_so_far(tracker), harmless_before(tracker)
        pain_known = is_pain_known(tracker)
        for message in messages:
            self._process_one(message, talk, earlier, pain_known=pain_known)
        return messages

    def _process_one(
        self, message: Message, talk: Talk, earlier: Sequence[str], *, pain_known: bool
    ) -> None:
        typed = message.get(TEXT) or ""
        text = without_command(typed)
        cut = len(typed) - len(text)
        if cut:
            message.set(TEXT, text, add_to_output=True)
        found = Found(
            heard=message.get("heard"),
            screening=message.get("screening"),
            choice=(message.get("metadata") or {}).get("choice"),
            named=[
                Named(one["name"], one["start"] - cut, one["end"] - cut)
                for one in message.get("named") or ()
            ],
            earlier=earlier,
            silence=message.get("silence"),
            pain_known=pain_known,
        )
        meaning = self._understanding.of(text, found, talk)
        decided = meaning.decision
        message.set(
            INTENT,
            {"name": decided.base, "confidence": decided.confidence},
            add_to_output=True,
        )
        message.set(
            INTENT_RANKING_KEY,
            _as_dicts(meaning.ranking[:RANKING_LENGTH]),
            add_to_output=True,
        )
        message.set(
            "response_selector", _response_selector(decided), add_to_output=True
        )
        message.set("understanding", self._described(meaning), add_to_output=True)

    def _rank(self, text: str) -> tuple[Ranked, ...]:
        return self._ranker.rank(text) if self._ranker else ()

    def _described(self, meaning: Meaning) -> dict[str, Any]:
        decided = meaning.decision
        found: dict[str, Any] = {
            "intent": decided.intent,
            "confidence": round(decided.confidence, 4),
            "by": decided.by,
            "ranking": _as_dicts(meaning.ranking[:UNDERSTANDING_RANKING_LENGTH]),
            "model": self._ranker.identity if self._ranker else UNTRAINED,
            TALK: meaning.talk.as_dict(),
        }
        if decided.suggestions:
            found["suggestions"] = list(decided.suggestions)
        if decided.several:
            found["several"] = list(decided.several)
        if decided.along:
            found["along"] = list(decided.along)
        if decided.doubt:
            found["doubt"] = decided.doubt
        return found


def talk_so_far(tracker: DialogueStateTracker | None) -> Talk:
    """Return what the conversation has been about in this session.

    Args:
        tracker: the conversation so far, without the message in hand.
    """
    for event in reversed(tracker.events if tracker else ()):
        if isinstance(event, SessionStarted):
            break
        if isinstance(event, UserUttered):
            understood = _mapping(_mapping(event.parse_data).get("understanding"))
            return Talk.from_dict(understood.get(TALK))
    return Talk()


def harmless_before(tracker: DialogueStateTracker | None) -> tuple[str, ...]:
    """Return the visitor's last messages in this session, oldest first.

    Only typed ones that were no red flag: such a one has had its advice, and must not
    turn every message after it into another.

    Args:
        tracker: the conversation so far, without the message in hand.
    """
    texts: list[str] = []
    for event in reversed(tracker.events if tracker else ()):
        if isinstance(event, SessionStarted) or len(texts) == EARLIER_MESSAGES:
            break
        if isinstance(event, UserUttered) and event.text:
            data = _mapping(event.parse_data)
            if _mapping(data.get(INTENT)).get("name") == "red_flag":
                break
            if not _mapping(data.get("metadata")).get("choice"):
                texts.insert(0, event.text)
    return tuple(texts)


def is_pain_known(tracker: DialogueStateTracker | None) -> bool:
    """Tell whether pain was asked about, or a consultation offered, in this session.

    Args:
        tracker: the conversation so far, without the message in hand.
    """
    for event in reversed(tracker.events if tracker else ()):
        if isinstance(event, SessionStarted):
            return False
        if isinstance(event, ActiveLoop) and event.name == PAIN_FORM:
            return True
        if isinstance(event, ActionExecuted) and event.action_name == SUGGESTION:
            return True
    return False


def _mapping(data: object) -> Mapping[str, Any]:
    return data if isinstance(data, Mapping) else {}


def without_command(text: str) -> str:
    """Return the text without leading slashes.

    After this component Rasa would obey ``/intent`` as a command. What a person types
    is text; buttons come as metadata.

    Args:
        text: any; returned as it is unless its first visible character is a slash.
    """
    while text.lstrip().startswith("/"):
        text = text.lstrip()[1:].lstrip()
    return text


def _load_encoder() -> SentenceEncoder:
    return SentenceEncoder.load(load_settings().encoder_threads)


def _load_subjects(config: dict[str, Any]) -> Subjects:
    options = {**AnswerClassifier.get_default_config(), **config}
    return Subjects.load(Path(options["lexicon"]))


def _thresholds(config: dict[str, Any]) -> Thresholds:
    try:
        return Thresholds.from_config(config)
    except (TypeError, ValueError) as error:
        raise InvalidConfigException(f"AnswerClassifier: {error}") from error


def _as_dicts(ranking: Sequence[Ranked]) -> list[dict[str, Any]]:
    return [
        {"name": ranked.name, "confidence": round(ranked.confidence, 4)}
        for ranked in ranking
    ]


def _response_selector(decided: Decision) -> dict[str, Any]:
    """Return what Rasa's `utter_<retrieval intent>` reads to find the response."""
    selected: dict[str, Any] = {"all_retrieval_intents": list(RETRIEVAL_INTENTS)}
    if decided.base in RETRIEVAL_INTENTS and decided.base != decided.intent:
        selected[decided.base] = {
            "response": {
                "responses": [],
                "confidence": decided.confidence,
                "intent_response_key": decided.intent,
                "utter_action": f"utter_{decided.intent}",
            },
            "ranking": [],
        }
    return selected
