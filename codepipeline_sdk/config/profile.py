"""The profiles of the config file and the credentials file: where the files are, and what their sections mean.

Source: anchor.md 1.16 and trap 39.
"""

from __future__ import annotations

import logging
import os
import re
from codecs import BOM_UTF8
from collections.abc import Mapping
from typing import Final, Literal, NamedTuple

from attrs import field, frozen

from codepipeline_sdk.config.profile_parser import Property, Section, merge, parse_profile_file
from codepipeline_sdk.error import ConfigError

DEFAULT_PROFILE: Final = "default"

_PREFIX: Final = "profile"
_KIND: Final = re.compile(r"(profile|sso-session|services) (.*)")
_NAME: Final = re.compile(r"[A-Za-z0-9_\-/.%@:+]+")
_logger: Final = logging.getLogger(__name__)


class ProfileFile(NamedTuple):
    """One of the two files."""

    kind: Literal["config", "credentials"]
    """They differ in how sections are titled."""

    path: str
    """Where it is."""

    is_named: bool = False
    """Whether a variable names it. A file at the usual place that cannot be opened is skipped with a warning."""


@frozen
class Profiles:
    """What the files say, each section as its keys in lower case. No repr shows a value."""

    profiles: Mapping[str, Mapping[str, Property]] = field(factory=dict[str, Mapping[str, Property]])
    """By names, in which case counts; keys of the credentials file win over those of the config file."""

    sso_sessions: Mapping[str, Mapping[str, Property]] = field(factory=dict[str, Mapping[str, Property]])
    """The `[sso-session x]` sections of the config file."""

    services: Mapping[str, Mapping[str, Property]] = field(factory=dict[str, Mapping[str, Property]])
    """The `[services x]` sections of the config file: a key for each service, with its settings nested."""

    files: tuple[str, ...] = ()
    """The paths of the files that were looked for, whether they exist or not."""


async def load_profiles(environment: Mapping[str, str]) -> Profiles:
    """Read the profile files in a worker thread; one that does not exist counts as empty.

    Args:
        environment: AWS_CONFIG_FILE and AWS_SHARED_CREDENTIALS_FILE name the files; without them they are
            `~/.aws/config` and `~/.aws/credentials`.

    Raises:
        ConfigError: a line of a file is malformed, or a file that a variable names cannot be read.
    """
    files = find_profile_files(environment)
    if not files:
        return Profiles()

    from anyio import to_thread

    return await to_thread.run_sync(_read_profiles, files, abandon_on_cancel=True)


def find_profile_files(environment: Mapping[str, str]) -> tuple[ProfileFile, ...]:
    """Return the files to look for. There are none where neither a variable nor the home directory is known."""
    usual: list[tuple[Literal["config", "credentials"], str]] = [
        ("config", "AWS_CONFIG_FILE"),
        ("credentials", "AWS_SHARED_CREDENTIALS_FILE"),
    ]
    found: list[ProfileFile] = []
    for kind, variable in usual:
        named = environment.get(variable, "").strip()
        if path := expand_home(named or f"~/.aws/{kind}", environment):
            found.append(ProfileFile(kind, path, is_named=bool(named)))
    return tuple(found)


def expand_home(path: str, environment: Mapping[str, str], *, windows: bool = os.name == "nt") -> str | None:
    """Return a path with the home directory for a `~` at its beginning; None if that is not known.

    The home directory is HOME; on Windows else USERPROFILE, else HOMEDRIVE with HOMEPATH. `~user` is left as it is.
    """
    if path != "~" and not path.startswith(("~/", "~\\") if windows else "~/"):
        return path
    home = environment.get("HOME")
    if windows:
        drive, folder = environment.get("HOMEDRIVE"), environment.get("HOMEPATH")
        home = home or environment.get("USERPROFILE") or (drive + folder if drive and folder else None)
    return f"{home}{path[1:]}" if home else None


def parse_profiles(texts: Mapping[ProfileFile, str]) -> Profiles:
    """Return what the texts of the files say.

    Sections and keys with names that do not count are skipped with a warning.

    Raises:
        ConfigError: a line is malformed; it names file and line.
    """
    sections: dict[tuple[str, str], list[Mapping[str, Property]]] = {}
    # The config file comes first, so that keys of the credentials file win.
    for file in sorted(texts, key=lambda file: file.kind):
        parsed = parse_profile_file(texts[file], file.path)
        hides_default = file.kind == "config" and any(section.title == "profile default" for section in parsed)
        for section in parsed:
            if hides_default and section.title == DEFAULT_PROFILE:
                _warn(file.path, section.line, "[default] is ignored beside [profile default]")
            elif identity := _identify(file, section):
                sections.setdefault(identity, []).append(_known_keys(section))

    def of_kind(wanted: str) -> dict[str, Mapping[str, Property]]:
        return {name: merge(parts) for (kind, name), parts in sections.items() if kind == wanted}

    files = tuple(file.path for file in texts)
    return Profiles(of_kind(_PREFIX), of_kind("sso-session"), of_kind("services"), files)


def _identify(file: ProfileFile, section: Section) -> tuple[str, str] | None:
    """Return the kind and name of a section, or None when it does not count."""
    titled = _KIND.fullmatch(section.title) if file.kind == "config" else None
    kind, name = titled.groups() if titled else (_PREFIX, section.title)
    if not _NAME.fullmatch(name):
        _warn(file.path, section.line, "the section is ignored because its name is not valid")
    elif file.kind == "config" and not titled and name != DEFAULT_PROFILE:
        _warn(file.path, section.line, f"[{name}] is ignored: a profile of the config file is [profile {name}]")
    else:
        return kind, name
    return None


def _known_keys(section: Section) -> dict[str, Property]:
    known: dict[str, Property] = {}
    for key, value in section.properties.items():
        if _NAME.fullmatch(key):
            known[key] = value
        else:
            _warn(value.file, value.line, "the key is ignored because its name is not valid")
    return known


def _warn(file: str, line: int, text: str) -> None:
    _logger.warning("%s, line %d: %s", file, line, text)


def _read_profiles(files: tuple[ProfileFile, ...]) -> Profiles:
    return parse_profiles({file: _read(file) for file in files})


def _read(file: ProfileFile) -> str:
    from pathlib import Path

    try:
        content = Path(file.path).read_bytes()
    except FileNotFoundError:
        return ""
    except (OSError, ValueError) as error:
        if file.is_named:
            raise ConfigError(f"the {file.kind} file {file.path} cannot be read: {error}") from error
        _logger.warning("the %s file %s cannot be read: %s", file.kind, file.path, error)
        return ""
    text = content.decode("utf-8", errors="replace").removeprefix("\ufeff")
    if text.encode() != content.removeprefix(BOM_UTF8):
        # The error of a strict decoder would carry the whole content, secrets included.
        line = text.count("\n", 0, text.index("\ufffd")) + 1
        raise ConfigError(f"{file.path}, line {line}: the {file.kind} file is not in UTF-8")
    return text
