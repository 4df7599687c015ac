"""Text to data with marks: YAML's structure alone, every scalar kept as the text that was written.

PyYAML's events are read one by one with a depth limit; its composer would recurse. Anchors, aliases, tags, a second
document, duplicate keys and tabs are refused, so that a file is data and means what it looks like.
"""

import re
from typing import Any, NamedTuple, TypeAlias

import yaml

from costmodel.problems import Mark, Problems
from costmodel.spec.syntax import Stop, explain

MAX_DEPTH = 60
"""How deep a file may nest; real specs stay below 20."""
MAX_EVENTS = 200_000
"""How many values and brackets a spec may have; real ones stay below 5,000."""
MAX_BYTES = 10_000_000
"""How long a spec may be; real ones stay below 100,000."""


class Holds(NamedTuple):
    """What a file holds: its noun in messages, how such a file starts, and what stands for an anchor and for a tag."""

    noun: str
    starts: str
    anchor: str = ""
    tag: str = ""


SPEC = Holds(
    "spec", "a spec starts with `name:`, `input:` and `layers:`", "a block can be used twice", "write `not x` for negation"
)
"""A network."""


class Text(str):
    """A scalar as written, with its place; `quoted` tells `""` from nothing at all.

    `verbatim` says whether it stands in its line letter by letter, so that a column within it can be pointed at.
    """

    mark: Mark
    quoted: bool
    verbatim: bool

    def __new__(cls, text: str, mark: Mark, quoted: bool = False, verbatim: bool = True) -> "Text":
        made = super().__new__(cls, text)
        made.mark, made.quoted, made.verbatim = mark, quoted, verbatim
        return made

    def __reduce__(self) -> tuple[type["Text"], tuple[str, Mark, bool, bool]]:
        return Text, (str(self), self.mark, self.quoted, self.verbatim)

    @property
    def absent(self) -> bool:
        """Whether nothing was written where a value could stand."""
        return not self and not self.quoted


class Seq(list[Any]):
    """A list with its place."""

    def __init__(self, *, mark: Mark) -> None:
        super().__init__()
        self.mark = mark


class Map(dict[Text, Any]):
    """A mapping in written order with its place; each key is a `Text` with a place of its own."""

    def __init__(self, pairs: "dict[Text, Any] | None" = None, *, mark: Mark) -> None:
        super().__init__(pairs or {})
        self.mark = mark

    def at(self, key: str) -> Any:
        """The value under a key, or None."""
        return self.get(key)  # type: ignore[call-overload]


Data: TypeAlias = Text | Seq | Map


def lines_of(text: str) -> list[str]:
    """The lines of a text as YAML counts them."""
    return re.split(r"\r\n|[\r\n\x85\u2028\u2029]", text)


_NO_TEXT = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f]|[\ud800-\udfff]|[\ufeff\ufffe\uffff]")


def read(text: str, file: str, problems: Problems | None = None, holds: Holds = SPEC) -> Map:
    """Read a file's text as one mapping. Raises `SpecError` with everything that is not plain YAML data.

    Warnings of what is legal and probably not meant go onto `problems`.
    """
    reader = _Reader(text.removeprefix("\ufeff"), file, problems, holds)
    data = reader.document()
    reader.problems.check()
    if not isinstance(data, Map):
        mark = getattr(data, "mark", None) or Mark(file, 1, 1, reader.lines[0])
        what = "is empty" if data is None or data == "" else "is not a mapping of keys to values"
        reader.problems.add(mark, f"the file {what}", holds.starts)
        reader.problems.check()
    assert isinstance(data, Map)
    return data


def read_list(text: Text, problems: Problems) -> Data | None:
    """A text that starts with a bracket as the list that it is, each item with its place; None where it is none."""
    return _ListReader(text, problems).document()


_COMMENT = re.compile(r"[ \t]+#[^\s#]")
_COMMENT_SOMEWHERE = re.compile(r"#(?<=[ \t]#)[^\s#]")  # the sign first: a search for it is quick


