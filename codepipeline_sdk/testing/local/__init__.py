"""A CodePipeline service that runs on your own machine: in-process, as an ASGI application, or as a server."""

from codepipeline_sdk.testing.local.assumptions import Assumptions
from codepipeline_sdk.testing.local.auth import AccessKey, AuthMode
from codepipeline_sdk.testing.local.catalogue import ActionType
from codepipeline_sdk.testing.local.clock import Clock, Ids, ManualClock, SystemClock
from codepipeline_sdk.testing.local.service import LocalCodePipeline, LocalHttpClient, Policy
from codepipeline_sdk.testing.local.wire import ErrorStyle

__all__ = [
    "AccessKey",
    "ActionType",
    "Assumptions",
    "AuthMode",
    "Clock",
    "ErrorStyle",
    "Ids",
    "LocalCodePipeline",
    "LocalHttpClient",
    "ManualClock",
    "Policy",
    "SystemClock",
]
