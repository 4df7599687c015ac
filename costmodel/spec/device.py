"""From the text of a device file to its device; numbers are exact, and every mistake is said at its place."""

import re
from collections.abc import Mapping
from fractions import Fraction
from typing import Any

from costmodel.device import Device, find
from costmodel.dtypes import DTYPES
from costmodel.problems import Mark, Problems, did_you_mean, meant, one_of
from costmodel.spec.files import read_file
from costmodel.spec.reading import ValueReader, is_there, key_of
from costmodel.spec.source import Holds, Map, Seq, Text, read

KEYS = ("name", "source", "mult_adds_per_second", "bytes_per_second", "seconds_per_launch", "notes")
"""What a device file says; `notes` may be left out."""
_FILE = Holds("device file", f"a device file says {one_of(f'`{key}:`' for key in KEYS[:-1])}")

RATES = {"": 1, "k": 10**3, "M": 10**6, "G": 10**9, "T": 10**12, "P": 10**15}
"""What may follow the digits of a rate."""
SECONDS = {scale: Fraction(1, 1000**power) for power, scale in enumerate(("s", "ms", "us", "ns"))}
SECONDS |= {"": SECONDS["s"], "µs": SECONDS["us"], "μs": SECONDS["us"]}
"""What may follow the digits of a time; the micro sign and the Greek letter look alike."""
_NUMBER = re.compile(r"([+-]?)([0-9]{1,30}(?:\.[0-9]{1,30})?)(?:[eE]([+-]?[0-9]{1,2}))?\s*([^\W\d_]\S*|)")
_OPERATIONS = re.compile(r"([kMGTP]?)(?:FL)?OPS?(?:/s)?", re.IGNORECASE)
_UNIT = re.compile(r"([kMGTP]?)(?:B(?:yte)?s?|mult-adds)?(?:/s)?", re.IGNORECASE)


def load_device(name: str) -> Device:
    """A device by the path of its file or its bundled name. Raises `SpecError` with every mistake in it.

    >>> load_device("gtx-1080-ti").bytes
    Fraction(484000000000, 1)
    """
    path = find(name)
    return read_device(*read_file(path, str(path), _FILE.noun))


def read_device(text: str, file: str) -> Device:
    """A device from the text of its file; `file` is its name in messages. Raises `SpecError` with every mistake in it."""
    problems = Problems()
    data = read(text, file, problems, _FILE)
    reader = DeviceReader(data, problems)
    device = Device(
        reader.text("name"),
        reader.texts("source"),
        reader.rates(),
        reader.number("bytes_per_second", RATES),
        reader.number("seconds_per_launch", SECONDS),
        reader.texts("notes"),
    )
    reader.check()
    return device


