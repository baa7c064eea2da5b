"""Our own words raise no red flag: a button or a title is no report of one."""

from pathlib import Path

from mend.understanding.catalogue import load_catalogue
from mend.understanding.red_flags import Screener

DATA = Path(__file__).parent.parent.parent / "data"


def test_no_title_of_an_answer_raises_a_red_flag():
    screener = Screener.load(DATA / "lexicon")
    titles = load_catalogue(DATA).titles.values()
    raised = [title for title in titles if screener.screen(title, []).flag]
    assert raised == []
