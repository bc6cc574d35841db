"""Settings of clients and calls, and the HTTP seam."""

from __future__ import annotations

from typing import TYPE_CHECKING

from codepipeline_sdk._lazy import lazy_exports

if TYPE_CHECKING:
    from codepipeline_sdk.config.endpoint import Endpoint, EndpointError, EndpointParameters
    from codepipeline_sdk.config.framework import FrameworkMetadata
    from codepipeline_sdk.config.http import (
        ClientCertificate,
        ConnectorError,
        ConnectorErrorKind,
        HttpClient,
        HttpConfig,
        HttpRequest,
        HttpResponse,
        Proxy,
        ProxyConfig,
    )
    from codepipeline_sdk.config.interceptor import (
        InputContext,
        Interceptor,
        ModifyInputContext,
        ModifyOutcomeContext,
        ModifyRequestContext,
        ModifyResponseContext,
        OutcomeContext,
        RequestContext,
        ResponseContext,
    )
    from codepipeline_sdk.config.load import load_config
    from codepipeline_sdk.config.retry import RetryConfig
    from codepipeline_sdk.config.retry_classifier import RetryAction, RetryClassifier, RetryContext, RetryKind
    from codepipeline_sdk.config.settings import Config, ConfigChanges
    from codepipeline_sdk.config.timeout import TimeoutConfig
    from codepipeline_sdk.config.tracing import trace_id
else:
    __getattr__, __dir__ = lazy_exports(
        __name__,
        {
            "RetryAction": "retry_classifier",
            "RetryClassifier": "retry_classifier",
            "RetryContext": "retry_classifier",
            "RetryKind": "retry_classifier",
            "ClientCertificate": "http",
            "Config": "settings",
            "ConfigChanges": "settings",
            "ConnectorError": "http",
            "ConnectorErrorKind": "http",
            "Endpoint": "endpoint",
            "EndpointError": "endpoint",
            "EndpointParameters": "endpoint",
            "FrameworkMetadata": "framework",
            "trace_id": "tracing",
            "HttpClient": "http",
            "HttpConfig": "http",
            "HttpRequest": "http",
            "HttpResponse": "http",
            "Proxy": "http",
            "ProxyConfig": "http",
            "Interceptor": "interceptor",
            "InputContext": "interceptor",
            "ModifyInputContext": "interceptor",
            "RequestContext": "interceptor",
            "ModifyRequestContext": "interceptor",
            "ResponseContext": "interceptor",
            "ModifyResponseContext": "interceptor",
            "OutcomeContext": "interceptor",
            "ModifyOutcomeContext": "interceptor",
            "RetryConfig": "retry",
            "TimeoutConfig": "timeout",
            "load_config": "load",
        },
    )

__all__ = [
    "ClientCertificate",
    "Config",
    "ConfigChanges",
    "ConnectorError",
    "ConnectorErrorKind",
    "Endpoint",
    "EndpointError",
    "EndpointParameters",
    "FrameworkMetadata",
    "HttpClient",
    "HttpConfig",
    "HttpRequest",
    "HttpResponse",
    "InputContext",
    "Interceptor",
    "ModifyInputContext",
    "ModifyOutcomeContext",
    "ModifyRequestContext",
    "ModifyResponseContext",
    "OutcomeContext",
    "Proxy",
    "ProxyConfig",
    "RequestContext",
    "ResponseContext",
    "RetryAction",
    "RetryClassifier",
    "RetryConfig",
    "RetryContext",
    "RetryKind",
    "TimeoutConfig",
    "load_config",
    "trace_id",
]
