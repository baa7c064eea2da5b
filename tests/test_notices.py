"""Notices of new cases, to a real mail server and a real web server on this machine."""

import base64
import dataclasses
import email
import hashlib
import hmac
import ipaddress
import json
import socket
import ssl
import threading
from datetime import datetime, timedelta, timezone
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from sqlalchemy import select
from structlog.testing import capture_logs

from mend import doctor, notices
from mend.notices import Mail, Notice, NotSent
from mend.records import escalations, migrate, outbox
from mend.records.database import Database
from mend.records.tables import Outbox
from mend.settings import Settings
from tests.records.making import CONTACT, NOW, ask, new_conversation, open_case, receive

KEY = "a key of more than thirty-two characters"
NOTICE = Notice("id-1", "ABC234", "emergency", "https://desk.example/cases/ABC234")


class Inbox:
    """Keeps the e-mails a real server was given; says `answer` to each."""

    def __init__(self):
        self.envelopes, self.answer = [], "250 OK"

    async def handle_DATA(self, _server, _session, envelope):
        self.envelopes.append(envelope)
        return self.answer

    def messages(self):
        return [email.message_from_bytes(one.content) for one in self.envelopes]


@pytest.fixture
def inbox():
    return Inbox()


@pytest.fixture
def smtp(inbox):
    controller = Controller(inbox, hostname="127.0.0.1", port=free_port())
    controller.start()
    yield controller
    controller.stop()


class Hook:
    """A web server that keeps what is posted to it."""

    def __init__(self):
        self.posts, self.status, self.headers = [], 204, {}
        hook = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self):
                body = self.rfile.read(int(self.headers["Content-Length"]))
                hook.posts.append((dict(self.headers), body))
                self.send_response(hook.status)
                for name, value in hook.headers.items():
                    self.send_header(name, value)
                self.end_headers()

            def do_HEAD(self):
                self.send_response(405)
                self.end_headers()

            def log_message(self, *_):
                pass

        self.server = HTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}/hook"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()


@pytest.fixture
def hook():
    hook = Hook()
    yield hook
    hook.server.shutdown()
    hook.server.server_close()


def free_port():
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return one.getsockname()[1]


@pytest.fixture
def db(tmp_path):
    url = f"sqlite:///{tmp_path}/clinic.db"
    migrate.upgrade(url)
    database = Database.open(url)
    yield database
    database.dispose()


def by_mail(tmp_path, port, **more):
    return Settings(
        var=tmp_path,
        desk_url="https://desk.example",
        notice_to="front@clinic.example, lead@clinic.example",
        notice_from="mend@clinic.example",
        smtp_host="127.0.0.1",
        smtp_port=port,
        smtp_security="none",
        **more,
    )


def deliver(db, settings, minutes=0.0):
    now = NOW + timedelta(minutes=minutes)
    return notices.deliver(db, settings, now, jitter=lambda: 1.0)


