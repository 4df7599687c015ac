"""The words of the language that are no ops, in the sections of `costmodel ops`."""

from costmodel.reports.constructs import CONSTRUCTS, MODIFIERS
from costmodel.reports.entry import Entry
from costmodel.reports.spec_keys import KEYS
from costmodel.reports.values import VALUES, functions, words


def sections() -> dict[str, dict[str, Entry]]:
    """Every word that has a page of its own, by the title of its section."""
    return {
        "keys of a spec": KEYS,
        "constructs": CONSTRUCTS,
        "beside a layer": MODIFIERS,
        "values and names": VALUES | words(),
        "functions of formulas": functions(),
    }


def entries() -> dict[str, Entry]:
    """Every word that has a page of its own."""
    return {name: entry for section in sections().values() for name, entry in section.items()}


def titles() -> dict[str, str]:
    """The page that explains each word, a word that shares a page with others among them."""
    pages = entries()
    shared = {word: name for name, entry in pages.items() for word in entry.also}
    return shared | {name: name for name in pages}
