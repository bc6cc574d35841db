"""What the tests of the local service share: raw calls, responses checked against the model, and declarations."""

# The oracle ships no types.
# pyright: reportMissingTypeStubs=false, reportUnknownMemberType=false

from __future__ import annotations

import json
from functools import cache
from typing import TYPE_CHECKING, Any, Final

from attrs import frozen
from botocore.loaders import Loader
from botocore.model import ServiceModel

from codepipeline_sdk.config.http import HttpRequest

if TYPE_CHECKING:
    from collections.abc import Mapping

    from codepipeline_sdk.config.http import HttpResponse
    from codepipeline_sdk.testing.local import LocalCodePipeline

ACCOUNT: Final = "123456789012"
ROLE: Final = f"arn:aws:iam::{ACCOUNT}:role/pipelines"

Document = dict[str, Any]
"""A declaration, a part of one, or an output, as JSON."""

UNDECLARED: Final = {
    # W-15
    "ActionTypeAlreadyExistsException", "InvalidActionTypeException", "PipelineNotFoundException",
    "ResourceNotFoundException",
    # the failure table of section 1.4
    "MissingAuthenticationTokenException", "IncompleteSignatureException", "UnrecognizedClientException",
    "InvalidSignatureException", "ExpiredTokenException", "AccessDeniedException", "UnknownOperationException",
    "SerializationException", "ThrottlingException", "InternalFailure", "ServiceUnavailableException",
    # our own, for what is not built yet
    "NotImplementedInLocalService",
}  # fmt: skip
"""Codes that an operation may answer without declaring them."""


@cache
def service_model() -> Any:
    loader: Any = Loader()
    return ServiceModel(loader.load_service_model("codepipeline", "service-2"))


@frozen
class Refusal:
    """An error as a client sees it."""

    status: int
    code: str
    message: str | None


class WireClient:
    """Calls a local service in raw requests and holds every response against botocore's model."""

    def __init__(self, local: LocalCodePipeline, *, region: str = "us-east-1", access_key: str = "test") -> None:
        self.local = local
        self.authorization = (
            f"AWS4-HMAC-SHA256 Credential={access_key}/20260101/{region}/codepipeline/aws4_request, "
            "SignedHeaders=host;x-amz-date, Signature=00"
        )

    def request(
        self,
        operation: str,
        body: bytes,
        *,
        headers: Mapping[str, str | None] | None = None,
        method: str = "POST",
        url: str = "http://local.codepipeline/",
    ) -> HttpRequest:
        """Return one request; a header whose value is None is left out."""
        fields: dict[str, str | None] = {
            "authorization": self.authorization,
            "content-type": "application/x-amz-json-1.1",
            "x-amz-date": "20260101T000000Z",
            "x-amz-target": f"CodePipeline_20150709.{operation}",
            **(headers or {}),
        }
        present = {name: value for name, value in fields.items() if value is not None}
        return HttpRequest(method=method, url=url, headers=present, body=body)

    async def send(self, operation: str, body: bytes, **changes: Any) -> HttpResponse:
        """Send one request, changed as `request` allows."""
        return await self.local.http_client.send(self.request(operation, body, **changes))

    async def call(self, operation: str, /, **members: Any) -> Document:
        """Return the output of an operation that must succeed."""
        response = await self.send(operation, json.dumps(members).encode())
        assert response.status == 200, response.body
        return check_output(operation, response)

    async def refusal(self, operation: str, /, **members: Any) -> Refusal:
        """Return the error of an operation that must be refused."""
        return check_refusal(operation, await self.send(operation, json.dumps(members).encode()))


def check_output(operation: str, response: HttpResponse) -> Document:
    """Return a successful output after comparing it with the model."""
    shape = service_model().operation_model(operation).output_shape
    if shape is None:
        assert response.body == b""
        return {}
    document: Document = json.loads(response.body)
    _check(shape, document, operation)
    return document


def check_refusal(operation: str, response: HttpResponse) -> Refusal:
    """Return an error after comparing its code with what the operation may answer."""
    document = json.loads(response.body)
    code = document["__type"]
    declared = {shape.name for shape in service_model().operation_model(operation).error_shapes}
    assert code in declared | UNDECLARED
    assert response.headers["x-amzn-errortype"] == code
    assert set(document) <= {"__type", "message"}
    if code in declared:
        assert response.status == 400
    return Refusal(response.status, code, document.get("message"))


_TYPES: Final[dict[str, tuple[type, ...]]] = {
    "structure": (dict,),
    "list": (list,),
    "map": (dict,),
    "string": (str,),
    "integer": (int,),
    "boolean": (bool,),
    "timestamp": (int, float),
}


def _check(shape: Any, value: Any, path: str) -> None:
    assert type(value) in _TYPES[shape.type_name], path
    if shape.type_name == "structure":
        assert set(shape.required_members) <= set(value) <= set(shape.members), path
        for name, item in value.items():
            _check(shape.members[name], item, f"{path}.{name}")
    elif shape.type_name == "list":
        for item in value:
            _check(shape.member, item, f"{path}[]")
    elif shape.type_name == "map":
        for item in value.values():
            _check(shape.value, item, f"{path}{{}}")
    else:
        assert value in (shape.metadata.get("enum") or [value]), path
