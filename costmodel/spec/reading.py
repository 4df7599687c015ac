"""Values of a spec as they are read one after the other: what is wrong with one does not hide the next."""

from typing import Any

from costmodel.problems import Mark, Problems, did_you_mean, one_of
from costmodel.spec.names import check_name
from costmodel.spec.source import Map, Seq, Text
from costmodel.spec.values import BadValue, Formula, Value, read_value
from costmodel.spec.words import key_hint


class ValueReader:
    """Reads values; what is wrong goes onto `problems`."""

    def __init__(self, problems: Problems) -> None:
        self.problems = problems

    def formula(self, key: Text, data: Any) -> Formula | None:
        value = self.value(data)
        if value is not None and not isinstance(value, Formula):
            self.problems.add(value.mark, f"`{key}` takes a formula")
            return None
        return value

    def value(self, data: Any, alone: Text | None = None) -> Value | None:
        """A value, or None where it cannot be read."""
        try:
            return read_value(data, alone)
        except BadValue as error:
            self.problems.add(error.mark, error.message, error.hint)
            return None

    def values(self, data: Any, what: str, at: Mark, example: str = "{half: c_in / 2}") -> dict[Text, Value]:
        """A mapping of names to values; 1 stands in for one that cannot be read, once the mistake is noted."""
        if not isinstance(data, Map):
            self.problems.add(getattr(data, "mark", at), f"{what} takes names and values, such as {example}")
            return {}
        return {key: self.given(key, item) or Formula("1", key.mark) for key, item in data.items()}

    def given(self, key: Text, data: Any) -> Value | None:
        """A value under its name; a name alone that is none is noted where names are known."""
        return self.value(data, key) if is_there(data) or key.isidentifier() else None

    def let(self, data: Any, at: Mark) -> dict[Text, Value]:
        """Derived names and their values."""
        let = {} if isinstance(data, Text) and data.absent else self.values(data, "`let`", at)
        for name in let:
            check_name(name, self.problems)
        return let

    def mapping(self, data: Map, key: str, example: str = "") -> Map:
        """What stands under a key as a mapping, empty where nothing does."""
        found = data.at(key)
        if isinstance(found, Map):
            return found
        if is_there(found):
            names = isinstance(found, Seq) and all(isinstance(name, Text) and name for name in found)
            hint = f"write {key}: {{{one_of(found)}}}" if example and names else example
            self.problems.add(found.mark, f"`{key}` is a mapping of names", hint)
        return Map(mark=data.mark)

    def known_keys(self, data: Map, known: tuple[str, ...], what: str) -> None:
        """Note each key that is none of those known."""
        for key in data:
            if key not in known:
                hint = key_hint(key, known) or did_you_mean(key, known, f"its keys are {one_of(known)}")
                self.problems.add(key.mark, f"{what} has no key '{key}'", hint)


def is_there(data: object) -> bool:
    """Whether something was written."""
    return data is not None and not (isinstance(data, Text) and data.absent)


def key_of(data: Map, key: str) -> Text:
    """A key with its place."""
    return next(k for k in data if k == key)
