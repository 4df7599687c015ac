"""One convolution on its own, by its sizes, and the nearest legal values where it cannot be built."""

import re
from dataclasses import dataclass, fields, replace
from fractions import Fraction
from functools import lru_cache
from typing import Any, TypeAlias

from costmodel.bounds import ConvBound, bounded
from costmodel.line import Line, Place
from costmodel.ops import OPS
from costmodel.ops.fields import SLIDING_WORDS, Misfit, Unfit, decimal
from costmodel.problems import Mark, one_of, shortened
from costmodel.tensor import Tensor

Setting: TypeAlias = int | str | tuple[int, int]
"""The value of a field: a count, one for each side of a kernel or a stride, or a word for the padding."""

LARGEST = 999_999
"""What a value may be at most, so that every figure is there at once."""


@dataclass(frozen=True, slots=True)
class Sizes:
    """A convolution without bias on the map of one image.

    >>> Sizes(k=(3, 5)).options
    '--h 56 --w 56 --c1 24 --c2 144 --k 3x5 --groups 1 --stride 1 --padding same'
    """

    h: int = 56
    w: int = 56
    c1: int = 24
    c2: int = 144
    k: int | tuple[int, int] = 1
    groups: int = 1
    stride: int | tuple[int, int] = 1
    padding: int | str = "same"

    def but(self, name: str, value: Setting) -> "Sizes":
        """The same with one value changed."""
        return replace(self, **{name: value})  # type: ignore[arg-type]  # each field has the values that `read` gives it

    @property
    def options(self) -> str:
        """The command line's options that give this layer."""
        return " ".join(f"--{name} {spelled(getattr(self, name))}" for name in NAMES)


NAMES = tuple(field.name for field in fields(Sizes))
"""The fields, in order."""
MEANINGS = {
    "h": "height of the map",
    "w": "width of the map",
    "c1": "input channels",
    "c2": "output channels",
    "k": "kernel: 3, or 3x5",
    "groups": "groups",
    "stride": "stride: 2, or 2x1",
    "padding": "padding: a number, same or valid",
}
"""What each field is."""
_CONV = OPS["conv2d"]
_FIELDS = {"c2": "out", "k": "kernel", "groups": "groups", "stride": "stride", "padding": "padding"}
"""The fields of the vocabulary's `conv2d`; h, w and c1 are those of the map that enters."""


def spelled(value: Setting) -> str:
    """A value as an option takes it."""
    return "x".join(map(str, value)) if isinstance(value, tuple) else str(value)


def problems_of(sizes: Sizes) -> list[str]:
    """Everything for which the convolution cannot be built."""
    return [text.format(*values) for truth, text, *values in _run(sizes).cost.given if not truth]


def line_of(sizes: Sizes) -> Line:
    """The convolution as the vocabulary runs it. Raises `Misfit` where it cannot be built."""
    line = _run(sizes)
    for truth, text, *values in line.cost.given:
        if not truth:
            raise Misfit(text, *values)
    return line


def _run(sizes: Sizes) -> Line:
    given = {field: _listed(getattr(sizes, name)) for name, field in _FIELDS.items()} | {"bias": False}
    x = Tensor(n=1, c=sizes.c1, h=sizes.h, w=sizes.w)
    y, cost = _CONV([x], given)
    return Line(Place(None, ""), _CONV, given, (-1,), (x,), y, cost, Mark("", 0, 0, ""))


def _listed(value: Setting) -> Any:
    return list(value) if isinstance(value, tuple) else value


@lru_cache(4096)
def is_legal(sizes: Sizes) -> bool:
    """Whether the convolution can be built."""
    return not problems_of(sizes)


@lru_cache(64)
def layer_of(sizes: Sizes) -> ConvBound:
    """The convolution and its bound. Raises `Misfit` where it cannot be built.

    >>> layer_of(Sizes(c1=64, c2=64)).is_tight
    True
    """
    (layer,) = bounded(line_of(sizes))
    return layer


