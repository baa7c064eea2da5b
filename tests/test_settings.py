"""Settings: what is read, what is refused, and by which name."""

import stat
from pathlib import Path

import pytest

from mend.settings import Settings, SettingsError, load_settings, secret_key

NO_FILE = Path("no-such.env")


def load(**environ):
    return load_settings(environ, NO_FILE)


def test_defaults_put_databases_into_var(tmp_path):
    settings = load(MEND_VAR=str(tmp_path))
    assert settings.database_url == f"sqlite:///{tmp_path}/clinic.db"
    assert settings.tracker_url == f"sqlite:///{tmp_path}/tracker.db"
    assert settings.public_url == "http://localhost:8000"


def test_environment_wins_over_env_file(tmp_path):
    file = tmp_path / ".env"
    file.write_text("MEND_CHAT_PORT=9001\nMEND_DESK_PORT=9002\nOTHER=1\n")
    settings = load_settings({"MEND_CHAT_PORT": "9100"}, file)
    assert (settings.chat_port, settings.desk_port) == (9100, 9002)


@pytest.mark.parametrize(
    ("variable", "value"),
    [
        ("MEND_CHAT_PORT", "http"),
        ("MEND_CHAT_PORT", "70000"),
        ("MEND_LIMITS", "off"),
        ("MEND_HOST", "clinic.example"),
        ("MEND_RASA_TIMEOUT_S", "0"),
        ("MEND_SECRET_KEY", "short"),
    ],
)
def test_bad_value_is_refused_by_name(variable, value):
    with pytest.raises(SettingsError, match=variable):
        load(**{variable: value})


def test_unknown_setting_is_refused_with_the_likely_one():
    with pytest.raises(SettingsError, match="did you mean MEND_CHAT_PORT"):
        load(MEND_CHATPORT="1")


def test_two_parts_cannot_share_a_port():
    with pytest.raises(SettingsError, match="MEND_DESK_PORT and MEND_CHAT_PORT"):
        load(MEND_DESK_PORT="8000")


@pytest.mark.parametrize(
    ("host", "proxies", "lifted"),
    [
        ("127.0.0.1", "0", True),
        ("localhost", "0", True),
        ("0.0.0.0", "0", False),
        ("127.0.0.1", "1", False),
    ],
)
def test_limits_are_lifted_on_loopback_only(host, proxies, lifted):
    settings = load(MEND_LIMITS="none", MEND_HOST=host, MEND_TRUSTED_PROXIES=proxies)
    assert settings.limits_lifted is lifted


def test_secret_key_is_made_once_and_private(tmp_path):
    settings = Settings(var=tmp_path / "var")
    first = secret_key(settings)
    assert len(first) >= 32
    assert secret_key(settings) == first
    mode = stat.S_IMODE((tmp_path / "var" / "secret.key").stat().st_mode)
    assert mode == 0o600


def test_settings_cannot_be_changed(tmp_path):
    settings = Settings(var=tmp_path)
    with pytest.raises(TypeError):
        settings.chat_port = 1


NOTICES = {
    "MEND_NOTICE_TO": "front@clinic.example",
    "MEND_NOTICE_FROM": "mend@clinic.example",
    "MEND_SMTP_HOST": "mail.clinic.example",
}
WEBHOOK = {
    "MEND_NOTICE_WEBHOOK": "https://hooks.clinic.example/mend",
    "MEND_NOTICE_WEBHOOK_KEY": "k" * 32,
}


def test_notices_go_to_several_people():
    settings = load(**{**NOTICES, "MEND_NOTICE_TO": "a@x.example ,b@x.example,"})
    assert settings.notice_recipients == ("a@x.example", "b@x.example")
    assert settings.notice_urgency_list == ("emergency", "same_day")


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({**NOTICES, "MEND_NOTICE_TO": "front"}, "MEND_NOTICE_TO"),
        ({**NOTICES, "MEND_NOTICE_TO": "a@x.example\nBcc: b@x.example"}, "NOTICE_TO"),
        ({**NOTICES, "MEND_NOTICE_FROM": "a@x.example, b@x.example"}, "NOTICE_FROM"),
        ({**NOTICES, "MEND_SMTP_HOST": ""}, "MEND_SMTP_HOST"),
        ({**NOTICES, **WEBHOOK}, "choose one"),
        ({**NOTICES, "MEND_SMTP_SECURITY": "ssl"}, "MEND_SMTP_SECURITY"),
        (
            {**NOTICES, "MEND_SMTP_SECURITY": "none", "MEND_SMTP_USER": "mend"},
            "MEND_SMTP_USER",
        ),
        ({**WEBHOOK, "MEND_NOTICE_WEBHOOK": "http://hooks.example/"}, "https://"),
        ({**WEBHOOK, "MEND_NOTICE_WEBHOOK": "file:///etc/passwd"}, "https://"),
        ({**WEBHOOK, "MEND_NOTICE_WEBHOOK_KEY": "short"}, "32 characters"),
        ({"MEND_NOTICE_URGENCIES": "urgent"}, "MEND_NOTICE_URGENCIES"),
        ({"MEND_NOTICE_URGENCIES": ""}, "MEND_NOTICE_URGENCIES"),
        ({"MEND_SECOND_FACTOR": "some"}, "MEND_SECOND_FACTOR"),
        ({"MEND_KEEP_CHATS_DAYS": "0"}, "MEND_KEEP_CHATS_DAYS"),
    ],
)
def test_bad_notices_are_refused_by_name(change, says):
    with pytest.raises(SettingsError, match=says):
        load(**change)


def test_every_setting_stands_in_the_readme():
    readme = (Path(__file__).parent.parent / "README.md").read_text(encoding="utf-8")
    missing = [
        name for name in Settings.__fields__ if f"`MEND_{name.upper()}`" not in readme
    ]
    assert missing == []
