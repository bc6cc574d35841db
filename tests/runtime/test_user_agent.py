"""The user agent: its grammar, its limits, what it refuses. anchor.md 1.12 and trap 52."""

from __future__ import annotations

import logging
import re
import string
from collections.abc import Mapping, Sequence

import pytest
from attrs import evolve
from hypothesis import given, settings, strategies as st

from codepipeline_sdk._runtime.user_agent import (
    FeatureId,
    Platform,
    UserAgent,
    check_app_name,
    current_platform,
)
from codepipeline_sdk.config.framework import FrameworkMetadata
from codepipeline_sdk.error import ConfigError

LINUX = Platform(
    system="linux", release="6.1.0-13", machine="x86_64", implementation="cpython", python_version="3.11.7"
)
START = "sdk-python/0.1.0 ua/2.1 api/someservice/2015-07-09"
PLATFORM = "os/linux#6.1.0-13 lang/python#3.11.7 md/arch#x86_64 md/pyimpl#cpython"
LEGAL = string.ascii_letters + string.digits + "!#$%&'*+-.^_`|~"
WORD = r"[A-Za-z0-9!#$%&'*+.^_`|~-]+"
GRAMMAR = re.compile(
    rf"sdk-python/{WORD} ua/2\.1 api/{WORD}/{WORD} os/(linux|macos|windows|other)(#{WORD})? lang/python#{WORD}"
    rf"( md/{WORD})*( exec-env/{WORD})?( m/{WORD}(,{WORD})*)?( lib/{WORD}(/{WORD})?)*( app/{WORD})?"
)


def user_agent(
    platform: Platform = LINUX,
    *,
    version: str = "0.1.0",
    environ: Mapping[str, str] | None = None,
    metadata: Mapping[str, str] | None = None,
    frameworks: Sequence[FrameworkMetadata] = (),
    app_name: str | None = None,
    features: Sequence[str] = (),
) -> str:
    made = UserAgent(
        sdk="sdk-python",
        version=version,
        platform=platform,
        environ=environ or {},
        metadata=metadata,
        frameworks=frameworks,
        app_name=app_name,
    )
    return made.value("SomeService", "2015-07-09", features)


def test_the_smallest_user_agent_names_sdk_grammar_api_and_platform() -> None:
    assert user_agent() == f"{START} {PLATFORM}"


@pytest.mark.row("1.12-x-amz-user-agent")
def test_a_full_user_agent_has_its_segments_in_the_order_of_the_grammar() -> None:
    full = user_agent(
        environ={"AWS_EXECUTION_ENV": "AWS_Lambda_python3.11"},
        metadata={"http": "httpcore"},
        frameworks=[FrameworkMetadata("airflow", "3.1")],
        app_name="shop",
        features=[FeatureId.RETRY_MODE_STANDARD, FeatureId.ENDPOINT_OVERRIDE],
    )
    assert full == (
        f"{START} {PLATFORM} md/http#httpcore exec-env/AWS_Lambda_python3.11 m/E,N lib/airflow/3.1 app/shop"
    )
    assert GRAMMAR.fullmatch(full)


@pytest.mark.parametrize(
    ("system", "segment"), [("linux", "os/linux#1"), ("darwin", "os/macos#1"), ("win32", "os/windows#1")]
)
def test_a_known_system_has_its_name_among_aws_sdks(system: str, segment: str) -> None:
    assert f" {segment} lang/" in user_agent(evolve(LINUX, system=system, release="1"))


def test_any_other_system_is_other_and_named_in_the_metadata() -> None:
    text = user_agent(evolve(LINUX, system="freebsd14", release="14.1"))
    assert " os/other#14.1 lang/" in text
    assert text.endswith(" md/platform#freebsd14")


def test_what_is_not_known_of_the_platform_is_left_out() -> None:
    assert user_agent(evolve(LINUX, release="", machine="")) == f"{START} os/linux lang/python#3.11.7 md/pyimpl#cpython"


@pytest.mark.parametrize(("service_id", "name"), [("STS", "sts"), ("SSO OIDC", "ssooidc")])
def test_a_service_is_named_in_lower_case_without_spaces(service_id: str, name: str) -> None:
    made = UserAgent(sdk="sdk-python", version="0.1.0", platform=LINUX, environ={})
    assert f" api/{name}/2011-06-15 " in made.value(service_id, "2011-06-15")


