"""Endpoints: the settings they depend on, and where the requests of a service go. Source: anchor.md 1.13."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from attrs import field, frozen

from codepipeline_sdk.error import ConfigError

if TYPE_CHECKING:
    from collections.abc import Mapping


class EndpointError(ConfigError):
    """The settings lead to no endpoint."""


def _none_if_empty(region: str | None) -> str | None:
    return region or None


@frozen(kw_only=True)
class EndpointParameters:
    """The settings that an endpoint depends on. They are hashable, so they can be the key of a cache."""

    region: str | None = field(default=None, converter=_none_if_empty)
    """Any host label, known or not; an empty text counts as None."""

    use_fips: bool = False
    """Whether the endpoint must be validated by FIPS 140."""

    use_dualstack: bool = False
    """Whether the endpoint must answer over IPv6 as well."""

    endpoint_url: str | None = None
    """Where to send requests instead: scheme, host, and if needed port and path."""

    def validate(self) -> None:
        """Raise EndpointError for a region that is no host label and for a URL that requests cannot be sent below."""
        if self.region is not None and not is_valid_host_label(self.region):
            raise EndpointError(f"Invalid Configuration: the region {self.region!r} is not a valid host label")
        if self.endpoint_url is not None:
            _validate_endpoint_url(self.endpoint_url)


@frozen(kw_only=True)
class Endpoint:
    """Where to send requests, and what the signature there differs in."""

    url: str
    """Scheme, host, and if needed port and path."""

    headers: Mapping[str, str] = field(factory=dict[str, str])
    """Headers that every request to it needs, names in lower case."""

    signing_region: str | None = None
    """The region to sign for; None for the client's."""

    signing_name: str | None = None
    """The service name to sign for; None for the service's own."""

    def join(self, path: str) -> str:
        """Return the URL of a path, which may carry a query: `/` below `http://host/base` is `http://host/base/`."""
        return f"{self.url.removesuffix('/')}/{path.removeprefix('/')}"


def is_valid_host_label(value: str, *, allow_subdomains: bool = False) -> bool:
    """Whether a text can be one label of a host name, or several with dots between them (RFC 1123 2.1)."""
    labels = value.split(".") if allow_subdomains else [value]
    return all(re.fullmatch(r"(?!-)[A-Za-z0-9-]{1,63}(?<!-)", label) for label in labels)


def _validate_endpoint_url(url: str) -> None:
    """Raise EndpointError with what is wrong; the URL is not repeated, for it may hold a password."""
    problem = None
    try:
        parts = urlsplit(url)
        if not url.isascii() or not url.isprintable() or " " in url:
            problem = "holds a character that must be percent-encoded"
        elif parts.scheme not in {"http", "https"} or not parts.netloc:
            problem = "must start with http:// or https:// and name a host"
        elif "@" in parts.netloc:
            problem = "must not hold a user name or a password"
        elif "?" in url or "#" in url:
            problem = "must have no query and no fragment"
        elif re.fullmatch(r"(\[[0-9A-Fa-f:.]+\]|[A-Za-z0-9._-]+)(:[0-9]+)?", parts.netloc) is None or parts.port == 0:
            problem = "has no valid host and port"
    except ValueError:
        problem = "has no valid host and port"
    if problem is not None:
        raise EndpointError(f"Invalid Configuration: the custom endpoint URL {problem}")
