from pathlib import Path

import pytest

from mend.understanding.red_flags import Screener

LEXICON = Path("data/lexicon")


@pytest.fixture(scope="session")
def screener() -> Screener:
    return Screener.load(LEXICON)
