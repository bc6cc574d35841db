"""Signatures equal botocore's for generated requests.

What is not generated, because we deviate on purpose; tests/runtime/test_signing.py has the tests:

- A path that ends in `.` or `..` names a folder and keeps its slash (RFC 3986 5.2.4); botocore drops the slash.
- Every spelling of a query is signed alike; botocore signs a query as it is spelt.
- Only blanks and tabs are folded, the blanks of HTTP (RFC 9110 5.6.3); botocore folds no-break spaces, too.
- `x-amz-date` is always set; botocore leaves it out when there is a `date`.
"""

# The oracle ships no types.
# pyright: reportMissingTypeStubs=false, reportUnknownMemberType=false

from __future__ import annotations

import random
import string
from collections.abc import Iterator
from datetime import UTC, datetime
from urllib.parse import quote

import botocore.auth
import pytest
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials as BotocoreCredentials

from codepipeline_sdk._runtime.signing import UNSIGNED_HEADERS, sign
from codepipeline_sdk.config.http import HttpRequest
from codepipeline_sdk.credentials.identity import Credentials

HOSTS = (
    "https://codepipeline.eu-central-1.amazonaws.com",
    "https://Codepipeline-FIPS.us-gov-west-1.amazonaws.com:443",
    "http://localhost:4566",
    "http://127.0.0.1:80",
    "http://[::1]:8080",
)
HEADERS = (
    *sorted(UNSIGNED_HEADERS - {"authorization"}),
    *("accept-encoding", "content-length", "content-type", "host", "x-amz", "x-amz-target", "x-amz-user-agent", "x_1"),
)
FIELD_CHARACTERS = "  \t" + string.ascii_letters + string.digits + string.punctuation + "éßÿ\x9f¿"
URL_CHARACTERS = string.ascii_letters + string.digits + string.punctuation + " é€𝄞\0"
KEY_CHARACTERS = string.ascii_letters + string.digits + "+/="


class Generator(random.Random):
    """Draws the parts of a request."""

    def text(self, characters: str, longest: int, *, shortest: int = 0) -> str:
        return "".join(self.choices(characters, k=self.randint(shortest, longest)))

    def path(self) -> str:
        segments = self.choices([".", "..", "", "a", self.url_part(), self.url_part()], k=self.randint(0, 6))
        if segments and segments[-1] in {".", ".."}:
            segments.append("")
        return "".join(f"/{segment}" for segment in segments)

    def query(self) -> str:
        pairs = [f"{self.url_part()}={self.choice(['', '1', self.url_part()])}" for _ in range(self.randint(1, 4))]
        return "?" + "&".join([*pairs, *self.choices(pairs, k=self.randint(0, 1))])

    def url_part(self) -> str:
        return quote(self.text(URL_CHARACTERS, 6), safe="")

    def request(self) -> HttpRequest:
        names = self.sample(HEADERS, self.randint(0, 8))
        return HttpRequest(
            method=self.choice(["POST", "GET", "PUT", "delete"]),
            url=self.choice(HOSTS) + self.path() + self.choice(["", self.query()]),
            headers={name: self.text(FIELD_CHARACTERS, 20) for name in names},
            body=self.randbytes(self.choice([0, 2, 200])),
        )

    def credentials(self, *, temporary: bool) -> Credentials:
        return Credentials(
            access_key_id=self.text(KEY_CHARACTERS, 20, shortest=1),
            secret_access_key=self.text(KEY_CHARACTERS + "é", 40, shortest=1),
            session_token=self.text(KEY_CHARACTERS, 400, shortest=1) if temporary else None,
        )

    def time(self) -> datetime:
        return datetime.fromtimestamp(self.uniform(0, 4e9), UTC)


def cases(*, temporary: bool) -> Iterator[tuple[HttpRequest, Credentials, str, datetime]]:
    generator = Generator(20150709)
    for _ in range(1000):
        region = generator.choice(["us-east-1", "eu-central-1", "us-gov-west-1", "local"])
        yield generator.request(), generator.credentials(temporary=temporary), region, generator.time()


def oracle(request: HttpRequest, credentials: Credentials, region: str) -> str:
    token = credentials.session_token
    signer = botocore.auth.SigV4Auth(
        BotocoreCredentials(
            credentials.access_key_id, credentials.secret_access_key.reveal(), token.reveal() if token else None
        ),
        "codepipeline",
        region,
    )
    signed = AWSRequest(method=request.method, url=request.url, headers=request.headers, data=request.body)
    signer.add_auth(signed)
    return str(signed.headers["Authorization"])


@pytest.mark.row("1.7-sigv4")
@pytest.mark.parametrize("temporary", [False, True])
def test_a_thousand_requests_are_signed_as_by_botocore(temporary: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    for request, credentials, region, now in cases(temporary=temporary):
        monkeypatch.setattr(botocore.auth, "get_current_datetime", lambda now=now: now)
        expected = oracle(request, credentials, region)
        sign(request, credentials, region=region, service="codepipeline", now=now)
        assert request.headers["authorization"] == expected, request


def test_the_unsigned_headers_are_those_of_botocore_and_the_signature_itself() -> None:
    # The anchor signs all of them but four, so its requests break where a proxy or a tracing agent changes one.
    assert {*botocore.auth.SIGNED_HEADERS_BLACKLIST, "authorization"} == UNSIGNED_HEADERS
