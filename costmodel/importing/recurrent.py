"""LSTM, GRU and RNN: their outputs, and the states that they end with."""

from typing import Any

from costmodel.algebra import Num
from costmodel.importing.draft import Cannot, Flow
from costmodel.importing.labels import shaped
from costmodel.importing.layout import concat
from costmodel.importing.parts import part
from costmodel.importing.running import Handler, Run


def recurrent(verb: str) -> Handler:
    """A layer whose sequence is axis 0 and its batch axis 1, or the other way round."""

    def handle(run: Run) -> list[Any]:
        flow, weight = run.x, run.known(1)
        at = 0 if run.attribute("layout", 0) == 0 else 1
        if flow.rank != 3 or (flow.batch is not None and flow.batch != 1 - at):
            raise Cannot("its sequence is not on the axis that it says")
        if any(isinstance(value, Flow) for value in run.inputs[4:]):
            raise Cannot("it begins with states, or ends at places, that the network computes")
        hidden, directions = run.attribute("hidden_size"), weight.shape[0]
        tokens = flow.axes[at]
        step = shaped(flow, {"t": tokens, "c": flow.axes[2]})
        constants = [run.known(place) for place in (1, 2, 3) if run.there(place)]
        more: dict[str, Any] = {} if directions == 1 else {"directions": directions}
        more |= {} if run.there(3) else {"bias": False}
        made = run.emit(verb, step, constants=constants, out=hidden, **more)
        sizes, batch = ((tokens, directions, 1, hidden), 2) if at == 0 else ((1, tokens, directions, hidden), 0)
        found = Flow(made, sizes, batch)
        last = _last(run, found, at, tokens, directions)
        return [found, last, last]  # the cells that an LSTM ends with are as many as its states

    return handle


def _last(run: Run, flow: Flow, at: int, tokens: Num, directions: int) -> Flow:
    """The last states: of the way back those of the first token."""
    ends = part(run, flow, at, tokens - 1, tokens)
    if directions == 2:
        way = at + 1
        there, back = part(run, ends, way, 0, 1), part(run, part(run, flow, at, 0, 1), way, 1, 2)
        both = concat(run.on("Concat", there, back, axis=way))
        assert isinstance(both, Flow)
        ends = both
    batch = None if ends.batch is None else ends.batch - (ends.batch > at)
    return ends.seen([size for axis, size in enumerate(ends.axes) if axis != at], batch)


HANDLERS: dict[str, Handler] = {
    "LSTM": recurrent("lstm"),
    "GRU": recurrent("gru"),
    "RNN": recurrent("rnn"),
}
"""How each of them becomes layers."""
