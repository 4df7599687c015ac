"""Nodes that normalise: over samples, channels, groups, neighbours, and to shares of 1."""

from typing import Any

from costmodel.algebra import prod
from costmodel.importing.draft import Cannot, Flow, same
from costmodel.importing.labels import channels_first, lettered
from costmodel.importing.layout import by_axis
from costmodel.importing.running import Handler, Run
from costmodel.importing.values import channel_at


def batch_norm(run: Run) -> Flow:
    """BatchNormalization: of axis 1."""
    flow = run.x
    if flow.rank < 2:
        raise Cannot("a batch norm of a tensor with one axis")
    step, letters = lettered(flow, channel_at(flow, 1))
    return run.result(run.emit("batch_norm", step, constants=[run.known(1), run.known(2)]), letters, flow)


def layer_norm(verb: str) -> Handler:
    """LayerNormalization and RMSNormalization: over an axis and all behind it."""

    def handle(run: Run) -> Any:
        flow = run.x
        first = flow.axis(run.attribute("axis", -1))
        step, letters, over = run.over(flow, [*range(first, flow.rank)])
        has_shift = verb == "layer_norm" and run.there(2)
        scales = [run.known(place) for place in ((1, 2) if has_shift else (1,)) if run.there(place)]
        fields: dict[str, Any] = {} if over == ["c"] else {"over": over}
        if not any(scale.learned for scale in scales):
            fields["affine"] = False
        elif verb == "layer_norm" and not has_shift:
            fields["bias"] = False
        return [run.result(run.emit(verb, step, constants=scales, **fields), letters, flow)]

    return handle


def group_norm(run: Run) -> Flow:
    """GroupNormalization."""
    step, letters = lettered(run.x, channel_at(run.x, 1))
    scales = [run.known(1), run.known(2)]
    affine = {} if any(scale.learned for scale in scales) else {"affine": False}
    return run.result(
        run.emit("group_norm", step, constants=scales, groups=run.attribute("num_groups"), **affine), letters, run.x
    )


def instance_norm(run: Run) -> Flow:
    """InstanceNormalization."""
    step, letters = lettered(run.x, channel_at(run.x, 1))
    scales = [run.known(1), run.known(2)]
    affine = {"affine": True} if any(scale.learned for scale in scales) else {}
    return run.result(run.emit("instance_norm", step, constants=scales, **affine), letters, run.x)


def softmax(run: Run) -> Flow:
    """Softmax; before operator set 13 it was over an axis and all behind it."""
    flow = run.x
    at = flow.axis(run.attribute("axis", -1 if run.opset >= 13 else 1))
    if run.opset < 13 and at < flow.rank - 1 and not same(prod(flow.axes[at + 1 :]), 1):
        many = prod(flow.axes[at:])
        before = flow.seen([*flow.axes[:at], many], flow.batch if flow.batch is not None and flow.batch < at else None)
        step, _, names = run.over(before, [at])
        return Flow(run.emit("softmax", step, **by_axis(names[0])), flow.axes, flow.batch)
    step, letters, names = run.over(flow, [at])
    if not names:
        raise Cannot("a softmax over the samples")
    return run.result(run.emit("softmax", step, **by_axis(names[0])), letters, flow)


def log_softmax(run: Run) -> Flow:
    """LogSoftmax: a softmax, and the logarithm of it."""
    return run.alike("map", softmax(run), function="log")


def local_norm(run: Run) -> Flow:
    """LRN."""
    step, letters = channels_first(run.x)
    return run.result(run.emit("local_norm", step, size=run.attribute("size")), letters, run.x)


HANDLERS: dict[str, Handler] = {
    "BatchNormalization": lambda run: [batch_norm(run)],
    "LayerNormalization": layer_norm("layer_norm"),
    "RMSNormalization": layer_norm("rms_norm"),
    "SimplifiedLayerNormalization": layer_norm("rms_norm"),
    "GroupNormalization": group_norm,
    "InstanceNormalization": instance_norm,
    "Softmax": softmax,
    "LogSoftmax": log_softmax,
    "LRN": local_norm,
}
"""How each of them becomes layers."""
