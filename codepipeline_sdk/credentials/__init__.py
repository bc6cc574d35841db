"""Credentials and where they come from."""

from __future__ import annotations

from typing import TYPE_CHECKING

from codepipeline_sdk._lazy import lazy_exports

if TYPE_CHECKING:
    from codepipeline_sdk.credentials.cache import CachedCredentials, IdentityCache
    from codepipeline_sdk.credentials.environment import EnvironmentCredentialsProvider
    from codepipeline_sdk.credentials.identity import Credentials, CredentialsProvider
else:
    __getattr__, __dir__ = lazy_exports(
        __name__,
        {
            "IdentityCache": "cache",
            "CachedCredentials": "cache",
            "Credentials": "identity",
            "CredentialsProvider": "identity",
            "EnvironmentCredentialsProvider": "environment",
        },
    )

__all__ = [
    "CachedCredentials",
    "Credentials",
    "CredentialsProvider",
    "EnvironmentCredentialsProvider",
    "IdentityCache",
]
