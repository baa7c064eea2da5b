"""What the desk does about notices of new cases that could not be sent."""

from typing import Any

import structlog
from flask import Blueprint, flash, redirect, url_for

from mend.desk import forms
from mend.desk.access import allow, me
from mend.desk.desk import this_desk
from mend.records import outbox

log = structlog.get_logger("mend.desk")
pages = Blueprint("notices", __name__, url_prefix="/notices")


@pages.post("/again")
@allow("reviewer")
def try_again() -> Any:
    """Send the notices that were given up after all."""
    forms.require_button()
    desk = this_desk()
    with desk.database.transaction() as s:
        notices = outbox.try_again(s, by=me().staff_id, now=desk.now())
    log.info("notices.tried_again", notices=notices, staff=me().staff_id)
    flash("The notices are being sent again.")
    return redirect(url_for("queue.show"), code=303)
