"""The kinds of value that an op's fields take: one kind an annotation, one check a kind."""

from collections.abc import Callable, Sequence
from functools import reduce
from typing import Annotated, Any, NamedTuple, TypeAlias

from costmodel.algebra import Num, Truth, both, decide, is_number, maximum, whole
from costmodel.problems import one_of
from costmodel.tensor import DIMENSIONS, SIDES


class Unfit(Exception):
    """A value that a field does not take; the message follows the field's name, `instead` is the nearest legal one."""

    def __init__(self, message: str, hint: str = "", instead: Any = None) -> None:
        super().__init__(message)
        self.message, self.hint, self.instead = message, hint, instead


class Misfit(Exception):
    """A tensor that an op cannot take, or a field that does not go with the tensor: no output follows, not even its shape.

    A sentence with `{}` for values, as in a condition; it begins with the field's name where a field is to blame.
    """

    def __init__(self, text: str, *values: Any, hint: str = "") -> None:
        super().__init__(text.format(*values))
        self.text, self.hint = text, hint


class Kind(NamedTuple):
    """A kind of value: its name in messages, its check, the words it takes beside numbers, and how it is read.

    `check` gives the value as the op wants it and the condition under which it is legal, or raises `Unfit`. It is given
    what a formula or a list of formulas gives; text as it stands where `reads` is `text`, for words that are names
    elsewhere; sizes by dimension where it is `shape`.
    """

    name: str
    check: Callable[[Any], tuple[Any, Truth]]
    words: tuple[str, ...] = ()
    reads: str = "value"


