"""Settings of operation: ports, paths, limits.

They come from environment variables (prefix ``MEND_``) and from a file ``.env``;
the environment wins. Facts about the clinic are not here but in `mend.clinic`.
"""

from __future__ import annotations

import difflib
import ipaddress
import os
import secrets
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Literal
from urllib.parse import urlsplit

from dotenv import dotenv_values
from pydantic import BaseModel, Extra, Field, ValidationError, root_validator, validator

from mend.errors import OperatorError

PREFIX = "MEND_"
_URGENCIES = ("emergency", "same_day", "soon", "routine")
# Read by the tests, not by the system; allowed in the environment beside settings.
_NOT_SETTINGS = frozenset({"MEND_TEST_DATABASE_URL"})


class SettingsError(OperatorError):
    """A setting cannot be used; the message names it and says what would do."""


class Settings(BaseModel):
    """All settings of operation, checked, with their defaults.

    ``MEND_CHAT_PORT`` sets `chat_port`, and so on. Ports are TCP ports, times are
    seconds, rates are counts per the time in their name.
    """

    host: str = Field("127.0.0.1", description="address the chat and the desk bind")
    chat_port: int = Field(8000, ge=1, le=65535, description="port of the chat")
    desk_port: int = Field(8001, ge=1, le=65535, description="port of the staff desk")
    rasa_port: int = Field(5005, ge=1, le=65535, description="Rasa, on loopback only")
    actions_port: int = Field(
        5055, ge=1, le=65535, description="Rasa's action server, on loopback only"
    )
    public_url: str = Field("", description="address of the chat as visitors see it")
    desk_url: str = Field("", description="address of the desk as staff see it")
    var: Path = Field(Path("var"), description="folder of databases, logs, secrets")
    models: Path = Field(Path("models"), description="folder of trained models")
    clinic_file: Path = Field(Path("clinic.yml"), description="the clinic's facts")
    database_url: str = Field("", description="SQLAlchemy URL of the clinic's records")
    tracker_url: str = Field("", description="SQLAlchemy URL of Rasa's tracker store")
    secret_key: str = Field("", description="signs choices; kept in var/ when unset")
    limits: Literal["default", "none"] = Field(
        "default", description="'none' lifts rate limits, honoured on loopback only"
    )
    trusted_proxies: int = Field(
        0, ge=0, le=5, description="reverse proxies whose X-Forwarded-For is believed"
    )
    message_max_chars: int = Field(
        1000, ge=100, le=4000, description="longest message a visitor may send"
    )
    messages_per_conversation_per_minute: int = Field(
        20, ge=1, description="messages one conversation may send in a minute"
    )
    messages_per_address_per_minute: int = Field(
        120, ge=1, description="messages one address may send in a minute"
    )
    new_conversations_per_address_per_hour: int = Field(
        60, ge=1, description="conversations one address may open in an hour"
    )
    rasa_timeout_s: float = Field(
        20.0, gt=0, le=60, description="longest wait for Rasa before we apologise"
    )
    sweep_after_s: int = Field(
        60, ge=5, description="age at which an unanswered message is escalated"
    )
    keep_chats_days: int = Field(
        30, ge=1, description="days a chat without a case is kept"
    )
    keep_cases_days: int = Field(
        365, ge=1, description="days a chat is kept after the last of its cases closed"
    )
    keep_audit_days: int = Field(
        730, ge=30, description="days a row of the audit list is kept; it has no text"
    )
    notice_to: str = Field(
        "", description="e-mail addresses, with commas, that hear of new urgent cases"
    )
    notice_from: str = Field("", description="e-mail address the notices come from")
    notice_webhook: str = Field(
        "", description="https address that is called instead of an e-mail"
    )
    notice_webhook_key: str = Field("", description="signs the calls; 32 characters")
    notice_urgencies: str = Field(
        "emergency,same_day", description="urgencies of the cases in notices"
    )
    smtp_host: str = Field("", description="mail server for notices")
    smtp_port: int = Field(587, ge=1, le=65535, description="port of the mail server")
    smtp_security: Literal["starttls", "tls", "none"] = Field(
        "starttls", description="how the way to the mail server is protected"
    )
    smtp_user: str = Field("", description="name at the mail server, if it asks")
    smtp_password: str = Field("", description="password at the mail server")
    second_factor: Literal["admins", "managers", "everybody", "nobody"] = Field(
        "admins", description="who of the staff must sign in with a code of an app too"
    )
    encoder_threads: int = Field(
        1, ge=1, le=16, description="threads of the sentence encoder"
    )

    class Config:
        """Pydantic: immutable, and unknown names are refused."""

        extra = Extra.forbid
        allow_mutation = False

    @validator("host")
    def _host_is_an_address(cls, value: str) -> str:
        if value != "localhost":
            ipaddress.ip_address(value)
        return value

    @root_validator(skip_on_failure=True)
    def _fill_what_follows(cls, values: dict[str, Any]) -> dict[str, Any]:
        ports = ("chat_port", "desk_port", "rasa_port", "actions_port")
        for position, name in enumerate(ports):
            for other in ports[:position]:
                if values[name] == values[other]:
                    raise ValueError(
                        f"{PREFIX}{name.upper()} and {PREFIX}{other.upper()} are both "
                        f"{values[name]}; each part needs a port of its own"
                    )
        var = Path(values["var"]).absolute()
        values["var"] = var
        values["models"] = Path(values["models"]).absolute()
        values["clinic_file"] = Path(values["clinic_file"]).absolute()
        values["database_url"] = values["database_url"] or f"sqlite:///{var}/clinic.db"
        values["tracker_url"] = values["tracker_url"] or f"sqlite:///{var}/tracker.db"
        for name, port in (
            ("public_url", values["chat_port"]),
            ("desk_url", values["desk_port"]),
        ):
            values[name] = (values[name] or f"http://localhost:{port}").rstrip("/")
        if values["secret_key"] and len(values["secret_key"]) < 32:
            raise ValueError(f"{PREFIX}SECRET_KEY must have 32 characters or more")
        return values

    @validator("notice_to", "notice_from")
    def _addresses(cls, value: str) -> str:
        return ", ".join(_address(part) for part in _parts(value))

    @validator("notice_urgencies")
    def _urgencies(cls, value: str) -> str:
        unknown = sorted(set(_parts(value)) - set(_URGENCIES))
        if unknown or not value.strip():
            raise ValueError(f"use some of {', '.join(_URGENCIES)}, with commas")
        return value

    @root_validator(skip_on_failure=True)
    def _one_way_for_notices(cls, values: dict[str, Any]) -> dict[str, Any]:
        url = urlsplit(values["notice_webhook"])
        if values["notice_to"] and values["notice_webhook"]:
            raise ValueError(
                f"{PREFIX}NOTICE_TO and {PREFIX}NOTICE_WEBHOOK are both set; choose one"
            )
        if values["notice_to"] and not (values["smtp_host"] and values["notice_from"]):
            raise ValueError(
                f"{PREFIX}NOTICE_TO needs {PREFIX}SMTP_HOST and {PREFIX}NOTICE_FROM"
            )
        if len(_parts(values["notice_from"])) > 1:
            raise ValueError(f"{PREFIX}NOTICE_FROM must be one address")
        if values["notice_webhook"]:
            on_loopback = url.hostname in ("localhost", "127.0.0.1", "::1")
            if not (url.scheme == "https" or (url.scheme == "http" and on_loopback)):
                raise ValueError(f"{PREFIX}NOTICE_WEBHOOK must begin with https://")
            if len(values["notice_webhook_key"]) < 32:
                raise ValueError(
                    f"{PREFIX}NOTICE_WEBHOOK_KEY must have 32 characters or more"
                )
        if values["smtp_user"] and values["smtp_security"] == "none":
            raise ValueError(
                f"{PREFIX}SMTP_USER: no password is sent without protection; set "
                f"{PREFIX}SMTP_SECURITY to starttls or tls"
            )
        return values

    @property
    def notice_recipients(self) -> tuple[str, ...]:
        """Addresses that get notices."""
        return _parts(self.notice_to)

    @property
    def notice_urgency_list(self) -> tuple[str, ...]:
        """Urgencies of the cases of which people want notices."""
        return _parts(self.notice_urgencies)

    @property
    def rasa_url(self) -> str:
        """Address of Rasa's REST channel."""
        return f"http://127.0.0.1:{self.rasa_port}"

    @property
    def actions_url(self) -> str:
        """Address of the action server."""
        return f"http://127.0.0.1:{self.actions_port}"

    @property
    def erasures_file(self) -> Path:
        """File with the ledger of erasures, which no restored backup touches."""
        return self.var / "erasures.txt"

    @property
    def limits_lifted(self) -> bool:
        """Whether rate limits are off: asked for, and only on loopback."""
        loopback = self.host == "localhost" or (
            ipaddress.ip_address(self.host).is_loopback
        )
        return self.limits == "none" and loopback and self.trusted_proxies == 0


