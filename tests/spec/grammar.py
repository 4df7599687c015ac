"""Random specs over the whole grammar, sound in structure, so that most of them can be built.

What makes them sound: every layer is drawn with the effect that it may have on the tensor (keep its shape, change its
channels, change all), and tensors carry tags that are equal only where their shapes are: joins take those alone.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from itertools import count
from typing import Any, NamedTuple

from hypothesis import strategies as st
from layouts import Node, laid_out

from costmodel.ops import OPS
from costmodel.tensor import Tensor

KEEP, CHANNELS, ALL = range(3)
"""What a layer may change: nothing of the shape, the channels, everything."""


def _keeps(name: str) -> bool:
    """Whether an op without needed fields leaves a map's shape as it is."""
    op, x = OPS[name], Tensor(n=1, c=12, h=7, w=5)
    if op.least != 1 or op.most != 1 or any(f.required for f in op.fields.values()):
        return False
    try:
        y, cost = op([x], {})
    except Exception:  # an op of other tensors may say so in its own way
        return False
    return y.dims == x.dims and all(truth is True for truth, *_ in cost.given)


PLAIN = [name for name in OPS if _keeps(name)]
WORDS = ["none", *(name for name, op in OPS.items() if op.family == "pointwise" and not op.fields)]
LABELS = ["stage 2", "a,b", "x: y", "früh", "1x1", "3", "true", "it's", 'a "b"', "#1", "- c", "[d]", "*", "null", "x" * 60]


class Flow(NamedTuple):
    """Tags of the tensor on its way; two tensors with one tag are alike in that."""

    space: int
    channels: int


@dataclass(frozen=True)
class Scope:
    """The names that formulas may read, by what they stand for."""

    whole: tuple[str, ...] = ()
    small: tuple[str, ...] = ()
    ratio: tuple[str, ...] = ()
    word: tuple[str, ...] = ()
    flag: tuple[str, ...] = ()
    two: tuple[str, ...] = ()
    three: tuple[str, ...] = ()
    door: bool = False
    repeats: bool = False
    rows: bool = False

    def more(self, names: "dict[str, str]") -> "Scope":
        """The scope with names added, each to its kind."""
        added = {kind: (*getattr(self, kind), *(n for n, k in names.items() if k == kind)) for kind in set(names.values())}
        return replace(self, **added)


KINDS = ("whole", "whole", "small", "ratio", "word", "flag")
LISTS = {"two": 2, "three": 3}
"""The kinds that are lists of small numbers, with their lengths."""


@dataclass
class Block:
    """A block that was drawn: its name, its parameters' kinds, which must be given, what it does."""

    name: str
    params: dict[str, str]
    needed: list[str]
    effect: int
    inputs: int


