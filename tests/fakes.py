"""Fakes for the two seams: HTTP and credentials."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping

from codepipeline_sdk.config import Config, HttpRequest, HttpResponse
from codepipeline_sdk.config.settings import ConfigChanges
from codepipeline_sdk.credentials import Credentials

CREDENTIALS = Credentials(access_key_id="AKIDEXAMPLE", secret_access_key="not-a-real-secret")

Answer = HttpResponse | Exception | Callable[[HttpRequest], HttpResponse]


def reply(body: Mapping[str, object] | bytes = b"{}", status: int = 200, **headers: str) -> HttpResponse:
    """Return a response; header names are given with underscores."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return HttpResponse(
        status=status, headers=named, body=body if isinstance(body, bytes) else json.dumps(body).encode()
    )


def refusal(code: str, status: int = 400, **headers: str) -> HttpResponse:
    """Return an error response with this code."""
    return reply({"__type": code, "message": f"text of {code}"}, status, **headers)


class ScriptedHttp:
    """Answers with what it is given, in order; the last answer again and again. Keeps the requests."""

    def __init__(self, *answers: Answer) -> None:
        self.requests: list[HttpRequest] = []
        self._answers = list(answers)

    async def send(self, request: HttpRequest) -> HttpResponse:
        self.requests.append(request)
        answer = self._answers.pop(0) if len(self._answers) > 1 else self._answers[0]
        if isinstance(answer, Exception):
            raise answer
        return answer if isinstance(answer, HttpResponse) else answer(request)

    @property
    def bodies(self) -> list[dict[str, object]]:
        return [json.loads(request.body) for request in self.requests]


class Sleeps:
    """Records waits instead of waiting."""

    def __init__(self) -> None:
        self.seconds: list[float] = []

    async def __call__(self, seconds: float) -> None:
        self.seconds.append(seconds)


_partitions: Iterator[int] = iter(range(1_000_000))


def config(http: object, **changes: object) -> Config:
    """Return a config on a fake transport: no waits, no randomness, a retry budget of its own."""
    settings: ConfigChanges = {
        "region": "eu-west-1",
        "credentials": CREDENTIALS,
        "sleep": Sleeps(),
        "random": lambda: 1.0,
        "time_source": lambda: 1_700_000_000.0,
        "retry_partition": f"test-{next(_partitions)}",
    }
    return Config(**{**settings, "http_client": http, **changes})  # type: ignore[arg-type]  # a table of keywords
