"""From a spec's text to a checked `Network`."""

from costmodel.problems import Mark, Problems, meant
from costmodel.spec.checking import read_check
from costmodel.spec.definitions import read_block, read_op, read_params
from costmodel.spec.implementation import read_implementation
from costmodel.spec.layers import LayerReader
from costmodel.spec.names import check_label, check_name
from costmodel.spec.network import Network
from costmodel.spec.published import read_published
from costmodel.spec.reading import ValueReader, is_there, key_of
from costmodel.spec.source import Map, Seq, Text, read
from costmodel.spec.tables import read_grid
from costmodel.spec.values import BadValue, Formula, Sizes, Value, read_shape

_HEADER = (
    *("name", "source", "params", "let", "input", "blocks", "ops", "layers", "outputs"),
    *("variants", "check", "implementation", "published"),
)


def parse(text: str, file: str, problems: Problems) -> Network:
    """Read a spec. Text that is not plain YAML raises `SpecError`; other mistakes go onto `problems`."""
    data = read(text, file, problems)
    start = next((key.mark for key in data), data.mark)
    stray = {meant(key, _HEADER) for key in data if key not in _HEADER}
    if missing := [f"no `{key}`" for key in ("name", "input", "layers") if key not in data and key not in stray]:
        problems.add(start, f"the spec has {' and '.join(missing)}", "a spec has at least name, input and layers")
    values = ValueReader(problems)
    values.known_keys(data, _HEADER, "a spec")
    blocks, ops = values.mapping(data, "blocks"), values.mapping(data, "ops")
    reader = LayerReader(blocks, ops, problems)
    params = read_params(data, "params", reader, "{width: 1, classes: 1000}")
    published = data.at("published")
    parts = {str(name): block for name, body in blocks.items() if (block := read_block(name, body, reader))}
    layers = reader.layers(data.at("layers"), key_of(data, "layers").mark, "the spec") if "layers" in data else []
    return Network(
        file=file,
        name=_text(data, "name", file, problems),
        source=_text(data, "source", "", problems),
        params=params,
        let=reader.let(data.at("let"), start) if "let" in data else {},
        inputs=_inputs(data, reader),
        blocks=parts,
        layers=layers,
        variants=_variants(data, reader),
        published=read_published(published, {str(p) for p in params}, problems) if is_there(published) else [],
        ops={str(name): op for name, body in ops.items() if (op := read_op(name, body, reader))},
        outputs=_outputs(data.at("outputs"), problems),
        implementation=read_implementation(data.at("implementation"), layers, parts.values(), problems),
        check=read_check(data.at("check"), problems),
    )


def _text(data: Map, key: str, otherwise: str, problems: Problems) -> str:
    found = data.at(key)
    if isinstance(found, Map | Seq):
        problems.add(found.mark, f"`{key}` is a text, and here is a {'list' if isinstance(found, Seq) else 'mapping'}")
        return otherwise
    if found is not None and key == "name" and not found.strip():
        problems.add(found.mark, "`name` is empty")
    return str(found or otherwise)


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


def _outputs(data: object, problems: Problems) -> list[Text]:
    """The names of the layers that the network gives; none where its last line does."""
    if not is_there(data):
        return []
    given = data if isinstance(data, Seq) else [data]
    names = [name for name in given if isinstance(name, Text) and name]
    if not names or len(names) != len(given):
        problems.add(getattr(data, "mark", None), "`outputs` is a list of names of layers", "outputs: [p3, p4, p5]")
    for place, name in enumerate(names):
        if name in names[:place]:
            problems.add(name.mark, f"the output '{name}' stands twice")
    return names


def _variants(data: Map, reader: LayerReader) -> dict[str, dict[Text, Value]]:
    """Each variant's settings by its name, written as a mapping or as a table with a column `name`."""
    variants = reader.mapping(data, "variants")
    if "table" not in variants:
        for name in variants:
            _check_variant(name, name.mark, reader.problems)
        return {
            str(name): reader.values(settings, "a variant", name.mark, "{alpha: 0.5}") for name, settings in variants.items()
        }
    for key in variants:
        if key != "table":
            reader.problems.add(key.mark, f"beside the table of variants stands '{key}'", "put it in the table as a row")
    grid = read_grid(variants.at("table"), variants.mark, reader.problems)
    if grid is None or not grid.header:
        return {}
    if "name" not in grid.header:
        reader.problems.add(grid.header[0].mark, "a table of variants has a column `name`", "[name, …]")
        return {}
    title = next(key for key in grid.header if key == "name")
    found: dict[str, dict[Text, Value]] = {}
    for row in grid.rows:
        cells = dict(zip(grid.header, row, strict=True))
        label = _check_variant(cells.pop(title), row.mark, reader.problems)
        if label in found:
            reader.problems.add(label.mark, f"the variant '{label}' stands twice")
        found[str(label)] = {key: reader.value(cell) or Formula("1", key.mark) for key, cell in cells.items()}
    return found


def _check_variant(data: object, at: Mark, problems: Problems) -> Text:
    """A variant's name; `default` is the network without one."""
    label = check_label(data, "a variant's name", at, problems)
    if label == "default":
        problems.add(label.mark, "a variant cannot be called 'default': that is the network without a variant")
    return label
