"""Symbols for numbers, by the letters that papers use."""

from collections.abc import Iterable, Sequence
from typing import Any

from costmodel import algebra
from costmodel.tensor import Tensor

LETTERS = {
    "kernel": "k",
    "stride": "s",
    "padding": "p",
    "dilation": "d",
    "groups": "g",
    "multiplier": "m",
    "heads": "a",
    "factor": "r",
    "scale": "r",
}
"""Fields as papers write them; others go by their name."""


class Letters:
    """Gives symbols to numbers, a name once; 1 and 0 stay as they are."""

    def __init__(self, taken: Iterable[str] = ()) -> None:
        self.numbers: dict[Any, int] = {}
        self.meanings: dict[str, str] = {}
        self.taken = set(taken)

    def give(self, value: Any, names: Sequence[str], meaning: str, least: int = 2) -> Any:
        """A symbol of the first name that is free; what is no whole number from `least` on passes unchanged."""
        if type(value) is not int or value < least:
            return value
        name = next(name for name in (*names, *(f"{names[-1]}{n}" for n in range(1, 999))) if name not in self.taken)
        self.taken.add(name)
        symbol = algebra.symbol(name, whole=True)
        self.numbers[symbol], self.meanings[name] = value, meaning
        return symbol


def sizes_of(x: Tensor, output: Tensor) -> dict[str, Any]:
    """Names for the sizes of an output that are neither a symbol nor a product of symbols."""
    sizes = {name: size for name, size in output.dims.items() if name not in "nc" and algebra.is_symbol(size)}
    return {
        f"{name}'": size
        for name, size in sizes.items()
        if size is not x.dims.get(name) and not (size.is_Symbol or size.is_Mul or size.is_Pow)
    }
