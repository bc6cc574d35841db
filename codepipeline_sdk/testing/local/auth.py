"""Who is calling: access keys and the three ways to look at signatures. Rules D-1, W-17 to W-19 and their table."""

from __future__ import annotations

import hmac
import re
from typing import TYPE_CHECKING, Final, Literal, TypeAlias

from attrs import field, frozen

from codepipeline_sdk.testing.local.scope import Caller, Scope
from codepipeline_sdk.testing.local.sigv4 import read_signature, verify_signature, verify_time
from codepipeline_sdk.testing.local.wire import WireError

if TYPE_CHECKING:
    from collections.abc import Iterable

    from codepipeline_sdk.config.http import HttpRequest
    from codepipeline_sdk.testing.local.assumptions import Assumptions
    from codepipeline_sdk.testing.local.sigv4 import Signature

DEFAULT_ACCOUNT: Final = "123456789012"
"""The account of every access key that names no other."""

DEFAULT_REGION: Final = "us-east-1"
"""The region of a request that names none."""

AuthMode: TypeAlias = Literal["off", "structural", "verify"]
"""What is asked of a signature.

`off` asks nothing and reads account and region from a signature that happens to be there. `structural` wants one that
can be read. `verify` recomputes it and checks key, session token, expiry, time, service and region.
"""

_ACCOUNT_ID: Final = re.compile(r"[0-9]{12}")


@frozen(kw_only=True)
class AccessKey:
    """An access key that the service knows."""

    access_key_id: str
    secret_access_key: str = field(repr=False)
    session_token: str | None = field(default=None, repr=False)
    """For temporary credentials: what requests must carry in `x-amz-security-token`."""

    expires_at: float | None = None
    """When temporary credentials end, in epoch seconds of the service clock."""

    account: str | None = None
    """None for the service's default account."""

    principal_arn: str | None = None
    """None for `arn:aws:iam::ACCOUNT:user/local`."""


class Authenticator:
    """Finds the caller of each request."""

    def __init__(
        self,
        *,
        mode: AuthMode,
        region: str | None,
        account: str,
        access_keys: Iterable[AccessKey],
        assumptions: Assumptions,
    ) -> None:
        self._mode = mode
        self._region = region
        self._account = account
        self._keys = {key.access_key_id: key for key in access_keys}
        self._assumptions = assumptions

    def authenticate(self, request: HttpRequest, now: float) -> Caller:
        """Return who sent a request, and to which scope; raise WireError when that cannot be trusted."""
        if self._mode == "off":
            try:
                signature = read_signature(request)
            except WireError:
                return self._caller(None, self._region or DEFAULT_REGION)
            return self._caller(signature.access_key_id, self._region or signature.region)
        signature = read_signature(request)
        if self._mode == "verify":
            self._verify(request, signature, now)
        if self._region not in {None, signature.region}:  # W-18
            raise WireError("InvalidSignatureException", f"Credential should be scoped to the region '{self._region}'")
        return self._caller(signature.access_key_id, signature.region)

    def _verify(self, request: HttpRequest, signature: Signature, now: float) -> None:
        key = self._keys.get(signature.access_key_id)
        token = request.headers.get("x-amz-security-token", "")
        if key is None or not hmac.compare_digest(token.encode(), (key.session_token or "").encode()):
            raise WireError("UnrecognizedClientException", "The security token included in the request is invalid")
        if key.expires_at is not None and now >= key.expires_at:
            raise WireError("ExpiredTokenException", "The security token included in the request is expired")
        if self._assumptions.skew_check:
            verify_time(signature, now=now, limit=self._assumptions.skew_limit)
        verify_signature(request, signature, key.secret_access_key)

    def _caller(self, access_key_id: str | None, region: str) -> Caller:
        key = self._keys.get(access_key_id or "")
        if key and key.account:
            account = key.account
        else:  # D-1: an access key id that is itself an account id selects that account
            account = access_key_id if access_key_id and _ACCOUNT_ID.fullmatch(access_key_id) else self._account
        scope = Scope(account, region)
        principal_arn = f"arn:{scope.partition}:iam::{account}:user/local"
        return Caller(scope=scope, principal_arn=(key and key.principal_arn) or principal_arn)
