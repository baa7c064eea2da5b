"""Finding a case: by reference, words, name, phone or e-mail.

What is looked for is sent in the body and stays out of addresses, so that it is in no
history and no log.
"""

from typing import Any

import structlog
from flask import Blueprint, redirect, render_template, url_for

from mend.desk import forms
from mend.desk.access import allow, me
from mend.desk.desk import this_desk
from mend.desk.queue import page_number
from mend.records import case_queue
from mend.records.escalations import REFERENCE_LENGTH
from mend.records.search import TooShort

log = structlog.get_logger("mend.desk")
pages = Blueprint("search", __name__)

TOO_SHORT = "Type at least two letters, or four digits of a number."


@pages.get("/search")
@allow("reviewer")
def ask() -> Any:
    """Show the search alone."""
    return _page(forms.SearchForm(formdata=None), None)


@pages.post("/search")
@allow("reviewer")
def found() -> Any:
    """Show one page of what was found; a reference leads to its case at once."""
    form = forms.SearchForm()
    if not form.validate_on_submit():
        return _page(form, None, TOO_SHORT), 422
    try:
        with this_desk().database.reading() as s:
            page = case_queue.find(s, form.text.data, page=page_number())
    except TooShort:
        return _page(form, None, TOO_SHORT), 422
    log.info("cases.searched", staff=me().staff_id, found=page.found)
    typed = "".join(form.text.data.split()).upper()
    if len(typed) == REFERENCE_LENGTH and [typed] == [r.reference for r in page.rows]:
        return redirect(url_for("cases.show", reference=typed), code=303)
    return _page(form, page)


def _page(
    form: forms.SearchForm,
    page: case_queue.QueuePage | None,
    problem: str | None = None,
) -> str:
    desk = this_desk()
    return render_template(
        "search.html",
        form=form,
        page=page,
        problem=problem,
        due=desk.due_times,
        now=desk.now(),
    )
