"""Settings: defaults, changes, the environment, refusals. design.md 5; anchor.md 1.1, 1.16; traps 34, 54, 59."""

from __future__ import annotations

import copy
import math
import pickle
from datetime import datetime
from pathlib import Path

import pytest

from codepipeline_sdk import Client, Config, load_config
from codepipeline_sdk.config import HttpRequest, HttpResponse, RetryConfig, TimeoutConfig
from codepipeline_sdk.config.timeout import DEFAULT_TIMEOUTS, Timeouts
from codepipeline_sdk.credentials import Credentials, CredentialsProvider, EnvironmentCredentialsProvider
from codepipeline_sdk.error import ConfigError, CredentialsNotLoaded, DispatchFailure
from tests.fakes import CREDENTIALS, ScriptedHttp, config, reply

KEYS = {"AWS_ACCESS_KEY_ID": "AKIDENV", "AWS_SECRET_ACCESS_KEY": "planted-secret"}


@pytest.mark.row("1.8-fips-dualstack")
@pytest.mark.row("1.8-retry")
@pytest.mark.row("1.8-timeout")
@pytest.mark.row("1.10-config")
@pytest.mark.row("1.11-default-read")
@pytest.mark.trap(54)
def test_the_defaults_retry_and_end() -> None:
    settings = Config()
    assert settings.retry == RetryConfig(max_attempts=3, initial_backoff=1.0, max_backoff=20.0)
    assert settings.timeout.resolve(DEFAULT_TIMEOUTS) == Timeouts(3.1, 60.0, math.inf, math.inf)
    assert (settings.use_fips, settings.use_dualstack, settings.endpoint_url) == (False, False, None)


@pytest.mark.row("1.11-config")
def test_a_limit_that_is_not_given_is_inherited() -> None:
    resolved = TimeoutConfig(read=5, operation=30).resolve(DEFAULT_TIMEOUTS)
    assert resolved == Timeouts(3.1, 5, math.inf, 30)
    assert TimeoutConfig(connect=math.inf).resolve(resolved) == Timeouts(math.inf, 5, math.inf, 30)


@pytest.mark.row("1.1-validate")
@pytest.mark.parametrize("seconds", [0, -1, math.nan])
def test_a_limit_that_is_not_positive_is_refused(seconds: float) -> None:
    with pytest.raises(ConfigError, match="timeout read"):
        TimeoutConfig(read=seconds)


@pytest.mark.row("1.8-replace")
@pytest.mark.row("1.16-sdk-config")
def test_replace_changes_some_settings_and_leaves_the_config_alone() -> None:
    before = Config(region="eu-west-1", use_fips=True)
    after = before.replace(region="us-west-2", retry=RetryConfig.disabled())
    assert (after.region, after.use_fips, after.retry.max_attempts) == ("us-west-2", True, 1)
    assert before.region == "eu-west-1"


@pytest.mark.row("1.8-region")
@pytest.mark.row("1.16-sdk-config")
def test_a_config_takes_nothing_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in {"AWS_REGION": "eu-west-1", "AWS_ENDPOINT_URL": "http://h", **KEYS}.items():
        monkeypatch.setenv(name, value)
    settings = Config()
    assert (settings.region, settings.endpoint_url, settings.credentials) == (None, None, None)


@pytest.mark.row("1.16-load")
@pytest.mark.row("1.16-region")
@pytest.mark.parametrize(
    ("variables", "region"),
    [
        ({"AWS_REGION": "eu-west-1", "AWS_DEFAULT_REGION": "us-east-1"}, "eu-west-1"),
        ({"AWS_DEFAULT_REGION": "us-east-1"}, "us-east-1"),
        ({"AWS_REGION": " ", "AWS_DEFAULT_REGION": "us-east-1"}, "us-east-1"),
        ({"AWS_REGION": " eu-west-1 "}, "eu-west-1"),
        ({}, None),
    ],
)
async def test_the_region_comes_from_the_environment(variables: dict[str, str], region: str | None) -> None:
    assert (await load_config(environment=variables)).region == region


@pytest.mark.row("1.1-from-config")
@pytest.mark.row("1.13-sources")
@pytest.mark.row("1.16-service-id")
@pytest.mark.trap(41)
@pytest.mark.parametrize(
    ("variables", "url"),
    [
        ({"AWS_ENDPOINT_URL_CODEPIPELINE": "http://a", "AWS_ENDPOINT_URL": "http://b"}, "http://a"),
        ({"AWS_ENDPOINT_URL": "http://b"}, "http://b"),
        ({"AWS_ENDPOINT_URL_CODEPIPELINE": "", "AWS_ENDPOINT_URL": "http://b"}, "http://b"),
        ({}, None),
    ],
)
async def test_the_endpoint_url_of_the_service_beats_the_global_one(variables: dict[str, str], url: str | None) -> None:
    assert (await load_config(environment=variables)).endpoint_url == url


