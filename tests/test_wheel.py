"""The wheel: built, installed into an empty environment, run from elsewhere, with its bundled specs."""

import re
import subprocess
import sys
import venv
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("dist")
    command = [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", str(folder), str(ROOT)]
    subprocess.run(command, check=True, capture_output=True)
    return next(folder.glob("*.whl"))


def test_it_carries_specs_schemas_devices_and_type_marker(wheel: Path) -> None:
    names = set(zipfile.ZipFile(wheel).namelist())
    specs = {f"costmodel/specs/{path.relative_to(ROOT / 'specs').as_posix()}" for path in (ROOT / "specs").rglob("*.yaml")}
    reports = ("analyze", "counters", "memory", "reconcile", "verify")
    schemas = {"costmodel/spec/spec.schema.json"} | {f"costmodel/reports/{name}.schema.json" for name in reports}
    devices = {f"costmodel/devices/{path.name}" for path in (ROOT / "costmodel" / "devices").glob("*.yaml")}
    assert len(devices) > 4
    assert specs | {"costmodel/py.typed"} | schemas | devices <= names
    assert not [name for name in names if name.startswith(("tests/", "bench/"))]


def test_it_runs_from_an_empty_environment_elsewhere(wheel: Path, tmp_path: Path) -> None:
    venv.create(tmp_path / "env")
    bin_folder = tmp_path / "env" / "bin"
    install = [sys.executable, "-m", "pip", "--python", str(bin_folder / "python"), "install", "-q", "--no-compile", str(wheel)]
    installed = subprocess.run(install, capture_output=True, text=True, check=False)
    if installed.returncode and re.search(r"onnection|No matching distribution|resolve|timed out", installed.stderr):
        pytest.skip(f"no package index could be reached: {installed.stderr.strip().splitlines()[-1]}")
    assert installed.returncode == 0, installed.stderr
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    done = subprocess.run(
        [bin_folder / "costmodel", "analyze", "mobilenetv2.yaml"], cwd=elsewhere, capture_output=True, text=True, check=True
    )
    assert "300,774,272" in done.stdout
    assert done.stderr == ""
