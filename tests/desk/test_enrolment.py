from urllib.parse import parse_qs, unquote, urlsplit

import pyotp

from mend.desk.enrolment import enrolment

SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"


def test_an_app_reads_the_link() -> None:
    shown = enrolment(SECRET, email="robin@clinic.example", clinic_name="Hill & Dale")
    link = urlsplit(shown.link)
    assert (link.scheme, link.netloc) == ("otpauth", "totp")
    assert unquote(link.path) == "/Hill & Dale:robin@clinic.example"
    assert parse_qs(link.query) == {"secret": [SECRET], "issuer": ["Hill & Dale"]}
    assert pyotp.parse_uri(shown.link).secret == SECRET


def test_the_key_can_be_typed() -> None:
    shown = enrolment(SECRET, email="robin@clinic.example", clinic_name="Hill")
    assert shown.key == "JBSW Y3DP EHPK 3PXP JBSW Y3DP EHPK 3PXP"


def test_the_picture_needs_no_style_and_holds_no_text() -> None:
    picture = enrolment(SECRET, email="<script>@x.example", clinic_name='"><b>').picture
    assert picture.startswith("<svg viewBox=")
    assert "style" not in picture
    assert "script" not in picture
    assert picture.count("<") == 4  # svg, two paths, /svg
