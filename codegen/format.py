"""format: sorted imports and the project's layout, by the pinned ruff."""

from __future__ import annotations

import ast
import subprocess
import sys
import tempfile
from collections.abc import Iterable
from pathlib import Path

from codegen.docs import ModelError
from codegen.load import ROOT


def format_sources(sources: Iterable[tuple[str, str]]) -> dict[str, str]:
    """Return the texts formatted. A text that does not parse is an error that shows where."""
    texts = dict(sources)
    for path, text in texts.items():
        try:
            ast.parse(text)
        except SyntaxError as error:
            raise ModelError(f"{path}:{error.lineno}: {error.msg}: {error.text}") from error
    # A folder of its own, with the project's layout, so that one run of ruff formats all files.
    with tempfile.TemporaryDirectory() as folder:
        package = Path(folder) / "codepipeline_sdk"
        for path, text in texts.items():
            target = package / path
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_text(text, "utf-8")
        _ruff("check", "--select=I", "--fix", "--quiet", str(package))
        _ruff("format", "--quiet", str(package))
        return {path: (package / path).read_text("utf-8") for path in texts}


def _ruff(*arguments: str) -> None:
    command = [sys.executable, "-m", "ruff", arguments[0], "--config", str(ROOT / "pyproject.toml"), "--no-cache"]
    subprocess.run([*command, *arguments[1:]], check=True)  # noqa: S603  # the pinned formatter, on our own files
