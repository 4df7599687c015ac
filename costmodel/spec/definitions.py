"""What a spec defines of its own: parameters, blocks, and ops that are costed by formulas."""

from costmodel.ops import OPS
from costmodel.problems import Problems, meant
from costmodel.spec.layers import CONSTRUCTS, MODIFIERS, TABLE_KEYS, LayerReader
from costmodel.spec.names import check_name, names_in
from costmodel.spec.network import Block, OwnOp
from costmodel.spec.reading import is_there, key_of
from costmodel.spec.source import Map, Seq, Text
from costmodel.spec.values import BadValue, Formula, Items, Sizes, Value, read_shape

_BLOCK = ("params", "let", "inputs", "layers")
_COUNTS = ("params", "mult_adds", "reads", "writes")
_OP = ("fields", "let", "output", *_COUNTS)


def read_params(data: Map, key: str, reader: LayerReader, example: str = "{out, kernel: 1}") -> dict[Text, Value | None]:
    """Parameters with their defaults; None for those that must be given."""
    params: dict[Text, Value | None] = {}
    written = reader.mapping(data, key, example)
    if isinstance(names := data.at(key), Seq):
        return {name: Formula("1", name.mark) for name in names if isinstance(name, Text)}
    for name, default in written.items():
        check_name(name, reader.problems)
        for part in names_in(name):
            absent = isinstance(default, Text) and default.absent and part is name
            params[part] = None if absent else reader.value(default, Text("1", name.mark)) or Formula("1", name.mark)
    return params


def read_block(name: Text, body: object, reader: LayerReader) -> Block | None:
    """One block, or None where there is nothing to make it of."""
    problems = reader.problems
    _check_verb(name, "a block", problems)
    if not isinstance(body, Map):
        problems.add(name.mark, f"the block '{name}' is a mapping with `layers`", "layers: [conv2d: 64, relu]")
        return None
    reader.known_keys(body, _BLOCK, f"the block '{name}'")
    if "layers" not in body:
        problems.add(name.mark, f"the block '{name}' has no `layers`")
    return Block(
        name=name,
        params=read_params(body, "params", reader),
        let=reader.let(body.at("let"), name.mark) if "let" in body else {},
        inputs=_input_names(body, problems),
        layers=reader.layers(body.at("layers"), key_of(body, "layers").mark, f"the block '{name}'") if "layers" in body else [],
    )


def _check_verb(name: Text, what: str, problems: Problems) -> None:
    """Note a name that a verb cannot have."""
    if name in OPS or name in CONSTRUCTS or name in MODIFIERS or name in TABLE_KEYS:
        problems.add(name.mark, f"{what} cannot be called '{name}': that is a verb of the language")
    else:
        check_name(name, problems)


def _input_names(body: Map, problems: Problems) -> list[Text]:
    """The names that a block gives to the several tensors it takes."""
    inputs = body.at("inputs")
    if not is_there(inputs):
        return []
    names = [name for name in inputs if isinstance(name, Text) and name] if isinstance(inputs, Seq) else []
    if not names or len(names) != len(inputs):
        problems.add(inputs.mark, "`inputs` is a list of names", "inputs: [fine, coarse]")
    for place, name in enumerate(names):
        check_name(name, problems)
        if name in names[:place]:
            problems.add(name.mark, f"the input '{name}' stands twice")
    return names


def read_op(name: Text, body: object, reader: LayerReader) -> OwnOp | None:
    """One op of the spec's own, or None where there is nothing to make it of."""
    problems = reader.problems
    _check_verb(name, "an op", problems)
    if name in reader.blocks:
        problems.add(name.mark, f"the name '{name}' is taken by a block")
    if not isinstance(body, Map):
        problems.add(name.mark, f"the op '{name}' is a mapping with `params` and `mult_adds`", _EXAMPLE)
        return None
    reader.known_keys(body, _OP, f"the op '{name}'")
    stray = {meant(key, _OP) for key in body if key not in _OP}
    for count in ("params", "mult_adds"):
        if not is_there(body.at(count)) and count not in stray:
            mark = key_of(body, count).mark if count in body else name.mark
            problems.add(mark, f"the op '{name}' does not say its {count}", f"write `{count}: 0` where there are none")
    counts = {count: _count(body, count, reader) for count in _COUNTS if count in ("params", "mult_adds") or count in body}
    return OwnOp(
        name=name,
        params=read_params(body, "fields", reader),
        let=reader.let(body.at("let"), name.mark) if "let" in body else {},
        output=_output(body, reader),
        keeps=not isinstance(body.at("output"), Seq),
        counts=counts,
    )


_EXAMPLE = "{fields: {out}, output: {c: out}, params: c_in * out, mult_adds: c_in * out * h_in * w_in}"


def _count(body: Map, key: str, reader: LayerReader) -> Value:
    """The formula of a count; 1 stands in for one that is not there or cannot be read."""
    data = body.at(key)
    value = reader.value(data) if is_there(data) else None
    if isinstance(value, Items):
        reader.problems.add(value.mark, f"`{key}` takes a formula")
    return value if value is not None and not isinstance(value, Items) else Formula("1", body.mark)


def _output(body: Map, reader: LayerReader) -> Sizes | None:
    """The shape that leaves an op; None where that is the shape that enters."""
    data = body.at("output")
    if not is_there(data):
        return None
    try:
        shape = read_shape(data, is_change=True)
    except BadValue as error:
        reader.problems.add(error.mark, error.message, error.hint)
        return None
    assert isinstance(shape, Sizes)
    return shape
