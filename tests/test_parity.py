"""docs/parity.md, the markers `row` and `trap` on tests, and docs/deviations.md agree with each other.

A state on the page names tests by path and name, a whole file by its path if `pytestmark` marks all of it, rows of
deviations.md by their first words, and what is open.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Final, NamedTuple

import pytest

ROOT: Final = Path(__file__).parent.parent
PARITY: Final = (ROOT / "docs" / "parity.md").read_text("utf-8")
DEVIATIONS: Final = (ROOT / "docs" / "deviations.md").read_text("utf-8")
TRAPS: Final = 60
TEST_FUNCTION: Final = (ast.FunctionDef, ast.AsyncFunctionDef)

TEST: Final = r"`(tests/[^`]+)`"
STATE: Final = re.compile(rf"{TEST}(, {TEST})*|deviation: .+|open(: .+)?")


class Row(NamedTuple):
    """A line of the page."""

    id: str
    section: str
    state: str

    @property
    def tests(self) -> list[str]:
        return re.findall(TEST, self.state)

    @property
    def deviations(self) -> list[str]:
        return [part.removeprefix("deviation: ") for part in self.state.split("; ") if part.startswith("deviation: ")]


def rows() -> Iterator[Row]:
    section = ""
    for line in PARITY.splitlines():
        if line.startswith("## "):
            section = line.removeprefix("## ").partition(" ")[0]
        elif line.startswith("| ") and not line.startswith(("| id |", "| trap |", "| ---")):
            cells = [cell.strip() for cell in line.strip("|").split(" | ")]
            assert len(cells) == 3, f"a line has three cells: {line}"
            yield Row(cells[0], section, cells[2])


ROWS: Final = list(rows())
FIRST_CELLS: Final = [line.strip("| ").partition(" | ")[0] for line in DEVIATIONS.splitlines() if line.startswith("| ")]


@cache
def statements(path: Path) -> list[ast.stmt]:
    return ast.parse(path.read_text("utf-8")).body


def marker_ids(node: ast.AST) -> Iterator[str]:
    """Yield the ids of the markers anywhere below a node."""
    for inner in ast.walk(node):
        if isinstance(inner, ast.Call) and ast.unparse(inner.func) in {"pytest.mark.row", "pytest.mark.trap"}:
            yield from (str(ast.literal_eval(argument)) for argument in inner.args)


def markers() -> Iterator[tuple[str, str]]:
    """Yield id and test of every marker; the test of one that is on no test function is its file."""
    for path in sorted((ROOT / "tests").rglob("test_*.py")):
        name = path.relative_to(ROOT).as_posix()
        for node in statements(path):
            test = f"{name}::{node.name}" if isinstance(node, TEST_FUNCTION) else name
            yield from ((marker, test) for marker in marker_ids(node))


def missing(test: str) -> bool:
    """Whether there is no such folder, file or test function."""
    name, _, function = test.partition("::")
    path = ROOT / name
    if not function or not path.exists():
        return not path.exists()
    return not any(isinstance(node, TEST_FUNCTION) and node.name == function for node in statements(path))


def listed(lines: set[str] | list[str]) -> str:
    return "".join(f"\n  {line}" for line in sorted(lines))


@pytest.mark.parametrize("page", [PARITY, DEVIATIONS], ids=["parity.md", "deviations.md"])
def test_every_test_that_a_page_names_exists(page: str) -> None:
    gone = {test for test in re.findall(TEST, page) if missing(test)}
    assert not gone, f"no such test:{listed(gone)}"


def test_every_test_that_the_page_names_carries_the_marker() -> None:
    named = {f"{row.id}: {test}" for row in ROWS for test in row.tests}
    unmarked = named - {f"{marker}: {test}" for marker, test in markers()}
    assert not unmarked, f"named in docs/parity.md, but the test carries no such marker:{listed(unmarked)}"


def test_every_marker_is_on_the_page() -> None:
    marked = {f"{marker}: {test}" for marker, test in markers()}
    unnamed = marked - {f"{row.id}: {test}" for row in ROWS for test in row.tests}
    assert not unnamed, f"marked, but not named in that row of docs/parity.md:{listed(unnamed)}"


def test_every_deviation_that_the_page_names_is_one_row_of_deviations() -> None:
    for row in ROWS:
        for deviation in row.deviations:
            found = [cell for cell in FIRST_CELLS if cell.startswith(deviation)]
            assert len(found) == 1, f"{row.id}: {len(found)} rows of docs/deviations.md begin with {deviation!r}"


def test_every_state_is_made_of_tests_deviations_and_what_is_open() -> None:
    wrong = [f"{row.id}: {part}" for row in ROWS for part in row.state.split("; ") if not STATE.fullmatch(part)]
    assert not wrong, f"neither tests nor a deviation nor open:{listed(wrong)}"


def test_every_trap_has_a_line() -> None:
    traps = [row.id for row in ROWS if row.section == "Traps"]
    expected = [str(number) for number in range(1, TRAPS + 1)]
    assert traps == expected, f"missing, doubled or strange:{listed(set(traps) ^ set(expected))}"


def test_ids_are_unique_and_begin_with_their_section() -> None:
    ids = [row.id for row in ROWS]
    assert len(set(ids)) == len(ids), f"twice:{listed([id_ for id_ in ids if ids.count(id_) > 1])}"
    numbered = [row for row in ROWS if row.section != "Traps"]
    strays = [row.id for row in numbered if not re.fullmatch(rf"{re.escape(row.section)}-[a-z0-9-]+", row.id)]
    assert not strays, f"in the wrong section:{listed(strays)}"
