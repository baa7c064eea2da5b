"""The description of the API against the running front door."""

from __future__ import annotations

import re
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import requests
import schemathesis
import yaml
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from schemathesis.config import SchemathesisConfig

from mend.chat.description import FILE
from mend.chat.problems import TITLES, TITLES_BY_CODE
from tests.chat.doubles import StandInRasa
from tests.chat.running import Running, Visitor, front_door

DESCRIPTION: dict[str, Any] = yaml.safe_load(FILE.read_text("utf-8"))
EXAMPLES = 12
"""How many requests are made up for each call; more find more and take longer."""

# What the formats of the description stand for.
schemathesis.openapi.format(
    "visible-text", st.text(min_size=1, max_size=1000).map(lambda t: f"a{t}"[:1000])
)
A_CHOICE = "a choice of this conversation"
schemathesis.openapi.format("choice", st.just(A_CHOICE))
schemathesis.openapi.format("one-line", st.sampled_from(["Ann Lee", "李明", "O'Hara"]))
schemathesis.openapi.format("phone", st.sampled_from(["020 7946 0999", "+12025550143"]))
schemathesis.openapi.format("email", st.sampled_from(["a@b.org", "jürgen.x+y@b.co.uk"]))
schema = schemathesis.openapi.from_path(
    FILE,
    config=SchemathesisConfig.from_dict(
        {
            "seed": 1,
            "generation": {
                "max-examples": EXAMPLES,
                "deterministic": True,
                "database": "none",
                # The check `ignored_auth` asks without a token by itself.
                "with-security-parameters": False,
            },
            "checks": {
                "negative_data_rejection": {
                    "expected-statuses": [400, 401, 403, 404, 405, 409, 413, 415, 422]
                },
            },
        }
    ),
)


@pytest.fixture(scope="module")
def door(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    rasa = StandInRasa()
    with front_door(tmp_path_factory.mktemp("openapi"), rasa) as running:
        yield running
    rasa.close()


@pytest.fixture
def visitor(door: Running) -> Visitor:
    return door.start()


@schema.parametrize()
@settings(
    max_examples=EXAMPLES,
    derandomize=True,
    database=None,
    deadline=None,
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=list(HealthCheck),
)
def test_what_is_answered_is_what_is_described(
    case: schemathesis.Case, visitor: Visitor
) -> None:
    """No made-up request gets an answer that is not described, or a 5xx."""
    if isinstance(case.body, dict) and case.body.get("choice") == A_CHOICE:
        case.body["choice"] = visitor.greeting[-1]["choices"][0]["choice"]
    case.call_and_validate(
        base_url=visitor.door.url,
        headers={"Authorization": f"Bearer {visitor.token}"},
    )


def described(operation: str, answer: requests.Response, status: int) -> dict[str, Any]:
    """Check an answer against what "GET /path" is described to answer."""
    assert answer.status_code == status, answer.text
    method, path = operation.split()
    schema[path][method].validate_response(answer)
    found: dict[str, Any] = answer.json() if answer.content else {}
    return found


class TestWholeAnswers:
    """Answers with everything in them, which made-up requests do not get."""

    def test_turns_history_and_own_data(self, visitor: Visitor) -> None:
        send = "POST /api/chat/messages"
        answered = described(send, visitor.send("What is scar tissue?"), 200)
        assert answered["messages"][0]["sources"]
        assert described(send, visitor.send("a person please"), 200)["messages"][0][
            "form"
        ]
        assert described(send, visitor.send("my calf is hot"), 200)["urgency"]
        seq = answered["messages"][0]["seq"]
        body = {"message": seq, "helpful": False, "comment": "Too short"}
        rated = visitor.call("POST", "feedback", json=body)
        described("POST /api/chat/feedback", rated, 204)
        request = {
            "id": str(uuid.uuid4()),
            "name": "Ann",
            "email": "ann@example.com",
            "consent": True,
        }
        asked = visitor.call("POST", "consultations", json=request)
        reference = described("POST /api/chat/consultations", asked, 201)["reference"]
        stored = visitor.call("GET", "conversation")
        told = described("GET /api/chat/conversation", stored, 200)
        assert told["cases"][-1]["contact"]
        assert any("feedback" in message for message in told["messages"])
        cancelled = visitor.call("DELETE", f"consultations/{reference}")
        described("DELETE /api/chat/consultations/{reference}", cancelled, 200)
        history = visitor.call("GET", "messages")
        assert described("GET /api/chat/messages", history, 200)["messages"]

    def test_a_refusal_that_holds_advice(
        self, tmp_path: Path, rasa: StandInRasa
    ) -> None:
        one = {"limits": "default", "messages_per_conversation_per_minute": 1}
        with front_door(tmp_path, rasa, **one) as door:
            visitor = door.start()
            visitor.say("hello")
            refused = visitor.send("my calf is hot")
            assert described("POST /api/chat/messages", refused, 429)["turn"]

    def test_not_ready(self, tmp_path: Path, rasa: StandInRasa) -> None:
        rasa.behave = lambda _: []
        with front_door(tmp_path, rasa) as door:
            answer = requests.get(f"{door.url}/readyz", timeout=10)
            described("GET /readyz", answer, 503)


def test_every_route_is_described(door: Running) -> None:
    served = {
        (re.sub(r"<(?:\w+:)?(\w+)>", r"{\1}", rule.rule), method.lower())
        for rule in door.app.url_map.iter_rules()
        if rule.rule.startswith("/api/") or rule.rule.endswith("z")
        for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}
    }
    written = {
        (path, method)
        for path, methods in DESCRIPTION["paths"].items()
        for method in methods
    }
    assert served == written


def test_every_code_is_described() -> None:
    codes = {code for code, _ in TITLES.values()} | set(TITLES_BY_CODE)
    assert (
        set(
            DESCRIPTION["components"]["schemas"]["Problem"]["properties"]["code"][
                "enum"
            ]
        )
        == codes
    )


def test_the_description_is_served(door: Running) -> None:
    answer = requests.get(f"{door.url}/api/openapi.yml", timeout=10)
    assert answer.headers["Content-Type"].startswith("application/yaml")
    assert yaml.safe_load(answer.text) == DESCRIPTION
