"""Scripts and styles: read once, compressed once, named by their content."""

from __future__ import annotations

import gzip
import hashlib
from dataclasses import dataclass
from pathlib import Path

from flask import Flask, Request, Response, request

_TYPES = {
    ".js": "text/javascript; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".svg": "image/svg+xml",
}
_SMALLEST_WORTH_IT = 500
FOREVER = "public, max-age=31536000, immutable"


@dataclass(frozen=True)
class Asset:
    """One file."""

    content: bytes
    compressed: bytes
    version: str
    content_type: str


class Assets:
    """The files of a folder.

    Args:
        folder: Where they are.
    """

    def __init__(self, folder: Path) -> None:
        self._assets = {
            file.name: _read(file)
            for file in sorted(folder.iterdir())
            if file.suffix in _TYPES
        }

    def url(self, name: str) -> str:
        """Return the address of a file, which changes with its content."""
        return f"/static/{name}?v={self._assets[name].version}"

    def response(self, name: str, wanted: Request) -> Response | None:
        """Return a file, or None if there is none of that name."""
        asset = self._assets.get(name)
        if asset is None:
            return None
        packed = wanted.accept_encodings.quality("gzip") > 0
        answer = Response(asset.compressed if packed else asset.content)
        answer.headers["Content-Type"] = asset.content_type
        answer.headers["Vary"] = "Accept-Encoding"
        if packed:
            answer.headers["Content-Encoding"] = "gzip"
        named = wanted.args.get("v") == asset.version
        answer.headers["Cache-Control"] = FOREVER if named else "no-cache"
        answer.set_etag(f"{asset.version}{'-gz' if packed else ''}")
        answer.make_conditional(wanted)
        return answer


def compress_pages(app: Flask) -> None:
    """Send pages compressed to browsers that can read them so.

    Pages hold nothing secret, so compression gives nothing away (BREACH); answers of
    the API are left as they are.
    """

    @app.after_request
    def packed(response: Response) -> Response:
        if (
            response.mimetype == "text/html"
            and request.accept_encodings.quality("gzip") > 0
            and not response.is_streamed
            and len(response.get_data()) >= _SMALLEST_WORTH_IT
        ):
            response.set_data(gzip.compress(response.get_data(), 6))
            response.headers["Content-Encoding"] = "gzip"
            response.headers["Vary"] = "Accept-Encoding"
        return response


def _read(file: Path) -> Asset:
    content = file.read_bytes()
    return Asset(
        content,
        gzip.compress(content, 9, mtime=0),
        hashlib.sha256(content).hexdigest()[:12],
        _TYPES[file.suffix],
    )
