"""Put the desk together."""

import hashlib
import hmac
from collections.abc import Callable
from datetime import datetime, timezone
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from flask import Flask, g
from flask_wtf.csrf import CSRFProtect
from werkzeug.middleware.proxy_fix import ProxyFix

from mend.clinic import Clinic
from mend.desk import (
    access,
    account,
    cases,
    due,
    erasing,
    errors,
    exports,
    insight,
    learning,
    notices,
    pain_chart,
    people,
    queue,
    search,
    security,
    sign_in,
    wording,
)
from mend.desk.desk import Desk
from mend.desk.health import Health
from mend.records import case_work, escalations
from mend.records.database import Database
from mend.records.sealing import Seal
from mend.records.staff import ROLES
from mend.records.staff_sessions import SESSION_LASTS
from mend.settings import Settings, secret_key

_MAX_BODY_BYTES = 64 * 1024


def _utc_now() -> datetime:
    return datetime.now(timezone.utc)


def create_app(
    settings: Settings,
    clinic: Clinic,
    *,
    database: Database | None = None,
    health: Health | None = None,
    now: Callable[[], datetime] = _utc_now,
) -> Flask:
    """Return the desk.

    Args:
        settings: Where it runs and how staff reach it.
        clinic: The clinic's facts.
        database: The clinic's records, upgraded; opened from the settings if None.
        health: Knows whether the chat is well; asks the real one if None.
        now: Gives the present moment, aware.
    """
    address = urlsplit(settings.desk_url)
    https = address.scheme == "https"
    prefix = "__Host-" if https else ""
    app = Flask(__name__)
    app.config.update(
        # Not the key itself: what one part signs, the other must not accept.
        SECRET_KEY=hmac.new(
            secret_key(settings).encode(), b"desk", hashlib.sha256
        ).hexdigest(),
        SESSION_COOKIE_NAME=f"{prefix}mend-desk-form",
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        SESSION_COOKIE_SECURE=https,
        WTF_CSRF_TIME_LIMIT=int(SESSION_LASTS.total_seconds()),
        MAX_CONTENT_LENGTH=_MAX_BODY_BYTES,
        # A page of another site cannot reach us under a name of its own.
        TRUSTED_HOSTS=sorted(
            {address.hostname or "localhost", "localhost", "127.0.0.1"}
        ),
        SEND_FILE_MAX_AGE_DEFAULT=3600,
    )
    app.extensions["mend.desk"] = Desk(
        database=database or Database.open(settings.database_url),
        clinic=clinic,
        now=now,
        https=https,
        cookie=f"{prefix}mend-desk",
        url=settings.desk_url,
        health=health or Health.of(settings),
        seal=Seal(secret_key(settings)),
        second_factor=settings.second_factor,
        tracker_url=settings.tracker_url,
        erasures_file=settings.erasures_file,
    )
    if settings.trusted_proxies:
        hops = settings.trusted_proxies
        app.wsgi_app = ProxyFix(  # type: ignore[method-assign]
            app.wsgi_app, x_for=hops, x_proto=hops, x_host=0
        )
    errors.explain(app)
    security.protect(app, https=https)
    access.guard(app)
    CSRFProtect(app)
    for part in (
        sign_in,
        account,
        queue,
        search,
        exports,
        cases,
        erasing,
        learning,
        insight,
        notices,
        people,
    ):
        app.register_blueprint(part.pages)
    _teach_templates(app, clinic)
    return app


def _teach_templates(app: Flask, clinic: Clinic) -> None:
    desk: Desk = app.extensions["mend.desk"]
    static = Path(app.static_folder or "")
    app.jinja_env.trim_blocks = True
    app.jinja_env.lstrip_blocks = True
    app.jinja_env.globals.update(
        clinic=clinic,
        versions={
            path.name: hashlib.sha256(path.read_bytes()).hexdigest()[:12]
            for path in static.iterdir()
        },
        urgency_words=wording.URGENCY_WORDS,
        sender_words=wording.SENDER_WORDS,
        status_words=case_work.STATUSES,
        kind_words=escalations.KINDS,
        outcome_words=case_work.OUTCOMES,
        role_words=ROLES,
        tag_words=case_work.TAGS,
        waiting=wording.waiting,
        did=wording.did,
        due_words=wording.due_words,
        due_rule=due.RULE,
        not_reached=case_work.NOT_REACHED,
        highlight=wording.highlight,
        facts_heard=wording.facts_heard,
        our_rule=wording.our_rule,
        pain_chart=pain_chart.pain_chart,
        phone_link=wording.phone_link,
        email_link=wording.email_link,
        clinic_time=lambda moment: wording.clinic_time(moment, desk.zone),
    )

    @app.context_processor
    def _person() -> dict[str, Any]:
        return {"person": g.get("person")}
