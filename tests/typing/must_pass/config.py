"""Settings are typed keywords, of the constructor, of `replace`, `with_config`, `from_env` and `load_config` alike."""

from __future__ import annotations

import math
from typing import assert_type

import httpx

from codepipeline_sdk import Client, Config, load_config
from codepipeline_sdk.config.http import HttpConfig
from codepipeline_sdk.config.retry import RetryConfig
from codepipeline_sdk.config.timeout import TimeoutConfig
from codepipeline_sdk.credentials.identity import Credentials


def the_constructor_and_replace() -> Config:
    credentials = Credentials(access_key_id="id", secret_access_key="secret")
    config = Config(region="eu-west-1", credentials=credentials, use_fips=True)
    assert_type(config.region, str | None)
    changed = config.replace(
        region=None,
        endpoint_url="http://127.0.0.1:1",
        retry=RetryConfig(max_attempts=5),
        timeout=TimeoutConfig(connect=1, read=math.inf),
        http=HttpConfig(max_connections=2),
        http_client=httpx.AsyncClient(),
        time_source=lambda: 0.0,
    )
    assert_type(changed, Config)
    return changed


async def clients() -> None:
    assert_type(await load_config(region="eu-west-1"), Config)
    client = Client(await load_config())
    assert_type(client.with_config(region="eu-west-2"), Client)
    assert_type(client.config, Config)
    assert_type(await Client.from_env(use_dualstack=True), Client)
    async with Client.from_env(region="eu-west-1") as entered:
        assert_type(entered, Client)
    async with client as same:
        assert_type(same, Client)