@pytest.mark.row("1.12-app-id")
async def test_the_app_name_comes_from_the_environment_and_a_wrong_one_names_its_variable() -> None:
    settings = await load_config(environment={"AWS_SDK_UA_APP_ID": "shop"})
    assert settings.app_name == "shop"
    wrong = await load_config(environment={"AWS_SDK_UA_APP_ID": "my shop"})
    with pytest.raises(ConfigError, match="AWS_SDK_UA_APP_ID"):
        Client(wrong)


@pytest.mark.row("1.1-layers")
@pytest.mark.row("1.8-credentials")
@pytest.mark.row("1.13-sources")
@pytest.mark.row("1.16-setters")
@pytest.mark.row("1.16-precedence")
@pytest.mark.trap(41)
async def test_settings_in_code_beat_the_environment() -> None:
    variables = {"AWS_REGION": "us-east-1", "AWS_ENDPOINT_URL": "http://b", **KEYS}
    settings = await load_config(
        environment=variables, region="eu-west-1", endpoint_url="http://code", credentials=CREDENTIALS, use_fips=True
    )
    assert (settings.region, settings.endpoint_url, settings.use_fips) == ("eu-west-1", "http://code", True)
    assert settings.credentials is CREDENTIALS


@pytest.mark.trap(40)
async def test_an_endpoint_url_of_the_environment_with_fips_is_an_error() -> None:
    variables = {"AWS_ENDPOINT_URL": "http://b", "AWS_REGION": "eu-west-1", **KEYS}
    settings = await load_config(environment=variables, use_fips=True, http_client=ScriptedHttp(reply()))
    with pytest.raises(DispatchFailure, match="FIPS and custom endpoint are not supported"):
        await Client(settings).list_pipelines()


@pytest.mark.row("1.16-origins")
async def test_a_setting_remembers_where_it_came_from_or_was_looked_for() -> None:
    settings = await load_config(environment={"AWS_REGION": "eu-west-1"})
    assert settings.origins["region"] == "the environment variable AWS_REGION"
    assert "AWS_ENDPOINT_URL_CODEPIPELINE" in settings.origins["endpoint_url"]


@pytest.mark.row("1.7-region")
async def test_a_call_without_region_names_the_places_where_it_was_looked_for() -> None:
    settings = await load_config(environment=KEYS, http_client=ScriptedHttp(reply()))
    with pytest.raises(DispatchFailure, match="AWS_REGION, AWS_DEFAULT_REGION"):
        await Client(settings).list_pipelines()


@pytest.mark.row("1.16-load")
async def test_a_call_without_credentials_names_the_variable_that_is_missing() -> None:
    settings = await load_config(environment={}, region="eu-west-1", http_client=ScriptedHttp(reply()))
    with pytest.raises(DispatchFailure, match="AWS_ACCESS_KEY_ID is not set") as caught:
        await Client(settings).list_pipelines()
    assert isinstance(caught.value.__cause__, CredentialsNotLoaded)


@pytest.mark.row("1.17-credentials")
@pytest.mark.row("1.17-environment")
@pytest.mark.trap(34)
@pytest.mark.parametrize(
    ("variables", "token"),
    [
        (KEYS, None),
        ({**KEYS, "AWS_SESSION_TOKEN": "t"}, "t"),
        ({**KEYS, "AWS_SESSION_TOKEN": "  "}, None),
        ({"AWS_ACCESS_KEY_ID": "AKIDENV", "SECRET_ACCESS_KEY": "planted-secret"}, None),
    ],
)
async def test_credentials_come_from_the_environment(variables: dict[str, str], token: str | None) -> None:
    found = await EnvironmentCredentialsProvider(variables).provide_credentials()
    assert found.access_key_id == "AKIDENV"
    assert found.secret_access_key.reveal() == "planted-secret"
    assert (found.session_token.reveal() if found.session_token else None) == token
    assert found.provider_name == "EnvironmentVariable"


@pytest.mark.row("1.17-environment")
@pytest.mark.trap(34)
@pytest.mark.parametrize(
    "variables",
    [{}, {"AWS_ACCESS_KEY_ID": "a"}, {"AWS_SECRET_ACCESS_KEY": "b"}, {**KEYS, "AWS_ACCESS_KEY_ID": " \t"}],
)
async def test_blank_credentials_count_as_unset(variables: dict[str, str]) -> None:
    with pytest.raises(CredentialsNotLoaded):
        await EnvironmentCredentialsProvider(variables).provide_credentials()


