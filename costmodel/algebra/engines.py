"""Programs on arrays of points: in numpy, or compiled by numba where that is installed; exact in either."""

import re
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache
from importlib.util import find_spec
from math import prod
from typing import Any, NamedTuple

import numpy as np

from costmodel.algebra.polynomials.programs import FLOAT, INT, Program

CHUNK = 16_384
"""Points that are worked out together: some tens of arrays of them lie in a core's own cache."""


class Engine(NamedTuple):
    """A program that runs on arrays: `run` takes one array for each input and gives one for each result.

    `name` says what runs it, `dtype` is the kind of its numbers: float64 where that is proven exact, else int64.
    """

    name: str
    dtype: Any
    run: Callable[..., list[Any]]


def engine(program: Program, compiled: bool | None = None) -> Engine | None:
    """What runs a program: compiled by numba if that is installed, or as is asked for.

    None for a program with numbers that may exceed int64.
    """
    dtype = kind(program)
    if dtype is None:
        return None
    compiled = has_numba() if compiled is None else compiled
    kind_ = "float64" if dtype is np.float64 else "int64"
    if compiled:
        return Engine(f"numba, {kind_}", dtype, _in_numba(program, dtype))
    return Engine(f"numpy, {kind_}", dtype, _in_numpy(program, dtype))


def has_numba() -> bool:
    """Whether programs can be compiled."""
    return find_spec("numba") is not None


def kind(program: Program) -> Any:
    """The kind of number in which nothing of a program is rounded or wrapped: float64 or int64; None for neither."""
    has_gcd = any("gcd(" in step.text for step in program.steps)
    return np.float64 if program.reach < FLOAT and not has_gcd else np.int64 if program.reach < INT else None


def _in_numpy(program: Program, dtype: Any) -> Callable[..., list[Any]]:
    whole = _defined(_lines(program), _numpy_words(dtype))

    def run(*inputs: Any) -> list[Any]:
        """Chunk by chunk."""
        count = max(map(len, inputs), default=1)
        pieces: list[list[Any]] = []
        for start in range(0, count, CHUNK):
            found = whole(*(values[start : start + CHUNK] if len(values) > 1 else values for values in inputs))
            wide = min(CHUNK, count - start)
            pieces.append([np.broadcast_to(np.asarray(one), (wide,)) for one in found])
        return [np.concatenate(parts) for parts in zip(*pieces, strict=True)]

    return run


class OnGrid(NamedTuple):
    """A program that runs on every combination of some arrays, one for each input, the last one fastest.

    What hangs on few inputs is worked out for these alone; `steps` counts them by the places of the inputs they hang on.
    """

    engine: Engine
    steps: Mapping[frozenset[int], int]

    def work(self, sizes: Sequence[int]) -> int:
        """How many numbers are worked out for arrays of these sizes."""
        return sum(often * prod(sizes[place] for place in places) for places, often in self.steps.items())


def on_grid(program: Program) -> OnGrid | None:
    """What runs a program, made for grids, on every combination; None for one with numbers that may exceed int64."""
    dtype = kind(program)
    if dtype is None:
        return None
    whole, rank = _defined(_lines(program), _numpy_words(dtype)), len(program.inputs)

    def run(*axes: Any) -> list[Any]:
        """Each array along an axis of its own."""
        sizes = [len(axis) for axis in axes]
        found = whole(*(axis.reshape([-1 if at == place else 1 for at in range(rank)]) for place, axis in enumerate(axes)))
        return [np.broadcast_to(one, sizes).reshape(-1) for one in found]

    places = {name: frozenset([place]) for place, name in enumerate(program.inputs)}
    for step in program.steps:
        names = (name for name in re.findall(r"\w+", step.text) if name in places)
        places[step.name] = frozenset[int]().union(*(places[name] for name in names))
    kind_ = "float64" if dtype is np.float64 else "int64"
    return OnGrid(Engine(f"numpy on a grid, {kind_}", dtype, run), Counter(places[step.name] for step in program.steps))


def _quotient(a: Any, b: Any) -> Any:
    return np.floor(a / b)


_NUMPY: dict[str, Any] = {
    "larger": np.maximum,
    "smaller": np.minimum,
    "where": np.where,
    "gcd": np.gcd,
    "negated": np.logical_not,
    "both": np.logical_and,
    "either": np.logical_or,
}
"""The words of programs in numpy, but for the floor of a quotient."""


def _numpy_words(dtype: Any) -> dict[str, Any]:
    return {**_NUMPY, "floor": _quotient if dtype is np.float64 else np.floor_divide}


def _lines(program: Program) -> list[str]:
    """A function of a program's inputs that gives its results."""
    lines = [f"def run({', '.join(program.inputs)}):", *(f"    {step.name} = {step.text}" for step in program.steps)]
    return [*lines, f"    return [{', '.join(program.results)}]"]


def _defined(lines: Sequence[str], words: dict[str, Any]) -> Any:
    """The function that some lines define: they are made of numbers, of names that programs give, and of these words."""
    scope = dict(words)
    exec("\n".join(lines), scope)  # noqa: S102
    return scope["run"]


def _in_numba(program: Program, dtype: Any) -> Callable[..., list[Any]]:
    from numba import njit

    outputs = [f"out{place}" for place in range(len(program.results))]
    given = [f"{name}_all" for name in program.inputs]
    lines = [f"def run({', '.join([*given, *outputs])}):", "    for at in range(out0.size):"]
    lines += [f"        {name} = {name}_all[at]" for name in program.inputs]
    lines += [f"        {step.name} = {step.text}" for step in program.steps]
    lines += [f"        {out}[at] = {result}" for out, result in zip(outputs, program.results, strict=True)]
    compiled = njit(error_model="numpy")(_defined(lines, _numba_words(dtype)))

    def run(*inputs: Any) -> list[Any]:
        """All points in one loop."""
        found = [np.empty(max(map(len, inputs)), dtype=dtype) for _ in outputs]
        compiled(*inputs, *found)
        return found

    return run


@lru_cache
def _numba_words(dtype: Any) -> dict[str, Any]:
    """The words of programs, compiled into the loop that uses them."""
    from math import gcd

    from numba import njit

    words = {
        "floor": (lambda a, b: np.floor(a / b)) if dtype is np.float64 else (lambda a, b: a // b),
        "larger": lambda a, b: a if a > b else b,
        "smaller": lambda a, b: a if a < b else b,
        "where": lambda truth, a, b: a if truth else b,
        "gcd": lambda a, b: gcd(a, b),  # noqa: PLW0108 - numba compiles no function that is built in
        "negated": lambda truth: not truth,
        "both": lambda one, other: one and other,
        "either": lambda one, other: one or other,
    }
    return {name: njit(error_model="numpy", inline="always")(word) for name, word in words.items()}
