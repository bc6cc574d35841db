"""Profile files say what they say to botocore, but for the differences in the table below.

botocore reads with `configparser`, which knows neither comments after values nor repeated sections.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from random import Random
from typing import Any, NamedTuple

import pytest
from botocore.exceptions import ConfigParseError
from botocore.session import Session

from codepipeline_sdk.config.profile import ProfileFile, Profiles, parse_profiles
from codepipeline_sdk.config.profile_parser import Property
from codepipeline_sdk.error import ConfigError

FILES = 150
KEYS = ("region", "Output", "role_arn", "aws_access_key_id", "max_attempts", "cli_pager")
VALUES = ("", "x", "a=b", "a b", "a#b", "50%", "%(x)s", "$HOME", '"x"', "a:b", "\u0141", "[x]")
NAMES = ("dev", "Dev", "a.b", "a-b", "a_b", "1", "a/b", "a:b", "a+b@c%")

Sections = Mapping[str, Mapping[str, object]]


class Read(NamedTuple):
    """What either side found: the sections by kind, name, and key."""

    profiles: Sections
    sso_sessions: Sections
    services: Sections


def read_here(config: str, credentials: str) -> Read | None:
    """Return what this package reads; None when it refuses a file."""

    def plain(section: Mapping[str, Property]) -> dict[str, object]:
        return {key: plain(value.nested) if value.nested else value.value for key, value in section.items()}

    def all_plain(sections: Mapping[str, Mapping[str, Property]]) -> Sections:
        return {name: plain(section) for name, section in sections.items()}

    texts = {ProfileFile("config", "/c"): config, ProfileFile("credentials", "/k"): credentials}
    try:
        found: Profiles = parse_profiles(texts)
    except ConfigError:
        return None
    return Read(all_plain(found.profiles), all_plain(found.sso_sessions), all_plain(found.services))


def read_by_botocore(config: str, credentials: str, folder: Path) -> Read | None:
    """Return what botocore reads; None when it refuses a file."""
    (folder / "config").write_text(config)
    (folder / "credentials").write_text(credentials)
    session: Any = Session()
    session.set_config_variable("config_file", str(folder / "config"))
    session.set_config_variable("credentials_file", str(folder / "credentials"))
    try:
        found: dict[str, Any] = session.full_config
    except ConfigParseError:
        return None
    return Read(found["profiles"], found["sso_sessions"], found["services"])


def generate_section(random: Random, title: str) -> list[str]:
    """Return the lines of a section in which both sides see the same."""
    lines = [f"[{title}]"]
    for key in random.sample(KEYS, random.randrange(len(KEYS))):
        equals = random.choice(("=", " = ", "=\t", " =  "))
        value = random.choice(VALUES)
        lines.append(f"{key}{equals}{value}")
        if value == "" and random.random() < 0.5:
            lines += [f"  {below} = {random.choice(VALUES[1:])}" for below in ("s3", "max_queue", "url")]
        elif value and random.random() < 0.2:
            lines += ["\tand more", "  and = more"]
        lines += random.choice(([], [""], ["# a comment"], ["; a = comment", ""]))
    return lines


def generate_file(random: Random, prefix: str) -> str:
    names = random.sample(NAMES, random.randrange(len(NAMES)))
    titles = [prefix + name for name in names]
    if random.random() < 0.5:
        titles.append("default")
    if prefix:
        titles += [f"sso-session {names[0]}", f"services {names[0]}"] if names else []
        titles += random.choice(([], ["preview"], ["plugins"]))
    random.shuffle(titles)
    return "\n".join(line for title in titles for line in generate_section(random, title)) + "\n"


@pytest.mark.row("1.16-parser")
@pytest.mark.trap(39)
def test_generated_files_say_the_same_to_botocore(tmp_path: Path) -> None:
    random = Random(39)
    read = 0
    for _ in range(FILES):
        config, credentials = generate_file(random, "profile "), generate_file(random, "")
        ours = read_here(config, credentials)
        assert ours == read_by_botocore(config, credentials, tmp_path), f"{config}\n----\n{credentials}"
        read += sum(map(len, ours.profiles.values())) if ours else 0
    assert read > 10 * FILES


@pytest.mark.row("1.16-parser")
@pytest.mark.trap(39)
@pytest.mark.parametrize(
    ("config", "credentials"),
    [
        pytest.param("[dev]\nk=1", "", id="no prefix in the config file"),
        pytest.param("[Default]\nk=1", "", id="the default in another case"),
        pytest.param("[profile dev]\na=1\nb=1", "[dev]\nb=2", id="keys of both files"),
        pytest.param("[default]\nk=1\n[profile default]\nj=2", "", id="two defaults, the prefixed one last"),
        pytest.param("  # x\n[default]\n  # x\nk=1", "", id="indented comments"),
        pytest.param("k=1", "", id="a key before the first section"),
        pytest.param("[default]\nk", "", id="a key without a value"),
        pytest.param("[default]\ns3 =\n  k", "", id="a nested key without a value"),
        pytest.param("[default\nk=1", "", id="an open title"),
    ],
)
def test_odd_files_say_the_same_to_botocore(config: str, credentials: str, tmp_path: Path) -> None:
    assert read_here(config, credentials) == read_by_botocore(config, credentials, tmp_path)


def profiles(**sections: Mapping[str, object]) -> Read:
    return Read(sections, {}, {})


DIFFERENCES = [
    pytest.param("[default]\nk = a # b", profiles(default={"k": "a"}), profiles(default={"k": "a # b"}), id="comments"),
    pytest.param("[default]\nk = 1\nk = 2", profiles(default={"k": "2"}), None, id="a repeated key"),
    pytest.param("[profile a]\nk=1\n[profile a]\nj=2", profiles(a={"k": "1", "j": "2"}), None, id="a repeated section"),
    pytest.param(
        "[profile default]\nj=2\n[default]\nk=1",
        profiles(default={"j": "2"}),
        profiles(default={"k": "1"}),
        id="two defaults",
    ),
    pytest.param('[profile "a b"]\nk=1', profiles(), profiles(**{"a b": {"k": "1"}}), id="a quoted name"),
    pytest.param("[default]\nk: 1", None, profiles(default={"k": "1"}), id="a colon for an equals sign"),
    pytest.param(
        "[default]\nk = a\n\n  b", profiles(default={"k": "a\nb"}), profiles(default={"k": "a\n\nb"}), id="gap"
    ),
    pytest.param(
        "[default]\ns3 =\n  Size = 1",
        profiles(default={"s3": {"size": "1"}}),
        profiles(default={"s3": {"Size": "1"}}),
        id="nested keys",
    ),
    pytest.param(
        "[default]\na$ = 1", profiles(default={}), profiles(default={"a$": "1"}), id="a key that is not valid"
    ),
    pytest.param("[profile a$]", profiles(), profiles(**{"a$": dict[str, object]()}), id="a name that is not valid"),
    pytest.param("[default]\n  k = 1", None, profiles(default={"k": "1"}), id="an indented first key"),
    pytest.param("[profile a] x", None, profiles(a=dict[str, object]()), id="text after the title"),
]
"""Files that botocore reads in another way: ours, then botocore's. Each of ours is the rule of anchor.md 1.16."""


@pytest.mark.row("1.16-parser")
@pytest.mark.trap(39)
@pytest.mark.parametrize(("config", "ours", "botocores"), DIFFERENCES)
def test_where_botocore_reads_otherwise_the_rule_of_the_profile_files_holds(
    config: str, ours: Read | None, botocores: Read | None, tmp_path: Path
) -> None:
    assert (read_here(config, ""), read_by_botocore(config, "", tmp_path)) == (ours, botocores)
