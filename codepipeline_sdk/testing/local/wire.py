"""The awsJson1_1 protocol as the service speaks it: rules W-1 to W-16."""

from __future__ import annotations

import json
from collections.abc import Mapping
from email.utils import formatdate
from http import HTTPStatus
from typing import TYPE_CHECKING, Final, Literal, Never, TypeAlias, cast

from attrs import frozen

from codepipeline_sdk.config.http import HttpResponse
from codepipeline_sdk.testing.local.model import OPERATIONS

if TYPE_CHECKING:
    from codepipeline_sdk.primitives import JsonObject, JsonValue

API_VERSION: Final = "2015-07-09"
"""The version of the service's API."""

CONTENT_TYPE: Final = "application/x-amz-json-1.1"
"""W-1, W-7: of requests and responses."""

TARGET_PREFIX: Final = "CodePipeline_20150709."
"""W-1: what precedes the operation in `x-amz-target`."""

ErrorStyle: TypeAlias = Literal["plain", "namespaced", "capital_message", "header_only", "html"]
"""W-16: how an error is written.

`plain` is the service's own way. `namespaced` puts a namespace before the code, `capital_message` writes `Message`,
`header_only` gives the code in the `x-amzn-errortype` header alone, with a suffix, and `html` answers as a gateway.
"""

_STATUS: Final[Mapping[str, int]] = {"InternalFailure": 500, "ServiceUnavailableException": 503}
_NAMESPACE: Final = "com.amazonaws.codepipeline#"
_HEADER_SUFFIX: Final = ":http://internal.amazon.com/coral/com.amazonaws.codepipeline/"
_HTML: Final = b"<html><head><title>502 Bad Gateway</title></head><body><h1>502 Bad Gateway</h1></body></html>"


class WireError(Exception):
    """A refusal of the service, as its clients see it: W-12 to W-15."""

    def __init__(self, code: str, message: str | None = None, *, status: int | None = None) -> None:
        super().__init__(code, message)
        self.code = code
        self.message = message
        """None for the few errors that carry no text."""
        self.status: int = _STATUS.get(code, 400) if status is None else status


def read_operation(headers: Mapping[str, str]) -> str:
    """Return the name of the operation that a request asks for; raise WireError for any other request."""
    target = headers.get("x-amz-target", "")
    name = target.removeprefix(TARGET_PREFIX)
    if name == target or name not in OPERATIONS:
        raise WireError("UnknownOperationException")
    if headers.get("content-type", "").partition(";")[0].strip().lower() != CONTENT_TYPE:
        raise WireError("UnknownOperationException")
    return name


def read_document(body: bytes) -> JsonObject:
    """Return the JSON object of a request's body; no body is an empty object (W-2)."""
    if not body:
        return {}
    try:
        document = cast("JsonValue", json.loads(body.decode("utf-8"), parse_constant=_refuse_constant))  # typed as Any
        if b"\\u" in body:
            json.dumps(document, ensure_ascii=False).encode()  # an escape can hide half a character
    except (ValueError, RecursionError) as error:
        raise WireError("SerializationException", "The request body is not valid JSON") from error
    if not isinstance(document, dict):
        raise WireError("SerializationException", "The request body is not a JSON object")
    return document


def _refuse_constant(name: str) -> Never:
    raise ValueError(f"{name} is no JSON")


@frozen(kw_only=True)
class Reply:
    """Writes the response to one request, in whichever form it takes."""

    now: float
    """The time of the service, for the `date` header."""

    request_id: str
    """For the `x-amzn-requestid` header."""

    style: ErrorStyle
    """How a refusal is written."""

    def output(self, output: Mapping[str, object] | None) -> HttpResponse:
        """Return the success of an operation; None for one that has no output shape (W-7 to W-9)."""
        return self._response(200, b"" if output is None else _encode(output), CONTENT_TYPE)

    def refusal(self, error: WireError) -> HttpResponse:
        """Return an error of the service (W-12, W-16)."""
        if self.style == "html":
            return self._response(502, _HTML, "text/html")
        document: dict[str, object] = {}
        if self.style != "header_only":
            document["__type"] = _NAMESPACE + error.code if self.style == "namespaced" else error.code
        if error.message is not None:
            document["Message" if self.style == "capital_message" else "message"] = error.message
        error_type = error.code + _HEADER_SUFFIX if self.style == "header_only" else error.code
        return self._response(error.status, _encode(document), CONTENT_TYPE, {"x-amzn-errortype": error_type})

    def text(self, status: int) -> HttpResponse:
        """Return a refusal that comes before the operations, as plain text (W-5, W-6)."""
        return self._response(status, HTTPStatus(status).phrase.encode(), "text/plain")

    def json(self, status: int, document: Mapping[str, object]) -> HttpResponse:
        """Return an answer of the control API."""
        return self._response(status, _encode(document), "application/json")

    def _response(
        self, status: int, body: bytes, content_type: str, headers: Mapping[str, str] | None = None
    ) -> HttpResponse:
        return HttpResponse(
            status=status,
            headers={
                "content-type": content_type,
                "x-amzn-requestid": self.request_id,
                "content-length": str(len(body)),
                "date": formatdate(self.now, usegmt=True),
                **(headers or {}),
            },
            body=body,
        )


def _encode(document: Mapping[str, object]) -> bytes:
    return json.dumps(document, ensure_ascii=False, separators=(",", ":")).encode()
