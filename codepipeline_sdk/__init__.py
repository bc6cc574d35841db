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

from typing import TYPE_CHECKING

from codepipeline_sdk._lazy import lazy_exports

if TYPE_CHECKING:
    from codepipeline_sdk.client import Client
    from codepipeline_sdk.config.load import load_config
    from codepipeline_sdk.config.settings import Config
    from codepipeline_sdk.error import Error, SdkError
else:
    __getattr__, __dir__ = lazy_exports(
        __name__,
        {
            "Client": "client",
            "Config": "config.settings",
            "Error": "error",
            "SdkError": "error",
            "load_config": "config.load",
        },
    )

__all__ = ["Client", "Config", "Error", "SdkError", "load_config"]
