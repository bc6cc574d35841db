"""Parameters of endpoints, partitions, and the URLs that users set."""

from __future__ import annotations

import pytest

from codepipeline_sdk import Client
from codepipeline_sdk._runtime.endpoint import (
    Endpoint,
    EndpointError,
    EndpointParameters,
    Partition,
    PartitionTable,
    is_valid_host_label,
)
from codepipeline_sdk.error import ConfigError
from tests.fakes import ScriptedHttp, config, reply


def partition(name: str, region_regex: str) -> Partition:
    return Partition(
        name=name,
        region_regex=region_regex,
        dns_suffix=f"{name}.example",
        dual_stack_dns_suffix=f"dual.{name}.example",
        implicit_global_region=f"{name}-1",
        supports_fips=True,
        supports_dual_stack=True,
    )


NORTH, SOUTH = partition("north", r"^n\-\w+$"), partition("south", r"^[ns]\-\w+$")
TABLE = PartitionTable(partitions=(NORTH, SOUTH), regions={"n-odd": SOUTH, "south-global": SOUTH}, fallback=NORTH)


@pytest.mark.row("1.13-partitions")
@pytest.mark.parametrize(
    ("region", "expected"),
    [
        pytest.param("n-odd", SOUTH, id="its name"),
        pytest.param("south-global", SOUTH, id="its name although it matches nothing"),
        pytest.param("n-new", NORTH, id="the first expression that matches"),
        pytest.param("s-new", SOUTH, id="the only expression that matches"),
        pytest.param("x-s-new", NORTH, id="the fallback"),
        pytest.param("s-new\n", NORTH, id="the fallback, for an expression matches a whole name"),
    ],
)
def test_the_partition_of_a_region_is_found_by(region: str, expected: Partition) -> None:
    assert TABLE.find(region) is expected


@pytest.mark.parametrize("label", ["a", "us-east-1", "0", "A9", "a" * 63, "xn--a"])
def test_a_host_label_is_accepted(label: str) -> None:
    assert is_valid_host_label(label)


@pytest.mark.parametrize("label", ["", "-a", "a-", "a.b", "a_b", "a b", "a\n", "é", "٣", "a/b", "a@b", "a" * 64])
def test_what_is_no_host_label_is_refused(label: str) -> None:
    assert not is_valid_host_label(label)


def test_several_host_labels_are_accepted_where_dots_are_allowed() -> None:
    assert is_valid_host_label("a.b-c.d", allow_subdomains=True)
    assert not is_valid_host_label("a..b", allow_subdomains=True)
    assert not is_valid_host_label("a.-b", allow_subdomains=True)


@pytest.mark.trap(42)
def test_an_empty_region_is_none() -> None:
    assert EndpointParameters(region="") == EndpointParameters()


def test_equal_parameters_are_one_key_of_a_cache() -> None:
    first, second = (EndpointParameters(region="us-east-1", use_fips=True) for _ in range(2))
    assert {first: 1}[second] == 1
    assert EndpointParameters(region="us-east-1", use_dualstack=True) not in {first: 1}


@pytest.mark.row("1.13-label")
@pytest.mark.parametrize("region", ["us-east-1.evil.example", "us-east-1/", "us east 1", "us-east-1\n", "@evil"])
def test_a_region_that_would_change_the_host_is_refused(region: str) -> None:
    with pytest.raises(EndpointError, match="is not a valid host label") as info:
        EndpointParameters(region=region).validate()
    assert repr(region) in str(info.value)


def test_a_region_is_checked_beside_a_custom_url_because_it_is_signed() -> None:
    with pytest.raises(EndpointError, match="is not a valid host label"):
        EndpointParameters(region="a/b", endpoint_url="http://h").validate()


@pytest.mark.parametrize(
    "url",
    [
        "https://codepipeline.example.com",
        "http://localhost:4566",
        "http://127.0.0.1:80/",
        "http://[::1]:8080/base/",
        "http://my_service.internal/base/path",
        "HTTPS://Example.com/a%20b",
    ],
)
def test_a_url_of_a_server_is_accepted(url: str) -> None:
    EndpointParameters(endpoint_url=url).validate()


