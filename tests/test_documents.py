"""The README and docs: their commands, their code blocks, their example."""

from __future__ import annotations

import ast
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from codepipeline_sdk import Client
from codepipeline_sdk.testing.local import LocalCodePipeline

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text("utf-8")
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]


def python_blocks(text: str) -> list[str]:
    return re.findall(r"```python\n(.*?)```", text, re.DOTALL)


def section(heading: str) -> str:
    return README.partition(f"\n## {heading}\n")[2].partition("\n## ")[0]


@pytest.mark.parametrize("heading", ["Try it", "Test it"])
def test_a_command_is_one_line_in_one_block_and_makes_its_own_environment(heading: str) -> None:
    (block,) = re.findall(r"```sh\n(.*?)```", section(heading), re.DOTALL)
    assert block.count("\n") == 1
    assert block.startswith("python3 -m venv ")


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_links_to_files_lead_somewhere(page: Path) -> None:
    for target in re.findall(r"\]\((?!https?:|#)([^)#]+)", page.read_text("utf-8")):
        assert (page.parent / target).exists(), target


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_python_blocks_run(page: Path) -> None:
    for block in python_blocks(page.read_text("utf-8")):
        exec(compile(block, page.name, "exec"), {"__name__": "block"})


def test_the_start_is_twenty_lines_at_most() -> None:
    (block,) = python_blocks(section("Start"))
    assert len(block.splitlines()) <= 20


async def test_the_functions_of_the_readme_work_on_the_local_service() -> None:
    functions: dict[str, object] = {"__name__": "block"}
    for block in python_blocks(section("Errors")) + python_blocks(section("Pages")):
        exec(compile(block, "README.md", "exec"), functions)
    async with LocalCodePipeline() as local, Client(local.config()) as client:
        assert await functions["version_of"](client, "absent") is None  # type: ignore[operator]  # from a text
        assert await functions["names"](client) == []  # type: ignore[operator]  # from a text


def test_the_first_pipeline_runs_over_tcp_and_prints_what_happened() -> None:
    kept = {name: value for name, value in os.environ.items() if not name.startswith("AWS_")}
    script = ROOT / "docs" / "examples" / "first_pipeline.py"
    ended = subprocess.run(
        [sys.executable, str(script)], env=kept, cwd=ROOT, capture_output=True, text=True, timeout=60, check=False
    )
    assert ended.stderr == ""
    assert ended.returncode == 0
    assert [line.split()[0] for line in ended.stdout.splitlines()] == [
        "endpoint",
        "created",
        "read",
        "updated",
        "tagged",
        "listed",
        "refused",
        "refused",
        "deleted",
    ]
    assert "PipelineNameInUseException" in ended.stdout
    assert "InvalidStructureException" in ended.stdout


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_python_blocks_are_plain_modules(page: Path) -> None:
    for block in python_blocks(page.read_text("utf-8")):
        assert ast.parse(block).body
