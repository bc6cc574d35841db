"""The toy model, and snapshots that `pytest tests/codegen --update-snapshots` writes anew."""

from __future__ import annotations

import difflib
import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest

from codegen import resolve as resolve_module
from codegen.format import format_sources
from codegen.load import Sources, load
from codegen.render import render
from codegen.resolve import resolve

HERE = Path(__file__).parent
SNAPSHOTS = HERE / "snapshots"


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--update-snapshots", action="store_true", help="write what is generated as the new snapshots")


@pytest.fixture
def toy(monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    """Return the fields of Sources for the toy model: fresh plain data that a test may change."""
    monkeypatch.setattr(resolve_module, "SENSITIVE_SHAPES", frozenset({"Nonce"}))
    monkeypatch.setattr(resolve_module, "SENSITIVE_VALUES", frozenset({"Settings"}))
    fields: dict[str, Any] = json.loads((HERE / "toy_model.json").read_text("utf-8"))
    return fields


@pytest.fixture
def toy_package(toy: dict[str, Any]) -> dict[str, str]:
    """Return the formatted modules of the toy model by path."""
    sources = Sources(**toy)
    return format_sources(render(resolve(sources), sources))


@pytest.fixture(scope="session")
def generated() -> dict[str, str]:
    """Return the formatted modules of the real model by path."""
    sources = load()
    return format_sources(render(resolve(sources), sources))


@pytest.fixture
def assert_snapshots(request: pytest.FixtureRequest) -> Callable[[Mapping[str, str]], None]:
    """Return a check that texts are equal to the files in `snapshots/`, one file for each path."""

    def check(texts: Mapping[str, str]) -> None:
        files = {file.relative_to(SNAPSHOTS).as_posix().removesuffix(".txt"): file for file in SNAPSHOTS.rglob("*.txt")}
        if request.config.getoption("--update-snapshots", default=False):
            for path in files.keys() - texts.keys():
                files[path].unlink()
            for path, text in texts.items():
                target = SNAPSHOTS / f"{path}.txt"
                target.parent.mkdir(parents=True, exist_ok=True)
                target.write_text(text, "utf-8")
            return
        stored = {path: file.read_text("utf-8") for path, file in files.items()}
        assert stored.keys() == texts.keys()
        for path, text in texts.items():
            diff = difflib.unified_diff(stored[path].splitlines(), text.splitlines(), path, "generated", lineterm="")
            assert not (lines := list(diff)), "\n".join(lines)

    return check
