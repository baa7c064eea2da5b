"""The clinic's own facts, read from ``clinic.yml``, and how they are said.

Whatever a visitor is told about the clinic comes from here, filled into the
answers' placeholders (``{clinic.phone}``, ``{emergency}`` ...) when they are sent.
"""

from mend.clinic.clinic import Clinic
from mend.clinic.facts import FACTS, Gap, gaps
from mend.clinic.file import ClinicError, load_clinic
from mend.clinic.numbers import NEUTRAL, NUMBERS, Numbers

__all__ = [
    "FACTS",
    "NEUTRAL",
    "NUMBERS",
    "Clinic",
    "ClinicError",
    "Gap",
    "Numbers",
    "gaps",
    "load_clinic",
]
