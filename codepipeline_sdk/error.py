"""Every error of the package: one tree, importable by name.

```
Error
├── ConfigError                 a setting is wrong or missing
├── CredentialsError            no credentials could be provided
│   ├── CredentialsNotLoaded    the source does not apply here; a chain goes on
│   ├── ProviderTimedOut        the source took too long
│   ├── InvalidConfiguration    the source applies but is set up wrongly
│   └── ProviderError           the source applies but failed
├── UnknownVariantError         OpenEnum.try_parse (also ValueError)
├── InterceptorError            a hook of an interceptor failed; the cause of the call's error
├── ConversionError             from_dict got data that does not fit (also ValueError)
└── SdkError                    a call failed
    ├── ConstructionFailure     the request could not be built; nothing was sent
    ├── OperationTimeout        attempt or operation timeout (also builtins.TimeoutError)
    ├── DispatchFailure         no response: connection, endpoint, credentials, signing
    │   └── DispatchTimeout     connect or read timeout (also builtins.TimeoutError)
    ├── ResponseError           a response came that could not be read
    └── ServiceError            the service said no
        ├── 42 modelled classes in codepipeline_sdk.types.error
        ├── the common AWS errors below, which the service model omits
        └── UnhandledError      any other code
```

Source: anchor.md 1.5, design.md 6.
"""

from __future__ import annotations

import builtins
from typing import TYPE_CHECKING, ClassVar, Final, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from codepipeline_sdk.config.http import HttpResponse


class Attempt(NamedTuple):
    """What one attempt of a call came to."""

    number: int
    """Counted from 1."""

    code: str | None = None
    """The error code or the name of the failure; None when the attempt succeeded."""

    status: int | None = None
    """The HTTP status; None when no response arrived."""

    request_id: str | None = None
    """The service's id of the request; None when no response named one."""

    delay: float | None = None
    """Seconds waited before the next attempt; None after the last one."""


class Error(Exception):
    """The root of every error that this package raises."""

    def __reduce__(self) -> tuple[Callable[..., Error], tuple[object, ...]]:
        """Rebuild by class, arguments and attributes, whatever the constructor's signature."""
        return _rebuild, (type(self), self.args, self.__dict__)


def _rebuild(cls: type[Error], args: tuple[object, ...], attributes: dict[str, object]) -> Error:
    error = cls.__new__(cls, *args)
    error.args = args
    error.__dict__.update(attributes)
    return error


class ConfigError(Error):
    """A setting is wrong or missing; the text names the argument, variable or file it came from."""


class CredentialsError(Error):
    """No credentials could be provided."""


class CredentialsNotLoaded(CredentialsError):
    """The source does not apply here, or nothing is configured; a chain goes on to its next source."""


class ProviderTimedOut(CredentialsError):
    """The source took longer than it may."""


class InvalidConfiguration(CredentialsError):
    """The source applies but is configured wrongly; a chain ends here."""


class ProviderError(CredentialsError):
    """The source applies but failed; a chain ends here."""


class UnknownVariantError(Error, ValueError):
    """A text is none of the known values of an open enum."""


class InterceptorError(Error):
    """A hook of an interceptor failed; the text names both. it is the cause of an SdkError."""


class ConversionError(Error, ValueError):
    """Plain data does not fit a class; the text lists every problem with its path."""


