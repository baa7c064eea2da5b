"""Abuse cases A1 to A26 against a front door that listens.

Each case has its number in the name or docstring of a test; those that need the real
Rasa are in tests/scenarios/test_abuse.py, those about one function beside its tests.
Whatever is sent, no answer is a 5xx and the visitor's words are in no log.
"""

from __future__ import annotations

import base64
import json
import logging
import socket
import uuid
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
import requests
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from structlog.testing import capture_logs

from mend.chat import serving
from mend.chat.choices import Choice, Choices
from mend.records.tables import Contact, Conversation, Escalation, Feedback, Message
from tests.chat.doubles import StandInRasa, reply
from tests.chat.running import Running, Visitor, front_door

WORD = "zebrafish"
"""In every text of these tests, to be found in a log if one lets it through."""


@pytest.fixture(autouse=True)
def quiet_logs(caplog: pytest.LogCaptureFixture) -> Iterator[None]:
    """Fail when a visitor's word, token or address is in any log."""
    caplog.set_level(logging.DEBUG, logger="waitress")
    with capture_logs() as logs:
        yield
    assert WORD not in str(logs).lower()
    assert WORD not in caplog.text.lower()


def fine(answer: requests.Response, *statuses: int) -> requests.Response:
    assert answer.status_code in statuses, (answer.status_code, answer.text)
    return answer


def raw(door: Running, request: bytes, wait_s: float = 10) -> bytes:
    """Send bytes and return all that comes back until the server closes."""
    with socket.create_connection(
        ("127.0.0.1", door.settings.chat_port), timeout=wait_s
    ) as connection:
        connection.sendall(request)
        answer = b""
        with suppress(OSError):  # closed with something unread
            connection.shutdown(socket.SHUT_WR)
            while chunk := connection.recv(65536):
                answer += chunk
    return answer


class TestOtherPeoplesChats:
    def test_a2_a_token_opens_one_chat_only(self, door: Running) -> None:
        """A2: there is no id to swap; what looks like one is ignored."""
        ann, bob = door.start(), door.start()
        turn = ann.say(f"my secret {WORD}")
        (hers, _his) = door.rows(Conversation)
        for name in ("conversation", "conversation_id", "sender", "sender_id", "token"):
            for value in (hers.id, hers.sender_id, ann.token):
                for path in (
                    f"messages?{name}={value}",
                    f"conversation?{name}={value}",
                ):
                    assert WORD not in fine(bob.call("GET", path), 200).text
                body = {"id": str(uuid.uuid4()), "text": "hello", name: value}
                fine(bob.call("POST", "messages", json=body), 200)
        assert len(ann.history()) == 4
        # His numbers count his own messages: hers cannot be rated or erased.
        seq = turn["messages"][0]["seq"]
        bob.call("POST", "feedback", json={"message": seq, "helpful": False})
        bob.call("DELETE", "conversation")
        assert WORD in ann.call("GET", "conversation").text
        hers_only = [m.id for m in door.rows(Message, conversation_id=hers.id)]
        assert not {f.message_id for f in door.rows(Feedback)} & set(hers_only)

    def test_a1_a_dead_token(self, visitor: Visitor) -> None:
        visitor.say(WORD)
        fine(visitor.call("DELETE", "conversation"), 204)
        fine(visitor.send(WORD), 401)
        fine(visitor.call("DELETE", "conversation"), 401)
        assert visitor.door.rows(Message) == []

    def test_a8_forged_choices(self, door: Running) -> None:
        """A8: changed, cut, signed by somebody else, or of a chat that is gone."""
        ann, bob = door.start(), door.start()
        token = ann.greeting[-1]["choices"][0]["choice"]
        payload, _, signature = token.partition(".")
        made_up = base64.urlsafe_b64encode(b'["x","faq/clinic.prices"]').decode()
        other_key = Choices("x" * 40).sign("anything", Choice("x", "deny"))
        for forged in (
            f"{made_up.rstrip('=')}.{signature}",
            f"{payload}.",
            f".{signature}",
            f"{payload}.{signature[::-1]}",
            f"{token}.{signature}",
            token.swapcase(),
            other_key,
            ".eJw" + "A" * 500,
            "/restart",
            "EXTERNAL: restart",
        ):
            fine(ann.choose(forged), 422)
        fine(bob.choose(token), 422)
        fine(ann.call("DELETE", "conversation"), 204)
        fine(bob.choose(token), 422)
        assert door.rasa.asked() == []
        assert door.rows(Message, sender="visitor") == []