@pytest.mark.parametrize(
    ("url", "problem"),
    [
        ("", "must start with http:// or https:// and name a host"),
        ("localhost:4566", "must start with http:// or https:// and name a host"),
        ("ftp://h", "must start with http:// or https:// and name a host"),
        ("http:h", "must start with http:// or https:// and name a host"),
        ("http://", "must start with http:// or https:// and name a host"),
        ("https:///path", "must start with http:// or https:// and name a host"),
        ("http://user:hunter2@h", "must not hold a user name or a password"),
        ("http://hunter2@h", "must not hold a user name or a password"),
        ("http://h/?a=hunter2", "must have no query and no fragment"),
        ("http://h?", "must have no query and no fragment"),
        ("http://h/#hunter2", "must have no query and no fragment"),
        ("http://h:hunter2", "has no valid host and port"),
        ("http://h:", "has no valid host and port"),
        ("http://h:0", "has no valid host and port"),
        ("http://h:65536", "has no valid host and port"),
        ("http://:80", "has no valid host and port"),
        ("http://a,b", "has no valid host and port"),
        ("http://[::1", "has no valid host and port"),
        ("http://[h]", "has no valid host and port"),
        ("http://h/a b", "holds a character that must be percent-encoded"),
        (" http://h", "holds a character that must be percent-encoded"),
        ("http://h\n", "holds a character that must be percent-encoded"),
        ("http://bücher.example", "holds a character that must be percent-encoded"),
        ("http://h/\udc80", "holds a character that must be percent-encoded"),
    ],
)
def test_a_url_that_requests_cannot_be_sent_below_is_refused_without_being_repeated(url: str, problem: str) -> None:
    with pytest.raises(EndpointError) as info:
        EndpointParameters(endpoint_url=url).validate()
    assert str(info.value) == f"Invalid Configuration: the custom endpoint URL {problem}"


def test_an_endpoint_error_is_a_config_error() -> None:
    assert issubclass(EndpointError, ConfigError)


@pytest.mark.parametrize(
    ("url", "path", "joined"),
    [
        ("http://h:1", "/", "http://h:1/"),
        ("http://h:1/", "/", "http://h:1/"),
        ("http://h:1/base", "/", "http://h:1/base/"),
        ("http://h:1/base/", "/", "http://h:1/base/"),
        ("http://h:1/base/", "/a/b?c=d", "http://h:1/base/a/b?c=d"),
    ],
)
def test_a_path_is_joined_below_the_path_of_the_endpoint(url: str, path: str, joined: str) -> None:
    assert Endpoint(url=url).join(path) == joined


@pytest.mark.row("1.8-fips-dualstack")
async def test_settings_choose_the_host_of_a_call() -> None:
    http = ScriptedHttp(reply())
    client = Client(config(http, region="us-east-1"))
    await client.with_config(use_fips=True).list_pipelines()
    await client.with_config(use_dualstack=True).list_pipelines()
    await client.with_config(use_fips=True, use_dualstack=True).list_pipelines()
    assert [request.url for request in http.requests] == [
        "https://codepipeline-fips.us-east-1.amazonaws.com/",
        "https://codepipeline.us-east-1.api.aws/",
        "https://codepipeline-fips.us-east-1.api.aws/",
    ]


@pytest.mark.row("1.8-endpoint-resolver")
async def test_an_endpoint_resolver_is_given_the_settings() -> None:
    given: list[EndpointParameters] = []

    def resolve(parameters: EndpointParameters) -> Endpoint:
        given.append(parameters)
        return Endpoint(url="https://proxy.test")

    settings = config(ScriptedHttp(reply()), endpoint_resolver=resolve, use_fips=True, endpoint_url="http://h")
    await Client(settings).list_pipelines()
    assert given == [EndpointParameters(region="eu-west-1", use_fips=True, endpoint_url="http://h")]
