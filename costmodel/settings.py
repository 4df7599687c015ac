"""The values of a network's parameters: as given, else a variant's, else the default; each checked against its kind."""

from collections.abc import Iterator, Mapping
from fractions import Fraction
from itertools import islice
from typing import Any

from costmodel import algebra
from costmodel.graph import OPTIONS
from costmodel.ops.fields import spoken
from costmodel.problems import Mark, Problems, did_you_mean, one_of, shortened
from costmodel.spec.formula import WORDS, is_small
from costmodel.spec.network import Network
from costmodel.spec.source import Seq, Text, read_list
from costmodel.spec.values import MAX_ITEMS, BadValue, Decide, Formula, Value, as_it_is, is_constant, read_value


class Settings:
    """Resolves parameters in the order in which the spec declares them; what is wrong goes onto `problems`."""

    def __init__(self, network: Network, problems: Problems, decide: Decide = as_it_is) -> None:
        self.network, self.problems, self.decide = network, problems, decide

    def resolve(self, given: Mapping[str, Any], variant: str | None, *, complete: bool = True) -> dict[str, Any]:
        """Every parameter's value; `complete` if one without a value is a mistake."""
        chosen: dict[str, Any] = {str(k): v for k, v in self.variant(variant).items()} | self.known(given)
        settings: dict[str, Any] = {}
        missing: list[Text] = []
        for name, default in self.network.params.items():
            value = chosen.get(name, default)
            if value is not None or str(name) in chosen:
                found = self.value(name, value, settings)
                if found is not None and self.same_kind(name, found, default, settings, value):
                    settings[str(name)] = found
            else:
                missing.append(name)
        if complete and missing:
            self.ask_for(missing, by_variant=variant is None)
        self.same_points(settings)
        return settings

    def ask_for(self, missing: list[Text], *, by_variant: bool) -> None:
        """Note the parameters that have no value, all in one sentence, with what gives them one."""
        first, *others = missing
        options = " ".join(f"--set {name}=…" for name in missing)
        fitting = [name for name, sets in self.network.variants.items() if by_variant and sets.keys() >= {*missing}]
        ready = f", or take a variant: {one_of(fitting)}" if fitting else ""
        if others:
            message = f"the parameters {one_of(missing)} have no default, and no values are given"
        else:
            message = f"the parameter '{first}' has no default, and no value is given"
        self.problems.add(first.mark, message, f"give {'them values' if others else 'it a value'}: {options}{ready}")

    def same_points(self, settings: Mapping[str, Any]) -> None:
        """Arrays go together point by point, and not with symbols."""
        counts = {name: n for name, value in settings.items() if (n := algebra.points_in(value)) is not None}
        if len(set(counts.values())) > 1:
            said = one_of(f"{n} for '{name}'" for name, n in counts.items())
            self.problems.add(None, f"arrays go together point by point, and these differ in length: {said}")
        if counts and any(algebra.is_symbol(value) for value in settings.values()):
            self.problems.add(None, "settings are arrays or symbols, and here are both", "substitute numbers afterwards")

    def known(self, given: Mapping[str, Any]) -> dict[str, Any]:
        """The given values of parameters that exist."""
        names = self.network.params
        for name in given:
            if name not in names:
                mark = name.mark if isinstance(name, Text) else None
                legal = f"its parameters are {one_of(names)}" if names else "it has no parameters"
                option = f"--{name} is an option of its own: one for a whole run" if mark and name in OPTIONS else ""
                hint = option or did_you_mean(name, names, legal)
                self.problems.add(mark, f"{self.network.name} has no parameter '{name}'", hint)
        return {str(name): value for name, value in given.items()}

    def variant(self, name: str | None) -> dict[Text, Value]:
        """What a variant sets."""
        names = self.network.variants
        if name is None:
            return {}
        if name in names:
            return names[name]
        mark = name.mark if isinstance(name, Text) else None
        legal = f"its variants are {one_of(names)}" if names else "it has no variants"
        self.problems.add(mark, f"{self.network.name} has no variant '{name}'", did_you_mean(name, names, legal))
        return {}

    def value(self, name: Text, value: Any, scope: Mapping[str, Any]) -> Any:
        """A setting worked out, or None where it cannot be."""
        try:
            if isinstance(value, str):
                text = value if isinstance(value, Text) else Text(value, Mark(name, 1, 1, value))
                value = self.written(text)
                for other, mark in value.names():
                    words = () if self.is_number(name) else WORDS
                    raise BadValue(mark, f"'{other}' is neither a number nor a word of specs", did_you_mean(other, words))
            if not isinstance(value, Value):
                return self.number(name, value)
            # a default that reads a name without a value waits until that name has one
            return value.evaluate(scope, self.decide) if all(other in scope for other, _ in value.names()) else None
        except BadValue as error:
            self.problems.add(error.mark, error.message, error.hint)
        return None

    def is_number(self, name: Text) -> bool:
        """Whether a parameter's default is a number, so that no word is meant."""
        default = self.network.params.get(name)
        return isinstance(default, Formula) and is_constant(default) and algebra.is_number(default.evaluate({}))

    def written(self, text: Text) -> Value:
        """A setting that was written as text. Raises `BadValue`."""
        if not text.lstrip().startswith("["):
            return read_value(text)
        problems = Problems()
        data = read_list(text, problems)
        for found in problems.found:
            assert found.mark is not None
            raise BadValue(found.mark, found.message, found.hint)
        if not isinstance(data, Seq):
            raise BadValue(text.mark, "here is more than one list", "a list of lists stands in brackets of its own")
        return read_value(data)

    def number(self, name: Text, value: Any) -> Any:
        """A value that a program gave, or None where it is none."""
        if isinstance(value, list | tuple) and (fault := _unlisted(value)):
            self.problems.add(None, f"the parameter '{name}' {fault}")
            return None
        try:
            found = algebra.exact(value)
            if algebra.is_symbol(found) and (odd := self.not_whole(name)) and algebra.is_whole(found):
                message = f"the parameter '{name}' takes values such as {odd}, and the symbol {found} stands for whole ones"
                self.problems.add(None, message, "costmodel.algebra.symbol makes one that does not")
        except (ValueError, TypeError):
            message = f"the parameter '{name}' is a number, a word or a list of these, and here is {shortened(repr(value))}"
            self.problems.add(None, message)
            return None
        if algebra.points_in(found) == 0:
            self.problems.add(None, f"the parameter '{name}' is an array without points")
            return None
        if not all(map(is_small, _leaves(found))):
            self.problems.add(None, f"the parameter '{name}' has more than 18 digits")
            return None
        return found

    def not_whole(self, name: Text) -> str:
        """A value that the spec itself gives to a parameter and that is not whole; nothing where there is none."""
        rows = (*self.network.variants.values(), *(row.settings for row in self.network.published))
        found = (settings[name].evaluate({}) for settings in rows if name in settings)
        return next((spoken(v) for v in found if algebra.is_number(v) and not algebra.whole(v)[1]), "")

    def same_kind(self, name: Text, found: Any, default: Value | None, scope: Mapping[str, Any], value: Any) -> bool:
        """Whether a number stays a number and a word a word."""
        if default is None or value is default:
            return True
        unused = Settings(self.network, Problems())  # what is wrong with a default that gives way is no mistake
        return self.alike(name, found, unused.value(name, default, scope), getattr(value, "mark", None))

    def alike(self, name: Text, found: Any, usual: Any, mark: Mark | None) -> bool:
        """Whether a value is of the kind of the default, as far as both are known, and not below zero where that is not."""
        if type(found) in (int, Fraction) and type(usual) in (int, Fraction) and found < 0 <= usual:
            self.problems.add(mark, f"the parameter '{name}' is {spoken(found)}, and cannot be negative")
            return False
        if found is None or usual is None or _kind(found) == _kind(usual):
            return True
        gets = f"{spoken(found)} is {_kind(found)}" if algebra.points_in(found) is None else "an array is a number a point"
        hint = "a list is written [3, 4, 6, 3]" if isinstance(usual, list) else ""
        self.problems.add(mark, f"the parameter '{name}' is {_kind(usual)}, and {gets}", hint)
        return False


