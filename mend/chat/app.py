"""Put the front door together.

`create_app` gets everything passed in; `build` makes the real parts for the command
line.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import datetime, timedelta, timezone
from pathlib import Path

import structlog
from flask import Flask
from werkzeug.middleware.proxy_fix import ProxyFix

from mend.chat import (
    answers_page,
    api,
    assets,
    description,
    origin,
    pages,
    problems,
    security,
)
from mend.chat.bodies import MAX_BODY_BYTES
from mend.chat.choices import Choices
from mend.chat.door import FrontDoor
from mend.chat.limits import AddressKeys, Budget, Limits
from mend.chat.locks import TurnQueue
from mend.chat.rasa_client import RasaClient
from mend.chat.readiness import Probe, Readiness
from mend.chat.replies import CatalogueLike, title_of
from mend.chat.session import session_length
from mend.chat.turn import ScreenerLike, Turns
from mend.chat.words import Words
from mend.clinic import Clinic, load_clinic
from mend.content.facts import NO_FACTS, Facts
from mend.records import tracker
from mend.records.database import Database
from mend.settings import Settings, secret_key
from mend.understanding.catalogue import Catalogue

log = structlog.get_logger("mend.chat")

_HERE = Path(__file__).parent
DATA = Path("data")
DOMAIN = Path("domain.yml")
PROBE_ANSWER = "scar.what_is"
PROBE_TIMEOUT_S = 4.0


def _utc_now() -> datetime:
    return datetime.now(timezone.utc)


def create_app(
    settings: Settings,
    clinic: Clinic,
    *,
    database: Database,
    catalogue: Catalogue,
    screener: ScreenerLike,
    session: timedelta,
    facts: Facts = NO_FACTS,
    now: Callable[[], datetime] = _utc_now,
    clock: Callable[[], float] = time.monotonic,
) -> Flask:
    """Return the front door.

    Args:
        settings: Ports, limits, secrets.
        clinic: The clinic's facts.
        database: The clinic's records.
        catalogue: The written answers.
        facts: What they rest on, for the page of all answers.
        screener: The red-flag matcher.
        session: The silence after which Rasa starts afresh.
        now: Gives the present moment.
        clock: Monotonic time in seconds, for limits.
    """
    door = front_door(
        settings,
        clinic,
        database=database,
        catalogue=catalogue,
        screener=screener,
        session=session,
        now=now,
        clock=clock,
    )
    app = Flask(__name__, static_folder=None, template_folder=str(_HERE / "templates"))
    app.config.update(
        MAX_CONTENT_LENGTH=MAX_BODY_BYTES,
        PROVIDE_AUTOMATIC_OPTIONS=False,  # no route answers OPTIONS: there is no CORS
    )
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    app.url_map.strict_slashes = True
    files = assets.Assets(_HERE / "static")
    security.register(
        app, clinic.allowed_sites, https=settings.public_url.startswith("https://")
    )
    assets.compress_pages(app)
    problems.register(
        app, lambda problem, title: pages.error_page(door, files, problem, title)
    )
    app.register_blueprint(api.blueprint(door), url_prefix="/api/chat")
    app.register_blueprint(api.health(door))
    app.register_blueprint(description.blueprint())
    app.register_blueprint(pages.blueprint(door, files))
    app.register_blueprint(answers_page.blueprint(door, catalogue, facts, files))
    if settings.trusted_proxies:
        count = settings.trusted_proxies
        app.wsgi_app = ProxyFix(  # type: ignore[method-assign]
            app.wsgi_app, x_for=count, x_proto=count, x_host=0
        )
    return app


def front_door(
    settings: Settings,
    clinic: Clinic,
    *,
    database: Database,
    catalogue: CatalogueLike,
    screener: ScreenerLike,
    session: timedelta,
    now: Callable[[], datetime],
    clock: Callable[[], float],
) -> FrontDoor:
    """Return the parts of the front door, connected."""
    secret = secret_key(settings)
    words = Words(clinic, now)
    queue = TurnQueue()
    budget = Budget(
        settings.messages_per_conversation_per_minute,
        settings.messages_per_address_per_minute,
        settings.new_conversations_per_address_per_hour,
    )
    return FrontDoor(
        settings=settings,
        clinic=clinic,
        database=database,
        catalogue=catalogue,
        screener=screener,
        words=words,
        choices=Choices(secret),
        limits=Limits(None if settings.limits_lifted else budget, clock),
        addresses=AddressKeys(secret),
        queue=queue,
        turns=Turns(
            database=database,
            rasa=RasaClient(settings.rasa_url, settings.rasa_timeout_s),
            screener=screener,
            catalogue=catalogue,
            words=words,
            queue=queue,
            session=session,
            now=now,
        ),
        readiness=Readiness(
            check_writable=database.check_writable,
            rasa=RasaClient(
                settings.rasa_url, min(PROBE_TIMEOUT_S, settings.rasa_timeout_s)
            ),
            probe=probe(catalogue),
            catalogue=catalogue,
            forget=lambda sender: tracker.erase_events(settings.tracker_url, sender),
            clock=clock,
        ),
        origins=origin.own_origins(settings),
        secret_key=secret,
        session=session,
        now=now,
    )


def probe(catalogue: CatalogueLike) -> Probe:
    """Return the sentence that a working assistant is sure about."""
    title = title_of(catalogue, PROBE_ANSWER)
    question = getattr(catalogue.answer(PROBE_ANSWER), "question", "") if title else ""
    return Probe(question or "What is scar tissue?", PROBE_ANSWER)


def build(settings: Settings) -> Flask:
    """Return the front door with the real parts, for the command line."""
    from mend.content.facts import load_facts
    from mend.understanding.catalogue_files import load_catalogue
    from mend.understanding.red_flags import Screener

    return create_app(
        settings,
        load_clinic(settings.clinic_file),
        database=Database.open(settings.database_url),
        catalogue=load_catalogue(DATA),
        facts=load_facts(DATA),
        screener=Screener.load(DATA / "lexicon"),
        session=session_length(DOMAIN),
    )
