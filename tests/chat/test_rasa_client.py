from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mend.chat.rasa_client import NotAnswered, RasaClient, Replies, without_command
from tests.chat.doubles import StandInRasa

BLANKS = ["", " ", "\t", "\n", "\u00a0", "\u2003", "\u3000"]
UNSEEN = ["\u200b", "\ufeff", "\x00", "//"]


@pytest.mark.parametrize("prefix", BLANKS + UNSEEN)
@pytest.mark.parametrize(
    "command",
    [
        "/restart",
        "/ name",
        '/book{"phone":"1"}',
        "/x@0.4",
        "\uff0frestart",
        "\u2044back",
    ],
)
def test_no_command_gets_through(prefix: str, command: str) -> None:
    plain = without_command(prefix + command)
    assert plain == command.lstrip("/\uff0f\u2044").strip()


def test_inner_slashes_and_words_stay() -> None:
    assert without_command("ice and/or heat?") == "ice and/or heat?"
    assert without_command("EXTERNAL: x") == "EXTERNAL: x"


@pytest.mark.parametrize("text", ["/", "///", " / ", "\u200b/"])
def test_nothing_left_is_not_silence(text: str) -> None:
    assert without_command(text) == "?"


@given(st.text())
def test_never_a_command_never_empty(text: str) -> None:
    plain = without_command(text)
    assert plain.strip()
    assert not plain.strip().startswith("/")


def client(rasa: StandInRasa, timeout_s: float = 1) -> RasaClient:
    return RasaClient(f"http://127.0.0.1:{rasa.port}", timeout_s)


def test_what_is_sent(rasa: StandInRasa) -> None:
    assert isinstance(client(rasa).ask("s", "/restart", "m", "faq/x"), Replies)
    assert rasa.seen == [
        {
            "sender": "s",
            "message": "restart",
            "metadata": {"msg_id": "m", "choice": "faq/x"},
        }
    ]


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        ([], "empty"),
        ((500, []), "status_500"),
        ((404, []), "status_404"),
        (b"", "not_json"),
        (b"[" * 5000, "not_json"),
        ({"text": "x"}, "malformed"),
        ([1], "malformed"),
        (b'[{"text": "' + b"x" * 300_000 + b'"}]', "too_large"),
    ],
)
def test_not_answered(rasa: StandInRasa, answer: object, reason: str) -> None:
    rasa.behave = lambda _: answer
    assert client(rasa).ask("s", "hello", "m") == NotAnswered(reason)


def test_time_out(rasa: StandInRasa) -> None:
    rasa.delay_s = 1.0
    assert client(rasa, 0.3).ask("s", "hello", "m") == NotAnswered("timeout")


def test_nobody_there(rasa: StandInRasa) -> None:
    rasa.close()
    assert client(rasa).ask("s", "hello", "m") == NotAnswered("no_connection")


def test_no_proxy_from_the_environment(
    rasa: StandInRasa, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:1")
    monkeypatch.setenv("NO_PROXY", "")
    assert isinstance(client(rasa).ask("s", "hello", "m"), Replies)
