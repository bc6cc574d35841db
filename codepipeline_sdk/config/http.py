"""The HTTP seam: the request and response values, and the one method that a transport implements.

Source: anchor.md 1.18, design.md 4.12.
"""

from __future__ import annotations

import math
import os
from base64 import b64encode
from typing import TYPE_CHECKING, Final, Literal, Protocol, runtime_checkable
from urllib.parse import unquote, urlsplit

from attrs import define, evolve, field, frozen

from codepipeline_sdk.error import ConfigError
from codepipeline_sdk.primitives import REDACTED, Secret

if TYPE_CHECKING:
    import ssl
    from collections.abc import Mapping

SENSITIVE_HEADERS: Final = frozenset({
    "authorization",
    "cookie",
    "proxy-authorization",
    "set-cookie",
    "x-amz-security-token",
})  # fmt: skip
"""Headers whose values never show in a repr or a log."""


def _redact_headers(headers: Mapping[str, str]) -> str:
    return repr({k: REDACTED if k.lower() in SENSITIVE_HEADERS else v for k, v in headers.items()})


@define(kw_only=True)
class HttpRequest:
    """One HTTP request, complete: nothing is added to it on its way."""

    method: str
    """Such as `POST`."""

    url: str
    """Absolute, with scheme, host, path and query."""

    headers: dict[str, str] = field(factory=dict[str, str], repr=_redact_headers)
    """Names in lower case; `host` and `content-length` are set by the transport when absent."""

    body: bytes = field(default=b"", repr=lambda body: f"<{len(body)} bytes>")
    """The whole body."""

    connect_timeout: float = math.inf
    """Seconds until TCP and TLS stand."""

    read_timeout: float = math.inf
    """Seconds from sending the request to the response's headers, and between two chunks of its body."""

    max_response_bytes: int = 64 * 1024 * 1024
    """A longer response body is refused with a ConnectorError of kind `response`."""

    bypass_proxy: bool = False
    """Whether the default transport sends it directly whatever proxies are configured: hosts of the own machine or
    network that hand out credentials are no business of a proxy."""


@frozen(kw_only=True)
class HttpResponse:
    """One HTTP response with its whole body."""

    status: int
    """The status code."""

    headers: Mapping[str, str] = field(factory=dict[str, str], repr=_redact_headers)
    """Names in lower case; the values of a repeated header are joined with `, `."""

    body: bytes = field(default=b"", repr=lambda body: f"<{len(body)} bytes>")
    """The whole body."""

    @property
    def request_id(self) -> str | None:
        """The service's id of the request: `x-amzn-requestid`, else `x-amz-request-id`."""
        return self.headers.get("x-amzn-requestid") or self.headers.get("x-amz-request-id")


ConnectorErrorKind = Literal["connect_timeout", "read_timeout", "io", "response", "user", "other"]
"""What kept a response from arriving whole.

`io` and the timeouts are retried as transient, `response` (a response that breaks the rules of HTTP, or whose body
broke off or is too long) as well when the connection was at fault; `user` (the request itself cannot be sent) and
`other` are not.
"""


class ConnectorError(Exception):
    """What a transport raises when no whole response arrives. Callers see it as the cause of an SdkError."""

    def __init__(
        self, message: str, *, kind: ConnectorErrorKind, request_written: bool, retryable: bool | None = None
    ) -> None:
        super().__init__(message)
        self.kind: ConnectorErrorKind = kind
        self.request_written = request_written
        """Whether any byte of the request may have reached the other side."""
        self.retryable: bool = kind in {"connect_timeout", "read_timeout", "io"} if retryable is None else retryable
        """Whether another attempt may fare better."""


@runtime_checkable
class HttpClient(Protocol):
    """Sends requests. Anything with this method can stand in for the default transport."""

    async def send(self, request: HttpRequest) -> HttpResponse:
        """Send one request and return the whole response, whatever its status.

        Redirects are not followed. Any exception but ConnectorError counts as a failure of kind `other`, after which
        the request may have run.
        """
        ...


@frozen
class Proxy:
    """Where one proxy is, and what it is told to let requests pass."""

    url: str
    """Scheme, host and port, without credentials; `https` means that the proxy itself is spoken to under TLS."""

    authorization: Secret | None = None
    """The value of `proxy-authorization`."""