class _Reader:
    def __init__(self, text: str, file: str, problems: Problems | None, holds: Holds = SPEC) -> None:
        self.text, self.file, self.holds = text, file, holds
        self.lines = lines_of(text)
        self.problems = problems or Problems()
        self.comments = bool(_COMMENT_SOMEWHERE.search(text))
        self.stack: list[Seq | Map] = []
        self.keys: list[Text | None] = []
        self.flow: list[bool] = []
        self.root: Data | None = None

    def mark(self, line: int, col: int) -> Mark:
        return Mark(self.file, line + 1, col + 1, self.lines[line] if line < len(self.lines) else "")

    def document(self) -> Data | None:
        if found := _NO_TEXT.search(self.text):
            before = lines_of(self.text[: found.start()])
            mark = self.mark(len(before) - 1, len(before[-1]))
            self.problems.add(mark, f"the character U+{ord(found[0]):04X} has no place in a text")
            return None
        try:
            for count, event in enumerate(yaml.parse(self.text, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))):
                if count > MAX_EVENTS:
                    message = f"the file has more than {MAX_EVENTS:,} values: too long for a {self.holds.noun}"
                    self.problems.add(self.at(event), message)
                    break
                if self.take(event) is False:
                    break
        except yaml.MarkedYAMLError as error:
            self.syntax_error(error)
        return self.root

    def take(self, event: Any) -> bool:
        """Take in one event; false when the rest of the text is not worth reading."""
        if isinstance(event, yaml.ScalarEvent):
            self.extras(event)
            self.put(self.scalar(event))
            if self.comments and not event.style:
                self.comment(event.end_mark)
        elif isinstance(event, yaml.MappingStartEvent | yaml.SequenceStartEvent):
            self.extras(event)
            return self.open(event)
        elif isinstance(event, yaml.MappingEndEvent | yaml.SequenceEndEvent):
            self.close()
        elif isinstance(event, yaml.AliasEvent):
            mark = self.at(event)
            message = f"{self.holds.noun}s have no aliases, and here is '*{event.anchor}'"
            self.problems.add(mark, message, self.holds.anchor)
            self.put(Text("", mark))
        elif isinstance(event, yaml.DocumentStartEvent) and self.root is not None:
            self.problems.add(self.at(event), f"a file holds one {self.holds.noun}, and here a second one starts")
            return False
        return True

    def at(self, event: Any) -> Mark:
        return self.mark(event.start_mark.line, event.start_mark.column)

    def scalar(self, event: Any) -> Text:
        quote = event.style in ("'", '"')
        mark = self.at(event).shifted(1 if quote else 0)
        verbatim = mark.text.startswith(event.value, mark.col - 1)
        return Text(event.value, mark, quoted=quote or event.style in ("|", ">"), verbatim=verbatim)

    def comment(self, end: Any) -> None:
        """Warn of a sign that ends a value, and was probably meant to belong to it."""
        line = end.line
        # a key without a value ends where the text does, a line further than its last
        if line < len(self.lines) and (found := _COMMENT.match(self.lines[line], end.column)):
            rest = self.lines[line][found.end() - 2 :].rstrip()
            message = f"'{rest}' is a comment and no part of the value before it"
            self.problems.warn(self.mark(line, found.end() - 2), message, "put a space after the # of a comment")

    def extras(self, event: Any) -> None:
        if event.anchor is None and event.tag is None:
            return
        mark = self.at(event)
        if event.anchor:
            message = f"{self.holds.noun}s have no anchors, and here is '&{event.anchor}'"
            self.problems.add(mark, message, self.holds.anchor)
        if event.tag:
            self.problems.add(mark, f"{self.holds.noun}s have no tags, and here is '{event.tag}'", self.holds.tag)

    def open(self, event: Any) -> bool:
        kind = Map if isinstance(event, yaml.MappingStartEvent) else Seq
        made: Seq | Map = kind(mark=self.at(event))
        self.put(made)
        self.stack.append(made)
        self.keys.append(None)
        self.flow.append(bool(event.flow_style))
        if len(self.stack) > MAX_DEPTH:
            self.problems.add(made.mark, f"the file nests deeper than {MAX_DEPTH} levels")
            return False
        return True

    def close(self) -> None:
        """Leave a collection; a value that a comma cut in two inside brackets is reported and put together."""
        self.keys.pop()
        done = self.stack.pop()
        if not self.flow.pop():
            return
        for whole in _mend_items(done) if isinstance(done, Seq) else _mend_pairs(done):
            message = f"the comma ends this value inside its parenthesis: '{whole.partition(',')[0]}'"
            self.problems.add(whole.mark, message, f'put the formula in quotes: "{whole}"')

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
        since = error.context_mark or at
        assert at is not None
        assert since is not None
        stop = Stop(error.problem or "", error.context or "", (at.line, at.column), (since.line, since.column))
        fault = explain(stop, self.lines)
        self.problems.add(self.mark(fault.line, fault.col), fault.message, fault.hint)


class _ListReader(_Reader):
    """Reads a list that stands somewhere in a line; its places are those in that line."""

    def __init__(self, text: Text, problems: Problems) -> None:
        super().__init__(" " * (text.mark.col - 1) + text, text.mark.file, problems)
        self.shown = text.mark.text

    def mark(self, line: int, col: int) -> Mark:
        return Mark(self.file, line + 1, col + 1, self.shown)


def _is_cut(item: Any) -> bool:
    return isinstance(item, Text) and not item.quoted and item.count("(") > item.count(")")


def _mend_items(items: Seq) -> list[Text]:
    """Join `max(8` and `c)` in a list; the values that were joined."""
    mended: list[Text] = []
    for start in range(len(items)):
        for end in range(start + 2, min(len(items), start + 20) + 1):
            if start >= len(items) or not _is_cut(items[start]) or not all(isinstance(part, Text) for part in items[start:end]):
                break
            whole = Text(", ".join(items[start:end]), items[start].mark)
            if not _is_cut(whole):
                items[start:end] = [whole]
                mended.append(whole)
    return mended


def _mend_pairs(pairs: Map) -> list[Text]:
    """Join `out: max(8` and the key `c)` after it; the values that were joined."""
    mended: list[Text] = []
    keys = list(pairs)
    for place, key in enumerate(keys):
        if not _is_cut(pairs.get(key)):
            continue
        whole: Text = pairs[key]
        used: list[Text] = []
        for other in keys[place + 1 :]:
            if not (isinstance(pairs[other], Text) and pairs[other].absent):
                break
            whole, used = Text(f"{whole}, {other}", whole.mark), [*used, other]
            if not _is_cut(whole):
                pairs[key] = whole
                mended.append(whole)
                for part in used:
                    del pairs[part]
                break
    return mended
