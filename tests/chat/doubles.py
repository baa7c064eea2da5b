"""Stand-ins for tests of faults: a Rasa that misbehaves, a small catalogue, a matcher.

Whole conversations against the real Rasa are in tests/scenarios.
"""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from mend.understanding.catalogue import Advice, Answer, Catalogue, Source


def answer(answer_id: str, title: str, **more: Any) -> Answer:
    return Answer(
        **{
            "id": answer_id,
            "title": title,
            "text": f"About {title}",
            "outcome": "answered",
            "facts": (),
            "sources": (),
            "reviewed": "2026-11-23",
            "reviewer": "",
            "question": title,
            **more,
        }
    )


CATALOGUE = Catalogue(
    pictures={"pain_scale": "A line from 0 to 10."},
    answers={
        "scar.what_is": answer("scar.what_is", "What is scar tissue?"),
        "healing.time": answer("healing.time", "How long does healing take?"),
        "injury.first_days": answer("injury.first_days", "First days after an injury"),
        "clinic.book": answer("clinic.book", "How do I book?"),
    },
    advice={
        "RF03.same_day": Advice(
            id="RF03.same_day",
            flag="RF03",
            tier="same_day",
            title="",
            text="Have that leg checked today. Call {urgent_line}.",
            sources=("leaflet",),
        ),
        "RF08.emergency": Advice(
            id="RF08.emergency",
            flag="RF08",
            tier="emergency",
            title="",
            text="Call {emergency} now. Do not drive yourself.",
        ),
    },
    sources={
        "leaflet": Source(
            "Blood clots", "A Hospital", 2024, "patient leaflet", "advice", ""
        ),
        "review": Source(
            "Scars reviewed",
            "Doe J",
            None,
            "systematic review",
            "few small trials",
            "https://example.org/review",
        ),
    },
)


@dataclass(frozen=True)
class Evidence:
    text: str


@dataclass(frozen=True)
class Screening:
    flag: str | None = None
    tier: str | None = None
    evidence: tuple[Evidence, ...] = ()
    why: str = ""


class WordScreener:
    """Sees a red flag where two plain phrases stand."""

    def screen(self, text: str, history: Sequence[str]) -> Screening:
        if "crushing chest pain" in text.lower():
            return Screening(
                "RF08", "emergency", (Evidence("chest pain"),), "Chest pain reported."
            )
        if "calf is hot" in text.lower() or (
            "still hot" in text.lower() and any("my calf" in h for h in history)
        ):
            return Screening(
                "RF03", "same_day", (Evidence("calf is hot"),), "Hot calf reported."
            )
        return Screening()


def reply(text: str, **custom: Any) -> list[dict[str, Any]]:
    """Return one response as Rasa's REST channel sends it: paragraphs, then data."""
    paragraphs = [{"recipient_id": "x", "text": part} for part in text.split("\n\n")]
    return [*paragraphs, {"recipient_id": "x", "custom": custom}]


def usual(body: dict[str, Any]) -> Any:
    """Answer like a small Rasa would."""
    text = body["message"]
    lowered = text.lower()
    choice = body["metadata"].get("choice")
    if choice == "faq/healing.time":
        return reply("Weeks to months.", outcome="answered", answer="healing.time")
    if "care for a scar" in lowered:
        return reply(
            "Keep it soft and out of the sun. It takes time.\n\n"
            "1. Wash your hands.\n2. Rub in plain cream.\n\n"
            "Stop and get help:\n- Call 999 if you cannot breathe.\n"
            "- Call your doctor today if it weeps.",
            outcome="answered",
            answer="scar.what_is",
        )
    if "more on scars" in lowered:
        return reply(
            "How to care for it\n\nUse plain cream to keep it soft. It takes time.",
            outcome="answered",
            answer="scar.what_is",
        )
    if "scar tissue" in lowered:
        return reply(
            "Scar tissue is the skin's own repair.",
            outcome="answered",
            answer="scar.what_is",
            sources=["review"],
            followups=["healing.time"],
            understanding={"intent": "faq/scar.what_is", "confidence": 0.9},
        )
    if "person" in lowered:
        return reply(
            "You can talk to us.",
            outcome="handoff",
            answer="chat.human",
            form="consultation",
            escalation="handoff",
        )
    if "cannot play" in lowered:
        return reply(
            "That sounds hard. Shall we look at it?",
            outcome="suggest_consultation",
            form="consultation",
            choices=[{"title": "No thanks", "intent": "deny"}],
        )
    return reply(f"Echo: {text}", outcome="out_of_scope")


@dataclass
class StandInRasa:
    """An HTTP server in Rasa's place; set `behave` to make it fail."""

    behave: Any = usual
    delay_s: float = 0.0
    seen: list[dict[str, Any]] = field(default_factory=list)

    def __post_init__(self) -> None:
        stand_in = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                length = int(self.headers["Content-Length"])
                body = json.loads(self.rfile.read(length))
                stand_in.seen.append(body)
                if stand_in.delay_s:
                    time.sleep(stand_in.delay_s)
                found = stand_in.behave(body)
                status, content = found if isinstance(found, tuple) else (200, found)
                if not isinstance(content, bytes):
                    content = json.dumps(content).encode()
                try:
                    self.send_response(status)
                    self.send_header("Content-Length", str(len(content)))
                    self.end_headers()
                    self.wfile.write(content)
                except OSError:
                    pass  # the client did not wait

            def log_message(self, *_: Any) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        serve = self.server.serve_forever
        threading.Thread(target=serve, args=(0.02,), daemon=True).start()

    @property
    def port(self) -> int:
        return int(self.server.server_address[1])

    def close(self) -> None:
        self.server.shutdown()
        self.server.server_close()

    def asked(self) -> list[dict[str, Any]]:
        """Return what was asked, without the readiness probes."""
        return [b for b in self.seen if not b["sender"].startswith("probe-")]
