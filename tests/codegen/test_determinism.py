"""The generator as a command: the same bytes every time, and a repository that is as generated."""

from __future__ import annotations

import json
import os
import subprocess
import sys

from codegen.load import ROOT

_GENERATE = """
import json, sys
from codegen.format import format_sources
from codegen.load import load
from codegen.render import render
from codegen.resolve import resolve

sources = load()
json.dump(format_sources(render(resolve(sources), sources)), sys.stdout)
"""


def _python(*arguments: str, hash_seed: str = "0") -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, *arguments],
        cwd=ROOT,
        env={**os.environ, "PYTHONHASHSEED": hash_seed},
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=False,
    )


def test_the_same_bytes_are_generated_whatever_the_hash_seed() -> None:
    first, second = (_python("-c", _GENERATE, hash_seed=seed) for seed in ("1", "2"))
    assert (first.returncode, first.stderr) == (0, "")
    assert len(json.loads(first.stdout)) > 300
    assert second.stdout == first.stdout


def test_the_repository_is_as_generated() -> None:
    checked = _python("-m", "codegen", "--check")
    assert (checked.returncode, checked.stderr) == (0, ""), checked.stdout
    assert checked.stdout.endswith("generated files, 0 not current\n")
