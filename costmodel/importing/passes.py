"""Several layers that are one op of the vocabulary: a shuffle written as three, a SiLU as two, a bias as an addition."""

from costmodel.importing import attending, norms
from costmodel.importing.beforehand import beside_weights
from costmodel.importing.draft import Step, all_same, same
from costmodel.importing.interpreting import Draft, arrange
from costmodel.importing.rewriter import Rewriter, Rule, alike, is_function, is_number, made
from costmodel.importing.running import dims


def tidied(draft: Draft) -> None:
    """Put one op of the vocabulary for several layers, wherever it costs what it is said to cost."""
    for rules in ROUNDS:
        rewriter = Rewriter(draft)
        for step in draft.steps:
            for rule in rules:
                if found := rule(rewriter, step):
                    rewriter.replace(step, found)
                    break
        arrange(draft)
    beside_weights(draft)


# --- views and copies --------------------------------------------------------------------------------------------------


def merged_views(_rewriter: Rewriter, step: Step) -> Step | None:
    """A view of a view is a view of the first; one that changes nothing is none."""
    if step.verb != "reshape":
        return None
    source = step.sources[0]
    while source.verb in ("reshape", "flatten"):
        source = source.sources[0]
    if alike(source, step):
        return source if source.verb else None
    return None if source is step.sources[0] else Step("reshape", step.fields, [source], step.output, step.path, step.node)


def shuffles(_rewriter: Rewriter, step: Step) -> Step | None:
    """Channels seen as groups, turned, and seen as channels again."""
    if step.verb != "reshape" or step.sources[0].verb != "transpose" or step.output is None:
        return None
    turned = step.sources[0]
    seen = turned.sources[0]
    if seen.verb != "reshape" or not alike(seen.sources[0], step) or not seen.output or not turned.output:
        return None
    before, after = [*dims(seen.output).values()], [*dims(turned.output).values()]
    whole = dims(step.output)
    if len(before) < 2 or next(iter(whole)) != "c" or not same(before[0] * before[1], whole["c"]):
        return None
    if not all_same(after, [before[1], before[0], *before[2:]]):
        return None
    return Step("shuffle", {"groups": before[0]}, [seen.sources[0]], step.output, turned.path, turned.node)


def flattened(_rewriter: Rewriter, step: Step) -> Step | None:
    """A view as a vector."""
    if step.verb != "reshape" or step.output is None or [*dims(step.output)] != ["c"]:
        return None
    return Step("flatten", {}, step.sources, step.output, step.path, step.node)


# --- biases ------------------------------------------------------------------------------------------------------------


def biased(rewriter: Rewriter, step: Step) -> Step | None:
    """What is added to each output of a layer of weights is its bias."""
    if step.verb != "shift" or step.fields.get("over", ["c"]) != ["c"] or "learned" in step.fields:
        return None
    layer = step.sources[0]
    while layer.verb == "reshape" and rewriter.user(layer) is not None and _channels_stay(layer):
        layer = layer.sources[0]
    if layer.fields.get("bias") is not False or rewriter.user(layer) is None or layer.verb not in _BIASED:
        return None
    if layer.output is None or step.output is None or not same(layer.output.c, step.output.c):
        return None
    fields = {name: value for name, value in layer.fields.items() if name != "bias"}
    found = Step(layer.verb, fields, layer.sources, layer.output, layer.path, layer.node, layer.constants | step.constants)
    if alike(layer, step):
        return found
    found.order = layer.order
    return Step("reshape", {"shape": dims(step.output)}, [found], step.output, step.path, step.node)


_BIASED = ("linear", "conv1d", "conv2d", "conv3d", "depthwise", "conv_transpose1d", "conv_transpose2d", "conv_transpose3d")


def _channels_stay(view: Step) -> bool:
    source = view.sources[0]
    if view.output is None or source.output is None or not (view.output.has("c") and source.output.has("c")):
        return False
    return same(view.output.c, source.output.c)


# --- activations -------------------------------------------------------------------------------------------------------


def gated(rewriter: Rewriter, step: Step) -> Step | None:
    """A value times its sigmoid, or its hard sigmoid."""
    if step.verb != "multiply" or len(step.sources) != 2:
        return None
    for gate, x in (step.sources, step.sources[::-1]):
        verb = {"sigmoid": "silu", "hardsigmoid": "hardswish"}.get(gate.verb)
        if verb and gate.sources[0] is x and rewriter.user(gate) is step:
            return made(verb, x, step)
    return None


def _is_a_sixth(step: Step) -> bool:
    return is_number(step, "scale", 1 / 6) or is_number(step, "scale", 6)


def hard_sigmoids(rewriter: Rewriter, step: Step) -> Step | None:
    """relu6(x + 3)/6."""
    if not _is_a_sixth(step):
        return None
    clipped = step.sources[0]
    if clipped.verb != "relu6" or rewriter.user(clipped) is not step:
        return None
    shifted = clipped.sources[0]
    if is_number(shifted, "shift", 3) and rewriter.user(shifted) is clipped:
        return made("hardsigmoid", shifted.sources[0], step)
    return None


def hard_swishes(rewriter: Rewriter, step: Step) -> Step | None:
    """x·relu6(x + 3)/6, the product first."""
    if not _is_a_sixth(step):
        return None
    times = step.sources[0]
    if times.verb != "multiply" or rewriter.user(times) is not step or len(times.sources) != 2:
        return None
    for gate, x in (times.sources, times.sources[::-1]):
        if gate.verb == "relu6" and is_number(gate.sources[0], "shift", 3) and gate.sources[0].sources[0] is x:
            return made("hardswish", x, step)
    return None


def gelus(rewriter: Rewriter, step: Step) -> Step | None:
    """x/2·(1 + erf(x/√2)), whichever factor comes first."""
    is_half = is_number(step, "scale", 0.5)
    top = step.sources[0] if is_half else step
    if top.verb != "multiply" or len(top.sources) != 2 or (is_half and rewriter.user(top) is not step):
        return None
    for sum_, other in (top.sources, top.sources[::-1]):
        bell = sum_.sources[0] if is_number(sum_, "shift", 1) else None
        if bell is None or not is_function(bell, "erf") or not is_function(bell.sources[0], "scale"):
            continue
        x = bell.sources[0].sources[0]
        if other is x if is_half else is_number(other, "scale", 0.5) and other.sources[0] is x:
            return made("gelu", x, step)
    return None


ROUNDS: tuple[tuple[Rule, ...], ...] = (
    (merged_views,),
    (shuffles, norms.group_norms, norms.layer_norms, norms.rms_norms, hard_sigmoids),
    (biased, gated, hard_swishes, gelus, norms.scaled_norms),
    (merged_views, biased, norms.turned_norms),
    (attending.attentions,),
    (attending.scores,),
    (merged_views,),
    (flattened,),
)
"""Which rules are tried one after the other."""