@pytest.mark.trap(52)
def test_an_illegal_character_becomes_a_dash() -> None:
    assert user_agent(version="0.1.0 (dev)/é,\r\n").startswith("sdk-python/0.1.0--dev------ ua/2.1 ")


def test_every_legal_character_stays() -> None:
    assert user_agent(metadata={"x": LEGAL}).endswith(f" md/x#{LEGAL}")


@pytest.mark.parametrize("environ", [{}, {"AWS_EXECUTION_ENV": ""}])
def test_the_execution_environment_is_left_out_unless_it_is_set(environ: Mapping[str, str]) -> None:
    assert "exec-env" not in user_agent(environ=environ)


@pytest.mark.row("1.12-features")
@pytest.mark.trap(52)
def test_features_keep_the_order_of_their_first_use() -> None:
    assert user_agent(features=["z", "C", "E", "C", "z", "0"]).endswith(" m/z,C,E,0")


def test_the_features_of_one_call_do_not_show_in_the_next() -> None:
    made = UserAgent(sdk="sdk-python", version="0.1.0", platform=LINUX, environ={})
    assert made.value("S", "1", [FeatureId.PAGINATOR]).endswith(" m/C")
    assert " m/" not in made.value("S", "1")


@pytest.mark.row("1.12-features")
@pytest.mark.trap(52)
@pytest.mark.parametrize(
    ("ids", "kept"),
    [
        pytest.param([f"{n:02}" for n in range(100)] + [f"{n:03}" for n in range(181)], 281, id="1023 characters"),
        pytest.param([f"{n:03}" for n in range(255)] + ["four"], 256, id="exactly 1024 characters"),
        pytest.param([f"{n:03}" for n in range(255)] + ["four", "x"], 256, id="one id too many"),
        pytest.param([f"{n:03}" for n in range(255)] + ["fives"], 255, id="one character too many"),
        pytest.param(["x" * 1025], 0, id="an id that does not fit"),
    ],
)
def test_features_beyond_1024_characters_are_cut_at_a_whole_id(ids: list[str], kept: int) -> None:
    expected = f" m/{','.join(ids[:kept])}" if kept else ""
    assert user_agent(features=ids) == f"{START} {PLATFORM}{expected}"


@pytest.mark.row("1.12-features")
@pytest.mark.parametrize(
    ("feature", "id_"),
    [
        (FeatureId.PAGINATOR, "C"),
        (FeatureId.RETRY_MODE_LEGACY, "D"),
        (FeatureId.RETRY_MODE_STANDARD, "E"),
        (FeatureId.RETRY_MODE_ADAPTIVE, "F"),
        (FeatureId.ENDPOINT_OVERRIDE, "N"),
        (FeatureId.CREDENTIALS_CODE, "e"),
        (FeatureId.CREDENTIALS_ENV_VARS, "g"),
        (FeatureId.CREDENTIALS_STS_ASSUME_ROLE, "i"),
        (FeatureId.CREDENTIALS_STS_ASSUME_ROLE_WEB_ID, "k"),
        (FeatureId.CREDENTIALS_PROFILE, "n"),
        (FeatureId.CREDENTIALS_PROFILE_SOURCE_PROFILE, "o"),
        (FeatureId.CREDENTIALS_PROFILE_NAMED_PROVIDER, "p"),
        (FeatureId.CREDENTIALS_PROFILE_STS_WEB_ID_TOKEN, "q"),
        (FeatureId.CREDENTIALS_PROFILE_SSO, "r"),
        (FeatureId.CREDENTIALS_SSO, "s"),
        (FeatureId.CREDENTIALS_PROFILE_PROCESS, "v"),
        (FeatureId.CREDENTIALS_PROCESS, "w"),
        (FeatureId.CREDENTIALS_HTTP, "z"),
        (FeatureId.CREDENTIALS_IMDS, "0"),
    ],
)
def test_a_feature_is_sent_as_the_id_that_all_sdks_share(feature: FeatureId, id_: str) -> None:
    assert user_agent(features=[feature]).endswith(f" m/{id_}")


