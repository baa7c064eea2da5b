from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.chat.doubles import StandInRasa
from tests.chat.running import Running, Visitor, front_door


@pytest.fixture
def rasa() -> Iterator[StandInRasa]:
    stand_in = StandInRasa()
    yield stand_in
    stand_in.close()


@pytest.fixture
def door(tmp_path: Path, rasa: StandInRasa) -> Iterator[Running]:
    with front_door(tmp_path, rasa) as running:
        yield running


@pytest.fixture
def visitor(door: Running) -> Visitor:
    return door.start()
