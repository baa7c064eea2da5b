"""The checks before a start: each names what is wrong and what to do."""

import shutil
import socket

import pytest
import yaml

from mend import doctor
from mend.records import migrate
from mend.settings import Settings
from tests.running import PROJECT, free_ports


@pytest.fixture
def settings(tmp_path):
    chat, desk, rasa, actions = free_ports(4)
    return Settings(
        var=tmp_path / "var",
        models=tmp_path / "models",
        chat_port=chat,
        desk_port=desk,
        rasa_port=rasa,
        actions_port=actions,
        clinic_file=PROJECT / "clinic.yml",
    )


def failed(findings):
    return {finding.what: finding.says for finding in findings if not finding.ok}


def test_a_good_folder_passes(settings):
    assert failed(doctor.before_start(settings, PROJECT)) == {}


def test_a_port_in_use_is_named_with_its_setting(settings):
    with socket.socket() as other:
        other.bind(("127.0.0.1", settings.chat_port))
        other.listen()
        problems = failed(doctor.before_start(settings, PROJECT))
    assert list(problems) == [f"port {settings.chat_port}"]
    assert "MEND_CHAT_PORT" in problems[f"port {settings.chat_port}"]


def test_another_folder_is_not_mend(settings, tmp_path):
    problems = failed(doctor.before_start(settings, tmp_path))
    assert "config.yml" in problems["project"]


def test_a_bad_clinic_file_is_named_with_its_key(settings, tmp_path):
    file = tmp_path / "clinic.yml"
    file.write_text("name: A\nphone: '12345678'\ncountry: Britain\n")
    settings = settings.copy(update={"clinic_file": file})
    assert "country" in failed(doctor.before_start(settings, PROJECT))["clinic"]


def test_what_the_clinic_has_not_filled_in_is_told(settings, tmp_path):
    assert doctor.check_clinic(settings).says.endswith("; everything filled in")
    file = tmp_path / "clinic.yml"
    facts = yaml.safe_load((PROJECT / "clinic.yml").read_text())
    del facts["getting_here"]["parking"], facts["referral"]
    file.write_text(yaml.safe_dump(facts))
    finding = doctor.check_clinic(settings.copy(update={"clinic_file": file}))
    assert finding.ok
    assert finding.says.endswith(
        "not filled in, so visitors are told to ask: parking (getting_here.parking), "
        "whether you need a doctor's letter (referral)"
    )


def test_no_room_is_told(settings, monkeypatch):
    usage = shutil.disk_usage("/")._replace(free=5 * 2**20)
    monkeypatch.setattr(shutil, "disk_usage", lambda _: usage)
    says = failed(doctor.before_start(settings, PROJECT))["var"]
    assert "5 MB free" in says
    assert "MEND_VAR" in says


def test_a_folder_that_cannot_be_written_is_told(settings, tmp_path):
    blocked = tmp_path / "file"
    blocked.write_text("")
    settings = settings.copy(update={"var": blocked / "var"})
    assert "MEND_VAR" in failed(doctor.before_start(settings, PROJECT))["var"]


def test_missing_model_and_tables_are_told(settings):
    problems = failed(doctor.examine(settings, PROJECT))
    assert "mend train" in problems["model"]
    assert "mend migrate" in problems["database"]
    migrate.upgrade(settings.database_url)
    assert "database" not in failed(doctor.examine(settings, PROJECT))


def test_an_unreachable_database_is_told_without_its_password(settings):
    url = "postgresql://mend:hunter22@127.0.0.1:9/none"
    settings = settings.copy(update={"database_url": url})
    says = failed(doctor.examine(settings, PROJECT))["database"]
    assert "MEND_DATABASE_URL" in says
    assert "hunter22" not in says


def test_a_key_that_others_can_read_is_told(settings):
    settings.var.mkdir()
    key = settings.var / "secret.key"
    key.write_text("x" * 40)
    key.chmod(0o644)
    assert "chmod 600" in failed(doctor.examine(settings, PROJECT))["secret key"]
