"""Scripts and styles: read once, compressed once, named by their content."""

from __future__ import annotations

import gzip
import hashlib
import re
from dataclasses import dataclass
from pathlib import Path

import rjsmin
from flask import Flask, Request, Response, request

_TYPES = {
    ".js": "text/javascript; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".svg": "image/svg+xml",
}
_IMPORTED = re.compile(r'(?<=")\./([\w-]+\.js)(?=")')
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

    Scripts are sent without their comments. What a script imports (`"./other.js"`) is
    named by its content, too, so that a page never runs parts of two releases.

    Args:
        folder: Where they are.
    """

    def __init__(self, folder: Path) -> None:
        self._assets: dict[str, Asset] = {}
        for file in sorted(folder.iterdir()):
            if file.suffix in _TYPES:
                self._read(file)

    def url(self, name: str) -> str:
        """Return the address of a file, which changes with its content."""
        return f"/static/{name}?v={self._assets[name].version}"

    def _read(self, file: Path) -> Asset:
        if file.name in self._assets:
            return self._assets[file.name]
        content = file.read_text("utf-8")
        if file.suffix == ".js":

            def named(found: re.Match[str]) -> str:
                return f"./{found[1]}?v={self._read(file.with_name(found[1])).version}"

            content = _IMPORTED.sub(named, rjsmin.jsmin(content))
        self._assets[file.name] = asset = _asset(content.encode(), _TYPES[file.suffix])
        return asset

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


def _asset(content: bytes, content_type: str) -> Asset:
    return Asset(
        content,
        gzip.compress(content, 9, mtime=0),
        hashlib.sha256(content).hexdigest()[:10],
        content_type,
    )
