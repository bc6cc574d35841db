"""The text by which a service knows the SDK, its platform, the application and what a call makes use of.

One value goes into two headers: `x-amz-user-agent`, which is signed, and `user-agent`, which is not.

Source: anchor.md 1.8, 1.12, trap 52.
"""

from __future__ import annotations

import logging
import os
import re
import sys
from collections.abc import Iterable, Mapping, Sequence
from enum import StrEnum
from functools import cache, lru_cache
from typing import Final

from attrs import frozen

from codepipeline_sdk.config.framework import FrameworkMetadata
from codepipeline_sdk.error import ConfigError

MAX_FEATURE_CHARACTERS: Final = 1024
MAX_FRAMEWORKS: Final = 10
RECOMMENDED_APP_NAME_CHARACTERS: Final = 50

_LEGAL: Final = r"A-Za-z0-9!#$%&'*+.^_`|~-"
_ILLEGAL: Final = re.compile(f"[^{_LEGAL}]")
_APP_NAME: Final = re.compile(f"[{_LEGAL}]+")
_SYSTEMS: Final = {"darwin": "macos", "linux": "linux", "win32": "windows"}
_logger: Final = logging.getLogger(__name__)


class FeatureId(StrEnum):
    """What a call may make use of. The ids are the same in every SDK of AWS."""

    PAGINATOR = "C"
    RETRY_MODE_LEGACY = "D"
    """Known, but never used here."""
    RETRY_MODE_STANDARD = "E"
    RETRY_MODE_ADAPTIVE = "F"
    ENDPOINT_OVERRIDE = "N"
    CREDENTIALS_CODE = "e"
    CREDENTIALS_ENV_VARS = "g"
    CREDENTIALS_STS_ASSUME_ROLE = "i"
    CREDENTIALS_STS_ASSUME_ROLE_WEB_ID = "k"
    CREDENTIALS_PROFILE = "n"
    CREDENTIALS_PROFILE_SOURCE_PROFILE = "o"
    CREDENTIALS_PROFILE_NAMED_PROVIDER = "p"
    CREDENTIALS_PROFILE_STS_WEB_ID_TOKEN = "q"  # noqa: S105  # an id, not a token
    CREDENTIALS_PROFILE_SSO = "r"
    CREDENTIALS_SSO = "s"
    CREDENTIALS_PROFILE_PROCESS = "v"
    CREDENTIALS_PROCESS = "w"
    CREDENTIALS_HTTP = "z"
    CREDENTIALS_IMDS = "0"


@frozen(kw_only=True)
class Platform:
    """The machine and the interpreter."""

    system: str
    """As in `sys.platform`."""

    release: str
    """The version of the operating system; empty when unknown."""

    machine: str
    """The architecture, such as `x86_64`; empty when unknown."""

    implementation: str
    """As in `sys.implementation.name`."""

    python_version: str
    """Such as `3.11.7`."""


@cache
def current_platform() -> Platform:
    """Return the platform of this process. Starts no process and reads no file."""
    if sys.platform == "win32":
        # The platform module may start a shell to find out more.
        version = sys.getwindowsversion()
        release, machine = f"{version.major}.{version.minor}.{version.build}", ""
    else:
        release, machine = os.uname().release, os.uname().machine
    return Platform(
        system=sys.platform,
        release=release,
        machine=machine,
        implementation=sys.implementation.name,
        python_version=".".join(map(str, sys.version_info[:3])),
    )


def check_app_name(name: str, origin: str = "app_name") -> None:
    """Accept the name of an application or say what is wrong with it. Once for each name, a long one is warned of.

    Args:
        name: ASCII letters, digits and ``! # $ % & ' * + - . ^ _ ` | ~``; at most 50 characters are recommended.
        origin: the argument or variable that the name came from.

    Raises:
        ConfigError: the name is empty or holds another character.
    """
    if _APP_NAME.fullmatch(name) is None:
        raise ConfigError(
            f"{origin}: {name!r} is no app name: it takes ASCII letters, digits and ! # $ % & ' * + - . ^ _ ` | ~"
        )
    if len(name) > RECOMMENDED_APP_NAME_CHARACTERS:
        _warn_of_length(name, origin)


