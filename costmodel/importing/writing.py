"""A draft as the text of a spec: its layers folded into blocks and repeats, their names those of the model."""

from collections.abc import Sequence
from pathlib import PurePath
from typing import Any

from costmodel import algebra
from costmodel.importing.blocks import Folder
from costmodel.importing.interpreting import Draft, interpreted
from costmodel.importing.lines import Line, lined
from costmodel.importing.model import Model
from costmodel.importing.modules import all_lists, found_paths, modules, motifs, opened, read_by_name
from costmodel.importing.passes import tidied
from costmodel.importing.scribe import Scribe, as_text, dims_of, sizes_of
from costmodel.importing.ties import Ties
from costmodel.importing.units import units
from costmodel.spec.network import Layer, Network
from costmodel.spec.printing import printed


def spec_text(model: Model, *, allow_unknown: bool = False) -> str:
    """The text of the spec that a model is. Raises `SpecError` for ops that no layer stands for, all of them at once."""
    draft = interpreted(model, allow_unknown=allow_unknown)
    tidied(draft)
    found, left = network(draft)
    return printed(found, provenance(draft, left))


def network(draft: Draft) -> tuple[Network, list[str]]:
    """A draft as a network: its lines by module, its blocks, its parameters for sizes that are open.

    And the names of values that several layers hold though no line can say so.
    """
    found, of_step = units(draft)
    entries = {id(of_step[step.order]): Line("input", name, label=name) for name, step in draft.inputs.items()}
    lines = _lined(found, of_step, entries, draft)
    found_paths(lines)
    lists = all_lists(lines)
    ends = {id(of_step[step.order]): name for name, step in draft.outputs.items()}
    outputs = [entries[unit] for unit in ends if unit in entries]
    given = [line for line in lines if line.step is not None and id(of_step[line.step.order]) in ends]
    read = read_by_name(lists) | {id(line) for line in given if line is not lines[-1]}
    motifs(lists, read)
    lines = opened(modules(lines, read))
    ties = Ties(draft)
    ties.find(lines)
    folder = Folder()
    folder.fold(lines)
    alone = list(draft.inputs) == ["input"] or len(draft.inputs) == 1
    scribe = Scribe([*draft.inputs], alone, [lines, *(made.body for made in folder.blocks)])
    is_plain = not outputs and len(given) == 1 and bool(lines) and given[0].seen is lines[-1]
    blocks = {made.name: scribe.block(made) for made in folder.blocks}
    wanted = [] if is_plain else [*outputs, *(line.seen for line in given)]
    layers = scribe.layers(lines, {id(line) for line in wanted}, {"input", "previous", *map(scribe.entry_name, draft.inputs)})
    scribe.tie()
    inputs = {scribe.entry_name(name): sizes_of(dims_of(step)) for name, step in draft.inputs.items()}
    made = Network(
        file="",
        name=_title(draft.model),
        source=_source(draft.model),
        params={as_text(name): None for name, symbol in draft.symbols.items() if symbol is not draft.samples},
        let={},
        inputs=inputs,
        blocks=blocks,
        layers=layers or [Layer(as_text("identity"))],
        variants={},
        published=[],
        ops={},
        outputs=[as_text(scribe.name_of(line)) for line in wanted],
    )
    return made, ties.left


def _title(model: Model) -> str:
    """What the network is called: as its graph, unless that is what exporters call every one; then as its file."""
    stem = PurePath(model.file).stem
    usual = not model.name.strip() or model.name in _USUAL or not model.name.isprintable()
    return stem if usual else model.name.replace("/", ".")


_USUAL = ("main_graph", "main", "graph", "torch_jit", "torch-jit-export", "torch.jit.export", "tf2onnx", "g")


def _lined(found: Sequence[Any], of_step: dict[int, Any], entries: dict[int, Line], draft: Draft) -> list[Line]:
    if len(draft.inputs) == 1:
        (entry,) = (of_step[step.order] for step in draft.inputs.values())
        return lined(found, {}, entry)
    return lined(found, dict(entries), None)


def _source(model: Model) -> str:
    made = f", written by {model.producer}" if model.producer else ""
    return f"{PurePath(model.file).name}{made}"


def provenance(draft: Draft, left: Sequence[str]) -> str:
    """Where a spec comes from, as a comment on its top; `left` are values that are counted more often than they are."""
    model = draft.model
    notes = [
        f"imported from {PurePath(model.file).name}: {len(model.graph.nodes)} nodes of operator set {model.opsets.get('', '')}"
    ]
    verbs = [step.verb for step in draft.steps]
    if not algebra.is_symbol(draft.samples) and draft.samples != 1:
        notes.append(f"the file holds a batch of {draft.samples}: figures are of one sample unless --batch says more")
    if draft.axis:
        notes.append("samples lie along the second axis of what enters")
    if "batch_norm" not in verbs and any(verb.startswith("conv") for verb in verbs):
        notes.append("batch norms, if there were any, are folded into the convolutions")
    if left:
        listed = ", ".join(left[:3]) + (f" and {len(left) - 3} more" if len(left) > 3 else "")
        notes.append(f"layers share parameters that no line can say, and these are counted in each: {listed}")
    return "; ".join(notes)
