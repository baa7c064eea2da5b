"""The drawings: served safely, described, legible on a phone, light and dark."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET
from pathlib import Path

import pytest
import requests

from mend.chat.pages import PICTURES
from mend.understanding.catalogue_files import load_catalogue
from tests.chat.running import Running

FILES = sorted(PICTURES.glob("*.svg"))
SVG = "{http://www.w3.org/2000/svg}"


def test_each_drawing_is_described_and_used_and_each_description_has_a_drawing() -> (
    None
):
    catalogue = load_catalogue(Path("data"))
    names = {file.stem for file in FILES}

    assert len(names) >= 6
    assert set(catalogue.pictures) == names
    answers = catalogue.answers.values()
    shown = {answer.picture for answer in answers}
    shown |= {answer.deeper.picture for answer in answers if answer.deeper}
    assert shown - {None} == names


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_a_drawing_can_be_read_by_everybody(file: Path) -> None:
    root = ET.parse(file).getroot()  # noqa: S314 - our own file

    assert root.attrib["role"] == "img"
    described = root.attrib["aria-labelledby"].split()
    texts = [root.find(f"{SVG}title"), root.find(f"{SVG}desc")]
    assert [text.attrib["id"] for text in texts if text is not None] == described
    assert all(text is not None and text.text for text in texts)
    # At 300 pixels one unit is one pixel.
    assert root.attrib["viewBox"].startswith("0 0 300 ")
    style = root.findtext(f"{SVG}style") or ""
    assert "prefers-color-scheme: dark" in style
    sizes = [int(size) for size in re.findall(r"(\d+)px", style)]
    assert sizes
    assert min(sizes) >= 12


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_a_drawing_does_nothing_but_draw(file: Path) -> None:
    names = {element.tag.removeprefix(SVG) for element in ET.parse(file).iter()}  # noqa: S314

    assert not names & {"script", "foreignObject", "image", "use", "a", "animate"}
    assert not re.search(r"\son\w+=|href|url\((?!#)|@import|data:", file.read_text())


def test_a_drawing_is_served_with_a_policy_of_its_own(door: Running) -> None:
    answer = requests.get(f"{door.url}/pictures/pain_scale.svg", timeout=5)

    assert answer.status_code == 200
    assert answer.headers["Content-Type"] == "image/svg+xml"
    policy = answer.headers["Content-Security-Policy"]
    assert policy.startswith("default-src 'none'; style-src 'unsafe-inline'; sandbox")
    assert answer.headers["Cache-Control"] == "public, max-age=86400"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    again = requests.get(
        f"{door.url}/pictures/pain_scale.svg",
        headers={"If-None-Match": answer.headers["ETag"]},
        timeout=5,
    )
    assert again.status_code == 304


@pytest.mark.parametrize("name", ["none.svg", "..%2Fchat.js", "pain_scale"])
def test_there_is_nothing_else_there(door: Running, name: str) -> None:
    assert requests.get(f"{door.url}/pictures/{name}", timeout=5).status_code == 404
