import subprocess
import sys

import pytest
from sqlalchemy import func, select

from benchmarks.desk_pages import fill_empty
from mend.records.database import Database
from mend.records.tables import Conversation
from tests.databases import fresh_database


def test_every_page_is_asked_for_and_answers():
    command = [sys.executable, "-m", "benchmarks.desk_pages"]
    done = subprocess.run(
        [*command, "--conversations", "60", "--days", "5", "--times", "1"],
        capture_output=True,
        text=True,
        timeout=300,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "/?view=closed&page=1000" in done.stdout
    assert "search: a phone number" in done.stdout
    assert "over 300 ms: " in done.stdout


def test_a_database_in_use_is_left_alone(tmp_path):
    with fresh_database(tmp_path) as url:
        database = Database.open(url)
        fill_empty(database, 2, days=1)
        with pytest.raises(SystemExit, match="not empty"):
            fill_empty(database, 2, days=1)
        with database.reading() as s:
            count = s.execute(select(func.count()).select_from(Conversation))
            assert count.scalar_one() == 2
        database.dispose()