@lru_cache(maxsize=16)
def _warn_of_length(name: str, origin: str) -> None:
    _logger.warning("%s: the app name %s is longer than %d characters", origin, name, RECOMMENDED_APP_NAME_CHARACTERS)


class UserAgent:
    """Makes the user agents of a client; what stays the same over its calls is put together once.

    Args:
        sdk: the name of the SDK.
        version: the version of the SDK.
        platform: the machine and the interpreter.
        environ: the environment; AWS_EXECUTION_ENV names what the process runs in.
        metadata: further facts by name, such as the HTTP library.
        frameworks: what the application calls AWS through; the first 10 different ones are sent.
        app_name: the name of the application, see `check_app_name`.
        app_name_origin: the argument or variable that the name came from.

    Raises:
        ConfigError: the app name is invalid.
    """

    __slots__ = ("_end", "_middle", "_start")

    def __init__(
        self,
        *,
        sdk: str,
        version: str,
        platform: Platform,
        environ: Mapping[str, str],
        metadata: Mapping[str, str] | None = None,
        frameworks: Sequence[FrameworkMetadata] = (),
        app_name: str | None = None,
        app_name_origin: str = "app_name",
    ) -> None:
        facts = {"arch": platform.machine, "pyimpl": platform.implementation, **(metadata or {})}
        system = _SYSTEMS.get(platform.system, "other")
        if system == "other":
            facts["platform"] = platform.system
        middle = [_segment("os", system, platform.release), _segment("lang", "python", platform.python_version)]
        middle += [_segment("md", name, value) for name, value in facts.items() if value]
        if environment := environ.get("AWS_EXECUTION_ENV"):
            middle.append(f"exec-env/{_sanitised(environment)}")
        end = list(dict.fromkeys(map(_library, frameworks)))[:MAX_FRAMEWORKS]
        if app_name is not None:
            check_app_name(app_name, app_name_origin)
            end.append(f"app/{app_name}")
        self._start = f"{_sanitised(sdk)}/{_sanitised(version)} ua/2.1"
        self._middle = " ".join(middle)
        self._end = "".join(f" {segment}" for segment in end)

    def value(self, service_id: str, api_version: str, features: Iterable[str] = ()) -> str:
        """Return the user agent of one attempt.

        Args:
            service_id: the service as its model names it.
            api_version: the version of the service's API.
            features: ids of what the call makes use of, in the order of first use; see `FeatureId`.
        """
        return f"{self._start} {_api(service_id, api_version)} {self._middle}{_features(tuple(features))}{self._end}"


@lru_cache(maxsize=16)
def _api(service_id: str, api_version: str) -> str:
    return f"api/{_sanitised(service_id.lower().replace(' ', ''))}/{_sanitised(api_version)}"


@lru_cache(maxsize=64)
def _features(ids: tuple[str, ...]) -> str:
    """Return the segment of the feature ids, each once; what is too long ends with a whole id."""
    text = ",".join(dict.fromkeys(_sanitised(id_) for id_ in ids if id_))
    if len(text) > MAX_FEATURE_CHARACTERS:
        text = text[: MAX_FEATURE_CHARACTERS + 1].rpartition(",")[0]
    return f" m/{text}" if text else ""


def _library(framework: FrameworkMetadata) -> str:
    name = f"lib/{_sanitised(framework.name)}"
    return f"{name}/{_sanitised(framework.version)}" if framework.version else name


def _segment(kind: str, name: str, value: str) -> str:
    segment = f"{kind}/{_sanitised(name)}"
    return f"{segment}#{_sanitised(value)}" if value else segment


def _sanitised(text: str) -> str:
    return _ILLEGAL.sub("-", text)
