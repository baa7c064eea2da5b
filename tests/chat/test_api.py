"""The API of design §4 over HTTP: what it answers, and every refusal."""

from __future__ import annotations

import json
import os
import socket
import uuid
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
import requests
from sqlalchemy import create_engine, text

from mend.records.tables import Contact, Conversation, Escalation, Feedback, Message
from tests.chat.doubles import StandInRasa, reply
from tests.chat.running import Running, Visitor


def is_problem(answer: requests.Response, status: int) -> dict[str, Any]:
    assert answer.status_code == status, answer.text
    assert answer.headers["Content-Type"] == "application/problem+json"
    problem: dict[str, Any] = answer.json()
    assert problem["status"] == status
    assert problem["type"]
    assert problem["title"]
    assert "Traceback" not in answer.text
    return problem


class TestConversations:
    def test_greeting_says_what_a_visitor_must_know(self, visitor: Visitor) -> None:
        said = " ".join(m["text"] for m in visitor.greeting)
        for needed in ("computer program", "cannot examine", "call 999", "can read"):
            assert needed in said
        assert "020 7946 0123" in said
        assert "{" not in said
        assert [m["seq"] for m in visitor.greeting] == [1, 2]
        titles = [c["title"] for c in visitor.greeting[-1]["choices"]]
        assert titles == [
            "First days after an injury",
            "How long does healing take?",
            "What is scar tissue?",
        ]

    def test_each_conversation_has_its_own_token_and_sender(
        self, door: Running
    ) -> None:
        one, two = door.start(), door.start()
        assert one.token != two.token
        rows = door.rows(Conversation)
        assert len({row.sender_id for row in rows}) == 2
        assert one.token not in {row.token_sha256 for row in rows}


class TestMessages:
    def test_an_answer_is_a_turn(self, visitor: Visitor) -> None:
        message_id = str(uuid.uuid4())
        turn = visitor.say("What is scar tissue?", message_id)
        assert set(turn) == {"id", "outcome", "urgency", "messages", "session_ends_at"}
        assert (turn["id"], turn["outcome"]) == (message_id, "answered")
        assert turn["urgency"] is None
        (message,) = turn["messages"]
        assert set(message) == {
            *("seq", "text", "answer", "sources", "choices", "form", "picture"),
            "blocks",
        }
        assert message["answer"] == "scar.what_is"
        assert message["sources"][0]["title"] == "Scars reviewed"
        assert message["sources"][0]["url"] == "https://example.org/review"
        assert message["choices"][0]["title"] == "How long does healing take?"
        assert "faq" not in message["choices"][0]["choice"]

    def test_a_choice_reaches_rasa_as_its_intent(self, visitor: Visitor) -> None:
        (message,) = visitor.say("What is scar tissue?")["messages"]
        answer = visitor.choose(message["choices"][0]["choice"])
        assert answer.json()["messages"][0]["answer"] == "healing.time"
        asked = visitor.door.rasa.asked()[-1]
        assert asked["metadata"]["choice"] == "faq/healing.time"
        assert asked["message"] == "How long does healing take?"

    def test_a_choice_of_another_conversation_is_refused(self, door: Running) -> None:
        """A8; more forgeries are in test_abuse."""
        one, two = door.start(), door.start()
        (message,) = one.say("What is scar tissue?")["messages"]
        token = message["choices"][0]["choice"]
        is_problem(two.choose(token), 422)
        is_problem(one.choose(token[:-2] + "xx"), 422)
        is_problem(one.choose("faq/healing.time"), 422)
        assert len(door.rasa.asked()) == 1

    def test_only_what_we_say_reaches_rasa(self, visitor: Visitor) -> None:
        """A6."""
        body = {
            "id": str(uuid.uuid4()),
            "text": "hello",
            "sender": "default",
            "metadata": {"choice": "faq/x"},
            "input_channel": "cmdline",
            "stream": True,
        }
        assert visitor.call("POST", "messages?stream=true", json=body).ok
        (asked,) = visitor.door.rasa.asked()
        assert set(asked) == {"sender", "message", "metadata"}
        assert asked["metadata"] == {"msg_id": body["id"]}
        (conversation,) = visitor.door.rows(Conversation)
        assert asked["sender"] == conversation.sender_id

    @pytest.mark.parametrize(
        "typed",
        ["/restart", " /restart", "\t/back", "\n/x", "\u00a0/x", "\u2003/x", "//x"],
    )
    def test_slash_texts_are_plain_text(self, visitor: Visitor, typed: str) -> None:
        """A7; more in test_rasa_client, and with the real Rasa in the scenarios."""
        visitor.say(typed)
        (asked,) = visitor.door.rasa.asked()
        assert not asked["message"].strip().startswith("/")
        (row,) = visitor.door.rows(Message, sender="visitor")
        assert row.text == typed

    def test_history_has_both_sides_in_order(self, visitor: Visitor) -> None:
        visitor.say("What is scar tissue?")
        rows = visitor.history()
        assert [r["sender"] for r in rows] == ["assistant"] * 2 + [
            "visitor",
            "assistant",
        ]
        assert [r["seq"] for r in rows] == [1, 2, 3, 4]
        later = visitor.call("GET", "messages?after=3").json()["messages"]
        assert [r["seq"] for r in later] == [4]
        again = visitor.choose(later[0]["choices"][0]["choice"])
        assert again.status_code == 200

    @pytest.mark.parametrize(
        "after", ["-1", "x", "1e9", "9" * 30, "0" * 12 + "9" * 30, "1.5", "%00"]
    )
    def test_bad_after(self, visitor: Visitor, after: str) -> None:
        is_problem(visitor.call("GET", f"messages?after={after}"), 422)

    def test_handoff_becomes_a_case(self, visitor: Visitor) -> None:
        turn = visitor.say("I want a person")
        assert turn["outcome"] == "handoff"
        assert turn["messages"][0]["form"] == "consultation"
        (case,) = visitor.door.rows(Escalation)
        assert (case.kind, case.urgency) == ("handoff", "routine")


