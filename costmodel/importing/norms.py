"""Norms that a model writes out: a mean, differences, squares, a root; or a norm of groups as one of other shapes."""

from typing import Any

from costmodel.importing.draft import Step, same
from costmodel.importing.rewriter import Rewriter, alike, is_function, made


def layer_norms(_rewriter: Rewriter, step: Step) -> Step | None:
    """(x − mean)/√(variance + ε); a scale and a shift may stand behind it."""
    x, over = _normalised(step)
    return None if x is None else made("layer_norm", x, step, affine=False, **_over(over))


def _over(over: list[str]) -> dict[str, Any]:
    return {} if over == ["c"] else {"over": over}


def _normalised(step: Step) -> tuple[Step | None, list[str]]:
    """What is normalised by a quotient, and over which dimensions."""
    none: tuple[None, list[str]] = (None, [])
    if step.verb != "combine" or step.fields["function"] != "divide" or len(step.sources) != 2:
        return none
    centred, root = step.sources
    if not is_function(root, "sqrt") or not is_function(root.sources[0], "shift"):
        return none
    variance = root.sources[0].sources[0]
    if variance.verb != "mean" or not (is_function(variance.sources[0], "power") or variance.sources[0].verb == "multiply"):
        return none
    if {*variance.sources[0].sources} != {centred} or centred.verb != "combine" or centred.fields["function"] != "subtract":
        return none
    x, mean = centred.sources
    if mean.verb != "mean" or mean.sources[0] is not x or mean.fields != variance.fields:
        return none
    return x, [*mean.fields.get("over", [])]


def rms_norms(_rewriter: Rewriter, step: Step) -> Step | None:
    """x/√(mean square + ε), or x times the reciprocal root."""
    x, root = _and_root(step)
    if x is None or root is None or not is_function(root, "sqrt") or not is_function(root.sources[0], "shift"):
        return None
    mean = root.sources[0].sources[0]
    if mean.verb != "mean" or not is_function(mean.sources[0], "power") or mean.sources[0].sources[0] is not x:
        return None
    return made("rms_norm", x, step, affine=False, **_over([*mean.fields.get("over", [])]))


def _and_root(step: Step) -> tuple[Step | None, Step | None]:
    """What is divided, and the root that divides it."""
    if step.verb == "multiply" and len(step.sources) == 2:
        for x, over in (step.sources, step.sources[::-1]):
            if is_function(over, "reciprocal"):
                return x, over.sources[0]
    if step.verb == "combine" and step.fields["function"] == "divide" and len(step.sources) == 2:
        return step.sources[0], step.sources[1]
    return None, None


def scaled_norms(rewriter: Rewriter, step: Step) -> Step | None:
    """A norm without a scale, with a scale behind it, and a shift behind that, which layer norms may lack."""
    last = step.verb
    if last not in ("scale", "shift"):
        return None
    scale = step if last == "scale" else step.sources[0]
    norm = scale.sources[0] if scale.verb == "scale" else None
    if norm is None or last not in _LAST.get(norm.verb, ()) or norm.fields.get("affine", norm.verb != "instance_norm"):
        return None
    behind = rewriter.user(scale)
    if last == "scale" and behind is not None and behind.verb == "shift" and "shift" in _LAST[norm.verb]:
        return None  # the shift is looked at when it comes
    if rewriter.user(norm) is not scale or (last == "shift" and rewriter.user(scale) is not step):
        return None
    over = ["c"] if norm.verb in ("group_norm", "instance_norm") else norm.fields.get("over", ["c"])
    if any(part.fields.get("over", ["c"]) != over or "learned" in part.fields for part in (scale, step)):
        return None
    fields = {name: value for name, value in norm.fields.items() if name != "affine"}
    fields |= {"affine": True} if norm.verb == "instance_norm" else {}
    fields |= {"bias": False} if norm.verb == "layer_norm" and last == "scale" else {}
    return made(norm.verb, norm.sources[0], step, (scale,), **fields)


_LAST = {"layer_norm": ("shift", "scale"), "group_norm": ("shift",), "instance_norm": ("shift",), "rms_norm": ("scale",)}
"""With what a norm that learns may end."""


def group_norms(_rewriter: Rewriter, step: Step) -> Step | None:
    """An instance norm of groups of channels seen as one, and seen as channels again."""
    if step.verb != "reshape" or step.sources[0].verb != "instance_norm":
        return None
    norm = step.sources[0]
    seen = norm.sources[0]
    if seen.verb != "reshape" or not alike(seen.sources[0], step) or norm.fields or not seen.output or not step.output:
        return None
    if not seen.output.has("c") or not step.output.has("c") or same(seen.output.c, step.output.c):
        return None
    return made("group_norm", seen.sources[0], step, groups=seen.output.c, affine=False)


def turned_norms(rewriter: Rewriter, step: Step) -> Step | None:
    """A norm between a copy that brings its dimensions last and one that brings them back: a norm over these."""
    norm = step.sources[0] if step.sources else step
    if step.verb not in _TURNS or norm.verb not in _ALONG or norm.sources[0].verb not in _TURNS:
        return None
    turned = norm.sources[0]
    if rewriter.user(norm) is not step or rewriter.user(turned) is not norm:
        return None
    names, order, back = _order(turned), _order_of(turned), _order_of(step)
    if names != _order(step) or [order[names.index(name)] for name in back] != names:
        return None
    field = _ALONG[norm.verb]
    over = norm.fields.get(field, "c")
    places = [order[names.index(name)] for name in ([over] if isinstance(over, str) else over)]
    over = [name for name in names if name in places]
    fields = {name: value for name, value in norm.fields.items() if name != field}
    if over != ["c"]:
        fields[field] = over[0] if field == "axis" else over
    return made(norm.verb, turned.sources[0], step, (norm,), **fields)


_TURNS = ("transpose", "permute")
_ALONG = {"layer_norm": "over", "rms_norm": "over", "softmax": "axis"}
"""Norms along dimensions that a field names."""


def _order(step: Step) -> list[str]:
    """The dimensions of what a copy gives, in memory order."""
    return [name for name in step.output.dims if name != "n"] if step.output else []


def _order_of(step: Step) -> list[str]:
    """Which dimension of what enters a copy each dimension of what it gives is."""
    names = _order(step)
    if step.verb == "permute":
        return [*step.fields["order"]]
    a, b = step.fields["axes"]
    return [{a: b, b: a}.get(name, name) for name in names]