def mends(sizes: Sizes, first: str = "") -> list[tuple[str, tuple[Setting, ...]]]:
    """The fields to change together, and their nearest legal values: one where one will do, else groups and kernel.

    None where not even these would do.

    >>> mends(Sizes(groups=5, k=99, padding=0))
    [('groups', (4, 6)), ('k', (56,))]
    """
    name, near = mending(sizes, first)
    if near:
        return [(name, near)]
    apart = {"groups": replace(sizes, k=1, stride=1, padding="same"), "k": sizes.but("groups", 1)}
    found = {name: nearest(alone, name) for name, alone in apart.items() if not is_legal(alone)}
    return [*found.items()] if all(found.values()) else []


def in_fractions(sizes: Sizes) -> ConvBound | None:
    """The layer with fractions of channels in its groups, where nothing but these keeps it from being built.

    So ShuffleNetV2's table 2 has 8 groups of 180 channels, 22.5 each.

    >>> layer = in_fractions(Sizes(c1=180, c2=180, groups=8))
    >>> layer.mult_adds, layer.access, layer.is_buildable
    (12700800, 1133010, False)
    """
    if not all(text.startswith("groups") for text in problems_of(sizes)):
        return None
    (layer,) = bounded(_run(sizes))
    return layer


_NUMBER = re.compile(r"[-+]?[0-9]{1,12}(\.[0-9]{1,12})?")
_MANY_DIGITS = re.compile(r"\+?0*[1-9][0-9]{12,}(\.[0-9]*)?")


def read(name: str, text: str) -> Setting:
    """The value of a field on its own. Raises `Unfit`, with the nearest legal value where there is one.

    >>> read("c1", "1,024"), read("padding", "Valid"), read("k", "3x5")
    (1024, 'valid', (3, 5))
    """
    written = text.strip().replace(",", "")
    if name in ("k", "stride") and len(parts := re.split(r"[x×]", written)) > 1:
        if len(parts) > 2 or not all(parts):
            raise Unfit(f"must be a whole number, or two such as 3x5, and is '{shortened(written)}'")
        return _counted(name, parts[0]), _counted(name, parts[1])
    if name == "padding" and written and not (_NUMBER.fullmatch(written) or _MANY_DIGITS.fullmatch(written)):
        if (word := written.lower()) not in SLIDING_WORDS:
            raise Unfit(f"must be a whole number or one of {one_of(SLIDING_WORDS)}, and is '{shortened(written)}'")
        return word
    return _counted(name, written)


def _counted(name: str, written: str) -> int:
    kind = _CONV.fields[_FIELDS.get(name, "out")].kind
    if not written:
        raise Unfit("is empty")
    if _MANY_DIGITS.fullmatch(written):
        raise Unfit(f"may be {LARGEST:,} at most here, and is {shortened(written)}", instead=LARGEST)
    if not _NUMBER.fullmatch(written):
        raise Unfit(f"must be a whole number, and is '{shortened(written)}'")
    value = Fraction(written)
    number: Any = value.numerator if value.denominator == 1 else value
    if value > LARGEST:
        raise Unfit(f"may be {LARGEST:,} at most here, and is {decimal(number)}", instead=LARGEST)
    checked: int = kind.check(number)[0]
    return checked


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
    if isinstance(value, tuple):
        return ()
    least = 0 if name == "padding" else 1
    below = range(min(value, LARGEST) - 1, max(least, value - _FAR) - 1, -1)
    above = range(value + 1, min(LARGEST, value + _FAR) + 1)
    found = (next((near for near in side if is_legal(sizes.but(name, near))), None) for side in (below, above))
    return tuple(near for near in found if near is not None)


def mending(sizes: Sizes, first: str = "") -> tuple[str, tuple[Setting, ...]]:
    """A field whose change alone makes the convolution one that can be built, and its nearest legal values.

    The `first` is tried before all others; no field and no values where nothing helps.

    >>> mending(Sizes(c1=180, c2=180, groups=8))
    ('groups', (6, 9))
    """
    for name in (first, "groups", "k", "stride", "padding", "c1", "c2"):
        if name and (near := nearest(sizes, name)):
            return name, near
    return "", ()