class TestRepeats:
    def test_same_id_same_answer(self, visitor: Visitor) -> None:
        """A15."""
        message_id = str(uuid.uuid4())
        first = visitor.say("I want a person", message_id)
        again = visitor.say("I want a person", message_id.upper())
        assert again == first
        assert len(visitor.door.rasa.asked()) == 1
        assert len(visitor.door.rows(Message, sender="visitor")) == 1
        assert len(visitor.door.rows(Escalation)) == 1

    def test_twenty_at_once(self, visitor: Visitor) -> None:
        """A15, F16."""
        visitor.door.rasa.delay_s = 0.2
        message_id = str(uuid.uuid4())
        with ThreadPoolExecutor(20) as pool:
            turns = list(
                pool.map(
                    lambda _: visitor.say("I want a person", message_id), range(20)
                )
            )
        assert all(turn == turns[0] for turn in turns)
        assert len(visitor.door.rasa.asked()) == 1
        assert len(visitor.door.rows(Message, sender="visitor")) == 1
        assert len(visitor.door.rows(Escalation)) == 1

    def test_same_id_other_text(self, visitor: Visitor) -> None:
        """A16."""
        message_id = str(uuid.uuid4())
        visitor.say("hello", message_id)
        is_problem(visitor.send("something else", message_id), 409)
        assert len(visitor.door.rows(Message, sender="visitor")) == 1

    def test_ten_messages_at_once_are_answered_one_by_one(
        self, visitor: Visitor
    ) -> None:
        """A17, F18; that the first comes first is in test_locks."""
        visitor.door.rasa.delay_s = 0.05
        with ThreadPoolExecutor(10) as pool:
            turns = list(pool.map(lambda n: visitor.say(f"number {n}"), range(10)))
        for number, turn in enumerate(turns):
            assert turn["messages"][0]["text"] == f"Echo: number {number}"
        rows = visitor.history()[2:]
        for question, answer in zip(rows[::2], rows[1::2], strict=True):
            assert question["sender"] == "visitor"
            assert answer["text"] == f"Echo: {question['text']}"