class DeviceReader:
    """Reads one key after the other; what is wrong goes onto `problems`, and something stands in for it."""

    keys: tuple[str, ...] = KEYS
    """What the file says, the last of them if it likes."""
    noun = "a device file"

    def __init__(self, data: Map, problems: Problems) -> None:
        self.data, self.problems = data, problems

    def check(self) -> None:
        """Note keys that are none and keys that are missing. Raises `SpecError` with everything that is wrong."""
        ValueReader(self.problems).known_keys(self.data, self.keys, self.noun)
        misspelt = {meant(key, self.keys) for key in self.data if key not in self.keys}
        for key in self.keys[:-1]:
            if key not in self.data and key not in misspelt:
                self.problems.add(self.data.mark, f"this device file has no `{key}`", _MISSING.get(key, ""))
        self.problems.check()

    def place(self, key: str, item: Any) -> Mark:
        """Where a value stands, or its key where nothing does."""
        return item.mark if is_there(item) else key_of(self.data, key).mark

    def text(self, key: str) -> str:
        """A text under a key."""
        item = self.data.at(key)
        if item is not None and not (isinstance(item, Text) and item.strip()):
            self.problems.add(self.place(key, item), f"`{key}` is a text", _MISSING.get(key, ""))
        return str(item)

    def texts(self, key: str) -> tuple[str, ...]:
        """A text or a list of them under a key."""
        item = self.data.at(key)
        if not isinstance(item, Seq):
            return () if item is None else (self.text(key),)
        for part in item:
            if not (isinstance(part, Text) and part.strip()):
                self.problems.add(part.mark, f"`{key}` is a text or a list of texts")
        if not item:
            self.problems.add(item.mark, f"`{key}` is an empty list", _MISSING.get(key, "leave it out"))
        return tuple(map(str, item))

    def rates(self) -> dict[str, Fraction]:
        """The mult-adds a second of each data type."""
        key, example = "mult_adds_per_second", "{fp32: 5.67T}"
        item = self.data.at(key)
        if not isinstance(item, Map) or not item:
            if item is not None:
                message = f"`{key}` takes a rate for each data type, such as {example}"
                self.problems.add(self.place(key, item), message)
            return {}
        for name in item:
            if name not in DTYPES:
                hint = did_you_mean(name, DTYPES, f"the data types are {one_of(DTYPES)}")
                self.problems.add(name.mark, f"no data type is called '{name}'", hint)
        return {str(name): self.read(name, rate, RATES) for name, rate in item.items()}

    def number(self, key: str, scales: Mapping[str, int | Fraction]) -> Fraction:
        """A rate or a time under a key."""
        return self.read(key_of(self.data, key), self.data.at(key), scales) if key in self.data else Fraction(1)

    def read(self, key: Text, item: Any, scales: Mapping[str, int | Fraction]) -> Fraction:
        """A rate, which is more than 0, or a time, which is at least 0."""
        of_time = scales is SECONDS
        kind, example = ("a time", "5us or 0") if of_time else ("a rate", "5.67T, 484G or 1.5e12")
        if not isinstance(item, Text) or not item.strip():
            self.problems.add(item.mark if is_there(item) else key.mark, f"`{key}` is {kind} such as {example}")
            return Fraction(1)
        found = _NUMBER.fullmatch(item.strip())
        if found is None or found[4] not in scales:
            hint = "" if found is None else _unit_hint(key, found, item, of_time)
            self.problems.add(item.mark, f"'{item}' is not {kind} such as {example}", hint)
            return Fraction(1)
        value = _value(found) * scales[found[4]]
        if value < 0 or (value == 0 and not of_time):
            self.problems.add(item.mark, f"`{key}` is {'at least' if of_time else 'more than'} 0, and here is '{item}'")
        return value


_MISSING = {
    "name": "name: NVIDIA GeForce GTX 1080 Ti",
    "source": "the address of a datasheet, or who measured it and how",
    "mult_adds_per_second": "mult_adds_per_second: {fp32: 5.67T}",
    "bytes_per_second": "bytes_per_second: 484G",
    "seconds_per_launch": "seconds_per_launch: 5us, or 0 where nothing is known",
}
"""What a key would look like."""


def _value(found: re.Match[str]) -> Fraction:
    """The digits of a number, without what follows them."""
    value = Fraction(found[2]) * Fraction(10) ** int(found[3] or 0)
    return -value if found[1] == "-" else value


def _unit_hint(key: Text, found: re.Match[str], item: Text, of_time: bool) -> str:
    """What a number with an unknown unit probably means."""
    if of_time:
        return f"the units are {one_of(scale for scale in SECONDS if scale.isascii() and scale)}"
    if unit := _OPERATIONS.fullmatch(found[4]):
        if key == "bytes_per_second":
            return "operations are no bytes: `mult_adds_per_second` says how fast arithmetic is"
        half = f"{float(_value(found) / 2):.12g}{_scale(unit[1])}"
        return f"vendors print two operations a mult-add: where this is such a figure, write {half}"
    if unit := _UNIT.fullmatch(found[4]):
        return f"write {item.strip().removesuffix(found[4]).strip()}{_scale(unit[1])}: the key says the unit"
    return f"what may follow the digits is {one_of(filter(None, RATES))}"


def _scale(letter: str) -> str:
    """A scale as files write it."""
    return "k" if letter.lower() == "k" else letter.upper()
