"""Whether programs give what evaluation gives: random points of every network, all of its numeric parameters drawn at once.

Each point is evaluated by itself, in unbounded integers, and held against the programs in every way that they run: in numpy and
compiled by numba, in float64 where that is proven exact and in int64. Programs for grids are held against those for any points,
on boxes of as many points. Beside the bundled networks there are some of strides, roundings and ceil mode at their edges.

    python bench/exact_points.py [POINTS [SEED [NETWORK …]]]      by default 200 points of each, seed 1; 10000 is the long run
"""

import sys
import time
from collections.abc import Iterator
from fractions import Fraction
from importlib.util import find_spec
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, NamedTuple

import numpy as np

from costmodel import SpecError, algebra, load
from costmodel.algebra import engines
from costmodel.library import Spec, bundled
from costmodel.problems import Problems
from costmodel.settings import Settings
from costmodel.structure import Box, Columns
from costmodel.tracing import FIGURES, Axis, Tracer

EDGES = {
    "strides": """\
params: {h: 40, w: 33, c: 12, k: 3, s: 3, d: 2}
input: [3, h, w]
layers:
  - conv2d: {out: c, kernel: k, stride: 3, padding: 1}
  - conv2d: {out: c + 1, kernel: 3, stride: 1, dilation: d, padding: d}
  - max_pool: {kernel: 3, stride: s, ceil: true, padding: 1}
  - conv2d: {out: 2 * c, kernel: 3, stride: 7, padding: 3}
""",
    "roundings": """\
params: {h: 64, c: 16, m: 1.3, s: 7, step: 8}
input: [3, h, h + 1]
layers:
  - conv2d: {out: "divisible(c * m, step)", kernel: 3, stride: 2, padding: 1}
  - avg_pool: {kernel: 2, stride: 3, ceil: true}
  - conv2d: {out: "floor(c * m) + ceil(c / 3) + c // 7", kernel: 1}
  - conv2d: {out: "max(step, min(floor(c * m * 9 / 10), 40))", kernel: 3, stride: s, padding: 1}
  - conv2d: {out: "divisible(c * m * 0.9, 4)", kernel: 1}
""",
}
"""Sizes at, just under and over where a window fits once more, and widths where a rounding goes the other way."""


class Network(NamedTuple):
    """What is swept: every parameter that is a number, around its default."""

    name: str
    spec: Spec
    axes: list[Axis]


def networks(folder: Path) -> Iterator[Network]:
    """Every bundled network that has numbers, and those of edges."""
    for name, text in EDGES.items():
        (folder / f"{name}.yaml").write_text(f"name: {name}\n{text}", encoding="utf-8")
        yield network(name, load(folder / f"{name}.yaml"))
    yield from (network(name, load(name)) for name in bundled() if "/" not in name)


def network(name: str, spec: Spec) -> Network:
    """A network with an axis for each number."""
    usual = Settings(spec.network, Problems()).resolve({}, None, complete=False)
    return Network(name, spec, [axis(spec, key, usual[key]) for key in usual if algebra.is_number(usual[key])])


def axis(spec: Spec, key: str, value: Any) -> Axis:
    """A parameter around its default; in hundredths where it takes fractions."""
    given = next(one for one in spec.network.params if one == key)
    if type(value) is int and not Settings(spec.network, Problems()).not_whole(given):
        return Axis(key, max(1, value // 2), value + value // 2 + 2)
    return Axis(key, 25, 200, 100)


def drawn(network: Network, points: int, draw: Any) -> list[Any]:
    """Random points: half of them keep most parameters at their defaults, so that more of them can be built."""
    usual = Settings(network.spec.network, Problems()).resolve({}, None, complete=False)
    columns = []
    keeps = draw.random(points) < 0.5
    for one in network.axes:
        column = draw.integers(one.low, one.high + 1, points)
        default = usual[one.name] * one.den
        stays = keeps & (draw.random(points) < 0.7) & (Fraction(default).denominator == 1) & (default > 0)
        columns.append(np.where(stays, int(default), column))
    return columns


def expected(tracer: Tracer, columns: list[Any], points: int) -> dict[str, Any]:
    """Each point evaluated by itself."""
    found = {name: np.zeros(points, dtype=object) for name in (*FIGURES, "built")}
    for at in range(points):
        try:
            figures = tracer.figures(tracer.evaluated(tracer.values([column[at] for column in columns])))
        except SpecError:
            continue
        for name, value in {**figures, "built": True}.items():
            found[name][at] = value
    return found


def held(network: Network, points: int, seed: int) -> tuple[int, int, int, dict[str, int]]:
    """How many points can be built, how many structures they have, how many are wrong, and in which ways they were run."""
    columns = drawn(network, points, np.random.default_rng(seed))
    right = expected(Tracer(network.spec, network.axes, {}), columns, points)
    ways: dict[str, int] = {}
    wrong, structures, exact = 0, 0, engines.FLOAT
    for compiled in (False, True) if find_spec("numba") else (False,):
        for below in (exact, 0):
            engines.FLOAT = below
            tracer = Tracer(network.spec, network.axes, {}, compiled=compiled)
            block = tracer.block(Columns(columns, points))
            differs = [block.built & (block.figures[name] != right[name]) for name in FIGURES]
            wrong += int(np.logical_or.reduce([block.built != right["built"].astype(bool), *differs]).sum())
            wrong += on_grids(tracer, columns, points)
            structures = len(tracer.structures)
            for way, count in block.ways.items():
                ways[way] = ways.get(way, 0) + count
    engines.FLOAT = exact
    return int(right["built"].astype(bool).sum()), structures, wrong, ways


def on_grids(tracer: Tracer, columns: list[Any], points: int) -> int:
    """How many points of boxes come out otherwise by the program for grids than by that for any points."""
    side, wrong = max(2, int(points ** (1 / max(1, len(columns))))), 0
    axes = [np.unique(column[:side]) for column in columns]
    box = Box(axes)
    every = np.arange(box.total)
    for structure in tracer.structures[:9]:
        grid, anywhere = structure.on_grid, structure.anywhere
        if grid is not None and box.total <= 4 * points:
            with np.errstate(all="ignore"):
                one = grid.engine.run(*(axis.astype(grid.engine.dtype) for axis in axes))
                other = anywhere.run(*(column.astype(anywhere.dtype) for column in box.at(every)))
            mine = one[0].astype(bool) & one[1].astype(bool)
            wrong += int((mine != (other[0].astype(bool) & other[1].astype(bool))).sum())
            wrong += sum(int((a[mine] != np.broadcast_to(b, box.total)[mine]).sum()) for a, b in zip(one, other, strict=True))
    return wrong


def main() -> None:
    """Print a line for each network."""
    points, seed = (int(text) for text in (*sys.argv[1:3], *("200", "1")[len(sys.argv) - 1 :]))
    total = 0
    with TemporaryDirectory() as folder:
        for network in networks(Path(folder)):
            if not network.axes or (sys.argv[3:] and network.name not in sys.argv[3:]):
                continue
            start = time.process_time()
            built, structures, wrong, ways = held(network, points, seed)
            total += wrong
            seconds = time.process_time() - start
            size = f"{len(network.axes)} parameters, {points:,} points, {built:,} built, {structures} structures"
            said = " · ".join(f"{way} {count:,}" for way, count in ways.items())
            print(f"{network.name:18} {size}, {wrong} wrong, {seconds:.0f} s ({said})", flush=True)
    print(f"{total} wrong (seed {seed})")


if __name__ == "__main__":
    main()
