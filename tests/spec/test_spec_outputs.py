"""Several outputs: the lines whose tensors a network gives."""

from writing import load, run


def outputs(layers: str, names: str, head: str = "", size: str = "[3, 32, 32]", **settings: object) -> list[int]:
    return run(layers, f"{head}outputs: {names}\n", size, **settings).outputs


def test_the_last_line_is_the_output_unless_others_are_named() -> None:
    assert run("conv2d: 8\nrelu").outputs == [1]
    assert outputs("{conv2d: 8, name: a}\n{relu, name: b}\n{relu6, name: c}", "[c, a]") == [2, 0]
    assert outputs("{conv2d: 8, name: a}\nrelu", "a") == [0]


def test_an_output_may_be_an_input_or_a_layer_that_is_left_out() -> None:
    assert outputs("{conv2d: 8, name: a}", "[a, input]") == [0, -1]
    layers = "{conv2d: 8, name: a, from: image}\n{conv2d: 8, name: b, from: depth}"
    assert outputs(layers, "[depth, b, a]", size="{image: [3, 8, 8], depth: [1, 8, 8]}") == [-2, 1, 0]
    assert outputs("conv2d: 5\n{conv2d: 8, when: false, name: a}\n{relu, name: b}", "[a, b]") == [0, 1]


def test_an_output_may_be_a_block_a_table_or_the_end_of_a_repeat() -> None:
    head = "blocks: {unit: {layers: [{conv2d: 8, name: x}, relu]}}\n"
    layers = "{unit, name: a, repeat: 2}\n{table: [[c], [4], [5]], each: [{conv2d: c, name: y}], name: b}\n{relu6, name: c}"
    assert outputs(layers, "[a, b, c]", head) == [3, 5, 6]


def test_what_no_layer_reads_is_judged_with_the_outputs_in_mind() -> None:
    def warnings(layers: str, head: str) -> list[str]:
        return [warning.message.removeprefix("warning: ") for warning in load(layers, head).warnings]

    pyramid = "{conv2d: 8, name: a}\n{max_pool: 2, name: b}\n{conv2d: 8, from: a, name: c}"
    assert warnings(pyramid, "") == ["no layer reads what this max_pool gives"]
    assert warnings(pyramid, "outputs: [b, c]\n") == []
    assert warnings(pyramid, "outputs: [a, b]\n") == ["no layer reads what this conv2d gives"]
    assert warnings("{conv2d: 8, name: a}\nrelu", "outputs: [a]\n") == ["no layer reads what this relu gives"]
    assert warnings("layers: [{relu, name: a}, {relu6, name: b}]\n{relu, name: c}", "outputs: [c]\n") == []


def test_inputs_that_nobody_reads() -> None:
    def warnings(layers: str, size: str = "{a: [3, 8, 8], b: [3, 8, 8]}", head: str = "") -> list[str]:
        return [warning.message.removeprefix("warning: ") for warning in load(layers, head, size).warnings]

    assert warnings("relu") == ["no layer reads the input 'b'"]
    assert warnings("{relu, from: b}") == ["no layer reads the input 'a'"]
    assert warnings("add: [a, b]") == warnings("add: [previous, b]") == warnings("relu\nadd: [previous, b]") == []
    assert warnings("relu", head="outputs: [b]\n") == ["no layer reads what this relu gives"]
    assert warnings("{relu, name: x}\n{relu6, from: input}\nadd: [x, previous]", "[3, 8, 8]") == []
    block = "blocks: {f: {inputs: [x, y], layers: [%s]}}\n"
    assert warnings("{f, from: [a, b]}", head=block % "relu") == ["no layer reads the input 'y'"]
    assert warnings("{f, from: [a, b]}", head=block % "{relu, from: y}, {add: [previous, input]}") == []
