"""Run Rasa without TensorFlow installed.

Rasa 3.6 imports TensorFlow whenever it trains or loads a model, also when no
component of the configuration uses it. That costs 350 MB of memory, 18 s of every
start and most of the installation. `install` puts stand-ins for `tensorflow*` and
`keras` on the import path: enough for Rasa's modules to be imported, and nothing
that computes. Whoever configures a component that does need TensorFlow is told so
by `refuse_tensorflow_components` before anything is imported.

Every Rasa command of this project goes through `main` (``mend rasa ...``).
"""

from __future__ import annotations

import gc
import importlib
import importlib.abc
import importlib.machinery
import logging
import os
import sys
import types
import warnings
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import yaml

from mend.errors import OperatorError

STANDS_IN_FOR = ("tensorflow", "tensorflow_hub", "tensorflow_text", "keras")
"""Top-level packages that are replaced; Rasa 3.6.21 imports no other of them."""

USE_INSTEAD: Mapping[str, str] = {
    "DIETClassifier": "mend.understanding.classifier.AnswerClassifier",
    "ResponseSelector": "mend.understanding.classifier.AnswerClassifier",
    "TEDPolicy": "RulePolicy",
    "UnexpecTEDIntentPolicy": "RulePolicy",
    "ConveRTFeaturizer": "mend.understanding.classifier.AnswerClassifier",
    "LanguageModelFeaturizer": "mend.understanding.classifier.AnswerClassifier",
}
"""Rasa components that compute with TensorFlow, and what this project uses."""


class TensorFlowComponentError(OperatorError):
    """A configuration names a component that needs TensorFlow."""


