import pytest
from rasa.shared.importers.importer import TrainingDataImporter
from rasa.shared.importers.rasa import RasaFileImporter

from mend.understanding.training_files import ReadOnceImporter

FILES = {
    "data/one.yml": """\
nlu:
- intent: greet
  examples: |
    - hello
    - good day
""",
    "data/two.yml": """\
nlu:
- intent: bye
  examples: |
    - so long
""",
}
CONFIG = """\
recipe: default.v1
language: en
importers:
- name: mend.understanding.training_files.ReadOnceImporter
"""


@pytest.fixture
def project(tmp_path):
    (tmp_path / "data").mkdir()
    for name, text in (FILES | {"config.yml": CONFIG}).items():
        (tmp_path / name).write_text(text)
    return tmp_path


def said(training_data):
    return sorted(
        (it.get("text"), it.get("intent")) for it in training_data.nlu_examples
    )


def test_the_examples_are_those_of_rasas_own_importer(project):
    paths = [str(project / "data")]
    ours = ReadOnceImporter(training_data_paths=paths).get_nlu_data()
    rasas = RasaFileImporter(training_data_paths=paths).get_nlu_data()
    assert said(ours) == [("good day", "greet"), ("hello", "greet"), ("so long", "bye")]
    assert ours.fingerprint() == rasas.fingerprint()


def test_files_are_read_once_however_the_examples_are_asked_for(project):
    importer = ReadOnceImporter(training_data_paths=[str(project / "data")])
    first = importer.get_nlu_data()
    (project / "data/two.yml").unlink()
    assert importer.get_nlu_data("en") is first


def test_rasa_finds_it_in_the_configuration(project):
    importer = TrainingDataImporter.load_from_config(
        str(project / "config.yml"), training_data_paths=[str(project / "data")]
    )
    assert ("hello", "greet") in said(importer.get_nlu_data())
