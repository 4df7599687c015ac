"""From a spec's text to a checked `Network`."""

import re

from costmodel.ops import OPS
from costmodel.problems import Mark, Problems, did_you_mean, one_of
from costmodel.spec.layers import CONSTRUCTS, MODIFIERS, RESERVED, LayerReader
from costmodel.spec.network import Block, Network
from costmodel.spec.published import read_published
from costmodel.spec.source import Map, Seq, Text, read
from costmodel.spec.values import Value

_HEADER = ("name", "source", "params", "let", "input", "blocks", "layers", "variants", "published")
_BLOCK = ("params", "let", "inputs", "layers")


def parse(text: str, file: str, problems: Problems) -> Network:
    """Read a spec. Text that is not plain YAML raises `SpecError`; other mistakes go onto `problems`."""
    data = read(text, file)
    start = Mark(file, 1, 1, text.split("\n", 1)[0])
    _known_keys(data, _HEADER, "a spec", problems)
    for key in ("name", "input", "layers"):
        if key not in data:
            problems.add(start, f"the spec has no `{key}`", "a spec has at least name, input and layers")
    blocks = _mapping(data, "blocks", problems)
    reader = LayerReader({str(k): v for k, v in blocks.items() if isinstance(v, Map)}, problems)
    params = _params(data, reader)
    return Network(
        file=file,
        name=str(data.at("name") or file),
        source=str(data.at("source") or ""),
        params=params,
        let=_let(data, reader),
        inputs=_inputs(data, reader),
        blocks={str(name): _block(name, body, reader) for name, body in blocks.items()},
        layers=reader.layers(data.at("layers"), start) if "layers" in data else [],
        variants=_variants(data, reader),
        published=read_published(data.at("published"), {str(p) for p in params}, problems) if "published" in data else [],
    )


def _known_keys(data: Map, known: tuple[str, ...], what: str, problems: Problems) -> None:
    for key in data:
        if key not in known:
            problems.add(key.mark, f"{what} has no key '{key}'", did_you_mean(key, known, f"its keys are {one_of(known)}"))


def _mapping(data: Map, key: str, problems: Problems) -> Map:
    found = data.at(key)
    if isinstance(found, Map):
        return found
    if found is not None and not (isinstance(found, Text) and found.absent):
        problems.add(found.mark, f"`{key}` is a mapping of names")
    return Map()


def _check_name(name: Text, problems: Problems) -> None:
    if name in RESERVED:
        problems.add(name.mark, f"'{name}' is a word of the language and cannot be a name here")
    elif not re.fullmatch(r"[A-Za-z_][A-Za-z0-9_]*", name):
        hint = "put a space after the colon" if ":" in name else "letters, digits and _, not starting with a digit"
        problems.add(name.mark, f"'{name}' is not a name", hint)


def _params(data: Map, reader: LayerReader) -> dict[Text, Value | None]:
    """Parameters with their defaults; None for those that the user must give."""
    params: dict[Text, Value | None] = {}
    for name, default in _mapping(data, "params", reader.problems).items():
        _check_name(name, reader.problems)
        absent = isinstance(default, Text) and default.absent
        params[name] = None if absent else reader.value(default)
    return params


def _let(data: Map, reader: LayerReader) -> dict[Text, Value]:
    let = _mapping(data, "let", reader.problems)
    for name in let:
        _check_name(name, reader.problems)
    return reader.values(let, "let", Mark("", 0, 0, "")) if let else {}


def _inputs(data: Map, reader: LayerReader) -> dict[str, Value]:
    """Each input's sizes by its name; a single one is called `input`."""
    found = data.at("input")
    inputs: dict[str, Value] = {}
    for name, sizes in found.items() if isinstance(found, Map) else [("input", found)] if found is not None else []:
        if isinstance(sizes, Seq) and len(sizes) in (1, 3):
            value = reader.value(sizes)
            if value is not None:
                inputs[str(name)] = value
        else:
            reader.problems.add(sizes.mark, "an input is [channels, height, width], or [channels] for a vector")
    return inputs


def _block(name: Text, body: object, reader: LayerReader) -> Block:
    if name in OPS or name in CONSTRUCTS or name in MODIFIERS:
        reader.problems.add(name.mark, f"a block cannot be called '{name}': that is a verb of the language")
    if not isinstance(body, Map):
        reader.problems.add(name.mark, f"the block '{name}' is a mapping with `layers`", "layers: [conv2d: 64, relu]")
        return Block(name, {}, {}, [], [])
    _known_keys(body, _BLOCK, f"the block '{name}'", reader.problems)
    if "layers" not in body:
        reader.problems.add(name.mark, f"the block '{name}' has no `layers`")
    inputs = body.at("inputs")
    return Block(
        name=name,
        params=_params(body, reader),
        let=_let(body, reader),
        inputs=[t for t in inputs if isinstance(t, Text)] if isinstance(inputs, Seq) else [],
        layers=reader.layers(body.at("layers"), name.mark) if "layers" in body else [],
    )


def _variants(data: Map, reader: LayerReader) -> dict[str, dict[Text, Value]]:
    """Each variant's settings by its name, written as a mapping or as a table whose first column is `name`."""
    variants = _mapping(data, "variants", reader.problems)
    if isinstance(table := variants.at("table"), Seq):
        rows = reader.rows(table, {})
        return {
            str(label): dict(zip(rows.columns, row, strict=True)) for label, row in zip(rows.labels, rows.rows, strict=True)
        }
    return {str(name): reader.values(settings, "a variant", name.mark) for name, settings in variants.items()}
