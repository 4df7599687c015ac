"""What all rules that put one layer for several ask and do: who reads a layer, what stands in its place."""

from collections.abc import Callable

from costmodel.importing.draft import Step, all_same
from costmodel.importing.interpreting import Draft
from costmodel.importing.running import dims


class Rewriter:
    """The layers of a draft with those that read each; a layer is replaced wherever it is read."""

    def __init__(self, draft: Draft) -> None:
        self.draft = draft
        self.users: dict[int, list[Step]] = {}
        for step in draft.steps:
            for source in step.sources:
                self.users.setdefault(source.order, []).append(step)
        self.given = {step.order for step in draft.outputs.values()}

    def user(self, step: Step) -> Step | None:
        """The one layer that reads a layer, and nothing else does; None where there is none, or several."""
        users = self.users.get(step.order, [])
        return users[0] if len(users) == 1 and step.order not in self.given else None

    def replace(self, old: Step, new: Step) -> None:
        """Let all that read one layer read another, which was there already or takes the old one's place."""
        users = self.users.get(old.order, [])
        if new.order > old.order:
            new.order = old.order
        else:
            self.users.setdefault(new.order, []).extend(users)
        for user in users:
            user.sources = [new if source is old else source for source in user.sources]
        for name, step in self.draft.outputs.items():
            if step is old:
                self.draft.outputs[name] = new


Rule = Callable[[Rewriter, Step], Step | None]
"""What stands for a layer and some before it; None where they are not what the rule looks for."""


def made(verb: str, source: Step, like: Step, also: "tuple[Step, ...]" = (), **fields: object) -> Step:
    """A layer in the place of another, which gives what that gives, and holds what some others hold."""
    held = frozenset(name for step in (like, *also) for name in step.constants)
    path = like.path if not held else next((step.path for step in (*also, like) if step.constants), like.path)
    return Step(verb, dict(fields), [source], like.output, path, like.node, held)


def is_function(step: Step, *words: str) -> bool:
    """Whether a layer is one of some functions of each value."""
    return step.verb == "map" and step.fields["function"] in words


def is_number(step: Step, word: str, number: float) -> bool:
    """Whether a layer scales or shifts by a number, given to a few digits."""
    found = step.notes.get("number")
    return is_function(step, word) and isinstance(found, int | float) and abs(found - number) < 1e-3


def alike(a: Step, b: Step) -> bool:
    """Whether two layers give the same dimensions."""
    one, two = (dims(step.output) if step.output else {} for step in (a, b))
    return bool(one) and list(one) == list(two) and all_same([*one.values()], [*two.values()])
