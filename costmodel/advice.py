"""Which values of a parameter can be built, where the one that is set does not divide.

An op knows the nearest legal values of its own field; of a parameter, on which widths may hang too, only trying tells.
"""

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from costmodel.problems import Problem, SpecError
from costmodel.remedy import legal, subject

_TRIED = 64
"""Values that are tried below a broken one, and as many above."""


def advised(error: SpecError, settings: Mapping[str, Any], builds: Callable[[str, int], bool]) -> SpecError:
    """The error, its hints naming values of a parameter that can be built; `builds` tells of a name and a value."""
    known: dict[str, str] = {}

    def hint(problem: Problem) -> str:
        name = subject(problem.message)
        value = settings.get(name)
        is_set = problem.message.startswith(f"{name} ({value}) must divide ")
        if not isinstance(value, int) or not is_set or not problem.hint:
            return problem.hint
        if name not in known:
            below, above = range(value - 1, 0, -1), range(value + 1, value + _TRIED)
            found = (next((v for v in among[:_TRIED] if builds(name, v)), None) for among in (below, above))
            known[name] = legal(name, [v for v in found if v is not None])
        return known[name]

    return SpecError([replace(problem, hint=hint(problem)) for problem in error.problems])
