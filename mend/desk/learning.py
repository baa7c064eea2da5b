"""What the assistant misunderstood: staff say what was meant, two people agree."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import structlog
from flask import (
    Blueprint,
    abort,
    flash,
    redirect,
    render_template,
    request,
    url_for,
)
from flask_wtf import FlaskForm
from wtforms import IntegerField, StringField, TextAreaField
from wtforms.validators import InputRequired, Length, NumberRange

from mend.desk import answers, forms
from mend.desk.access import allow, me
from mend.desk.desk import this_desk
from mend.desk.queue import page_number
from mend.learning.examples import Unfit, as_example
from mend.learning.scrub import maybe_names, scrub
from mend.records import corrections
from mend.records.corrections import (
    NEW_TOPIC,
    OUT_OF_SCOPE,
    STATUSES,
    TOPIC_MAX,
    AlreadyHandled,
    DangerousText,
    Group,
    OwnProposal,
    UnknownCorrection,
    UnknownMiss,
)
from mend.records.misses import WHY

log = structlog.get_logger("mend.desk")
pages = Blueprint("learning", __name__, url_prefix="/learning")

OTHER = "other"
REMARK_MAX = 500
NEAR = 3

GONE = "Somebody else has dealt with this message in the meantime."


class ProposalForm(FlaskForm):
    """What a message should have been taken for."""

    pick = StringField(validators=[Length(max=100)])
    other = StringField(validators=[Length(max=100)])
    topic = StringField(validators=[Length(max=TOPIC_MAX)])
    text = TextAreaField(validators=[Length(max=2000)])


class DecisionForm(FlaskForm):
    """Approve a proposal, or send it back."""

    version = IntegerField(validators=[InputRequired(), NumberRange(1, 2**31 - 1)])
    to = StringField(validators=[InputRequired(), Length(max=16)])
    remark = TextAreaField(validators=[Length(max=REMARK_MAX)])


class NotChosen(ValueError):
    """The form does not say what the message should have been; says what to do."""


@dataclass(frozen=True)
class Shown:
    """A group of messages as staff see it, without names and contact details."""

    group: Group
    text: str
    taken_for: str
    near: tuple[tuple[str, str], ...]


@pages.get("")
@allow("reviewer")
def show() -> Any:
    """List what was perhaps misunderstood, newest first."""
    desk = this_desk()
    why = request.args.get("why")
    why = why if why in WHY else None
    with desk.database.reading() as s:
        page = corrections.inbox(s, desk.now(), why=why, page=page_number())
        ids = [group.message.id for group in page.groups]
        names = corrections.personal_names(s, ids)
        shown = [_shown(group, names[group.message.id]) for group in page.groups]
        counts = corrections.proposals(s, per_page=1).counts
    return render_template(
        "learning.html",
        page=page,
        shown=shown,
        why=why,
        why_words=WHY,
        counts=counts,
        longest_days=corrections.LONGEST_IN_INBOX.days,
    )


@pages.get("/<int:message_id>")
@allow("reviewer")
def one(message_id: int) -> Any:
    """Show one message and ask what was meant."""
    try:
        return _page(message_id, None)
    except AlreadyHandled:
        flash(GONE)
        return redirect(url_for("learning.show"))


@pages.post("/<int:message_id>/proposal")
@allow("reviewer")
def propose(message_id: int) -> Any:
    """Propose what was meant; a second person has to agree."""
    form = ProposalForm()
    desk = this_desk()
    try:
        if not form.validate_on_submit():
            raise NotChosen("Something in the form is too long.")
        corrected, topic = chosen(form)
        with desk.database.transaction() as s:
            names = corrections.personal_names(s, [message_id])[message_id]
            corrections.propose(
                s,
                message_id,
                corrected=corrected,
                text=_fit(form.text.data or "", names),
                topic=topic,
                staff_id=me().staff_id,
                now=desk.now(),
            )
    except UnknownMiss:
        abort(404)
    except AlreadyHandled:
        flash(GONE)
        return redirect(url_for("learning.show"), code=303)
    except DangerousText:
        problem = (
            "The assistant saw a possible warning sign in this message. It must not "
            "learn that such words are not ours."
        )
        return _page(message_id, form, problem), 422
    except (NotChosen, Unfit) as error:
        return _page(message_id, form, str(error)), 422
    log.info("correction.proposed", message=message_id, staff=me().staff_id)
    flash("Proposed. It is taught when a second person has approved it.")
    return redirect(url_for("learning.show"), code=303)


@pages.post("/<int:message_id>/skip")
@allow("reviewer")
def skip(message_id: int) -> Any:
    """Take a message out of the list: nothing can be learnt from it."""
    forms.require_button()
    desk = this_desk()
    try:
        with desk.database.transaction() as s:
            corrections.skip(s, message_id, staff_id=me().staff_id, now=desk.now())
    except UnknownMiss:
        abort(404)
    except AlreadyHandled:
        flash(GONE)
    else:
        log.info("message.skipped", message=message_id, staff=me().staff_id)
        flash("Skipped.")
    return redirect(url_for("learning.show"), code=303)


@pages.get("/proposals")
@allow("reviewer")
def proposals() -> Any:
    """List proposals and what became of them."""
    return _proposals()


@pages.post("/proposals/<int:correction_id>/decision")
@allow("manager")
def decide(correction_id: int) -> Any:
    """Approve a proposal of somebody else, or send it back with a remark."""
    form = DecisionForm()
    if not form.validate_on_submit() or form.to.data not in ("approve", "send_back"):
        abort(400)
    approve = form.to.data == "approve"
    remark = (form.remark.data or "").strip()
    if not approve and not remark:
        return _proposals("Say in a few words why you send it back."), 422
    desk = this_desk()
    try:
        with desk.database.transaction() as s:
            corrections.decide(
                s,
                correction_id,
                version=form.version.data,
                approve=approve,
                remark=remark or None,
                staff_id=me().staff_id,
                now=desk.now(),
            )
    except UnknownCorrection:
        abort(404)
    except OwnProposal:
        return _proposals("You proposed this: somebody else has to approve it."), 403
    except AlreadyHandled:
        return _proposals("Somebody else has decided this in the meantime."), 409
    log.info("correction.decided", correction=correction_id, staff=me().staff_id)
    flash("Approved." if approve else "Sent back: it is in the list again.")
    return redirect(url_for("learning.proposals"), code=303)


def chosen(form: ProposalForm) -> tuple[str, str | None]:
    """Return the intent a form names, and the topic if it is a new one.

    Raises:
        NotChosen: it names none, or one that cannot be taught.
    """
    pick, other = form.pick.data or "", form.other.data or ""
    topic = " ".join((form.topic.data or "").split())
    if not pick:  # filled in without the button beside it
        pick = OTHER if other else NEW_TOPIC if topic else ""
    if pick == OTHER:
        pick = other
        if not pick:
            raise NotChosen("Choose the answer from the list.")
    if pick == NEW_TOPIC:
        if not topic:
            raise NotChosen("Give the new topic a short name.")
        return NEW_TOPIC, topic
    if pick == OUT_OF_SCOPE or answers.can_be_taught(pick):
        return pick, None
    raise NotChosen("Choose what the message should have been taken for.")


def _fit(text: str, names: list[str]) -> str:
    """Return what can be taught of what was typed.

    Raises:
        Unfit: it cannot be an example, or names a person.
    """
    line = as_example(text)
    if scrub(line, names) != line:
        raise Unfit(
            "There is still a name, a number, an address or a date in it. "
            "Please take it out."
        )
    return line


def _page(
    message_id: int, form: ProposalForm | None, problem: str | None = None
) -> str:
    desk = this_desk()
    with desk.database.reading() as s:
        try:
            group = corrections.group(s, message_id)
        except UnknownMiss:
            abort(404)
        number = group.message.id
        shown = _shown(group, corrections.personal_names(s, [number])[number])
    if form is None:
        form = ProposalForm(formdata=None)
        form.text.data = shown.text
        if group.sent_back is not None:
            _as_before(form, group, shown)
    return render_template(
        "learning_one.html",
        shown=shown,
        form=form,
        groups=answers.grouped(),
        capitals=maybe_names(form.text.data or "", _known_words()),
        why_words=WHY,
        problem=problem,
    )


def _as_before(form: ProposalForm, group: Group, shown: Shown) -> None:
    """Fill in what was proposed before it was sent back."""
    before = group.sent_back
    if before is None:
        return
    form.text.data = before.text
    form.topic.data = before.topic
    fixed = {OUT_OF_SCOPE, NEW_TOPIC, *(intent for intent, _ in shown.near)}
    form.pick.data = before.corrected if before.corrected in fixed else OTHER
    form.other.data = before.corrected


def _proposals(problem: str | None = None) -> str:
    status = request.args.get("status", "proposed")
    status = status if status in STATUSES else "proposed"
    with this_desk().database.reading() as s:
        page = corrections.proposals(s, status=status, page=page_number())
    return render_template(
        "learning_proposals.html",
        page=page,
        status=status,
        statuses=STATUSES,
        in_words=answers.in_words,
        problem=problem,
    )


def _shown(group: Group, names: list[str]) -> Shown:
    understood = group.understanding
    near = [
        *(understood.get("suggestions") or ()),
        *(ranked.get("name") for ranked in understood.get("ranking") or ()),
    ]
    taught = [n for n in dict.fromkeys(near) if n and answers.can_be_taught(n)]
    return Shown(
        group=group,
        text=scrub(group.message.text, names),
        taken_for=_taken_for(group),
        near=tuple((name, answers.in_words(name)) for name in taught[:NEAR]),
    )


def _taken_for(group: Group) -> str:
    if group.outcome == "out_of_scope":
        return "Nothing: refused as not ours"
    if group.outcome == "clarify":
        return "Not sure: asked back"
    return answers.in_words(group.understanding.get("intent"))


def _known_words() -> frozenset[str]:
    return frozenset(
        word.casefold() for title in answers.titles().values() for word in title.split()
    ) | {"i", "i'm", "i've", "i'd", "i'll", "iastm", "graston", "mri", "nhs", "gp"}
