"""Settings of code, the environment and profile files. anchor.md 1.16, 1.10, 1.12, 1.13; traps 41 and 55."""

from __future__ import annotations

import itertools
import json
import logging
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Final, NamedTuple

import pytest

from codepipeline_sdk import Client, Config, load_config
from codepipeline_sdk.config import HttpConfig, RetryConfig
from codepipeline_sdk.config.settings import ConfigChanges
from codepipeline_sdk.error import ConfigError, DispatchFailure
from tests.fakes import CREDENTIALS, ScriptedHttp, reply

SECRET = "planted-secret"


class Files:
    """A home directory with profile files, and an environment that leads to them."""

    def __init__(self, home: Path) -> None:
        (home / ".aws").mkdir()
        self.config = home / ".aws" / "config"
        self.credentials = home / ".aws" / "credentials"
        self.environment = {"HOME": str(home)}

    def write(self, config: str = "", credentials: str = "") -> None:
        self.config.write_text(config)
        self.credentials.write_text(credentials)


@pytest.fixture
def files(tmp_path: Path) -> Files:
    return Files(tmp_path)


class Setting(NamedTuple):
    """A setting and the places where it may stand, those that count more before the others."""

    name: str
    variables: dict[str, str]
    key: tuple[str, str]
    values: tuple[object, ...]
    in_code: ConfigChanges

    @property
    def sources(self) -> tuple[str, ...]:
        return ("code", *self.variables, "profile", "default")


SETTINGS: Final = [
    Setting(
        "region",
        {"AWS_REGION": "env-1", "AWS_DEFAULT_REGION": "env-2"},
        ("region", "profile-1"),
        ("code-1", "env-1", "env-2", "profile-1", None),
        {"region": "code-1"},
    ),
    Setting(
        "endpoint_url",
        {"AWS_ENDPOINT_URL_CODEPIPELINE": "http://service", "AWS_ENDPOINT_URL": "http://all"},
        ("endpoint_url", "http://profile"),
        ("http://code", "http://service", "http://all", "http://profile", None),
        {"endpoint_url": "http://code"},
    ),
    Setting(
        "app_name",
        {"AWS_SDK_UA_APP_ID": "env"},
        ("sdk_ua_app_id", "profile"),
        ("code", "env", "profile", None),
        {"app_name": "code"},
    ),
    *(
        Setting(name, {variable: "TRUE"}, (key, "true"), (False, True, True, False), changes)
        for name, variable, key, changes in (
            ("use_fips", "AWS_USE_FIPS_ENDPOINT", "use_fips_endpoint", ConfigChanges(use_fips=False)),
            (
                "use_dualstack",
                "AWS_USE_DUALSTACK_ENDPOINT",
                "use_dualstack_endpoint",
                ConfigChanges(use_dualstack=False),
            ),
            (
                "disable_clock_skew_correction",
                "AWS_DISABLE_CLOCK_SKEW_CORRECTION",
                "disable_clock_skew_correction",
                ConfigChanges(disable_clock_skew_correction=False),
            ),
        )
    ),
    Setting(
        "use_fips",
        {"AWS_USE_FIPS_ENDPOINT": "false"},
        ("use_fips_endpoint", "True"),
        (True, False, True, False),
        {"use_fips": True},
    ),
    Setting(
        "retry",
        {"AWS_RETRY_MODE": "Adaptive"},
        ("retry_mode", "adaptive"),
        (RetryConfig.disabled(), RetryConfig(mode="adaptive"), RetryConfig(mode="adaptive"), RetryConfig()),
        {"retry": RetryConfig.disabled()},
    ),
    Setting(
        "retry",
        {"AWS_MAX_ATTEMPTS": "7"},
        ("max_attempts", "5"),
        (RetryConfig(), RetryConfig(max_attempts=7), RetryConfig(max_attempts=5), RetryConfig()),
        {"retry": RetryConfig()},
    ),
    Setting(
        "http",
        {},
        ("ca_bundle", "/profile.pem"),
        (HttpConfig(), HttpConfig(ca_bundle="/profile.pem"), HttpConfig()),
        {"http": HttpConfig()},
    ),
]


def cases() -> Iterator[tuple[Setting, frozenset[str]]]:
    """Yield each setting with every choice of places where it stands."""
    for setting in SETTINGS:
        places = setting.sources[:-1]
        for size in range(len(places) + 1):
            for chosen in itertools.combinations(places, size):
                yield setting, frozenset(chosen)


