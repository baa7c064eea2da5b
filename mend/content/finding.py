"""A finding: one thing to mend in the content."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Finding:
    """One thing to mend.

    Attributes:
        where: ``file:line`` and what stands there.
        what: what is wrong, with the limit or the way out.
    """

    where: str
    what: str

    def __str__(self) -> str:
        return f"{self.where}: {self.what}"
