"""The pages of `costmodel ops` on the keys of a spec."""

from costmodel.reports.entry import Entry
from costmodel.tensor import DIMENSIONS

KEYS = {
    "source": Entry(
        "Say where a network is described",
        "name: text\nsource: text",
        "A spec has at least `name`, `input` and `layers`. Both texts are for reports and for readers; beside "
        "published figures `source` says where these are printed.",
        """\
        source: arXiv:1704.04861, table 1
        input: [3, 224, 224]
        layers:
          - conv2d: {out: 32, kernel: 3, stride: 2, padding: 1}
        """,
    ),
    "params": Entry(
        "Name what may be set from outside",
        "params: {name: default, name, …}",
        "On top of a spec: `--set name=value` and `variants` set them. In a block: its call gives them, a bare value "
        "the first one. A default is a formula, a list or a choice, and may use the parameters before it; without one "
        "a value must be given. In an op of the spec's own and beside published figures, `params` is the number of "
        "parameters.",
        """\
        params: {alpha: 1, width: 32 * alpha}
        input: [3, 32, 32]
        blocks:
          conv_act:
            params: {out, kernel: 1}
            layers: [{conv2d: {out, kernel, padding: same}}, relu]
        layers:
          - conv_act: width
          - conv_act: {out: 2 * width, kernel: 3}
        """,
    ),
    "input": Entry(
        "Give the shape that enters, for one image",
        "input: [channels, height, width]\ninput: {t: tokens, c: channels}\ninput: {name: shape, name: shape, …}",
        "A list is a vector `[c]`, a signal `[c, w]`, an image `[c, h, w]` or a volume `[c, d, h, w]`; or the "
        "dimensions are named, of t, c, d, h and w. Sizes are formulas of `params` and `let`. Several inputs have "
        "names for `from` and joins to take; a single one, and what enters a block, is called `input`.",
        """\
        params: {resolution: 32}
        input:
          image: [3, resolution, resolution]
          depth: {c: 1, h: resolution, w: resolution}
        layers:
          - concat: [image, depth]
          - conv2d: 16
        """,
        tuple(DIMENSIONS),
    ),
    "blocks": Entry(
        "Define groups of layers that are called like ops",
        "blocks:\n  name:\n    params: {name, name: default, …}\n    let: {name: formula, …}\n    inputs: [name, name, …]\n"
        "    layers: [layer, …]",
        "Only `layers` must be there. A block sees what it is given and the shape that enters it, and nothing else of "
        "the spec. `inputs` names the tensors of a block that takes several; its call lists them by `from`.",
        """\
        input: [64, 56, 56]
        blocks:
          fuse:
            params: {out, scale: 2}
            inputs: [fine, coarse]
            layers:
              - {upsample: scale, from: coarse}
              - concat: [fine, previous]
              - conv2d: out
        layers:
          - {conv2d: 64, name: early}
          - {max_pool: 2, name: late}
          - {fuse: 128, from: [early, late]}
        """,
        ("inputs",),
    ),
    "ops": Entry(
        "Define ops that the vocabulary lacks, by formulas",
        "ops:\n  name:\n    fields: {name, name: default, …}\n    let: {name: formula, …}\n    output: {c: formula, …}\n"
        "    params: formula\n    mult_adds: formula\n    reads: formula\n    writes: formula",
        "Counts are those of one image; `params` and `mult_adds` must be stated, be it as 0. `output` names the "
        "dimensions that change, or lists a whole shape; without it the shape stays. `reads` and `writes` are in "
        "elements, without weights: all that enters and leaves, unless stated. An op that multiplies counts as "
        "convolutions do.",
        """\
        input: [3, 224, 224]
        ops:
          patches:
            fields: {out, size: 16}
            let: {taps: size ** 2}
            output: {c: out, h: h_in / size, w: w_in / size}
            params: c_in * taps * out
            mult_adds: h_in * w_in * c_in * out
        layers:
          - patches: 768
        """,
        ("fields", "output", "mult_adds", "reads", "writes"),
    ),
    "outputs": Entry(
        "Name the layers that the network gives",
        "outputs: [name, name, …]",
        "Layers of the list on top, or inputs; without this key, the last line.",
        """\
        input: [3, 32, 32]
        layers:
          - {conv2d: {out: 16, kernel: 3, stride: 2, padding: 1}, name: fine}
          - {conv2d: {out: 32, kernel: 3, stride: 2, padding: 1}, name: coarse}
        outputs: [fine, coarse]
        """,
    ),
    "variants": Entry(
        "Name settings of the parameters",
        "variants: {name: {parameter: formula, …}, …}\nvariants: {table: [[name, parameter, …], [label, formula, …], …]}",
        "`--variant name` takes one. A variant sets parameters and no layers; those it leaves out keep their "
        "defaults. `default` is the network without a variant.",
        """\
        params: {alpha: 1, resolution: 224}
        input: [3, resolution, resolution]
        layers:
          - conv2d: 32 * alpha
        variants: {slim: {alpha: 0.5}, small: {alpha: 0.5, resolution: 160}}
        """,
        ("default",),
    ),
    "check": Entry(
        "Say which findings of guidelines are listed, and which are accepted",
        "check:\n  thresholds: {G1: share, …}\n  suppress:\n    - {guideline: word, part: place, reason: text}",
        "`costmodel check` prices what guidelines G1 to G4 find. A finding that costs less than its guideline's share of the "
        "network's memory access is summed and not listed; 0.1% unless given. What is known and accepted is suppressed, with "
        "a reason: the findings of a guideline under a place, by its label or path, or in the whole network. They are "
        "listed apart, with their price, and `--fail-on` does not fail on them.",
        """\
        input: [24, 56, 56]
        blocks:
          expand: {layers: [{conv2d: 144}, {conv2d: 24}]}
        layers: [{conv2d: 24}, expand, {conv2d: 24}]
        check:
          thresholds: {G1: 0.5%, G4: 2%}
          suppress:
            - {guideline: G1, part: expand, reason: it expands by design}
        """,
        ("thresholds", "suppress", "guideline", "reason"),
    ),
    "implementation": Entry(
        "Say how public code writes the ops",
        "implementation: {source: text, op: word, op: {label: word, …}, …}",
        "Programs that count a network see its code: a ReLU module is counted where a call of a function is not. Each op is a "
        "`module` of the framework, and a join or a matrix product an operator, unless it is said to be a `function`; a norm, "
        "a convolution or `linear` may be a `subclass`, a class of the code's own (a batch norm's holds its activation "
        "too); a global pooling a `mean`, or an `avg_pool` as wide as the map. Under a label it holds for a layer that is "
        "so named, or that stands directly in the place so called: a block, a branch, a row of a table. It changes no cost; "
        "`costmodel reconcile --with counters` reads it.",
        """\
        input: [64, 56, 56]
        blocks:
          unit:
            layers:
              - residual: [{conv2d: c_in}, batch_norm]
              - relu
        layers: [{unit, repeat: 2}, global_avg_pool, {linear: 1000}]
        implementation: {source: torchvision, relu: {unit: function}}
        """,
        ("module", "function", "subclass"),
    ),
    "published": Entry(
        "Keep the figures that a source prints, to compare with",
        "published:\n  - {mult_adds: figure, params: figure, variant: name, parameter: formula,\n"
        "     name: text, source: text, unit: text, convention: word, digits: cut,\n"
        "     part: place, without: place, than: spec, differs: reason,\n"
        "     not_modelled: reason, top1: percent, top1_error: percent}\n"
        "  - {source: text, table: [[variant, mult_adds, …], [name, figure, …], …]}",
        "A figure is written as printed: 569M, 4.24 million, 25.5e6, and ~4.1 billion where the source says itself that it "
        "is not exact. It is met where the count, rounded to these digits, is the same; `digits: cut` is for sources "
        "that cut instead. `name`, `source` and `unit` say what the source calls the row, where it stands and how its "
        "column is headed; `convention` says how it counts, `paper` unless given. `part` is the place that the figure is "
        "of, by its label or path, or a kind of layer such as `depthwise` or `3×3 conv`; 94.86% is its share. `without` is "
        "what the source left out. 50x is a ratio: the count of the bundled spec `than` over this one's. A figure may be a "
        "formula of the parameters. `differs` says why a figure is known not to be met, `not_modelled` why a row is of "
        "something that the spec does not build. `top1` and `top1_error` "
        "are carried, for `costmodel compare`, and held against nothing. A row may leave out any key, but not all figures.",
        """\
        params: {width: 64}
        input: [64, 56, 56]
        layers:
          - conv2d: {out: width, kernel: 3, padding: 1, bias: false}
        variants: {slim: {width: 32}}
        published:
          - {mult_adds: 116M, params: 36.9k, source: table 1}
          - source: table 2
            table:
              - [variant, mult_adds]
              - [slim, 57.8M]
          - {params: 9 * 64 * width, source: section 3}
        """,
        ("variant", "unit", "convention", "digits", "cut", "part", "without", "than", "differs", "not_modelled"),
    ),
}
"""The keys on top of a spec; `name`, `let` and `layers` have their pages among the words of lists of layers."""
