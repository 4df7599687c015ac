"""The best blocking of a convolution's loops for an on-chip memory: an access that can be had, beside the bound."""

from collections.abc import Iterator
from functools import lru_cache
from itertools import product
from math import prod
from typing import NamedTuple

from costmodel.dtypes import DTYPES, Dtypes
from costmodel.pebbles import Convolution
from costmodel.sides import Side

LOOPS = {
    "outputs": ("positions", "c2", "c1"),
    "weights": ("c1", "c2", "positions"),
    "inputs": ("positions", "c1", "c2"),
}
"""The loops over blocks, outermost first, by the block that stays on chip while the innermost runs."""


WIDEST = 4096
"""The taps a side from which a layer is not blocked: too many tiles would each see the border in its own way."""


class OnChip(NamedTuple):
    """An on-chip memory: its size in bytes, and the types of what it holds.

    >>> OnChip(1024, Dtypes("int4", "int8", "int32")).elements
    2048
    """

    bytes: int
    dtypes: Dtypes = Dtypes()

    @property
    def bits(self) -> int:
        """Its size in bits."""
        return 8 * self.bytes

    @property
    def elements(self) -> int:
        """S: the most elements that it can hold, all of the shortest kind, so that a bound at S holds for it."""
        return self.bits // self.shortest

    @property
    def shortest(self) -> int:
        """The bits of an element of the shortest type."""
        return DTYPES[self.word]

    @property
    def word(self) -> str:
        """The shortest type."""
        return min(self.dtypes, key=lambda word: DTYPES[word])


class Blocking(NamedTuple):
    """Blocks of a convolution's loops, what they move and what they need, in elements; channels are those of one group.

    A tile of positions (one size a side, the batch first) meets `c2` output and `c1` input channels at a time. Partial
    sums that make way for others are `spilled`: written, and read again.
    """

    stays: str
    tile: tuple[int, ...]
    c1: int
    c2: int
    inputs: int
    weights: int
    outputs: int
    spilled: int
    patch: int
    """Inputs on chip at once: all that the windows of a tile read, in c1 channels."""
    filters: int
    """Weights on chip at once."""
    sums: int
    """Partial sums on chip at once."""

    @property
    def access(self) -> int:
        """All elements read and written."""
        return self.inputs + self.weights + self.outputs + self.spilled

    @property
    def held(self) -> int:
        """All elements on chip at once."""
        return self.patch + self.filters + self.sums

    def moved_bytes(self, dtypes: Dtypes) -> int:
        """What moves: outputs leave as activations, partial sums make way as accumulators."""
        return _bytes(self.inputs + self.outputs, self.weights, self.spilled, dtypes)

    def held_bytes(self, dtypes: Dtypes) -> int:
        """What is on chip at once."""
        return _bytes(self.patch, self.filters, self.sums, dtypes)