@pytest.mark.row("1.10-environment")
@pytest.mark.row("1.13-environment")
@pytest.mark.row("1.16-load")
@pytest.mark.row("1.16-precedence")
@pytest.mark.row("1.16-setters")
@pytest.mark.row("1.16-variables")
@pytest.mark.parametrize(
    ("setting", "chosen"),
    [pytest.param(*case, id=f"{case[0].name}-{'+'.join(sorted(case[1])) or 'nowhere'}") for case in cases()],
)
async def test_code_counts_before_the_environment_and_that_before_the_profile(
    setting: Setting, chosen: frozenset[str], files: Files
) -> None:
    key, text = setting.key
    files.write(f"[default]\n{key} = {text}\n" if "profile" in chosen else "")
    environment = {name: value for name, value in setting.variables.items() if name in chosen} | files.environment
    in_code = setting.in_code if "code" in chosen else ConfigChanges()
    found = await load_config(environment=environment, **in_code)
    first = next(i for i, source in enumerate(setting.sources) if source in {*chosen, "default"})
    assert getattr(found, setting.name) == setting.values[first]


@pytest.mark.row("1.1-from-config")
@pytest.mark.row("1.13-sources")
@pytest.mark.row("1.16-service-id")
@pytest.mark.trap(41)
@pytest.mark.parametrize(
    ("variables", "url"),
    [
        ({}, "http://section"),
        ({"AWS_ENDPOINT_URL": "http://all"}, "http://all"),
        ({"AWS_ENDPOINT_URL_CODEPIPELINE": "http://service"}, "http://service"),
    ],
)
async def test_the_services_section_counts_before_the_profiles_own_url_and_after_the_environment(
    variables: dict[str, str], url: str, files: Files
) -> None:
    files.write(
        "[default]\nservices = local\nendpoint_url = http://profile\n"
        "[services local]\ns3 =\n  endpoint_url = http://s3\ncodepipeline =\n  endpoint_url = http://section\n"
    )
    found = await load_config(environment=files.environment | variables)
    assert found.endpoint_url == url


@pytest.mark.row("1.16-service-id")
@pytest.mark.parametrize(
    "section", ["s3 =\n  endpoint_url = http://s3", "codepipeline =\n  other = x", "codepipeline ="]
)
async def test_a_services_section_that_says_nothing_of_the_service_leaves_the_profiles_url(
    section: str, files: Files
) -> None:
    files.write(f"[default]\nservices = local\nendpoint_url = http://profile\n[services local]\n{section}\n")
    assert (await load_config(environment=files.environment)).endpoint_url == "http://profile"


async def test_a_services_section_that_is_not_there_is_an_error(files: Files) -> None:
    files.write("[default]\nservices = lokal\n[services local]\n")
    with pytest.raises(ConfigError) as caught:
        await load_config(environment=files.environment)
    place = f"key services of profile default in {files.config}, line 2"
    assert str(caught.value) == f"{place}: there is no section [services lokal]"


@pytest.mark.row("1.13-ignore")
@pytest.mark.trap(41)
@pytest.mark.parametrize(
    ("variable", "key", "is_ignored"),
    [
        ("true", "", True),
        ("", "true", True),
        ("false", "true", False),
        ("maybe", "true", True),
        ("", "", False),
    ],
)
async def test_configured_urls_can_be_ignored_but_not_that_of_code(
    variable: str, key: str, is_ignored: bool, files: Files
) -> None:
    files.write(f"[default]\nendpoint_url = http://profile\nignore_configured_endpoint_urls = {key}\n")
    environment = files.environment | {"AWS_IGNORE_CONFIGURED_ENDPOINT_URLS": variable}
    urls = [
        (await load_config(environment=environment)).endpoint_url,
        (await load_config(environment=environment | {"AWS_ENDPOINT_URL": "http://all"})).endpoint_url,
        (await load_config(environment=environment, endpoint_url="http://code")).endpoint_url,
    ]
    assert urls == [None if is_ignored else "http://profile", None if is_ignored else "http://all", "http://code"]


@pytest.mark.row("1.16-profile-files")
@pytest.mark.row("1.16-setters")
@pytest.mark.parametrize(
    ("profile", "variable", "region"),
    [
        (None, "", "default-1"),
        (None, " ", "default-1"),
        (None, "dev", "dev-1"),
        ("dev", "", "dev-1"),
        ("Dev", "dev", "Dev-1"),
        ("default", "dev", "default-1"),
    ],
)
async def test_the_profile_is_that_of_code_else_of_the_environment_else_the_default(
    profile: str | None, variable: str, region: str, files: Files
) -> None:
    files.write("[default]\nregion=default-1\n[profile dev]\nregion=dev-1\n", "[Dev]\nregion=Dev-1\n")
    found = await load_config(profile=profile, environment=files.environment | {"AWS_PROFILE": variable})
    assert found.region == region


