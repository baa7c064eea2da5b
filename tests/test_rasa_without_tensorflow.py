"""Rasa runs without TensorFlow, and says so when a configuration needs it."""

import importlib.metadata
import json
import subprocess
import sys

import pytest

from mend.rasa_without_tensorflow import (
    USE_INSTEAD,
    TensorFlowComponentError,
    refuse_tensorflow_components,
)


def run_python(code):
    return subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, timeout=120
    )


def test_tensorflow_is_not_installed():
    installed = {d.metadata["Name"] for d in importlib.metadata.distributions()}
    for name in ("tensorflow", "keras", "tensorflow-hub", "tensorflow-text"):
        assert name not in installed


def test_rasas_recipe_imports_on_stand_ins_only():
    done = run_python(
        "from mend.rasa_without_tensorflow import install; install(); install()\n"
        "import rasa.engine.recipes.default_recipe, sys\n"
        "import tensorflow\n"
        "print(type(tensorflow).__name__, len([f for f in sys.meta_path"
        " if type(f).__name__ == '_StandInFinder']))"
    )
    assert done.stdout.split() == ["_StandInModule", "1"], done.stderr


def test_stand_ins_can_be_subclassed_and_used_as_decorators():
    done = run_python(
        "from mend.rasa_without_tensorflow import install; install()\n"
        "import tensorflow as tf\n"
        "from tensorflow.keras.layers import Layer\n"
        "class Mine(Layer): pass\n"
        "@tf.function\n"
        "def f(): return 1\n"
        "@tf.function(jit=True)\n"
        "def g(): return 2\n"
        "print(f(), g(), Mine('a', b=1) is not None)"
    )
    assert done.stdout.split() == ["1", "2", "True"], done.stderr


@pytest.mark.parametrize("name", sorted(USE_INSTEAD))
@pytest.mark.parametrize("part", ["pipeline", "policies"])
def test_tensorflow_component_is_refused_with_what_to_use(name, part):
    for written in (name, f"rasa.nlu.classifiers.some_module.{name}"):
        with pytest.raises(TensorFlowComponentError, match=USE_INSTEAD[name]):
            refuse_tensorflow_components({part: [{"name": written}]}, "config.yml")


def test_our_own_configuration_is_accepted():
    refuse_tensorflow_components({"pipeline": [{"name": "RulePolicy"}]}, "config.yml")
    refuse_tensorflow_components({"pipeline": None}, "config.yml")


def test_command_line_refuses_a_configuration_given_by_option(tmp_path):
    file = tmp_path / "other.yml"
    file.write_text("policies:\n- name: TEDPolicy\n")
    done = subprocess.run(
        [sys.executable, "-m", "mend", "rasa", "train", "--config", str(file)],
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert done.returncode == 1
    assert "TEDPolicy" in done.stderr
    assert "Traceback" not in done.stderr


def test_rasas_log_holds_no_words_of_visitors():
    done = run_python(
        "from mend.rasa_without_tensorflow import *\n"
        "install()\n"
        "import logging, rasa.__main__ as m\n"
        "keep_words_out_of_logs()\n"
        "m.configure_structlog(logging.INFO)\n"
        "import structlog\n"
        "def fail(text):\n"
        "    raise ValueError('secret ' + text)\n"
        "try: fail('my calf is hot')\n"
        "except ValueError:\n"
        "    structlog.get_logger().exception('turn.failed', text='my calf is hot')\n"
        "    logging.getLogger('x').exception('plain')\n"
    )
    assert "turn.failed" in done.stdout + done.stderr
    assert "ValueError" in done.stdout
    assert "calf" not in done.stdout + done.stderr
    assert "secret" not in done.stdout + done.stderr
    line = next(x for x in done.stdout.splitlines() if "turn.failed" in x)
    assert json.loads(line)["exc_type"] == "ValueError"


def test_nothing_is_put_on_the_import_path_by_importing_the_module():
    done = run_python(
        "import sys, mend.rasa_without_tensorflow\n"
        "print(any(type(f).__name__ == '_StandInFinder' for f in sys.meta_path))"
    )
    assert done.stdout.strip() == "False", done.stderr
