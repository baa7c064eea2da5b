"""The description of the API, for whoever writes another client."""

from __future__ import annotations

from pathlib import Path

from flask import Blueprint, Response

FILE = Path(__file__).with_name("openapi.yml")


def blueprint() -> Blueprint:
    """Return the route that serves the description."""
    routes = Blueprint("description", __name__)
    text = FILE.read_bytes()

    @routes.get("/api/openapi.yml")
    def openapi() -> Response:
        return Response(text, mimetype="application/yaml")

    return routes
