"""From the text of a device file that was fitted to its rates; and which of the two kinds a file is."""

import re
from collections.abc import Mapping
from fractions import Fraction
from typing import Any

from costmodel.device import Device, find
from costmodel.problems import Problems, SpecError
from costmodel.rates import Fitted, KernelRates, Spread
from costmodel.spec.device import RATES, SECONDS, DeviceReader, read_device
from costmodel.spec.files import read_file
from costmodel.spec.source import Holds, Map, Text, read

KEYS = (
    "name",
    "processor",
    "runtime",
    "threads",
    "date",
    "seed",
    "channels_per_block",
    "seconds_per_run",
    "errors",
    "kernels",
    "notes",
)
"""What a fitted device file says; `notes` may be left out."""
AGAIN = "costmodel measure --calibrate writes it anew"
_HOLDS = Holds("device file", "a fitted device file starts with `name:`, and has `kernels:`")
_PERCENT = re.compile(r"[+-]?[0-9]{1,9}(?:\.[0-9]{1,9})?")


def load_any(name: str) -> Device | Fitted:
    """A device by the path of its file or its bundled name: of peaks, or fitted. Raises `SpecError` with every mistake."""
    path = find(name)
    text, file = read_file(path, str(path), "device file")
    return read_fitted(text, file) if is_fitted(text, file) else read_device(text, file)


def is_fitted(text: str, file: str) -> bool:
    """Whether the text of a device file has rates by kind of kernel."""
    try:
        return "kernels" in read(text, file, None, _HOLDS)
    except SpecError:
        return False


def read_fitted(text: str, file: str) -> Fitted:
    """A fitted device from the text of its file. Raises `SpecError` with every mistake in it."""
    problems = Problems()
    reader = FittedReader(read(text, file, problems, _HOLDS), problems)
    errors = reader.map(reader.data, "errors")
    found = Fitted(
        reader.text("name"),
        reader.text("processor"),
        reader.text("runtime"),
        reader.whole("threads", 1),
        reader.text("date"),
        reader.whole("seed", 0),
        reader.whole("channels_per_block", 1),
        float(reader.number("seconds_per_run", SECONDS)),
        reader.kinds(),
        reader.spread(errors, "chains"),
        reader.spread(errors, "kernels"),
        reader.texts("notes"),
    )
    reader.check()
    return found


class FittedReader(DeviceReader):
    """Reads what stands in a fitted device file."""

    keys = KEYS
    noun = "a fitted device file"

    def map(self, data: Map, key: str) -> Map:
        """A mapping under a key, empty where there is none."""
        item = data.at(key)
        if isinstance(item, Map):
            return item
        if item is not None:
            self.problems.add(getattr(item, "mark", data.mark), f"`{key}` is a mapping", AGAIN)
        return Map(mark=data.mark)

    def whole(self, key: str, least: int) -> int:
        """A whole number under a key."""
        item = self.data.at(key)
        if item is None:
            return least
        if not (isinstance(item, Text) and item.isdecimal() and len(item) < 10 and int(item) >= least):
            self.problems.add(self.place(key, item), f"`{key}` is a whole number, at least {least}", AGAIN)
            return least
        return int(item)

    def spread(self, errors: Map, key: str) -> Spread:
        """Errors in percent: their median, and the range of nine of ten."""
        data = self.map(errors, key)
        found = {}
        for name in Spread._fields:
            item = data.at(name)
            if not (isinstance(item, Text) and _PERCENT.fullmatch(item)):
                said = f"the errors of {key} have a `{name}`, a number of percent"
                self.problems.add(getattr(item, "mark", data.mark), said, AGAIN)
                continue
            found[name] = float(item) / 100
        return Spread(**found) if len(found) == len(Spread._fields) else Spread(0.0, 0.0, 0.0)

    def kinds(self) -> dict[str, KernelRates]:
        """The rates of each kind of kernel."""
        kernels = self.map(self.data, "kernels")
        if "kernels" in self.data and "Concat" not in kernels:
            self.problems.add(
                kernels.mark, "`kernels` has no `Concat`, whose rates stand in for those of kinds without any", AGAIN
            )
        return {str(kind): self.kind(self.map(kernels, kind)) for kind in kernels}

    def kind(self, data: Map) -> KernelRates:
        """What stands under a kind."""
        launch = self.one(data, "seconds_per_launch", SECONDS)
        rates = self.map(data, "per_second")
        samples, error = data.at("samples"), data.at("error")
        if not (isinstance(samples, Text) and samples.isdecimal() and isinstance(error, Text) and _PERCENT.fullmatch(error)):
            said = "a kind of kernel says how many `samples` it was fitted to, and their median `error` in percent"
            self.problems.add(data.mark, said, AGAIN)
            return KernelRates(0.0, {}, 0, 0.0)
        per_second = {str(name): float(self.read(name, rate, RATES)) for name, rate in rates.items()}
        return KernelRates(launch, per_second, int(samples), float(error) / 100)

    def one(self, data: Map, key: str, scales: Mapping[str, int | Fraction]) -> float:
        """A number under a key of a mapping inside the file."""
        name: Any = next((name for name in data if name == key), None)
        if name is None:
            self.problems.add(data.mark, f"here is no `{key}`", AGAIN)
            return 0.0
        return float(self.read(name, data.at(key), scales))
