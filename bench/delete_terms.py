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
from typing import Any, NamedTuple

ROOT = Path(__file__).resolve().parent.parent
FILES = tuple(sorted(p.stem for p in (ROOT / "costmodel/ops").glob("*.py") if p.stem not in ("__init__", "registry", "fields")))
COPIED = ("costmodel", "specs", "tests", "pyproject.toml")
EXTRA = "--ignore-glob=tests/ops/*torch.py"  # an extra may be missing, and the proof may not hang on it
PYTEST = ("-m", "pytest", "-x", "-q", "-p", "no:cacheprovider")
ANSWERS = (*PYTEST, "tests/ops/test_answers.py")
"""What fails most mutants in a fifth of the time, and so runs first."""
TESTS = (*PYTEST, "tests/ops", EXTRA, "--hypothesis-profile=fast")
WORKERS = 2
LIMIT = 600
"""Seconds that the tests of one mutant may take; one that takes longer has failed them."""

PASSED_OR_FAILED = (0, 1, 2)
"""Pytest's exit status for tests that passed, that failed, and that could not be read."""

EQUIVALENT: dict[tuple[str, str], str] = {("window", "True → False"): "a zip's lengths, which `a_side` has seen to"}
"""Mutants (file, change) that mean the same as the original, each with the reason why."""


class Mutant(NamedTuple):
    """One term deleted: the file and line, the change in words, and the whole file after it."""

    file: str
    line: int
    change: str
    source: str

    def __str__(self) -> str:
        return f"costmodel/ops/{self.file}.py:{self.line}: {self.change}"


# --- mutants ---------------------------------------------------------------------------------------------------------


def mutants(file: str) -> Iterator[Mutant]:
    """Every mutant of one file of ops."""
    tree = ast.parse((ROOT / "costmodel/ops" / f"{file}.py").read_text(encoding="utf-8"))
    functions = [node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)]
    for holder, key in (place for function in functions for place in places(function)):
        original = holder[key]
        for change, other in instead(original):
            holder[key] = other
            yield Mutant(file, original.lineno, change, ast.unparse(tree))
        holder[key] = original


def places(function: ast.FunctionDef) -> Iterator[tuple[Any, Any]]:
    """Where each node of a function's body and defaults hangs: a list and an index, or a node's names and a name."""
    for parts in (function.body, function.args.defaults, function.args.kw_defaults):
        for index, part in enumerate(parts):
            if part is not None:
                yield parts, index
                yield from (place for node in list(ast.walk(part)) for place in below(node))


def below(node: ast.AST) -> Iterator[tuple[Any, Any]]:
    """Where a node's children hang."""
    for name, value in ast.iter_fields(node):
        if isinstance(value, list):
            yield from ((value, index) for index in range(len(value)))
        elif isinstance(value, ast.AST):
            yield vars(node), name


def instead(node: Any) -> Iterator[tuple[str, ast.expr]]:
    """What may stand for a node when one term of it is gone."""
    match node:
        case ast.BinOp(left=one, right=two) | ast.IfExp(body=one, orelse=two):
            yield from ((f"{ast.unparse(node)} → {ast.unparse(kept)}", kept) for kept in (one, two))
        case ast.Constant(value=bool(value)):
            yield f"{value} → {not value}", ast.Constant(not value)
        case ast.Constant(value=int(value)):
            yield f"{value} → {value + 1}", ast.Constant(value + 1)
        case ast.Tuple(elts=parts, ctx=ast.Load()):
            for part in parts:
                rest = [other for other in parts if other is not part]
                yield f"{ast.unparse(node)} without {ast.unparse(part)}", ast.Tuple(rest, ast.Load())
        case ast.Call(func=ast.Name(id="Cost"), keywords=parts):
            for part in parts:
                rest = [other for other in parts if other is not part]
                yield f"Cost without {ast.unparse(part)}", ast.Call(node.func, node.args, rest)


# --- tests of one mutant ---------------------------------------------------------------------------------------------


def copy(folder: Path) -> Path:
    """A copy of the checkout whose tests pass, and which is what they import."""
    for name in COPIED:
        source = ROOT / name
        if source.is_dir():
            shutil.copytree(source, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy(source, folder / name)
    found = python(folder, "-c", "import costmodel; print(costmodel.__file__)").stdout.strip()
    assert Path(found).is_relative_to(folder), f"the tests would import {found}"
    passed = python(folder, *TESTS)
    assert passed.returncode == 0, passed.stdout
    shutil.rmtree(folder / "costmodel/ops/__pycache__")  # bytecode of one second and one size would pass for a mutant's
    return folder


def python(folder: Path, *arguments: str, bytecode: bool = True) -> subprocess.CompletedProcess[str]:
    """Run Python on a copy."""
    keep = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    environment = keep | {"PYTHONPATH": str(folder)} | ({} if bytecode else {"PYTHONDONTWRITEBYTECODE": "1"})
    return subprocess.run(
        [sys.executable, *arguments], cwd=folder, env=environment, capture_output=True, text=True, timeout=LIMIT, check=False
    )


def survives(folder: Path, mutant: Mutant) -> bool:
    """Whether all tests pass with a mutant in place of its file."""
    path = folder / "costmodel/ops" / f"{mutant.file}.py"
    original = path.read_text(encoding="utf-8")
    path.write_text(mutant.source, encoding="utf-8")
    try:
        for tests in (ANSWERS, TESTS):
            done = python(folder, *tests, bytecode=False)
            assert done.returncode in PASSED_OR_FAILED, done.stdout + done.stderr
            if done.returncode:
                return False
    except subprocess.TimeoutExpired:
        return False
    finally:
        path.write_text(original, encoding="utf-8")
    return True


def survivors(found: list[Mutant]) -> Iterator[Mutant]:
    """The mutants that no test notices."""
    with tempfile.TemporaryDirectory() as folder, ThreadPoolExecutor(WORKERS) as pool:
        free: SimpleQueue[Path] = SimpleQueue()
        for made in pool.map(copy, [Path(folder).resolve() / str(number) for number in range(WORKERS)]):
            free.put(made)

        def test(mutant: Mutant) -> bool:
            place = free.get()
            try:
                return survives(place, mutant)
            finally:
                free.put(place)

        yield from (mutant for mutant, alive in zip(found, pool.map(test, found), strict=True) if alive)


def main() -> int:
    """Test every mutant; 1 if one survives."""
    start = time.monotonic()
    found = [mutant for file in sys.argv[1:] or FILES for mutant in mutants(file)]
    equivalent = [mutant for mutant in found if (mutant.file, mutant.change) in EQUIVALENT]
    alive = 0
    for mutant in survivors([mutant for mutant in found if mutant not in equivalent]):
        print(f"survives: {mutant}", flush=True)
        alive += 1
    for mutant in equivalent:
        print(f"equivalent: {mutant}: {EQUIVALENT[mutant.file, mutant.change]}")
    failed = len(found) - len(equivalent) - alive
    print(
        f"{len(found)} mutants: {failed} fail a test, {alive} survive, {len(equivalent)} are equivalent; "
        f"{time.monotonic() - start:.0f} s; seed: derandomized (profile fast); "
        f"command: {' '.join(['python', 'bench/delete_terms.py', *sys.argv[1:]])}"
    )
    return 1 if alive else 0


if __name__ == "__main__":
    sys.exit(main())
