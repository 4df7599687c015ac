"""Nodes that take parts of an axis: splits, slices, places, rows of a table."""

from typing import Any

from costmodel.algebra import Num, decide, prod, ratio
from costmodel.importing.draft import Cannot, Flow, Known, Step, Value, same
from costmodel.importing.labels import lettered
from costmodel.importing.layout import by_axis, viewed, with_axis
from costmodel.importing.running import Handler, Run

_FAR = 2**31 - 1
"""An end from which on exporters mean the end of the axis."""


def split(run: Run) -> list[Value | None]:
    """Split: parts of an axis, a copy each."""
    flow = run.x
    at, many = flow.axis(run.attribute("axis", 0)), len(run.node.outputs)
    size = flow.axes[at]
    sizes = run.numbers(1, "split")
    if sizes is None:
        if not isinstance(size, int):
            sizes = [ratio(size, many)] * many
        else:
            each = -(-size // many)
            sizes = [min(each, size - each * place) for place in range(many)]
    if len(sizes) != many or not same(sum(sizes), size):
        raise Cannot(f"its parts {sizes} do not make {size}")
    step, letters, names = _along(run, flow, at)
    alike, flows, start = all(same(part, sizes[0]) for part in sizes), [], 0
    for take, part in enumerate(sizes):
        axis = by_axis(names)
        if not run.node.outputs[take]:
            start += part
            continue
        if alike:
            piece = run.emit("split", step, parts=many, take=take, **axis)
        else:
            piece = _piece(run, step, names, start, start + part, size)
        flows.append(run.result(piece, letters, flow))
        start += part
    given = iter(flows)
    return [next(given) if name else None for name in run.node.outputs]


def _along(run: Run, flow: Flow, at: int) -> tuple[Step, dict[int, str], str]:
    """The values with a letter for an axis. Raises `Cannot` for that of the samples."""
    if at == flow.batch and not same(run.samples, 1):
        raise Cannot("it takes some samples of a batch")
    step, letters = lettered(flow, with_axis(flow, at))
    return step, letters, letters[at]


def _piece(run: Run, step: Step, name: str, start: Num, stop: Num, size: Num) -> Step:
    fields: dict[str, Any] = {} if same(start, 0) else {"start": start}
    fields |= {} if same(stop, size) else {"stop": stop}
    return run.emit("slice", step, **fields, **by_axis(name))


def slice_(run: Run) -> Flow:
    """Slice: a part of some axes, a copy each time."""
    flow = run.x
    starts, ends = run.numbers(1, "starts"), run.numbers(2, "ends")
    axes = run.numbers(3, "axes", range(len(starts)))
    steps = run.numbers(4) if run.there(4) else [1] * len(starts)
    for at, start, end, by in zip(axes, starts, ends, steps, strict=True):
        flow = _sliced(run, flow, flow.axis(at), start, end, by)
    return flow


def part(run: Run, flow: Flow, at: int, start: Num, end: Num) -> Flow:
    """The places of an axis from one to another."""
    return _sliced(run, flow, at, start, end, 1)


def _sliced(run: Run, flow: Flow, at: int, start: Num, end: Num, by: Num) -> Flow:
    size = run.shape(flow)[at]
    if by < 0:
        return _backwards(run, flow, at, range(*slice(start, end, by).indices(_counted(size))))
    start, end = (_place(place, size) for place in (start, end))
    if same(start, 0) and same(end, size) and by == 1:
        return flow
    step, letters, name = _along(run, flow, at)
    if decide(start < end) is False:
        raise Cannot(f"it takes nothing of axis {at}: from {start} to {end}")
    if by == 1:
        return run.result(_piece(run, step, name, start, end, size), letters, flow)
    fields: dict[str, Any] = {} if same(start, 0) else {"start": start}
    fields |= {} if same(end, size) else {"stop": end}
    piece = run.emit("slice", step, **fields, step=by, **by_axis(name))
    return run.result(piece, letters, flow)


def _counted(size: Num) -> int:
    """A size that is a number. Raises `Cannot` for an open one."""
    if not isinstance(size, int):
        raise Cannot("it goes backwards along an axis of open size")
    return size


def _backwards(run: Run, flow: Flow, at: int, places: range) -> Flow:
    """Places of an axis from the last to the first: a copy of each."""
    if not places:
        raise Cannot(f"it takes nothing of axis {at}")
    step, letters, name = _along(run, flow, at)
    if len(places) == 1:
        return run.result(_piece(run, step, name, places[0], places[0] + 1, flow.axes[at]), letters, flow)
    return run.result(_selected(run, step, name, len(places)), letters, flow)


def _selected(run: Run, step: Step, name: str, out: Num) -> Step:
    return run.emit("index_select", step, out=out, **by_axis(name))


def _place(place: Num, size: Num) -> Num:
    """A place on an axis: from its end where it is negative, within it where it is not."""
    if isinstance(place, int):
        if place >= _FAR or (isinstance(size, int) and place >= size):
            return size
        if place < 0:
            return max(size + place, 0) if isinstance(size, int) else (0 if place <= -_FAR else size + place)
        return place
    return place


def gather(run: Run) -> Value:
    """Gather: rows of a learned table, or some places of an axis."""
    if isinstance(run.inputs[0], Known):
        return _looked_up(run, run.inputs[0])
    flow, where = run.x, run.known(1)
    at = flow.axis(run.attribute("axis", 0))
    size = flow.axes[at]
    if where.data is None:
        raise Cannot("the places that it takes are not known")
    places = [place + size if isinstance(place, int) and place < 0 else place for place in where.numbers()]
    if at == flow.batch and same(run.samples, 1) and same(size, 1) and where.shape == ():
        return flow.seen([s for place, s in enumerate(flow.axes) if place != at], None)
    shape = run.shape(flow)
    if places == [*range(len(places))] and same(shape[at], len(places)):
        return viewed(run, flow, [*shape[:at], *where.shape, *shape[at + 1 :]])
    step, letters, name = _along(run, flow, at)
    count = len(places)
    if count == 1:
        piece = step if same(size, 1) else _piece(run, step, name, places[0], places[0] + 1, size)
    else:
        piece = _selected(run, step, name, count)
    taken = run.result(piece, letters, flow)
    sizes = [*taken.axes[:at], *where.shape, *taken.axes[at + 1 :]]
    batch = flow.batch
    if batch is not None and batch > at:
        batch += len(where.shape) - 1
    return Flow(piece, tuple(sizes), None if at == flow.batch else batch)


def gather_all(run: Run) -> Flow:
    """GatherND where it takes all places in their order, as the indices of masks do: a view. Raises `Cannot` for others."""
    flow, where = run.x, run.known(1)
    shape = run.shape(flow)
    many = where.shape[-1] if where.shape and where.data is not None and not run.attribute("batch_dims", 0) else 0
    lead = shape[:many]
    if not many or not all(isinstance(size, int) for size in lead):
        raise Cannot("the places that it takes are not known")
    at: Any = 0
    for axis, size in enumerate(lead):
        at = at * size + where.data[..., axis]
    places = [*at.reshape(-1)]
    if len(places) != prod(lead) or places != [*range(len(places))]:
        raise Cannot("it takes some places, or in another order")
    return viewed(run, flow, [*where.shape[:-1], *shape[many:]])


def _looked_up(run: Run, table: Known) -> Flow:
    """Rows of a table by numbers that enter."""
    flow = run.flow(1)
    if run.attribute("axis", 0) != 0 or len(table.shape) != 2:
        raise Cannot("it takes places of a constant that is no table of rows")
    if not table.learned:
        raise Cannot("it takes rows of a table that is not learned")
    entries, out = table.shape
    step = run.emit("embedding", flow.step, constants=[table], entries=entries, out=out)
    return Flow(step, (*flow.axes, out), flow.batch)


HANDLERS: dict[str, Handler] = {
    "Split": split,
    "Slice": slice_,
    "Gather": gather,
    "GatherND": gather_all,
}
"""How each of them becomes layers."""
