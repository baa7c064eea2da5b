"""Tell the clinic of new urgent cases, by e-mail or by a call to its own system.

A notice holds the reference, the urgency and a link: never what a visitor wrote, never
how to reach them. Nothing in it was typed by a visitor.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import random
import smtplib
import ssl
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.utils import format_datetime
from typing import Protocol
from urllib.parse import urlsplit

import requests
import structlog

from mend.records import outbox
from mend.records.database import Database
from mend.records.outbox import Leased
from mend.settings import Settings

log = structlog.get_logger("mend.notices")

TIMEOUT_S = 10
# One after the other, beside other work: the rest is sent ten seconds later.
AT_ONCE = 5

WORDS = {
    "emergency": "Emergency",
    "same_day": "Needs a person today",
    "soon": "Needs a person within days",
    "routine": "New case",
}


class NotSent(Exception):
    """The notice did not arrive; the message says why, without addresses or keys."""


@dataclass(frozen=True)
class Notice:
    """What people are told of a new case.

    Attributes:
        id: The same however often it is sent.
        reference: Of the case.
        urgency: Of the case.
        link: Where the desk shows it.
    """

    id: str
    reference: str
    urgency: str
    link: str


class Channel(Protocol):
    """A way to the people of the clinic."""

    def send(self, notice: Notice, now: datetime) -> None:
        """Send a notice; raise `NotSent` unless it has arrived."""

    def check(self) -> str:
        """Reach the other side without sending; return who it is, or raise."""


@dataclass(frozen=True)
class Mail:
    """E-mail through the clinic's mail server.

    `security` is `starttls`, `tls` or `none`; a server that does not offer what is
    asked for gets nothing, least of all the password.
    """

    host: str
    port: int
    security: str
    user: str
    password: str
    sender: str
    recipients: tuple[str, ...]

    def send(self, notice: Notice, now: datetime) -> None:
        """Send one e-mail to all recipients together."""
        message = self.message(notice, now)
        try:
            with self._server() as server:
                refused = server.send_message(message)
        except (OSError, smtplib.SMTPException) as error:
            raise NotSent(_kind(error)) from None
        if refused:
            # Somebody got it; sending it again would give them two.
            log.warning("notice.recipients_refused", count=len(refused))

    def check(self) -> str:
        """Sign in at the mail server."""
        try:
            with self._server() as server:
                server.noop()
        except (OSError, smtplib.SMTPException) as error:
            raise NotSent(_kind(error)) from None
        return f"mail server {self.host}:{self.port}, to {len(self.recipients)}"

    def message(self, notice: Notice, now: datetime) -> EmailMessage:
        """Return the e-mail. Headers refuse line breaks by themselves."""
        words = WORDS[notice.urgency]
        message = EmailMessage()
        message["Subject"] = f"{words}: case {notice.reference}"
        message["From"] = Address("Mend", addr_spec=self.sender)
        message["To"] = ", ".join(self.recipients)
        message["Date"] = format_datetime(now)
        message["Message-ID"] = f"<{notice.id}@{self.sender.rpartition('@')[2]}>"
        # Nobody's holiday reply is wanted (RFC 3834).
        message["Auto-Submitted"] = "auto-generated"
        message.set_content(
            f"{words}: a visitor of the chat needs a person.\n\n"
            f"Case {notice.reference}\n{notice.link}\n\n"
            "For the visitor's privacy, this message says no more. "
            "Sign in at the desk to see the case.\n"
        )
        return message

    def _server(self) -> smtplib.SMTP:
        if self.security == "tls":
            server: smtplib.SMTP = smtplib.SMTP_SSL(
                self.host,
                self.port,
                timeout=TIMEOUT_S,
                context=ssl.create_default_context(),
            )
        else:
            server = smtplib.SMTP(self.host, self.port, timeout=TIMEOUT_S)
        try:
            if self.security == "starttls":
                server.starttls(context=ssl.create_default_context())
            if self.user:
                server.login(self.user, self.password)
        except BaseException:
            server.close()
            raise
        return server


@dataclass(frozen=True)
class Webhook:
    """A call to a system of the clinic, signed (standardwebhooks.com)."""

    url: str
    key: str

    def send(self, notice: Notice, now: datetime) -> None:
        """Post the notice; any 2xx answer means that it has arrived."""
        body = json.dumps(
            {
                "type": "case.opened",
                "timestamp": now.isoformat(),
                "data": {
                    "reference": notice.reference,
                    "urgency": notice.urgency,
                    "link": notice.link,
                },
            }
        ).encode()
        headers = {
            "Content-Type": "application/json",
            "webhook-id": notice.id,
            "webhook-timestamp": str(int(now.timestamp())),
        }
        headers["webhook-signature"] = signature(
            self.key, notice.id, headers["webhook-timestamp"], body
        )
        answer = self._call("POST", data=body, headers=headers)
        if not 200 <= answer < 300:
            raise NotSent(f"answer {answer}")

    def check(self) -> str:
        """Ask for the headers of the address; any answer will do."""
        self._call("HEAD")
        return f"webhook at {urlsplit(self.url).hostname}"

    def _call(self, method: str, **more: object) -> int:
        try:
            answer = requests.request(
                method,
                self.url,
                timeout=TIMEOUT_S,
                # Elsewhere, nobody has agreed to get notices.
                allow_redirects=False,
                stream=True,  # whatever it says, we do not read it
                **more,  # type: ignore[arg-type]
            )
        except requests.RequestException as error:
            raise NotSent(_kind(error)) from None
        answer.close()
        return answer.status_code


def signature(key: str, notice_id: str, timestamp: str, body: bytes) -> str:
    """Return what proves that a call is ours: `v1,` and a keyed hash in base 64."""
    signed = f"{notice_id}.{timestamp}.".encode() + body
    digest = hmac.new(key.encode(), signed, hashlib.sha256).digest()
    return f"v1,{base64.b64encode(digest).decode('ascii')}"


def channel(settings: Settings) -> Channel | None:
    """Return the way the clinic has set up, None when it wants no notices."""
    if settings.notice_webhook:
        return Webhook(settings.notice_webhook, settings.notice_webhook_key)
    if settings.notice_to:
        return Mail(
            host=settings.smtp_host,
            port=settings.smtp_port,
            security=settings.smtp_security,
            user=settings.smtp_user,
            password=settings.smtp_password,
            sender=settings.notice_from,
            recipients=settings.notice_recipients,
        )
    return None


def deliver(
    db: Database,
    settings: Settings,
    now: datetime,
    *,
    jitter: Callable[[], float] = random.random,
) -> int:
    """Send the notices that are due; return how many arrived.

    After a failure the others wait too: they would go the same way.

    Raises:
        sqlalchemy.exc.SQLAlchemyError: The database is locked or out of reach.
    """
    way = channel(settings)
    if way is None:
        return 0
    for arrived in range(AT_ONCE):
        leased = outbox.lease(db, settings.notice_urgency_list, now)
        if leased is None:
            return arrived
        try:
            way.send(_notice(leased, settings), now)
        except NotSent as error:
            log.warning("notice.not_sent", case=leased.reference, why=str(error))
            if outbox.failed(db, leased, now, jitter()):
                log.error("notice.given_up", case=leased.reference)
            return arrived
        outbox.sent(db, leased, now)
        log.info("notice.sent", case=leased.reference, tries=leased.tries)
    return AT_ONCE


def _notice(leased: Leased, settings: Settings) -> Notice:
    return Notice(
        id=hashlib.sha256(leased.key.encode()).hexdigest()[:32],
        reference=leased.reference,
        urgency=leased.urgency,
        link=f"{settings.desk_url}/cases/{leased.reference}",
    )


def _kind(error: Exception) -> str:
    """Say what went wrong without the other side's words, which may hold addresses."""
    code = getattr(error, "smtp_code", None)
    return type(error).__name__ + (f" {code}" if isinstance(code, int) else "")
