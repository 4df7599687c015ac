"""Ops of ATen that multiply matrices: fully connected layers, products, attention, recurrent layers."""

from typing import Any

from costmodel.importing.aten.call import Call, Handler, Left


def linear(call: Call) -> str:
    """A fully connected layer on the last axis."""
    (x, rank), weight, bias = _before_rows(call), call.value("weight"), call.value("bias")
    if rank == 2 and call.rank("weight") == 2:
        return call.emit("Gemm", x, weight, bias, transB=1)
    turned = call.emit("Transpose", weight, perm=[1, 0]) if call.rank("weight") == 2 else weight
    found = call.emit("MatMul", x, turned)
    return call.emit("Add", found, bias) if bias else found


def _before_rows(call: Call) -> tuple[str, int]:
    """What enters, and how many axes it has; where axes are rows for this layer alone, they stay apart, as they are behind it.

    Attention makes rows of tokens and samples, and from rows nobody sees which sample each is of.
    """
    source = call["input"]
    if call.rank() != 2 or not _is_view(source):
        return call.value(source), call.rank()
    shapes = {tuple(map(str, user.meta["val"].shape)) for user in call.node.users if _is_view(user)}
    user = next(iter(call.node.users))
    sizes = user.args[1] if _is_view(user) else ()
    if len(shapes) != 1 or not all(map(_is_view, call.node.users)) or len(sizes) < 3:
        return call.value(source), call.rank()
    if -1 in sizes or next(iter(shapes))[-1] != str(call.out.shape[-1]):
        return call.value(source), call.rank()
    call.writer.apart.add(call.node)
    return call.reshaped(call.value(source.args[0]), [*sizes[:-1], call.like(source).shape[-1]]), len(sizes)


def _is_view(node: Any) -> bool:
    schema = getattr(getattr(node, "target", None), "_schema", None)
    return schema is not None and schema.name.removeprefix("aten::") in ("view", "_unsafe_view", "reshape")


def matmul(call: Call) -> str:
    """A product of matrices, of as many as there are before the last two axes."""
    first = next(name for name in ("input", "tensor1") if call[name] is not None)
    second = next(name for name in ("other", "mat2", "vec", "vec2", "tensor", "tensor2") if call[name] is not None)
    return call.emit("MatMul", call.value(first), call.value(second))


def added(first: str, second: str) -> Handler:
    """Of addmm and its like: a product of matrices added to a tensor, each with a factor."""

    def handle(call: Call) -> str:
        dtype = call.out.dtype
        alpha, beta = (1 if call[name] is None else call[name] for name in ("alpha", "beta"))
        a, b = call.value(first), call.value(second)
        if alpha == beta == 1 and call.rank(first) == call.rank(second) == 2 and call.rank() == 1:
            return call.emit("Gemm", a, b, call.value("input"))
        found = call.emit("MatMul", a, b)
        found = found if alpha == 1 else call.emit("Mul", found, call.number(alpha, dtype))
        if beta == 0:
            return found
        more = call.value("input") if beta == 1 else call.emit("Mul", call.value("input"), call.number(beta, dtype))
        return call.emit("Add", more, found)

    return handle


def einsum(call: Call) -> str:
    """A sum of products by letters."""
    return call.emit("Einsum", *map(call.value, call["tensors"]), equation=call["equation"].replace(" ", ""))


def bilinear(call: Call) -> str:
    """x·W·y for each value that it gives."""
    left = call.emit("Einsum", call.value("input1"), call.value("weight"), equation="...i,oij->...oj")
    found = call.emit("Einsum", left, call.value("input2"), equation="...oj,...j->...o")
    return call.emit("Add", found, call.value("bias")) if call["bias"] is not None else found


def attention(many: int) -> Handler:
    """Scores of q and k, their softmax, and the sums of v by it; `many` values, of which only the first is one."""

    def handle(call: Call) -> Any:
        rank = call.rank("query")
        if call["dropout_p"] or rank < 3 or any(call.rank(name) != rank for name in ("key", "value")):
            raise Left
        q, k, v = (_as_heads(call, call.value(name), name) for name in ("query", "key", "value"))
        bias = next((name for name in ("attn_mask", "attn_bias") if call[name] is not None), None)
        mask = "" if bias is None else call.value(bias)
        if bias is not None and rank != 4 and call.rank(bias) > 2:
            mask = _as_heads(call, mask, bias)
        attributes: dict[str, Any] = {"is_causal": 1} if call["is_causal"] else {}
        attributes |= {} if call["scale"] is None else {"scale": float(call["scale"])}
        found = call.emit("Attention", q, k, v, mask, **attributes)
        if rank == 3:
            found = call.squeezed(found, 1)
        elif rank > 4:
            before = [call.size("query", at) for at in range(rank - 1)]
            found = call.reshaped(found, [*before, call.size("value", -1)])
        return [found, *[None] * (many - 1)] if many > 1 else found

    return handle