def _parts(value: str) -> tuple[str, ...]:
    return tuple(part.strip() for part in value.split(",") if part.strip())


def _address(value: str) -> str:
    # Heavy, and not needed by those who read other settings only.
    from email_validator import EmailNotValidError, validate_email

    try:
        checked = validate_email(
            value, check_deliverability=False, test_environment=True
        )
    except EmailNotValidError:
        raise ValueError(f"{value!r} is not an e-mail address") from None
    return checked.normalized


def load_settings(
    environ: Mapping[str, str] | None = None, env_file: Path = Path(".env")
) -> Settings:
    """Read settings from the environment and `env_file`.

    Raises:
        SettingsError: a setting is unknown or its value cannot be used.
    """
    environ = os.environ if environ is None else environ
    found = {**dotenv_values(env_file), **environ} if env_file.is_file() else environ
    values: dict[str, Any] = {}
    for variable, value in found.items():
        if not variable.startswith(PREFIX) or variable in _NOT_SETTINGS:
            continue
        name = variable[len(PREFIX) :].lower()
        if name not in Settings.__fields__:
            close = difflib.get_close_matches(name, Settings.__fields__, n=1)
            hint = f"; did you mean {PREFIX}{close[0].upper()}?" if close else ""
            raise SettingsError(f"{variable} is not a setting of Mend{hint}")
        values[name] = value
    try:
        return Settings(**values)
    except ValidationError as error:
        raise SettingsError(_in_words(error)) from None


def _in_words(error: ValidationError) -> str:
    lines = []
    for problem in error.errors():
        name = str(problem["loc"][0])
        if name == "__root__":
            lines.append(problem["msg"])
        else:
            lines.append(f"{PREFIX}{name.upper()}: {problem['msg']}")
    return "\n".join(lines)


def secret_key(settings: Settings) -> str:
    """Return the key that signs choices and sessions, making it on first use.

    Without ``MEND_SECRET_KEY`` the key is kept in ``var/secret.key``, readable by
    this user only, so that signatures survive a restart.
    """
    if settings.secret_key:
        return settings.secret_key
    file = settings.var / "secret.key"
    file.parent.mkdir(parents=True, exist_ok=True)
    try:
        handle = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return file.read_text(encoding="ascii").strip()
    with os.fdopen(handle, "w", encoding="ascii") as stream:
        stream.write(secrets.token_urlsafe(48))
    return file.read_text(encoding="ascii").strip()
