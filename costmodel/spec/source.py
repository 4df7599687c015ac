"""Text to data with marks: YAML's structure alone, every scalar kept as the text that was written.

PyYAML's events are read one by one with a depth limit; its composer would recurse. Anchors, aliases, tags, a second
document, duplicate keys and tabs are refused, so that a file is data and means what it looks like.
"""

from pathlib import Path
from typing import Any, TypeAlias

import yaml

from costmodel.problems import Mark, Problem, Problems, SpecError

MAX_DEPTH = 100
"""How deep a file may nest; real specs stay below 20."""


class Text(str):
    """A scalar as written, with its place; `quoted` tells `""` from nothing at all."""

    mark: Mark
    quoted: bool

    def __new__(cls, text: str, mark: Mark, quoted: bool = False) -> "Text":
        made = super().__new__(cls, text)
        made.mark, made.quoted = mark, quoted
        return made

    @property
    def absent(self) -> bool:
        """Whether nothing was written where a value could stand."""
        return not self and not self.quoted


class Seq(list[Any]):
    """A list with its place."""

    mark: Mark


class Map(dict[Text, Any]):
    """A mapping in written order with its place; each key is a `Text` with a place of its own."""

    mark: Mark

    def at(self, key: str) -> Any:
        """The value under a key, or None."""
        return self.get(key)  # type: ignore[call-overload]


Data: TypeAlias = Text | Seq | Map


def read_file(path: Path, shown: str) -> tuple[str, str]:
    """The text of a spec file and the name to show for it. Raises `SpecError` where there is no text to be had."""
    try:
        raw = path.read_bytes()
    except IsADirectoryError:
        raise SpecError([Problem(None, f"{shown} is a directory, and a spec is a file")]) from None
    except OSError as error:
        raise SpecError([Problem(None, f"{shown}: {error.strerror or error}")]) from None
    try:
        return raw.decode("utf-8-sig"), shown
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        text = raw.splitlines()[line - 1].decode("utf-8", "replace")
        col = error.start - (raw.rfind(b"\n", 0, error.start) + 1) + 1
        mark = Mark(shown, line, col, text)
        raise SpecError([Problem(mark, f"the byte 0x{raw[error.start]:02x} is not UTF-8 text")]) from None


def read(text: str, file: str) -> Map:
    """Read a spec's text as one mapping. Raises `SpecError` with everything that is not plain YAML data."""
    reader = _Reader(text, file)
    data = reader.document()
    reader.problems.check()
    if not isinstance(data, Map):
        mark = getattr(data, "mark", None) or Mark(file, 1, 1, "")
        what = "is empty" if data is None or data == "" else "is not a mapping of keys to values"
        reader.problems.add(mark, f"the file {what}", "a spec starts with `name:`, `input:` and `layers:`")
        reader.problems.check()
    assert isinstance(data, Map)
    return data


