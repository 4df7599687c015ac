"""A device as a roofline sees it: how fast it multiplies, how fast it moves bytes, what a launch costs."""

from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

from costmodel.problems import Problem, SpecError, did_you_mean, one_of, shortened


@dataclass(frozen=True, slots=True)
class Device:
    """A device: mult-adds a second by data type, bytes a second, seconds a launch; exact.

    One mult-add is one multiply-add, where vendors print two operations. Rates are peaks, so that the times they give
    are lower bounds (Williams, Waterman and Patterson, "Roofline", CACM 52(4), 2009).

    >>> toy = Device("toy", ("made up",), {"fp32": Fraction(10**12)}, Fraction(10**11), Fraction(0))
    >>> toy.ridge("fp32")
    Fraction(10, 1)
    """

    name: str
    sources: tuple[str, ...]
    mult_adds: dict[str, Fraction]
    bytes: Fraction
    launch: Fraction
    notes: tuple[str, ...] = ()

    def peak(self, dtype: str) -> Fraction:
        """Mult-adds a second in a data type. Raises `SpecError`, naming those it has, where the device has no rate for it."""
        if dtype not in self.mult_adds:
            said = f"{self.name} has no rate for {dtype}: mult-adds run in the data type of the activations"
            raise SpecError([Problem(None, said, f"it has rates for {one_of(self.mult_adds)}; --dtype chooses one")])
        return self.mult_adds[dtype]

    def ridge(self, dtype: str) -> Fraction:
        """The mult-adds a byte at which arithmetic takes as long as memory. Raises `SpecError` as `peak`."""
        return self.peak(dtype) / self.bytes


def bundled() -> dict[str, Path]:
    """Every bundled device file by its name, such as `gtx-1080-ti`."""
    return {path.stem: path for path in sorted((Path(__file__).parent / "devices").glob("*.yaml"))}


def find(name: str) -> Path:
    """The device file that a name means: a file in front of the user first, then a bundled one, with or without `.yaml`.

    Raises `SpecError` where there is neither.
    """
    devices, stem = bundled(), name.removesuffix(".yaml")
    listed = f"the bundled devices are {one_of(devices)}"
    if not name.strip():
        raise SpecError([Problem(None, "the name of the device is empty", listed)])
    try:
        near = next((path for path in (Path(name), Path(f"{name}.yaml")) if path.is_file()), None)
        is_directory, is_something = Path(name).is_dir(), Path(name).exists()
    except (OSError, ValueError) as error:
        said = (getattr(error, "strerror", None) or str(error)).lower()
        raise SpecError([Problem(None, f"{shortened(name)}: {said}")]) from None
    if near or stem in devices:
        return near or devices[stem]
    if is_something:
        kind = "directory" if is_directory else "special file"
        raise SpecError([Problem(None, f"{name} is a {kind}, and a device file is a file", listed)])
    meant = did_you_mean(Path(stem).name, devices)
    hint = f"{meant} {listed}" if meant else listed
    raise SpecError([Problem(None, f"no file {name} here, and no bundled device of that name", hint)])