class TestRasaFails:
    """Design §2: what is not answered is told, kept and escalated."""

    FAILURES = {
        "empty": lambda _: [],
        "error": lambda _: (500, {"status": "failure"}),
        "not json": lambda _: b"<html>",
        "not a list": lambda _: {"text": "hello"},
        "list of strings": lambda _: ["hello"],
        "no outcome": lambda _: [{"text": "hello"}],
        "unknown outcome": lambda _: reply("hello", outcome="dunno"),
        "text is a number": lambda _: [{"text": 5}, {"custom": {"outcome": "x"}}],
        "nothing to read": lambda _: [{"custom": {"outcome": "answered"}}],
        "huge": lambda _: reply("x" * 300_000, outcome="answered"),
        "redirect": lambda _: (302, b""),
    }

    @pytest.mark.parametrize("failure", FAILURES)
    def test_apology_form_and_case(
        self, visitor: Visitor, rasa: StandInRasa, failure: str
    ) -> None:
        rasa.behave = self.FAILURES[failure]
        turn = visitor.say("What is scar tissue?")
        assert turn["outcome"] == "unavailable"
        assert turn["messages"][0]["form"] == "consultation"
        assert "020 7946 0123" in turn["messages"][0]["text"]
        (case,) = visitor.door.rows(Escalation)
        assert case.kind == "unavailable"
        (row,) = visitor.door.rows(Message, sender="visitor")
        assert row.state == "failed"

    @pytest.mark.parametrize("failure", ["empty", "error", "not json"])
    def test_red_flag_advice_all_the_same(
        self, visitor: Visitor, rasa: StandInRasa, failure: str
    ) -> None:
        rasa.behave = self.FAILURES[failure]
        turn = visitor.say("I have crushing chest pain")
        assert (turn["outcome"], turn["urgency"]) == ("red_flag", "emergency")
        assert turn["messages"][0]["text"].startswith("Call 999 now")
        (case,) = visitor.door.rows(Escalation)
        assert (case.kind, case.urgency) == ("red_flag", "emergency")

    def test_hang(self, visitor: Visitor, rasa: StandInRasa) -> None:
        rasa.delay_s = 4
        turn = visitor.say("What is scar tissue?")
        assert turn["outcome"] == "unavailable"
        rasa.delay_s = 0
        assert visitor.say("What is scar tissue?")["outcome"] == "answered"

    def test_refused_connection(self, visitor: Visitor, rasa: StandInRasa) -> None:
        rasa.close()
        assert visitor.say("What is scar tissue?")["outcome"] == "unavailable"
        contact = {
            "id": str(uuid.uuid4()),
            "name": "Ann Lee",
            "phone": "07700 900123",
            "consent": True,
        }
        answer = visitor.call("POST", "consultations", json=contact)
        assert answer.status_code == 201


class TestRedFlags:
    def test_screening_wins_over_what_rasa_said(self, visitor: Visitor) -> None:
        turn = visitor.say("I cannot play tennis and my calf is hot")
        assert (turn["outcome"], turn["urgency"]) == ("red_flag", "same_day")
        (message,) = turn["messages"]
        assert message["text"] == "Have that leg checked today. Call NHS 111."
        assert message["form"] is None
        assert message["choices"] == []
        (case,) = visitor.door.rows(Escalation)
        assert case.reason["words"] == ["calf is hot"]
        assert case.reason["why"] == "Hot calf reported."

    def test_screening_knows_what_was_said_before(self, visitor: Visitor) -> None:
        assert visitor.say("it is my calf")["outcome"] == "out_of_scope"
        assert visitor.say("it is still hot")["outcome"] == "red_flag"