async def test_a_profile_that_does_not_exist_is_an_error_with_the_files(files: Files) -> None:
    files.write("[dev]\nregion = x\n")
    for given, origin in (("dev", "the argument profile"), (None, "the environment variable AWS_PROFILE")):
        with pytest.raises(ConfigError) as caught:
            await load_config(profile=given, environment=files.environment | {"AWS_PROFILE": "dev"})
        looked = f"looked in {files.config} and {files.credentials}"
        assert str(caught.value) == f"{origin} names the profile dev, which does not exist; {looked}"


async def test_a_profile_without_a_home_directory_is_an_error_that_says_so() -> None:
    with pytest.raises(ConfigError, match="HOME is not set"):
        await load_config(profile="dev", environment={})


async def test_the_default_profile_need_not_exist(files: Files) -> None:
    assert (await load_config(profile="default", environment=files.environment)).region is None


@pytest.mark.row("1.10-environment")
@pytest.mark.trap(55)
@pytest.mark.parametrize(
    ("variable", "key", "text"),
    [
        *(
            ("AWS_MAX_ATTEMPTS", "max_attempts", text)
            for text in ("0", "-1", "three", "3.0", "1_0", "\u0663", "9" * 5000)
        ),
        *(("AWS_RETRY_MODE", "retry_mode", text) for text in ("standart", "true", "3")),
    ],
)
async def test_a_wrong_retry_setting_is_an_error_that_names_its_place(
    variable: str, key: str, text: str, files: Files
) -> None:
    files.write(f"[profile dev]\n\n{key} = {text}\n")
    with pytest.raises(ConfigError, match=f"^the environment variable {variable}: "):
        await load_config(environment=files.environment | {variable: text})
    with pytest.raises(ConfigError) as caught:
        await load_config(profile="dev", environment=files.environment)
    assert str(caught.value).startswith(f"key {key} of profile dev in {files.config}, line 3: ")


@pytest.mark.row("1.10-environment")
async def test_retry_settings_of_code_keep_wrong_ones_from_being_looked_at() -> None:
    variables = {"AWS_MAX_ATTEMPTS": "0", "AWS_RETRY_MODE": "wrong"}
    assert (await load_config(environment=variables, retry=RetryConfig.disabled())).retry.max_attempts == 1


@pytest.mark.row("1.10-environment")
async def test_retry_settings_of_several_places_go_together(files: Files) -> None:
    files.write("[default]\nretry_mode = adaptive\nmax_attempts = 9\n")
    found = await load_config(environment=files.environment | {"AWS_MAX_ATTEMPTS": "4"})
    assert found.retry == RetryConfig(mode="adaptive", max_attempts=4)


@pytest.mark.row("1.10-environment")
@pytest.mark.trap(55)
async def test_the_legacy_retry_mode_is_the_standard_one_with_a_warning(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.WARNING, "codepipeline_sdk"):
        found = await load_config(environment={"AWS_RETRY_MODE": "legacy"})
    assert found.retry.mode == "standard"
    assert caplog.messages == [
        "the environment variable AWS_RETRY_MODE: there is no retry mode legacy, it means standard"
    ]


@pytest.mark.row("1.13-environment")
async def test_a_text_that_is_no_truth_value_counts_as_unset_with_a_warning(
    files: Files, caplog: pytest.LogCaptureFixture
) -> None:
    files.write("[default]\nuse_fips_endpoint = true\nuse_dualstack_endpoint = 1\n")
    with caplog.at_level(logging.WARNING, "codepipeline_sdk"):
        found = await load_config(environment=files.environment | {"AWS_USE_FIPS_ENDPOINT": "yes"})
    assert (found.use_fips, found.use_dualstack) == (True, False)
    place = f"key use_dualstack_endpoint of profile default in {files.config}, line 3"
    assert caplog.messages == [
        "the environment variable AWS_USE_FIPS_ENDPOINT is ignored: it is neither true nor false",
        f"{place} is ignored: it is neither true nor false",
    ]


@pytest.mark.row("1.12-app-id")
@pytest.mark.parametrize("key", ["sdk_ua_app_id", "sdk-ua-app-id"])
async def test_the_app_name_of_a_profile_has_two_spellings_and_a_wrong_one_names_its_line(
    key: str, files: Files
) -> None:
    files.write(f"[default]\n{key} = my shop\n")
    found = await load_config(environment=files.environment)
    with pytest.raises(ConfigError, match=f"key {key} of profile default in {files.config}, line 2"):
        Client(found)


