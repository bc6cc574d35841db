"""Settings that both checkers must report."""

from codepipeline_sdk import Client, Config, load_config
from codepipeline_sdk.config.retry import RetryConfig
from codepipeline_sdk.config.timeout import TimeoutConfig


async def settings(config: Config) -> None:
    print(Config(region="eu-west-1"))
    print(Config(regoin="eu-west-1"))  # error: misspelt setting
    print(Config("eu-west-1"))  # error: settings are keywords only
    print(config.replace(region="eu-west-1"))
    print(config.replace(regoin="eu-west-1"))  # error: misspelt setting
    print(config.replace(region=1))  # error: wrong type
    print(config.replace(retry=5))  # error: wrong type
    print(await load_config(use_fips="yes"))  # error: wrong type
    print(Client(config).with_config(regoin="eu-west-1"))  # error: misspelt setting
    print(await Client.from_env(regoin="eu-west-1"))  # error: misspelt setting
    print(Client())  # error: missing config
    print(TimeoutConfig(connect="3"))  # error: wrong type
    print(RetryConfig(5))  # error: settings are keywords only
    config.region = "eu-west-1"  # error: a config is frozen
