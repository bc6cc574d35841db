"""A typed, async client SDK for AWS CodePipeline.

```python
from codepipeline_sdk import Client


async def main() -> None:
    async with Client.from_env(region="eu-west-1") as client:
        output = await client.get_pipeline(name="release")
        print(output.pipeline.version if output.pipeline else "no declaration")
```
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from codepipeline_sdk.client import Client
    from codepipeline_sdk.config.load import load_config
    from codepipeline_sdk.config.settings import Config
    from codepipeline_sdk.error import Error, SdkError

_MODULES: Final = {
    "Client": "client",
    "Config": "config.settings",
    "Error": "error",
    "SdkError": "error",
    "load_config": "config.load",
}

__all__ = ["Client", "Config", "Error", "SdkError", "load_config"]


def __getattr__(name: str) -> object:
    if name not in _MODULES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value: object = getattr(import_module(f"{__name__}.{_MODULES[name]}"), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
