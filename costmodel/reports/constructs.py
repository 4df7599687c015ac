"""The pages of `costmodel ops` on what stands in a list of layers beside ops: constructs and modifiers."""

from costmodel.reports.entry import Entry

CONSTRUCTS = {
    "residual": Entry(
        "Run layers, and add what entered them to what they give",
        "residual: [layer, …]\nresidual: {when: condition, layers: [layer, …]}",
        "The addition is an `add` and is counted as one: the layers must give the shape that enters. `when` inside "
        "leaves out the shortcut alone, where it is false; the layers stand there either way.",
        """\
        input: [64, 56, 56]
        layers:
          - residual:
              when: c_in == 64
              layers:
                - conv2d: {out: 64, kernel: 3, padding: 1}
                - relu
        """,
    ),
    "table": Entry(
        "Make the same layers for each row of a table",
        "table:\n  - [column, …]\n  - [value, …]\neach: [layer, …]\nlet: {name: formula}\n\ntable: {column: [value, …], …}",
        "As papers print architectures: the first row names the columns, and the layers under `each` see them as "
        "names. A column called `name` holds labels for reports. `row` counts the rows from 0. Cells are formulas; "
        "they see what stands around the table. By columns, each is a list or a formula that gives one. Variants and "
        "published figures may be written by rows too.",
        """\
        input: [3, 32, 32]
        layers:
          - table:
              - [c,  n, s]
              - [32, 1, 2]
              - [64, 2, 1]
            each:
              - conv2d: {out: c, kernel: 3, stride: s if first else 1, padding: 1}
                repeat: n
        """,
    ),
    "layers": Entry(
        "Take several layers as one",
        "layers: [layer, …]",
        "So that one `when`, `repeat` or `name` stands beside all of them; without such a key it changes nothing. On "
        "top of a spec, in a block and under `residual`, `layers` is the list itself.",
        """\
        input: [64, 56, 56]
        layers:
          - layers: [{conv2d: {out: 64, kernel: 3, padding: 1}}, relu]
            repeat: 3
        """,
    ),
    "activation": Entry(
        "Run the activation that a word names, or none",
        "activation: word",
        "For blocks that take their activation as a parameter. The words are the names of the activations that "
        "`costmodel ops` lists, and `none`.",
        """\
        input: [64, 56, 56]
        blocks:
          conv_act:
            params: {out, act: relu}
            layers: [conv2d: out, activation: act]
        layers:
          - conv_act: 64
          - conv_act: {out: 128, act: none}
        """,
    ),
    "identity": Entry(
        "Give what enters, and cost nothing",
        "identity",
        "For a branch that passes on the input, as in dense connections.",
        """\
        input: [64, 56, 56]
        layers:
          - concat: {past: identity, new: {conv2d: 32}}
        """,
    ),
}
"""The verbs that are no ops."""

MODIFIERS = {
    "name": Entry(
        "Name a layer, for layers below to take what it gives",
        "{verb: …, name: word}\nname: text",
        "The name is known from the next layer to the end of its list, and in lists inside; `from`, `add` and "
        "`concat` use it. On top of a spec, `name` is the network's own; as a column of a table it labels the rows in "
        "reports.",
        """\
        input: [64, 56, 56]
        layers:
          - {conv2d: 64, name: early}
          - relu
          - add: [early, previous]
        """,
    ),
    "from": Entry(
        "Take what a named layer gives, not the one above",
        "{verb: …, from: name}\n{verb: …, from: [name, name]}",
        "`input` is the network's or the block's input, `previous` the layer above. A list is for what takes several tensors.",
        """\
        input: [64, 56, 56]
        layers:
          - {conv2d: 16, name: a}
          - {conv2d: 32, from: input}
          - concat: [a, previous]
        """,
    ),
    "when": Entry(
        "Leave a layer out unless a condition holds",
        "{verb: …, when: condition}",
        "What enters a layer that is left out passes by; of several tensors, `previous`. Beside `residual` it is "
        "refused, for the layers would go too: write it inside.",
        """\
        params: {expand: 6}
        input: [16, 56, 56]
        layers:
          - {conv2d: c_in * expand, when: expand != 1}
          - depthwise: {kernel: 3, padding: 1}
        """,
    ),
    "repeat": Entry(
        "Run a layer several times, one after another",
        "{verb: …, repeat: count}",
        "Each pass takes what the pass before gave. Inside, `index` counts the passes from 0, and `first` and `last` "
        "are true in the first and in the last one. 0 times is none. `when` and the fields are worked out for every "
        "pass, `from` feeds the first.",
        """\
        input: [64, 56, 56]
        layers:
          - conv2d: {out: 64, kernel: 3, stride: 2 if first else 1, padding: 1}
            repeat: 3
        """,
    ),
    "tied": Entry(
        "Have the parameters of a layer above",
        "{verb: …, tied: name}\n{verb: …, tied: name/name}\n{verb: …, tied: {weights: name}}",
        "They are counted where they stand first, and read wherever they are used. Layers in a block or a group are paired "
        "one by one, and each pair must have as many. `name/name` is a layer in a named one, by its place, and a branch of "
        "a join may so name one before it; a kind is `weights`, `biases`, `affine` (scales, shifts, tables) or `buffers`.",
        """\
        input: [128]
        layers:
          - {embedding: {entries: 30522, out: 256}, name: words}
          - {linear: 256, name: layer}
          - {linear: 256, tied: layer, repeat: 11}
          - {linear: 30522, tied: {weights: words}}
        """,
    ),
    "each": Entry(
        "The layers that every row of a table makes",
        "table: …\neach: [layer, …]",
        "They see the columns of the table as names.",
        """\
        input: [3, 32, 32]
        layers:
          - table:
              - [c]
              - [32]
              - [64]
            each: [{conv2d: c}, relu]
        """,
    ),
    "let": Entry(
        "Give names to formulas",
        "let: {name: formula, …}",
        "On top of a spec, in a block, or beside a table. In a block the formulas see the parameters and the shape "
        "that enters the block; beside a table, the columns. A name may use those before it.",
        """\
        params: {alpha: 0.5}
        let: {width: divisible(64 * alpha)}
        input: [3, 32, 32]
        layers:
          - conv2d: width
        """,
    ),
}
"""The keys that stand beside a verb, `each` and `let` beside `table` alone."""
