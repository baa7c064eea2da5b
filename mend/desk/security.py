"""What every answer of the desk carries to keep browsers from being tricked."""

from flask import Flask, Response, abort, request

CONTENT_SECURITY_POLICY = "; ".join(
    (
        "default-src 'none'",
        "style-src 'self'",
        "script-src 'self'",
        "connect-src 'self'",
        "img-src 'self'",
        "form-action 'self'",
        "base-uri 'none'",
        "frame-ancestors 'none'",
    )
)


def protect(app: Flask, *, https: bool) -> None:
    """Add the headers to every answer and refuse what other sites send."""

    @app.before_request
    def _refuse_other_sites() -> None:
        # Besides the form tokens: browsers say where a request comes from.
        sent_from = request.headers.get("Sec-Fetch-Site", "none")
        changes = request.method not in ("GET", "HEAD", "OPTIONS")
        if changes and sent_from not in ("same-origin", "none"):
            abort(403)

    @app.after_request
    def _add_headers(response: Response) -> Response:
        headers = response.headers
        headers["Content-Security-Policy"] = CONTENT_SECURITY_POLICY
        headers["X-Content-Type-Options"] = "nosniff"
        headers["X-Frame-Options"] = "DENY"
        # Not "no-referrer": the form protection checks it when served over HTTPS.
        headers["Referrer-Policy"] = "same-origin"
        headers["Cross-Origin-Opener-Policy"] = "same-origin"
        headers["Cross-Origin-Resource-Policy"] = "same-origin"
        headers["Permissions-Policy"] = "camera=(), geolocation=(), microphone=()"
        if request.endpoint != "static":
            headers["Cache-Control"] = "no-store"
        if https:
            headers["Strict-Transport-Security"] = "max-age=31536000"
        return response