class TestRefusals:
    @pytest.mark.parametrize(
        ("method", "path"),
        [
            ("POST", "messages"),
            ("GET", "messages"),
            ("POST", "consultations"),
            ("POST", "feedback"),
            ("GET", "conversation"),
            ("DELETE", "conversation"),
        ],
    )
    @pytest.mark.parametrize(
        "header",
        [None, "", "Bearer", "Bearer x", "Bearer " + "A" * 43, "Basic YTpi", "A" * 43],
    )
    def test_no_token(
        self, door: Running, method: str, path: str, header: str | None
    ) -> None:
        """A1."""
        headers = {} if header is None else {"Authorization": header}
        answer = requests.request(
            method,
            f"{door.url}/api/chat/{path}",
            json={"id": str(uuid.uuid4()), "text": "hello"},
            headers=headers,
            timeout=10,
        )
        is_problem(answer, 401)
        assert "WWW-Authenticate" in answer.headers
        assert door.rows(Message) == []

    def test_an_internal_sender_id_is_no_token(self, visitor: Visitor) -> None:
        """A4."""
        (conversation,) = visitor.door.rows(Conversation)
        for stolen in (conversation.sender_id, conversation.token_sha256):
            visitor.token = stolen
            is_problem(visitor.send("hello"), 401)

    @pytest.mark.parametrize(
        ("text", "status"),
        [
            (None, 422),
            (5, 422),
            (True, 422),
            ([], 422),
            ({}, 422),
            ("", 422),
            ("   \n\t", 422),
            ("\u200b\u200d", 422),
            ("\x00", 422),
            ("x" * 1001, 413),
            ("x" * 10_000, 413),
            ("x" * 40_000, 413),
        ],
    )
    def test_bad_text(self, visitor: Visitor, text: Any, status: int) -> None:
        """A9, A11, A12."""
        is_problem(visitor.send(text), status)
        assert visitor.door.rasa.asked() == []
        assert visitor.door.rows(Message, sender="visitor") == []

    def test_a_thousand_of_the_longest_characters_fit(self, visitor: Visitor) -> None:
        assert visitor.send("\U0001f600" * 1000).status_code == 200

    @pytest.mark.parametrize(
        "text",
        [
            "a\x00b",
            "half \ud800 pair",
            "\u202eabc",
            "\U0001f600",
            "Z\u0351\u036b\u0343a",
            "<script>alert(1)</script>",
            "{{7*7}} {% x %} ${x}",
            "' OR 1=1 --",
        ],
    )
    def test_strange_text_is_stored_and_told_back(
        self, visitor: Visitor, text: str
    ) -> None:
        """A12."""
        body = json.dumps({"id": str(uuid.uuid4()), "text": text})
        answer = visitor.call(
            "POST",
            "messages",
            data=body,
            headers={"Content-Type": "application/json"},
        )
        assert answer.status_code == 200
        expected = text.replace("\x00", "").replace("\ud800", "\ufffd")
        assert visitor.history()[2]["text"] == expected

    @pytest.mark.parametrize("message_id", [None, 5, "", "abc", "x" * 300, "g" * 36])
    def test_bad_id(self, visitor: Visitor, message_id: Any) -> None:
        body = {"id": message_id, "text": "hello"}
        is_problem(visitor.call("POST", "messages", json=body), 422)

    @pytest.mark.parametrize("choice", [5, [], {}, "", "a.b", "\ud800", "x" * 9000])
    def test_bad_choice(self, visitor: Visitor, choice: Any) -> None:
        is_problem(visitor.choose(choice), 422)

    def test_text_and_choice(self, visitor: Visitor) -> None:
        body = {"id": str(uuid.uuid4()), "text": "a", "choice": "b"}
        is_problem(visitor.call("POST", "messages", json=body), 422)

    @pytest.mark.parametrize(
        "raw",
        [
            b"",
            b"{",
            b"null",
            b"5",
            b'"text"',
            b"[]",
            b"\xff\xfe",
            b'{"id": 1, "id": 2}',
            b'{"id": NaN}',
            b'{"id": Infinity}',
            b"[" * 10_000,
            b'{"a":' * 6_000,
            b'{"n": ' + b"9" * 10_000 + b"}",
        ],
    )
    def test_bad_json(self, visitor: Visitor, raw: bytes) -> None:
        """A11."""
        for path in ("messages", "consultations", "feedback", "conversations"):
            answer = visitor.call(
                "POST", path, data=raw, headers={"Content-Type": "application/json"}
            )
            assert answer.status_code in (400, 422), (path, answer.text)
            is_problem(answer, answer.status_code)

    @pytest.mark.parametrize(
        "kind",
        ["", "text/plain", "application/x-www-form-urlencoded", "multipart/form-data"],
    )
    def test_not_json(self, visitor: Visitor, kind: str) -> None:
        """A13: no form of another page can write."""
        for path in ("messages", "consultations", "feedback", "conversations"):
            answer = visitor.call(
                "POST", path, data=b'{"id": 1}', headers={"Content-Type": kind}
            )
            is_problem(answer, 415)

    @pytest.mark.parametrize(
        ("method", "path"),
        [
            ("GET", "conversations"),
            ("OPTIONS", "messages"),
            ("PUT", "messages"),
            ("TRACE", "messages"),
            ("DELETE", "messages"),
            ("POST", "conversation"),
        ],
    )
    def test_wrong_method(self, visitor: Visitor, method: str, path: str) -> None:
        """A13."""
        answer = visitor.call(method, path)
        is_problem(answer, 405)
        assert answer.headers["Allow"]
        assert "Access-Control-Allow-Origin" not in answer.headers

    @pytest.mark.parametrize("origin", ["https://evil.example", "null", "file://", ""])
    def test_foreign_origin(self, visitor: Visitor, origin: str) -> None:
        """A14."""
        headers = {"Origin": origin}
        body = {"id": str(uuid.uuid4()), "text": "hello"}
        is_problem(visitor.call("POST", "messages", json=body, headers=headers), 403)
        is_problem(visitor.call("GET", "messages", headers=headers), 403)
        answer = requests.post(
            f"{visitor.door.url}/api/chat/conversations",
            json={},
            headers=headers,
            timeout=10,
        )
        is_problem(answer, 403)

    def test_own_origins(self, visitor: Visitor) -> None:
        port = visitor.door.settings.chat_port
        for origin in (f"http://localhost:{port}", f"http://127.0.0.1:{port}"):
            assert visitor.call("GET", "messages", headers={"Origin": origin}).ok

    @pytest.mark.parametrize(
        "path",
        [
            "/nothing",
            "/api/chat/nothing",
            "/conversations/x/tracker",
            "/model",
            "/model/parse",
            "/model/train",
            "/status",
            "/domain",
            "/version",
            "/webhooks/rest/webhook",
            "/static/../app.py",
            "/static/chat.py",
            "/static/%2e%2e/app.py",
        ],
    )
    def test_unknown_address(self, door: Running, path: str) -> None:
        """A20: none of Rasa's routes is ours."""
        is_problem(requests.get(door.url + path, timeout=10), 404)

    def test_a_megabyte_is_refused_before_it_is_read(self, door: Running) -> None:
        """A9."""
        for size in (1_000_000, 3_000_000):
            answer = requests.post(
                f"{door.url}/api/chat/conversations",
                data=b"x" * size,
                headers={"Content-Type": "application/json"},
                timeout=10,
            )
            is_problem(answer, 413)

    def test_announced_length_is_enough_to_refuse(self, door: Running) -> None:
        with socket.create_connection(
            ("127.0.0.1", door.settings.chat_port), timeout=5
        ) as raw:
            raw.sendall(
                b"POST /api/chat/conversations HTTP/1.1\r\nHost: x\r\n"
                b"Content-Type: application/json\r\n"
                b"Content-Length: 106000000\r\n\r\n"
            )
            assert b" 413 " in raw.recv(100)

    def test_chunked_body_without_length(self, door: Running) -> None:
        """A9."""

        def pieces() -> Any:
            for _ in range(10):
                yield b"x" * 10_000

        answer = requests.post(
            f"{door.url}/api/chat/conversations",
            data=pieces(),
            headers={"Content-Type": "application/json"},
            timeout=10,
        )
        is_problem(answer, 413)

    def test_not_http(self, door: Running) -> None:
        with socket.create_connection(
            ("127.0.0.1", door.settings.chat_port), timeout=5
        ) as raw:
            raw.sendall(b"GET / HTTP/1.1\r\nbroken header\r\n\r\n")
            answer = raw.recv(4000)
        assert b" 400 " in answer
        assert b"problem+json" in answer
        assert b"waitress" not in answer.lower()


