"""From a spec's text to a checked `Network`."""

from costmodel.ops import OPS
from costmodel.problems import Problems, did_you_mean, one_of
from costmodel.spec.layers import CONSTRUCTS, MODIFIERS, TABLE_KEYS, LayerReader
from costmodel.spec.names import check_label, check_name
from costmodel.spec.network import Block, Network
from costmodel.spec.published import read_published
from costmodel.spec.source import Map, Seq, Text, read
from costmodel.spec.tables import read_grid
from costmodel.spec.values import BadValue, Formula, Sizes, Value, read_shape

_HEADER = ("name", "source", "params", "let", "input", "blocks", "layers", "variants", "published")
_BLOCK = ("params", "let", "inputs", "layers")


def parse(text: str, file: str, problems: Problems) -> Network:
    """Read a spec. Text that is not plain YAML raises `SpecError`; other mistakes go onto `problems`."""
    data = read(text, file)
    start = next((key.mark for key in data), data.mark)
    _known_keys(data, _HEADER, "a spec", problems)
    if missing := [f"no `{key}`" for key in ("name", "input", "layers") if key not in data]:
        problems.add(start, f"the spec has {' and '.join(missing)}", "a spec has at least name, input and layers")
    blocks = _mapping(data, "blocks", problems)
    reader = LayerReader(blocks, problems)
    params = _params(data, reader)
    published = data.at("published")
    return Network(
        file=file,
        name=_text(data, "name", file, problems),
        source=_text(data, "source", "", problems),
        params=params,
        let=reader.let(data.at("let"), start) if "let" in data else {},
        inputs=_inputs(data, reader),
        blocks={str(name): block for name, body in blocks.items() if (block := _block(name, body, reader))},
        layers=reader.layers(data.at("layers"), _key(data, "layers").mark, "the spec") if "layers" in data else [],
        variants=_variants(data, reader),
        published=read_published(published, {str(p) for p in params}, problems) if _is_there(published) else [],
    )


def _is_there(data: object) -> bool:
    return data is not None and not (isinstance(data, Text) and data.absent)


def _key(data: Map, key: str) -> Text:
    return next(k for k in data if k == key)


def _known_keys(data: Map, known: tuple[str, ...], what: str, problems: Problems) -> None:
    for key in data:
        if key not in known:
            hint = "put a space after the colon" if ":" in key else did_you_mean(key, known, f"its keys are {one_of(known)}")
            problems.add(key.mark, f"{what} has no key '{key}'", hint)


def _text(data: Map, key: str, otherwise: str, problems: Problems) -> str:
    found = data.at(key)
    if isinstance(found, Map | Seq):
        problems.add(found.mark, f"`{key}` is a text, and here is a {'list' if isinstance(found, Seq) else 'mapping'}")
        return otherwise
    if found is not None and key == "name" and not found.strip():
        problems.add(found.mark, "`name` is empty")
    return str(found or otherwise)


def _mapping(data: Map, key: str, problems: Problems) -> Map:
    found = data.at(key)
    if isinstance(found, Map):
        return found
    if _is_there(found):
        example = "{width: 1, classes: 1000}" if key == "params" else ""
        problems.add(found.mark, f"`{key}` is a mapping of names", example)
    return Map(mark=data.mark)


def _params(data: Map, reader: LayerReader) -> dict[Text, Value | None]:
    """Parameters with their defaults; None for those that the user must give."""
    params: dict[Text, Value | None] = {}
    written = _mapping(data, "params", reader.problems)
    if isinstance(names := data.at("params"), Seq):
        return {name: Formula("1", name.mark) for name in names if isinstance(name, Text)}
    for name, default in written.items():
        check_name(name, reader.problems)
        absent = isinstance(default, Text) and default.absent
        params[name] = None if absent else reader.value(default) or Formula("1", name.mark)
    return params


def _inputs(data: Map, reader: LayerReader) -> dict[str, Sizes]:
    """Each input's sizes by its name; a single one is called `input`."""
    found = data.at("input")
    several = isinstance(found, Map) and not all(isinstance(sizes, Text) for sizes in found.values())
    if isinstance(found, Map) and not found:
        reader.problems.add(found.mark, "the spec has no input", "input: [3, 224, 224]")
        return {}
    if found is None:
        return {}
    inputs: dict[str, Sizes] = {}
    for name, sizes in found.items() if several else [(Text("input", data.mark), found)]:
        if several:
            check_name(name, reader.problems)
        try:
            shape = read_shape(sizes)
            assert isinstance(shape, Sizes)
            inputs[str(name)] = shape
        except BadValue as error:
            reader.problems.add(error.mark, error.message, error.hint)
    return inputs


def _block(name: Text, body: object, reader: LayerReader) -> Block | None:
    """One block, or None where there is nothing to make it of."""
    problems = reader.problems
    if name in OPS or name in CONSTRUCTS or name in MODIFIERS or name in TABLE_KEYS:
        problems.add(name.mark, f"a block cannot be called '{name}': that is a verb of the language")
    else:
        check_name(name, problems)
    if not isinstance(body, Map):
        problems.add(name.mark, f"the block '{name}' is a mapping with `layers`", "layers: [conv2d: 64, relu]")
        return None
    _known_keys(body, _BLOCK, f"the block '{name}'", problems)
    if "layers" not in body:
        problems.add(name.mark, f"the block '{name}' has no `layers`")
    return Block(
        name=name,
        params=_params(body, reader),
        let=reader.let(body.at("let"), name.mark) if "let" in body else {},
        inputs=_input_names(body, problems),
        layers=reader.layers(body.at("layers"), _key(body, "layers").mark, f"the block '{name}'") if "layers" in body else [],
    )


def _input_names(body: Map, problems: Problems) -> list[Text]:
    """The names that a block gives to the several tensors it takes."""
    inputs = body.at("inputs")
    if not _is_there(inputs):
        return []
    names = [name for name in inputs if isinstance(name, Text) and name] if isinstance(inputs, Seq) else []
    if not names or len(names) != len(inputs):
        problems.add(inputs.mark, "`inputs` is a list of names", "inputs: [fine, coarse]")
    for place, name in enumerate(names):
        check_name(name, problems)
        if name in names[:place]:
            problems.add(name.mark, f"the input '{name}' stands twice")
    return names


def _variants(data: Map, reader: LayerReader) -> dict[str, dict[Text, Value]]:
    """Each variant's settings by its name, written as a mapping or as a table with a column `name`."""
    variants = _mapping(data, "variants", reader.problems)
    if "table" not in variants:
        return {
            str(name): reader.values(settings, "a variant", name.mark, "{alpha: 0.5}") for name, settings in variants.items()
        }
    for key in variants:
        if key != "table":
            reader.problems.add(key.mark, f"beside the table of variants stands '{key}'", "put it in the table as a row")
    grid = read_grid(variants.at("table"), variants.mark, reader.problems)
    if grid is None:
        return {}
    if "name" not in grid.header:
        reader.problems.add(grid.header[0].mark, "a table of variants has a column `name`", "[name, …]")
        return {}
    found: dict[str, dict[Text, Value]] = {}
    for row in grid.rows:
        cells = dict(zip(grid.header, row, strict=True))
        label = check_label(cells.pop(_key_of(cells)), "a variant's name", row.mark, reader.problems)
        if label in found:
            reader.problems.add(label.mark, f"the variant '{label}' stands twice")
        found[str(label)] = {key: reader.value(cell) or Formula("1", key.mark) for key, cell in cells.items()}
    return found


def _key_of(cells: dict[Text, object]) -> Text:
    return next(key for key in cells if key == "name")