def spoken(value: Any) -> str:
    """A value as a person would write it in a spec."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, list):
        return f"[{', '.join(spoken(v) for v in value)}]"
    return decimal(value) if is_number(value) else str(value)


def decimal(value: Num) -> str:
    """An exact number in decimals where these end, as a fraction where they do not."""
    denominator = getattr(value, "denominator", 1)
    if not isinstance(denominator, int) or denominator == 1:
        return str(value)
    rest = denominator
    for prime in (2, 5):
        while rest % prime == 0:
            rest //= prime
    return f"{float(value):.12g}" if rest == 1 else str(value)


def either_of(words: Sequence[str]) -> str:
    """Words of which one will do, as a list in a sentence: a, b or c."""
    *others, last = words
    return f"{', '.join(others)} or {last}" if others else last


def at_least(least: int) -> Callable[[Any], tuple[Any, Truth]]:
    """A check for one whole number that is not below `least`."""

    def check(value: Any) -> tuple[Any, Truth]:
        if type(value) is int and value >= least:
            return value, True
        if not is_number(value):
            raise Unfit(f"must be a whole number, and {spoken(value)} is not a number")
        count, fits = whole(value)
        if decide(fits) is False:
            raise Unfit(
                f"must be a whole number, and is {decimal(value)}",
                "floor(…), ceil(…) or divisible(…) makes it whole",
                maximum(count, least),
            )
        enough = count >= least
        if decide(enough) is False:
            raise Unfit(f"must be at least {least}, and is {count}", instead=least)
        return count, both(fits, enough)

    return check


_count, _size = at_least(1), at_least(0)


def a_side(check: Callable[[Any], tuple[Any, Truth]], forms: str) -> Callable[[Any], tuple[Any, Truth]]:
    """A check for one value for all sides, or a list of one a side: height and width of a map, the width of a signal."""

    def checked(value: Any) -> tuple[Any, Truth]:
        if type(value) is int or not isinstance(value, list):
            return check(value)
        if not 1 <= len(value) <= len(SIDES):
            raise Unfit(f"must be {forms}, and is {spoken(value)}")
        values, truths = zip(*map(check, value), strict=True)
        return list(values), reduce(both, truths)

    return checked


def _ends(value: Any) -> tuple[Any, Truth]:
    if not isinstance(value, list):
        return _size(value)
    if len(value) != 2:
        raise Unfit(f"must be one number or [before, after] for a side, and is {spoken(value)}")
    (before, fits), (after, also) = _size(value[0]), _size(value[1])
    return [before, after], both(fits, also)


_sides = a_side(_count, "one number or one a side, as [height, width]")
_margins = a_side(_size, "one number or one a side, as [height, width]")
_edges = a_side(_ends, "one number, one a side as [height, width], or both ends of each as [[top, bottom], [left, right]]")


def _padding(*words: str) -> Callable[[Any], tuple[Any, Truth]]:
    """A check for a padding: a word, or what `_edges` takes."""

    def check(value: Any) -> tuple[Any, Truth]:
        if not isinstance(value, str):
            return _edges(value)
        if value not in words:
            raise Unfit(f"must be {either_of(['a number', '[height, width]', *words])}, and is {value}")
        return value, True

    return check


def choice(*words: str, reads: str = "value") -> Kind:
    """The kind of a field that takes one of some words; read as `text` where these are names elsewhere, as `max` and `and`."""

    def check(value: Any) -> tuple[Any, Truth]:
        if not isinstance(value, str) or value not in words:
            raise Unfit(f"must be {either_of(words)}, and is {spoken(value)}")
        return value, True

    return Kind("choice", check, words, reads)


def _shape(value: Any) -> tuple[Any, Truth]:
    sizes, truth = {}, True
    for name, size in value.items():
        try:
            sizes[name], fits = _count(size)
        except Unfit as error:
            raise Unfit(f"in its {DIMENSIONS[name]} {error.message}", error.hint) from None
        truth = both(truth, fits)
    return sizes, truth


def _flag(value: Any) -> tuple[Any, Truth]:
    if not isinstance(value, bool):
        raise Unfit(f"must be true or false, and is {spoken(value)}")
    return value, True


def _axis(value: Any) -> tuple[Any, Truth]:
    if not isinstance(value, str) or value not in DIMENSIONS:
        legal = one_of(f"{short} ({long})" for short, long in DIMENSIONS.items())
        raise Unfit(f"must be the letter of a dimension, and is {spoken(value)}", f"the dimensions are {legal}")
    return value, True


def _axes(value: Any) -> tuple[Any, Truth]:
    axes = [_axis(item)[0] for item in (value if isinstance(value, list) else [value])]
    if not axes:
        raise Unfit("must name a dimension or more, and is empty")
    if twice := next((axis for axis in axes if axes.count(axis) > 1), None):
        raise Unfit(f"must name each dimension once, and has {twice} twice")
    return axes, True


def _two_axes(value: Any) -> tuple[Any, Truth]:
    if not isinstance(value, list) or len(value) != 2:
        raise Unfit(f"must be two dimensions, such as [t, c], and is {spoken(value)}")
    return _axes(value)


def _share(value: Any) -> tuple[Any, Truth]:
    if not is_number(value):
        raise Unfit(f"must be a number from 0 to 1, and {spoken(value)} is not a number")
    fits = both(value >= 0, value <= 1)
    if decide(fits) is False:
        raise Unfit(f"must be a number from 0 to 1, and is {decimal(value)}", instead=0)
    return value, fits


def _name(value: Any) -> tuple[Any, Truth]:
    if not isinstance(value, str):
        raise Unfit("must be one name, and is a list")
    return value, True


SLIDING_WORDS = ("same", "same_torch", "valid")
CROPPING_WORDS = ("same", "valid")

Count: TypeAlias = Annotated[Num, Kind("count", _count)]
"""A whole number, at least 1."""
Sides: TypeAlias = Annotated[Any, Kind("sides", _sides)]
"""A count for all sides, or one a side: [height, width] of a map."""
Margins: TypeAlias = Annotated[Any, Kind("margins", _margins)]
"""As `Sides`, and may be 0."""
Edges: TypeAlias = Annotated[Any, Kind("edges", _edges)]
"""A whole number, 0 or more, for all sides, one a side, or both ends of each side: [[top, bottom], [left, right]]."""
Padding: TypeAlias = Annotated[Any, Kind("padding", _padding(*SLIDING_WORDS), SLIDING_WORDS)]
"""`same`, `same_torch`, `valid`, or as `Edges`: what is added around the input of a window that slides over it."""
Cropping: TypeAlias = Annotated[Any, Kind("cropping", _padding(*CROPPING_WORDS), CROPPING_WORDS)]
"""`same`, `valid`, or as `Edges`: what is cut off around the output of a transposed window."""
Shape: TypeAlias = Annotated[Any, Kind("shape", _shape, reads="shape")]
"""Sizes without the batch: [channels, height, width], or by the name of the dimension: {t: 197, c: 768}."""
Flag: TypeAlias = Annotated[bool, Kind("flag", _flag)]
"""true or false: a choice, never a number."""
Index: TypeAlias = Annotated[Num, Kind("index", _size)]
"""A whole number, at least 0: a place counted from 0."""
Axis: TypeAlias = Annotated[Any, Kind("axis", _axis, reads="text")]
"""A dimension by its letter: t, c, d, h or w."""
Axes: TypeAlias = Annotated[Any, Kind("axes", _axes, reads="text")]
"""A dimension, or a list of them."""
TwoAxes: TypeAlias = Annotated[Any, Kind("two axes", _two_axes, reads="text")]
"""Two dimensions."""
Share: TypeAlias = Annotated[Num, Kind("share", _share)]
"""A number from 0 to 1."""
Name: TypeAlias = Annotated[str, Kind("name", _name, reads="text")]
"""A name that means itself."""
