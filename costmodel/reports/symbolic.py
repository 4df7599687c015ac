"""An op run with symbols: what enters, what leaves and what it costs, for any op, whatever it takes.

What an op takes is found by asking it: kinds of tensor and values of fields are tried with typical numbers, an image
first, and the first that it accepts is run again with symbols. So no op is known here by its name.
"""

from collections.abc import Iterator, Sequence
from itertools import islice, product
from typing import Any, NamedTuple

from costmodel import algebra
from costmodel.cost import Cost
from costmodel.letters import LETTERS, sizes_of
from costmodel.ops import Field, Op
from costmodel.tensor import Tensor

_TYPICAL = {"out": 32, "kernel": 3, "padding": 1, "heads": 8, "stop": 32, "size": 112}
"""Numbers that fields mostly have; 2 for others."""
_SHOWN = ("kernel", "stride", "padding", "stop")
"""Optional fields that an example shows, where the op accepts them."""
_LEFT_OUT = ("learned", "position_bias")
"""Optional fields without which most networks have the op: its costs are shown as they are then."""
_SIZES = {"n": 1, "t": 196, "d": 16, "h": 56, "w": 112, "c": 64, "c₁": 64, "c₂": 32, "c₃": 16}
"""A typical number for each symbol of an input's size; height and width differ, or an op could mistake one for the other."""
_KINDS = ("nchw", "nc", "ncw", "ncdhw", "ntc")
"""The dimensions of an image, a vector, a signal, a volume and a sequence of tokens, in the order in which they are tried."""
_MANY = 500
"""Combinations of values for required fields that are tried with a kind of tensor."""

Sizes = dict[str, str]
"""The symbol of each dimension of an input."""


class Setting(NamedTuple):
    """What an op accepts: its inputs, and its fields with typical values."""

    inputs: list[Tensor]
    fields: dict[str, Any]
    output: Tensor


class Closed(NamedTuple):
    """An op in symbols: its inputs, the symbol of each field that has one, its output and its cost.

    `where` has the names `h'`, `w'`, … that stand for sizes of the output, with what they are, and `by_word` the same for
    each word that a field takes instead of a number, as `padding: same`; optional fields that do not go with the word are
    left out there. `chosen` are the fields whose value stands as it is.
    """

    inputs: list[Tensor]
    symbols: dict[str, Any]
    output: Tensor
    cost: Cost
    where: dict[str, Any]
    by_word: dict[str, dict[str, Any]]
    chosen: dict[str, Any]
    typical: Setting


def closed(op: Op) -> Closed:
    """An op in symbols. Raises `LookupError` for an op that accepts nothing of what is tried."""
    for fields, sizes in product(_filled(op), list(_inputs(op))):
        inputs = _numbers(sizes, _SIZES)
        for places in _choices(fields, inputs[0]):
            if _accepted(op, inputs, _values(op, inputs[0], places)):
                return _in_symbols(op, sizes, places, _example(op, sizes, places))
    raise LookupError(f"{op.name} accepts no kind of tensor that the manual knows")


def _inputs(op: Op) -> Iterator[list[Sizes]]:
    """Kinds of tensor to try; several with channels of their own, then all alike, then the next one's rows for columns."""
    count = max(op.least, 2 if op.joins or op.most is None else 1)
    for kind in _KINDS:
        alike = {name: name for name in kind}
        if count == 1:
            yield [alike]
            continue
        yield [alike | {"c": f"c{'₁₂₃₄'[place]}"} for place in range(count)] if count < 4 else [alike] * count
        yield [alike] * count
        if count == 2 and "t" in alike:
            yield [alike | {"c": "c₁"}, alike | {"t": "c₁", "c": "c₂"}]


def _filled(op: Op) -> list[list[Field]]:
    """Which fields to fill: those that are required, then one more, then all."""
    optional = [field.name for field in op.fields.values() if not field.required]
    ways = dict.fromkeys([(), *((name,) for name in optional), tuple(optional)])
    return [[field for field in op.fields.values() if field.required or field.name in more] for more in ways]


def _choices(fields: list[Field], x: Tensor) -> Iterator[dict[str, int]]:
    """Ways to fill some fields, each by the place of its value among those that are offered."""
    for places in islice(product(*(_fitting(field, x) for field in fields)), _MANY):
        yield {field.name: place for field, place in zip(fields, places, strict=True)}


def _offered(field: Field, x: Tensor, number: Any) -> list[Any]:
    """Values to try for a field, by how a spec writes them."""
    own = [name for name in x.dims if name != "n"]
    if field.kind.reads == "shape":
        sizes = {name: x.dims[name] for name in own}
        return [{"c": algebra.prod(sizes.values())}, {name: 2 * size for name, size in sizes.items()}, sizes]
    if field.kind.reads == "text":
        return [*field.kind.words, "Custom", *own, own[::-1], own[-2:][::-1], own[:1]]
    return [number, 1, 0, *field.kind.words, True, *([number] * sides for sides in (1, 2, 3))]


