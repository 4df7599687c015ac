"""What a spec offers to set: its parameters, variants and blocks as they are written, unchecked and read fast."""

from typing import Any, NamedTuple

from costmodel.spec.source import Map, Seq, Text, read


class Outline(NamedTuple):
    """The parameters of a spec with their defaults, its variants with what they set, and its blocks with their parameters.

    All of it is as written.
    """

    params: dict[str, str]
    variants: dict[str, dict[str, str]]
    blocks: dict[str, dict[str, str]]


def outline(text: str, file: str) -> Outline:
    """Read a spec's text as far as its parameters, variants and blocks. Raises `SpecError` where it is not plain YAML data.

    >>> outline("{params: {alpha: 1, width}, variants: {half: {alpha: 0.5}}}", "spec")
    Outline(params={'alpha': '1', 'width': ''}, variants={'half': {'alpha': '0.5'}}, blocks={})
    """
    data = read(text, file)
    return Outline(_pairs(data.at("params")), _variants(data.at("variants")), _blocks(data.at("blocks")))


def _blocks(data: Any) -> dict[str, dict[str, str]]:
    if not isinstance(data, Map):
        return {}
    return {str(name): _pairs(block.at("params")) for name, block in data.items() if isinstance(block, Map)}


def _pairs(data: Any) -> dict[str, str]:
    """A mapping's values where they are texts; lists and choices are left empty."""
    if not isinstance(data, Map):
        return {}
    return {str(name): _text(value) for name, value in data.items()}


def _text(value: Any) -> str:
    return str(value) if isinstance(value, Text) else ""


def _variants(data: Any) -> dict[str, dict[str, str]]:
    if not isinstance(data, Map):
        return {}
    if "table" not in data:
        return {str(name): _pairs(settings) for name, settings in data.items()}
    table = data.at("table")
    header, *rows = table if isinstance(table, Seq) and table else [None]
    if not isinstance(header, Seq) or "name" not in header:
        return {}
    found: dict[str, dict[str, str]] = {}
    for row in rows:
        if isinstance(row, Seq):
            cells = {str(column): _text(cell) for column, cell in zip(header, row, strict=False)}
            if name := cells.pop("name", ""):
                found[name] = cells
    return found