class TestByMail:
    def test_one_case_one_mail_that_says_nothing_of_the_visitor(
        self, db, tmp_path, smtp, inbox
    ):
        conversation = new_conversation(db)
        message = receive(db, conversation, "My quokkawobble hurts")
        with db.transaction() as s:
            case = escalations.open_case(
                s,
                conversation,
                escalations.EscalationCause(
                    "red_flag", "emergency", {"why": "Chest pain", "words": ["chest"]}
                ),
                source_message_id=message.id,
                actor="assistant",
                now=NOW,
            )
        ask(db, conversation, CONTACT)  # routine: nobody is told
        settings = by_mail(tmp_path, smtp.port)
        assert deliver(db, settings) == 1
        assert deliver(db, settings, 60) == 0
        (mail,) = inbox.messages()
        assert mail["Subject"] == f"Emergency: case {case.reference}"
        assert mail["To"] == "front@clinic.example, lead@clinic.example"
        assert mail["From"] == "Mend <mend@clinic.example>"
        assert mail["Auto-Submitted"] == "auto-generated"
        text = mail.get_payload()
        assert f"https://desk.example/cases/{case.reference}" in text
        whole = mail.as_string()
        for secret in ("quokka", "Chest", "chest", "red_flag", "Ana", "7946", "Knee"):
            assert secret not in whole
        assert inbox.envelopes[0].rcpt_tos == [
            "front@clinic.example",
            "lead@clinic.example",
        ]

    def test_a_server_that_is_down_for_a_day_gets_one_notice_at_the_end(
        self, db, tmp_path, inbox
    ):
        """F22: the outbox tries again, and the queue does not wait for it."""
        case = open_case(db, "emergency")
        port = free_port()
        settings = by_mail(tmp_path, port)
        for hour in range(24):
            assert deliver(db, settings, hour * 60) == 0
        server = Controller(inbox, hostname="127.0.0.1", port=port)
        server.start()
        try:
            assert deliver(db, settings, 25 * 60) == 1
            assert deliver(db, settings, 26 * 60) == 0
        finally:
            server.stop()
        (mail,) = inbox.messages()
        assert case.reference in mail["Subject"]

    def test_one_that_dies_after_sending_sends_the_same_id_again(
        self, db, tmp_path, smtp, inbox, monkeypatch
    ):
        """F23: killed after the sending, before the mark; one repeat, same id."""
        open_case(db, "emergency")
        settings = by_mail(tmp_path, smtp.port)
        with monkeypatch.context() as patched:
            patched.setattr(outbox, "sent", lambda *_: (_ for _ in ()).throw(Killed()))
            with pytest.raises(Killed):
                deliver(db, settings)
        assert deliver(db, settings, 1) == 0  # its lease still lasts
        assert deliver(db, settings, 3) == 1
        first, second = inbox.messages()
        assert first["Message-ID"] == second["Message-ID"]

    def test_two_workers_send_each_notice_once(self, db, tmp_path, smtp, inbox):
        """F24: two workers at the same moment, through a real server."""
        cases = {open_case(db, "same_day").reference for _ in range(6)}
        settings = by_mail(tmp_path, smtp.port)
        workers = [
            threading.Thread(target=deliver, args=(db, settings)) for _ in range(3)
        ]
        for worker in workers:
            worker.start()
        for worker in workers:
            worker.join()
        deliver(db, settings)
        subjects = [mail["Subject"] for mail in inbox.messages()]
        assert sorted(subjects) == sorted(
            f"Needs a person today: case {reference}" for reference in cases
        )

    def test_a_refusal_is_tried_again_and_the_others_wait(
        self, db, tmp_path, smtp, inbox
    ):
        for _ in range(2):
            open_case(db, "emergency")
        inbox.answer = "451 try later clinic@secret.example"
        with capture_logs() as logs:
            assert deliver(db, by_mail(tmp_path, smtp.port)) == 0
        assert len(inbox.envelopes) == 1
        (entry,) = (one for one in logs if one["event"] == "notice.not_sent")
        assert entry["why"] == "SMTPDataError 451"
        assert "secret" not in str(logs)
        inbox.answer = "250 OK"
        assert deliver(db, by_mail(tmp_path, smtp.port), 1) == 2

    def test_protection_that_is_not_offered_is_not_done_without(self, smtp, inbox):
        mail = Mail(
            "127.0.0.1", smtp.port, "starttls", "", "", "m@x.example", ("t@x.example",)
        )
        with pytest.raises(NotSent):
            mail.send(NOTICE, NOW)
        assert inbox.envelopes == []

    @pytest.mark.parametrize("field", ["reference", "link", "id"])
    def test_no_header_can_be_added(self, field):
        """A24: line breaks never make a second recipient."""
        evil = Notice(**{**vars(NOTICE), field: "x\r\nBcc: evil@evil.example"})
        mail = Mail("h", 25, "none", "", "", "m@x.example", ("t@x.example",))
        if field == "link":
            message = mail.message(evil, NOW)
            assert message["Bcc"] is None
        else:
            with pytest.raises(ValueError, match="linefeed"):
                mail.message(evil, NOW)


class Killed(BaseException):
    """Stands for SIGKILL."""


class TestByWebhook:
    def settings(self, tmp_path, hook, **more):
        return Settings(
            var=tmp_path,
            desk_url="https://desk.example",
            notice_webhook=hook.url,
            notice_webhook_key=KEY,
            **more,
        )

    def test_the_call_is_signed_and_says_nothing_of_the_visitor(
        self, db, tmp_path, hook
    ):
        case = open_case(db, "same_day")
        assert deliver(db, self.settings(tmp_path, hook)) == 1
        ((headers, body),) = hook.posts
        assert json.loads(body) == {
            "type": "case.opened",
            "timestamp": NOW.isoformat(),
            "data": {
                "reference": case.reference,
                "urgency": "same_day",
                "link": f"https://desk.example/cases/{case.reference}",
            },
        }
        # As a receiver checks it.
        parts = (headers["webhook-id"], headers["webhook-timestamp"], body.decode())
        digest = hmac.new(KEY.encode(), ".".join(parts).encode(), hashlib.sha256)
        expected = "v1," + base64.b64encode(digest.digest()).decode()
        assert headers["webhook-signature"] == expected
        assert int(headers["webhook-timestamp"]) == int(NOW.timestamp())

    @pytest.mark.parametrize("status", [302, 400, 404, 500, 503])
    def test_any_other_answer_is_tried_again_with_the_same_id(
        self, db, tmp_path, hook, status
    ):
        open_case(db, "emergency")
        settings = self.settings(tmp_path, hook)
        hook.status, hook.headers = status, {"Location": hook.url}
        assert deliver(db, settings) == 0
        assert len(hook.posts) == 1  # a redirect is not followed
        hook.status = 200
        assert deliver(db, settings, 1) == 1
        first, second = (headers["webhook-id"] for headers, _ in hook.posts)
        assert first == second

    def test_only_the_urgencies_that_are_wanted(self, db, tmp_path, hook):
        open_case(db, "soon")
        assert deliver(db, self.settings(tmp_path, hook)) == 0
        wide = self.settings(tmp_path, hook, notice_urgencies="emergency, soon")
        assert deliver(db, wide) == 1