class _Reader:
    def __init__(self, text: str, file: str) -> None:
        self.text, self.file = text, file
        self.lines = text.splitlines()
        self.problems = Problems()
        self.stack: list[Seq | Map] = []
        self.keys: list[Text | None] = []
        self.root: Data | None = None

    def mark(self, at: Any) -> Mark:
        line = self.lines[at.line] if at.line < len(self.lines) else ""
        return Mark(self.file, at.line + 1, at.column + 1, line)

    def document(self) -> Data | None:
        try:
            for event in yaml.parse(self.text, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader)):
                if self.take(event) is False:
                    break
        except yaml.MarkedYAMLError as error:
            self.syntax_error(error)
        except yaml.reader.ReaderError as error:
            self.control_character(error)
        return self.root

    def take(self, event: Any) -> bool:
        """Take in one event; false when the rest of the text is not worth reading."""
        if isinstance(event, yaml.ScalarEvent):
            self.extras(event)
            mark = self.mark(event.start_mark)
            quoted = event.style in ("'", '"', "|", ">")
            self.put(Text(event.value, mark.shifted(1) if event.style in ("'", '"') else mark, quoted))
        elif isinstance(event, yaml.MappingStartEvent | yaml.SequenceStartEvent):
            self.extras(event)
            return self.open(event)
        elif isinstance(event, yaml.MappingEndEvent | yaml.SequenceEndEvent):
            self.stack.pop()
            self.keys.pop()
        elif isinstance(event, yaml.AliasEvent):
            mark = self.mark(event.start_mark)
            self.problems.add(mark, f"specs have no aliases, and here is '*{event.anchor}'", "a block can be used twice")
            self.put(Text("", mark))
        elif isinstance(event, yaml.DocumentStartEvent) and self.root is not None:
            self.problems.add(self.mark(event.start_mark), "a file holds one spec, and here a second one starts")
            return False
        return True

    def extras(self, event: Any) -> None:
        mark = self.mark(event.start_mark)
        if event.anchor:
            self.problems.add(mark, f"specs have no anchors, and here is '&{event.anchor}'", "a block can be used twice")
        if event.tag:
            self.problems.add(mark, f"specs have no tags, and here is '{event.tag}'", "write `not x` for negation")

    def open(self, event: Any) -> bool:
        made: Seq | Map = Map() if isinstance(event, yaml.MappingStartEvent) else Seq()
        made.mark = self.mark(event.start_mark)
        self.put(made)
        self.stack.append(made)
        self.keys.append(None)
        if len(self.stack) > MAX_DEPTH:
            self.problems.add(made.mark, f"the file nests deeper than {MAX_DEPTH} levels")
            return False
        return True

    def put(self, item: Data) -> None:
        """Add an item to the innermost open collection."""
        if not self.stack:
            self.root = item
        elif isinstance(top := self.stack[-1], Seq):
            top.append(item)
        elif (key := self.keys[-1]) is None:
            self.keys[-1] = self.key(top, item)
        else:
            top[key] = item
            self.keys[-1] = None

    def key(self, parent: Map, item: Data) -> Text:
        if not isinstance(item, Text):
            self.problems.add(item.mark, "a key is a word, and here is a list or a mapping")
            return Text("", item.mark)
        if item in parent:
            first = next(k for k in parent if k == item)
            self.problems.add(item.mark, f"the key '{item}' stands twice; the first is on line {first.mark.line}")
        return item

    def syntax_error(self, error: yaml.MarkedYAMLError) -> None:
        at = error.problem_mark or error.context_mark
        if error.context_mark and at and at.line >= len(self.lines):
            at = error.context_mark  # what is still open says more than the end of the file
        mark = self.mark(at) if at else Mark(self.file, 1, 1, "")
        self.problems.add(mark, f"this is not YAML: {error.problem or error.context}", self.hint(mark))

    def hint(self, mark: Mark) -> str:
        above = self.lines[mark.line - 2].strip() if mark.line > 1 else ""
        here = mark.text.strip()
        if "\t" in mark.text:
            return "a tab stands here; indent with spaces"
        if here.startswith(("repeat:", "when:", "name:", "from:")) and above.startswith("- ") and ":" not in above:
            return f"write `- {{{above[2:]}, {here}}}`"
        if _open_brackets(here) > 0 or _open_brackets(above) > 0:
            return "a bracket that opens here is not closed"
        return ""

    def control_character(self, error: Any) -> None:
        before = self.text[: error.position]
        line = before.count("\n")
        text = self.lines[line] if line < len(self.lines) else ""
        mark = Mark(self.file, line + 1, error.position - (before.rfind("\n") + 1) + 1, text)
        self.problems.add(mark, f"the character U+{_code(error.character):04X} has no place in YAML text")


def _open_brackets(line: str) -> int:
    return sum(line.count(c) for c in "[{") - sum(line.count(c) for c in "]}")


def _code(character: Any) -> int:
    """The code point, which PyYAML's C reader gives as a number and its Python reader as a character."""
    return ord(character) if isinstance(character, str) else int(character)
