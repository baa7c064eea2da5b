from __future__ import annotations

from pathlib import Path

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from mend.learning.examples import (
    LONGEST,
    Addition,
    NoSuchIntent,
    Unfit,
    as_example,
    files_of,
    patched,
    with_examples,
)

FILE = """\
version: "3.1"

# What authors wrote here stays.
nlu:
- intent: faq/scar.what_is
  examples: |
    - What is scar tissue?
    - what are scars: "really"   # not a comment

- intent: faq/scar.time
  examples: |
    - How long do scars take?

responses:
  utter_faq/scar.what_is:
  - text: |-
      Scar tissue is repair.
"""


class TestAsExample:
    @pytest.mark.parametrize(
        ("text", "expected"),
        [
            ("  how long\tdoes\nit take ", "how long does it take"),
            ("is it \u201csafe\u201d \u2013 really", 'is it "safe" - really'),
            ("\uff53cars hurt", "scars hurt"),
            ('he said: "no" #1 & more', 'he said: "no" #1 & more'),
            ("zero\u200bwidth", "zerowidth"),
        ],
    )
    def test_one_line_of_plain_characters(self, text: str, expected: str) -> None:
        assert as_example(text) == expected

    @pytest.mark.parametrize(
        ("text", "says"),
        [
            ("", "no words"),
            ("?!", "no words"),
            ("12345", "no words"),
            ("x" * (LONGEST + 1), "too long"),
            ("/restart", "slash"),
            ("  \n/faq{}", "slash"),
            ("- intent: faq/x\n  examples: |\n    - y", "begins with"),
            ("what\n  - intent: x\n  examples: |", "part of the training files"),
            ("[knee](body_part) hurts", "brackets"),
            ('[knee]{"entity": "x"} hurts', "brackets"),
            ("<script>alert(1)</script> scars", "program text"),
            ("{{7*7}} scars", "program text"),
            ("[scars](javascript:alert(1))", "brackets"),
            ("| scars", "begins with"),
        ],
    )
    def test_what_would_be_more_than_text_is_refused(
        self, text: str, says: str
    ) -> None:
        with pytest.raises(Unfit, match=says):
            as_example(text)


class TestWithExamples:
    def test_new_lines_stand_at_the_end_of_their_block(self) -> None:
        changed = with_examples(FILE, "faq/scar.what_is", ["tell me: scars", "scar?"])
        assert changed == FILE.replace(
            "# not a comment\n",
            "# not a comment\n    - tell me: scars\n    - scar?\n",
        )

    def test_the_last_block_of_a_file(self) -> None:
        ends = FILE[: FILE.index("responses")].rstrip() + "\n"
        changed = with_examples(ends, "faq/scar.time", ["when is it over"])
        assert changed == ends + "    - when is it over\n"

    def test_unknown_intents(self) -> None:
        with pytest.raises(NoSuchIntent):
            with_examples(FILE, "faq/scar", ["x y z"])

    @given(st.text(max_size=60))
    def test_whatever_is_let_through_changes_nothing_else(self, text: str) -> None:
        """A45: no text can become YAML."""
        try:
            line = as_example(text)
        except Unfit:
            return
        loaded = yaml.safe_load(with_examples(FILE, "faq/scar.time", [line]))
        before = yaml.safe_load(FILE)
        before["nlu"][1]["examples"] += f"- {line}\n"
        assert loaded == before


def test_only_files_that_change_are_returned(tmp_path: Path) -> None:
    (tmp_path / "faq").mkdir()
    (tmp_path / "faq" / "scar.yml").write_text(FILE, "utf-8")
    (tmp_path / "faq" / "other.yml").write_text(
        FILE.replace("faq/scar", "faq/other"), "utf-8"
    )
    (tmp_path / "rules.yml").write_text("rules:\n- steps:\n  - intent: faq/x\n")
    assert set(files_of(tmp_path)) == {
        *("faq/scar.what_is", "faq/scar.time", "faq/other.what_is", "faq/other.time")
    }
    additions = [
        Addition("faq/scar.time", "when is it over"),
        Addition("faq/scar.what_is", "scars, what are they"),
    ]
    (inside,) = (changed := patched(tmp_path, additions))
    assert inside == Path("faq/scar.yml")
    assert changed[inside].count("    - ") == 5
    assert (tmp_path / inside).read_text("utf-8") == FILE
    with pytest.raises(NoSuchIntent):
        patched(tmp_path, [Addition("rules", "x")])


def test_the_projects_own_files_take_one_more() -> None:
    data = Path("data")
    for intent in ("faq/healing.time", "out_of_scope", "pain", "pain_limits_life"):
        (changed,) = patched(data, [Addition(intent, "a quite new line")]).values()
        assert "    - a quite new line\n" in changed