class _StandInType(type):
    """Metaclass that answers every attribute with another stand-in class."""

    def __getattr__(cls, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        return _stand_in(f"{cls.__qualname__}.{name}")

    def __call__(cls, *args: Any, **kwargs: Any) -> Any:
        # `@tf.function` and friends are applied while Rasa's modules are imported.
        if len(args) == 1 and not kwargs and callable(args[0]):
            return args[0]
        return super().__call__(*args, **kwargs)


class _StandIn(metaclass=_StandInType):
    """Base of all stand-ins: can be subclassed and called, computes nothing."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        pass

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        if len(args) == 1 and not kwargs and callable(args[0]):
            return args[0]
        return self


def _stand_in(qualified_name: str) -> type:
    made = _StandInType(qualified_name.rpartition(".")[2], (_StandIn,), {})
    made.__qualname__ = qualified_name
    return made


class _StandInModule(types.ModuleType):
    """Module whose every attribute is a stand-in class."""

    __version__ = "2.12.0"  # what Rasa 3.6.21 pins and checks for
    __path__: list[str] = []

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        made = _stand_in(f"{self.__name__}.{name}")
        setattr(self, name, made)
        return made


class _StandInFinder(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    """Find and load `_StandInModule` for the packages of `STANDS_IN_FOR`."""

    def find_spec(
        self,
        fullname: str,
        path: Sequence[str] | None = None,  # noqa: ARG002 - protocol of importlib
        target: types.ModuleType | None = None,  # noqa: ARG002
    ) -> importlib.machinery.ModuleSpec | None:
        if fullname.partition(".")[0] not in STANDS_IN_FOR:
            return None
        return importlib.machinery.ModuleSpec(fullname, self, is_package=True)

    def create_module(self, spec: importlib.machinery.ModuleSpec) -> types.ModuleType:
        return _StandInModule(spec.name)

    def exec_module(self, module: types.ModuleType) -> None:
        pass


def install() -> None:
    """Put the stand-ins on the import path; call before `rasa` is imported.

    Does nothing when called again. Also turns Rasa's telemetry off: without that
    each command waits for a crash-report host that this project never contacts.
    """
    os.environ["RASA_TELEMETRY_ENABLED"] = "false"
    if not any(isinstance(finder, _StandInFinder) for finder in sys.meta_path):
        sys.meta_path.insert(0, _StandInFinder())


def refuse_tensorflow_components(config: Mapping[str, Any], where: str) -> None:
    """Raise `TensorFlowComponentError` if `config` names a TensorFlow component.

    Args:
        config: a Rasa configuration (``pipeline`` and ``policies`` lists).
        where: name of the file, for the message.
    """
    named = [
        str(entry.get("name", "")) if isinstance(entry, Mapping) else str(entry)
        for part in ("pipeline", "policies")
        for entry in (config.get(part) or [])
    ]
    for name in named:
        short = name.rpartition(".")[2]
        if short in USE_INSTEAD:
            raise TensorFlowComponentError(
                f"{where} names {name}, which needs TensorFlow. TensorFlow is not "
                f"installed here on purpose; use {USE_INSTEAD[short]} instead."
            )


def _config_files(argv: Sequence[str]) -> list[Path]:
    """Return the configuration files that a Rasa command line will read."""
    files: list[Path] = []
    for position, word in enumerate(argv):
        if word in ("-c", "--config"):
            for following in argv[position + 1 :]:
                if following.startswith("-"):
                    break
                files.append(Path(following))
        elif word.startswith("--config="):
            files.append(Path(word.partition("=")[2]))
    return files or [Path("config.yml")]


# Keys of Rasa's log events that say what happened without a visitor's words.
_LOG_KEYS = frozenset({"event", "event_info", "level", "timestamp", "exc_type"})


def _without_words(_: Any, __: str, event: dict[str, Any]) -> dict[str, Any]:
    """Keep only keys that cannot hold a visitor's words (structlog processor).

    Rasa's error events carry the message, the sender and, in the JSON of each
    stack frame, all local variables; a log must hold none of them.
    """
    exc_info = event.pop("exc_info", None)
    if exc_info is True:
        exc_info = sys.exc_info()
    if isinstance(exc_info, BaseException):
        event["exc_type"] = type(exc_info).__name__
    elif isinstance(exc_info, tuple) and exc_info[0]:
        event["exc_type"] = exc_info[0].__name__
    return {key: value for key, value in event.items() if key in _LOG_KEYS}


class _TracebackNamesOnly(logging.Filter):
    """Replace a traceback by its exception's name.

    Messages of exceptions and source lines may hold a visitor's words.
    """

    def filter(self, record: logging.LogRecord) -> bool:
        if record.exc_info and record.exc_info[0]:
            record.msg = f"{record.msg} [{record.exc_info[0].__name__}]"
            record.exc_info = None
            record.exc_text = None
        return True


def keep_words_out_of_logs() -> None:
    """Make Rasa's logging hold ids and events only, never message text."""
    import rasa.__main__ as rasa_main
    import structlog
    from rasa.utils import log_utils

    original = log_utils.configure_structlog

    def configure(log_level: int | None = None) -> None:
        original(log_level)
        processors = list(structlog.get_config()["processors"])
        processors.insert(0, _without_words)
        structlog.configure(processors=processors)
        for handler in logging.getLogger().handlers:
            handler.addFilter(_TracebackNamesOnly())

    log_utils.configure_structlog = configure
    rasa_main.configure_structlog = configure


def _quiet_deprecations() -> None:
    """Hide deprecation warnings of Rasa's pinned dependencies.

    Nobody who runs Mend can act on them, and they would fill the log at each start.
    """
    os.environ["SQLALCHEMY_SILENCE_UBER_WARNING"] = "1"
    # pyparsing and sanic turn such warnings on while they are imported, and Rasa
    # does so for some later; the others are imported here while they are off.
    for name in ("pyparsing", "sanic", "matplotlib", "packaging.requirements"):
        warnings.filterwarnings("ignore", category=DeprecationWarning)
        importlib.import_module(name)
    warnings.filterwarnings("ignore", category=DeprecationWarning)


def main(argv: Sequence[str]) -> None:
    """Run one Rasa command, such as ``["train", "--fixed-model-name", "model"]``.

    Raises:
        TensorFlowComponentError: the configuration needs TensorFlow.
        SystemExit: as Rasa's own command line does.
    """
    for file in _config_files(argv):
        if file.is_file():
            config = yaml.safe_load(file.read_text(encoding="utf-8")) or {}
            refuse_tensorflow_components(config, str(file))
    install()
    _quiet_deprecations()
    import rasa.__main__ as rasa_main

    if argv and argv[0] == "run":
        keep_words_out_of_logs()
    if argv and argv[0] == "train":
        # Rasa copies all examples once for each file; walking through the copies to
        # collect what is dead takes a seventh of the time and finds next to nothing.
        gc.disable()
    sys.argv = ["rasa", *argv]
    rasa_main.main()
