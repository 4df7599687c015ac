"""Einsum: letters brought into order, multiplied, and brought into the order wanted."""

from costmodel.algebra import prod
from costmodel.importing.draft import Cannot, Flow, Known, same
from costmodel.importing.layout import transpose
from costmodel.importing.products import linear, product
from costmodel.importing.running import Handler, Run
from costmodel.importing.values import reduced


def einsum(run: Run) -> Flow:
    """Einsum of one or two tensors: brought into order, multiplied, and brought into the order wanted."""
    equation = "".join(str(run.attribute("equation", "")).split())
    left, arrow, right = equation.partition("->")
    terms = left.split(",")
    if "." in equation:
        terms, right = _spelled(run, terms, right)
    if not arrow:
        once = sorted(letter for letter in {*"".join(terms)} if "".join(terms).count(letter) == 1)
        right = "".join(once)
    if len(terms) != len(run.inputs) or len(terms) > 2 or any(len({*term}) < len(term) for term in terms):
        raise Cannot(f"its equation {equation}")
    if len(terms) == 1:
        return _ordered(run, run.x, terms[0], right)
    a, b = run.inputs
    if isinstance(a, Known) and isinstance(b, Flow):
        (a, b), terms = (b, a), terms[::-1]
    if not isinstance(a, Flow) or b is None:
        raise Cannot("one of the tensors that it multiplies is missing")
    if isinstance(b, Known):
        return _summed_with_weights(run, a, b, terms, right)
    return _summed(run, a, b, terms, right)


def _spelled(run: Run, terms: list[str], right: str) -> tuple[list[str], str]:
    """Letters for what `...` stands for."""
    spare = [letter for letter in "ABCDEFGHIJ" if letter not in "".join(terms)]
    ranks = [len(value.shape) if isinstance(value, Known) else value.rank for value in run.inputs if value is not None]
    many = max(rank - len(term.replace("...", "")) for rank, term in zip(ranks, terms, strict=True) if "..." in term)
    return (
        [
            term.replace("...", "".join(spare[many - (rank - len(term.replace("...", ""))) : many]))
            for rank, term in zip(ranks, terms, strict=True)
        ],
        right.replace("...", "".join(spare[:many])),
    )


def _ordered(run: Run, flow: Flow, letters: str, wanted: str) -> Flow:
    """Axes summed that are not wanted, and the others in the order wanted."""
    if len(letters) != flow.rank:
        raise Cannot(f"its equation names {len(letters)} axes, and {flow.rank} are there")
    if gone := [letters.index(letter) for letter in letters if letter not in wanted]:
        summed = reduced("sum")(run.on("ReduceSum", flow, axes=gone, keepdims=0))
        assert isinstance(summed, Flow)
        flow, letters = summed, "".join(letter for letter in letters if letter in wanted)
    return transpose(run.on("Transpose", flow, perm=[letters.index(letter) for letter in wanted]))


def _summed(run: Run, a: Flow, b: Flow, terms: list[str], right: str) -> Flow:
    """Two tensors multiplied, and summed over the letters that are not wanted."""
    first, second = terms
    for place, (mine, other) in enumerate(((first, second), (second, first))):
        if any(letter not in other and letter not in right for letter in mine):
            kept = "".join(letter for letter in mine if letter in other or letter in right)
            reduced = _ordered(run, (a, b)[place], mine, kept)
            a, b = (reduced, b) if place == 0 else (a, reduced)
            first, second = (kept, second) if place == 0 else (first, kept)
    together = [letter for letter in first if letter in second and letter in right]
    inner = [letter for letter in first if letter in second and letter not in right]
    rows_, columns = ([letter for letter in mine if letter not in other] for mine, other in ((first, second), (second, first)))
    sizes = dict(zip(first, a.axes, strict=True)) | dict(zip(second, b.axes, strict=True))
    a = _grouped_axes(run, a, first, together, rows_, inner)
    is_turned = _is_in_order(second, [*together, *columns, *inner])
    b = (
        _grouped_axes(run, b, second, together, columns, inner)
        if is_turned
        else _grouped_axes(run, b, second, together, inner, columns)
    )
    found = product(run, a, b, transposed=is_turned)
    order = [*together, *rows_, *columns]
    made = found.seen(
        [sizes[letter] for letter in order], found.batch if found.batch is not None and found.batch < len(together) else None
    )
    return _ordered(run, made, "".join(order), right)


def _is_in_order(letters: str, wanted: list[str]) -> bool:
    return letters == "".join(wanted)


def _grouped_axes(run: Run, flow: Flow, letters: str, together: list[str], rows_: list[str], columns: list[str]) -> Flow:
    """A tensor as matrices: the axes shared, those of the rows as one, those of the columns as one."""
    flow = _ordered(run, flow, letters, "".join([*together, *rows_, *columns]))
    many = len(together)
    if flow.batch is not None and flow.batch >= many and not same(run.samples, 1):
        if flow.batch == many and rows_ and not together:
            return flow.seen([prod(flow.axes[: len(rows_)]), prod(flow.axes[len(rows_) :])], 0)
        raise Cannot("its samples lie in a side of the matrix")
    sizes = [*flow.axes[:many], prod(flow.axes[many : many + len(rows_)]), prod(flow.axes[many + len(rows_) :])]
    return flow.seen(sizes, flow.batch if flow.batch is not None and flow.batch < many else None)


def _summed_with_weights(run: Run, flow: Flow, weight: Known, terms: list[str], right: str) -> Flow:
    """Weights on some axes: a fully connected layer on those that are summed, brought behind all others."""
    first, second = terms
    if any(letter in second and letter in right for letter in first) or any(
        letter not in second and letter not in right for letter in first
    ):
        raise Cannot("its weights share an axis with what is left")
    inner = [letter for letter in first if letter in second]
    outer = [letter for letter in second if letter not in first]
    if any(letter not in right for letter in outer):
        raise Cannot("its weights have an axis that is summed by itself")
    rest = [letter for letter in first if letter not in inner]
    flow = _ordered(run, flow, first, "".join([*rest, *inner]))
    sizes, out = dict(zip(second, weight.shape, strict=True)), [*flow.axes[: len(rest)]]
    channels = prod(flow.axes[len(rest) :])
    seen = flow.seen([*out, channels], flow.batch if flow.batch is not None and flow.batch < len(rest) else None)
    made = linear(run, seen, prod(sizes[letter] for letter in outer), [weight], bias=False)
    whole = made.seen([*out, *(sizes[letter] for letter in outer)], made.batch)
    return _ordered(run, whole, "".join([*rest, *outer]), right)


HANDLERS: dict[str, Handler] = {
    "Einsum": einsum,
}
"""How it becomes layers."""
