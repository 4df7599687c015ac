"""The fields of an op in a spec, checked by a pydantic model made from the op's own signature.

A model is built when a spec first names its op: forty of them cost a tenth of a second.
"""

from collections.abc import Iterable
from functools import lru_cache
from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict, ValidationError, create_model

from costmodel.ops import OPS, Op
from costmodel.ops.fields import Kind, Unfit
from costmodel.problems import Mark, Problems, did_you_mean, one_of
from costmodel.spec.source import Map, Text
from costmodel.spec.values import READERS, BadValue, Value, is_constant
from costmodel.spec.words import key_hint


class _Refused(ValueError):
    """Carries a place, a sentence and a hint through pydantic."""

    def __init__(self, mark: Mark, message: str, hint: str) -> None:
        super().__init__(message)
        self.mark, self.message, self.hint = mark, message, hint


@lru_cache
def model_of(name: str) -> type[BaseModel]:
    """The pydantic model of an op's fields."""
    fields: dict[str, Any] = {
        field.name: (
            Annotated[Any, BeforeValidator(_reader(field.name, field.kind))],
            ... if field.required else None,
        )
        for field in OPS[name].fields.values()
    }
    return create_model(name, __config__=ConfigDict(extra="forbid"), **fields)


def _reader(field: str, kind: Kind) -> Any:
    """Read one field's value, and check at once what needs no scope."""

    def read(item: tuple[Text, Any]) -> Value:
        key, data = item
        try:
            value = READERS[kind.reads](data, key)
            if is_constant(value):
                kind.check(value.evaluate({}))
        except BadValue as error:
            raise _Refused(error.mark, error.message, error.hint) from None
        except Unfit as error:
            raise _Refused(value.mark, f"{field} {error.message}", error.hint) from None
        return value

    return read


def read_fields(op: Op, at: Mark, data: Map, problems: Problems) -> dict[str, Value]:
    """The values of an op's fields, as far as they can be read; what is wrong goes onto `problems`."""
    if not data and not any(field.required for field in op.fields.values()):
        return {}  # a bare verb: no model is needed to see that
    items = {str(key): (key, item) for key, item in data.items()}
    try:
        model = model_of(op.name).model_validate(items)
    except ValidationError as error:
        wrong = {_report(op, at, data, found, problems) for found in error.errors(include_url=False)}
        return {name: _reader(name, op.fields[name].kind)(item) for name, item in items.items() if name not in wrong}
    return {name: getattr(model, name) for name in items}


def _report(op: Op, at: Mark, data: Map, found: Any, problems: Problems) -> str:
    """Note one of pydantic's findings in our words; the name of its field."""
    name = str(found["loc"][0])
    if found["type"] == "extra_forbidden":
        key = next(k for k in data if k == name)
        fields = f"its fields are {one_of(op.fields)}" if op.fields else f"{op.name} has no fields"
        alone = isinstance(data[key], Text) and data[key].absent
        hint = stray_hint(name, op.name, op.fields, alone) or did_you_mean(name, op.fields, fields)
        problems.add(key.mark, f"{op.name} has no field '{name}'", hint)
    elif found["type"] == "missing":
        problems.add(at, f"{op.name} needs a value for '{name}'", f"write `{op.name}: {{{name}: …}}`")
    else:
        refused = found["ctx"]["error"]
        problems.add(refused.mark, refused.message, refused.hint)
    return name


def stray_hint(name: str, verb: str, known: Iterable[str], alone: bool) -> str:
    """What is meant by a field that is none of those that its verb has."""
    if name in ("repeat", "when", "from", "name"):
        return f"`{name}` belongs beside {verb}, not inside it"
    return key_hint(name, known, alone)
