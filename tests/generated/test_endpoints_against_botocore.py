"""Endpoints equal those of botocore's interpreter of the same rules, errors included.

What is not compared, because we deviate on purpose; tests/runtime/test_endpoint.py has the tests: a region that is no
host label, an empty region and a URL that cannot be used are errors here, where botocore builds a host of them.
"""

# The oracle ships no types.
# pyright: reportMissingTypeStubs=false, reportUnknownMemberType=false, reportUnknownVariableType=false

from __future__ import annotations

import copy
from collections.abc import Callable, Iterable
from itertools import product
from typing import Any, Final

import pytest
from botocore.endpoint_provider import EndpointProvider
from botocore.exceptions import EndpointResolutionError
from botocore.loaders import create_loader

from codegen.endpoints import render_endpoint_rules, render_partitions
from codepipeline_sdk._endpoints import codepipeline
from codepipeline_sdk._runtime.endpoint import Endpoint, EndpointError, EndpointParameters, is_valid_host_label

Resolve = Callable[[EndpointParameters], Endpoint]
# Any: the files as the oracle reads them.
LOADER: Any = create_loader()
PARTITIONS: Final[dict[str, Any]] = LOADER.load_data("partitions")
UNKNOWN_REGIONS: Final = (
    *("eu-foo-1", "us-moon-99", "cn-mars-1", "us-gov-moon-1", "us-iso-moon-1", "us-isob-moon-1", "eusc-de-moon-1"),
    *("fips-us-east-1", "us-east-1-fips", "aws-global-2", "local", "US-EAST-1", "us-east-1a", "eusc-fr-moon-1", "0"),
)


def known_regions() -> set[str]:
    """Every region that botocore's data name, and the pseudo regions of every service."""
    names = {region for partition in PARTITIONS["partitions"] for region in partition["regions"]}
    for partition in LOADER.load_data("endpoints")["partitions"]:
        names.update(partition["regions"])
        for service in partition["services"].values():
            names.update(service.get("endpoints", {}))
    return {name for name in names if is_valid_host_label(name)}


def oracle(service: str, partitions: dict[str, Any]) -> EndpointProvider:
    rules = LOADER.load_service_model(service, "endpoint-rule-set-1")
    return EndpointProvider(rules, copy.deepcopy(partitions))


def expected(provider: EndpointProvider, parameters: EndpointParameters) -> Endpoint | str:
    try:
        found = provider.resolve_endpoint(
            Region=parameters.region,
            UseFIPS=parameters.use_fips,
            UseDualStack=parameters.use_dualstack,
            Endpoint=parameters.endpoint_url,
        )
    except EndpointResolutionError as error:
        return str(error)
    schemes: list[dict[str, str]] = found.properties.get("authSchemes") or [{}]
    return Endpoint(
        url=found.url,
        headers={name: ", ".join(values) for name, values in found.headers.items()},
        signing_region=schemes[0].get("signingRegion"),
        signing_name=schemes[0].get("signingName"),
    )


def resolved(resolve: Resolve, parameters: EndpointParameters) -> Endpoint | str:
    try:
        return resolve(parameters)
    except EndpointError as error:
        return str(error)


def assert_equal_endpoints(
    resolve: Resolve, provider: EndpointProvider, regions: Iterable[str | None], endpoint_url: str | None = None
) -> None:
    for region, use_fips, use_dualstack in product(regions, (False, True), (False, True)):
        parameters = EndpointParameters(
            region=region, use_fips=use_fips, use_dualstack=use_dualstack, endpoint_url=endpoint_url
        )
        assert resolved(resolve, parameters) == expected(provider, parameters), parameters


def compiled(service: str) -> Resolve:
    namespace: dict[str, Any] = {}
    source = render_endpoint_rules(service, LOADER.load_service_model(service, "endpoint-rule-set-1"))
    exec(source, namespace)  # the text that the generator writes
    resolve: Resolve = namespace["resolve"]
    return resolve


@pytest.mark.row("1.13-urls")
def test_every_known_region_has_the_endpoint_of_botocore() -> None:
    regions = known_regions()
    assert len(regions) > 100
    assert_equal_endpoints(codepipeline.resolve, oracle("codepipeline", PARTITIONS), sorted(regions))


@pytest.mark.row("1.13-partitions")
@pytest.mark.trap(42)
def test_regions_that_nobody_knows_have_the_endpoint_of_botocore() -> None:
    assert_equal_endpoints(codepipeline.resolve, oracle("codepipeline", PARTITIONS), UNKNOWN_REGIONS)


@pytest.mark.row("1.13-errors")
def test_a_missing_region_is_the_error_of_botocore() -> None:
    assert_equal_endpoints(codepipeline.resolve, oracle("codepipeline", PARTITIONS), [None])
    with pytest.raises(EndpointError, match=r"^Invalid Configuration: Missing Region$"):
        codepipeline.resolve(EndpointParameters(region=""))


@pytest.mark.row("1.13-rules")
@pytest.mark.parametrize("endpoint_url", ["http://localhost:4566", "https://h.example/base/"])
def test_a_custom_url_is_taken_or_refused_as_by_botocore(endpoint_url: str) -> None:
    provider = oracle("codepipeline", PARTITIONS)
    assert_equal_endpoints(codepipeline.resolve, provider, [None, "eu-central-1", "cn-north-1"], endpoint_url)


@pytest.mark.row("1.13-errors")
@pytest.mark.parametrize(("supports_fips", "supports_dual_stack"), [(False, False), (False, True), (True, False)])
def test_a_partition_without_fips_or_dual_stack_gives_the_errors_of_botocore(
    supports_fips: bool, supports_dual_stack: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Every partition has both at present, so the errors need a table of their own.
    partitions = copy.deepcopy(PARTITIONS)
    for partition in partitions["partitions"]:
        partition["outputs"] |= {"supportsFIPS": supports_fips, "supportsDualStack": supports_dual_stack}
    namespace: dict[str, Any] = {}
    exec(render_partitions(partitions), namespace)  # the text that the generator writes
    monkeypatch.setattr(codepipeline, "PARTITIONS", namespace["PARTITIONS"])
    assert_equal_endpoints(codepipeline.resolve, oracle("codepipeline", partitions), ["us-east-1", "cn-north-1"])


@pytest.mark.parametrize("service", ["sts", "sso", "sso-oidc"])
def test_the_rules_of_other_services_compile_to_the_endpoints_of_botocore(service: str) -> None:
    regions = [None, "aws-global", "us-east-1", "us-gov-west-1", "cn-north-1", "eu-foo-1"]
    for endpoint_url in (None, "http://localhost:4566"):
        assert_equal_endpoints(compiled(service), oracle(service, PARTITIONS), regions, endpoint_url)