class TestSizes:
    @pytest.mark.parametrize("size", [1_001, 10_000, 1_000_000, 101_000_000])
    def test_a9_long_messages(self, visitor: Visitor, size: int) -> None:
        """A9: the largest is refused by its announced length."""
        if size < 2_000_000:
            fine(visitor.send(WORD * (size // len(WORD) + 1)), 413)
        else:
            head = (
                "POST /api/chat/messages HTTP/1.1\r\nHost: x\r\n"
                f"Authorization: Bearer {visitor.token}\r\n"
                f"Content-Type: application/json\r\nContent-Length: {size}\r\n\r\n"
            )
            assert b" 413 " in raw(visitor.door, head.encode() + b'{"text":"')
        assert visitor.door.rows(Message, sender="visitor") == []
        assert visitor.say("hello")["outcome"] == "out_of_scope"

    def test_a9_chunks_without_end(self, visitor: Visitor) -> None:
        chunk = b"8000\r\n" + b"x" * 0x8000 + b"\r\n"
        head = (
            b"POST /api/chat/messages HTTP/1.1\r\nHost: x\r\n"
            b"Transfer-Encoding: chunked\r\nContent-Type: application/json\r\n\r\n"
        )
        with socket.create_connection(
            ("127.0.0.1", visitor.door.settings.chat_port), timeout=10
        ) as endless:
            endless.sendall(head)
            answer = b""
            try:
                for _ in range(200):  # 6.5 MB, if it were taken
                    endless.sendall(chunk)
                answer = endless.recv(1000)
            except OSError:  # closed while we were sending
                pass
        assert b" 200 " not in answer
        assert visitor.say("hello")["outcome"] == "out_of_scope"

    @pytest.mark.parametrize(
        "head",
        [
            b"Transfer-Encoding: gzip",
            b"Transfer-Encoding: chunked\r\nContent-Length: 5",
            b"Content-Length: 5\r\nContent-Length: 6",
            b"Content-Length: -1",
            b"Content-Length: x",
            b"X-Long: " + b"x" * 40_000,
            b"Host: a\r\nHost: b",
            b"Expect: 100-continue\r\nContent-Length: 2",
        ],
    )
    def test_a9_headers_that_lie(self, door: Running, head: bytes) -> None:
        request = b"POST /api/chat/conversations HTTP/1.1\r\n" + head + b"\r\n\r\n{}"
        answer = raw(door, request)
        assert b"HTTP/1.1 5" not in answer
        assert b"waitress" not in answer.lower()

    def test_a9_slow_senders_hold_no_thread(
        self, visitor: Visitor, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """A9: more of them than there are threads, and each is ended in time."""
        monkeypatch.setattr(serving, "SENDING_S", 0.0)
        address = ("127.0.0.1", visitor.door.settings.chat_port)
        slow = [
            socket.create_connection(address, timeout=10)
            for _ in range(serving.THREADS + 4)
        ]
        try:
            for connection in slow:
                connection.sendall(b"POST /api/chat/messages HTTP/1.1\r\n")
            assert visitor.say("hello")["outcome"] == "out_of_scope"
            for connection in slow:
                connection.sendall(b"Host: x\r\n")
            for connection in slow:
                answer = connection.recv(4000)
                assert b" 408 " in answer.partition(b"\r\n")[0]
        finally:
            for connection in slow:
                connection.close()

    @settings(
        max_examples=30,
        derandomize=True,
        deadline=None,
        database=None,
        phases=[Phase.explicit, Phase.generate],
        suppress_health_check=[HealthCheck.function_scoped_fixture],
    )
    @given(body=st.binary(max_size=200) | st.text(max_size=100).map(str.encode))
    def test_a11_any_bytes(self, visitor: Visitor, body: bytes) -> None:
        """A11: whatever comes as JSON is no failure of ours."""
        for path in ("messages", "consultations", "feedback"):
            answer = visitor.call(
                "POST", path, data=body, headers={"Content-Type": "application/json"}
            )
            fine(answer, 400, 422)

    @pytest.mark.parametrize(
        "target",
        [
            b"/%ff%fe",
            b"/api/chat/messages?after=%ff",
            b"/api/chat/messages?after=1&after=%00",
            b"/api/chat/consultations/%2e%2e%2f",
            b"//evil.example/chat",
            b"/\\evil.example",
            b"/chat%0d%0aSet-Cookie:x=1",
            b"/static/%00",
            b"http://evil.example/chat",
            b"*",
            b"x" * 5000,
        ],
    )
    def test_odd_addresses(self, door: Running, target: bytes) -> None:
        answer = raw(
            door,
            b"GET " + target + b" HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n",
        )
        status, _, rest = answer.partition(b"\r\n")
        assert b"HTTP/1.1 5" not in status
        head = rest.partition(b"\r\n\r\n")[0].lower()
        assert b"set-cookie" not in head
        for line in head.split(b"\r\n"):
            assert (
                not line.startswith(b"location:") or b"evil" not in line.split(b"/")[2]
            )


class TestLimits:
    def test_a10_each_limit_says_when_to_come_back(
        self, tmp_path: Path, rasa: StandInRasa
    ) -> None:
        """A10: per address and for new chats; danger is taken all the same."""
        limited = {
            "limits": "default",
            "messages_per_conversation_per_minute": 30,
            "messages_per_address_per_minute": 4,
            "new_conversations_per_address_per_hour": 3,
        }
        with front_door(tmp_path, rasa, **limited) as door:
            visitors = [door.start() for _ in range(3)]
            refused = requests.post(
                f"{door.url}/api/chat/conversations", json={}, timeout=5
            )
            assert int(fine(refused, 429).headers["Retry-After"]) > 60
            for number in range(4):
                visitors[number % 3].say(f"hello {number}")
            for visitor in visitors:
                refused = fine(visitor.send(f"{WORD} hello"), 429)
                assert 0 < int(refused.headers["Retry-After"]) <= 60
                assert refused.json()["retry_after"] > 0
            message_id = str(uuid.uuid4())
            flagged = [
                visitors[0].send(f"{WORD} crushing chest pain", message_id)
                for _ in range(2)
            ]
            for answer in flagged:
                turn = fine(answer, 429).json()["turn"]
                assert (turn["outcome"], turn["urgency"]) == ("red_flag", "emergency")
            (case,) = door.rows(Escalation)
            assert case.urgency == "emergency"
            stored = door.rows(Message, client_message_id=message_id)
            assert [m.state for m in stored] == ["escalated"]
            assert len(rasa.asked()) == 4

    def test_a10_forms(self, tmp_path: Path, rasa: StandInRasa) -> None:
        with front_door(tmp_path, rasa, limits="default") as door:
            visitor = door.start()
            body = {"name": WORD, "email": "a@b.org", "consent": True}
            statuses = [
                visitor.call(
                    "POST", "consultations", json={**body, "id": str(uuid.uuid4())}
                ).status_code
                for _ in range(32)
            ]
        assert statuses == [201] * 30 + [429] * 2

    @pytest.mark.parametrize(
        ("proxies", "forged", "counted_apart"),
        [
            # Nobody may say where he comes from.
            (0, "{n}", False),
            (0, "{n}, 203.0.113.9", False),
            # The word of our proxy is the last one; what stood before is the client's.
            (1, "203.0.113.9, 198.51.100.{n}", True),
            (1, "198.51.100.{n}, 203.0.113.9", False),
            (1, "{n}", True),
            # Two proxies: the last but one.
            (2, "198.51.100.{n}, 203.0.113.9, 10.0.0.1", False),
            (2, "198.51.100.9, 203.0.113.{n}, 10.0.0.1", True),
            (2, "203.0.113.{n}", False),
        ],
    )
    def test_a18_where_a_request_comes_from(
        self,
        tmp_path: Path,
        rasa: StandInRasa,
        proxies: int,
        forged: str,
        counted_apart: bool,
    ) -> None:
        one = {
            "limits": "default",
            "trusted_proxies": proxies,
            "new_conversations_per_address_per_hour": 1,
        }
        with front_door(tmp_path, rasa, **one) as door:
            statuses = [
                requests.post(
                    f"{door.url}/api/chat/conversations",
                    json={},
                    headers={"X-Forwarded-For": forged.format(n=n)},
                    timeout=5,
                ).status_code
                for n in (1, 2)
            ]
        assert statuses == [201, 201 if counted_apart else 429]

    @pytest.mark.parametrize(
        "header",
        ["", "unknown", "::1", "[::1]:80", "é" * 10, "1" * 5000, "<b>,,,;"],
        ids=lambda header: ascii(header[:20]),
    )
    def test_a18_nonsense_from_a_proxy(
        self, tmp_path: Path, rasa: StandInRasa, header: str
    ) -> None:
        with front_door(tmp_path, rasa, limits="default", trusted_proxies=1) as door:
            answer = requests.post(
                f"{door.url}/api/chat/conversations",
                json={},
                headers={"X-Forwarded-For": header.encode("utf-8")},
                timeout=5,
            )
            fine(answer, 201)


class TestOddCharacters:
    """A12, on SQLite and, with MEND_TEST_DATABASE_URL, on PostgreSQL."""

    ODD = (
        "\x00NUL",
        "half \ud800 pair",
        "\ud83d",
        "\u202egnp.exe",
        "\U0001f9b6\U0001f3fd\u200d\U0001f4a5",
        "Z" + "\u0351\u036b\u0343" * 20,
        "\ufeff\u200bhidden",
        "\u0085\u2028\u2029",
        "\x1b[31m\x7f",
        "\uffff\U0010ffff",
    )

    @pytest.mark.parametrize("odd", ODD)
    def test_a12_in_every_field(self, visitor: Visitor, odd: str) -> None:
        def post(path: str, body: dict[str, Any]) -> requests.Response:
            return visitor.call(
                "POST",
                path,
                data=json.dumps(body),  # as escapes, half pairs too
                headers={"Content-Type": "application/json"},
            )

        new_id = {"id": str(uuid.uuid4())}
        sent = post("messages", {**new_id, "text": f"{WORD} {odd}"})
        turn = fine(sent, 200).json()
        assert turn["messages"][0]["text"].startswith("Echo:")
        seq = turn["messages"][0]["seq"]
        rating = {"message": seq, "helpful": False, "comment": f"{odd} {WORD}"}
        fine(post("feedback", rating), 204)
        request = {"name": f"A{odd}", "email": "a@b.org", "note": odd, "consent": True}
        fine(post("consultations", {**new_id, **request}), 201, 422)
        fine(post("consultations", {**request, "id": odd}), 422)
        fine(post("messages", {**new_id, "choice": odd}), 422)
        fine(post("messages", {"id": str(uuid.uuid4()), "text": odd}), 200, 422)
        for path in ("messages", "conversation"):
            assert fine(visitor.call("GET", path), 200).json()
        fine(visitor.call("DELETE", "conversation"), 204)

    @pytest.mark.parametrize("odd", ODD)
    def test_a12_from_rasa(self, visitor: Visitor, odd: str) -> None:
        visitor.door.rasa.behave = lambda _: reply(
            f"Hello {odd}",
            outcome="answered",
            choices=[{"title": f"Yes {odd}", "intent": odd}],
            understanding={"heard": {"body_part": odd}},
        )
        (message,) = fine(visitor.send("hello"), 200).json()["messages"]
        fine(visitor.choose(message["choices"][0]["choice"]), 200)
        fine(visitor.call("GET", "conversation"), 200)


class TestRepeatsAndParallelSends:
    def test_a15_twenty_requests_for_contact_at_once(self, visitor: Visitor) -> None:
        body = {
            "id": str(uuid.uuid4()),
            "name": f"Ann {WORD}",
            "email": "ann@example.com",
            "consent": True,
        }
        with ThreadPoolExecutor(20) as pool:
            answers = list(
                pool.map(
                    lambda _: visitor.call("POST", "consultations", json=body),
                    range(20),
                )
            )
        assert {fine(a, 201).text for a in answers} == {answers[0].text}
        assert len(visitor.door.rows(Escalation)) == 1
        assert len(visitor.door.rows(Contact)) == 1

    def test_a16_same_id_as_a_choice(self, visitor: Visitor) -> None:
        """A16: the title of the button typed by hand is another message."""
        choice = visitor.greeting[-1]["choices"][0]
        message_id = str(uuid.uuid4())
        body = {"id": message_id, "choice": choice["choice"]}
        fine(visitor.call("POST", "messages", json=body), 200)
        fine(visitor.send(choice["title"], message_id), 409)
        assert len(visitor.door.rows(Message, sender="visitor")) == 1

    def test_a17_more_than_can_wait(self, visitor: Visitor) -> None:
        """A17: the rest is told to come back, and comes back."""
        visitor.door.rasa.delay_s = 0.2
        ids = [str(uuid.uuid4()) for _ in range(40)]
        with ThreadPoolExecutor(40) as pool:
            answers = list(pool.map(lambda i: visitor.send(f"hello {i}", i), ids))
        refused = [a for a in answers if a.status_code != 200]
        for answer in refused:
            assert fine(answer, 503).json()["code"] == "busy"
            assert int(answer.headers["Retry-After"]) > 0
        visitor.door.rasa.delay_s = 0
        for message_id in ids:
            assert visitor.say(f"hello {message_id}", message_id)["id"] == message_id
        mine = [m for m in visitor.history() if m["sender"] == "visitor"]
        assert sorted(m["id"] for m in mine) == sorted(ids)


class TestContacts:
    @pytest.mark.parametrize(
        "field",
        [
            {"name": f"Ann\r\nBcc: {WORD}@evil.example"},
            {"email": f"a@b.org\r\nBcc: {WORD}@evil.example"},
            {"email": f"a@b.org,{WORD}@evil.example"},
            {"email": f'"{WORD}" <a@b.org>'},
            {"email": f"javascript:{WORD}@b.org"},
            {"phone": "0906 123 4567"},
            {"phone": "999"},
            {"phone": "javascript:alert(1)"},
            {"preferred_time": "noon\nSubject: x"},
        ],
    )
    def test_a24_a25_what_could_do_harm(
        self, visitor: Visitor, field: dict[str, str]
    ) -> None:
        """A24, A25: forged headers, costly numbers, addresses that are programs."""
        body = {
            "id": str(uuid.uuid4()),
            "name": "Ann",
            "email": "ann@example.com",
            "consent": True,
            **field,
        }
        problem = fine(visitor.call("POST", "consultations", json=body), 422).json()
        assert [e["field"] for e in problem["errors"]] == list(field)
        assert visitor.door.rows(Contact) == []

    def test_a26_somebody_elses_details(self, visitor: Visitor) -> None:
        """A26: who sends them is asked to say so, and can take them back at once."""
        page = requests.get(f"{visitor.door.url}/chat", timeout=10).text
        assert "consent" in page
        without = {"id": str(uuid.uuid4()), "name": WORD, "email": "other@example.com"}
        fine(visitor.call("POST", "consultations", json=without), 422)
        sent = visitor.call("POST", "consultations", json={**without, "consent": True})
        reference = fine(sent, 201).json()["reference"]
        (contact,) = visitor.door.rows(Contact)
        assert contact.consent_version == "2026-11"
        fine(visitor.call("DELETE", f"consultations/{reference}"), 200)
        assert visitor.door.rows(Contact) == []
        stored = visitor.call("GET", "conversation").text
        assert WORD not in stored
        assert "other@example.com" not in stored
