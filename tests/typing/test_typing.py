"""What the type checkers of the package's users accept and what they report.

Every file of must_pass/ is clean. In must_fail/, exactly the lines with a comment `# error: why` are reported; the
comment `# error (mypy): why` marks what only that checker finds. Both checkers see copies in a folder of their own, so
the package is to them what it is to its users: an installed one with a py.typed.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import tomllib
from collections import defaultdict
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

HERE = Path(__file__).parent
PROJECT = HERE.parent.parent / "pyproject.toml"
MUST_PASS = sorted(file.name for file in (HERE / "must_pass").glob("*.py"))
MUST_FAIL = sorted(file.name for file in (HERE / "must_fail").glob("*.py"))

Reports = Mapping[str, Mapping[int, list[str]]]
"""The messages of a checker by file, such as `must_fail/enums.py`, and line."""


def _run(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    # pyright asks the first `python` on the PATH where packages are, whatever --pythonpath says, for --verifytypes.
    path = os.pathsep.join([str(Path(sys.executable).parent), os.environ.get("PATH", "")])
    return subprocess.run(
        [sys.executable, "-m", *arguments],
        cwd=folder,
        env={**os.environ, "PATH": path},
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=False,
    )


def _mypy(folder: Path) -> Iterator[tuple[str, int, str]]:
    ran = _run(
        folder, "mypy", f"--config-file={PROJECT}", "--cache-dir=cache", "--output=json", "must_pass", "must_fail"
    )
    assert not ran.stderr, ran.stderr
    for line in ran.stdout.splitlines():
        report = json.loads(line)
        if report["severity"] == "error":
            yield report["file"], report["line"], f"{report['message']} [{report['code']}]"


def _pyright(folder: Path) -> Iterator[tuple[str, int, str]]:
    # The project's settings without its choice of files, which leaves out must_fail/.
    settings: dict[str, Any] = tomllib.loads(PROJECT.read_text("utf-8"))["tool"]["pyright"]
    chosen = {"include": ["must_pass", "must_fail"], "exclude": []}
    (folder / "pyrightconfig.json").write_text(json.dumps(settings | chosen), "utf-8")
    ran = _run(folder, "pyright", "--pythonpath", sys.executable, "--outputjson")
    for report in json.loads(ran.stdout)["generalDiagnostics"]:
        file = Path(report["file"]).relative_to(folder.resolve()).as_posix()
        yield file, report["range"]["start"]["line"] + 1, f"{report['message']} [{report.get('rule')}]"


@pytest.fixture(scope="module", params=["mypy", "pyright"])
def checker(request: pytest.FixtureRequest) -> str:
    """Name a type checker."""
    name: str = request.param
    return name


@pytest.fixture(scope="module")
def reports(checker: str, tmp_path_factory: pytest.TempPathFactory) -> Reports:
    """Return what the checker reports on all files."""
    folder = tmp_path_factory.mktemp(checker)
    for kind in ("must_pass", "must_fail"):
        shutil.copytree(HERE / kind, folder / kind, ignore=shutil.ignore_patterns("__pycache__"))
    reports: defaultdict[str, defaultdict[int, list[str]]] = defaultdict(lambda: defaultdict(list))
    for file, line, message in (_mypy if checker == "mypy" else _pyright)(folder):
        reports[file][line].append(message)
    return reports


def _marked(text: str, checker: str) -> dict[int, str]:
    """Return the reason that stands beside each line which the checker must report."""
    comment = re.compile(rf"# error(?: \({checker}\))?: (.+)")
    found = {number: comment.search(line) for number, line in enumerate(text.splitlines(), start=1)}
    return {number: match[1] for number, match in found.items() if match}


@pytest.mark.row("1.4-modules")
@pytest.mark.row("1.5-operation-errors")
@pytest.mark.parametrize("file", MUST_PASS)
def test_correct_use_is_accepted_and_has_the_types_that_it_asserts(reports: Reports, file: str) -> None:
    assert dict(reports.get(f"must_pass/{file}", {})) == {}


@pytest.mark.row("1.2-paginator")
@pytest.mark.row("1.3-nested")
@pytest.mark.row("1.14-page-size")
@pytest.mark.parametrize("file", MUST_FAIL)
def test_exactly_the_marked_mistakes_are_reported(reports: Reports, checker: str, file: str) -> None:
    marked = _marked((HERE / "must_fail" / file).read_text("utf-8"), checker)
    found = reports.get(f"must_fail/{file}", {})
    assert marked
    assert {line: reason for line, reason in marked.items() if line not in found} == {}
    assert {line: messages for line, messages in found.items() if line not in marked} == {}


def test_nothing_is_reported_outside_of_these_files(reports: Reports) -> None:
    files = {f"must_pass/{file}" for file in MUST_PASS} | {f"must_fail/{file}" for file in MUST_FAIL}
    assert reports.keys() - files == set()


@pytest.mark.slow
def test_every_type_of_the_public_interface_is_known(tmp_path: Path) -> None:
    ran = _run(tmp_path, "pyright", "--verifytypes", "codepipeline_sdk", "--ignoreexternal", "--outputjson")
    verified: dict[str, Any] = json.loads(ran.stdout)["typeCompleteness"]
    incomplete = [
        f"{symbol['name']}: {diagnostic['message']}"
        for symbol in verified["symbols"]
        for diagnostic in symbol["diagnostics"]
        if not symbol["isTypeKnown"] or symbol["isTypeAmbiguous"]
    ]
    assert verified["pyTypedPath"]
    assert verified["exportedSymbolCounts"]["withKnownType"] > 2000
    assert incomplete == []
    assert verified["completenessScore"] == 1
