"""What tests of the retries share: failures as the orchestrator hands them over, and threads in each other's way."""

from __future__ import annotations

import sys
import threading
from collections.abc import Callable, Mapping

from codepipeline_sdk._runtime.protocol.aws_json import AwsJson
from codepipeline_sdk.config.http import ConnectorError, ConnectorErrorKind
from codepipeline_sdk.error import DispatchFailure, ServiceError
from codepipeline_sdk.types.error import ERRORS
from tests.fakes import reply

PROTOCOL = AwsJson(version="1.1", target_prefix="CodePipeline_20150709")


def refused(status: int, code: str | None = None, headers: Mapping[str, str] | None = None) -> ServiceError:
    """Return the error of an unsuccessful response, decoded from it."""
    named = {name.replace("-", "_"): value for name, value in (headers or {}).items()}
    body = b"" if code is None else {"__type": code, "message": "no"}
    return PROTOCOL.error(reply(body, status, **named), ERRORS)


def throttled(headers: Mapping[str, str] | None = None) -> ServiceError:
    """Return the error of a service that gets too many requests."""
    return refused(400, "ThrottlingException", headers)


def not_connected(kind: ConnectorErrorKind = "io") -> DispatchFailure:
    """Return the error of a transport that got no response."""
    error = DispatchFailure("no response")
    error.__cause__ = ConnectorError("no response", kind=kind, request_written=False)
    return error


def in_eight_threads(work: Callable[[], None]) -> None:
    """Do the work in eight threads that take turns as often as they can."""
    interval = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    try:
        threads = [threading.Thread(target=work) for _ in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    finally:
        sys.setswitchinterval(interval)
