"""What somebody needs to put a second factor into an app: picture, key, link."""

from dataclasses import dataclass

import pyotp
import segno
from markupsafe import Markup


@dataclass(frozen=True)
class Enrolment:
    """A secret as the set-up page shows it.

    Attributes:
        key: To be typed by hand, in groups of four.
        link: `otpauth://`, which opens an app on the same device.
        picture: The link as a QR code, an `<svg>` element.
    """

    key: str
    link: str
    picture: Markup


def enrolment(secret: str, *, email: str, clinic_name: str) -> Enrolment:
    """Return a secret (base 32) as the set-up page shows it."""
    link = pyotp.TOTP(secret).provisioning_uri(name=email, issuer_name=clinic_name)
    # Medium error correction: read well from a screen. The border is part of a QR code.
    code = segno.make_qr(link, error="m")
    picture = code.svg_inline(
        border=4, omitsize=True, svgclass=None, lineclass=None, light="#fff"
    )
    return Enrolment(
        key=" ".join(secret[start : start + 4] for start in range(0, len(secret), 4)),
        link=link,
        # segno writes nothing but numbers and names of colours into it.
        picture=Markup(picture),  # noqa: S704
    )
