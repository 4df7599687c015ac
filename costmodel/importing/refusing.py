"""What is said of nodes that no layer stands for."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace

from costmodel.importing.model import Node
from costmodel.problems import Problem

_MOST = 200
"""Characters of a name or a reason that are shown."""


def refusals(file: str, unread: Sequence[tuple[Node, str]]) -> list[Problem]:
    """The nodes that no layer stands for: those of an op together, with the reasons and places."""
    by_op: dict[tuple[str, str, str], list[Node]] = {}
    all_behind = all(_is_behind(reason) for _, reason in unread)
    for node, reason in unread:
        if _is_behind(reason) and not all_behind:
            continue
        by_op.setdefault((node.domain, node.op, reason), []).append(node)
    problems = []
    for (domain, op, reason), nodes in by_op.items():
        name = _cut(f"{domain}.{op}" if domain else op)
        places = [f"'{_cut(node.name or next(filter(None, node.outputs), ''))}'" for node in nodes[:3]]
        listed = ", ".join(places) + (f" and {len(nodes) - 3} more" if len(nodes) > 3 else "")
        times = "once" if len(nodes) == 1 else f"{len(nodes)} times"
        said = f"the op {name} is not known" if not reason else f"{name}: {_cut(reason)}"
        problems.append(Problem(None, f"{file}: {said} ({times}: {listed})"))
    behind = Counter(node.op for node, reason in unread if _is_behind(reason) and not all_behind)
    if problems:
        hint = "--allow-unknown goes on without it: every total that it touches is a lower bound"
        if behind:
            hint += f"; {sum(behind.values())} nodes behind it are not known either"
        problems[-1] = replace(problems[-1], hint=hint)
    return problems


def _cut(said: str) -> str:
    """What a file says, as far as it is of use: its names and numbers may be as long as it pleases."""
    return said if len(said) <= _MOST else said[: _MOST - 1] + "…"


def _is_behind(reason: str) -> bool:
    """Whether a node is not read only because another was not."""
    return "which is not to be had" in reason or "is not known" in reason
