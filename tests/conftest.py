"""Fixtures for all tests."""

from __future__ import annotations

import os

import pytest
from hypothesis import settings as hypothesis_settings

from tests.running import running_mend

hypothesis_settings.register_profile("mend", deadline=None, print_blob=True)
hypothesis_settings.load_profile("mend")

# Whatever an author has in the environment must not decide what is tested.
for _name in [n for n in os.environ if n.startswith("MEND_")]:
    if _name != "MEND_TEST_DATABASE_URL":
        del os.environ[_name]


@pytest.fixture(scope="session")
def mend(tmp_path_factory):
    """A running Mend that all scenarios share; each opens its own conversation."""
    with running_mend(tmp_path_factory.mktemp("mend") / "var") as running:
        yield running
