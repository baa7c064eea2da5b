"""The desk's forms; a field that is not here is not looked at."""

from flask import abort
from flask_wtf import FlaskForm
from wtforms import (
    DateField,
    HiddenField,
    IntegerField,
    PasswordField,
    SelectField,
    StringField,
    TextAreaField,
)
from wtforms.validators import InputRequired, Length, NumberRange, Optional

from mend.desk.snoozing import CHOICES
from mend.records.case_work import OUTCOMES, TAG_MAX, TAGS_MAX
from mend.records.passwords import PASSWORD_MAX
from mend.records.search import QUERY_MAX
from mend.records.staff import ROLES

NOTE_MAX = 4000


class SignInForm(FlaskForm):
    """E-mail address and password."""

    email = StringField("E-mail address", [InputRequired(), Length(max=254)])
    password = PasswordField("Password", [InputRequired(), Length(max=PASSWORD_MAX)])
    next = HiddenField()


class CodeForm(FlaskForm):
    """A code of the app, or a recovery code."""

    code = StringField("Code", [InputRequired(), Length(max=40)])
    next = HiddenField()


class PasswordForm(FlaskForm):
    """One's own password, asked again before something that must be safe."""

    password = PasswordField(
        "Your password",
        [InputRequired("Give your password."), Length(max=PASSWORD_MAX)],
    )


class NewPasswordForm(PasswordForm):
    """A new password for oneself."""

    new = PasswordField(
        "New password", [InputRequired("Choose a password."), Length(max=PASSWORD_MAX)]
    )


class JoinForm(FlaskForm):
    """What an invited person says about themselves."""

    name = StringField(
        "Your name, as colleagues know it",
        [InputRequired("Tell us your name."), Length(max=100)],
    )
    # Only the first admin is asked for it: everybody else was invited by address.
    email = StringField("Your e-mail address", [Optional(), Length(max=254)])
    password = PasswordField(
        "Choose a password",
        [InputRequired("Choose a password."), Length(max=PASSWORD_MAX)],
    )


class _CaseForm(FlaskForm):
    """What every change of a case says: how the case was when it was shown."""

    version = IntegerField(validators=[InputRequired(), NumberRange(1, 2**31 - 1)])


class AssignForm(_CaseForm):
    """Give a case to somebody ("me" or a number), or to nobody."""

    to = StringField(validators=[InputRequired(), Length(max=10)])


class StatusForm(_CaseForm):
    """Move a case on."""

    to = StringField(validators=[InputRequired(), Length(max=16)])
    outcome = SelectField(
        "How did it end?",
        choices=[("", "Choose…"), *OUTCOMES.items()],
        validators=[Optional()],
        default="",
    )
    note = TextAreaField("Note for colleagues (optional)", [Length(max=NOTE_MAX)])


class NoteForm(_CaseForm):
    """Add a note."""

    text = TextAreaField(
        "Add a note", [InputRequired("Write the note first."), Length(max=NOTE_MAX)]
    )


class SnoozeForm(_CaseForm):
    """Put a case off, or wake it."""

    until = SelectField(
        choices=[*((name, name) for name in CHOICES), ("date", "date"), ("now", "now")]
    )
    day = DateField(validators=[Optional()])
    note = TextAreaField("Note for colleagues (optional)", [Length(max=NOTE_MAX)])


class TagsForm(_CaseForm):
    """All tags of a case; those of the fixed set come as `tag`, any number of them."""

    own = StringField("Other tags", [Length(max=TAGS_MAX * (TAG_MAX + 2))])


class SearchForm(FlaskForm):
    """What to look for."""

    text = StringField("Find", [InputRequired(), Length(max=QUERY_MAX)])


class ExportForm(FlaskForm):
    """What kind of file."""

    file = SelectField(choices=[("csv", "CSV"), ("json", "JSON")])


class InviteForm(FlaskForm):
    """Invite a colleague."""

    name = StringField("Name", [InputRequired("Say who it is."), Length(max=100)])
    email = StringField(
        "E-mail address", [InputRequired("Give an address."), Length(max=254)]
    )
    role = SelectField("Role", choices=list(ROLES.items()))


class EraseForm(FlaskForm):
    """Erase a visitor; the reference is typed, so that it is not done by a slip."""

    reference = StringField("Reference", [InputRequired(), Length(max=20)])

    def typed(self) -> str:
        """Return the reference as cases have it."""
        return "".join(self.reference.data.split()).upper()


class ActionForm(FlaskForm):
    """A button: nothing but the form token."""


def require_button() -> None:
    """Refuse what was not sent by a button of ours.

    Raises:
        werkzeug.exceptions.BadRequest: It has no form token, or a wrong one.
    """
    if not ActionForm().validate_on_submit():
        abort(400)