def test_without_settings_nothing_is_touched(db, tmp_path):
    open_case(db, "emergency")
    assert deliver(db, Settings(var=tmp_path)) == 0
    with db.reading() as s:
        assert s.execute(select(Outbox.attempts)).scalar_one() == 0


class TestDoctor:
    def test_off(self, tmp_path):
        found = doctor.check_notices(Settings(var=tmp_path))
        assert found.ok
        assert found.says.startswith("off;")

    def test_a_mail_server_that_answers(self, tmp_path, smtp, inbox):
        found = doctor.check_notices(by_mail(tmp_path, smtp.port))
        assert found.ok, found
        assert f"mail server 127.0.0.1:{smtp.port}" in found.says
        assert inbox.envelopes == []

    def test_a_mail_server_that_does_not(self, tmp_path):
        found = doctor.check_notices(by_mail(tmp_path, free_port()))
        assert not found.ok
        assert "MEND_SMTP" in found.says

    def test_a_webhook(self, tmp_path, hook):
        settings = TestByWebhook().settings(tmp_path, hook)
        found = doctor.check_notices(settings)
        assert found.ok
        assert "webhook at 127.0.0.1" in found.says
        assert hook.posts == []
        assert KEY not in str(found)
        hook.server.shutdown()
        hook.server.server_close()
        assert not doctor.check_notices(settings).ok


def test_a_server_without_tls_never_sees_the_password():
    """The name and the password are never sent without protection."""
    asked = []

    class Asking(SMTP):
        async def smtp_AUTH(self, arg):
            asked.append(arg)

    class AskingController(Controller):
        def factory(self):
            return Asking(self.handler, auth_require_tls=False)

    server = AskingController(Inbox(), hostname="127.0.0.1", port=free_port())
    server.start()
    try:
        way = Mail(
            *("127.0.0.1", server.port, "starttls", "mend", "secret"),
            sender="m@x.example",
            recipients=("t@x.example",),
        )
        with pytest.raises(NotSent):
            way.send(NOTICE, datetime.now(timezone.utc))
    finally:
        server.stop()
    assert asked == []


def test_over_tls_the_password_is_given_and_the_notice_arrives(
    inbox, tmp_path, monkeypatch
):
    certificate, key = self_signed(tmp_path)
    offered = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    offered.load_cert_chain(certificate, key)
    trusting = ssl.create_default_context(cafile=str(certificate))
    known = []

    def check(_server, _session, _envelope, _mechanism, given):
        known.append((given.login, given.password))
        return AuthResult(success=given.password == b"secret", handled=False)

    controller = Controller(
        inbox,
        hostname="127.0.0.1",
        port=free_port(),
        tls_context=offered,
        require_starttls=True,
        auth_required=True,
        authenticator=check,
    )
    controller.start()
    try:
        way = Mail(
            *("127.0.0.1", controller.port, "starttls", "mend", "secret"),
            sender="m@x.example",
            recipients=("t@x.example",),
        )
        with pytest.raises(NotSent, match="SSLCertVerificationError"):
            way.send(NOTICE, NOW)  # a certificate nobody vouches for
        monkeypatch.setattr(notices.ssl, "create_default_context", lambda: trusting)
        way.send(NOTICE, NOW)
        wrong = dataclasses.replace(way, password="other")
        with pytest.raises(NotSent, match="535"):
            wrong.check()
    finally:
        controller.stop()
    # The client tries another way of saying a password that was refused.
    assert set(known) == {(b"mend", b"secret"), (b"mend", b"other")}
    assert len(inbox.envelopes) == 1


def self_signed(folder):
    """Make a certificate of 127.0.0.1 for a day; return the files of it and its key."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "127.0.0.1")])
    start = datetime.now(timezone.utc) - timedelta(hours=1)
    address = x509.IPAddress(ipaddress.ip_address("127.0.0.1"))
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(start)
        .not_valid_after(start + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([address]), critical=False)
        .sign(key, hashes.SHA256())
    )
    pem = serialization.Encoding.PEM
    files = folder / "certificate.pem", folder / "key.pem"
    files[0].write_bytes(certificate.public_bytes(pem))
    files[1].write_bytes(
        key.private_bytes(
            pem,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )
    return files
