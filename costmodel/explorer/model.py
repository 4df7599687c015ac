"""One convolution as it is edited: what each field says, why it may be illegal, and the last layer that could be built."""

from collections.abc import Mapping
from fractions import Fraction
from functools import lru_cache
from itertools import count
from math import ceil, floor, gcd, isqrt
from typing import Any, NamedTuple

from costmodel.ops.fields import Unfit
from costmodel.single import LARGEST, NAMES, Setting, Sizes, is_legal, layer_of, mending, problems_of, read, spelled


class Refusal(NamedTuple):
    """Why a field's value is illegal, and the nearest legal ones; none where no other value of this field would do."""

    message: str
    nearest: tuple[Setting, ...]

    @property
    def advice(self) -> str:
        """The nearest legal values in words; nothing where there are none."""
        return " or ".join(map(spelled, self.nearest))


class State:
    """What the fields say, and `sizes`: the last layer that could be built. Raises `Misfit` where the first cannot."""

    def __init__(self, sizes: Sizes) -> None:
        layer_of(sizes)
        self.sizes = sizes
        self.texts = {name: spelled(getattr(sizes, name)) for name in NAMES}
        self.refused: dict[str, Refusal] = {}

    def write(self, name: str, text: str) -> None:
        """Set a field to a text. `refused` says what is illegal; where nothing is, `sizes` are what the fields say."""
        self.texts[name] = text
        self.refused, values = read_all(self.texts, {each: getattr(self.sizes, each) for each in NAMES})
        if self.refused:
            return
        wanted = Sizes(**values)
        if wrong := problems_of(wanted):
            of_window = problems_of(wanted.but("groups", 1))
            # groups that do not divide and a window that does not fit are not mended by one field
            blamed, near = mending(wanted, name) if of_window in ([], wrong) else ("", ())
            self.refused[blamed or name] = Refusal("; ".join(wrong), near)
            return
        self.sizes = wanted


def read_all(texts: Mapping[str, str], last: Mapping[str, Setting]) -> tuple[dict[str, Refusal], dict[str, Any]]:
    """What is wrong with each field on its own, and the values of the others; `last` are the last legal ones."""
    refused, values = {}, {}
    for name, text in texts.items():
        try:
            values[name] = read(name, text)
        except Unfit as error:
            refused[name] = Refusal(f"{name} {error.message}", _instead(name, text, error, last[name]))
    return refused, values


def _instead(name: str, text: str, error: Unfit, last: Setting) -> tuple[Setting, ...]:
    """What may stand in a field that says nothing legal: the numbers around one, else the nearest, else the last legal."""
    if "." in text and error.instead not in (None, LARGEST):
        value = Fraction(text.strip().replace(",", ""))
        return tuple(dict.fromkeys(max(near, 0 if name == "padding" else 1) for near in (floor(value), ceil(value))))
    return (last if error.instead is None else error.instead,)


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
