"""Settings for any op, drawn by what its own signature says: inputs, and a value of the right kind for each field.

A setting is a template with a `Slot` wherever a number stands, so that the same setting can be filled with whole numbers,
with arrays of them, or with symbols.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from hypothesis import strategies as st

from costmodel.ops import OPS, Op
from costmodel.ops.fields import CROPPING_WORDS, SLIDING_WORDS, Kind
from costmodel.tensor import SIDES

POINTS = 3
"""The points of each setting."""


@dataclass(frozen=True, eq=False)
class Slot:
    """One number of a setting: its value at each point, and the least that it may be."""

    values: list[int]
    least: int

    def unless_fixed(self, varying: Callable[["Slot"], Any]) -> Any:
        """Its one value where that is the same at all points, as fields that nobody varies are; else what is given."""
        return self.values[0] if len(set(self.values)) == 1 else varying(self)


@dataclass(frozen=True)
class Setting:
    """The dimensions of each input and the fields given, with slots for numbers."""

    inputs: list[dict[str, Slot]]
    fields: dict[str, Any]

    def filled(self, number: Callable[[Slot], Any]) -> tuple[list[dict[str, Any]], dict[str, Any]]:
        """Inputs and fields with each slot turned into a number."""
        return _filled(self.inputs, number), _filled(self.fields, number)


def _filled(value: Any, number: Callable[[Slot], Any]) -> Any:
    if isinstance(value, Slot):
        return number(value)
    if isinstance(value, list):
        return [_filled(item, number) for item in value]
    return {k: _filled(v, number) for k, v in value.items()} if isinstance(value, dict) else value


def slots(*numbers: int) -> st.SearchStrategy[Slot]:
    """A number drawn from those given, anew for each point; one given often is drawn often."""
    number, least = st.sampled_from(numbers), min(numbers)
    fixed, varying = number.map(lambda value: [value] * POINTS), st.lists(number, min_size=POINTS, max_size=POINTS)
    return (fixed | varying | varying).map(lambda values: Slot(values, least))


def _twice(one: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    """One value for both, or two."""
    return one | st.lists(one, min_size=2, max_size=2)


def _a_side(one: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    """One value for all sides, or one for each of three: what the input has fewer is cut off later."""
    return one | st.lists(one, min_size=3, max_size=3)


# Numbers of divisors and their multiples, so that groups divide channels mostly.
_COUNTS = slots(1, 1, 2, 2, 3, 4, 6, 12)
_CHANNELS = slots(1, 4, 6, 12, 12, 24, 36)
_SIZES = slots(1, 1, 4, 5, 7, 8, 11)
_MARGINS = slots(0, 1, 2, 3)
_EDGES = _a_side(_MARGINS | st.lists(_MARGINS, min_size=2, max_size=2))

KINDS: dict[str, st.SearchStrategy[Any]] = {
    "count": _COUNTS,
    "sides": _a_side(slots(1, 1, 2, 2, 3, 4)),
    "margins": _a_side(slots(0, 0, 1, 2)),
    "edges": _EDGES,
    "padding": st.sampled_from(SLIDING_WORDS) | _EDGES,
    "cropping": st.sampled_from(CROPPING_WORDS) | _EDGES,
    "flag": st.booleans(),
    "index": slots(0, 0, 1, 2, 3),
    "axis": st.sampled_from("cccthw"),
    "axes": st.lists(st.sampled_from("ctthw"), min_size=1, max_size=3, unique=True),
    "two axes": st.sampled_from([["c", "h"], ["h", "w"], ["t", "c"]]),
    "share": slots(0, 1),
    "name": st.just("NonMaxSuppression"),
    "shape": st.sampled_from(["c", "tc", "chw"]).flatmap(lambda names: st.fixed_dictionaries(dict.fromkeys(names, _SIZES))),
}
"""How values of each kind of field are drawn; a choice is drawn from its words."""

_DIMENSIONS = {"n": slots(1, 2, 3), "t": _SIZES, "c": _CHANNELS, "d": _SIZES, "h": _SIZES, "w": _SIZES}
_SHAPES = {"vector": "nc", "signal": "ncw", "map": "nchw", "volume": "ncdhw", "sequence": "ntc"}


def _takes(op: Op) -> st.SearchStrategy[int]:
    """How many inputs an op takes: as its signature says, at most three."""
    return st.integers(op.least, op.most or 3)


@st.composite
def _tensors(draw: st.DrawFn, count: int, takes: tuple[str, ...]) -> list[dict[str, Slot]]:
    """Tensors of a kind that the op takes mostly, and all mostly of the same sizes."""
    kind = draw(st.sampled_from([*(takes or ("map",)) * 3, *_SHAPES]))
    first = {name: draw(_DIMENSIONS[name]) for name in _SHAPES[kind]}
    inputs = [first]
    for _ in range(count - 1):
        kept = first if draw(st.integers(0, 4)) else {name: first[name] for name in "nc"}
        changed = draw(st.sampled_from([None, None, *kept]))
        inputs.append(kept | ({changed: draw(_DIMENSIONS[changed])} if changed else {}))
    return draw(st.permutations(inputs))


@st.composite
def _value(draw: st.DrawFn, kind: Kind, sides: int) -> Any:
    """A value for a field: a list as long as the input has sides mostly."""
    if kind.name == "choice":
        return draw(st.sampled_from(kind.words))
    value = draw(KINDS[kind.name])
    if kind.reads != "value" or not isinstance(value, list):
        return value
    return value[: draw(st.sampled_from([sides, sides, sides, 1, 2, 3]))]


@st.composite
def settings_of(draw: st.DrawFn, name: str) -> Setting:
    """A setting of one op: required fields always, others sometimes."""
    op = OPS[name]
    inputs = draw(_tensors(draw(_takes(op)), op.takes))
    sides = sum(side in inputs[0] for side in SIDES)
    given = [field for field in op.fields.values() if field.required or draw(st.booleans())]
    return Setting(inputs, {field.name: draw(_value(field.kind, sides)) for field in given})
