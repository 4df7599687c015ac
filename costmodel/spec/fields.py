"""The fields of an op in a spec, checked by a pydantic validator made from the op's own signature.

It is made when a spec first names its op, and of pydantic's core: a class each would cost twenty times as much, and the
first one a search for plugins through every package that is installed.
"""

import re
from collections.abc import Mapping
from functools import lru_cache
from typing import Any, NamedTuple

from pydantic_core import SchemaValidator, ValidationError
from pydantic_core.core_schema import any_schema, no_info_before_validator_function, typed_dict_field, typed_dict_schema

from costmodel.ops import OPS, Op
from costmodel.ops.fields import Kind, Unfit
from costmodel.problems import Mark, Problems, did_you_mean, meant, one_of
from costmodel.spec.source import Map, Text
from costmodel.spec.values import READERS, BadValue, Formula, Value, is_constant
from costmodel.spec.words import key_hint


class _Refused(ValueError):
    """Carries a place, a sentence and a hint through pydantic."""

    def __init__(self, mark: Mark, message: str, hint: str) -> None:
        super().__init__(message)
        self.mark, self.message, self.hint = mark, message, hint


class Stray(NamedTuple):
    """What to say of a key that a verb does not have, and the name that stands there in other words."""

    hint: str
    meant: str | None


@lru_cache
def validator_of(name: str) -> SchemaValidator:
    """The validator of an op's fields."""
    fields = {
        field.name: typed_dict_field(
            no_info_before_validator_function(_reader(field.name, field.kind), any_schema()), required=field.required
        )
        for field in OPS[name].fields.values()
    }
    return SchemaValidator(typed_dict_schema(fields, extra_behavior="forbid"))


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
        return {}  # a bare verb: no validator is needed to see that
    items = {str(key): (key, item) for key, item in data.items()}
    try:
        found: dict[str, Value] = validator_of(op.name).validate_python(items)
    except ValidationError as error:
        odd = strays(op.name, data, {field.name: field.required for field in op.fields.values()})
        wrong = {_report(op, at, data, finding, odd, problems) for finding in error.errors(include_url=False)}
        return {name: _reader(name, op.fields[name].kind)(item) for name, item in items.items() if name not in wrong}
    return {name: found[name] for name in items}  # as they are written, not as the op has them


def _report(op: Op, at: Mark, data: Map, found: Any, odd: Mapping[str, Stray], problems: Problems) -> str:
    """Note one of pydantic's findings in our words; the name of its field."""
    name = str(found["loc"][0])
    if found["type"] == "extra_forbidden":
        key = next(k for k in data if k == name)
        fields = f"its fields are {one_of(op.fields)}" if op.fields else f"{op.name} has no fields"
        problems.add(key.mark, f"{op.name} has no field '{name}'", odd[name].hint or fields)
    elif found["type"] == "missing":
        if not any(stray.meant == name for stray in odd.values()):
            problems.add(at, f"{op.name} needs a value for '{name}'", f"write `{op.name}: {{{name}: …}}`")
    else:
        refused = found["ctx"]["error"]
        problems.add(refused.mark, refused.message, refused.hint)
    return name


def strays(verb: str, given: Mapping[Text, Any], names: Mapping[Any, bool]) -> dict[str, Stray]:
    """What is meant by each key of a call that its verb does not have; `names` says of those it has which it needs."""
    return {str(key): _stray(verb, key, given, names) for key in given if key not in names}


def _stray(verb: str, key: Text, given: Mapping[Text, Any], names: Mapping[Any, bool]) -> Stray:
    if key in ("repeat", "when", "from", "name", "tied"):
        return Stray(f"`{key}` belongs beside {verb}, not inside it", None)
    value, known = given[key], [*map(str, names)]
    is_formula = isinstance(value, Formula) and (value.alone or value.mark == key.mark)
    is_alone = value.absent if isinstance(value, Text) else is_formula
    near = meant(re.split("[:= ]", key)[0], known)
    if hint := key_hint(key, known, is_alone):
        return Stray(hint, near)
    if near:
        return Stray(f"did you mean '{near}'?", near)
    first, is_needed = next(iter(names.items()), ("", False))
    if is_alone and is_needed and first not in given and key is next(iter(given)):
        return Stray(f"write `{first}: {key}`", str(first))  # as in {64, kernel: 3}
    return Stray(did_you_mean(key, known), None)
