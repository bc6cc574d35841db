"""`load_config()`: settings from code, then from the environment. Source: anchor.md 1.16, design.md 5."""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import TYPE_CHECKING, Final, Unpack

from codepipeline_sdk.config.settings import Config

if TYPE_CHECKING:
    from codepipeline_sdk.config.settings import ConfigChanges

REGION_VARIABLES: Final = ("AWS_REGION", "AWS_DEFAULT_REGION")
APP_NAME_VARIABLES: Final = ("AWS_SDK_UA_APP_ID",)
ENDPOINT_URL_VARIABLES: Final = ("AWS_ENDPOINT_URL_CODEPIPELINE", "AWS_ENDPOINT_URL")


async def load_config(*, environment: Mapping[str, str] | None = None, **settings: Unpack[ConfigChanges]) -> Config:
    """Return a config with the given settings, and the environment's where none are given.

    A setting that is missing everywhere is no error here: the first call that needs it says where was looked.

    Args:
        environment: instead of `os.environ`.
        settings: as the fields of `Config`.
    """
    from codepipeline_sdk.credentials.environment import EnvironmentCredentialsProvider

    variables = os.environ if environment is None else environment
    origins: dict[str, str] = {}
    region = settings.get("region") or _first(variables, REGION_VARIABLES, "region", origins)
    endpoint_url = settings.get("endpoint_url") or _first(variables, ENDPOINT_URL_VARIABLES, "endpoint_url", origins)
    app_name = settings.get("app_name") or _first(variables, APP_NAME_VARIABLES, "app_name", origins)
    credentials = settings.get("credentials") or EnvironmentCredentialsProvider(variables)
    config = Config(origins=origins).replace(**settings)
    return config.replace(region=region, endpoint_url=endpoint_url, app_name=app_name, credentials=credentials)


def _first(variables: Mapping[str, str], names: tuple[str, ...], setting: str, origins: dict[str, str]) -> str | None:
    """Return the first variable that is not blank, and note where it was found or looked for."""
    for name in names:
        if value := variables.get(name, "").strip():
            origins[setting] = f"the environment variable {name}"
            return value
    origins[setting] = f"the argument {setting} of load_config, and the environment variables {', '.join(names)}"
    return None
