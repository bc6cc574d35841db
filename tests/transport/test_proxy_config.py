"""Which proxy a request takes: URLs, variables of the environment, and the rules that lead past it."""

from __future__ import annotations

import traceback

import pytest

from codepipeline_sdk._runtime.transport import as_http_client
from codepipeline_sdk._runtime.transport.message import parse_target
from codepipeline_sdk._runtime.transport.proxy import ProxyRoutes
from codepipeline_sdk.config import HttpConfig, Proxy, ProxyConfig
from codepipeline_sdk.error import ConfigError
from codepipeline_sdk.primitives import Secret
from tests.transport.proxies import basic

A, B = "http://a:1", "http://b:2"


def ways(config: ProxyConfig) -> tuple[str | None, str | None]:
    """Return the proxies of http and of https."""
    http, https = config.for_http, config.for_https
    return None if http is None else http.url, None if https is None else https.url


def test_a_proxy_serves_one_scheme_or_both_or_none() -> None:
    assert ways(ProxyConfig.all(A)) == (A, A)
    assert ways(ProxyConfig.http(A)) == (A, None)
    assert ways(ProxyConfig.https(A)) == (None, A)
    assert ways(ProxyConfig.disabled()) == (None, None)


@pytest.mark.parametrize(
    ("given", "url", "authorization"),
    [
        ("http://proxy:3128", "http://proxy:3128", None),
        ("https://Proxy/", "https://proxy", None),
        ("proxy:3128", "http://proxy:3128", None),
        ("[::1]:3128", "http://[::1]:3128", None),
        ("http://u:p%40ss@proxy", "http://proxy", basic("u", "p@ss")),
        ("token@proxy:1", "http://proxy:1", basic("token", "")),
    ],
)
def test_a_proxy_is_an_http_url_perhaps_with_user_and_password(given: str, url: str, authorization: str | None) -> None:
    expected = Proxy(url, None if authorization is None else Secret(authorization))
    assert ProxyConfig.all(given).for_https == expected


@pytest.mark.parametrize(
    "wrong",
    [
        "",
        "http://",
        "http://u:planted@",
        "socks5://u:planted@proxy",
        "http://u:planted@proxy:port",
        "http://u:planted/x@proxy",
        "http://u:planted@proxy/path",
        "http://u:planted@proxy?query",
        "http://u:plan ted@proxy",
        "http://u:planted\n@proxy",
        "http://u:plantéd@proxy",
        "http://u:planted@[::1",
    ],
)
def test_what_is_no_url_of_a_proxy_is_refused_by_its_source_and_never_repeated(wrong: str) -> None:
    with pytest.raises(ConfigError, match=r"ProxyConfig\.all\(url\) is no URL of an HTTP proxy") as caught:
        ProxyConfig.all(wrong)
    assert "plant" not in "".join(traceback.format_exception(caught.value)).replace(str(wrong), "")
    assert caught.value.__context__ is None
    if wrong:
        with pytest.raises(ConfigError, match=r"^HTTPS_PROXY is no URL"):
            as_http_client(None, HttpConfig(), environment={"HTTPS_PROXY": wrong})


@pytest.mark.parametrize(
    ("environment", "expected"),
    [
        ({}, (None, None)),
        ({"HTTP_PROXY": A, "HTTPS_PROXY": B}, (A, B)),
        ({"http_proxy": A, "https_proxy": B}, (A, B)),
        ({"http_proxy": A, "HTTP_PROXY": B}, (A, None)),
        ({"https_proxy": "", "HTTPS_PROXY": B}, (None, B)),
        ({"ALL_PROXY": A}, (A, A)),
        ({"all_proxy": A, "ALL_PROXY": B}, (A, A)),
        ({"ALL_PROXY": A, "HTTPS_PROXY": B}, (A, B)),
        ({"ALL_PROXY": "socks5://c", "HTTP_PROXY": A, "HTTPS_PROXY": B}, (A, B)),
        ({"REQUEST_METHOD": "GET", "HTTP_PROXY": A, "HTTPS_PROXY": B}, (None, B)),
        ({"REQUEST_METHOD": "GET", "HTTP_PROXY": A, "http_proxy": B}, (B, None)),
    ],
)
def test_the_environment_names_proxies(environment: dict[str, str], expected: tuple[str | None, str | None]) -> None:
    assert ways(ProxyConfig.from_env(environment)) == expected


def test_the_process_s_environment_is_the_default(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("https_proxy", A)
    assert ways(ProxyConfig.from_env())[1] == A


def test_rules_and_credentials_can_be_added_to_the_environment_s() -> None:
    environment = {"HTTP_PROXY": "http://u:old@a:1", "no_proxy": "x.test, 10.0.0.0/8,", "NO_PROXY": "*"}
    config = ProxyConfig.from_env(environment).with_basic_auth("u", Secret("new")).with_no_proxy("y.test", "z.test,w")
    assert config.no_proxy == ("x.test", "10.0.0.0/8", "y.test", "z.test", "w")
    assert config.for_http == Proxy(A, Secret(basic("u", "new")))
    assert config.for_https is None


def test_no_repr_shows_credentials() -> None:
    config = HttpConfig(proxy=ProxyConfig.all("http://planted-user:planted@a:1").with_basic_auth("planted", "planted"))
    assert "http://a:1" in repr(config)
    assert "planted" not in repr(config)
    assert "Basic" not in repr(config)


@pytest.mark.row("1.18-proxy")
@pytest.mark.parametrize(
    ("rule", "direct", "proxied"),
    [
        ("x.test", ["http://x.test", "https://A.X.Test", "http://x.test.:81"], ["http://yx.test", "http://test"]),
        (".x.test", ["http://x.test", "http://a.x.test"], ["http://yx.test"]),
        ("*.X.test", ["http://x.test", "http://a.b.x.test"], ["http://yx.test"]),
        ("x.test:81", ["http://x.test:81", "https://a.x.test:81"], ["http://x.test", "https://x.test"]),
        ("x.test:443", ["https://x.test"], ["http://x.test"]),
        ("*", ["http://x.test", "https://10.0.0.1", "http://[::1]"], []),
        ("*:81", ["http://x.test:81"], ["http://x.test"]),
        ("10.0.0.1", ["http://10.0.0.1", "http://10.0.0.1:81"], ["http://10.0.0.10", "http://a.10.0.0.1"]),
        ("10.0.0.1:81", ["http://10.0.0.1:81"], ["http://10.0.0.1"]),
        ("10.1.2.3/8", ["http://10.9.9.9"], ["http://11.0.0.1", "http://[::1]", "http://x.test"]),
        ("0.0.1", [], ["http://10.0.0.1"]),
        ("::1", ["http://[::1]", "http://[0:0::1]:81"], ["http://[::2]"]),
        ("[::1]", ["http://[::1]"], ["http://[::2]"]),
        ("[::1]:81", ["http://[::1]:81"], ["http://[::1]"]),
        ("fd00::/8", ["http://[fd00:ec2::23]"], ["http://[fe80::1]"]),
        (".", [], ["http://x.test"]),
        ("http://x.test", [], ["http://x.test"]),
        ("10.0.0.0/99", [], ["http://10.0.0.0"]),
    ],
)
def test_rules_lead_past_the_proxy(rule: str, direct: list[str], proxied: list[str]) -> None:
    for rules in ([rule], ["other.test", rule]):
        routes = ProxyRoutes(ProxyConfig.all(A).with_no_proxy(*rules))
        assert [url for url in direct if routes.find(parse_target(url)) is not None] == []
        assert [url for url in proxied if routes.find(parse_target(url)) is None] == []