@frozen(kw_only=True)
class ProxyConfig:
    """Which requests go through which proxy. Made by its class methods.

    Requests to `https` URLs pass a proxy in a tunnel (CONNECT), encrypted to their end; those to `http` URLs are handed
    to it whole. A proxy is given as an `http` or `https` URL, perhaps with user and password in it; without a scheme
    it is `http`. Source: anchor.md 1.18.
    """

    for_http: Proxy | None = None
    """The way of requests to `http` URLs."""

    for_https: Proxy | None = None
    """The way of requests to `https` URLs."""

    no_proxy: tuple[str, ...] = ()
    """The rules that lead past the proxies; see `with_no_proxy`."""

    @classmethod
    def disabled(cls) -> ProxyConfig:
        """Return a config without a proxy, whatever the environment says."""
        return cls()

    @classmethod
    def all(cls, url: str) -> ProxyConfig:
        """Return a config with one proxy for all requests; raise ConfigError if the URL is none of a proxy."""
        proxy = _parse_proxy(url, "ProxyConfig.all(url)")
        return cls(for_http=proxy, for_https=proxy)

    @classmethod
    def http(cls, url: str) -> ProxyConfig:
        """Return a config with a proxy for `http` URLs alone; raise ConfigError if the URL is none of a proxy."""
        return cls(for_http=_parse_proxy(url, "ProxyConfig.http(url)"))

    @classmethod
    def https(cls, url: str) -> ProxyConfig:
        """Return a config with a proxy for `https` URLs alone; raise ConfigError if the URL is none of a proxy."""
        return cls(for_https=_parse_proxy(url, "ProxyConfig.https(url)"))

    @classmethod
    def from_env(cls, environment: Mapping[str, str] | None = None) -> ProxyConfig:
        """Return the proxies that the environment names, which are the default.

        HTTP_PROXY and HTTPS_PROXY count before ALL_PROXY; NO_PROXY lists the rules of `with_no_proxy`, separated by
        commas. Lower-case names count before upper-case ones, empty ones not at all. HTTP_PROXY in upper case is
        ignored when REQUEST_METHOD is set, because a CGI server fills it from a header of its client.

        Args:
            environment: instead of `os.environ`.

        Raises:
            ConfigError: names the variable that is no URL of a proxy.
        """
        variables = os.environ if environment is None else environment
        all_names = ("all_proxy", "ALL_PROXY")
        http_names = ("http_proxy",) if "REQUEST_METHOD" in variables else ("http_proxy", "HTTP_PROXY")
        rules = next((variables[name] for name in ("no_proxy", "NO_PROXY") if variables.get(name)), "")
        return cls(
            for_http=_proxy_of(variables, *http_names, *all_names),
            for_https=_proxy_of(variables, "https_proxy", "HTTPS_PROXY", *all_names),
            no_proxy=_split_rules(rules),
        )

    def with_basic_auth(self, user: str, password: str | Secret) -> ProxyConfig:
        """Return the config with user and password for its proxies, in place of those in their URLs."""
        given = _basic(user, password.reveal() if isinstance(password, Secret) else password)

        def authorized(proxy: Proxy | None) -> Proxy | None:
            return proxy and evolve(proxy, authorization=given)

        return evolve(self, for_http=authorized(self.for_http), for_https=authorized(self.for_https))

    def with_no_proxy(self, *rules: str) -> ProxyConfig:
        """Return the config with more rules for hosts that are reached directly.

        A rule is a host, which stands for the hosts below it as well (`example.com`, `.example.com` and `*.example.com`
        mean the same), an IP address, a network (`10.0.0.0/8`), or `*` for every host. `:port` after a host or address
        (in brackets for IPv6) restricts it to one port. A rule that is none of these matches nothing.
        """
        added = [rule for given in rules for rule in _split_rules(given)]
        return evolve(self, no_proxy=(*self.no_proxy, *added))


def _split_rules(text: str) -> tuple[str, ...]:
    return tuple(rule for part in text.split(",") if (rule := part.strip()))


def _proxy_of(variables: Mapping[str, str], *names: str) -> Proxy | None:
    """Return the proxy that the first variable with a value names."""
    name = next((name for name in names if variables.get(name)), None)
    return None if name is None else _parse_proxy(variables[name], name)


def _parse_proxy(url: str, source: str) -> Proxy:
    try:
        proxy = _split_proxy(url if "://" in url else f"http://{url}")
    except ValueError:
        proxy = None
    if proxy is None:
        # Neither the URL nor what it was refused for is repeated: both may contain a password.
        raise ConfigError(f"{source} is no URL of an HTTP proxy, such as http://proxy.example.com:3128")
    return proxy


def _split_proxy(url: str) -> Proxy | None:
    parts = urlsplit(url)
    host, port = parts.hostname or "", parts.port
    is_whole = parts.scheme in {"http", "https"} and host and parts.path in {"", "/"}
    if not is_whole or parts.query or parts.fragment or not url.isascii() or any(c <= " " for c in url):
        return None
    location = f"[{host}]" if ":" in host else host
    authorization = None
    if parts.username is not None:
        authorization = _basic(unquote(parts.username), unquote(parts.password or ""))
    return Proxy(f"{parts.scheme}://{location}{'' if port is None else f':{port}'}", authorization)


def _basic(user: str, password: str) -> Secret:
    return Secret("Basic " + b64encode(f"{user}:{password}".encode()).decode("ascii"))


def _as_optional_secret(value: str | Secret | None) -> Secret | None:
    return Secret(value) if isinstance(value, str) else value


@frozen
class ClientCertificate:
    """A certificate that the client shows to servers and proxies that ask for one.

    The files are read when the first connection needs them. Source: anchor.md section 3, row 12.
    """

    certificate_file: str
    """A PEM file with the certificate, followed by those that lead to an authority the server trusts."""

    key_file: str | None = None
    """A PEM file with the private key, unless it is in the certificate's file."""

    password: Secret | None = field(default=None, converter=_as_optional_secret)
    """Decrypts the key; given as a text or a Secret."""


@frozen(kw_only=True)
class HttpConfig:
    """Settings of the default transport."""

    max_connections: int = 100
    """Requests under way and idle connections at the same time, to all hosts together; further calls wait, under their
    timeouts.

    It counts for each event loop on its own: a client that four threads share, each with a loop, may open four times as
    many. Idle connections to a proxy do not count.
    """

    keepalive_expiry: float = 90.0
    """Seconds after which an idle connection is closed."""

    ca_bundle: str | None = None
    """A file with the certificates to trust (PEM), unless AWS_CA_BUNDLE names one; the system's store by default."""

    client_certificate: ClientCertificate | None = None
    """Shown to servers that ask for a certificate."""

    ssl_context: ssl.SSLContext | None = None
    """A TLS context of your own, in place of all that `ca_bundle` and the environment say; it is used as it is, but
    for the protocol offered in the handshake, which is HTTP/1.1. A client certificate is loaded into it by you."""

    proxy: ProxyConfig | None = None
    """The proxies; None for those of the environment when the client is made."""
