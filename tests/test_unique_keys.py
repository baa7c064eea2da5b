"""A key that stands twice is an error, not a loss."""

from __future__ import annotations

import pytest
import yaml

from mend import unique_keys


def test_plain_yaml_is_read():
    assert unique_keys.load("a: {1: x, '2': [y]}\nb:") == {
        "a": {1: "x", "2": ["y"]},
        "b": None,
    }


@pytest.mark.parametrize(
    "text", ["a: 1\na: 2", "a:\n  b: {1: x, 2: y, 1: z}", "- {a: 1, a: 1}"]
)
def test_a_key_twice_is_told_with_its_line(text):
    with pytest.raises(yaml.MarkedYAMLError) as raised:
        unique_keys.load(text)
    assert raised.value.problem.endswith("is there twice")
    assert raised.value.problem_mark.line == text.count("\n")


def test_nothing_but_plain_values():
    with pytest.raises(yaml.YAMLError):
        unique_keys.load("!!python/object/apply:os.getcwd []")
