"""Prove that deleting any one term of any op's formula fails a test.

Usage: python bench/delete_terms.py [conv pool …]     (all files of ops with a formula by default)

In each function of each op's file, one at a time: a binary operation loses either operand, a choice loses either branch,
a `Cost` loses a keyword, a tuple (such as `given`) an element, a whole number grows by 1, a truth is turned round. Each
mutant so made runs tests/ops in a temporary copy of the checkout, which is never touched itself. Survivors are printed,
and make the exit status 1.
"""

import ast
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from queue import SimpleQueue
from typing import NamedTuple

ROOT = Path(__file__).resolve().parent.parent
FILES = ("conv", "dense", "layout", "norm", "pointwise", "pool", "window")
COPIED = ("costmodel", "specs", "tests", "pyproject.toml")
TESTS = ("-m", "pytest", "-x", "-q", "-p", "no:cacheprovider", "tests/ops", "--hypothesis-profile=fast")
WORKERS = 2
LIMIT = 120
"""Seconds that the tests of one mutant may take; one that takes longer has failed them."""

EQUIVALENT: dict[tuple[str, str, str], str] = {}
"""Mutants (file, before, after) that mean the same as the original, each with the reason why."""


class Mutant(NamedTuple):
    """One term deleted: where, the term before and after, and the whole file after."""

    file: str
    line: int
    before: str
    after: str
    source: str


# --- mutants ---------------------------------------------------------------------------------------------------------


def mutants(file: str) -> Iterator[Mutant]:
    """Every mutant of one file of ops."""
    tree = ast.parse((ROOT / "costmodel/ops" / f"{file}.py").read_text(encoding="utf-8"))
    for function in [node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)]:
        for root in (*function.body, *filter(None, (*function.args.defaults, *function.args.kw_defaults))):
            for node in ast.walk(root):
                for before, after in changes(node):
                    yield Mutant(file, node.lineno, before, after, ast.unparse(tree))
        yield from defaults(file, tree, function.args)


def changes(node: ast.AST) -> Iterator[tuple[str, str]]:
    """Change a node's parts in every way, one at a time; each change is undone when the next is asked for."""
    for name, value in ast.iter_fields(node):
        if name in ("annotation", "returns"):
            continue
        if isinstance(value, list):
            yield from replacements(value)
        elif isinstance(value, ast.expr):
            for other in instead(value):
                setattr(node, name, other)
                yield ast.unparse(value), ast.unparse(other)
            setattr(node, name, value)
    yield from deletions(node)