def _bytes(activations: int, weights: int, accumulators: int, dtypes: Dtypes) -> int:
    """The bytes of some elements of each kind, a part of one rounded up."""
    bits = activations * DTYPES[dtypes.activations] + weights * DTYPES[dtypes.weights]
    return -(-(bits + accumulators * DTYPES[dtypes.accumulators]) // 8)


class Cut(NamedTuple):
    """One side cut into tiles: windows a tile, tiles, the most positions that one reads, and what all read together."""

    tile: int
    tiles: int
    patch: int
    read: int


def sizes(count: int) -> Iterator[int]:
    """The least block for each number of blocks that `count` can be cut into.

    From 16 on each is a sixteenth larger, of a count from 2^15 on an eighth, from 2^19 on a quarter, and so on: enough to
    choose from, and not more than can be tried.

    >>> list(sizes(12))
    [1, 2, 3, 4, 6, 12]
    """
    coarse, size = max(count.bit_length() - 12, 0) // 4, 1
    while size < count:
        yield size
        fewer = -(-count // size) - 1
        size = _least(count, min(max(-(-count // fewer), size + (size << coarse) // 16), count))
    yield count


def _least(count: int, size: int) -> int:
    """The least block of which as many make up `count` as of `size`."""
    return -(-count // -(-count // size))


@lru_cache(maxsize=4096)
def cuts(side: Side) -> tuple[Cut, ...]:
    """One side cut in every way that is tried, from the smallest tile on."""
    return tuple(_cut(side, tile) for tile in sizes(side.windows))


def _cut(side: Side, tile: int) -> Cut:
    """A side in tiles: those wholly inside the map read alike, those outside nothing, and the others are looked at."""
    some = _windows(side, side.before - side.reach + 1), _windows(side, side.size + side.before)
    whole = _windows(side, side.before), _windows(side, side.size + side.before - side.reach + 1)
    touching = range(some[0] // tile, -(-some[1] // tile))
    inside = range(-(-whole[0] // tile), whole[1] // tile)
    border = [*touching] if not inside else [*range(touching.start, inside.start), *range(inside.stop, touching.stop)]
    reads = [side.read(at * tile, min(tile, side.windows - at * tile)) for at in border]
    alike = side.read(inside.start * tile, tile) if inside else 0
    # not `len`, which ends at 2^63
    all_alike = alike * (inside.stop - inside.start)
    return Cut(tile, -(-side.windows // tile), max([alike, *reads]), all_alike + sum(reads))


def _windows(side: Side, start: int) -> int:
    """How many windows start before a place, counted from where the first one starts."""
    return min(max(-(-start // side.stride), 0), side.windows)


@lru_cache(maxsize=4096)
def blocked(layer: Convolution, memory: OnChip) -> Blocking | None:
    """The blocking of least access among those that fit, and of these the one that needs least; None where none fits.

    The family: a tile of positions × c2 output channels × c1 input channels of one group, any loop innermost, and a block
    fetched whenever it changes; side by side on chip lie all inputs that a tile reads (so neighbours read their halo
    again), the weights, and the partial sums. Tiles are of the `sizes` of a side; c1 and c2 of all sizes where outputs or
    inputs stay, c1 of the `sizes` of the channels where weights stay. What `unblocked` names is not blocked.
    """
    if unblocked(layer):
        return None
    found = (of(layer, *blocks) for blocks in _tried(layer, memory))
    return min(found, key=lambda one: (one.access, one.held_bytes(memory.dtypes)), default=None)


def unblocked(layer: Convolution) -> str:
    """Why a layer is not blocked whatever the memory; nothing where it is."""
    if layer.transposed:
        return "a transposed convolution"
    return f"a kernel of more than {WIDEST} taps a side" if any(side.kernel > WIDEST for side in layer.sides) else ""


def least(layer: Convolution, dtypes: Dtypes) -> int:
    """The bytes of the smallest memory that a blocking fits into: one position, one channel in and one out."""
    one = of(layer, "outputs", tuple(cuts(side)[0] for side in layer.sides), 1, 1)
    return one.held_bytes(dtypes)


def of(layer: Convolution, stays: str, tiles: tuple[Cut, ...], c1: int, c2: int) -> Blocking:
    """What one blocking moves and needs: a block is fetched again for each pass of a loop around one that changes it."""
    group = layer.groups
    wide1, wide2 = layer.c1 // group, layer.c2 // group
    passes = {"positions": prod(cut.tiles for cut in tiles), "c1": -(-wide1 // c1), "c2": -(-wide2 // c2)}

    def fetched(without: str) -> int:
        inside = LOOPS[stays][LOOPS[stays].index(without) + 1 :]
        return passes[without] if any(passes[loop] > 1 for loop in inside) else 1

    tile, patch = prod(cut.tile for cut in tiles), prod(cut.patch for cut in tiles)
    return Blocking(
        stays,
        tuple(cut.tile for cut in tiles),
        c1,
        c2,
        inputs=prod(cut.read for cut in tiles) * layer.c1 * fetched("c2"),
        weights=layer.weights * fetched("positions"),
        outputs=layer.outputs,
        spilled=2 * layer.outputs * (fetched("c1") - 1),
        patch=patch * c1,
        filters=layer.taps * c1 * c2,
        sums=tile * c2,
    )


_Blocks = tuple[str, tuple[Cut, ...], int, int]


def _tried(layer: Convolution, memory: OnChip) -> Iterator[_Blocks]:
    """Every blocking that can be the best, and fits.

    Where outputs stay, c1 changes nothing but the room that is needed, and so does c2 where inputs stay; then the larger
    the other, the better. Where weights stay, tiles change nothing but the halo.
    """
    weight, activation, accumulator = (DTYPES[word] for word in memory.dtypes)
    wide1, wide2 = layer.c1 // layer.groups, layer.c2 // layer.groups
    filters = layer.taps * weight
    sides = [cuts(side) for side in layer.sides]
    for tiles in product(*sides):
        patch, sums = prod([cut.patch for cut in tiles]) * activation, prod([cut.tile for cut in tiles]) * accumulator
        if patch + filters + sums > memory.bits:
            continue
        c2 = min((memory.bits - patch) // (filters + sums), wide2)
        yield "outputs", tiles, 1, _least(wide2, c2)
        room = (memory.bits - sums) // (filters + patch) if filters else wide1  # no weights where all is padding
        c1 = min(room, wide1)
        yield "inputs", tiles, _least(wide1, c1), 1
    for tiles in product(*map(_thrifty, sides)):
        patch, sums = prod([cut.patch for cut in tiles]) * activation, prod([cut.tile for cut in tiles]) * accumulator
        for c1 in sizes(wide1):
            c2 = min((memory.bits - c1 * patch) // (c1 * filters + sums), wide2)
            if c2 < 1:
                break
            yield "weights", tiles, c1, _least(wide2, c2)


def _thrifty(side: tuple[Cut, ...]) -> list[Cut]:
    """The cuts of a side without those that read no less than a smaller one that needs no more."""
    found: list[Cut] = []
    for cut in side:
        if not any(one.read <= cut.read and one.patch <= cut.patch for one in found):
            found.append(cut)
    return found
