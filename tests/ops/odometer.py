"""Every op run by naive loops that do no arithmetic on tensors: they only count what they do, one by one.

An odometer takes the shapes of its op's inputs and the op's fields, and gives the output's shape and the counts. It shares
no line with the formulas: a window is stepped over the padded image while it fits, channels are dealt to groups one by one.
"""

from collections import Counter
from collections.abc import Iterable, Iterator
from itertools import product
from typing import Any

Shape = tuple[int, ...]
Run = tuple[Shape, Counter[str]]


class Impossible(Exception):
    """No such op can run: no window fits, channels are left over, or shapes disagree."""


def cells(shape: Iterable[int]) -> Iterator[tuple[int, ...]]:
    """Every element of a tensor."""
    return product(*(range(size) for size in shape))


def moved(inputs: Iterable[Shape], output: Shape) -> Counter[str]:
    """Each input read once, each output written once."""
    count: Counter[str] = Counter()
    for shape in inputs:
        for _ in cells(shape):
            count["read"] += 1
    for _ in cells(output):
        count["write"] += 1
    return count


# --- windows ---------------------------------------------------------------------------------------------------------


def both(value: Any) -> list[Any]:
    """A field's value for either axis."""
    return value if isinstance(value, list) else [value, value]


def stepped(size: int, kernel: int, stride: int, padding: Any, dilation: int) -> list[list[int]]:
    """The windows of one axis, each as the positions under it: stepped from the padded edge while they fit."""
    before, after = both(padding)
    windows, start = [], -before
    while all(start + tap * dilation < size + after for tap in range(kernel)):
        windows.append([start + tap * dilation for tap in range(kernel)])
        start += stride
    return windows


def same(size: int, kernel: int, stride: int) -> list[list[int]]:
    """TensorFlow's padding `same`: one window for every `stride` positions, for a last few as well."""
    return [list(range(start, start + kernel)) for start in range(size) if start % stride == 0]


def windows(shape: Shape, kernel: Any, stride: Any, padding: Any, dilation: Any = 1) -> list[list[list[int]]]:
    """The windows of both axes."""
    if padding == "same":
        return [same(*axis) for axis in zip(shape[2:], both(kernel), both(stride), strict=True)]
    padding = 0 if padding == "valid" else padding
    axes = zip(shape[2:], both(kernel), both(stride), both(padding), both(dilation), strict=True)
    found = [stepped(*axis) for axis in axes]
    if not all(found):
        raise Impossible("no window fits")
    return found


# --- convolutions and fully connected layers -------------------------------------------------------------------------


def dealt(channels: int, groups: int) -> list[list[int]]:
    """Channels dealt to groups, one to each in turn; none may be left over."""
    hands: list[list[int]] = [[] for _ in range(groups)]
    for channel in range(channels):
        hands[channel % groups].append(channel)
    if len({len(hand) for hand in hands}) > 1:
        raise Impossible("some groups have more channels than others")
    return hands


def convolve(images: int, filters: list[list[int]], rows: list[list[int]], columns: list[list[int]]) -> Counter[str]:
    """Multiply-adds and weights of filters, each given as the input channels that it sees."""
    count: Counter[str] = Counter()
    for _image, seen, row, column in product(range(images), filters, rows, columns):
        for _channel in seen:
            for _y in row:
                for _x in column:
                    count["fma"] += 1
    for seen in filters:
        for _channel in seen:
            for _y in rows[0]:
                for _x in columns[0]:
                    count["weights"] += 1
    return count


def biased(output: Shape, bias: bool) -> Counter[str]:
    """One bias a channel, added to each of the channel's values."""
    count: Counter[str] = Counter()
    if bias:
        for _ in range(output[1]):
            count["biases"] += 1
        for _ in cells(output):
            count["add"] += 1
    return count


def conv2d(
    x: Shape,
    *,
    out: int,
    kernel: Any = 1,
    stride: Any = 1,
    padding: Any = 0,
    dilation: Any = 1,
    groups: int = 1,
    bias: bool = True,
) -> Run:
    """Each filter sees the input channels of its own group."""
    rows, columns = windows(x, kernel, stride, padding, dilation)
    inputs, outputs = dealt(x[1], groups), dealt(out, groups)
    filters = [seen for seen, made in zip(inputs, outputs, strict=True) for _ in made]
    y = (x[0], len(filters), len(rows), len(columns))
    return y, convolve(x[0], filters, rows, columns) + biased(y, bias) + moved([x], y)


