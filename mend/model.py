"""The trained model: when it is out of date, how it is made, whether it is ours.

A model file is code (it is unpacked and loaded), so its sha256 is recorded when it
is trained and checked before anything loads it.
"""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

from mend.errors import OperatorError

MODEL_NAME = "model"
# Everything that a trained model depends on, relative to the project's folder.
_TRAINED_FROM = (
    "config.yml",
    "domain.yml",
    "data/**/*.yml",
    "mend/understanding/*.py",
    "requirements/run.txt",
)


class ModelError(OperatorError):
    """There is no model that may be loaded; the message says what to do."""


@dataclass(frozen=True)
class ModelRecord:
    """What is known of a trained model (``models/model.json``)."""

    sha256: str
    fingerprint: str
    trained_at: str


def model_file(models: Path) -> Path:
    """Return where the trained model lies."""
    return models / f"{MODEL_NAME}.tar.gz"


def _record_file(models: Path) -> Path:
    return models / f"{MODEL_NAME}.json"


def _sha256(file: Path) -> str:
    digest = hashlib.sha256()
    with file.open("rb") as stream:
        for block in iter(lambda: stream.read(1 << 20), b""):
            digest.update(block)
    return digest.hexdigest()


def _sources(project: Path) -> Iterator[Path]:
    for pattern in _TRAINED_FROM:
        yield from sorted(project.glob(pattern))


def fingerprint(project: Path) -> str:
    """Return a sha256 over names and content of all that a model is trained from."""
    digest = hashlib.sha256()
    for file in _sources(project):
        digest.update(file.relative_to(project).as_posix().encode())
        digest.update(hashlib.sha256(file.read_bytes()).digest())
    return digest.hexdigest()


def read_record(models: Path) -> ModelRecord | None:
    """Return the record of the trained model, or None if there is none to trust."""
    try:
        return ModelRecord(**json.loads(_record_file(models).read_text("utf-8")))
    except (FileNotFoundError, ValueError, TypeError):
        return None


def is_current(project: Path, models: Path) -> bool:
    """Tell whether the model was trained from what lies in `project` now."""
    record = read_record(models)
    return (
        record is not None
        and model_file(models).is_file()
        and record.fingerprint == fingerprint(project)
    )


def verify(models: Path) -> ModelRecord:
    """Return the model's record after checking the file against it.

    Raises:
        ModelError: no model, no record, or the file is not the one recorded.
    """
    file, record = model_file(models), read_record(models)
    if record is None or not file.is_file():
        raise ModelError(f"There is no trained model in {models}; run `mend train`.")
    if _sha256(file) != record.sha256:
        raise ModelError(
            f"{file} is not the file that was trained (its sha256 differs from "
            f"{_record_file(models).name}). Do not load it; run `mend train`."
        )
    return record


def train(
    project: Path, models: Path, log: Path, tick: Callable[[], None] = lambda: None
) -> ModelRecord:
    """Train a model from `project` and put it in place when it is whole.

    The model that was there stays in use until then. Rasa's output goes to `log`.

    Args:
        project: folder with config.yml, domain.yml and data/.
        models: folder for the model.
        log: file for the output of the training.
        tick: called several times a second while training runs.

    Raises:
        ModelError: training failed; the message says where to read why.
    """
    made_from = fingerprint(project)
    models.mkdir(parents=True, exist_ok=True)
    log.parent.mkdir(parents=True, exist_ok=True)
    # A name of its own, so that two trainings do not write into one file. No dot in
    # it: Rasa takes what follows one for a file's ending.
    name = f"{MODEL_NAME}-new-{os.getpid()}"
    fresh = models / f"{name}.tar.gz"
    command = [sys.executable, "-m", "mend", "rasa", "train", "--quiet"]
    # `make validate` does this with warnings as errors; here it would cost 8 s.
    command += ["--skip-validation"]
    command += ["--out", str(models), "--fixed-model-name", name]
    with log.open("wb") as output:
        training = subprocess.Popen(  # noqa: S603 - our own command
            command, cwd=project, stdout=output, stderr=subprocess.STDOUT
        )
        try:
            while training.poll() is None:
                tick()
                time.sleep(0.2)
        except BaseException:
            training.terminate()
            training.wait()
            fresh.unlink(missing_ok=True)
            raise
    if training.returncode != 0 or not fresh.is_file():
        tail = log.read_text("utf-8", "replace").strip().splitlines()[-5:]
        raise ModelError(
            "\n".join([*tail, f"Training failed; the whole output is in {log}."])
        )
    record = ModelRecord(
        sha256=_sha256(fresh),
        fingerprint=made_from,
        trained_at=time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()),
    )
    fresh.replace(model_file(models))
    _record_file(models).write_text(
        json.dumps(asdict(record), indent=2) + "\n", "utf-8"
    )
    return record
