"""ShuffleNetV2's argument (arXiv:1807.11164): what the guidelines cost networks, and what the paper claims of them."""

from collections.abc import Mapping, Sequence
from fractions import Fraction
from functools import cached_property
from typing import NamedTuple

from costmodel.bounds import Size
from costmodel.elementwise import Parts, kernels_of, traffic_of
from costmodel.fragments import Fragments, Shape
from costmodel.guidelines import prices
from costmodel.ledger import Ledger
from costmodel.traffic import Traffic

FIGURES = {
    "G1": "% of access that free 1×1 layers move over their bounds",
    "G2": "% of access that groups move more than one group at the same mult-adds and input",
    "G3 fragments": "convolutions and pools of a unit that has several, on average",
    "G3 kernels": "kernels that are launched",
    "G3 path": "kernels on the longest path",
    "G3 width": "kernels of which none waits for another, at most",
    "G4": "% of access that is element-wise, with depthwise convolutions and biases, as the paper counts",
    "G4 no dw": "% of access that is element-wise, without depthwise convolutions",
    "G4 launches": "% of kernels that are element-wise or depthwise",
    "G4 launches no dw": "% of kernels that are element-wise",
}
"""What each guideline is held against, each the less the better."""


class Standing:
    """What the guidelines cost a network under a traffic model; `figures` are those of `FIGURES`, exact."""

    def __init__(self, ledger: Ledger, traffic: Traffic, price: Mapping[str, Size]) -> None:
        self.traffic, self.price = traffic, price
        self.fragments = Fragments(ledger, traffic)
        self.kernels: Shape = self.fragments.network.kernels
        self.parts: Parts = traffic_of(ledger, ledger.lines, traffic)
        self.launches: Parts = kernels_of(ledger, ledger.lines, traffic)

    @cached_property
    def figures(self) -> dict[str, Fraction | None]:
        """Each figure; None where it is not known or of nothing."""
        parts, launches, width = self.parts, self.launches, self.kernels.width
        return {
            "G1": _percent(self.price["G1"], parts.total),
            "G2": _percent(self.price["G2"], parts.total),
            "G3 fragments": self._fragments(),
            "G3 kernels": Fraction(self.kernels.nodes),
            "G3 path": Fraction(self.kernels.longest),
            "G3 width": None if width is None else Fraction(width),
            "G4": _percent(parts.counted, parts.total),
            "G4 no dw": _percent(parts.element_wise + parts.biases, parts.total),
            "G4 launches": _percent(launches.counted, launches.total),
            "G4 launches no dw": _percent(launches.element_wise, launches.total),
        }

    @property
    def most(self) -> int:
        """The fragments of the unit that has most."""
        return max((unit.fragments.nodes for unit in self.fragments.units), default=0)

    def _fragments(self) -> Fraction:
        several = [unit.fragments.nodes for unit in self.fragments.units if unit.fragments.nodes > 1]
        return Fraction(sum(several), len(several)) if several else Fraction(min(self.most, 1))


def _percent(part: Size, total: Size) -> Fraction | None:
    return Fraction(100 * part) / total if total else None


class Network:
    """A network with its standing under each of some traffic models; `spec` is its bundled spec's name, if it has one."""

    def __init__(self, label: str, spec: str, ledger: Ledger, models: Sequence[Traffic]) -> None:
        self.label, self.spec, self.ledger = label, spec, ledger
        self.price = prices(ledger)
        self.standings = {model: Standing(ledger, model, self.price) for model in models}

    def figure(self, name: str, model: Traffic) -> Fraction | None:
        """A figure under a model; None where it is not known, as every share is with an op of which nothing is known."""
        return None if self.ledger.unknown else self.standings[model].figures[name]


class Claim(NamedTuple):
    """What the paper says of a network: that it breaks a guideline, and ShuffleNetV2 does not, or that it follows one.

    It comes out where `figure` of `subject` is above (where it breaks it) or below (where it follows it) those of all
    networks in `against`. Networks are named by their bundled specs.
    """

    guideline: str
    subject: str
    breaks: bool
    why: str
    figure: str
    against: tuple[str, ...]

    @property
    def sign(self) -> str:
        """What must stand between the figures."""
        return ">" if self.breaks else "<"


_V2, _OTHERS = "shufflenetv2", ("shufflenet", "mobilenetv2")
CLAIMS = (
    Claim("G1", "shufflenet", True, "its units are bottlenecks", "G1", (_V2,)),
    Claim("G2", "shufflenet", True, "its 1×1 convolutions are in groups", "G2", (_V2,)),
    Claim("G1", "mobilenetv2", True, "its units are inverted bottlenecks", "G1", (_V2,)),
    Claim("G4", "mobilenetv2", True, "depthwise convolutions and ReLUs are on its thick maps", "G4", (_V2,)),
    Claim("G1", _V2, False, "its 1×1 convolutions give as many channels as they take", "G1", _OTHERS),
    Claim("G2", _V2, False, "its 1×1 convolutions are in no groups", "G2", ("shufflenet",)),
    Claim("G3", _V2, False, "one branch of its unit is the identity", "G3 fragments", _OTHERS),
    Claim("G3", _V2, False, "one branch of its unit is the identity", "G3 width", _OTHERS),
    Claim("G4", _V2, False, "no add, and ReLU and depthwise convolution in one branch alone", "G4", _OTHERS),
    Claim("G4", _V2, False, "no add, and ReLU in one branch alone", "G4 no dw", _OTHERS),
    Claim("G4", _V2, False, "concat, shuffle and split follow one another and are one", "G4 launches", _OTHERS),
)
"""What the paper says at the end of section 2 and of figure 3, in section 3."""
UNHELD = (
    "auto-generated structures, as NASNet-A and PNASNet, break G3: no such network is bundled, and nothing is held against it"
)
"""The claim that no spec is there for."""


class Verdict(NamedTuple):
    """Whether a claim comes out under a traffic model, with the figures; None where one of them is not known."""

    traffic: Traffic
    comes_out: bool | None
    own: Fraction | None
    others: tuple[Fraction | None, ...]


class Held(NamedTuple):
    """A claim with the networks that it is of, and its verdicts."""

    claim: Claim
    subject: Network
    against: list[Network]
    verdicts: list[Verdict]


def held(networks: Sequence[Network], models: Sequence[Traffic], claims: Sequence[Claim] = CLAIMS) -> list[Held]:
    """The claims whose networks are among some, under each traffic model; of several settings of a spec the first counts."""
    first: dict[str, Network] = {}
    for network in networks:
        if network.spec:
            first.setdefault(network.spec, network)
    found = []
    for claim in claims:
        against = [first[name] for name in claim.against if name in first]
        if claim.subject in first and against:
            subject = first[claim.subject]
            found.append(Held(claim, subject, against, [_verdict(claim, subject, against, model) for model in models]))
    return found


def _verdict(claim: Claim, subject: Network, against: Sequence[Network], model: Traffic) -> Verdict:
    own, others = subject.figure(claim.figure, model), tuple(one.figure(claim.figure, model) for one in against)
    if own is None or any(other is None for other in others):
        return Verdict(model, None, own, others)
    known = [other for other in others if other is not None]
    return Verdict(model, all(own > other if claim.breaks else own < other for other in known), own, others)
