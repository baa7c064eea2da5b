"""What scenarios share: a staff member who is signed in at the desk."""

import re

import pyotp
import pytest
import requests

PASSWORD = "five green bicycles uphill"


@pytest.fixture(scope="session")
def desk(mend):
    """A browser-like session of the first admin, signed in through the desk's forms."""
    session = DeskSession(mend.desk_url)
    link = mend.first_admin_path
    done = session.post(
        link,
        {"name": "Sam Reed", "email": "sam@harbourlane.org", "password": PASSWORD},
        form=link,
    )
    assert done.ok, done.text
    # Administrators set up a second factor when they come in for the first time.
    page = session.get("/sign-in/set-up").text
    key = re.search(r"<code>([A-Z2-7 ]+)</code>", page)[1].replace(" ", "")
    done = session.post("/sign-in/set-up", {"code": pyotp.TOTP(key).now()})
    assert done.ok, done.text
    return session


class DeskSession:
    """The desk through HTTP, as a browser without JavaScript uses it."""

    def __init__(self, url):
        self.url = url
        self.http = requests.Session()

    def get(self, path):
        return self.http.get(self.url + path, timeout=20)

    def post(self, path, data, form=None):
        """Post `data` with the token of the form on page `form`."""
        page = self.get(form or path).text
        token = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', page)[1]
        return self.http.post(
            self.url + path,
            data={"csrf_token": token, **data},
            headers={"Referer": self.url + (form or path), "Origin": self.url},
            timeout=20,
        )
