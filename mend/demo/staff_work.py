"""What two made-up members of staff did about the made-up visitors."""

from __future__ import annotations

import random
import secrets
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from mend.demo.dialogues import Script
from mend.desk.due import OPEN_TIME, DueTimes
from mend.learning.examples import Unfit, as_example
from mend.learning.scrub import scrub
from mend.records import case_work, corrections, staff
from mend.records.corrections import NEW_TOPIC, OUT_OF_SCOPE, DangerousText, Group
from mend.records.database import Database
from mend.records.escalations import contact_of
from mend.records.tables import Escalation

_NEW_TOPICS = {
    "shockwave": "Shockwave therapy",
    "kinesio": "Taping",
    "needling": "Dry needling",
    "hydrotherapy": "Hydrotherapy",
    "long covid": "Long COVID",
}
_NOT_OURS = ("shoes", "dental", "dog", "painkiller", "vitamins", "crypto", "mole")
_OUTCOMES = (
    "booked",
    "booked",
    "booked",
    "advised",
    "advised",
    "no_answer",
    "declined",
)
_UNREACHABLE_OUTCOMES = ("no_action", "no_action", "urgent_care", "advised")


def hire(database: Database, script: Script, now: datetime) -> list[int]:
    """Make the accounts of the made-up staff; nobody knows their passwords."""
    ids = []
    for person in script.staff:
        with database.transaction() as s:
            token = staff.invite(
                s, person["email"], person["name"], person["role"], now
            )
            password = secrets.token_urlsafe(32)
            ids.append(staff.accept_invitation(s, token, password, now))
    return ids


def work_on_cases(
    database: Database,
    people: Sequence[int],
    notes: Mapping[str, Sequence[str]],
    due: DueTimes,
    now: datetime,
    chance: random.Random,
) -> int:
    """Let the staff work on most cases in opening hours; return on how many.

    The newest are left, and a few older ones that can wait, so that there is
    something to do.
    """
    with database.reading() as s:
        query = select(Escalation.reference).order_by(Escalation.created_at)
        references = list(s.execute(query).scalars())
    done = 0
    for reference in references:
        with database.transaction() as s:
            case = _Case(s, reference, chance.choice(people), due, now, chance)
            done += not case.is_left(0.15) and case.work(notes)
    return done


class _Case:
    """One case, and somebody who works on it step by step while time goes on."""

    def __init__(
        self,
        s: Session,
        reference: str,
        staff_id: int,
        due: DueTimes,
        now: datetime,
        chance: random.Random,
    ) -> None:
        self._s, self._reference, self._staff_id = s, reference, staff_id
        self._due, self._now, self._chance = due, now, chance
        found = select(Escalation).where(Escalation.reference == reference)
        self._case: Escalation = s.execute(found).scalar_one()
        self._at: datetime = self._case.created_at

    def is_left(self, share: float) -> bool:
        """Tell whether it is one of a share that nobody went on with.

        Of what is urgent nothing is left for more than a day.
        """
        oldest = self._now - timedelta(days=1)
        can_wait = self._case.urgency == "routine" or self._case.created_at > oldest
        return self._chance.random() < share and can_wait

    def work(self, notes: Mapping[str, Sequence[str]]) -> bool:
        """Do as much as there was time for; tell whether anything was done."""
        allowed = OPEN_TIME.get(self._case.urgency, timedelta(hours=8))
        # Mostly well in time, now and then too late.
        if not self._later(allowed * self._chance.betavariate(1.2, 2.6) * 1.7):
            return False
        case_work.record_view(
            self._s, self._reference, staff_id=self._staff_id, now=self._at
        )
        self._step("in_review", self._note(notes, "reviewed"))
        reachable = contact_of(self._s, self._case) is not None
        if reachable:
            wait = timedelta(minutes=self._chance.randrange(10, 240))
            if self.is_left(0.12) or not self._later(wait):
                return True
            self._step("contacted", self._note(notes, "contacted"))
        wait = timedelta(hours=self._chance.randrange(1, 20))
        if self.is_left(0.12) or not self._later(wait):
            return True
        outcomes = _OUTCOMES if reachable else _UNREACHABLE_OUTCOMES
        outcome = self._chance.choice(outcomes)
        self._step("closed", self._note(notes, "closed"), outcome)
        return True

    def _later(self, open_time: timedelta) -> bool:
        """Let opening time pass; False when that is still to come."""
        local = self._at.astimezone(self._due.zone)
        hours = self._due.hours
        then = hours.after(local, open_time) if hours.known else local + open_time
        if then is None or then >= self._now:
            return False
        self._at = then
        return True

    def _step(self, to: str, note: str, outcome: str | None = None) -> None:
        case_work.change_status(
            self._s,
            self._reference,
            to=to,
            outcome=outcome,
            note=note,
            version=self._case.version,
            staff_id=self._staff_id,
            now=self._at,
        )

    def _note(self, notes: Mapping[str, Sequence[str]], step: str) -> str:
        return self._chance.choice(notes[step])


def correct(
    database: Database, people: Sequence[int], now: datetime, chance: random.Random
) -> None:
    """Let one propose corrections, and the other approve some and send one back."""
    proposer, approver = people
    with database.reading() as s:
        groups = corrections.inbox(s, now, per_page=40).groups
    proposed = [
        correction
        for group in groups
        if (correction := _propose(database, group, proposer, now)) is not None
    ]
    for place, (number, version) in enumerate(proposed):
        if chance.random() < 0.4:
            continue
        with database.transaction() as s:
            corrections.decide(
                s,
                number,
                version=version,
                approve=place != 1,
                remark="Somebody may mean the clinic's own shop. Please ask."
                if place == 1
                else None,
                staff_id=approver,
                now=now,
            )


def _propose(
    database: Database, group: Group, staff_id: int, now: datetime
) -> tuple[int, int] | None:
    text = group.message.text.casefold()
    topic = next((name for word, name in _NEW_TOPICS.items() if word in text), None)
    if topic is None and not any(word in text for word in _NOT_OURS):
        return None
    try:
        with database.transaction() as s:
            correction = corrections.propose(
                s,
                group.message.id,
                corrected=NEW_TOPIC if topic else OUT_OF_SCOPE,
                text=as_example(scrub(group.message.text)),
                topic=topic,
                staff_id=staff_id,
                now=now,
            )
            return correction.id, correction.version
    except (Unfit, DangerousText):
        return None