class TestConsultations:
    def contact(self, **more: Any) -> dict[str, Any]:
        return {
            "id": str(uuid.uuid4()),
            "name": "Ann Lee",
            "phone": "020 7946 0999",
            "consent": True,
            **more,
        }

    def test_reference_and_case(self, visitor: Visitor) -> None:
        body = self.contact(preferred_time="mornings", note="My knee")
        answer = visitor.call("POST", "consultations", json=body)
        assert answer.status_code == 201
        reference = answer.json()["reference"]
        (case,) = visitor.door.rows(Escalation)
        assert (case.reference, case.kind) == (reference, "consultation")
        (contact,) = visitor.door.rows(Contact)
        assert contact.phone == "+44 20 7946 0999"
        assert contact.consent_version == "2026-11"
        told = answer.json()["messages"][0]["text"]
        assert reference in told
        line, shown = visitor.history()[-2:]
        assert line["sender"] == "visitor"
        assert "Ann" not in line["text"]
        assert shown["text"] == told
        assert visitor.door.rasa.asked() == []

    def test_sent_twice_is_one_case(self, visitor: Visitor) -> None:
        body = self.contact()
        first, again = (
            visitor.call("POST", "consultations", json=body) for _ in range(2)
        )
        assert first.json() == again.json()
        assert len(visitor.door.rows(Escalation)) == 1
        other = {**body, "name": "Bo"}
        is_problem(visitor.call("POST", "consultations", json=other), 409)

    def test_errors_name_their_fields(self, visitor: Visitor) -> None:
        body = self.contact(name="", phone="12", email="x@", consent=False)
        problem = is_problem(visitor.call("POST", "consultations", json=body), 422)
        assert [e["field"] for e in problem["errors"]] == [
            "name",
            "phone",
            "email",
            "consent",
        ]
        assert visitor.door.rows(Escalation) == []

    def test_a_red_flag_in_the_note(self, visitor: Visitor) -> None:
        body = self.contact(note="My calf is hot")
        answer = visitor.call("POST", "consultations", json=body).json()
        assert answer["outcome"] == "red_flag"
        assert "leg checked today" in answer["messages"][0]["text"]
        assert answer["reference"] in answer["messages"][1]["text"]
        kinds = {case.kind for case in visitor.door.rows(Escalation)}
        assert kinds == {"consultation", "red_flag"}


