"""Credentials from environment variables. Source: anchor.md 1.17, traps 34."""

from __future__ import annotations

from collections.abc import Mapping

from attrs import field, frozen

from codepipeline_sdk.credentials.identity import Credentials
from codepipeline_sdk.error import CredentialsNotLoaded


@frozen
class EnvironmentCredentialsProvider:
    """Reads AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, AWS_SESSION_TOKEN and AWS_ACCOUNT_ID; blank counts as unset."""

    environment: Mapping[str, str] = field(repr=False)
    """Usually `os.environ`; read anew each time."""

    async def provide_credentials(self) -> Credentials:
        """Return the credentials; raise CredentialsNotLoaded that names the missing variable."""
        key = self._get("AWS_ACCESS_KEY_ID")
        secret = self._get("AWS_SECRET_ACCESS_KEY") or self._get("SECRET_ACCESS_KEY")
        if key is None or secret is None:
            missing = "AWS_ACCESS_KEY_ID" if key is None else "AWS_SECRET_ACCESS_KEY"
            raise CredentialsNotLoaded(f"the environment variable {missing} is not set")
        return Credentials(
            access_key_id=key,
            secret_access_key=secret,
            session_token=self._get("AWS_SESSION_TOKEN"),
            account_id=self._get("AWS_ACCOUNT_ID"),
            provider_name="EnvironmentVariable",
            features=("g",),
        )

    def _get(self, name: str) -> str | None:
        return self.environment.get(name, "").strip() or None