@pytest.mark.row("1.16-origins")
async def test_every_setting_knows_its_origin(files: Files) -> None:
    files.write(
        "[profile dev]\nservices = local\nmax_attempts = 5\n[services local]\ncodepipeline =\n  endpoint_url = http://h",
        "[dev]\nregion = eu-west-1\n",
    )
    environment = files.environment | {"AWS_USE_FIPS_ENDPOINT": "true"}
    found = await load_config(profile="dev", environment=environment, app_name="shop", retry=RetryConfig())
    origins = dict(found.origins)
    assert origins["region"] == f"key region of profile dev in {files.credentials}, line 2"
    section = f"section [services local] in {files.config}, line 6"
    assert origins["endpoint_url"] == f"key endpoint_url of codepipeline in {section}"
    assert origins["use_fips"] == "the environment variable AWS_USE_FIPS_ENDPOINT"
    assert origins["app_name"] == "the argument app_name of load_config"
    assert origins["retry"] == "the argument retry of load_config"
    assert origins["use_dualstack"] == (
        "the argument use_dualstack of load_config, the environment variable AWS_USE_DUALSTACK_ENDPOINT and "
        f"key use_dualstack_endpoint of profile dev in {files.config} and {files.credentials}"
    )


@pytest.mark.row("1.16-origins")
async def test_ignored_urls_say_why(files: Files) -> None:
    files.write("[default]\nignore_configured_endpoint_urls = true\n")
    found = await load_config(environment=files.environment)
    place = f"key ignore_configured_endpoint_urls of profile default in {files.config}, line 2"
    assert found.origins["endpoint_url"] == f"the argument endpoint_url of load_config alone, because of {place}"


@pytest.mark.row("1.16-region")
async def test_a_call_without_region_names_the_files_where_it_was_looked_for(files: Files) -> None:
    found = await load_config(environment=files.environment, credentials=CREDENTIALS, http_client=ScriptedHttp(reply()))
    with pytest.raises(DispatchFailure, match=f"key region of profile default in {files.config}"):
        await Client(found).list_pipelines()


@pytest.mark.row("1.7-skew")
@pytest.mark.parametrize("variable", ["true", "TRUE"])
async def test_the_correction_of_the_clock_can_be_switched_off_from_outside(variable: str) -> None:
    found = await load_config(environment={"AWS_DISABLE_CLOCK_SKEW_CORRECTION": variable})
    assert found.disable_clock_skew_correction is True


async def test_a_malformed_file_is_an_error_whatever_the_profile(files: Files) -> None:
    files.write(credentials=f"[other]\naws_secret_access_key {SECRET}\n")
    with pytest.raises(ConfigError) as caught:
        await load_config(environment=files.environment, region="eu-west-1")
    assert str(caught.value) == f"{files.credentials}, line 2: expected key = value"


async def test_secrets_of_files_are_in_no_config(files: Files, caplog: pytest.LogCaptureFixture) -> None:
    files.write(f"[default]\nregion = r\nx y = {SECRET}\n", f"[default]\naws_secret_access_key = {SECRET}\n")
    with caplog.at_level(logging.DEBUG):
        found = await load_config(environment=files.environment)
    assert SECRET not in f"{found!r} {found.origins} {caplog.text}"
    assert found.region == "r"


async def test_files_are_read_in_another_thread(files: Files, monkeypatch: pytest.MonkeyPatch) -> None:
    readers: list[threading.Thread] = []
    read = Path.read_bytes

    def noted(path: Path) -> bytes:
        readers.append(threading.current_thread())
        return read(path)

    monkeypatch.setattr(Path, "read_bytes", noted)
    files.write("[default]\nregion = eu-west-1\n")
    assert (await load_config(environment=files.environment)).region == "eu-west-1"
    assert len(readers) == 2
    assert threading.current_thread() not in readers


def test_without_files_to_look_for_no_library_is_loaded() -> None:
    code = (
        "import asyncio, json, sys\nfrom codepipeline_sdk import load_config\n"
        "asyncio.run(load_config(environment={'AWS_REGION': 'eu-west-1'}))\nprint(json.dumps(sorted(sys.modules)))"
    )
    output = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True).stdout
    assert {"anyio", "cattrs", "httpcore", "httpx", "botocore"} & set(json.loads(output)) == set()


async def test_a_config_by_hand_reads_no_file(files: Files, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", files.environment["HOME"])
    files.write("[default]\nregion = eu-west-1\n")
    assert Config().region is None
