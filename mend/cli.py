"""The operator's tool: ``mend --help``."""

from __future__ import annotations

import datetime as dt
import json
import sys
from pathlib import Path
from typing import NoReturn

import click

from mend.errors import OperatorError
from mend.settings import Settings, load_settings


class _Group(click.Group):
    """Group that shows an `OperatorError` as a plain line and exits with code 1."""

    def invoke(self, ctx: click.Context) -> object:
        try:
            return super().invoke(ctx)
        except OperatorError as error:
            _fail(str(error))


def _fail(message: str) -> NoReturn:
    click.echo(message, err=True)
    sys.exit(1)


def _project() -> Path:
    return Path.cwd()


@click.group(cls=_Group, context_settings={"help_option_names": ["-h", "--help"]})
def main() -> None:
    """Mend: patient-education chat for a physiotherapy clinic's website.

    Settings come from the environment and .env (MEND_...), the clinic's facts from
    clinic.yml. Run all commands in the project's folder.
    """


@main.command()
def run() -> None:
    """Train if needed, migrate, start everything and stay until Ctrl-C."""
    from mend import start

    start.run(load_settings(), _project())


@main.command()
def stop() -> None:
    """Stop a Mend that runs from this folder."""
    from mend import start

    stopped = start.stop(load_settings())
    click.echo("Stopped." if stopped else "Mend is not running here.")


@main.command()
@click.option("--force", is_flag=True, help="Train although nothing changed.")
def train(force: bool) -> None:
    """Train the model from config.yml, domain.yml and data/."""
    from mend import model, start

    settings, project = load_settings(), _project()
    if not force and model.is_current(project, settings.models):
        click.echo("The model is up to date.")
        return
    with start.step("Training the model") as tick:
        record = model.train(
            project, settings.models, settings.var / "log" / "train.log", tick
        )
    click.echo(f"{model.model_file(settings.models)}  sha256 {record.sha256[:12]}")


@main.command()
def migrate() -> None:
    """Bring the database's tables up to date."""
    from mend.records import migrate as migrations

    settings = load_settings()
    settings.var.mkdir(parents=True, exist_ok=True)
    migrations.upgrade(settings.database_url)
    click.echo("The database is up to date.")


@main.command()
def doctor() -> None:
    """Check settings, files, ports, model and database; say what is wrong."""
    from mend import doctor as checks

    failed = 0
    for finding in checks.examine(load_settings(), _project()):
        mark = (
            click.style("ok  ", "green") if finding.ok else click.style("FAIL", "red")
        )
        click.echo(f"{mark}  {finding.what}: {finding.says}")
        failed += not finding.ok
    if failed:
        _fail(f"{failed} to mend.")


@main.command(
    context_settings={"ignore_unknown_options": True, "help_option_names": []}
)
@click.argument("arguments", nargs=-1, type=click.UNPROCESSED)
def rasa(arguments: tuple[str, ...]) -> None:
    """Run a Rasa command, without TensorFlow: train, shell, test, data ..."""
    from mend import rasa_without_tensorflow

    rasa_without_tensorflow.main(arguments)


@main.command()
@click.option("--url", help="Address of the chat; default: the one in the settings.")
def chat(url: str | None) -> None:
    """Talk to the running assistant in the terminal (for authors)."""
    from mend.conversation import talk

    talk(url or _local_chat(load_settings()))


@main.command()
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--out", type=click.Path(path_type=Path), help="Write the turns here.")
@click.option("--url", help="Address of the chat; default: the one in the settings.")
@click.option("--show", multiple=True, help="Also print lines judged so (wrong ...).")
def ask(file: Path, out: Path | None, url: str | None, show: tuple[str, ...]) -> None:
    """Send each line of FILE.jsonl in a fresh conversation; write what came back.

    A line is a JSON object with "text". With "kind" (and "expect") it is also
    judged, and a table per kind is printed. Start Mend with MEND_LIMITS=none first.
    """
    from mend import judgement
    from mend.conversation import Conversation

    questions = judgement.read_questions(file)
    address = url or _local_chat(load_settings())
    asked = []
    with click.progressbar(questions, label="Asking", file=sys.stderr) as progress:
        for question in progress:
            turn = Conversation.open(address).say(question.text)
            asked.append(judgement.Asked(question, turn))
    if out:
        with out.open("w", encoding="utf-8") as stream:
            for one in asked:
                stream.write(json.dumps(one.as_dict(), ensure_ascii=False) + "\n")
    click.echo(judgement.table(asked))
    for one in asked:
        if one.verdict in show:
            first = one.turn["outcome"], judgement.first_answer(one.turn)
            click.echo(f"{one.verdict:9} {first!s:50} {one.question.text[:120]}")


