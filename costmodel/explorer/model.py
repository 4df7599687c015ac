"""One convolution as it is edited: what each field says, why it may be illegal, and the last layer that could be built."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from fractions import Fraction
from functools import lru_cache
from itertools import count
from math import ceil, floor, gcd, isqrt
from typing import Any, NamedTuple, TypeAlias

from costmodel.bounds import ConvBound, bounded
from costmodel.line import Line, Place
from costmodel.ops import OPS
from costmodel.ops.fields import Misfit, Unfit, decimal
from costmodel.problems import Mark, shortened
from costmodel.tensor import Tensor

Setting: TypeAlias = int | str
"""The value of a field: a count, or a word for the padding."""

LARGEST = 999_999
"""What a value may be at most, so that every figure is there at once."""


@dataclass(frozen=True, slots=True)
class Sizes:
    """A convolution without bias, its kernel square, on the map of one image: the explorer's fields, in their order."""

    h: int = 56
    w: int = 56
    c1: int = 24
    c2: int = 144
    k: int = 1
    groups: int = 1
    stride: int = 1
    padding: Setting = "same"

    def but(self, name: str, value: Setting) -> "Sizes":
        """The same with one value changed."""
        return replace(self, **{name: value})  # type: ignore[arg-type]  # a word is the padding's alone

    @property
    def options(self) -> str:
        """The command line's options that give this layer."""
        return " ".join(f"--{name} {getattr(self, name)}" for name in NAMES)


NAMES = tuple(field.name for field in fields(Sizes))
"""The fields, in the order of the screen."""

_CONV = OPS["conv2d"]
_FIELDS = {"c2": "out", "k": "kernel", "groups": "groups", "stride": "stride", "padding": "padding"}
"""The fields of the vocabulary's `conv2d`; h, w and c1 are those of the map that enters."""


class Refusal(NamedTuple):
    """Why a field's value is illegal, and the nearest legal ones; none where no other value of this field would do."""

    message: str
    nearest: tuple[Setting, ...]


def _line(sizes: Sizes) -> Line:
    """The convolution as the vocabulary runs it. Raises `Misfit` where it cannot be built."""
    given = {field: getattr(sizes, name) for name, field in _FIELDS.items()} | {"bias": False}
    x = Tensor(n=1, c=sizes.c1, h=sizes.h, w=sizes.w)
    y, cost = _CONV([x], given)
    for truth, text, *values in cost.given:
        if not truth:
            raise Misfit(text, *values)
    return Line(Place(None, ""), _CONV, given, (-1,), (x,), y, cost, Mark("", 0, 0, ""))


@lru_cache(4096)
def is_legal(sizes: Sizes) -> bool:
    """Whether the convolution can be built."""
    try:
        _line(sizes)
    except Misfit:
        return False
    return True


@lru_cache(64)
def layer_of(sizes: Sizes) -> ConvBound:
    """The convolution and its bound. Raises `Misfit` where it cannot be built.

    >>> layer_of(Sizes(c1=64, c2=64)).is_tight
    True
    """
    (layer,) = bounded(_line(sizes))
    return layer


@lru_cache(64)
def output_of(sizes: Sizes) -> Tensor:
    """The map that leaves the convolution. Raises `Misfit` where it cannot be built."""
    return _line(sizes).output


_NUMBER = re.compile(r"[-+]?[0-9]{1,12}(\.[0-9]{1,12})?")


def read(name: str, text: str) -> Setting:
    """The value of a field on its own. Raises `Unfit`, with the nearest legal value where there is one.

    >>> read("c1", "1,024"), read("padding", "Valid")
    (1024, 'valid')
    """
    written = text.strip()
    plain = written.replace(",", "")
    kind = _CONV.fields[_FIELDS.get(name, "out")].kind
    checked: Setting
    if not written:
        raise Unfit("is empty")
    if _NUMBER.fullmatch(plain):
        value = Fraction(plain)
        number: Any = value.numerator if value.denominator == 1 else value
        if value > LARGEST:
            raise Unfit(f"may be {LARGEST:,} at most here, and is {decimal(number)}", instead=LARGEST)
        checked = kind.check(number)[0]
    elif kind.words:
        checked = kind.check(written.lower())[0]
    else:
        raise Unfit(f"must be a whole number, and is '{shortened(written)}'")
    return checked


def read_all(texts: Mapping[str, str], last: Mapping[str, Setting]) -> tuple[dict[str, Refusal], dict[str, Setting]]:
    """What is wrong with each field on its own, and the values of the others; `last` are the last legal ones."""
    refused, values = {}, {}
    for name, text in texts.items():
        try:
            values[name] = read(name, text)
        except Unfit as error:
            refused[name] = Refusal(f"{name} {error.message}", _instead(text, error, last[name]))
    return refused, values


def _instead(text: str, error: Unfit, last: Setting) -> tuple[Setting, ...]:
    """What may stand in a field that says nothing legal: the numbers around one, else the nearest, else the last legal."""
    if "." in text and error.instead not in (None, LARGEST):
        value = Fraction(text.strip().replace(",", ""))
        return tuple(dict.fromkeys(max(near, 1) for near in (floor(value), ceil(value))))
    return (last if error.instead is None else error.instead,)