def _as_heads(call: Call, x: str, name: str) -> str:
    """A tensor with the four axes of attention: samples, heads, tokens, width."""
    rank = call.rank(name)
    if rank == 3:
        return call.unsqueezed(x, 1)
    if rank > 4:
        return call.reshaped(x, [-1, *(call.size(name, at) for at in range(rank - 3, rank))])
    return x


# --- recurrent layers ------------------------------------------------------------------------------------------------


_GATES = {"LSTM": (0, 3, 1, 2), "GRU": (1, 0, 2), "RNN": (0,)}
"""In which order ONNX wants the gates that PyTorch has: input, forget, cell, output; reset, update, new."""


def recurrent(op: str, *, function: str = "") -> Handler:
    """lstm, gru and rnn: a node a layer, both directions in one."""

    def handle(call: Call) -> list[Any]:
        if call["params"] is None or "batch_sizes" in call.arguments or call["input"] is None:
            raise Left  # packed sequences
        params, directions = [*call["params"]], 2 if call["bidirectional"] else 1
        each = 4 if call["has_biases"] else 2
        layers = call["num_layers"]
        if len(params) != each * directions * layers:
            raise Left  # projections
        states = [*call["hx"]] if op == "LSTM" else [call["hx"]]
        x = call.value("input")
        x = call.emit("Transpose", x, perm=[1, 0, 2]) if call["batch_first"] else x
        lasts: list[list[str]] = []
        for layer in range(layers):
            mine = params[each * directions * layer : each * directions * (layer + 1)]
            x, *last = _layer(call, op, function, x, mine, states, layer, directions)
            lasts.append(last)
        x = call.emit("Transpose", x, perm=[1, 0, 2]) if call["batch_first"] else x
        ends = [call.emit("Concat", *parts, axis=0) if layers > 1 else parts[0] for parts in zip(*lasts, strict=True)]
        return [x, *ends]

    return handle


def _layer(
    call: Call, op: str, function: str, x: str, params: list[Any], states: list[Any], layer: int, directions: int
) -> list[str]:
    """One layer: what it gives of each token, and its last states."""
    each = len(params) // directions
    hidden = call.like(params[1]).shape[1]
    ways = [params[each * way : each * (way + 1)] for way in range(directions)]
    weights = [_stacked(call, [_reordered(call, op, way[at]) for way in ways]) for at in (0, 1)]
    biases = ""
    if each == 4:
        both = [call.emit("Concat", *(_reordered(call, op, way[at]) for at in (2, 3)), axis=0) for way in ways]
        biases = _stacked(call, both)
    first = [_first_state(call, state, layer, directions) for state in states]
    attributes: dict[str, Any] = {"hidden_size": hidden}
    attributes |= {"direction": "bidirectional"} if directions == 2 else {}
    attributes |= {"linear_before_reset": 1} if op == "GRU" else {}
    attributes |= {"activations": [function] * directions} if function else {}
    y, *last = call.several(op, len(states) + 1, x, *weights, biases, "", *first, **attributes)
    if directions == 1:
        return [call.squeezed(y, 1), *last]
    aside = call.emit("Transpose", y, perm=[0, 2, 1, 3])
    return [call.emit("Reshape", aside, call.ints(0, 0, -1)), *last]


def _reordered(call: Call, op: str, weight: Any) -> str:
    """A weight with its gates in ONNX's order."""
    name, order = call.value(weight), _GATES[op]
    if len(order) == 1:
        return name
    gates = call.several("Split", len(order), name, axis=0, num_outputs=len(order))
    return call.emit("Concat", *(gates[at] for at in order), axis=0)


def _stacked(call: Call, ways: list[str]) -> str:
    found = [call.unsqueezed(way, 0) for way in ways]
    return call.emit("Concat", *found, axis=0) if len(found) > 1 else found[0]


def _first_state(call: Call, state: Any, layer: int, directions: int) -> str:
    """The state at the start; '' where it is zero."""
    target = str(getattr(state, "target", ""))
    if target.startswith(("aten.zeros.", "aten.new_zeros.", "aten.zeros_like.")):
        return ""
    name = call.value(state)
    return name if call["num_layers"] == 1 else call.cut(name, 0, layer * directions, (layer + 1) * directions)


HANDLERS: dict[str, Handler] = {
    "linear": linear,
    **dict.fromkeys(("matmul", "mm", "bmm", "mv", "dot", "vdot", "linalg_matmul"), matmul),
    "addmm": added("mat1", "mat2"),
    "addmv": added("mat", "vec"),
    "baddbmm": added("batch1", "batch2"),
    "einsum": einsum,
    "bilinear": bilinear,
    "scaled_dot_product_attention": attention(1),
    "_scaled_dot_product_flash_attention": attention(9),
    "_scaled_dot_product_flash_attention_for_cpu": attention(2),
    "_scaled_dot_product_efficient_attention": attention(4),
    "_scaled_dot_product_attention_math": attention(2),
    "_scaled_dot_product_cudnn_attention": attention(9),
    "lstm": recurrent("LSTM"),
    "gru": recurrent("GRU"),
    "rnn_tanh": recurrent("RNN", function="Tanh"),
    "rnn_relu": recurrent("RNN", function="Relu"),
}
"""How each op of products becomes nodes."""