@pytest.mark.row("1.4-credentials")
@pytest.mark.row("1.8-repr")
def test_secrets_are_in_no_repr_and_no_pickle() -> None:
    credentials = Credentials(access_key_id="AKIDPLANTED", secret_access_key="planted-s", session_token="planted-t")
    settings = Config(credentials=credentials)
    for shown in (repr(credentials), repr(settings), repr(EnvironmentCredentialsProvider(KEYS)), f"{credentials}"):
        assert "planted" not in shown
        assert "AKIDPLANTED" not in shown
    for secretive in (credentials, settings, credentials.secret_access_key):
        with pytest.raises(TypeError, match="cannot be pickled"):
            pickle.dumps(secretive)
    assert copy.deepcopy(credentials.secret_access_key) == credentials.secret_access_key


@pytest.mark.row("1.17-credentials")
def test_credentials_are_their_own_provider() -> None:
    assert isinstance(CREDENTIALS, CredentialsProvider)


@pytest.mark.row("1.8-credentials")
@pytest.mark.row("1.17-provider")
@pytest.mark.trap(59)
async def test_making_a_client_asks_no_provider() -> None:
    class Counting:
        calls = 0

        async def provide_credentials(self) -> Credentials:
            self.calls += 1
            return CREDENTIALS

    provider = Counting()
    client = Client(config(ScriptedHttp(reply()), credentials=provider))
    assert provider.calls == 0
    await client.list_pipelines()
    assert provider.calls == 1


@pytest.mark.row("1.1-methods")
@pytest.mark.trap(59)
async def test_a_builder_does_nothing_before_it_is_awaited() -> None:
    http = ScriptedHttp(reply())
    builder = Client(config(http)).get_pipeline().name("release")
    assert http.requests == []
    await builder
    await builder.send()
    assert http.bodies == [{"name": "release"}] * 2


@pytest.mark.row("1.1-from-config")
@pytest.mark.row("1.1-config")
async def test_from_env_can_be_awaited_or_entered() -> None:
    http = ScriptedHttp(reply())
    client = await Client.from_env(region="eu-west-1", http_client=http, credentials=CREDENTIALS)
    assert client.config.region == "eu-west-1"
    async with Client.from_env(region="eu-west-2", http_client=http, credentials=CREDENTIALS) as entered:
        await entered.list_pipelines()
    assert "eu-west-2" in http.requests[-1].url


@pytest.mark.row("1.1-sharing")
async def test_a_child_has_settings_of_its_own_and_closing_it_closes_nothing() -> None:
    class Closable(ScriptedHttp):
        closed = False

        async def aclose(self) -> None:
            self.closed = True

    http = Closable(reply())
    parent = Client(config(http))
    async with parent.with_config(region="us-west-2") as child:
        await child.list_pipelines()
    await parent.list_pipelines()
    assert ["us-west-2" in request.url for request in http.requests] == [True, False]
    await parent.aclose()
    assert http.closed is False


@pytest.mark.row("1.1-validate")
def test_a_thing_that_is_no_http_client_is_refused() -> None:
    with pytest.raises(ConfigError, match="http_client"):
        Client(Config(http_client=object()))  # type: ignore[arg-type]  # what an unchecked caller does


@pytest.mark.row("1.8-http-client")
async def test_any_object_with_send_is_a_transport() -> None:
    class Minimal:
        async def send(self, request: HttpRequest) -> HttpResponse:
            return reply({"pipelines": []})

    async with Client(config(Minimal())) as client:
        assert (await client.list_pipelines()).pipelines == []


async def test_warming_up_asks_for_credentials_once() -> None:
    class Counting:
        calls = 0

        async def provide_credentials(self) -> Credentials:
            self.calls += 1
            return CREDENTIALS

    provider = Counting()
    async with Client(config(ScriptedHttp(reply()), credentials=provider)) as client:
        assert provider.calls == 1
        await client.list_pipelines()
        await client.warm_up()
    assert provider.calls == 1


async def test_entering_a_client_without_credentials_leaves_the_error_to_the_first_call() -> None:
    async with Client(config(ScriptedHttp(reply()), credentials=None)) as client:
        with pytest.raises(DispatchFailure, match="no credentials"):
            await client.warm_up()
        with pytest.raises(DispatchFailure, match="no credentials"):
            await client.list_pipelines()


def test_an_expiry_without_timezone_is_refused() -> None:
    with pytest.raises(ConfigError, match="timezone"):
        Credentials(access_key_id="a", secret_access_key="b", expires_at=datetime(2030, 1, 1))  # noqa: DTZ001


async def test_from_env_takes_a_profile(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "config"
    file.write_text("[profile blue]\nregion = eu-west-3\n", "utf-8")
    monkeypatch.setenv("AWS_CONFIG_FILE", str(file))
    client = await Client.from_env(profile="blue", credentials=CREDENTIALS, http_client=ScriptedHttp(reply()))
    assert client.config.region == "eu-west-3"
