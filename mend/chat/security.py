"""Headers of every response: what browsers may do with our pages.

No inline code, nothing from other hosts, framing only where the clinic allows it, and
no copy of a chat in any cache (ASVS 3.4, 14.3.2).
"""

from __future__ import annotations

from collections.abc import Sequence

from flask import Flask, Response, request

_ALWAYS = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=(), payment=()",
}


def content_security_policy(frame_ancestors: Sequence[str], *, page: bool) -> str:
    """Return the policy of a page, or of something that is no page."""
    parts = ["default-src 'none'"]
    if page:
        parts += [
            "script-src 'self'",
            "style-src 'self'",
            "connect-src 'self'",
            "frame-src 'self'",
            "img-src 'self'",
            "form-action 'self'",
        ]
    parts += ["base-uri 'none'", f"frame-ancestors {' '.join(frame_ancestors)}"]
    return "; ".join(parts)


# A drawing holds its own colours, for light and dark, and may do nothing else: no
# script, no loading, no forms, also when somebody opens it as a page of its own.
DRAWING_POLICY = (
    "default-src 'none'; style-src 'unsafe-inline'; sandbox; frame-ancestors 'none'"
)


def register(app: Flask, allowed_sites: Sequence[str], *, https: bool) -> None:
    """Set the headers.

    Args:
        app: The front door.
        allowed_sites: Origins that may frame the chat page, besides our own.
        https: Whether the public address is https, so that browsers should insist.
    """
    chat = content_security_policy(["'self'", *allowed_sites], page=True)
    page = content_security_policy(["'none'"], page=True)
    other = content_security_policy(["'none'"], page=False)

    @app.after_request
    def headers(response: Response) -> Response:
        for name, value in _ALWAYS.items():
            response.headers.setdefault(name, value)
        html = response.mimetype == "text/html"
        framed = html and request.path in ("/chat", "/contact")
        policy = chat if framed else page if html else other
        if response.mimetype == "image/svg+xml":
            policy = DRAWING_POLICY
        response.headers["Content-Security-Policy"] = policy
        if not framed:
            response.headers["X-Frame-Options"] = "DENY"
        # The widget is loaded by the clinic's website; nothing else by anyone.
        response.headers["Cross-Origin-Resource-Policy"] = (
            "cross-origin" if request.path == "/widget.js" or framed else "same-origin"
        )
        if "Cache-Control" not in response.headers:
            response.headers["Cache-Control"] = "no-store"
        if https:
            response.headers["Strict-Transport-Security"] = "max-age=31536000"
        return response
