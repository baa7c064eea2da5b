"""Which page of a list is shown."""


def bounded(page: int, found: int, per_page: int) -> tuple[int, int]:
    """Return a page that there is, and how many there are; an empty list has one.

    Args:
        page: The one asked for, from 1. Before the first gives the first, past the end
            the last.
        found: Lines of the list.
        per_page: Lines on a page, at least 1.
    """
    pages = max(1, -(-found // per_page))
    return min(max(1, page), pages), pages
