"""Terms together as papers set them: `h·w·(c1 + c2) + c1·c2`."""

from collections.abc import Iterable
from math import gcd
from typing import Any

from costmodel.algebra.polynomials.numbers import ONE, Atom, Mono, Polynomial, made, times


def collected(value: Polynomial, sizes: Iterable[Atom]) -> list[tuple[Mono, Any]]:
    """A sum as products, each of what its terms share and of what is left: terms with the same sizes of maps together.

    What a lone product's terms share beside sizes stands before them too, where it is more than one symbol.

    >>> from costmodel.algebra import closed
    >>> from costmodel.algebra.polynomials.numbers import atom_of
    >>> h, w, c, k = map(closed, "hwck")
    >>> collected(h * w * c + 9 * h * w + c * k, [atom_of(h), atom_of(w)])
    [(((h, 1), (w, 1)), c + 9), ((), c*k)]
    """
    sizes, groups = set(sizes), dict[Mono, dict[Mono, Any]]()
    for mono, factor in value.terms.items():
        shared = tuple((atom, power) for atom, power in mono if atom in sizes and power > 0)
        if len(shared) < 2:
            shared = ONE  # a square of one side is no map that a reader would look for
        groups.setdefault(shared, {})[_without(mono, shared)] = factor
    if len(groups) == 1:
        ((shared, terms),) = groups.items()
        more = _common(terms)
        if shared and len(terms) > 1 and len(more) > 1:
            groups = {times(shared, more): {_without(mono, more): factor for mono, factor in terms.items()}}
    return [(shared, made(terms)) for shared, terms in groups.items()]


def content(value: Any) -> int:
    """The greatest whole number that all factors of a sum have."""
    factors = value.terms.values() if isinstance(value, Polynomial) and len(value.terms) > 1 else [1]
    return gcd(*factors) if all(type(factor) is int for factor in factors) else 1


def _common(terms: Iterable[Mono]) -> Mono:
    """What all of some products have in common."""
    first, *others = map(dict, terms)
    powers = {atom: min([power, *(other.get(atom, 0) for other in others)]) for atom, power in first.items()}
    return tuple((atom, power) for atom, power in powers.items() if power > 0)


def _without(mono: Mono, shared: Mono) -> Mono:
    return times(mono, tuple((atom, -power) for atom, power in shared))
