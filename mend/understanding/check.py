"""A typed answer to a check question about a red flag.

When a message leaves a red flag in doubt (`Decision.doubt`), the reply begins with a
check question and a button that gives the advice (`wording`). Most people type "yes"
instead: that is as good as the button, in every state. What follows the yes does not
take it back ("yes but only a bit"): the advice adds caution and costs little.
"""

from __future__ import annotations

from mend.understanding.reading import Reading

RED_FLAG = "red_flag/"
_MARKS = frozenset(".,!?;")


def confirmed(reading: Reading, doubt: str | None) -> str | None:
    """Return the full intent behind the check question's button, if it is meant.

    Args:
        reading: what the visitor typed.
        doubt: the red flag that the message before left in doubt, if any.
    """
    return f"{RED_FLAG}{doubt}" if doubt and says_yes(reading) else None


def says_yes(reading: Reading) -> bool:
    """Tell whether a message begins with a yes, or is nothing but "it is"."""
    words = [n for n, token in enumerate(reading.tokens) if token.word not in _MARKS]
    if not words:
        return False
    first, last = words[0], words[-1] + 1
    return any(yes.first == first for yes in reading.find("said_yes")) or any(
        (yes.first, yes.last) == (first, last) for yes in reading.find("said_yes_alone")
    )