class SdkError(Error):
    """A call failed. The subclasses tell in which phase."""

    def __init__(self, message: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        """What went wrong, as one sentence; for a service error, the service's own text."""
        self.operation: str | None = None
        """The API name of the operation, such as `GetPipeline`."""
        self.attempts: tuple[Attempt, ...] = ()
        """Every attempt of the call, oldest first; empty when nothing was tried."""
        self.idempotency_token: str | None = None
        """The token that the call carried; send it again to make a retry safe."""
        self.request_may_have_run: bool = False
        """Whether the service may have carried the request out although the call failed."""
        self.retry_kind: str | None = None
        """Why another call may fare better: `transient`, `throttling`, `server` or `client`; None when it may not."""

    def __str__(self) -> str:
        """Tell operation, failure and attempts in one line."""
        parts = [self.operation] if self.operation else []
        parts.append(self._describe())
        if len(self.attempts) > 1:
            parts[-1] += f" after {len(self.attempts)} attempts"
        return ": ".join(parts)

    def _describe(self) -> str:
        return self.message or type(self).__name__


class ConstructionFailure(SdkError):
    """The request could not be built, so nothing was sent: a member is missing or has a wrong value."""


class OperationTimeout(SdkError, builtins.TimeoutError):
    """The attempt timeout or the operation timeout passed; `timeout` says which."""

    def __init__(self, message: str | None = None, *, timeout: str = "operation") -> None:
        super().__init__(message)
        self.timeout = timeout
        """Which limit passed: `attempt` or `operation`."""


TimeoutError = OperationTimeout  # noqa: A001  # the anchor's name for it; the builtin is one of its bases


class DispatchFailure(SdkError):
    """No response arrived: connection, endpoint, credentials or signing. `__cause__` is the origin."""


class DispatchTimeout(DispatchFailure, builtins.TimeoutError):
    """The connect timeout or the read timeout passed; `timeout` says which."""

    def __init__(self, message: str | None = None, *, timeout: str = "read") -> None:
        super().__init__(message)
        self.timeout = timeout
        """Which limit passed: `connect` or `read`."""


class ResponseError(SdkError):
    """A response arrived that could not be read."""

    def __init__(self, message: str | None = None, *, response: HttpResponse | None = None) -> None:
        super().__init__(message)
        self.response = response
        """The response as it came; None when its body broke off or was too long."""


class ServiceError(SdkError):
    """The service refused or failed the request."""

    CODE: ClassVar[str | None] = None
    """The wire code where it differs from the name of the class."""

    def __init__(
        self,
        message: str | None = None,
        *,
        code: str | None = None,
        status: int | None = None,
        request_id: str | None = None,
        response: HttpResponse | None = None,
    ) -> None:
        super().__init__(message)
        self.code: str | None = code if code is not None else self._default_code()
        """The service's error code; None when the response named none."""
        self.status = status
        """The HTTP status; None for an error that was built by hand."""
        self.request_id = request_id
        """The service's id of the request."""
        self.response = response
        """The response as it came."""

    @classmethod
    def _default_code(cls) -> str | None:
        return cls.CODE or cls.__name__

    def _describe(self) -> str:
        text = self.code or type(self).__name__
        if self.message:
            text += f": {self.message}"
        facts: list[str] = []
        if self.status is not None:
            facts.append(f"status {self.status}")
        if self.request_id:
            facts.append(f"request id {self.request_id}")
        return f"{text} ({', '.join(facts)})" if facts else text


class UnhandledError(ServiceError):
    """A service error whose code is neither in the service model nor one of the common AWS errors."""

    @classmethod
    def _default_code(cls) -> str | None:
        return None


class AccessDeniedException(ServiceError):
    """The caller is known but not allowed to do this."""


class ExpiredTokenException(ServiceError):
    """The session token of the credentials has expired."""


class IncompleteSignatureException(ServiceError):
    """The Authorization header lacks a part or does not parse."""


class InternalFailure(ServiceError):
    """The service failed inside."""


class InvalidSignatureException(ServiceError):
    """The signature does not match, or its time is out of the window."""


class MissingAuthenticationTokenException(ServiceError):
    """The request carried no signature."""


class OptInRequired(ServiceError):
    """The account is not subscribed to the service."""


class RequestExpired(ServiceError):
    """The request reached the service too long after the time it was signed for."""


class SerializationException(ServiceError):
    """The service could not read the request's body."""


class ServiceUnavailableException(ServiceError):
    """The service cannot answer at the moment."""


class ThrottlingException(ServiceError):
    """The request was refused because of the request rate."""


class UnknownOperationException(ServiceError):
    """The endpoint does not know the operation."""


class UnrecognizedClientException(ServiceError):
    """The access key or the session token is unknown."""


COMMON_ERRORS: Final[Mapping[str, type[ServiceError]]] = {
    "AccessDenied": AccessDeniedException,
    "AccessDeniedException": AccessDeniedException,
    "ExpiredToken": ExpiredTokenException,
    "ExpiredTokenException": ExpiredTokenException,
    "IncompleteSignature": IncompleteSignatureException,
    "IncompleteSignatureException": IncompleteSignatureException,
    "InternalError": InternalFailure,
    "InternalFailure": InternalFailure,
    "InternalServerError": InternalFailure,
    "InternalServerException": InternalFailure,
    "InvalidSignatureException": InvalidSignatureException,
    "MissingAuthenticationToken": MissingAuthenticationTokenException,
    "MissingAuthenticationTokenException": MissingAuthenticationTokenException,
    "OptInRequired": OptInRequired,
    "RequestExpired": RequestExpired,
    "SerializationException": SerializationException,
    "ServiceUnavailable": ServiceUnavailableException,
    "ServiceUnavailableException": ServiceUnavailableException,
    "Throttling": ThrottlingException,
    "ThrottlingException": ThrottlingException,
    "UnknownOperationException": UnknownOperationException,
    "UnrecognizedClientException": UnrecognizedClientException,
}
"""The common AWS errors by wire code, with the spellings that sibling services use."""