def _fitting(field: Field, x: Tensor) -> list[int]:
    """The places of those values that the field's kind takes."""
    offered = _offered(field, x, _TYPICAL.get(field.name, 2))
    return [place for place, value in enumerate(offered) if _checked(field, value) is not None]


def _checked(field: Field, value: Any) -> tuple[Any] | None:
    """A value as the op wants it, as a tuple of one; None where its kind does not take it."""
    try:
        fit, truth = field.kind.check(value)
    except Exception:  # the value may be of a sort that this check never meets in a spec
        return None
    return None if algebra.decide(truth) is False else (fit,)


def _values(op: Op, x: Tensor, places: dict[str, int]) -> dict[str, Any]:
    offered = {name: _offered(op.fields[name], x, _TYPICAL.get(name, 2))[place] for name, place in places.items()}
    return {name: fit[0] for name, value in offered.items() if (fit := _checked(op.fields[name], value))}


def _accepted(op: Op, inputs: Sequence[Tensor], given: dict[str, Any]) -> tuple[Tensor, Cost] | None:
    """The output and the cost, unless the op refuses."""
    try:
        output, cost = op(inputs, given)
    except Exception:  # a rule that is asked for what it is not made for may stop in any way
        return None
    return None if any(algebra.decide(truth) is False for truth, *_ in cost.given) else (output, cost)


def _numbers(sizes: list[Sizes], numbers: dict[str, int]) -> list[Tensor]:
    return [Tensor(**{name: numbers[letter] for name, letter in one.items()}) for one in sizes]


def _example(op: Op, sizes: list[Sizes], places: dict[str, int]) -> Setting:
    """A setting that the op accepts: on square maps and with the optional fields that examples show, as far as may be."""
    shown = {name: _TYPICAL.get(name, 2) for name in _SHOWN if name in op.fields}
    for numbers, more in product((_SIZES | {"w": _SIZES["h"]}, _SIZES), (shown, {})):
        inputs = _numbers(sizes, numbers)
        given = _values(op, inputs[0], places) | more
        fields = {name: given[name] for name in op.fields if name in given}
        if ran := _accepted(op, inputs, fields):
            return Setting(inputs, fields, ran[0])
    raise LookupError(f"{op.name} does not accept what it accepted")


def _in_symbols(op: Op, sizes: list[Sizes], places: dict[str, int], typical: Setting) -> Closed:
    """Run with a symbol for each size and for each field that takes one; optional fields at their default if need be."""
    inputs = [Tensor(**{name: algebra.symbol(letter, whole=True) for name, letter in one.items()}) for one in sizes]
    letters = _letters(op, {letter for one in sizes for letter in one.values()})
    for names in ([name for name in op.fields if name not in _LEFT_OUT], list(places)):
        symbols, given = {}, {}
        for name in names:
            field, symbol = op.fields[name], algebra.symbol(letters[name], whole=True)
            if field.kind.reads == "value" and (fit := _checked(field, symbol)):
                symbols[name] = given[name] = fit[0]
            elif name in places and (fit := _checked(field, _offered(field, inputs[0], symbol)[places[name]])):
                given[name] = fit[0]
        if ran := _accepted(op, inputs, given):
            where = sizes_of(inputs[0], ran[0])
            by_word = {
                f"{name}: {word}": {size: other.along(size.rstrip("'")) for size in where}
                for name in symbols
                for word in op.fields[name].kind.words
                if (other := _by_word(op, inputs, given, {name: word}))
            }
            left = {name: given.get(name, field.default) for name, field in op.fields.items() if name not in symbols}
            chosen = {name: value for name, value in left.items() if value is not None}
            return Closed(inputs, symbols, *ran, where, by_word, chosen, typical)
    raise LookupError(f"{op.name} takes no symbols")


def _by_word(op: Op, inputs: list[Tensor], given: dict[str, Any], word: dict[str, str]) -> Tensor | None:
    """The output for a field's word, if need be without another field, which may go with numbers alone."""
    for left_out in (None, *(field.name for field in op.fields.values() if not field.required)):
        if ran := _accepted(op, inputs, {name: value for name, value in given.items() if name != left_out} | word):
            return ran[0]
    return None


def _letters(op: Op, taken: set[str]) -> dict[str, str]:
    """A symbol for each field: its letter, or its name where the letter is taken by another."""
    letters: dict[str, str] = {}
    for name in op.fields:
        letters[name] = next(x for x in (LETTERS.get(name, name), name, f"{name}_") if x not in {*taken, *letters.values()})
    return letters


def named(value: Any, where: dict[str, Any]) -> Any:
    """A formula with the names of an output's sizes put in for what they stand for; like terms of a sum are collected."""
    value = algebra.substitute(value, {size: algebra.symbol(name, whole=True) for name, size in where.items()})
    if not algebra.is_symbol(value):
        return value
    spread = value.expand()
    return spread.factor() if len(spread.as_ordered_terms()) < len(value.as_ordered_terms()) else value
