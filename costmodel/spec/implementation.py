"""How the public code of a network writes its ops; it decides what programs that count that code see."""

from collections.abc import Iterable

from costmodel.counts import SPELLINGS
from costmodel.ops import OPS
from costmodel.problems import Problems, did_you_mean, one_of
from costmodel.spec.network import Block, Implementation, Layer
from costmodel.spec.source import Data, Map, Text


def spellings(op: str) -> tuple[str, ...]:
    """The ways in which code may write an op.

    >>> spellings("batch_norm"), spellings("relu")
    (('module', 'subclass'), ('module', 'function'))
    """
    module, function, subclass, mean, avg_pool = SPELLINGS
    if OPS[op].family == "norm" and op != "softmax":
        return module, subclass
    if OPS[op].family == "conv" or op == "linear":
        return module, function, subclass
    return (module, function, mean, avg_pool) if op == "global_avg_pool" else (module, function)


def read_implementation(
    data: Data | None, layers: Iterable[Layer], blocks: Iterable[Block], problems: Problems
) -> Implementation:
    """A spec's `implementation`; what is wrong goes onto `problems`."""
    if data is None or (isinstance(data, Text) and data.absent):
        return Implementation()
    if not isinstance(data, Map):
        problems.add(data.mark, "`implementation` is a mapping", "{source: torchvision, global_avg_pool: function}")
        return Implementation()
    source, spelled = "", dict[tuple[str, str], Text]()
    labels = sorted(_labels(layers, blocks))
    for op, how in data.items():
        if op == "source" and isinstance(how, Text):
            source = str(how)
        elif op not in OPS:
            problems.add(op.mark, f"`implementation` names `source` and ops, and '{op}' is no op", did_you_mean(op, OPS))
        elif isinstance(how, Map):
            for label, word in how.items():
                if label not in labels:
                    hint = did_you_mean(label, labels, "it is what a block, a layer, a branch or a row is called")
                    problems.add(label.mark, f"nothing in the network is called '{label}'", hint)
                _spell(op, str(label), word, spelled, problems)
        else:
            _spell(op, "", how, spelled, problems)
    return Implementation(source, spelled)


def _spell(op: Text, label: str, word: Data, spelled: dict[tuple[str, str], Text], problems: Problems) -> None:
    legal = spellings(op)
    if not isinstance(word, Text) or word.absent:
        mark = word.mark if not isinstance(word, Text) else op.mark
        problems.add(mark, f"how code writes {op} is a word", f"it is one of {one_of(legal)}")
    elif word not in legal:
        hint = did_you_mean(word, legal, f"it is one of {one_of(legal)}")
        problems.add(word.mark, f"code does not write {op} as '{word}'", hint)
    else:
        spelled[str(op), label] = word


def _labels(layers: Iterable[Layer], blocks: Iterable[Block]) -> set[str]:
    """What the places of a network may be called: its layers by verb and name, its branches, the rows of its tables."""
    found: set[str] = set()
    waiting = [*layers, *(layer for block in blocks for layer in block.layers)]
    while waiting:
        layer = waiting.pop()
        found |= {str(layer.verb), *([str(layer.name)] if layer.name else [])}
        found |= {str(label) for label in layer.table.labels} if layer.table else set()
        found |= {str(label) for label, _ in layer.branches}
        waiting += [*layer.body, *(inner for _, branch in layer.branches for inner in branch)]
    return found