def depthwise(
    x: Shape, *, kernel: Any, stride: Any = 1, padding: Any = 0, dilation: Any = 1, multiplier: int = 1, bias: bool = True
) -> Run:
    """Each filter sees one input channel, `multiplier` filters the same one."""
    rows, columns = windows(x, kernel, stride, padding, dilation)
    filters = [[channel] for channel in range(x[1]) for _ in range(multiplier)]
    y = (x[0], len(filters), len(rows), len(columns))
    return y, convolve(x[0], filters, rows, columns) + biased(y, bias) + moved([x], y)


def linear(x: Shape, *, out: int, bias: bool = True) -> Run:
    """Each output channel sees every input channel of one position."""
    if any(size > 1 for size in x[2:]):
        raise Impossible("a map is no vector")
    y = (x[0], out)
    return y, convolve(x[0], [list(range(x[1]))] * out, [[0]], [[0]]) + biased(y, bias) + moved([x], y)


# --- pooling ---------------------------------------------------------------------------------------------------------


def under(output: Shape, rows: list[list[int]], columns: list[list[int]]) -> Iterator[list[tuple[int, ...]]]:
    """The positions under the window of each output value."""
    for _ in product(range(output[0]), range(output[1])):
        for row, column in product(rows, columns):
            yield list(product(row, column))


def max_pool(x: Shape, *, kernel: Any, stride: Any = None, padding: Any = 0, dilation: Any = 1) -> Run:
    """The first value under a window is the largest so far; each other one is compared with that."""
    rows, columns = windows(x, kernel, stride or kernel, padding, dilation)
    y = (*x[:2], len(rows), len(columns))
    count = moved([x], y)
    for _first, *others in under(y, rows, columns):
        for _ in others:
            count["cmp"] += 1
    return y, count


def averaged(x: Shape, rows: list[list[int]], columns: list[list[int]]) -> Run:
    """The values under a window are summed, and the sum multiplied by one over their number."""
    y = (*x[:2], len(rows), len(columns))
    count = moved([x], y)
    for _first, *others in under(y, rows, columns):
        for _ in others:
            count["add"] += 1
        count["mul"] += 1
    return y, count


def avg_pool(x: Shape, *, kernel: Any, stride: Any = None, padding: Any = 0) -> Run:
    """The mean under each window."""
    return averaged(x, *windows(x, kernel, stride or kernel, padding))


def global_avg_pool(x: Shape) -> Run:
    """The mean under one window that covers the image."""
    return averaged(x, [list(range(x[2]))], [list(range(x[3]))])


# --- one value at a time, and whole tensors --------------------------------------------------------------------------


def batch_norm(x: Shape) -> Run:
    """Each value scaled and shifted; a channel learns a scale and a shift, and keeps a mean and a variance."""
    count = moved([x], x)
    for _ in cells(x):
        count["mul"] += 1
        count["add"] += 1
    for _ in range(x[1]):
        for kind in ("affine", "affine", "buffers", "buffers"):
            count[kind] += 1
    return x, count


def relu(x: Shape) -> Run:
    """Each value compared with 0."""
    count = moved([x], x)
    for _ in cells(x):
        count["cmp"] += 1
    return x, count


def relu6(x: Shape) -> Run:
    """Each value compared with 0 and with 6."""
    count = moved([x], x)
    for _ in product(cells(x), (0, 6)):
        count["cmp"] += 1
    return x, count


def add(first: Shape, *others: Shape) -> Run:
    """A running sum, that each input after the first is added to."""
    if any(x != first for x in others):
        raise Impossible("shapes differ")
    count = moved([first, *others], first)
    for x in others:
        for _ in cells(x):
            count["add"] += 1
    return first, count


def concat(first: Shape, *others: Shape) -> Run:
    """The channels of all inputs, one after the other."""
    if any((x[0], *x[2:]) != (first[0], *first[2:]) for x in others):
        raise Impossible("shapes differ beside their channels")
    channels = [channel for x in (first, *others) for channel in range(x[1])]
    y = (first[0], len(channels), *first[2:])
    return y, moved([first, *others], y)


def flatten(x: Shape) -> Run:
    """A view: each value of an image has an index of its own, and stays where it is."""
    return (x[0], len(list(cells(x[1:])))), Counter()


ODOMETERS = {
    run.__name__: run
    for run in (conv2d, depthwise, linear, max_pool, avg_pool, global_avg_pool, batch_norm, relu, relu6, add, concat, flatten)
}
