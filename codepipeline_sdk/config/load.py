"""`load_config()`: settings from code, the environment and the profile. Source: anchor.md 1.16, design.md 5."""

from __future__ import annotations

import logging
import os
from collections.abc import Mapping
from typing import TYPE_CHECKING, Final, TypeVar, Unpack

from codepipeline_sdk.config.http import HttpConfig
from codepipeline_sdk.config.profile import DEFAULT_PROFILE, load_profiles
from codepipeline_sdk.config.retry import RetryConfig, RetryMode
from codepipeline_sdk.config.settings import Config
from codepipeline_sdk.config.sources import ENDPOINT_URL, Places, Sources
from codepipeline_sdk.error import ConfigError

if TYPE_CHECKING:
    from codepipeline_sdk.config.profile import Profiles
    from codepipeline_sdk.config.settings import ConfigChanges

ValueT = TypeVar("ValueT", str, bool)

_PLACES: Final[Mapping[str, Places]] = {
    "region": Places(("AWS_REGION", "AWS_DEFAULT_REGION"), ("region",)),
    "app_name": Places(("AWS_SDK_UA_APP_ID",), ("sdk_ua_app_id", "sdk-ua-app-id")),
    "use_fips": Places(("AWS_USE_FIPS_ENDPOINT",), ("use_fips_endpoint",)),
    "use_dualstack": Places(("AWS_USE_DUALSTACK_ENDPOINT",), ("use_dualstack_endpoint",)),
    "disable_clock_skew_correction": Places(("AWS_DISABLE_CLOCK_SKEW_CORRECTION",), ("disable_clock_skew_correction",)),
    "retry.mode": Places(("AWS_RETRY_MODE",), ("retry_mode",)),
    "retry.max_attempts": Places(("AWS_MAX_ATTEMPTS",), ("max_attempts",)),
    "http.ca_bundle": Places((), ("ca_bundle",)),  # AWS_CA_BUNDLE is the transport's business
}
_IGNORE_URLS: Final = Places(("AWS_IGNORE_CONFIGURED_ENDPOINT_URLS",), ("ignore_configured_endpoint_urls",))
_MODES: Final[Mapping[str, RetryMode]] = {"standard": "standard", "adaptive": "adaptive", "legacy": "standard"}
_MAX_DIGITS: Final = 9
_logger: Final = logging.getLogger(__name__)


async def load_config(
    *, profile: str | None = None, environment: Mapping[str, str] | None = None, **settings: Unpack[ConfigChanges]
) -> Config:
    """Return a config with the given settings; others come from the environment, the profile, or are the default.

    A setting that is missing everywhere is no error here: the first call that needs it says where was looked.
    `Config.origins` tells where each value came from. Files are read in a worker thread.

    Args:
        profile: whose keys count, of `~/.aws/config` and `~/.aws/credentials`; else AWS_PROFILE, else `default`.
        environment: instead of `os.environ`.
        settings: as the fields of `Config`. `retry` and `http` replace all that is found of them.

    Raises:
        ConfigError: a value found is wrong, a file is malformed, or there is no profile of the name. It names the
            variable, or file and line.
    """
    from codepipeline_sdk.credentials.environment import EnvironmentCredentialsProvider

    variables = os.environ if environment is None else environment
    name = profile or variables.get("AWS_PROFILE", "").strip() or DEFAULT_PROFILE
    profiles = await load_profiles(variables)
    if name != DEFAULT_PROFILE and name not in profiles.profiles:
        raise _missing(name, "the argument profile" if profile else "the environment variable AWS_PROFILE", profiles)

    look = _Lookup(Sources(variables, profiles, name), settings)
    found = Config(
        use_fips="use_fips" not in settings and look.boolean("use_fips"),
        use_dualstack="use_dualstack" not in settings and look.boolean("use_dualstack"),
        disable_clock_skew_correction=(
            "disable_clock_skew_correction" not in settings and look.boolean("disable_clock_skew_correction")
        ),
        retry=settings.get("retry") or look.retry(),
        http=settings.get("http") or HttpConfig(ca_bundle=look.text("http.ca_bundle")),
        origins=look.origins,
    )
    return found.replace(**settings).replace(
        region=settings.get("region") or look.text("region"),
        endpoint_url=settings.get("endpoint_url") or look.endpoint_url(),
        app_name=settings.get("app_name") or look.text("app_name"),
        credentials=settings.get("credentials") or EnvironmentCredentialsProvider(variables),
    )


def _missing(name: str, origin: str, profiles: Profiles) -> ConfigError:
    files = " and ".join(profiles.files) or "no file, because HOME is not set"
    return ConfigError(f"{origin} names the profile {name}, which does not exist; looked in {files}")


class _Lookup:
    """Finds the settings that code leaves open, and notes where they came from."""

    def __init__(self, sources: Sources, settings: ConfigChanges) -> None:
        self._sources = sources
        given: list[str] = [name for name, value in settings.items() if value is not None]
        self.origins: dict[str, str] = {name: f"the argument {name} of load_config" for name in given}

    def text(self, setting: str) -> str | None:
        """Return the first value that is not blank."""
        return self._noted(setting, _PLACES[setting], self._sources.text(_PLACES[setting]))

    def boolean(self, setting: str) -> bool:
        """Return the first value that is `true` or `false`; False without one."""
        return bool(self._noted(setting, _PLACES[setting], self._sources.boolean(_PLACES[setting])))

    def endpoint_url(self) -> str | None:
        """Return the URL that is configured, unless configured URLs are to be ignored."""
        ignored = self._sources.boolean(_IGNORE_URLS)
        if ignored and ignored[0]:
            self.origins["endpoint_url"] = f"the argument endpoint_url of load_config alone, because of {ignored[1]}"
            return None
        return self._noted("endpoint_url", ENDPOINT_URL, self._sources.endpoint_url())

    def retry(self) -> RetryConfig:
        """Return mode and attempts; raise ConfigError with the origin of one that is wrong."""
        return RetryConfig(mode=self._retry_mode(), max_attempts=self._max_attempts())

    def _retry_mode(self) -> RetryMode:
        text = self.text("retry.mode")
        if text is None:
            return "standard"
        origin = self.origins["retry.mode"]
        mode = _MODES.get(text.lower())
        if mode is None:
            raise ConfigError(f"{origin}: a retry mode is standard or adaptive, not {text!r}")
        if mode != text.lower():
            _logger.warning("%s: there is no retry mode %s, it means %s", origin, text, mode)
        return mode

    def _max_attempts(self) -> int:
        text = self.text("retry.max_attempts")
        if text is None:
            return RetryConfig().max_attempts
        is_number = text.isascii() and text.isdigit() and len(text) <= _MAX_DIGITS
        if not is_number or int(text) < 1:
            origin = self.origins["retry.max_attempts"]
            raise ConfigError(f"{origin}: attempts are an integer of at least 1, not {text!r}")
        return int(text)

    def _noted(self, setting: str, places: Places, found: tuple[ValueT, str] | None) -> ValueT | None:
        """Return the value found; note its origin, or where it was looked for."""
        self.origins[setting] = self._sources.searched(setting, places) if found is None else found[1]
        return None if found is None else found[0]