@dataclass
class Writer:
    """Draws the parts of one spec."""

    draw: st.DrawFn
    blocks: list[Block] = field(default_factory=list)
    numbers: Any = field(default_factory=count)
    ended: dict[str, Flow] = field(default_factory=dict)
    """The names known at the end of the list of layers that was drawn last."""

    def pick(self, among: Sequence[Any]) -> Any:
        return self.draw(st.sampled_from(among))

    def chance(self, out_of: int) -> bool:
        return not self.draw(st.integers(0, out_of - 1))

    def size(self, least: int, most: int) -> int:
        return self.draw(st.integers(least, most))

    def new(self, stem: str) -> str:
        return f"{stem}{next(self.numbers)}"

    def label(self) -> str:
        return f"{self.pick(LABELS)} {next(self.numbers)}" if self.chance(3) else self.new("m")

    def names(self, least: int, most: int, among: Sequence[str] = KINDS) -> dict[str, str]:
        """New names, each with its kind."""
        kinds = [self.pick(among) for _ in range(self.size(least, most))]
        return {self.new(f"{kind[0]}_"): kind for kind in kinds}

    # --- values ------------------------------------------------------------------------------------------------------

    def constant(self, kind: str) -> Node:
        if kind in LISTS:
            return [self.constant("small") for _ in range(LISTS[kind])]
        among: dict[str, list[str]] = {
            "whole": ["1", "2", "3", "8", "12", "16", "64", "1e2"],
            "small": ["1", "2", "3"],
            "ratio": ["0.5", "1.4", "1", "0.25", ".75"],
            "word": WORDS,
            "flag": ["true", "false"],
        }
        return self.pick(among[kind])

    def value(self, kind: str, scope: Scope, depth: int = 2) -> Node:
        """A value of a kind: a constant, a name, a formula, or a choice by another value."""
        if depth == 2 and self.chance(12):
            by, keys = (
                (self.condition(scope), ["true", "false"]) if self.chance(2) else (self.formula("small", scope), list("132"))
            )
            return {"by": by, "cases": {key: self.value(kind, scope, 1) for key in keys}}
        if kind in LISTS:
            names = getattr(scope, kind)
            return self.pick(names) if names and self.chance(2) else self.constant(kind)
        return self.formula(kind, scope, depth)

    def formula(self, kind: str, scope: Scope, depth: int = 2) -> str:
        names = getattr(scope, kind)
        if names and self.chance(2):
            return str(self.pick(names))
        if depth == 0 or self.chance(2):
            return str(self.constant(kind))
        if self.chance(6):
            then, otherwise = (self.formula(kind, scope, depth - 1) for _ in range(2))
            return f"{then} if {self.condition(scope, depth - 1)} else {otherwise}"
        if kind == "flag":
            return self.condition(scope, depth - 1)
        return self.arithmetic(scope, depth) if kind == "whole" else str(self.constant(kind))

    def arithmetic(self, scope: Scope, depth: int) -> str:
        """A whole number, at least 1."""
        part = lambda: f"({p})" if " if " in (p := self.formula("whole", scope, depth - 1)) else p  # noqa: E731
        ratio = self.formula("ratio", scope, 0)
        sides = ["c_in"] if scope.door else ["1"]
        counted = [*(["index + 1"] if scope.repeats else []), *(["row + 1"] if scope.rows else [])] or ["1"]
        written = self.pick(
            [
                lambda: f"{part()} + {part()}",
                lambda: f"{part()} * {self.constant('small')}",
                lambda: f"max({part()}, {part()})",
                lambda: f"min({part()}, {part()})",
                lambda: f"divisible({part()} * {ratio})",
                lambda: f"divisible({part()} + 3, 4)",
                lambda: f"floor(({part()}) * {ratio}) + 1",
                lambda: f"ceil(({part()}) / 3)",
                lambda: f"({part()}) // 2 + 1",
                lambda: f"({part()}) % 5 + 1",
                lambda: f"2 ** {self.size(0, 4)}",
                lambda: f"- (-({part()}))",
                lambda: f"({part()}) * 2 / 2",
                lambda: str(self.pick(sides)),
                *[lambda: str(self.pick(counted))] * (3 if counted != ["1"] else 1),
            ]
        )
        return str(written())

    def condition(self, scope: Scope, depth: int = 1) -> str:
        whole = lambda: f"({self.formula('whole', scope, 0)})"  # noqa: E731
        written = [
            lambda: f"{whole()} {self.pick(['==', '!=', '<', '<=', '>', '>='])} {whole()}",
            lambda: "true",
            lambda: "false",
        ]
        if scope.flag:
            written += [lambda: str(self.pick(scope.flag))] * 2
        if scope.word:
            written.append(lambda: f"{self.pick(scope.word)} {self.pick(['==', '!='])} {self.constant('word')}")
        if scope.repeats:
            written.append(lambda: str(self.pick(["first", "last", "index == 1", "not first"])))
        if scope.door:
            written.append(lambda: f"c_in {self.pick(['==', '<', '>='])} {whole()}")
        if depth:
            more = lambda: f"({self.condition(scope, depth - 1)})"  # noqa: E731
            written += [lambda: f"{more()} {self.pick(['and', 'or'])} {more()}", lambda: f"not {more()}"]
        return str(self.pick(written)())

    def let(self, scope: Scope, most: int = 2) -> tuple[dict[str, Node], Scope]:
        """Derived names and the scope with them."""
        found: dict[str, Node] = {}
        for _ in range(self.size(0, most)):
            names = self.names(1, 1)
            for name, kind in names.items():
                found[name] = self.value(kind, scope)
            scope = scope.more(names)
        return found, scope

    # --- layers ------------------------------------------------------------------------------------------------------

    def changed(self, flow: Flow, effect: int) -> Flow:
        """The tags after an effect."""
        space = next(self.numbers) if effect == ALL else flow.space
        return Flow(space, flow.channels if effect == KEEP else next(self.numbers))

    def layers(
        self, scope: Scope, flow: Flow, known: dict[str, Flow], effect: int, depth: int, most: int = 3, least: int = 1
    ) -> list[Node]:
        """A list of layers that together change no more than `effect`."""
        found, known = [], dict(known)
        start = flow
        for _ in range(self.size(least, most)):
            node, flow = self.layer(scope, flow, known, effect, depth)
            if self.chance(4):
                name = self.label()
                node = self.with_(node, name=name)
                known[name] = flow
            found.append(node)
        assert effect != KEEP or flow == start, "a layer changed what it was to keep"
        self.ended = known
        return found

    def with_(self, node: Node, **beside: Node) -> Node:
        """A layer with a modifier beside its verb."""
        return (node if isinstance(node, dict) else {node: None}) | beside

    def layer(self, scope: Scope, flow: Flow, known: dict[str, Flow], effect: int, depth: int) -> tuple[Node, Flow]:
        """One layer and the tags after it."""
        effect = self.size(KEEP, effect)
        alike = [n for n, f in known.items() if f.space == flow.space and (f.channels == flow.channels or effect != KEEP)]
        if alike and self.chance(4):
            node, effect = self.join(scope, flow, known, alike, effect)
            return node, self.changed(flow, effect)
        origin: dict[str, Node] = {}
        if alike and self.chance(6):
            origin["from"] = self.pick(alike)
        entry = known[origin["from"]] if origin else flow
        repeat: dict[str, Node] = {}
        if self.chance(5):
            repeat["repeat"] = self.formula("small", scope) if self.chance(2) else str(self.size(0, 3))
            scope = replace(scope, repeats=True)
            entry = self.changed(entry, effect)
        nested = depth > 0 and self.chance(3)
        verb = self.nested(scope, entry, known, effect, depth - 1) if nested else self.simple(scope, effect)
        beside = origin | repeat
        if self.chance(5) and not (isinstance(verb, dict) and "residual" in verb):
            beside["when"] = self.condition(scope)
        if not beside:
            return verb, self.changed(flow, effect)
        node = self.with_(verb, **beside)
        node = {key: node[key] for key in self.draw(st.permutations(list(node)))} if self.chance(3) else node
        # what `from` brings has the channels of another layer, at an effect that lets them differ
        return node, self.changed(flow, effect)

    def join(self, scope: Scope, flow: Flow, known: dict[str, Flow], alike: list[str], effect: int) -> tuple[Node, int]:
        """Named tensors together: by an op, or by a block of several inputs."""
        twin = [name for name in alike if known[name].channels == flow.channels]
        blocks = [block for block in self.blocks if block.inputs and block.effect <= effect]
        if blocks and self.chance(2):
            block = self.pick(blocks)
            names = ["previous", *(self.pick(alike) for _ in range(block.inputs - 1))]
            return self.with_(self.called(block, scope), **{"from": names}), block.effect
        if effect == KEEP or (twin and self.chance(2)):
            names = [*(self.pick(twin) for _ in range(self.size(1, 2))), "previous"] if twin else ["previous", "previous"]
            return {"add": self.draw(st.permutations(names))}, KEEP
        return {"concat": self.draw(st.permutations([*(self.pick(alike) for _ in range(self.size(1, 2))), "previous"]))}, effect

    def simple(self, scope: Scope, effect: int) -> Node:
        """An op, an activation or nothing."""
        inner = replace(scope, door=True)
        if effect == KEEP:
            window: dict[str, Node] = {"kernel": self.kernel(scope), "padding": "same"}
            return self.pick(
                [
                    lambda: self.pick(PLAIN),
                    lambda: "identity",
                    lambda: {"activation": self.value("word", inner)},
                    lambda: {"depthwise": window | self.flags(inner)},
                    lambda: {"conv2d": {"out": "c_in"} | window | self.flags(inner)},
                    lambda: {"conv2d": {"out": "c_in", "groups": "c_in", "bias": "false"}},
                    lambda: {"layers": [{"conv2d": "c_in * 2"}, {self.pick(PLAIN): None}, {"conv2d": "c_in / 2"}]},
                    *([lambda: {"activation": self.pick(scope.word)}] if scope.word else []),
                ]
            )()
        stride: dict[str, Node] = {} if effect == CHANNELS else {"stride": self.pick(["2", "[1, 2]", "[2, 3]", "1"])}
        stride = {
            key: [n.strip() for n in text.strip("[]").split(",")] if "[" in text else text for key, text in stride.items()
        }
        out, window = self.value("whole", inner), {"kernel": self.kernel(scope), "padding": "same"}
        given = self.pick(
            [
                lambda: {"conv2d": {"out": out} | window | stride | self.flags(inner)},
                lambda: {"conv2d": {"out": "c_in * 2", "groups": "c_in", "padding": "valid"}},
                lambda: {"depthwise": window | {"multiplier": self.formula("small", inner)} | stride},
                lambda: {"conv2d": out},
                *([lambda: self.risky(inner)] if self.chance(6) else []),
                *([lambda: {"max_pool": window | stride}, lambda: {"avg_pool": "1"}] if effect == ALL else []),
            ]
        )()
        return self.abbreviated(given)

    def risky(self, scope: Scope) -> Node:
        """A layer that fits some tensors and not others."""
        part = self.formula("small", scope)
        return self.pick(
            [{"conv2d": {"out": "12", "groups": part}}, {"depthwise": part}, {"max_pool": part}, {"conv2d": f"c_in / {part}"}]
        )

    def abbreviated(self, node: Node) -> Node:
        """Fields whose value is a name of their own are written as that name alone, sometimes."""
        return {
            verb: {k: None if v == k else v for k, v in f.items()} if isinstance(f, dict) else f for verb, f in node.items()
        }

    def kernel(self, scope: Scope) -> Node:
        part = lambda: self.value("small", scope)  # noqa: E731
        if scope.two and self.chance(3):
            return self.pick(scope.two)
        return [part(), part()] if self.chance(3) else part()

    def flags(self, scope: Scope) -> dict[str, Node]:
        return {"bias": self.value("flag", scope)} if self.chance(3) else {}

    def nested(self, scope: Scope, flow: Flow, known: dict[str, Flow], effect: int, depth: int) -> Node:
        """A layer that holds others: residual, group, branches, table, or a call."""
        callable_ = [block for block in self.blocks if block.effect <= effect and not block.inputs]
        made: list[Callable[[], Node]] = [lambda: self.group(scope, flow, known, effect, depth)] * 2
        made += [lambda: self.table(scope, flow, known, effect, depth)] * 2
        if callable_:
            made += [lambda: self.called(self.pick(callable_), replace(scope, door=True))] * 3
        if effect == KEEP:
            made += [lambda: self.residual(scope, flow, known, depth)] * 3
            made += [lambda: {"add": self.branches(scope, flow, known, KEEP, depth)}]
        else:
            made += [lambda: {"concat": self.branches(scope, flow, known, CHANNELS, depth)}] * 2
        return self.pick(made)()

    def group(self, scope: Scope, flow: Flow, known: dict[str, Flow], effect: int, depth: int) -> Node:
        return {"layers": self.layers(scope, flow, known, effect, depth)}

    def residual(self, scope: Scope, flow: Flow, known: dict[str, Flow], depth: int) -> Node:
        body = self.layers(scope, flow, known, KEEP, depth)
        if self.chance(2):
            return {"residual": {"when": self.condition(replace(scope, door=True)), "layers": body}}
        return {"residual": body[0] if len(body) == 1 and not set(_keys(body[0])) & {"when", "layers"} else body}

    def branches(self, scope: Scope, flow: Flow, known: dict[str, Flow], effect: int, depth: int) -> Node:
        labels = [self.label() for _ in range(self.size(2, 3))]
        bodies = [self.layers(scope, flow, known, effect, depth, 2) for _ in labels]
        return {
            label: body[0] if len(body) == 1 and self.chance(2) else body for label, body in zip(labels, bodies, strict=True)
        }

    def table(self, scope: Scope, flow: Flow, known: dict[str, Flow], effect: int, depth: int) -> Node:
        door = replace(scope, door=True)
        if self.chance(3):
            return self.columns(scope, flow, known, effect, depth)
        columns = self.names(1, 3)
        rows = [[self.value(kind, door) for kind in columns.values()] for _ in range(self.size(1, 3))]
        head = list(columns)
        if self.chance(3):
            place = self.size(0, len(head))
            head.insert(place, "name")
            for row in rows:
                row.insert(place, self.label())
        let, inner = self.let(replace(door.more(columns), rows=True))
        layers = self.layers(replace(inner, door=scope.door), self.changed(flow, effect), known, effect, depth)
        return {"table": [head, *rows], **({"let": let} if let else {}), "each": layers}

    def columns(self, scope: Scope, flow: Flow, known: dict[str, Flow], effect: int, depth: int) -> Node:
        """A table by columns: lists written out, names of lists, choices between lists."""
        door, kind = replace(scope, door=True), self.pick(list(LISTS))
        titles = self.names(1, 3)
        found: dict[str, Node] = {}
        for title, of in titles.items():
            found[title] = [self.value(of, door) for _ in range(LISTS[kind])]
            if of in ("whole", "small") and self.chance(2):
                found[title] = self.value(kind, door)
        if self.chance(3):
            found["name"] = [self.label() for _ in range(LISTS[kind])]
        inner = replace(scope.more(titles), rows=True)
        return {"table": found, "each": self.layers(inner, self.changed(flow, effect), known, effect, depth)}

    def own_op(self) -> dict[str, Node]:
        """An op of the spec's own, called like a block."""
        fields, kinds, scope = self.parameters(Scope(door=True), 2, needed=True)
        let, scope = self.let(scope, 1)
        whole = lambda: self.value("whole", scope)  # noqa: E731
        effect = self.size(KEEP, ALL)
        output: dict[str, Node] = {}
        if effect != KEEP:
            changed = {"c": whole()} if effect == CHANNELS else {"h": whole(), "w": "w_in * 2"}
            output["output"] = [whole(), "4", whole()] if effect == ALL and self.chance(2) else changed
        counts = {"params": whole(), "mult_adds": self.pick([whole(), "c_in * h_in * w_in", "0"])}
        counts |= {name: whole() for name in ("reads", "writes") if self.chance(3)}
        name = self.new("own")
        self.blocks.append(Block(name, kinds, [n for n, d in fields.items() if d is None], effect, 0))
        return {name: _there(fields=fields, let=let) | output | counts}

    def called(self, block: Block, scope: Scope) -> Node:
        """A call with what is needed, and some of what is not."""
        given = {n: self.value(kind, scope) for n, kind in block.params.items() if n in block.needed or self.chance(2)}
        if given and list(given) == list(block.params)[:1] and self.chance(2):
            return {block.name: next(iter(given.values()))}
        return {block.name: given} if given else block.name

    # --- the file ----------------------------------------------------------------------------------------------------

    def parameters(self, scope: Scope, most: int, needed: bool) -> tuple[dict[str, Node], dict[str, str], Scope]:
        """Parameters with defaults, their kinds, and the scope with them."""
        found: dict[str, Node] = {}
        kinds = self.names(0, most, (*KINDS, *LISTS))
        for name, kind in kinds.items():
            found[name] = None if needed and self.chance(2) else self.value(kind, scope)
            scope = scope.more({name: kind})
        return found, kinds, scope

    def block(self) -> dict[str, Node]:
        """A block, which those after it may call."""
        params, kinds, scope = self.parameters(Scope(door=True), 4, needed=True)
        let, scope = self.let(scope)
        inputs = [self.new("in") for _ in range(2)] if self.chance(4) else []
        effect = CHANNELS if inputs else self.size(KEEP, ALL)
        flow = Flow(next(self.numbers), next(self.numbers))
        known = {"input": flow} | {name: self.changed(flow, CHANNELS) for name in inputs}
        known |= dict.fromkeys(inputs[:1], flow)
        layers = self.layers(scope, self.changed(flow, CHANNELS) if inputs else flow, known, effect, 2)
        if inputs:
            layers.insert(0, {"concat": inputs})
        name = self.new("block")
        self.blocks.append(Block(name, kinds, [n for n, d in params.items() if d is None], effect, len(inputs)))
        return {name: _there(params=params, let=let, inputs=inputs) | {"layers": layers}}

    def network(self) -> dict[str, Node]:
        """A whole spec."""
        params, kinds, scope = self.parameters(Scope(), 5, needed=False)
        let, scope = self.let(scope)
        ops = self.own_op() if self.chance(3) else {}
        blocks: dict[str, Node] = {}
        for _ in range(self.size(0, 3)):
            blocks |= self.block()
        inputs, known = self.inputs(scope)
        layers = self.layers(scope, next(iter(known.values())), known, ALL, 3, most=8, least=3)
        names = list(self.ended)
        outputs = self.draw(st.lists(st.sampled_from(names), max_size=3, unique=True)) if names and self.chance(3) else []
        if self.chance(2):
            layers += ["global_avg_pool", *(["flatten"] if self.chance(2) else []), {"linear": self.value("whole", scope)}]
        head = {"name": self.pick(["Net", "A net: of all", "Netz #1", "12", "ネット"])}
        head |= {"source": self.pick(["arXiv:1801.04381 table 2", "a, b", "x # y"])} if self.chance(2) else {}
        found = head | _there(params=params, let=let) | {"input": inputs} | _there(ops=ops, blocks=blocks) | {"layers": layers}
        found |= _there(outputs=outputs)
        return found | self.figures(kinds)

    def inputs(self, scope: Scope) -> tuple[Node, dict[str, Flow]]:
        """The input, or several by name, all of one height and width."""
        flow = Flow(next(self.numbers), next(self.numbers))
        side = self.pick(["8", "16", "7", *(f"{name} + 4" for name in scope.small)])
        shape = lambda c: {"c": c, "h": side, "w": side} if self.chance(4) else [c, side, side]  # noqa: E731
        if self.chance(3):
            names = [self.new("image"), self.new("image")]
            flows = [flow, self.changed(flow, CHANNELS)]
            return {name: shape(self.constant("whole")) for name in names}, dict(zip(names, flows, strict=True))
        return shape(self.constant("whole")), {"input": flow}

    def figures(self, kinds: dict[str, str]) -> dict[str, Node]:
        """Variants and published rows."""
        settings = lambda: {n: self.constant(k) for n, k in kinds.items() if self.chance(2)}  # noqa: E731
        variants: Node = {self.label(): settings() for _ in range(self.size(0, 2))}
        names = list(variants)
        if kinds and self.chance(4):
            rows = [[self.label(), *map(self.constant, kinds.values())] for _ in range(self.size(1, 4))]
            names, variants = [row[0] for row in rows], {"table": [["name", *kinds], *rows]}
        names_of = lambda: self.pick([["params"], ["mult_adds", "params"]])  # noqa: E731
        printed = ["3.2M", "1,024", "17", "4k", "~4.1 billion", "25.5e6", *(f"9 * {name} + 4" for name in kinds)]
        figures = lambda: {n: self.pick(printed) for n in names_of()}  # noqa: E731
        beside = lambda: {k: v for k, v in _TEXTS.items() if self.chance(3)}  # noqa: E731
        published: list[Node] = []
        for _ in range(self.size(0, 2)):
            of = {"variant": self.pick(names)} if names and self.chance(2) else settings()
            speed: dict[str, Node] = {"speed": self.pick(["2,446", "40.2", "1.5k"])} if self.chance(4) else {}
            published.append(beside() | of | figures() | speed)
        if kinds and self.chance(3):
            name, kind = next(iter(kinds.items()))
            rows = [[self.constant(kind), "3M", "17k"] for _ in range(self.size(1, 3))]
            published.append(beside() | {"table": [[name, "mult_adds", "params"], *rows]})
        return _there(variants=variants, published=published)


_TEXTS: dict[str, Node] = {
    "source": "table 4, page 2",
    "unit": "MACs, in million",
    "name": "1.0 [224]",
    "convention": "weights-only",
    "digits": "cut",
    "part": "3×3 conv",
    "without": ["a.2/b", "fc"],
    "differs": "a misprint: 3, not 4",
}


def _keys(node: Node) -> list[str]:
    return list(node) if isinstance(node, dict) else [node]


def _there(**parts: Node) -> dict[str, Node]:
    return {name: part for name, part in parts.items() if part}


@st.composite
def specs(draw: st.DrawFn) -> str:
    """The text of a random spec."""
    writer = Writer(draw)
    return "\n".join(laid_out(writer.network(), writer.chance, 0)) + "\n"