class State:
    """What the fields say, and `sizes`: the last layer that could be built."""

    def __init__(self, sizes: Sizes) -> None:
        layer_of(sizes)  # a layer that cannot be built is no beginning
        self.sizes = sizes
        self.texts = {name: str(getattr(sizes, name)) for name in NAMES}
        self.refused: dict[str, Refusal] = {}

    def write(self, name: str, text: str) -> None:
        """Set a field to a text. `refused` says what is illegal; where nothing is, `sizes` are what the fields say."""
        self.texts[name] = text
        last = {each: getattr(self.sizes, each) for each in NAMES}
        self.refused, values = read_all(self.texts, last)
        if self.refused:
            return
        wanted = Sizes(**values)  # type: ignore[arg-type]  # a word is the padding's alone
        try:
            _line(wanted)
        except Misfit as error:
            blamed, nearest = _blamed(wanted, name)
            self.refused[blamed] = Refusal(str(error), nearest)
            return
        self.sizes = wanted


def _blamed(sizes: Sizes, changed: str) -> tuple[str, tuple[Setting, ...]]:
    """The field that mends what cannot be built, the changed one before all others, and its nearest legal values."""
    for name in (changed, "groups", "k", "stride", "padding"):
        if near := nearest(sizes, name):
            return name, near
    return changed, ()


_FAR = 5000
"""How far from a value its nearest legal ones are looked for."""


def nearest(sizes: Sizes, name: str) -> tuple[Setting, ...]:
    """The legal values of a field next to its own, below and above, the others as they are; a word where words help.

    >>> nearest(Sizes(c1=64, c2=64, groups=3), "groups")
    (2, 4)
    """
    value = getattr(sizes, name)
    if isinstance(value, str):
        return ("same",) if is_legal(sizes.but(name, "same")) else ()
    least = 0 if name == "padding" else 1
    below = range(min(value, LARGEST) - 1, max(least, value - _FAR) - 1, -1)
    above = range(value + 1, min(LARGEST, value + _FAR) + 1)
    found = (next((near for near in side if is_legal(sizes.but(name, near))), None) for side in (below, above))
    return tuple(near for near in found if near is not None)


def _rungs(largest: int) -> list[int]:
    """Whole numbers from 1, each by itself up to 16, then eight to an octave."""
    rungs = [*range(1, 17)]
    for octave in count(4):
        step = 2 ** (octave - 3)
        rungs += range(2**octave + step, 2 ** (octave + 1) + 1, step)
        if rungs[-1] >= largest:
            return [rung for rung in rungs if rung <= largest]
    raise AssertionError


_SIDE, CHANNELS = _rungs(512), _rungs(4096)


def divisors(number: int) -> tuple[int, ...]:
    """All numbers that divide one, rising.

    >>> divisors(12)
    (1, 2, 3, 4, 6, 12)
    """
    small = [each for each in range(1, isqrt(number) + 1) if number % each == 0]
    return tuple(dict.fromkeys([*small, *(number // each for each in reversed(small))]))


@lru_cache(1024)
def ladder(sizes: Sizes, name: str) -> tuple[Setting, ...]:
    """The legal values that a field's slider runs over, rising: channels in whole groups, groups that divide both widths.

    >>> ladder(Sizes(c1=24, c2=144), "groups")
    (1, 2, 3, 4, 6, 8, 12, 24)
    """
    rungs: list[Setting]
    if name == "groups":
        rungs = [*divisors(gcd(sizes.c1, sizes.c2))]
    elif name in ("c1", "c2"):
        rungs = [rung * sizes.groups for rung in CHANNELS if rung * sizes.groups <= max(CHANNELS[-1], 4 * sizes.groups)]
    elif name in ("h", "w"):
        rungs = [*_SIDE]
    else:
        rungs = {"k": [*range(1, 16)], "stride": [*range(1, 9)], "padding": ["same", *range(9)]}[name]
    return tuple(rung for rung in rungs if is_legal(sizes.but(name, rung)))


def place_of(rungs: tuple[Setting, ...], value: Setting) -> int:
    """The rung of a value, or the nearest one's."""
    if value in rungs:
        return rungs.index(value)
    if not isinstance(value, int):
        return 0
    numbers = [(abs(rung - value), place) for place, rung in enumerate(rungs) if isinstance(rung, int)]
    return min(numbers, default=(0, 0))[1]


def stepped(rungs: tuple[Setting, ...], value: Setting, steps: int) -> Setting:
    """The value so many rungs up or down, no further than the ladder goes; a value between rungs goes to the next."""
    if not rungs:
        return value
    place = place_of(rungs, value)
    at = rungs[place]
    if at != value and isinstance(at, int) and isinstance(value, int) and (at > value) == (steps > 0):
        steps -= 1 if steps > 0 else -1
    return rungs[min(max(place + steps, 0), len(rungs) - 1)]
