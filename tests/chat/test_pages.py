"""Pages and files, and what every response tells the browser (ASVS 3.4)."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import requests

from mend.chat.pages import derived_token, dialled
from mend.clinic import Clinic, load_clinic
from mend.records.tables import Contact, Conversation, Escalation
from tests.chat.doubles import StandInRasa
from tests.chat.running import Running, front_door
from tests.running import PROJECT


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("999", [("999", "tel:999")]),
        ("NHS 111", [("111", "tel:111")]),
        ("112 or 999", [("112", "tel:112"), ("999", "tel:999")]),
        ("Lifeline on 13 11 14", [("13 11 14", "tel:131114")]),
        ("your local emergency number", []),
    ],
)
def test_dialled(words: str, expected: list[tuple[str, str]]) -> None:
    assert dialled(words) == expected


@pytest.mark.parametrize(
    "path", ["/", "/chat", "/contact", "/none", "/api/chat/messages", "/widget.js"]
)
def test_headers_everywhere(door: Running, path: str) -> None:
    answer = requests.get(
        door.url + path, headers={"Accept": "text/html,*/*;q=0.1"}, timeout=5
    )
    policy = answer.headers["Content-Security-Policy"]
    assert policy.startswith("default-src 'none'")
    assert "unsafe" not in policy
    assert "base-uri 'none'" in policy
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Referrer-Policy"] == "same-origin"
    assert "Server" not in answer.headers
    assert "Set-Cookie" not in answer.headers
    framed = path in ("/chat", "/contact")
    assert ("https://www.clinic.example" in policy) == framed
    assert ("X-Frame-Options" in answer.headers) != framed
    if path not in ("/widget.js",):
        assert answer.headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize("path", ["/", "/chat", "/contact"])
def test_no_code_in_pages_and_nothing_from_elsewhere(door: Running, path: str) -> None:
    page = requests.get(door.url + path, timeout=5).text
    page = re.sub(r"<code>.*?</code>", "", page)  # the line to copy is no code of ours
    assert not re.search(r"<style|style=|\son\w+=|javascript:", page)
    assert all(tag.endswith("></script>") for tag in re.findall(r"<script.*", page))
    for address in re.findall(r'(?:src|href|action)="([^"]*)"', page):
        assert re.match(r"/(?!/)|#|tel:|mailto:", address), address


def test_files_are_compressed_and_kept(door: Running) -> None:
    page = requests.get(f"{door.url}/chat", timeout=5)
    assert page.headers["Content-Encoding"] == "gzip"
    (url,) = re.findall(r'src="(/static/chat\.js\?v=\w+)"', page.text)
    script = requests.get(door.url + url, timeout=5)
    assert script.headers["Content-Encoding"] == "gzip"
    assert "immutable" in script.headers["Cache-Control"]
    plain = requests.get(
        f"{door.url}/static/chat.js",
        headers={"Accept-Encoding": "identity"},
        timeout=5,
    )
    assert plain.text == script.text
    assert plain.headers["Cache-Control"] == "no-cache"
    tag = {"If-None-Match": plain.headers["ETag"], "Accept-Encoding": "identity"}
    again = requests.get(f"{door.url}/static/chat.js", headers=tag, timeout=5)
    assert again.status_code == 304


def test_a_clinic_with_strange_facts(tmp_path: Path, rasa: StandInRasa) -> None:
    clinic = Clinic(name='<b>"&', phone="1234567", address="</script><script>")
    with front_door(tmp_path, rasa, clinic) as door:
        for path in ("/", "/chat", "/contact"):
            page = requests.get(door.url + path, timeout=5).text
            assert "<b>" not in page
            assert "<script>" not in page
            assert "None" not in page


def test_the_demo_page_says_what_the_clinic_says(
    tmp_path: Path, rasa: StandInRasa
) -> None:
    clinic = load_clinic(PROJECT / "clinic.yml")
    for of in (clinic, Clinic(name="A", phone="020 7946 0123")):
        with front_door(tmp_path / of.name, rasa, of) as door:
            page = requests.get(door.url + "/", timeout=5).text
        assert ("Sports massage" in page) == (of is clinic)
        assert ("please ask us on 020 7946 0123" in page) == (of is not clinic)
        assert "None" not in page


def test_privacy_says_how_long_things_are_kept(
    tmp_path: Path, rasa: StandInRasa
) -> None:
    """As the settings say that the daily deletion goes by."""
    ages = {"keep_chats_days": 17, "keep_cases_days": 401}
    with front_door(tmp_path, rasa, **ages) as door:
        page = requests.get(f"{door.url}/chat/privacy", timeout=5).text
    assert "no longer than 17 days after the last message" in page
    assert "401 days after they are done" in page
    assert "None" not in page


class TestFormWithoutJavaScript:
    def form(self, door: Running, **more: str) -> dict[str, str]:
        page = requests.get(f"{door.url}/contact", timeout=5).text
        (form_id,) = re.findall(r'name="id" value="([^"]+)"', page)
        return {
            "id": form_id,
            "name": "Ann Lee",
            "email": "ann@example.com",
            "consent": "yes",
            **more,
        }

    def post(self, door: Running, form: dict[str, str], **headers: str) -> object:
        url = f"{door.url}/contact"
        return requests.post(url, data=form, headers=headers, timeout=5)

    def test_stored_once(self, door: Running) -> None:
        form = self.form(door, note="My calf is hot")
        first, again = self.post(door, form), self.post(door, form)
        assert (first.status_code, again.status_code) == (201, 201)
        (contact,) = door.rows(Contact)
        assert contact.email == "ann@example.com"
        assert len(door.rows(Conversation)) == 1
        cases = {case.kind: case.reference for case in door.rows(Escalation)}
        assert set(cases) == {"consultation", "red_flag"}
        assert cases["consultation"] in first.text
        assert "urgent same_day" in first.text
        assert self.post(door, {**form, "name": "Bo"}).status_code == 409

    def test_errors_keep_what_was_typed(self, door: Running) -> None:
        form = self.form(door, email="<x>", note='"><b>')
        answer = self.post(door, form)
        assert answer.status_code == 422
        assert "Enter an email address" in answer.text
        assert 'value="&lt;x&gt;"' in answer.text
        assert "<b>" not in answer.text
        assert door.rows(Conversation) == []

    def test_refusals(self, door: Running) -> None:
        form = self.form(door)
        evil = "https://evil.example"
        assert self.post(door, form, Origin=evil).status_code == 403
        forged = {**form, "id": "forged"}
        assert self.post(door, forged).status_code == 400
        too_long = {**form, "note": "x" * 50_000}
        assert self.post(door, too_long).status_code == 413
        json = requests.post(f"{door.url}/contact", json=form, timeout=5)
        assert json.status_code == 415
        assert door.rows(Conversation) == []

    def test_tokens_cannot_be_guessed(self) -> None:
        assert derived_token("a" * 40, "x") != derived_token("b" * 40, "x")
        assert len(derived_token("a" * 40, "x")) == 43