def _local_chat(settings: Settings) -> str:
    from mend.start import chat_address

    return chat_address(settings)


@main.group(name="staff")
def staff_group() -> None:
    """Manage the people who may sign in at the desk."""


@staff_group.command(name="add")
@click.argument("email")
@click.option("--name", required=True, help="Name as colleagues know it.")
@click.option(
    "--role",
    type=click.Choice(["reviewer", "manager", "admin"]),
    default="reviewer",
    show_default=True,
)
@click.option("--again", is_flag=True, help="A new link for somebody who has joined.")
def staff_add(email: str, name: str, role: str, again: bool) -> None:
    """Invite somebody to the desk; prints a one-time link to choose a password.

    With --again also for somebody who has joined already: how a lost password is
    replaced.
    """
    from email_validator import EmailNotValidError, validate_email

    from mend.records import staff
    from mend.records.database import Database

    settings = load_settings()
    try:
        address = validate_email(
            email, check_deliverability=False, test_environment=True
        ).normalized
    except EmailNotValidError as error:
        _fail(f"{email!r} is not an e-mail address: {error}")
    with Database.open(settings.database_url) as database:
        try:
            with database.transaction() as session:
                now = dt.datetime.now(dt.timezone.utc)
                token = staff.invite(session, address, name, role, now, again=again)
        except staff.AlreadyInvited:
            _fail(f"{address} has joined already; --again makes a new link.")
    click.echo(f"{settings.desk_url}/welcome/{token}\n(works once, for 24 hours)")


@main.group()
def records() -> None:
    """Look after the clinic's records: age, erasures, the audit list."""


@records.command()
@click.option("--dry-run", is_flag=True, help="Only say what would be deleted.")
def retain(dry_run: bool) -> None:
    """Delete what is older than the settings allow (the sweeper does it daily)."""
    from mend.records import retention
    from mend.records.audit import ChainBroken
    from mend.records.database import Database

    settings = load_settings()
    ages, now = retention.Ages.of(settings), dt.datetime.now(dt.timezone.utc)
    with Database.open(settings.database_url) as database:
        try:
            if dry_run:
                with database.reading() as session:
                    counts = retention.what_is_old(session, now, ages)
            else:
                counts = retention.delete_old(database, settings.tracker_url, now, ages)
        except ChainBroken:
            _fail(f"All but the audit list is done: {_AUDIT_BROKEN}")
    for name, count in counts.items():
        click.echo(f"{count:7}  {name.replace('_', ' ')}")
    click.echo("Nothing was deleted." if dry_run else "Deleted.")


@records.command(name="replay-erasures")
@click.option(
    "--ledger",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="File with the ledger; default: erasures.txt in MEND_VAR.",
)
def replay_erasures(ledger: Path | None) -> None:
    """Erase again what a restored backup brought back (a start does it too)."""
    from mend.records import erasure_ledger
    from mend.records.database import Database

    settings = load_settings()
    with Database.open(settings.database_url) as database:
        chats = erasure_ledger.replay(
            database,
            settings.tracker_url,
            ledger or settings.erasures_file,
            dt.datetime.now(dt.timezone.utc),
        )
    click.echo(f"{chats} chats erased again.")


@records.command(name="check-audit")
def check_audit() -> None:
    """Walk the whole audit list; fail when it is not as it was written."""
    from mend.records import audit
    from mend.records.database import Database

    with (
        Database.open(load_settings().database_url) as database,
        database.transaction() as session,
    ):
        chain = audit.check(session, dt.datetime.now(dt.timezone.utc))
    if not chain.intact:
        _fail(f"Entry {chain.broken_at}: {_AUDIT_BROKEN}")
    click.echo(f"The audit list is intact: {chain.rows} entries.")


_AUDIT_BROKEN = (
    "the audit list was changed. Compare it with a backup before anything else."
)


@staff_group.command(name="reset-second-factor")
@click.argument("email")
def staff_reset_second_factor(email: str) -> None:
    """Take away the second factor of somebody who lost phone and recovery codes.

    An administrator can do it on the page "People"; this is for the last of them.
    """
    from mend.records import second_factor, staff
    from mend.records.database import Database

    with (
        Database.open(load_settings().database_url) as database,
        database.transaction() as session,
    ):
        person = staff.by_email(session, email.strip().casefold())
        if person is None:
            _fail(f"Nobody signs in with {email}.")
        now = dt.datetime.now(dt.timezone.utc)
        second_factor.reset(session, person.id, by=None, now=now)
    click.echo("Done. The password alone lets them in, until they set up a new one.")


