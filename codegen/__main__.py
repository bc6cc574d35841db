"""`python -m codegen` writes the generated package; `--check` only tells whether it is current."""

from __future__ import annotations

import argparse
import sys

from codegen.format import format_sources
from codegen.load import ROOT, load
from codegen.render import render
from codegen.resolve import resolve
from codegen.tree import GeneratedTree


def main() -> int:
    """Run the generator and return the exit status."""
    parser = argparse.ArgumentParser(prog="python -m codegen", description="Generate the typed package.")
    parser.add_argument("--check", action="store_true", help="print the drift and exit 1 instead of writing")
    arguments = parser.parse_args()
    sources = load()
    tree = GeneratedTree(ROOT / "codepipeline_sdk", format_sources(render(resolve(sources), sources)))
    if not arguments.check:
        changed = tree.write()
        print(f"{len(tree.sources)} generated files, {len(changed)} changed")  # noqa: T201  # a command's answer
        return 0
    drift = tree.drift()
    for text in list(drift.values())[:5]:
        print(text)  # noqa: T201  # a command's answer
    print(f"{len(tree.sources)} generated files, {len(drift)} not current")  # noqa: T201  # a command's answer
    return 1 if drift else 0


if __name__ == "__main__":
    sys.exit(main())
