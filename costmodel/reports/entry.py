"""A page of `costmodel ops` on a word that is no op."""

import textwrap
from typing import NamedTuple

from costmodel.reports.layout import Screen, text


class Entry(NamedTuple):
    """A word of the language: what it is in one sentence, how it is written, what there is to know, a spec that runs.

    `also` are further words that this page explains.
    """

    sentence: str
    form: str
    more: str
    example: str
    also: tuple[str, ...] = ()


def example(name: str, entry: Entry) -> str:
    """The whole spec of an entry's example."""
    return f"name: {name}\n{textwrap.dedent(entry.example)}"


def screen(name: str, entry: Entry, room: int) -> Screen:
    """One word's page."""
    indented = "  "
    return [
        text(name, "head"),
        *(text(line) for line in textwrap.wrap(f"{entry.sentence}.", room)),
        *(text(line) for line in (["", *textwrap.wrap(entry.more, room)] if entry.more else [])),
        [],
        text("form", "head"),
        *(text(f"{indented}{line}" if line else "") for line in entry.form.splitlines()),
        [],
        text("example", "head"),
        *(text(indented + line) for line in example(name, entry).splitlines()),
    ]


def data(name: str, entry: Entry) -> dict[str, str]:
    """One word's page for programs."""
    return {
        "word": name,
        "doc": f"{entry.sentence}. {entry.more}".strip(),
        "form": entry.form,
        "example": example(name, entry),
    }