MAX_DEPTH = 8
"""How deep a list that a program gives may nest."""


def _unlisted(value: Any) -> str:
    """What keeps a program's list from being one of specs; nothing where it is one."""
    counted, level = 0, [value]
    for _ in range(MAX_DEPTH):
        items = list(islice((item for part in level for item in part), MAX_ITEMS + 1))
        counted += len(items)
        if counted > MAX_ITEMS:
            return f"is a list of more than {MAX_ITEMS:,} values"
        for item in items:
            if not isinstance(item, list | tuple) and not algebra.is_single(item):
                return "is a list, and a list holds neither arrays nor symbols"
        level = [item for item in items if isinstance(item, list | tuple)]
        if not level:
            return ""
    return f"is a list that nests deeper than {MAX_DEPTH} levels"


def _leaves(value: Any) -> Iterator[Any]:
    """The values in a list and in the lists in it; a value that is no list alone."""
    if not isinstance(value, list):
        yield value
        return
    for item in value:
        yield from _leaves(item)


def _kind(value: Any) -> str:
    if isinstance(value, bool):
        return "true or false"
    if isinstance(value, list):
        return "a list"
    return "a word" if isinstance(value, str) else "a number"


def check_settings(network: Network, problems: Problems) -> None:
    """See that every variant and every published row sets what there is, to values of the right kind."""
    checks = Settings(network, problems)
    usual = Settings(network, Problems()).resolve({}, None, complete=False)
    for variant in {row.variant: None for row in network.published if row.variant != "default"}:
        checks.variant(variant)
    seen: set[tuple[str, str]] = set()
    for settings in (*network.variants.values(), *(row.settings for row in network.published)):
        for name, value in settings.items():
            known = (str(name), value.text) if isinstance(value, Formula) else None
            if str(name) in usual and (known is None or known not in seen):
                found = checks.value(name, value, {})
                checks.alike(name, found, usual[str(name)], value.mark)
                seen |= {known} if known else set()
