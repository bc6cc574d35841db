"""One setting from several places: the environment, then the profile. Source: anchor.md 1.16."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Final, NamedTuple

from codepipeline_sdk.error import ConfigError

if TYPE_CHECKING:
    from codepipeline_sdk.config.profile import Profiles

SERVICE_KEY: Final = "codepipeline"
"""The service in a `[services x]` section."""

_BOOLEANS: Final = {"true": True, "false": False}
_logger: Final = logging.getLogger(__name__)


class Places(NamedTuple):
    """Where one setting may stand; of each kind, the name that counts most comes first."""

    variables: tuple[str, ...]
    """Variables of the environment."""

    keys: tuple[str, ...]
    """Keys of a profile."""


class Found(NamedTuple):
    """A value and where it came from, in words that fit an error."""

    value: str
    origin: str


ENDPOINT_URL: Final = Places(("AWS_ENDPOINT_URL_CODEPIPELINE", "AWS_ENDPOINT_URL"), ("endpoint_url",))


class Sources:
    """Where settings are looked for. Blank values count as unset.

    Args:
        environment: the variables.
        profiles: what the files say.
        profile: the name of the profile whose keys count.
    """

    def __init__(self, environment: Mapping[str, str], profiles: Profiles, profile: str) -> None:
        self._environment = environment
        self._profiles = profiles
        self._profile = profile

    def text(self, places: Places) -> Found | None:
        """Return the value that counts most."""
        return next(self._all(places), None)

    def boolean(self, places: Places) -> tuple[bool, str] | None:
        """Return the first value that is `true` or `false` in any case, and its origin; others are told in the log."""
        for text, origin in self._all(places):
            value = _BOOLEANS.get(text.lower())
            if value is not None:
                return value, origin
            _logger.warning("%s is ignored: it is neither true nor false", origin)
        return None

    def endpoint_url(self) -> Found | None:
        """Return the URL of the service's variable, the global one, the `services` section, or the profile's key.

        Raises:
            ConfigError: the profile names a `services` section that is not there.
        """
        in_environment = self.text(Places(ENDPOINT_URL.variables, ()))
        return in_environment or self._service_url() or self.text(Places((), ENDPOINT_URL.keys))

    def _service_url(self) -> Found | None:
        named = self.text(Places((), ("services",)))
        if named is None:
            return None
        section = self._profiles.services.get(named.value)
        if section is None:
            raise ConfigError(f"{named.origin}: there is no section [services {named.value}]")
        url = section[SERVICE_KEY].nested.get("endpoint_url") if SERVICE_KEY in section else None
        if url is None or not url.value:
            return None
        origin = f"key endpoint_url of {SERVICE_KEY} in section [services {named.value}] in {url.file}, line {url.line}"
        return Found(url.value, origin)

    def searched(self, setting: str, where: Places) -> str:
        """Return the places where a setting that is missing was looked for."""
        places = [f"the argument {setting.partition('.')[0]} of load_config"]
        if where.variables:
            noun = "variable" if len(where.variables) == 1 else "variables"
            places.append(f"the environment {noun} {', '.join(where.variables)}")
        if files := " and ".join(self._profiles.files):
            places.append(f"key {where.keys[0]} of profile {self._profile} in {files}")
        return " and ".join((", ".join(places[:-1]), places[-1])) if len(places) > 1 else places[0]

    def _all(self, places: Places) -> Iterator[Found]:
        """Yield every value that is set."""
        for name in places.variables:
            if value := self._environment.get(name, "").strip():
                yield Found(value, f"the environment variable {name}")
        section = self._profiles.profiles.get(self._profile, {})
        for key in places.keys:
            if (found := section.get(key)) and found.value:
                origin = f"key {key} of profile {self._profile} in {found.file}, line {found.line}"
                yield Found(found.value, origin)
