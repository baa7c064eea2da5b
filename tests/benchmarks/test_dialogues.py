import click
import pytest
from click.testing import CliRunner

from benchmarks import dialogues
from benchmarks.dialogues import Dialogue, Line, hold, read_dialogues, report
from mend.conversation import ConversationError

SECRET = "a sentence that nobody may read"
TALK = """
dialogues:
- name: first
  subject_changes: true
  turns:
  - {say: one, expect: [a.b, c.d]}
  - {say: two, several: [a.b, c.d]}
- name: second
  subject_changes: false
  turns:
  - {say: three, outcome: red_flag}
  - {say: four, outcome: [clarify, out_of_scope]}
"""


def turn(outcome="answered", *answers):
    messages = [{"text": "", "answer": answer} for answer in answers]
    return {"outcome": outcome, "messages": [{"text": "", "answer": None}, *messages]}


@pytest.fixture
def file(tmp_path):
    file = tmp_path / "talk.yml"
    file.write_text(TALK)
    return file


def test_reading(file):
    first, second = read_dialogues(file)
    assert (first.name, first.subject_changes) == ("first", True)
    assert first.lines[1] == Line("two", "several", ("a.b", "c.d"))
    assert not second.subject_changes
    assert second.lines[0] == Line("three", "outcome", ("red_flag",))
    assert second.lines[1].values == ("clarify", "out_of_scope")


@pytest.mark.parametrize(
    "wrong",
    ["{say: x}", "{say: x, expect: [a.b], outcome: clarify}", "{expect: [a.b]}"],
)
def test_unreadable_turn_is_named(tmp_path, wrong):
    file = tmp_path / "talk.yml"
    file.write_text(
        f"dialogues: [{{name: odd, subject_changes: false, turns: [{wrong}]}}]"
    )
    with pytest.raises(click.ClickException, match="odd"):
        read_dialogues(file)


@pytest.mark.parametrize(
    ("wanted", "values", "came", "right"),
    [
        ("expect", ("a.b", "c.d"), turn("answered", "c.d"), True),
        ("expect", ("a.b",), turn("answered", "c.d", "a.b"), False),
        ("expect", ("a.b",), turn("clarify"), False),
        ("several", ("a.b", "c.d"), turn("answered", "a.b", "c.d"), True),
        ("several", ("a.b", "c.d"), turn("answered", "c.d", "a.b"), False),
        ("several", ("a.b", "c.d"), turn("answered", "a.b"), False),
        ("several", ("a.b",), turn("answered", "a.b", "c.d"), False),
        ("outcome", ("clarify", "assess"), turn("assess"), True),
        ("outcome", ("clarify",), turn("answered", "a.b"), False),
    ],
)
def test_what_is_right(wanted, values, came, right):
    assert Line("x", wanted, values).is_right(came) is right


@pytest.fixture
def held(file):
    came = {
        "one": turn("answered", "c.d"),
        "two": turn("answered", "a.b"),
        "three": turn("red_flag"),
        "four": turn("clarify"),
    }
    return [one for talk in read_dialogues(file) for one in hold(talk, came.get)]


def test_messages_are_sent_in_order():
    said = []
    lines = tuple(Line(text, "expect", ("a.b",)) for text in "abc")
    found = hold(Dialogue("x", False, lines), lambda text: said.append(text) or turn())
    assert said == ["a", "b", "c"]
    assert [one.number for one in found] == [1, 2, 3]


def test_report_counts(held):
    rows = {
        tuple(line.split()[:-7]): line.split() for line in report(held, texts=False)
    }
    counts = {
        " ".join(name): [row[-7], row[-5]] for name, row in rows.items() if len(row) > 7
    }
    assert counts == {
        "turns right": ["3", "4"],
        "later turns": ["1", "2"],
        "subject changes": ["1", "2"],
        "subject stays": ["2", "2"],
        "dialogues all right": ["1", "2"],
    }


def test_report_names_wrong_turns(held):
    assert report(held, texts=False)[-1] == "  first, 2: a.b + c.d -> a.b"
    assert report(held, texts=True)[-1] == "  first, 2: a.b + c.d -> a.b: two"


class StandIn:
    """A conversation that understands nothing."""

    def __init__(self, url):
        self.url = url

    def say(self, _):
        if "down" in self.url:
            raise ConversationError(f"{self.url} cannot be reached")
        return turn("out_of_scope")


@pytest.fixture
def run(tmp_path, monkeypatch):
    file = tmp_path / "talk.yml"
    file.write_text(TALK.replace("one", SECRET))
    monkeypatch.setattr(dialogues.Conversation, "open", StandIn)

    def run(*options):
        return CliRunner().invoke(dialogues.main, ["--dialogues", str(file), *options])

    return run


def test_command_prints_no_message(run):
    result = run("--url", "http://x/")
    assert result.exit_code == 0, result.output
    assert "first, 1: a.b or c.d -> out_of_scope" in result.output
    assert SECRET not in result.output


def test_command_shows_messages_when_asked(run):
    assert SECRET in run("--url", "http://x", "--lines").output


def test_chat_that_is_down_is_a_plain_message(run):
    result = run("--url", "http://down")
    assert result.exit_code == 1
    assert "Error: http://down cannot be reached" in result.output
