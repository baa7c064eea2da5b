from __future__ import annotations

import pytest

from mend.records.paging import bounded


@pytest.mark.parametrize(
    ("found", "pages"), [(0, 1), (1, 1), (24, 1), (25, 1), (26, 2), (50, 2), (51, 3)]
)
def test_a_begun_page_counts(found: int, pages: int) -> None:
    assert bounded(1, found, 25) == (1, pages)


@pytest.mark.parametrize(
    ("asked", "shown"), [(-3, 1), (0, 1), (1, 1), (2, 2), (3, 3), (4, 3), (10**9, 3)]
)
def test_a_page_that_is_not_there_gives_the_nearest(asked: int, shown: int) -> None:
    assert bounded(asked, 51, 25) == (shown, 3)
