"""tree: compares the generated texts with the files, or writes them."""

from __future__ import annotations

import difflib
from collections.abc import Mapping
from pathlib import Path

from attrs import frozen

from codegen.docs import ModelError
from codegen.writer import HEADER_MARK


@frozen
class GeneratedTree:
    """The generated files below a folder. Files are ours when their first lines carry the header."""

    folder: Path
    sources: Mapping[str, str]

    def drift(self) -> dict[str, str]:
        """Return the difference of each file that is not as generated, as a unified diff by path."""
        diffs: dict[str, str] = {}
        for path in sorted({*self.sources, *self._stale()}):
            before, after = self._current(path), self.sources.get(path, "")
            if before != after:
                lines = difflib.unified_diff(before.splitlines(), after.splitlines(), path, f"{path} (generated)", n=1)
                diffs[path] = "\n".join(lines)
        return diffs

    def write(self) -> list[str]:
        """Write what differs, delete what is no longer generated, and return the paths of both.

        Raises:
            ModelError: a file without the header stands where a generated one belongs; nothing is written.
        """
        changed = list(self.drift())
        if foreign := [path for path in changed if not self._is_ours(path)]:
            raise ModelError(f"files without the header are in the way, delete them first: {', '.join(foreign)}")
        for path in changed:
            target = self.folder / path
            if path in self.sources:
                target.parent.mkdir(parents=True, exist_ok=True)
                target.write_text(self.sources[path], "utf-8")
            else:
                target.unlink()
        return changed

    def _current(self, path: str) -> str:
        target = self.folder / path
        return target.read_text("utf-8") if target.exists() else ""

    def _is_ours(self, path: str) -> bool:
        target = self.folder / path
        return not target.exists() or _is_generated(target)

    def _stale(self) -> list[str]:
        return [
            path
            for file in self.folder.rglob("*.py")
            if (path := file.relative_to(self.folder).as_posix()) not in self.sources and _is_generated(file)
        ]


def _is_generated(file: Path) -> bool:
    return HEADER_MARK in file.read_text("utf-8")[:400]
