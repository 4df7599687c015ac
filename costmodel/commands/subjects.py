"""A network as commands that take several name it: `mobilenetv2@x1.4`, `mobilenet@alpha=0.5,resolution=160`."""

import re
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, NamedTuple

import typer

from costmodel.commands import reading
from costmodel.problems import Mark, Problem, SpecError

if TYPE_CHECKING:
    from costmodel.ledger import Ledger
    from costmodel.library import Spec
    from costmodel.spec.source import Text

Subjects = Annotated[
    list[str],
    typer.Argument(
        metavar="SPEC…",
        help="Spec files or names of bundled specs; behind an @ a variant and settings: mobilenetv2@x1.4,resolution=160.",
    ),
]
_COMMAS = re.compile(r",(?![^\[]*\])")
"""The commas that are in no list."""


class Subject(NamedTuple):
    """A spec, a variant of it, and settings."""

    text: str
    spec: str
    variant: str | None
    settings: "dict[str, Text]"


class Loaded(NamedTuple):
    """A subject as it was read and costed: the text of its spec, the file's name, its parts and its ledger."""

    subject: Subject
    text: str
    file: str
    spec: "Spec"
    ledger: "Ledger"


def subject(text: str) -> Subject:
    """Read one. Raises `SpecError` with every part that is none.

    >>> subject("mobilenet@x0.5,resolution=160")[1:3]
    ('mobilenet', 'x0.5')
    """
    spec, at, rest = text.partition("@")
    if not at or _is_file(text):
        return Subject(text, text, None, {})
    read, variant = reading.Reader(), None
    pairs: list[tuple[Text, Text]] = []
    start = len(spec) + 1
    for part in _COMMAS.split(rest):
        mark = Mark("the network", 1, start + 1, text)
        start += len(part) + 1
        if not part.strip():
            read.problems.append(Problem(mark, "a variant or a setting is missing here", f"{spec}@alpha=0.5"))
        elif "=" in part:
            if pair := read(_pair, part, mark):
                pairs.append(pair)
        elif variant is not None:
            read.problems.append(
                Problem(mark, f"'{part}' would be a second variant beside '{variant}'", "settings are NAME=VALUE")
            )
        else:
            variant = part.strip()
    settings = read(reading.once, text, pairs)
    read.check()
    return Subject(text, spec, variant, settings)


def _pair(part: str, mark: Mark) -> "tuple[Text, Text]":
    from costmodel.spec.source import Text

    name, _, value = part.partition("=")
    if not name.strip() or not value.strip():
        raise SpecError([Problem(mark, f"a setting is NAME=VALUE, and here is '{part}'", "alpha=0.5")])
    return Text(name.strip(), mark), Text(value, mark.shifted(len(name) + 1))


def _is_file(text: str) -> bool:
    try:
        return Path(text).exists()
    except (OSError, ValueError):
        return False


def load(texts: Sequence[str], shared: "dict[str, Text]", variant: str | None, batch: int) -> list[Loaded]:
    """The subjects, each costed; `shared` settings are of each that has the parameter.

    Raises `SpecError` with every problem of all of them, and for a setting that none has.
    """
    from costmodel.importing.door import text_of
    from costmodel.library import find, loads

    read = reading.Reader()
    subjects = [read(subject, text) for text in texts]
    read.check()

    def specified(one: Subject) -> "tuple[str, str, Spec]":
        path = find(one.spec)
        text, file = text_of(path, str(path))
        return text, file, loads(text, file)

    specs = [read(specified, one) for one in subjects]
    read.check()
    if len(subjects) > 1:
        for name, value in shared.items():
            if not any(name in spec.network.params for _, _, spec in specs):
                read.problems.append(Problem(value.mark, f"none of these networks has a parameter '{name}'"))
        read.check()

    def costed(one: Subject, found: "tuple[str, str, Spec]") -> Loaded:
        spec = found[2]
        mine = {name: value for name, value in shared.items() if len(subjects) == 1 or name in spec.network.params}
        settings = {**mine, **one.settings}
        chosen = one.variant if one.variant is not None else variant
        return Loaded(one._replace(variant=chosen, settings=settings), *found, spec.cost(settings, chosen, batch))

    ledgers = [read(costed, one, found) for one, found in zip(subjects, specs, strict=True)]
    read.check()
    return ledgers
