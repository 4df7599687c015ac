"""Device files: the bundled ones and their sources, numbers with suffixes, which file a name means."""

import re
from fractions import Fraction
from pathlib import Path

import pytest

from costmodel.device import bundled, find
from costmodel.dtypes import DTYPES
from costmodel.problems import SpecError
from costmodel.spec.device import KEYS, load_device, read_device

RATES = "name: P\nsource: desk\nmult_adds_per_second: {{fp32: {rate}}}\nbytes_per_second: {rate}\nseconds_per_launch: {time}\n"


def device_file(rate: str = "1T", time: str = "0") -> str:
    return RATES.format(rate=rate, time=time)


@pytest.mark.parametrize("name", bundled())
def test_a_bundled_device_has_sources_and_rates_and_says_how_they_come_about(name: str) -> None:
    device = load_device(name)
    assert device.name
    assert device.sources
    assert [source for source in device.sources if not re.fullmatch(r"https://\S+", source)] == []
    assert device.mult_adds
    assert set(device.mult_adds) <= set(DTYPES)
    assert min(*device.mult_adds.values(), device.bytes) > 0
    assert device.notes
    if not device.launch:
        assert any("launch" in note for note in device.notes), "a launch that takes no time is explained"


@pytest.mark.parametrize("name", bundled())
def test_no_type_of_a_bundled_device_is_slower_than_a_wider_one(name: str) -> None:
    """Values of a narrower type can be computed in a wider one, so that its peak is at least as high."""
    rates = load_device(name).mult_adds
    floats = [rates[name] for name in ("fp32", "tf32", "fp16", "fp8") if name in rates]
    whole = [rates[name] for name in ("int32", "int16", "int8", "int4") if name in rates]
    assert floats == sorted(floats)
    assert whole == sorted(whole)


def test_peaks_are_half_of_the_operations_that_vendors_print() -> None:
    """NVIDIA prints 312 TFLOPS and 19.5 TFLOPS for the A100, dense; 11.3 for the GTX 1080 Ti at its boost clock."""
    a100, gtx = load_device("a100"), load_device("gtx-1080-ti")
    assert 2 * a100.mult_adds["fp16"] == 312 * 10**12
    assert 2 * a100.mult_adds["fp32"] == Fraction("19.5") * 10**12
    assert round(2 * gtx.mult_adds["fp32"] / 10**11) == 113
    assert gtx.mult_adds["fp32"] == 28 * 128 * 1_582_000_000


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("5.67T", 5_670_000_000_000),
        ("484G", 484_000_000_000),
        ("484 G", 484_000_000_000),
        ("1728M", 1_728_000_000),
        ("3k", 3_000),
        ("0.1", Fraction(1, 10)),
        ("1.5e12", 1_500_000_000_000),
        ("2e-3T", 2_000_000_000),
        ("'1P'", 10**15),
        ("+7", 7),
    ],
)
def test_a_rate_is_exact(text: str, value: Fraction) -> None:
    device = read_device(device_file(rate=text), "p.yaml")
    assert device.bytes == value
    assert device.mult_adds == {"fp32": value}
    assert isinstance(device.bytes, Fraction)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("0", 0),
        ("0s", 0),
        ("5us", Fraction(5, 10**6)),
        ("5 µs", Fraction(5, 10**6)),
        ("5μs", Fraction(5, 10**6)),
        ("1.5ms", Fraction(3, 2000)),
        ("250ns", Fraction(1, 4_000_000)),
        ("2s", 2),
        ("1e-6", Fraction(1, 10**6)),
    ],
)
def test_a_time_is_exact(text: str, value: Fraction) -> None:
    launch = read_device(device_file(time=text), "p.yaml").launch
    assert launch == value
    assert isinstance(launch, Fraction)


@pytest.mark.parametrize(
    "text", ["", "-1", "0", "0G", "nan", "inf", "1e999", "1,5T", "5.T", "½T", "５T", "5.67TB/s", "[1]", "1_000"]
)
def test_a_rate_that_is_none_is_refused_at_its_place(text: str) -> None:
    with pytest.raises(SpecError) as refused:
        read_device(device_file(rate=text), "p.yaml")
    places = {(problem.mark.line, problem.mark.col) for problem in refused.value.problems if problem.mark}
    assert {line for line, _ in places} == {3, 4}
    assert all(col > 1 or not text for _, col in places)


@pytest.mark.parametrize(
    ("text", "hint"),
    [
        ("11.3 TFLOPS", "write 5.65T"),
        ("624TOPS", "write 312T"),
        ("484GB/s", "write 484G"),
        ("5g", "write 5G"),
        ("5GiB", "k, M, G, T, P"),
    ],
)
def test_a_unit_is_answered_with_what_it_means(text: str, hint: str) -> None:
    with pytest.raises(SpecError, match=re.escape(hint)):
        read_device(device_file(rate=text), "p.yaml")


def test_every_key_but_notes_is_asked_for_once() -> None:
    with pytest.raises(SpecError) as refused:
        read_device("notes: [nothing]\n", "p.yaml")
    said = [problem.message for problem in refused.value.problems]
    assert said == [f"this device file has no `{key}`" for key in KEYS if key != "notes"]


def test_a_key_that_is_misspelt_is_not_missing_too() -> None:
    with pytest.raises(SpecError) as refused:
        read_device(device_file().replace("bytes_per_second", "byte_per_second"), "p.yaml")
    assert [problem.message for problem in refused.value.problems] == ["a device file has no key 'byte_per_second'"]


def test_a_file_in_front_of_the_user_comes_before_a_bundled_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert find("a100") == find("a100.yaml") == bundled()["a100"]
    Path("a100.yaml").write_text(device_file(), encoding="utf-8")
    assert load_device("a100").name == load_device("a100.yaml").name == "P"
