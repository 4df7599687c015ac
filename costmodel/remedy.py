"""What to say of an op's conditions that do not hold, and what would mend them."""

from collections.abc import Sequence
from typing import Any

from costmodel import algebra
from costmodel.line import Line
from costmodel.ops import OPS
from costmodel.problems import one_of
from costmodel.steps import RunOp
from costmodel.tensor import Tensor

SHORTCUT = RunOp(OPS["add"], {}, [], {})
"""The addition that a residual ends with."""


RESIDUAL = "residual adds its input to its output: the output is {}, the input {}"


def in_words(truth: Any, text: str, values: Sequence[Any]) -> str:
    """A condition of an op as a sentence, with the values at which it fails."""
    point = algebra.failing_point(truth)
    return text.format(*(_at_point(value, point) for value in values))


def remedies(act: RunOp, line: Line, names: Sequence[str], failed: Sequence[str]) -> list[str]:
    """What would mend each broken condition of an op, given as sentences, where that is plain."""
    if act is SHORTCUT or act.op.joins:
        shapes = one_of(f"{name} is {x}" for name, x in zip(names, line.inputs, strict=False))
        return [*[""] * (len(failed) - 1), _shortcut(*line.inputs) if act is SHORTCUT else shapes]
    fields, hints = [subject(sentence) for sentence in failed], []
    for place, (field, sentence) in enumerate(zip(fields, failed, strict=True)):
        is_last_on_it = field not in fields[place + 1 :]
        others = {other for other in fields if other in line.fields} - {field}
        hangs_on_another = not others.isdisjoint(sentence.split())
        divides = " must divide " in sentence
        hints.append(_nearest(act, line, field) if divides and is_last_on_it and not hangs_on_another else "")
    return hints


def _shortcut(output: Tensor, entered: Tensor) -> str:
    """What would mend a residual: what the shapes differ in says what was probably forgotten."""
    if output.dims.keys() != entered.dims.keys():
        return ""
    sizes = [(output.dims[side], entered.dims[side]) for side in entered.sides]
    shrunk = [algebra.decide(2 * now <= then + 1) for now, then in sizes if algebra.decide(algebra.equal(now, then)) is False]
    if shrunk and all(shrunk):
        return "`when:` inside residual leaves the shortcut out: {when: stride == 1 and c_in == out, layers: […]}"
    if shrunk:
        return "`padding: same` keeps the sizes"
    kept = f"the last layer must give {entered.c} channels (`c_in` there is what enters that layer)"
    return f"{kept}; {{when: c_in == out, layers: […]}} leaves the shortcut out"


def _nearest(act: RunOp, line: Line, field: str) -> str:
    """The nearest values of a field with which all conditions hold that name it first, and no other fails for them."""
    value = line.fields.get(field)
    broken = [condition for condition in line.cost.given if condition[0] is not True]
    divided = [values[-1] for _, text, *values in broken if subject(text) == field]
    others = {text for _, text, *_ in broken if subject(text) != field}
    if not isinstance(value, int) or not all(isinstance(number, int) for number in divided):
        return ""

    def is_legal(candidate: int) -> bool:
        if any(number % candidate for number in divided):
            return False
        _, cost = act.op(line.inputs, {**line.fields, field: candidate})
        return all(truth is True or text in others for truth, text, *_ in cost.given)

    most = min(divided)
    below, above = range(min(value, most), 0, -1), range(value, most + 1)
    return legal(field, [found for among in (below, above) if (found := next(filter(is_legal, among[:_TRIED]), None))])


_TRIED = 100_000
"""Values that are tried above a broken one, and as many below."""


def legal(field: str, values: Sequence[int]) -> str:
    """The hint that names the nearest legal values of a field; nothing where there are none."""
    are = "values of {} are" if len(values) > 1 else "value of {} is"
    return f"the nearest legal {are.format(field)} {' and '.join(map(str, values))}" if values else ""


def subject(sentence: str) -> str:
    """What a condition is about: its first word, the field that is to blame where one is."""
    return sentence.split(" ", 1)[0]


def _at_point(value: Any, point: int | None) -> Any:
    """Of an array of points the one at which something fails; all else as it is."""
    if point is None or isinstance(value, int | str):
        return value
    if isinstance(value, Tensor):
        return Tensor(**{name: _at_point(size, point) for name, size in value.dims.items()})
    points = value.tolist() if hasattr(value, "tolist") else [value]
    return points[point if len(points) > 1 else 0]
