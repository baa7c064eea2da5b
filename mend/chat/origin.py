"""Only our own pages may write (abuse cases A14, A13).

The chat page calls the API from its own origin, also inside another site's frame, so
no other origin ever needs the API. There are no CORS headers and no cookies.
"""

from __future__ import annotations

from mend.chat.problems import Problem
from mend.settings import Settings

_LOOPBACK = ("localhost", "127.0.0.1", "[::1]")


def own_origins(settings: Settings) -> frozenset[str]:
    """Return the origins our pages can have, the loopback names only on loopback."""
    origins = {_origin_of(settings.public_url)}
    if settings.host in ("127.0.0.1", "::1", "localhost"):
        origins |= {f"http://{name}:{settings.chat_port}" for name in _LOOPBACK}
    return frozenset(origins)


def _origin_of(url: str) -> str:
    scheme, _, rest = url.partition("://")
    host = rest.partition("/")[0].lower()
    standard = {"http": ":80", "https": ":443"}.get(scheme, "")
    return f"{scheme}://{host.removesuffix(standard) if standard else host}"


def check(origin: str | None, fetch_site: str | None, allowed: frozenset[str]) -> None:
    """Refuse requests that another website's page made.

    Args:
        origin: The `Origin` header; programs other than browsers send none.
        fetch_site: The `Sec-Fetch-Site` header.
        allowed: Our own origins.

    Raises:
        Problem: 403.
    """
    if origin is not None and origin.lower() not in allowed:
        raise Problem(403)
    if origin is None and fetch_site in ("cross-site", "same-site"):
        raise Problem(403)
