"""load: the service model as botocore ships it, read as plain JSON; no code of botocore is imported.

The pinned botocore release is named in pyproject.toml. The digest of the model's bytes goes into `meta.py`, so a model
other than the one that was generated from shows as drift.
"""

from __future__ import annotations

import gzip
import hashlib
import importlib.metadata
import importlib.util
import json
import tomllib
from pathlib import Path
from typing import Final, TypeAlias

from attrs import frozen

from codegen.docs import ModelError

ROOT: Final = Path(__file__).resolve().parent.parent

Json: TypeAlias = "dict[str, Json] | list[Json] | str | int | float | bool | None"
JsonObject: TypeAlias = "dict[str, Json]"


@frozen(kw_only=True)
class Sources:
    """Everything that the generated package is made from."""

    service: JsonObject
    """`service-2.json`: operations and shapes."""

    paginators: JsonObject
    """`paginators-1.json`."""

    endpoint_rules: JsonObject
    """`endpoint-rule-set-1.json`."""

    partitions: JsonObject
    """`partitions.json`."""

    sha256: str
    """Of the uncompressed bytes of the service model."""

    origin: str
    """Such as `botocore 1.44.4`."""

    package_name: str
    """The name in pyproject.toml."""

    package_version: str
    """The version in pyproject.toml."""


def load(service: str = "codepipeline", api_version: str = "2015-07-09") -> Sources:
    """Read the model of one service from the installed botocore."""
    spec = importlib.util.find_spec("botocore")
    if spec is None or spec.origin is None:
        raise ModelError("botocore, the source of the model, is not installed: install the extra `dev`")
    data = Path(spec.origin).parent / "data"
    folder = data / service / api_version
    model = _read(folder / "service-2.json")
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
    return Sources(
        service=_parse(model),
        paginators=_parse(_read(folder / "paginators-1.json")),
        endpoint_rules=_parse(_read(folder / "endpoint-rule-set-1.json")),
        partitions=_parse(_read(data / "partitions.json")),
        sha256=hashlib.sha256(model).hexdigest(),
        origin=f"botocore {importlib.metadata.version('botocore')}",
        package_name=str(project["project"]["name"]),
        package_version=str(project["project"]["version"]),
    )


def _read(path: Path) -> bytes:
    compressed = path.with_name(path.name + ".gz")
    return gzip.decompress(compressed.read_bytes()) if compressed.exists() else path.read_bytes()


def _parse(text: bytes) -> JsonObject:
    parsed: JsonObject = json.loads(text)
    return parsed