class TestFeedback:
    def test_thumbs(self, visitor: Visitor) -> None:
        seq = visitor.say("What is scar tissue?")["messages"][0]["seq"]
        body = {"message": seq, "helpful": True}
        assert visitor.call("POST", "feedback", json=body).status_code == 204
        body = {"message": seq, "helpful": False, "comment": "Too short"}
        assert visitor.call("POST", "feedback", json=body).status_code == 204
        (row,) = visitor.door.rows(Feedback)
        assert (row.helpful, row.comment) == (False, "Too short")
        (case,) = visitor.door.rows(Escalation)
        assert case.kind == "unhelpful"

    @pytest.mark.parametrize(
        ("body", "status"),
        [
            ({}, 422),
            ({"message": "4", "helpful": True}, 422),
            ({"message": True, "helpful": True}, 422),
            ({"message": 0, "helpful": True}, 422),
            ({"message": 10**30, "helpful": True}, 422),
            ({"message": 1, "helpful": "yes"}, 422),
            ({"message": 1, "helpful": False, "comment": 5}, 422),
            ({"message": 1, "helpful": False, "comment": "x" * 1001}, 413),
            ({"message": 99, "helpful": True}, 404),
            ({"message": 3, "helpful": True}, 404),
        ],
    )
    def test_bad(self, visitor: Visitor, body: dict[str, Any], status: int) -> None:
        visitor.say("hello")  # seq 3 is the visitor's own message
        is_problem(visitor.call("POST", "feedback", json=body), status)


