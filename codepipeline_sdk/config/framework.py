"""What an application calls AWS through. Source: anchor.md 1.12."""

from __future__ import annotations

from attrs import frozen

from codepipeline_sdk.error import ConfigError


@frozen
class FrameworkMetadata:
    """A framework or library through which the application calls AWS.

    Characters that a user agent cannot hold are sent as `-`. A client sends its first 10 different ones.

    Raises:
        ConfigError: the name is empty.
    """

    name: str
    """Such as `airflow`."""

    version: str | None = None
    """Such as `3.1.0`."""

    def __attrs_post_init__(self) -> None:
        """Refuse an empty name."""
        if not self.name:
            raise ConfigError("the name of a framework is empty")
