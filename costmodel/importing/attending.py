"""Attention that a model writes out: projections, heads brought apart, scores, their softmax, sums, heads brought together."""

from dataclasses import dataclass
from typing import Any

from costmodel.algebra import Num, decide, divides, ratio
from costmodel.importing.draft import Step, same
from costmodel.importing.rewriter import Rewriter, is_function

_LAYOUT = ("reshape", "transpose", "permute", "slice", "split", "tile", "flatten")
"""What may lie between a projection and the scores, and costs nothing where a kernel reads heads in their places."""


@dataclass(slots=True)
class Core:
    """What lies between the projections: what gives the sums, the queries, keys and values, all layers, learned biases."""

    sums: Step
    q: Step
    k: Step
    v: Step
    inside: list[Step]
    bias: Step | None = None


def scores(rewriter: Rewriter, step: Step) -> Step | None:
    """softmax(q·kᵀ·number)·v as one op, where the keys come as they are; attention as a whole is looked for before."""
    core = _core(step)
    if core is None or core.bias is not None or step.verb != "matmul" or not _is_alone(rewriter, core.inside, step):
        return None
    turned = core.k
    product = core.inside[0]
    if not product.fields.get("transpose"):
        if turned.verb != "transpose" or rewriter.user(turned) is not product or turned.output is None:
            return None
        if [*turned.fields["axes"]] != [*turned.output.dims][-2:]:
            return None
        turned = turned.sources[0]
    return Step("scaled_dot_product", {}, [core.q, turned, core.v], step.output, step.path, step.node)


def attentions(rewriter: Rewriter, step: Step) -> Step | None:
    """A fully connected layer behind sums behind projections: attention as a whole."""
    if step.verb != "linear" or not step.sources[0].output:
        return None
    behind = _through(rewriter, step.sources[0])
    core = _core(behind[-1])
    if core is None:
        return None
    inside, projections = [*core.inside, *behind], []
    for part in (core.q, core.k, core.v):
        found = _through(rewriter, part, alone=False)
        if found[-1].verb != "linear":
            return None
        inside += found
        projections.append(found[-1])
    if not _is_alone(rewriter, inside, step):
        return None
    fields = _fields(step, core, projections)
    if fields is None:
        return None
    query, key, value = (projection.sources[0] for projection in projections)
    if key is not value or query.output is None or not query.output.has("t") or key.output is None or not key.output.has("t"):
        return None
    held = frozenset(name for one in (*inside, step) for name in one.constants)
    return Step("attention", fields, [query] if query is key else [query, key], step.output, step.path[:-1], step.node, held)


def _core(sums: Step) -> Core | None:
    """The scores and their sums, from what gives the sums."""
    if sums.verb == "scaled_dot_product":
        q, k, v = sums.sources
        return None if sums.fields.get("fused") else Core(sums, q, k, v, [sums])
    if sums.verb != "matmul" or sums.fields.get("transpose"):
        return None
    inside, bias = [sums], None
    shares, v = _unseen(sums.sources[0], inside), sums.sources[1]
    if shares.verb != "softmax" or shares.output is None or shares.fields.get("axis", "c") != [*shares.output.dims][-1]:
        return None
    scaled = _unseen(shares.sources[0], inside)
    if scaled.verb == "shift" and scaled.fields.get("learned") != 0:
        bias, scaled = scaled, _unseen(scaled.sources[0], inside)
    if not is_function(scaled, "scale"):
        return None
    product = _unseen(scaled.sources[0], inside)
    if product.verb != "matmul":
        return None
    q, k = product.sources
    return Core(sums, q, k, v, [product, scaled, shares, *inside, *([bias] if bias else [])], bias)


def _unseen(step: Step, inside: list[Step]) -> Step:
    """A layer past the views of what it gives, which go `inside`."""
    while step.verb == "reshape":
        inside.append(step)
        step = step.sources[0]
    return step


def _through(rewriter: Rewriter, step: Step, *, alone: bool = True) -> list[Step]:
    """A layer and those before it, as far as they lay out anew what one layer gives."""
    found = [step]
    while found[-1].verb in _LAYOUT and (not alone or rewriter.user(found[-1]) is not None):
        found.append(found[-1].sources[0])
    return found


def _is_alone(rewriter: Rewriter, inside: list[Step], end: Step) -> bool:
    """Whether nothing else reads what is inside."""
    mine = {step.order for step in inside} | {end.order}
    return all(
        user.order in mine for step in inside if step is not end for user in rewriter.users.get(step.order, [])
    ) and not any(step.order in rewriter.given for step in inside if step is not end)


def _fields(step: Step, core: Core, projections: list[Step]) -> dict[str, Any] | None:
    """How many heads, how wide, how many windows; None where the sizes do not make attention."""
    query, key, _ = projections
    x, source = query.sources[0].output, key.sources[0].output
    q, first, last = core.q.output, _before_tiles(core.k).output, step.output
    product = core.inside[0]
    if x is None or source is None or q is None or first is None or last is None or product.output is None:
        return None
    if not (x.has("t") and source.has("t")):
        return None
    of, rows = q.shape[-1], q.shape[-2]
    dim, kv = _whole(q.size, x.t), _whole(first.size, source.t)
    if dim is None or kv is None:
        return None
    heads, shared, windows = _whole(dim, of), _whole(kv, of), _whole(x.t, rows)
    if heads is None or shared is None or windows is None:
        return None
    width = sum(projection.fields["out"] for projection in dict.fromkeys(projections))
    if not same(width, dim + 2 * kv) or not same(q.size, heads * windows * rows * of):
        return None
    biases = {one.fields.get("bias", True) for one in (*projections, step)}
    if len(biases) > 1:
        return None
    fields: dict[str, Any] = {"heads": heads}
    fields |= {} if same(dim, x.c) else {"dim": dim}
    fields |= {} if same(shared, heads) else {"kv_heads": shared}
    fields |= {} if same(windows, 1) else {"windows": windows}
    fields |= {} if same(last.c, x.c) else {"out": last.c}
    fields |= {} if biases == {True} else {"bias": False}
    if core.bias is not None:
        places = 1
        assert core.bias.output is not None
        for name in core.bias.fields.get("over", ["c"]):
            places = places * core.bias.output.dims[name]
        fields["position_bias"] = core.bias.fields.get("learned", places)
    return fields


def _before_tiles(step: Step) -> Step:
    """Keys before they are shown to several heads."""
    found, at = step, step
    while at.verb in _LAYOUT:
        at = at.sources[0]
        if (
            at.verb in _LAYOUT
            and at.output is not None
            and found.output is not None
            and decide(at.output.size < found.output.size)
        ):
            found = at
    return found


def _whole(size: Num, by: Num) -> Num | None:
    return ratio(size, by) if decide(divides(by, size)) is True else None