@main.group()
def content() -> None:
    """Check and show what visitors read."""


@content.command(name="lint")
@click.option("--table", is_flag=True, help="Also print the measures of each text.")
def content_lint(table: bool) -> None:
    """Check examples, answers and advice; fail on what is to be mended."""
    from mend.clinic import load_clinic
    from mend.content.lint import lint, table_of_groups, table_of_texts
    from mend.understanding.catalogue_files import load_catalogue

    data = _project() / "data"
    clinic = load_clinic(load_settings().clinic_file)
    now = dt.datetime.now(dt.timezone.utc)
    found = lint(
        data, load_catalogue(data), clinic.facts(now), clinic.local(now).date()
    )
    if table:
        click.echo("\n".join([*table_of_texts(found.passages), ""]))
    click.echo("\n".join(table_of_groups(found.passages)))
    if found.findings:
        _fail("\n".join([*map(str, found.findings), f"{len(found.findings)} to mend."]))


@main.command()
@click.option(
    "--conversations",
    type=click.IntRange(1, 1000),
    default=200,
    show_default=True,
    help="How many made-up visitors.",
)
@click.option("--url", help="Address of the chat; default: the one in the settings.")
def demo(conversations: int, url: str | None) -> None:
    """Fill an empty, running Mend with made-up visitors, to look at and to try.

    Start it with MEND_LIMITS=none first, best with a MEND_VAR folder of its own.
    """
    from mend.demo.command import fill

    settings = load_settings()
    fill(settings, url or _local_chat(settings), conversations)


@main.group()
def learn() -> None:
    """Use what staff corrected at the desk."""


@learn.command(name="export")
@click.option(
    "--out",
    type=click.Path(file_okay=False, path_type=Path),
    help="Write changed files here, as below data/; default: change data/ itself.",
)
@click.option(
    "--margin",
    type=click.FloatRange(0, 100),
    default=0.5,
    show_default=True,
    help="Held-out questions of a hundred that may be right no longer.",
)
def learn_export(out: Path | None, margin: float) -> None:
    """Write approved corrections as training examples.

    Prints what a trial training does to the held-out questions (it takes some
    minutes), and writes nothing when they are answered worse by more than the margin
    or a single warning sign fewer is found.
    """
    from mend.learning.command import export_examples

    export_examples(load_settings(), _project(), out, margin)


@content.command(name="report")
@click.option(
    "--out",
    type=click.Path(dir_okay=False, path_type=Path),
    default=Path("reports/answers.html"),
    show_default=True,
    help="Where to write it.",
)
def content_report(out: Path) -> None:
    """Write all answers, sources, reviews and reading grades as one HTML page."""
    from mend.clinic import load_clinic
    from mend.content.facts import load_facts
    from mend.content.overview import overview
    from mend.content.report import render
    from mend.understanding.catalogue_files import load_catalogue

    data = _project() / "data"
    clinic = load_clinic(load_settings().clinic_file)
    now = dt.datetime.now(dt.timezone.utc)
    today = clinic.local(now).date()
    found = overview(load_catalogue(data), load_facts(data), clinic.facts(now), today)
    out.parent.mkdir(parents=True, exist_ok=True)
    out.write_text(render(found, clinic, today), encoding="utf-8")
    click.echo(
        f"{out}: {len(found.entries)} entries, mean reading grade {found.grade:.1f}, "
        f"{found.reviewed.by_clinician} of {found.reviewed.of} answers about health "
        "reviewed by a clinician"
    )


@main.group()
def serve() -> None:
    """Run one process of Mend; `mend run` starts them all."""
    from mend import logs

    logs.configure()


@serve.command(name="chat")
def serve_chat() -> None:
    """Serve the public chat."""
    from mend.chat.app import build
    from mend.chat.serving import serve as serve_front_door

    settings = load_settings()
    serve_front_door(build(settings), settings)


@serve.command(name="desk")
def serve_desk() -> None:
    """Serve the staff desk."""
    from waitress import serve as waitress_serve

    from mend.clinic import load_clinic
    from mend.desk.app import create_app

    settings = load_settings()
    waitress_serve(
        create_app(settings, load_clinic(settings.clinic_file)),
        host=settings.host,
        port=settings.desk_port,
        threads=8,
        ident=None,
        clear_untrusted_proxy_headers=True,
        max_request_body_size=1 << 20,
    )


@serve.command(name="sweeper")
def serve_sweeper() -> None:
    """Turn messages that were never answered into escalations."""
    from mend.chat.sweeping import run_sweeper

    run_sweeper(load_settings())
