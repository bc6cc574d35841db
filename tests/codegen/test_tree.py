"""Comparing the generated texts with the files, and writing them."""

from __future__ import annotations

import ast
import shutil
from pathlib import Path

import pytest

from codegen.docs import ModelError
from codegen.load import ROOT
from codegen.tree import GeneratedTree
from codegen.writer import HEADER_MARK

GENERATED = f'"""A module. {HEADER_MARK}"""\n\nA = 1\n'
BY_HAND = '"""A module."""\n\nA = 1\n'


@pytest.fixture
def tree(tmp_path: Path) -> GeneratedTree:
    """Return a tree that is as generated."""
    tree = GeneratedTree(tmp_path, {"a.py": GENERATED, "types/_b.py": GENERATED.replace("1", "2")})
    tree.write()
    return tree


def test_writing_into_an_empty_folder_makes_every_file(tmp_path: Path) -> None:
    tree = GeneratedTree(tmp_path, {"a.py": GENERATED, "deep/er/b.py": "ü"})
    assert tree.write() == ["a.py", "deep/er/b.py"]
    assert (tmp_path / "a.py").read_text("utf-8") == GENERATED
    assert (tmp_path / "deep/er/b.py").read_bytes() == "ü".encode()


def test_a_tree_that_was_written_has_no_drift_and_writes_nothing_again(tree: GeneratedTree) -> None:
    assert tree.drift() == {}
    assert tree.write() == []


def test_a_changed_file_is_drift_that_shows_the_lines(tree: GeneratedTree) -> None:
    (tree.folder / "a.py").write_text(GENERATED.replace("A = 1", "A = 9"), "utf-8")
    drift = tree.drift()
    assert list(drift) == ["a.py"]
    assert "-A = 9" in drift["a.py"].splitlines()
    assert "+A = 1" in drift["a.py"].splitlines()


def test_a_missing_file_is_drift(tree: GeneratedTree) -> None:
    (tree.folder / "types/_b.py").unlink()
    assert list(tree.drift()) == ["types/_b.py"]


@pytest.mark.parametrize("path", ["old.py", "types/_old.py", "_endpoints/old.py", "testing/local/old.py"])
def test_a_file_that_is_generated_no_longer_is_drift_and_is_deleted(tree: GeneratedTree, path: str) -> None:
    stale = tree.folder / path
    stale.parent.mkdir(parents=True, exist_ok=True)
    stale.write_text(GENERATED, "utf-8")
    assert list(tree.drift()) == [path]
    assert tree.write() == [path]
    assert not stale.exists()


def test_checking_for_drift_changes_no_file(tree: GeneratedTree) -> None:
    (tree.folder / "a.py").write_text("changed", "utf-8")
    (tree.folder / "types/_b.py").unlink()
    (tree.folder / "old.py").write_text(GENERATED, "utf-8")
    assert len(tree.drift()) == 3
    assert (tree.folder / "a.py").read_text("utf-8") == "changed"
    assert not (tree.folder / "types/_b.py").exists()
    assert (tree.folder / "old.py").exists()


def test_writing_restores_what_was_changed_or_deleted_and_touches_nothing_else(tree: GeneratedTree) -> None:
    (tree.folder / "a.py").unlink()
    kept = (tree.folder / "types/_b.py").stat()
    assert tree.write() == ["a.py"]
    assert (tree.folder / "a.py").read_text("utf-8") == GENERATED
    assert (tree.folder / "types/_b.py").stat() == kept


def test_a_file_without_the_header_is_neither_drift_nor_touched(tree: GeneratedTree) -> None:
    by_hand = tree.folder / "error.py"
    by_hand.write_text(BY_HAND, "utf-8")
    assert tree.drift() == {}
    assert tree.write() == []
    assert by_hand.read_text("utf-8") == BY_HAND


def test_a_file_without_the_header_in_the_way_of_a_generated_one_stops_the_writing(tree: GeneratedTree) -> None:
    (tree.folder / "a.py").write_text(BY_HAND, "utf-8")
    (tree.folder / "types/_b.py").unlink()
    assert list(tree.drift()) == ["a.py", "types/_b.py"]
    with pytest.raises(ModelError, match=r"without the header are in the way, delete them first: a\.py"):
        tree.write()
    assert (tree.folder / "a.py").read_text("utf-8") == BY_HAND
    assert not (tree.folder / "types/_b.py").exists()


def test_files_of_other_kinds_are_left_alone(tree: GeneratedTree) -> None:
    (tree.folder / "py.typed").write_text(HEADER_MARK, "utf-8")
    assert tree.drift() == {}


@pytest.fixture
def package(tmp_path: Path, generated: dict[str, str]) -> GeneratedTree:
    """Return a copy of the real package."""
    ignored = shutil.ignore_patterns("__pycache__")
    folder = shutil.copytree(ROOT / "codepipeline_sdk", tmp_path / "codepipeline_sdk", ignore=ignored)
    return GeneratedTree(folder, generated)


def test_every_file_with_the_header_is_one_that_is_generated(package: GeneratedTree) -> None:
    with_header = {
        file.relative_to(package.folder).as_posix()
        for file in package.folder.rglob("*.py")
        if HEADER_MARK in (ast.get_docstring(ast.parse(file.read_text("utf-8"))) or "")
    }
    assert with_header == package.sources.keys()


def test_regenerating_restores_every_deleted_file_byte_for_byte(package: GeneratedTree) -> None:
    before = {file: file.read_bytes() for file in package.folder.rglob("*") if file.is_file()}
    for path in package.sources:
        (package.folder / path).unlink()
    assert package.write() == sorted(package.sources)
    assert {file: file.read_bytes() for file in package.folder.rglob("*") if file.is_file()} == before


@pytest.mark.parametrize(
    "path", ["client.py", "meta.py", "operation/get_pipeline.py", "types/_tag.py", "_wire/_tag.py"]
)
def test_regenerating_after_the_loss_of_one_file_writes_that_file_alone(package: GeneratedTree, path: str) -> None:
    before = (package.folder / path).read_bytes()
    (package.folder / path).unlink()
    assert package.write() == [path]
    assert (package.folder / path).read_bytes() == before
