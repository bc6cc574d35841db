"""The generated package of a model that is hard to name things for: its texts, and what they do."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from codegen.docs import ModelError
from codegen.format import format_sources
from codegen.load import ROOT
from codegen.tree import GeneratedTree

_ROUND_TRIP = """
import json, sys
from codepipeline_sdk._wire._obstacle import decode_obstacle, encode_obstacle

json.dump(encode_obstacle(decode_obstacle(json.load(sys.stdin))), sys.stdout)
"""

_BUILD = """
import json, sys
from typing import Any, cast
from codepipeline_sdk import operation
from codepipeline_sdk.types import Grip, Obstacle, ObstacleType

api = operation.run_course
builder = api.RunCourseFluentBuilder(cast(Any, None), api.RUN_COURSE, api.RunCourseInput())
builder = builder.course("c").class_("x").runners("a").runners("b").grips("left", Grip.N100).nonce("hidden")
builder = builder.detours("d", Obstacle(type=ObstacleType.WATER, id="o", none=True, n100_percent=7, self_="me"))
json.dump({"body": api.RUN_COURSE.encode(builder.as_input()), "repr": repr(builder)}, sys.stdout)
"""


@pytest.fixture
def toy_folder(tmp_path: Path, toy_package: dict[str, str]) -> Path:
    """Return a folder that holds the handwritten part of the package and the toy model's in place of the generated."""
    ignored = shutil.ignore_patterns("__pycache__")
    package = shutil.copytree(ROOT / "codepipeline_sdk", tmp_path / "codepipeline_sdk", ignore=ignored)
    GeneratedTree(package, toy_package).write()
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    return tmp_path


def _python(folder: Path, *arguments: str, given: object = None) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, *arguments],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(folder)},
        input=json.dumps(given),
        capture_output=True,
        text=True,
        check=False,
    )


def test_the_toy_model_is_rendered_as_in_the_snapshots(
    toy_package: dict[str, str], assert_snapshots: Callable[[Mapping[str, str]], None]
) -> None:
    assert_snapshots(toy_package)


@pytest.mark.row("0-names")
def test_a_rendered_structure_keeps_every_member_on_its_way_in_and_out(toy_folder: Path) -> None:
    members = {
        "type": "LAVA",
        "id": "o-1",
        "class": "c",
        "None": False,
        "self": "s",
        "from": 1_000_000,
        "100Percent": 3,
        "KMS": "k",
        "S3Bucket": "b",
        "s3location": {"bucket": "b", "key": "k"},
        "AllowedIPRange": "r",
        "settings": {"a": "1"},
        "addedLater": [{"x": None}],
    }
    ran = _python(toy_folder, "-c", _ROUND_TRIP, given=members)
    assert ran.stderr == ""
    assert json.loads(ran.stdout) == members


def test_a_rendered_builder_sets_awkward_members_under_their_wire_names_and_hides_secrets(toy_folder: Path) -> None:
    ran = _python(toy_folder, "-c", _BUILD)
    assert ran.stderr == ""
    answer = json.loads(ran.stdout)
    assert answer["body"] == {
        "course": "c",
        "class": "x",
        "runners": ["a", "b"],
        "grips": {"left": "100%"},
        "nonce": "hidden",
        "detours": {"d": {"type": "WATER", "id": "o", "None": True, "100Percent": 7, "self": "me"}},
    }
    assert "hidden" not in answer["repr"]


def test_every_module_of_the_rendered_package_can_be_imported(toy_folder: Path, toy_package: dict[str, str]) -> None:
    names = [f"codepipeline_sdk.{path.removesuffix('.py').removesuffix('/__init__')}" for path in toy_package]
    imports = "\n".join(f"import {name.replace('/', '.')}" for name in names)
    assert _python(toy_folder, "-c", imports).stderr == ""


@pytest.mark.parametrize("checker", [("mypy", "--cache-dir", "cache"), ("pyright", "--pythonpath", sys.executable)])
def test_the_rendered_package_satisfies_both_type_checkers(
    toy_folder: Path, toy_package: dict[str, str], checker: tuple[str, ...]
) -> None:
    modules = [f"codepipeline_sdk/{path}" for path in toy_package]
    ran = _python(toy_folder, "-m", *checker, *modules)
    assert ran.returncode == 0, ran.stdout


def test_a_text_that_does_not_parse_is_refused_with_its_path_and_line() -> None:
    with pytest.raises(ModelError, match=r"types/_tag\.py:2: "):
        format_sources([("types/_tag.py", "a = 1\nclass :\n")])
