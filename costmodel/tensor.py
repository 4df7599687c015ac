"""Tensors as the cost formulas see them: named dimensions, no data."""

from collections.abc import Iterable
from functools import lru_cache

from costmodel.algebra import Num, prod


class MissingDimension(Exception):
    """An op asked a tensor for a dimension that it does not have."""

    def __init__(self, name: str, tensor: "Tensor") -> None:
        super().__init__(name)
        self.name = name
        self.tensor = tensor


def _dimension(name: str, doc: str) -> property:
    def size(self: "Tensor") -> Num:
        try:
            return self.dims[name]
        except KeyError:
            raise MissingDimension(name, self) from None

    return property(size, doc=doc)


DIMENSIONS = {"t": "tokens", "c": "channels", "d": "depth", "h": "height", "w": "width"}
"""Every dimension beside the batch, in their order in memory, with its name in sentences."""
SIDES = ("d", "h", "w")
"""The dimensions that windows slide over."""
BY_RANK = {1: "c", 2: "cw", 3: "chw", 4: "cdhw"}
"""The dimensions that a shape written as a list has: a vector, a signal, an image, a volume."""


@lru_cache
def _sides(names: tuple[str, ...]) -> tuple[str, ...]:
    return tuple([name for name in SIDES if name in names])


@lru_cache
def _kind(names: tuple[str, ...]) -> str:
    return "sequence" if "t" in names else ("vector", "signal", "map", "volume")[len(_sides(names))]


class Tensor:
    """Named dimensions in their order in memory, each in elements, with the batch `n` in front.

    A vector has channels `c`, a signal `c w`, an image `c h w`, a volume `c d h w`, a sequence of tokens `t c`.
    Raises `MissingDimension` when a dimension is asked for that is not there, as the height of a vector.

    >>> x = Tensor(n=1, c=3, h=224, w=224)
    >>> x.but(c=32, h=112, w=112).size
    401408
    """

    __slots__ = ("dims", "size")

    def __init__(self, **dims: Num) -> None:
        self.dims = dims
        self.size: Num = prod(dims.values())
        """The number of elements."""

    n = _dimension("n", "The batch size.")
    c = _dimension("c", "The channels.")
    t = _dimension("t", "The tokens.")
    d = _dimension("d", "The depth.")
    h = _dimension("h", "The height.")
    w = _dimension("w", "The width.")

    def along(self, name: str) -> Num:
        """The size of the dimension of that name. Raises `MissingDimension`."""
        size: Num = getattr(self, name)
        return size

    def has(self, name: str) -> bool:
        """Whether there is a dimension of that name."""
        return name in self.dims

    def but(self, **dims: Num) -> "Tensor":
        """The same tensor with some dimensions changed; the order stays."""
        changed = Tensor.__new__(Tensor)  # every op makes one: keywords would be unpacked twice
        changed.dims = {**self.dims, **dims}
        changed.size = prod(changed.dims.values())
        return changed

    def without(self, *names: str) -> "Tensor":
        """The same tensor with some dimensions taken out."""
        return Tensor(**{k: v for k, v in self.dims.items() if k not in names})

    @property
    def sides(self) -> tuple[str, ...]:
        """The dimensions that windows slide over: depth, height and width, as far as they are there."""
        return _sides(tuple(self.dims))

    @property
    def kind(self) -> str:
        """What such a tensor is called: a vector, a signal, a map, a volume, or a sequence of tokens."""
        return _kind(tuple(self.dims))

    @property
    def said(self) -> str:
        """What it is, in a sentence: a vector of 10 channels, a map (3×224×224)."""
        return f"a vector of {self} channels" if self.kind == "vector" else f"a {self.kind} ({self})"

    @property
    def shape(self) -> list[Num]:
        """The sizes, in order."""
        return list(self.dims.values())

    def __str__(self) -> str:
        """The sizes without the batch, as papers print them: 32×112×112."""
        return times(size for name, size in self.dims.items() if name != "n")

    def __repr__(self) -> str:
        return f"Tensor({', '.join(f'{k}={v}' for k, v in self.dims.items())})"


def times(sizes: Iterable[Num]) -> str:
    """Sizes joined by the multiplication sign."""
    return "×".join(str(size) for size in sizes)
