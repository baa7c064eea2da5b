"""The page of all answers: complete, linkable, safe, and honest about reviews."""

from __future__ import annotations

import re
from datetime import datetime, timezone
from pathlib import Path

import pytest
import requests

from mend.chat import answers_page
from mend.clinic import Clinic
from mend.content.overview import Overview, overview
from tests.chat.doubles import CATALOGUE, StandInRasa
from tests.chat.running import Clock, Running, front_door


def page(door: Running) -> str:
    answer = requests.get(f"{door.url}/answers", timeout=30)
    assert answer.status_code == 200
    return answer.text


def test_every_answer_and_advice_has_its_place(door: Running) -> None:
    text = page(door)
    places = re.findall(r'<article id="([^"]+)"', text)
    assert sorted(places) == sorted([*CATALOGUE.answers, *CATALOGUE.advice])
    for target in re.findall(r'href="#([^"]+)"', text):
        assert f'id="{target}"' in text, target


def test_the_clinics_facts_are_filled_in(door: Running) -> None:
    text = page(door)
    assert "call NHS 111" in text.replace("Call", "call")
    assert "{" not in text
    assert "020 7946 0123" in text


def test_it_says_that_no_clinician_has_reviewed_them(door: Running) -> None:
    assert "No clinician has reviewed these answers yet." in page(door)


def test_it_has_a_strict_policy_and_no_code(door: Running) -> None:
    answer = requests.get(f"{door.url}/answers", timeout=30)
    policy = answer.headers["Content-Security-Policy"]
    assert "frame-ancestors 'none'" in policy
    assert "unsafe" not in policy
    assert not re.search(r"<script|<style|style=|\son\w+=|javascript:", answer.text)
    assert 'name="robots" content="noindex"' in answer.text


def test_other_sites_are_linked_without_a_word_about_us(door: Running) -> None:
    for link in re.findall(r'<a href="https?:[^>]*>', page(door)):
        assert 'rel="noopener noreferrer"' in link


def test_strange_facts_of_a_clinic_do_no_harm(
    tmp_path: Path, rasa: StandInRasa
) -> None:
    clinic = Clinic(name='<b>"&', phone="1234567")
    with front_door(tmp_path, rasa, clinic) as door:
        text = page(door)
    assert "<b>" not in text
    assert "None" not in text


def test_it_is_made_once_and_anew_when_the_clinics_day_goes_on(
    tmp_path: Path, rasa: StandInRasa, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = []

    def counted(*args: object) -> Overview:
        made.append(args[-1])
        return overview(*args)  # type: ignore[arg-type]

    monkeypatch.setattr(answers_page, "overview", counted)
    clock = Clock(datetime(2026, 11, 23, 10, tzinfo=timezone.utc))
    with front_door(tmp_path, rasa, now=clock) as door:
        first = page(door)
        assert page(door) == first
        assert len(made) == 1
        clock.later(hours=24)
        page(door)
    assert [str(day) for day in made] == ["2026-11-23", "2026-11-24"]


def test_the_demo_page_leads_there(door: Running) -> None:
    assert 'href="/answers"' in requests.get(f"{door.url}/", timeout=10).text
