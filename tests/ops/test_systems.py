"""Every op means the same for whole numbers, arrays of points, symbols and polynomials: shape, counts and conditions.

Ops, inputs and fields come from the ops' own signatures: a new op is covered without an edit here.
"""

from typing import Any, NamedTuple

import pytest
import sympy
from hypothesis import given, settings
from hypothesis import strategies as st
from op_settings import KINDS, POINTS, Setting, Slot, settings_of

from costmodel.algebra import closed, decide, substitute
from costmodel.algebra.arrays import Points
from costmodel.cost import COUNTS
from costmodel.ops import OPS
from costmodel.ops.fields import Misfit
from costmodel.tensor import MissingDimension, Tensor


class Outcome(NamedTuple):
    """What an op gives: sizes by dimension and costs by count, then the truth of each condition."""

    numbers: dict[str, Any]
    truths: list[Any]


def run(name: str, inputs: list[dict[str, Any]], fields: dict[str, Any]) -> Outcome:
    """Run an op; what it misses, or cannot take, is its outcome too."""
    try:
        output, cost = OPS[name]([Tensor(**dims) for dims in inputs], fields)
    except MissingDimension as missing:
        return Outcome({"missing": missing.name}, [])
    except Misfit as misfit:
        return Outcome({"misfit": misfit.text}, [])
    return Outcome(output.dims | {count: getattr(cost, count) for count in COUNTS}, [truth for truth, *_ in cost.given])


def plain(name: str, setting: Setting, point: int) -> Outcome:
    """What an op gives for the whole numbers of one point."""
    return run(name, *setting.filled(lambda slot: slot.values[point]))


def at(outcome: Outcome, point: int) -> Outcome:
    """One point of an outcome of arrays; what does not depend on any array is the same at all."""
    numbers = {k: v.tolist()[point] if isinstance(v, Points) else v for k, v in outcome.numbers.items()}
    return Outcome(numbers, [truth if isinstance(truth, bool) else bool(truth[point]) for truth in outcome.truths])


def put(outcome: Outcome, values: dict[Any, int]) -> Outcome:
    """An outcome of symbols with numbers put in."""
    numbers = {k: substitute(v, values) for k, v in outcome.numbers.items()}
    return Outcome(numbers, [decide(truth, values) for truth in outcome.truths])


def agree(one: Outcome, other: Outcome) -> None:
    """The same conditions hold, and where all do, all numbers are the same whole numbers."""
    assert other.truths == one.truths
    if all(one.truths):
        assert other.numbers == one.numbers
        assert [k for k, v in other.numbers.items() if type(v) not in (int, str)] == []


@pytest.mark.parametrize("name", OPS)
@settings(deadline=None)
@given(data=st.data())
def test_points_are_ints(name: str, data: st.DataObject) -> None:
    """Each point of an array is what the op gives for that point's whole numbers."""
    setting = data.draw(settings_of(name))
    arrays = run(name, *setting.filled(lambda slot: slot.unless_fixed(lambda one: Points.of(one.values))))
    for point in range(POINTS):
        agree(plain(name, setting, point), at(arrays, point))


@pytest.mark.parametrize("name", OPS)
@settings(deadline=None)
@given(data=st.data())
def test_symbols_are_ints(name: str, data: st.DataObject) -> None:
    """A formula of symbols gives, with numbers put in, what the op gives for those numbers."""
    setting = data.draw(settings_of(name))
    symbols: dict[Slot, Any] = {}

    def symbol(slot: Slot) -> Any:
        assumed = {"positive": True} if slot.least else {"nonnegative": True}
        return symbols.setdefault(slot, sympy.Symbol(f"s{len(symbols)}", integer=True, **assumed))

    formulas = run(name, *setting.filled(lambda slot: slot.unless_fixed(symbol)))
    for point in range(POINTS):
        values = {made: slot.values[point] for slot, made in symbols.items()}
        agree(plain(name, setting, point), put(formulas, values))


@pytest.mark.parametrize("name", OPS)
@settings(deadline=None)
@given(data=st.data())
def test_polynomials_are_ints(name: str, data: st.DataObject) -> None:
    """A closed form gives, with numbers put in, what the op gives for those numbers."""
    setting = data.draw(settings_of(name))
    symbols: dict[Slot, Any] = {}

    def symbol(slot: Slot) -> Any:
        return symbols.setdefault(slot, closed(f"s{len(symbols)}", whole=True, low=min(slot.least, 1)))

    formulas = run(name, *setting.filled(lambda slot: slot.unless_fixed(symbol)))
    for point in range(POINTS):
        values = {made: slot.values[point] for slot, made in symbols.items()}
        agree(plain(name, setting, point), put(formulas, values))


def test_every_kind_of_field_is_drawn() -> None:
    """An op whose field is of a new kind is covered once that kind can be drawn."""
    for op in OPS.values():
        for field in op.fields.values():
            assert field.kind.name in (*KINDS, "choice"), (
                f"{op.name}.{field.name}: add {field.kind.name} to tests/ops/op_settings.py"
            )