class TestOwnData:
    def test_everything_is_told(self, visitor: Visitor) -> None:
        visitor.say("an unusual zebrafish")
        told = visitor.call("GET", "conversation")
        assert "zebrafish" in told.text
        assert told.headers["Cache-Control"] == "no-store"

    def test_erase(self, visitor: Visitor) -> None:
        visitor.say("an unusual zebrafish")
        (conversation,) = visitor.door.rows(Conversation)
        tracker = create_engine(visitor.door.settings.tracker_url, future=True)
        with tracker.begin() as s:
            s.execute(text("CREATE TABLE events (sender_id TEXT, data TEXT)"))
            for sender in (conversation.sender_id, "somebody else"):
                s.execute(
                    text("INSERT INTO events VALUES (:sender, 'zebrafish')"),
                    {"sender": sender},
                )
        assert visitor.call("DELETE", "conversation").status_code == 204
        with tracker.begin() as s:
            left = s.execute(text("SELECT sender_id FROM events")).scalars().all()
        assert left == ["somebody else"]
        assert visitor.door.rows(Message) == []
        is_problem(visitor.send("hello again"), 401)
        is_problem(visitor.call("GET", "messages"), 401)

    def test_erase_while_an_answer_is_on_its_way(self, visitor: Visitor) -> None:
        visitor.door.rasa.delay_s = 0.5
        with ThreadPoolExecutor(2) as pool:
            sent = pool.submit(visitor.send, "hello")
            while not visitor.door.rasa.asked():
                pass
            erased = pool.submit(visitor.call, "DELETE", "conversation")
            assert sent.result().status_code == 200
            assert erased.result().status_code == 204
        assert visitor.door.rows(Message) == []


class TestDatabaseFails:
    @pytest.mark.skipif(
        "MEND_TEST_DATABASE_URL" in os.environ, reason="about SQLite's lock"
    )
    def test_locked_is_503_and_a_repeat_works(self, visitor: Visitor) -> None:
        message_id = str(uuid.uuid4())
        engine = create_engine(visitor.door.settings.database_url, future=True)
        with engine.connect() as other:
            other.exec_driver_sql("BEGIN IMMEDIATE")
            problem = is_problem(visitor.send("hello", message_id), 503)
            assert problem["retry_after"] > 0
        assert visitor.say("hello", message_id)["outcome"] == "out_of_scope"
        assert len(visitor.door.rows(Message, sender="visitor")) == 1


class TestHealth:
    def test_alive(self, door: Running) -> None:
        assert requests.get(f"{door.url}/healthz", timeout=5).status_code == 200

    def test_ready(self, door: Running) -> None:
        answer = requests.get(f"{door.url}/readyz", timeout=10)
        assert answer.status_code == 200
        assert answer.json() == {
            "status": "ready",
            "database": True,
            "assistant": True,
        }

    @pytest.mark.parametrize("failure", ["empty", "error"])
    def test_rasa_down(self, door: Running, failure: str) -> None:
        door.rasa.behave = TestRasaFails.FAILURES[failure]
        problem = is_problem(requests.get(f"{door.url}/readyz", timeout=10), 503)
        assert (problem["database"], problem["assistant"]) == (True, False)

    def test_wrong_answer_is_not_ready(self, door: Running) -> None:
        door.rasa.behave = lambda _: reply("?", outcome="answered", answer="other.id")
        is_problem(requests.get(f"{door.url}/readyz", timeout=10), 503)
