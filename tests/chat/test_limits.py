from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
import requests

from mend.chat import limits
from mend.chat.limits import AddressKeys, Budget, Limits, SlidingWindow
from mend.records.tables import Escalation, Message
from tests.chat.doubles import StandInRasa
from tests.chat.running import front_door


class TestSlidingWindow:
    def test_so_many_and_no_more(self) -> None:
        window = SlidingWindow(3, 60)
        assert [window.hit("a", t) for t in (0, 10, 20)] == [None] * 3
        assert window.hit("a", 30) == 30  # the first one leaves at 60
        assert window.hit("a", 60) is None
        assert window.hit("a", 60) == 10

    def test_refused_hits_do_not_count(self) -> None:
        window = SlidingWindow(1, 60)
        window.hit("a", 0)
        for t in range(1, 60):
            assert window.hit("a", t) == 60 - t
        assert window.hit("a", 60) is None

    def test_keys_are_apart(self) -> None:
        window = SlidingWindow(1, 60)
        assert window.hit("a", 0) is None
        assert window.hit("b", 0) is None

    def test_a_repeat_is_free(self) -> None:
        window = SlidingWindow(1, 60)
        assert all(window.hit("a", 0, "same") is None for _ in range(20))
        assert window.hit("a", 0, "other") == 60

    def test_memory_is_bounded(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(limits, "MAX_KEYS", 100)
        window = SlidingWindow(1, 60)
        for number in range(1000):
            window.hit(str(number), 0)
        assert len(window._hits) <= 101


class TestAddressKeys:
    keys = AddressKeys("k" * 40)
    today = date(2026, 11, 23)

    def test_no_address_in_it_and_new_every_day(self) -> None:
        key = self.keys.key("203.0.113.7", self.today)
        assert "203" not in key
        assert key == self.keys.key("203.0.113.7", self.today)
        assert key != self.keys.key("203.0.113.8", self.today)
        assert key != self.keys.key("203.0.113.7", date(2026, 11, 24))
        assert key != AddressKeys("x" * 40).key("203.0.113.7", self.today)

    def test_ipv6_counts_by_its_network(self) -> None:
        one = self.keys.key("2001:db8:1:2::1", self.today)
        assert one == self.keys.key("2001:db8:1:2:ffff::9", self.today)
        assert one != self.keys.key("2001:db8:1:3::1", self.today)
        mapped = self.keys.key("::ffff:203.0.113.7", self.today)
        assert mapped == self.keys.key("203.0.113.7", self.today)

    @pytest.mark.parametrize("address", [None, "", "unknown", "1.2.3.4, 5.6.7.8"])
    def test_anything_has_a_key(self, address: str | None) -> None:
        assert self.keys.key(address, self.today)


def test_no_limits() -> None:
    free = Limits(None, lambda: 0.0)
    assert all(free.message("c", "a", str(n)) is None for n in range(1000))


def test_the_address_limit_holds_over_conversations() -> None:
    counted = Limits(Budget(messages_per_address_per_minute=5), lambda: 0.0)
    waits = [counted.message(f"c{n}", "a", str(n)) for n in range(6)]
    assert waits == [None] * 5 + [60]


def test_over_http(tmp_path: Path, rasa: StandInRasa) -> None:
    limited = {
        "limits": "default",
        "messages_per_conversation_per_minute": 3,
        "new_conversations_per_address_per_hour": 2,
    }
    with front_door(tmp_path, rasa, **limited) as door:
        visitor = door.start()
        first = "00000000-0000-4000-8000-000000000000"
        turn = visitor.say("hello", first)
        for _ in range(5):
            assert visitor.say("hello", first) == turn
        visitor.say("hello")
        visitor.say("hello")
        refused = visitor.send("hello")
        assert refused.status_code == 429
        assert 0 < int(refused.headers["Retry-After"]) <= 60
        assert "turn" not in refused.json()
        assert len(door.rows(Message, sender="visitor")) == 3

        # A10: a red flag is kept, answered and escalated even so.
        flagged = visitor.send("my calf is hot")
        assert flagged.status_code == 429
        assert flagged.json()["turn"]["outcome"] == "red_flag"
        assert len(door.rows(Message, sender="visitor")) == 4
        assert [case.kind for case in door.rows(Escalation)] == ["red_flag"]
        assert len(rasa.asked()) == 3

        # A18: nobody may say where he comes from.
        door.start()
        for forged in ("203.0.113.9", "203.0.113.10"):
            answer = requests.post(
                f"{door.url}/api/chat/conversations",
                json={},
                headers={"X-Forwarded-For": forged, "Forwarded": f"for={forged}"},
                timeout=5,
            )
            assert answer.status_code == 429
            assert answer.headers["Content-Type"] == "application/problem+json"


def test_a_trusted_proxy_may_say_so(tmp_path: Path, rasa: StandInRasa) -> None:
    limited = {
        "limits": "default",
        "trusted_proxies": 1,
        "new_conversations_per_address_per_hour": 1,
    }
    with front_door(tmp_path, rasa, **limited) as door:

        def start(forwarded: str) -> int:
            return requests.post(
                f"{door.url}/api/chat/conversations",
                json={},
                headers={"X-Forwarded-For": forwarded},
                timeout=5,
            ).status_code

        assert start("203.0.113.9") == 201
        assert start("203.0.113.10") == 201
        # What the client itself put in front of the proxy's word counts nothing.
        assert start("198.51.100.1, 203.0.113.9") == 429


def test_guessing_tokens_is_slowed(tmp_path: Path, rasa: StandInRasa) -> None:
    """A3."""
    with front_door(tmp_path, rasa, limits="default") as door:
        found = [
            requests.get(
                f"{door.url}/api/chat/messages",
                headers={"Authorization": f"Bearer {n:043d}"},
                timeout=5,
            ).status_code
            for n in range(35)
        ]
    assert found == [401] * 30 + [429] * 5
