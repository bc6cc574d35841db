"""Setters that both checkers must report, each in a statement that is right but for that."""

from codepipeline_sdk import Client
from codepipeline_sdk.types import Tag


async def setters(client: Client, tag: Tag) -> None:
    await client.get_pipeline().name("release").version(3)
    await client.get_pipeline().nmae("release")  # error: misspelt setter
    await client.get_pipeline().set_nmae("release")  # error: misspelt setter
    await client.get_pipeline().pipeline_name("release")  # error: setter of another operation
    await client.get_pipeline().name(7)  # error: wrong type
    await client.get_pipeline().version("3")  # error: wrong type
    await client.get_pipeline().name()  # error: missing value
    await client.get_pipeline().name(None)  # error: only set_name takes None
    await client.get_pipeline().set_name(None)


async def setters_of_lists_and_maps(client: Client, tag: Tag) -> None:
    await client.tag_resource().tags(tag, tag)
    await client.tag_resource().tags([tag])  # error: a list, where the setter takes one or more items
    await client.tag_resource().set_tags([tag])
    await client.tag_resource().set_tags(tag)  # error: an item, where the setter takes a sequence
    await client.put_job_success_result().output_variables("key", "value")
    await client.put_job_success_result().output_variables({"key": "value"})  # error: a map, where key and value belong
    await client.put_job_success_result().output_variables("key", 1)  # error: wrong type of the value


def the_input_of_a_builder_is_frozen(client: Client) -> None:
    client.get_pipeline().as_input().name = "release"  # error: inputs are frozen
