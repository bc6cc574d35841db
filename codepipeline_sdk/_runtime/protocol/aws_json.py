"""awsJson 1.0 and 1.1: one URL, the operation in a header, JSON objects both ways. Source: anchor.md 1.5, 1.6."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Final, Never

from attrs import frozen

from codepipeline_sdk._runtime.codec import DecodeError, EncodeError, misfit
from codepipeline_sdk.config.http import HttpResponse
from codepipeline_sdk.error import COMMON_ERRORS, ServiceError, UnhandledError
from codepipeline_sdk.primitives import JsonObject, JsonValue

MAX_DEPTH: Final = 128
"""Objects and arrays inside each other that a response may have."""

_MESSAGE_KEYS: Final = frozenset({"message", "Message", "errorMessage"})
_ESCAPED_SURROGATE: Final = re.compile(r"\\u[dD][89a-fA-F]")


@frozen(kw_only=True)
class AwsJson:
    """The awsJson protocol of one service."""

    version: str
    """`1.0` or `1.1`."""

    target_prefix: str
    """What stands before the operation in `X-Amz-Target`."""

    def request_headers(self, operation: str) -> dict[str, str]:
        """Return the headers that every request of the operation carries."""
        return {
            "content-type": f"application/x-amz-json-{self.version}",
            "x-amz-target": f"{self.target_prefix}.{operation}",
        }

    def request_body(self, members: JsonObject) -> bytes:
        """Return the compact JSON of an input's members; never empty."""
        try:
            return json.dumps(members, separators=(",", ":"), ensure_ascii=False, allow_nan=False).encode()
        except (TypeError, ValueError, RecursionError) as error:
            raise EncodeError(misfit(members) or str(error)) from error

    def response_members(self, response: HttpResponse) -> JsonObject:
        """Return the members of a response; an empty body has none."""
        if not response.body:
            return {}
        value = parse_json(response.body)
        if not isinstance(value, dict):
            raise DecodeError(f"the body must be a JSON object, not {type(value).__name__}")
        return value

    def error(self, response: HttpResponse, errors: Mapping[str, type[ServiceError]]) -> ServiceError:
        """Return the error that an unsuccessful response stands for, whatever its body is."""
        unread: DecodeError | None = None
        try:
            members = self.response_members(response)
        except DecodeError as error:
            members, unread = {}, error
        code = _error_code(response.headers.get("x-amzn-errortype"), members)
        kind = UnhandledError if code is None else errors.get(code) or COMMON_ERRORS.get(code, UnhandledError)
        failure = kind(
            _error_message(members),
            code=code,
            status=response.status,
            request_id=response.request_id,
            response=response,
        )
        failure.__cause__ = unread
        if code is None:
            failure.code = None
        return failure


def _error_code(header: str | None, members: JsonObject) -> str | None:
    """Return the code: from the header, else `code`, else `__type`; without a URI behind and a namespace before."""
    for value in (header, members.get("code"), members.get("__type")):
        if isinstance(value, str) and (code := value.partition(":")[0].rpartition("#")[2].strip()):
            return code
    return None


def _error_message(members: JsonObject) -> str | None:
    """Return the message under the last of the keys that services use."""
    message = None
    for key, value in members.items():
        if key in _MESSAGE_KEYS and isinstance(value, str):
            message = value
    return message


def parse_json(body: bytes) -> JsonValue:
    """Parse strict JSON in UTF-8; raise DecodeError for anything else."""
    try:
        text = body.decode()
        value: JsonValue = json.loads(text, parse_constant=_refuse_constant)
    except RecursionError as error:
        raise DecodeError("maximum nesting depth exceeded") from error
    except ValueError as error:
        raise DecodeError(f"the body is not JSON: {type(error).__name__}") from error
    # Few brackets cannot nest deeply, so small bodies skip the walk.
    if text.count("{") + text.count("[") > MAX_DEPTH and _is_deeper(value, MAX_DEPTH):
        raise DecodeError("maximum nesting depth exceeded")
    if _ESCAPED_SURROGATE.search(text):
        _refuse_lone_surrogates(value)
    return value


def _refuse_constant(name: str) -> Never:
    raise ValueError(f"{name} is no JSON")


def _is_deeper(value: JsonValue, depth: int) -> bool:
    level = [value]
    for _ in range(depth):
        level = [
            inner
            for outer in level
            if isinstance(outer, dict | list)
            for inner in (outer.values() if isinstance(outer, dict) else outer)
            if isinstance(inner, dict | list)
        ]
        if not level:
            return False
    return True


def _refuse_lone_surrogates(value: JsonValue) -> None:
    try:
        json.dumps(value, ensure_ascii=False).encode()
    except UnicodeEncodeError as error:
        raise DecodeError("the body holds half of a surrogate pair") from error
