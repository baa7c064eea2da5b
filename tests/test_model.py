"""The trained model's record: current, out of date, tampered with, not there."""

import hashlib
import json
import os

import pytest

from mend import model


@pytest.fixture
def project(tmp_path):
    folder = tmp_path / "project"
    (folder / "data" / "faq").mkdir(parents=True)
    (folder / "config.yml").write_text("pipeline: []\n")
    (folder / "domain.yml").write_text("intents: []\n")
    (folder / "data" / "faq" / "a.yml").write_text("nlu: []\n")
    return folder


def put_model(project, models, content=b"a model"):
    models.mkdir(exist_ok=True)
    model.model_file(models).write_bytes(content)
    record = {
        "sha256": hashlib.sha256(content).hexdigest(),
        "fingerprint": model.fingerprint(project),
        "trained_at": "2026-11-23T00:00:00Z",
    }
    (models / "model.json").write_text(json.dumps(record))


def test_a_model_is_current_until_an_answer_changes(project, tmp_path):
    models = tmp_path / "models"
    assert not model.is_current(project, models)
    put_model(project, models)
    assert model.is_current(project, models)
    (project / "data" / "faq" / "a.yml").write_text("nlu: [] # changed\n")
    assert not model.is_current(project, models)


def test_renaming_a_file_changes_the_fingerprint(project):
    before = model.fingerprint(project)
    (project / "data" / "faq" / "a.yml").rename(project / "data" / "faq" / "b.yml")
    assert model.fingerprint(project) != before


def test_a_changed_model_file_is_not_loaded(project, tmp_path):
    models = tmp_path / "models"
    put_model(project, models)
    assert model.verify(models).trained_at == "2026-11-23T00:00:00Z"
    model.model_file(models).write_bytes(b"another model")
    with pytest.raises(model.ModelError, match="sha256"):
        model.verify(models)


@pytest.mark.parametrize("record", [None, "", "{}", "[]", '{"sha256": 1}'])
def test_no_model_without_a_whole_record(project, tmp_path, record):
    models = tmp_path / "models"
    put_model(project, models)
    file = models / "model.json"
    file.unlink() if record is None else file.write_text(record)
    with pytest.raises(model.ModelError, match="mend train"):
        model.verify(models)


def test_failed_training_keeps_the_model_and_says_where_to_read(project, tmp_path):
    models, log = tmp_path / "models", tmp_path / "var" / "log" / "train.log"
    put_model(project, models)
    (project / "config.yml").write_text("pipeline:\n- name: DIETClassifier\n")
    ticks = []
    with pytest.raises(model.ModelError, match=r"(?s)DIETClassifier.*train\.log"):
        model.train(project, models, log, lambda: ticks.append(1))
    assert ticks
    assert model.model_file(models).read_bytes() == b"a model"


def test_a_training_that_is_stopped_leaves_the_model_and_no_scraps(project, tmp_path):
    models, log = tmp_path / "models", tmp_path / "train.log"
    put_model(project, models)
    before = sorted(models.iterdir())

    def stop():
        # What training had written until then, under a name that is its own.
        (models / f"model-new-{os.getpid()}.tar.gz").write_bytes(b"half a mod")
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        model.train(project, models, log, stop)
    assert sorted(models.iterdir()) == before
    assert model.verify(models)
