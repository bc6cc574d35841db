"""Credentials and the one method that provides them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Never, Protocol, Self, runtime_checkable

from attrs import field, frozen

from codepipeline_sdk.error import ConfigError
from codepipeline_sdk.primitives import Secret

if TYPE_CHECKING:
    from datetime import datetime


def _as_secret(value: str | Secret) -> Secret:
    return value if isinstance(value, Secret) else Secret(value)


def _as_optional_secret(value: str | Secret | None) -> Secret | None:
    return None if value is None else _as_secret(value)


@frozen(kw_only=True)
class Credentials:
    """An access key with its secret, and the session token of temporary credentials.

    Secrets are held in `Secret` objects: no repr, log or frame dump shows them, and pickling is refused.
    The object is itself a provider that always answers with itself. Source: anchor.md 1.17.
    """

    access_key_id: str = field(repr=lambda key: repr(key[:4] + "…"))
    """The public part; its repr shows the first four characters."""

    secret_access_key: Secret = field(converter=_as_secret)
    """The secret part; given as a text or a Secret."""

    session_token: Secret | None = field(default=None, converter=_as_optional_secret)
    """The token of temporary credentials; given as a text or a Secret."""

    expires_at: datetime | None = None
    """When they stop to work, aware; None for long-lived credentials."""

    account_id: str | None = None
    """The account they belong to, if known."""

    provider_name: str = "Static"
    """Which source provided them."""

    features: tuple[str, ...] = field(default=("e",), repr=False)
    """How they were come by, as ids for the user agent; `e` is code."""

    def __attrs_post_init__(self) -> None:
        if self.expires_at is not None and self.expires_at.tzinfo is None:
            raise ConfigError("the expiry of credentials must be a time with its timezone")

    async def provide_credentials(self) -> Self:
        """Return these credentials."""
        return self

    def __reduce__(self) -> Never:
        """Refuse pickling."""
        raise TypeError("credentials cannot be pickled")


@runtime_checkable
class CredentialsProvider(Protocol):
    """A source of credentials."""

    async def provide_credentials(self) -> Credentials:
        """Return credentials; raise a CredentialsError when that is not possible."""
        ...