def test_the_feature_ids_are_those_of_botocore_under_its_names() -> None:
    from botocore.useragent import _USERAGENT_FEATURE_MAPPINGS

    assert {feature.name: feature.value for feature in FeatureId}.items() <= _USERAGENT_FEATURE_MAPPINGS.items()


@pytest.mark.parametrize("name", [LEGAL[:45], LEGAL[45:], "a", "x" * 50])
def test_an_app_name_of_legal_characters_is_sent_as_it_is(name: str, caplog: pytest.LogCaptureFixture) -> None:
    assert user_agent(app_name=name).endswith(f" app/{name}")
    assert caplog.records == []


@pytest.mark.row("1.8-app-name")
@pytest.mark.parametrize("name", ["", " ", "two words", "a/b", "a,b", "a(b)", "é", "a\n", "a\r\nx: y", "٣"])
def test_any_other_app_name_is_a_typed_error_that_says_where_it_came_from(name: str) -> None:
    with pytest.raises(ConfigError, match=r"^AWS_SDK_UA_APP_ID: .* is no app name"):
        check_app_name(name, "AWS_SDK_UA_APP_ID")
    with pytest.raises(ConfigError):
        user_agent(app_name=name)


@pytest.mark.row("1.8-app-name")
def test_a_long_app_name_is_sent_and_warned_of_once(caplog: pytest.LogCaptureFixture) -> None:
    name = "a-name-that-only-this-test-uses".ljust(51, "x")
    with caplog.at_level(logging.WARNING, "codepipeline_sdk"):
        assert user_agent(app_name=name).endswith(f" app/{name}")
        user_agent(app_name=name)
    assert [record.getMessage() for record in caplog.records] == [
        f"app_name: the app name {name} is longer than 50 characters"
    ]


@pytest.mark.row("1.12-frameworks")
def test_a_framework_is_sent_with_its_version_if_it_has_one() -> None:
    frameworks = [FrameworkMetadata("airflow", "3.1"), FrameworkMetadata("glue"), FrameworkMetadata("none", "")]
    assert user_agent(frameworks=frameworks).endswith(" lib/airflow/3.1 lib/glue lib/none")


def test_what_a_framework_may_not_hold_becomes_a_dash() -> None:
    assert user_agent(frameworks=[FrameworkMetadata("a b/c", "1 2\r\n")]).endswith(" lib/a-b-c/1-2--")


def test_a_framework_is_sent_once_for_each_version() -> None:
    frameworks = [FrameworkMetadata("a", "1"), FrameworkMetadata("b", "1"), FrameworkMetadata("a", "1")]
    assert user_agent(frameworks=[*frameworks, FrameworkMetadata("a", "2")]).endswith(" lib/a/1 lib/b/1 lib/a/2")


@pytest.mark.row("1.12-frameworks")
def test_the_first_ten_different_frameworks_are_sent() -> None:
    frameworks = [FrameworkMetadata(f"f{n // 2}", "1") for n in range(24)]
    sent = re.findall(r"lib/(\w+)/1", user_agent(frameworks=frameworks))
    assert sent == [f"f{n}" for n in range(10)]


def test_a_framework_without_a_name_is_a_typed_error() -> None:
    with pytest.raises(ConfigError):
        FrameworkMetadata("", "1")


def test_the_platform_of_this_process_fits_the_grammar() -> None:
    assert GRAMMAR.fullmatch(user_agent(current_platform()))


texts = st.text() | st.text(st.characters(max_codepoint=0x17F)) | st.just("\udc80\x00")


@pytest.mark.row("1.12-x-amz-user-agent")
@settings(derandomize=True, deadline=None)
@given(facts=st.lists(texts, min_size=8, max_size=8), features=st.lists(texts), names=st.lists(texts.filter(bool)))
def test_whatever_the_platform_says_the_user_agent_fits_the_grammar(
    facts: list[str], features: list[str], names: list[str]
) -> None:
    system, release, machine, implementation, environment, fact, version, python = facts
    text = user_agent(
        Platform(
            system=system,
            release=release,
            machine=machine,
            implementation=implementation,
            python_version=python or "3",
        ),
        version=version or "0",
        environ={"AWS_EXECUTION_ENV": environment},
        metadata={"fact": fact},
        frameworks=[FrameworkMetadata(name, fact) for name in names],
        features=features,
    )
    assert GRAMMAR.fullmatch(text)
