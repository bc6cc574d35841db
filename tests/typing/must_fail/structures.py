"""Structures that are made or read wrongly, which both checkers must report."""

from codepipeline_sdk.types import PipelineDeclaration, Tag


def making() -> list[Tag]:
    return [
        Tag(key="team", value="delivery"),
        Tag(key="team"),  # error: missing required keyword
        Tag(),  # error: missing required keywords
        Tag(key="team", valeu="delivery"),  # error: misspelt keyword
        Tag("team", "delivery"),  # error: members are keywords only
        Tag(key="team", value=7),  # error: wrong type
        Tag(key="team", value=None),  # error: required members are never None
    ]


def reading_and_changing(pipeline: PipelineDeclaration) -> None:
    pipeline.name = "release"
    pipeline.name = None  # error: required members are never None
    pipeline.nmae = "release"  # error: misspelt member
    pipeline.stages = None  # error: required members are never None
    print(pipeline["name"])  # error: a structure is no dict
    print(pipeline.get("name"))  # error: a structure is no dict
