"""Names: which a spec may give, and which a formula can see from its place."""

import keyword
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, TypeAlias

from costmodel.problems import Mark, Problems, did_you_mean, one_of
from costmodel.spec.dicts import CALLED
from costmodel.spec.formula import FUNCTIONS, WORDS
from costmodel.spec.source import Text
from costmodel.spec.values import Formula, Value
from costmodel.spec.words import key_hint
from costmodel.synonyms import instead

DOOR = ("c_in", "h_in", "w_in", "d_in", "t_in")
"""What a formula sees of the tensor that enters its layer."""
PASS = ("index", "first", "last")
"""What a formula sees of the repeat around it."""
RESERVED = frozenset({*WORDS, *FUNCTIONS, *DOOR, *PASS, "row", "input", "previous", *keyword.kwlist})
"""Names that parameters, columns and lets may not have."""

_TRUTHS = {"yes": "true", "on": "true", "no": "false", "off": "false", "null": "none"}


def check_name(name: Text, problems: Problems) -> None:
    """Note a name that a formula could not read, or that means something else."""
    if name in RESERVED:
        problems.add(name.mark, f"'{name}' is a word of the language and cannot be a name here")
    elif not re.fullmatch(r"[A-Za-z_][A-Za-z0-9_]*", name):
        hint = "put a space after the colon" if ":" in name else "letters a-z, A-Z, digits and _, not starting with a digit"
        if found := re.match(r"(\w+) *(?:=| \d)", name):
            hint = key_hint(name, [found[1]]) or hint
        if len(parts := names_in(name)) > 1:
            hint = f"commas stand between names: {one_of(parts)}"
        problems.add(name.mark, f"'{name}' is not a name", hint)


def names_in(key: Text) -> list[Text]:
    """The names that were meant where the commas between them are missing; else the key itself."""
    if " " not in key or not re.fullmatch(r"[A-Za-z_]\w*(?: +[A-Za-z_]\w*)+", key, re.ASCII):
        return [key]
    return [Text(part, key.mark) for part in key.split()]


def check_label(data: Any, what: str, at: Mark, problems: Problems) -> Text:
    """A text that names a place in reports: on one line, and without the slash that paths are made with."""
    if not isinstance(data, Text) or not data.strip():
        problems.add(
            getattr(data, "mark", at), f"{what} is a word, and here is {'none' if data == '' else 'a list or a mapping'}"
        )
        return Text("", at)
    if "/" in data or not data.isprintable():
        problems.add(data.mark, f"{what} has no slash and stands on one line, and here is '{data}'")
    return data


@dataclass(slots=True, eq=False, repr=False)
class Name:
    """A name in scope: what bound it, where, and whether a formula reads it."""

    what: str
    mark: Mark | None
    used: bool = False


Scope: TypeAlias = dict[str, Name]


def door() -> Scope:
    """The scope in which a block starts."""
    return {name: Name("size of the tensor that enters", None) for name in DOOR}


class Names:
    """Binds names, and sees that formulas read only those in scope; what is wrong goes onto `problems`."""

    def __init__(self, problems: Problems, outside: Iterable[str]) -> None:
        self.problems = problems
        self.outside = set(outside)
        self.inside = ""
        """How to give a name to the block or op that is being linked; it sees nothing of `outside`."""

    def bind(self, scope: Scope, names: Iterable[Text], what: str) -> Scope:
        """The scope with more names; each must be new."""
        scope = dict(scope)
        for name in names:
            if name in scope and name not in RESERVED:
                here = scope[name]
                where = f" (line {here.mark.line})" if here.mark else ""
                self.problems.add(name.mark, f"the name '{name}' is taken by a {here.what}{where}", "names are never shadowed")
            scope[str(name)] = Name(what, name.mark)
            if " " in name:
                scope |= {str(part): Name(what, name.mark) for part in names_in(name)}
        return scope

    def declare(self, named: dict[Text, Any], scope: Scope, what: str) -> Scope:
        """Bind names whose values may use those before them: parameters with defaults, lets."""
        later = {str(name): f"'{name}' comes later: a value may use the names before it" for name in named}
        for name, value in named.items():
            del later[name]
            if value is not None:
                self.read(value, scope, hints=later)
            scope = self.bind(scope, [name], what)
        return scope

    def read(
        self,
        value: Value,
        scope: Scope,
        words: Iterable[str] | None = None,
        hints: Mapping[str, str] = MappingProxyType({}),
    ) -> None:
        """Check that a value reads only names in scope.

        `words` are those that would fit its place, None where that is not known; `hints`
        what to say of names that are not in scope on purpose.
        """
        for name, mark in value.names():
            if name in scope:
                scope[name].used = True
            else:
                alone = isinstance(value, Formula) and value.alone
                message = f"'{name}' has no value: no name '{name}' here" if alone else f"no name '{name}' here"
                if alone and mark.file == CALLED:
                    message = f"'{name}' is None, which stands for the name alone: no name '{name}' here"
                    hints = {name: "leave the key out, or give it a value", **hints}
                fitting = None if isinstance(value, Formula) and value.text != name else words
                self.problems.add(mark, message, hints.get(name) or self.hint(name, scope, fitting))

    def read_all(self, values: Iterable[Value | None], scope: Scope) -> None:
        """Check several values, leaving out those that are not there."""
        for value in values:
            if value is not None:
                self.read(value, scope)

    def hint(self, name: str, scope: Scope, words: Iterable[str] | None) -> str:
        """What was probably meant."""
        if name in _TRUTHS:
            return f"write `{_TRUTHS[name]}`"
        if self.inside and name in self.outside:
            return f"{self.inside} '{name}' and pass it"
        if name in PASS and "row" in scope:
            return f"'{name}' is known only inside `repeat`; in a table `row` counts from 0"
        if name in PASS or name in DOOR:
            return f"'{name}' is known only inside {'`repeat`' if name in PASS else 'blocks and layers'}"
        visible = [n for n in scope if n not in DOOR]
        legal = f"the names here are {one_of(visible)}" if visible else ""
        if words:
            legal = f"the words that fit here are {one_of(words)}"
        return instead(name) or did_you_mean(name, [*scope, *(WORDS if words is None else words)], legal)

    def unused(self, scope: Scope, names: Iterable[str]) -> None:
        """Warn of names that no formula reads."""
        for name in names:
            if not scope[name].used:
                self.problems.warn(scope[name].mark, f"no formula reads the {scope[name].what} '{name}'")
