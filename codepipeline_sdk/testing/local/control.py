"""The control API over HTTP, for tests in any language: the routes of C-13 under the rules of C-14."""

from __future__ import annotations

import hmac
from typing import TYPE_CHECKING, Final
from urllib.parse import urlsplit

from codepipeline_sdk.testing.local.wire import API_VERSION

if TYPE_CHECKING:
    from collections.abc import Callable

    from codepipeline_sdk.config.http import HttpRequest, HttpResponse
    from codepipeline_sdk.testing.local.wire import Reply

PREFIX: Final = "/_local/"
"""What every path of the control API begins with."""


class Control:
    """Answers requests to the control API; none of them needs a signature."""

    def __init__(self, *, token: str | None, reset: Callable[[], None]) -> None:
        self._token = token
        self._reset = reset

    def handle(self, request: HttpRequest, reply: Reply) -> HttpResponse:
        """Return the answer to one request; 403 without the token, 404 for an unknown route."""
        given = request.headers.get("x-local-token", "")
        if self._token is not None and not hmac.compare_digest(given.encode(), self._token.encode()):
            return reply.json(403, {"error": "X-Local-Token is missing or wrong"})
        match request.method, urlsplit(request.url).path.removeprefix(PREFIX):
            case "GET", "health":
                return reply.json(200, {"status": "ok", "apiVersion": API_VERSION})
            case "POST", "reset":
                self._reset()
                return reply.json(200, {})
            case method, _:
                return reply.json(404, {"error": f"no route for {method} {urlsplit(request.url).path}"})
