"""Ops of ATen that bring tensors together value by value."""

from costmodel.importing.aten.call import Call, Handler, Left


def together(op: str, *, turned: bool = False) -> Handler:
    """Two tensors value by value, in the data type of the result; `alpha` is a factor of the second."""

    def handle(call: Call) -> str:
        first, second = call.cast("input", call.out.dtype), call.cast("other", call.out.dtype)
        alpha = call["alpha"]
        if turned:
            first, second = second, first
        if alpha not in (None, 1):
            second = call.emit("Mul", second, call.number(alpha, call.out.dtype))
        return call.emit(op, first, second)

    return handle


def divided(call: Call) -> str:
    """A quotient, cut to a whole number where that is asked."""
    found = call.emit("Div", call.cast("input", call.out.dtype), call.cast("other", call.out.dtype))
    mode = call["rounding_mode"]
    if mode is None or not call.out.dtype.is_floating_point:
        return _rounded_down(call, found) if mode == "floor" else found
    if mode == "floor":
        return call.emit("Floor", found)
    raise Left


def _rounded_down(call: Call, quotient: str) -> str:
    """A quotient of whole numbers: ONNX cuts it towards 0, which is another number where one of the two is below 0."""
    if isinstance(call["other"], int) and call["other"] > 0 and "uint" in str(call.like("input").dtype):
        return quotient
    first, second = call.cast("input", call.out.dtype), call.cast("other", call.out.dtype)
    return call.emit("Div", call.emit("Sub", first, call.emit("Mod", first, second)), second)


def floor_divided(call: Call) -> str:
    """The largest whole number that is not above a quotient."""
    if call.out.dtype.is_floating_point:
        return call.emit("Floor", call.emit("Div", call.cast("input", call.out.dtype), call.cast("other", call.out.dtype)))
    return _rounded_down(call, "")


def remainder(call: Call) -> str:
    """What is left of a division, with the sign of the divisor."""
    first, second = call.cast("input", call.out.dtype), call.cast("other", call.out.dtype)
    if not call.out.dtype.is_floating_point:
        return call.emit("Mod", first, second)
    return call.emit("Sub", first, call.emit("Mul", call.emit("Floor", call.emit("Div", first, second)), second))


def power(call: Call) -> str:
    """A power; of a number the base may be one too."""
    base = "input" if call["input"] is not None else "base"
    return call.emit("Pow", call.cast(base, call.out.dtype), call.cast("exponent", call.out.dtype))


def compared(op: str) -> Handler:
    """A comparison, in the data type that the two have in common."""

    def handle(call: Call) -> str:
        import torch

        dtype = torch.result_type(call.like("input"), call.like("other"))
        found = call.emit(op.removeprefix("Not"), call.cast("input", dtype), call.cast("other", dtype))
        return call.emit("Not", found) if op.startswith("Not") else found

    return handle


def of_truths(op: str, *, bitwise: bool = False) -> Handler:
    """A function of truths; of bits where the values are whole numbers."""

    def handle(call: Call) -> str:
        import torch

        names = ["input"] if op == "Not" else ["input", "other"]
        if not bitwise or call.out.dtype == torch.bool:
            return call.emit(op, *(call.cast(name, torch.bool) for name in names))
        return call.emit(f"Bitwise{op}", *(call.cast(name, call.out.dtype) for name in names))

    return handle


def where(call: Call) -> str:
    """One of two values by a truth."""
    import torch

    dtype = call.out.dtype
    return call.emit("Where", call.cast("condition", torch.bool), call.cast("input", dtype), call.cast("other", dtype))


def masked_fill(call: Call) -> str:
    """Another value where a mask is true."""
    import torch

    dtype = call.out.dtype
    return call.emit("Where", call.cast("mask", torch.bool), call.cast("value", dtype), call.cast("input", dtype))


def with_product(op: str) -> Handler:
    """Of addcmul and addcdiv: a product, or a quotient, of two tensors added to a third."""

    def handle(call: Call) -> str:
        dtype = call.out.dtype
        found = call.emit(op, call.cast("tensor1", dtype), call.cast("tensor2", dtype))
        if call["value"] not in (None, 1):
            found = call.emit("Mul", found, call.number(call["value"], dtype))
        return call.emit("Add", call.cast("input", dtype), found)

    return handle


def lerp(call: Call) -> str:
    """A value between two: x + weight·(y − x)."""
    dtype = call.out.dtype
    x = call.cast("input", dtype)
    way = call.emit("Sub", call.cast("end", dtype), x)
    return call.emit("Add", x, call.emit("Mul", way, call.cast("weight", dtype)))


HANDLERS: dict[str, Handler] = {
    "add": together("Add"),
    "sub": together("Sub"),
    "rsub": together("Sub", turned=True),
    "mul": together("Mul"),
    "div": divided,
    "true_divide": divided,
    "floor_divide": floor_divided,
    "remainder": remainder,
    "pow": power,
    "maximum": together("Max"),
    "minimum": together("Min"),
    **{word: compared(op) for word, op in (("eq", "Equal"), ("ne", "NotEqual"), ("lt", "Less"), ("gt", "Greater"))},
    "le": compared("LessOrEqual"),
    "ge": compared("GreaterOrEqual"),
    **{f"logical_{word}": of_truths(word.capitalize()) for word in ("and", "or", "xor", "not")},
    **{f"bitwise_{word}": of_truths(word.capitalize(), bitwise=True) for word in ("and", "or", "xor", "not")},
    **{f"__{word}__": of_truths(word.capitalize(), bitwise=True) for word in ("and", "or", "xor")},
    "where": where,
    "masked_fill": masked_fill,
    "addcmul": with_product("Mul"),
    "addcdiv": with_product("Div"),
    "lerp": lerp,
}
"""How each function of several tensors becomes nodes."""
