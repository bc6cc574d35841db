"""From the model's names to Python's."""

from __future__ import annotations

import keyword

import pytest

from codegen.docs import ModelError
from codegen.naming import camel_case, class_name, constant_name, snake_case


@pytest.mark.trap(50)
@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("accessKeyId", "access_key_id"),
        ("AWSSessionCredentials", "aws_session_credentials"),
        ("ListDeployActionExecutionTargets", "list_deploy_action_execution_targets"),
        ("AllowedIPRange", "allowed_ip_range"),
        ("logStreamARN", "log_stream_arn"),
        ("KMS", "kms"),
        ("KMSKey", "kms_key"),
        ("S3Bucket", "s3_bucket"),
        ("s3location", "s3_location"),
        ("WebhookV2", "webhook_v2"),
        ("NextToken", "next_token"),
        ("snake_already", "snake_already"),
        ("kebab-case", "kebab_case"),
        ("x", "x"),
    ],
)
def test_members_are_snake_case_with_acronyms_and_digits_in_one_word(name: str, expected: str) -> None:
    assert snake_case(name) == expected


@pytest.mark.row("0-names")
@pytest.mark.trap(50)
@pytest.mark.parametrize("name", ["filter", "id", "input", "type", "None", "list", "match"])
def test_members_that_are_legal_attribute_names_keep_them(name: str) -> None:
    assert snake_case(name) == name.lower()


@pytest.mark.parametrize("name", ["class", "from", "lambda", "self", "cls", "Import"])
def test_members_that_python_reserves_get_a_trailing_underscore(name: str) -> None:
    assert snake_case(name) == f"{name.lower()}_"


@pytest.mark.trap(50)
@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("AWSSessionCredentials", "AwsSessionCredentials"),
        ("S3Location", "S3Location"),
        ("GitPullRequestFilter", "GitPullRequestFilter"),
        ("ActionTypeUrls", "ActionTypeUrls"),
        ("lowerFirst", "LowerFirst"),
        ("None", "None_"),
        ("True", "True_"),
    ],
)
def test_classes_write_acronyms_as_words(name: str, expected: str) -> None:
    assert class_name(name) == expected


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("InProgress", "IN_PROGRESS"),
        ("IN_PROGRESS", "IN_PROGRESS"),
        ("one-hand", "ONE_HAND"),
        ("Amazon S3/v2", "AMAZON_S3_V2"),
        ("CodeStarSourceConnection", "CODE_STAR_SOURCE_CONNECTION"),
        ("none", "NONE"),
        ("class", "CLASS"),
    ],
)
def test_constants_are_the_words_of_a_value_in_capitals(value: str, expected: str) -> None:
    assert constant_name(value) == expected


def test_a_leading_digit_gets_a_letter_because_an_underscore_would_make_the_name_private() -> None:
    assert [snake_case("100Percent"), class_name("100Percent"), constant_name("100%")] == [
        "n100_percent",
        "N100Percent",
        "N100",
    ]


@pytest.mark.parametrize("convert", [snake_case, class_name, constant_name])
def test_a_name_without_letters_and_digits_is_refused(convert: object) -> None:
    assert callable(convert)
    with pytest.raises(ModelError, match="cannot become Python's"):
        convert("*")


@pytest.mark.parametrize("word", keyword.kwlist)
def test_no_name_is_ever_a_keyword(word: str) -> None:
    assert not any(keyword.iskeyword(name) for name in (snake_case(word), class_name(word), constant_name(word)))


@pytest.mark.parametrize("wire_name", ["roleArn", "class", "from", "name", "gitConfiguration", "self"])
def test_an_ordinary_wire_name_can_be_told_from_the_name(wire_name: str) -> None:
    assert camel_case(snake_case(wire_name)) == wire_name


@pytest.mark.trap(49)
@pytest.mark.parametrize("wire_name", ["NextToken", "AllowedIPRange", "s3location", "logStreamARN", "100Percent"])
def test_an_irregular_wire_name_cannot_be_told_from_the_name(wire_name: str) -> None:
    assert camel_case(snake_case(wire_name)) != wire_name
