"""Profile files: where they are, their syntax, what their sections mean. anchor.md 1.16; trap 39."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from pathlib import Path

import pytest

from codepipeline_sdk.config.profile import (
    ProfileFile,
    Profiles,
    expand_home,
    find_profile_files,
    load_profiles,
    parse_profiles,
)
from codepipeline_sdk.config.profile_parser import Property
from codepipeline_sdk.error import ConfigError

CONFIG = ProfileFile("config", "/c")
CREDENTIALS = ProfileFile("credentials", "/k")
SECRET = "planted-secret"


def parse(config: str = "", credentials: str = "") -> Profiles:
    return parse_profiles({CONFIG: config, CREDENTIALS: credentials})


def plain(section: Mapping[str, Property]) -> dict[str, object]:
    """Return keys and values without their places; nested keys as a dict."""
    return {key: plain(value.nested) if value.nested else value.value for key, value in section.items()}


def profiles_of(parsed: Profiles) -> dict[str, dict[str, object]]:
    return {name: plain(section) for name, section in parsed.profiles.items()}


@pytest.mark.row("1.16-parser")
@pytest.mark.trap(39)
@pytest.mark.parametrize(
    ("line", "expected"),
    [
        pytest.param("key=value", {"key": "value"}, id="plain"),
        pytest.param("key  =\t value \t", {"key": "value"}, id="blanks around are dropped"),
        pytest.param("key = value\r", {"key": "value"}, id="line ends of Windows"),
        pytest.param("KeY = VaLue", {"key": "VaLue"}, id="keys are lower-cased"),
        pytest.param("key = a=b", {"key": "a=b"}, id="the first equals sign divides"),
        pytest.param("key: x = y", {}, id="a colon divides nothing"),
        pytest.param("key = 50%(x)s", {"key": "50%(x)s"}, id="nothing is interpolated"),
        pytest.param("key = a#b;c", {"key": "a#b;c"}, id="no comment without a blank before it"),
        pytest.param("key = a # b", {"key": "a"}, id="number sign after a blank"),
        pytest.param("key = a\t; b", {"key": "a"}, id="semicolon after a tab"),
        pytest.param("# key = a\n;key = b\n  # key = c\nkey = d", {"key": "d"}, id="comments of whole lines"),
        pytest.param("key = # nothing", {"key": ""}, id="an empty value"),
        pytest.param("key = a\nkey = b", {"key": "b"}, id="the last of equal keys counts"),
        pytest.param("key = a\n  b\n\n\tc # d", {"key": "a\nb\nc"}, id="indented lines go on with a value"),
        pytest.param(
            "s3 =\n  Size = 5 # b\n  way = a\nkey = v", {"s3": {"size": "5", "way": "a"}, "key": "v"}, id="nested"
        ),
        pytest.param("key = \x0b \u2028x", {"key": "\x0b \u2028x"}, id="only line feeds end lines"),
        pytest.param("key = \u0141", {"key": "\u0141"}, id="not ASCII"),
    ],
)
def test_a_key_is_read(line: str, expected: dict[str, object]) -> None:
    assert profiles_of(parse(f"[default]\n{line}\n"))["default"] == expected


@pytest.mark.row("1.16-parser")
@pytest.mark.trap(39)
@pytest.mark.parametrize(
    ("config", "credentials", "expected"),
    [
        pytest.param("[profile dev]\nk=1", "", {"dev": {"k": "1"}}, id="a profile of the config file"),
        pytest.param("[ profile \t dev ]\nk=1", "", {"dev": {"k": "1"}}, id="blanks in the title"),
        pytest.param("[profile dev]# x\nk=1", "", {"dev": {"k": "1"}}, id="a comment after the title"),
        pytest.param("[dev]\nk=1", "", {}, id="without its prefix it does not count"),
        pytest.param("[default]\nk=1", "", {"default": {"k": "1"}}, id="but for the default"),
        pytest.param("[profile default]\nk=1\n[default]\nk=2\nj=3", "", {"default": {"k": "1"}}, id="which it hides"),
        pytest.param("[default]\nj=3\n[profile default]\nk=1", "", {"default": {"k": "1"}}, id="before it as well"),
        pytest.param("", "[dev]\nk=1", {"dev": {"k": "1"}}, id="a profile of the credentials file"),
        pytest.param("", "[profile dev]\nk=1", {}, id="which has no prefix"),
        pytest.param(
            "[profile dev]\na=1\nb=1", "[dev]\nb=2\nc=2", {"dev": {"a": "1", "b": "2", "c": "2"}}, id="keys are merged"
        ),
        pytest.param(
            "[profile default]\na=1", "[default]\nb=2", {"default": {"a": "1", "b": "2"}}, id="of the default too"
        ),
        pytest.param(
            "[profile dev]\na=1\nb=1\n[profile x]\n[profile dev]\nb=2",
            "",
            {"dev": {"a": "1", "b": "2"}, "x": {}},
            id="a repeated section",
        ),
        pytest.param("[profile Dev]\nk=1\n[profile dev]\nk=2", "", {"Dev": {"k": "1"}, "dev": {"k": "2"}}, id="case"),
        pytest.param("[profile aZ_-/.%@:+9]", "", {"aZ_-/.%@:+9": {}}, id="characters of a name"),
        pytest.param("[profile a b]\nk=1\n[profile c]\nk=2", "", {"c": {"k": "2"}}, id="a blank in the name"),
        pytest.param("[profile a$]\n[profile]\n[]\n[plugins]", "[]", {}, id="names that are not valid"),
        pytest.param("[profile dev]\na b=1\na$=1\nk=2", "", {"dev": {"k": "2"}}, id="keys that are not valid"),
        pytest.param("", "", {}, id="empty files"),
    ],
)
def test_profiles_are_told_apart_and_merged(
    config: str, credentials: str, expected: dict[str, dict[str, object]]
) -> None:
    assert profiles_of(parse(config, credentials)) == expected


@pytest.mark.row("1.16-parser")
@pytest.mark.trap(39)
def test_the_order_in_which_files_are_given_changes_nothing() -> None:
    parsed = parse_profiles({CREDENTIALS: "[default]\nk=credentials", CONFIG: "[default]\nk=config"})
    assert profiles_of(parsed) == {"default": {"k": "credentials"}}


@pytest.mark.row("1.16-parser")
def test_sections_of_sso_sessions_and_services_are_no_profiles() -> None:
    config = "[sso-session corp]\nsso_region=eu-west-1\n[services local]\ncodepipeline =\n  endpoint_url = http://h"
    parsed = parse(config, "[sso-session other]\n[services other]")
    assert parsed.profiles == {}
    assert plain(parsed.sso_sessions["corp"]) == {"sso_region": "eu-west-1"}
    assert plain(parsed.services["local"]) == {"codepipeline": {"endpoint_url": "http://h"}}
    assert (len(parsed.sso_sessions), len(parsed.services)) == (1, 1)


@pytest.mark.row("1.16-origins")
def test_a_value_knows_its_file_and_line() -> None:
    parsed = parse("# x\n[default]\na=1\nb=1\ns3 =\n  c = 1", "[default]\n\nb=2")
    default = parsed.profiles["default"]
    places = [(value.file, value.line) for value in (*default.values(), default["s3"].nested["c"])]
    assert places == [("/c", 3), ("/k", 3), ("/c", 5), ("/c", 6)]


@pytest.mark.row("1.16-parser")
@pytest.mark.parametrize(
    ("text", "message"),
    [
        (f"\n{SECRET} = x", "/c, line 2: a [section] must come before the first key"),
        (f"  {SECRET}", "/c, line 1: a [section] must come before the first key"),
        (f"[profile {SECRET}", "/c, line 1: a section must end with ]"),
        (f"[profile x] {SECRET}", "/c, line 1: a section must end with ]"),
        (f"[profile x ; {SECRET}]", "/c, line 1: a section must end with ]"),
        (f"[default]\n{SECRET}", "/c, line 2: expected key = value"),
        (f"[default]\n= {SECRET}", "/c, line 2: expected key = value"),
        (f"[default]\n# x\n   {SECRET}", "/c, line 3: an indented line must follow a key"),
        (f"[default]\ns3 =\n  {SECRET}", "/c, line 3: expected key = value"),
        (f"[ignored]\n{SECRET}", "/c, line 2: expected key = value"),
    ],
)
def test_a_malformed_line_is_named_and_not_repeated(text: str, message: str) -> None:
    with pytest.raises(ConfigError) as caught:
        parse(text)
    assert str(caught.value) == message


@pytest.mark.row("1.16-parser")
@pytest.mark.parametrize(
    ("config", "credentials", "message"),
    [
        ("[dev]", "", "/c, line 1: [dev] is ignored: a profile of the config file is [profile dev]"),
        ("[profile a b]", "", "/c, line 1: the section is ignored because its name is not valid"),
        ("", "[profile a]", "/k, line 1: the section is ignored because its name is not valid"),
        ("[default]\na b=1", "", "/c, line 2: the key is ignored because its name is not valid"),
        ("[profile default]\n[default]", "", "/c, line 2: [default] is ignored beside [profile default]"),
    ],
)
def test_what_is_skipped_is_told_in_the_log(
    config: str, credentials: str, message: str, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.WARNING, "codepipeline_sdk"):
        parse(config, credentials)
    assert caplog.messages == [message]


def test_no_repr_shows_a_value() -> None:
    text = f"[default]\naws_secret_access_key = {SECRET}\ns3 =\n  token = {SECRET}"
    parsed = parse(text, text)
    assert "aws_secret_access_key" in repr(parsed)
    assert SECRET not in repr(parsed)


@pytest.mark.row("1.16-profile-files")
@pytest.mark.parametrize(
    ("environment", "paths"),
    [
        ({"HOME": "/h"}, ["/h/.aws/config", "/h/.aws/credentials"]),
        ({"HOME": "/h", "AWS_CONFIG_FILE": "~/c"}, ["/h/c", "/h/.aws/credentials"]),
        ({"HOME": "/h", "AWS_SHARED_CREDENTIALS_FILE": "/k", "AWS_CONFIG_FILE": " "}, ["/h/.aws/config", "/k"]),
        ({"AWS_CONFIG_FILE": "/c"}, ["/c"]),
        ({"AWS_CONFIG_FILE": "~/c"}, []),
        ({}, []),
    ],
)
def test_the_files_are_found_by_variables_and_the_home_directory(environment: dict[str, str], paths: list[str]) -> None:
    assert [file.path for file in find_profile_files(environment)] == paths


@pytest.mark.row("1.16-profile-files")
@pytest.mark.parametrize(
    ("path", "environment", "windows", "expected"),
    [
        ("~/x", {"HOME": "/h"}, False, "/h/x"),
        ("~", {"HOME": "/h"}, False, "/h"),
        ("~root/x", {"HOME": "/h"}, False, "~root/x"),
        ("/a/~/x", {"HOME": "/h"}, False, "/a/~/x"),
        ("~\\x", {"HOME": "/h"}, False, "~\\x"),
        ("~/x", {"USERPROFILE": "C:\\u"}, False, None),
        ("~/x", {"HOME": "D:\\h", "USERPROFILE": "C:\\u"}, True, "D:\\h/x"),
        ("~\\x", {"USERPROFILE": "C:\\u"}, True, "C:\\u\\x"),
        ("~/x", {"HOMEDRIVE": "C:", "HOMEPATH": "\\u"}, True, "C:\\u/x"),
        ("~/x", {"HOMEDRIVE": "C:"}, True, None),
    ],
)
def test_a_tilde_stands_for_the_home_directory(
    path: str, environment: dict[str, str], windows: bool, expected: str | None
) -> None:
    assert expand_home(path, environment, windows=windows) == expected


@pytest.mark.row("1.16-profile-files")
async def test_both_files_are_read(tmp_path: Path) -> None:
    folder = tmp_path / ".aws"
    folder.mkdir()
    (folder / "config").write_bytes(b"\xef\xbb\xbf[profile dev]\r\nregion = eu-west-1\r\n")
    (folder / "credentials").write_text("[dev]\naws_access_key_id = AKID\n")
    found = await load_profiles({"HOME": str(tmp_path)})
    assert profiles_of(found) == {"dev": {"region": "eu-west-1", "aws_access_key_id": "AKID"}}
    assert found.files == (str(folder / "config"), str(folder / "credentials"))


@pytest.mark.row("1.16-profile-files")
async def test_files_that_do_not_exist_are_empty(tmp_path: Path) -> None:
    found = await load_profiles({"HOME": str(tmp_path), "AWS_CONFIG_FILE": str(tmp_path / "named")})
    assert (found.profiles, len(found.files)) == ({}, 2)


async def test_a_named_file_that_cannot_be_read_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=f"the config file {tmp_path} cannot be read"):
        await load_profiles({"AWS_CONFIG_FILE": str(tmp_path)})


async def test_a_path_that_is_none_is_an_error() -> None:
    with pytest.raises(ConfigError, match="cannot be read"):
        await load_profiles({"AWS_CONFIG_FILE": "/a\0b"})


async def test_a_file_at_the_usual_place_that_cannot_be_read_is_told_in_the_log(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / ".aws" / "config").mkdir(parents=True)
    with caplog.at_level(logging.WARNING, "codepipeline_sdk"):
        assert (await load_profiles({"HOME": str(tmp_path)})).profiles == {}
    assert [str(tmp_path / ".aws" / "config") in message for message in caplog.messages] == [True]


async def test_a_file_that_is_not_in_utf_8_is_an_error_without_its_content(tmp_path: Path) -> None:
    file = tmp_path / "credentials"
    file.write_bytes(f"[default]\naws_secret_access_key = {SECRET}".encode() + b"\n\n# \xff\n")
    with pytest.raises(ConfigError, match="line 4: the credentials file is not in UTF-8") as caught:
        await load_profiles({"AWS_SHARED_CREDENTIALS_FILE": str(file)})
    assert caught.value.__cause__ is None
    assert caught.value.__context__ is None
