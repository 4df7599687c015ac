"""Axes of a model as dimensions of the vocabulary: which letter each axis has."""

from collections.abc import Sequence

from costmodel.algebra import Num, prod
from costmodel.importing.draft import Cannot, Flow, Step, all_same, run, same
from costmodel.tensor import Tensor

_LETTERS = ("", "c", "tc", "chw", "tchw", "tcdhw")
"""The letters of so many axes, where nothing else is known of them."""
_CHANNELS_FIRST = {1: "c", 2: "cw", 3: "chw", 4: "cdhw"}
"""The letters of a map's axes: channels, and the sides."""


def kept(flow: Flow) -> list[int]:
    """The axes that are dimensions: all but the batch, which is one too where it holds more than the samples."""
    return [at for at, size in enumerate(flow.axes) if at != flow.batch or not same(size, 1)]


def shaped(flow: Flow, dims: dict[str, Num]) -> Step:
    """The values with these dimensions: the step itself, or a view of it."""
    tensor, step = flow.tensor, flow.step
    ordered = {name: dims[name] for name in ("t", "c", "d", "h", "w") if name in dims}
    if list(ordered) != list(dims):
        raise Cannot(f"dimensions {list(dims)} are not in their order in memory")
    mine = {name: size for name, size in tensor.dims.items() if name != "n"}
    if list(mine) == list(dims) and all_same([*mine.values()], [*dims.values()]):
        return step
    while step.verb == "reshape":
        step = step.sources[0]
        assert step.output is not None
        before = {name: size for name, size in step.output.dims.items() if name != "n"}
        if list(before) == list(dims) and all_same([*before.values()], [*dims.values()]):
            return step
    assert step.output is not None
    key = tuple(dims.items())
    if key not in step.views:
        output = run("reshape", [step.output], {"shape": dict(dims)})
        step.views[key] = Step("reshape", {"shape": dict(dims)}, [step], output, path=flow.step.path[:-1], node=flow.step.node)
    return step.views[key]


def letters_of(flow: Flow) -> dict[int, str]:
    """A letter for each axis that is a dimension, as the step has them if its dimensions are these axes."""
    places = kept(flow)
    sizes = [flow.axes[at] for at in places]
    mine = [name for name in flow.tensor.dims if name != "n"]
    if all_same(sizes, [flow.tensor.dims[name] for name in mine]):
        return dict(zip(places, mine, strict=True))
    if len(places) > 5:
        places = [at for at in places if not same(flow.axes[at], 1)]
    return natural(places)


def natural(places: Sequence[int]) -> dict[int, str]:
    """A letter for each of these axes, of which nothing else is known. Raises `Cannot` where they are too many."""
    if len(places) >= len(_LETTERS):
        raise Cannot(f"a tensor of {len(places)} dimensions beside the batch, and there are letters for 5")
    return dict(zip(places, _LETTERS[len(places)], strict=True))


def lettered(flow: Flow, letters: dict[int, str] | None = None) -> tuple[Step, dict[int, str]]:
    """The values with a letter for each axis, those given or the natural ones."""
    letters = letters_of(flow) if letters is None else letters
    if not letters:
        return shaped(flow, {"c": prod(flow.axes)}), {}
    sizes: dict[str, Num] = {letter: flow.axes[at] for at, letter in letters.items()}
    if "c" not in sizes:
        sizes["c"] = 1  # all its axes are sides, or tokens
    return shaped(flow, {letter: sizes[letter] for letter in "tcdhw" if letter in sizes}), letters


def channels_first(flow: Flow) -> tuple[Step, dict[int, str]]:
    """The values as a vector, a signal, a map or a volume: batch, channels, sides. Raises `Cannot` for others."""
    if flow.batch != 0 or not same(flow.axes[0], 1):
        raise Cannot("its samples share an axis with something else, and it slides over one sample at a time")
    if flow.rank - 1 not in _CHANNELS_FIRST:
        raise Cannot(f"a tensor of {flow.rank} axes, and maps have 2 to 5")
    return lettered(flow, dict(zip(range(1, flow.rank), _CHANNELS_FIRST[flow.rank - 1], strict=True)))


def rows(flow: Flow) -> Step:
    """The values as a sequence whose channels are the last axis, or a vector where it is all there is."""
    if flow.rank == flow.batch:
        raise Cannot("a tensor without an axis")
    if flow.batch == flow.rank - 1 and not same(flow.axes[-1], 1):
        raise Cannot("its last axis is that of the samples")
    channels = flow.axes[-1] if flow.batch != flow.rank - 1 else 1
    tokens, tensor = prod(flow.axes[:-1]), flow.tensor
    if tensor.sides and tensor.has("c") and same(tensor.c, channels) and same(tensor.size, channels):
        return flow.step  # a map of 1×1 is a vector to what follows
    return shaped(flow, {"c": channels} if same(tokens, 1) else {"t": tokens, "c": channels})


def sized(tensor: Tensor, letters: dict[int, str], flow: Flow) -> list[Num]:
    """The axes of a result whose dimensions have the letters that the axes of `flow` had."""
    return [tensor.dims[letters[at]] if at in letters else flow.axes[at] for at in range(flow.rank)]


def matrices(flow: Flow) -> Step:
    """The values as matrices, the last two axes, with those before as one dimension if there are any."""
    if flow.rank < 2 or flow.batch in (flow.rank - 1, flow.rank - 2):
        raise Cannot("its samples lie in a side of the matrix")
    many, (r, k) = prod(flow.axes[:-2]), flow.axes[-2:]
    return shaped(flow, {"t": r, "c": k} if same(many, 1) else {"c": many, "h": r, "w": k})


def common(sizes: Sequence[Sequence[Num]]) -> list[Num]:
    """The shape that shapes stretch to, aligned at their ends. Raises `Cannot`."""
    rank = max(map(len, sizes))
    found: list[Num] = [1] * rank
    for shape in sizes:
        for at, size in enumerate(shape, rank - len(shape)):
            if same(found[at], 1):
                found[at] = size
            elif not same(size, 1) and not same(size, found[at]):
                raise Cannot(f"axes of {found[at]} and {size} do not go together")
    return found
