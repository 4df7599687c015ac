"""Predicted times beside measured ones, on networks that no fit has seen, and beside mult-adds alone.

Calibrates this machine as `costmodel measure --calibrate` does, or takes the device file that it wrote; then runs each network
in rounds, so that what disturbs the machine for a while disturbs few runs of each. Printed are the median of all runs with the
range of nine of ten, the prediction, and what mult-adds alone give: the best factor, in the median, of the other networks'
measured times. Goals of the prediction: a median error of at most 8 %, and 95 % within 25 %.

    pip install 'costmodel[onnx]'
    python bench/predicting.py [--device FILE.yaml] [--threads N] [--rounds N] [--runs N] [--seed N] [NETWORK ...]
"""

import argparse
import os
import sys
import time
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

from costmodel.commands.subjects import load
from costmodel.exporting.writing import exported
from costmodel.measuring.agreement import agreements
from costmodel.measuring.calibrating import calibrated
from costmodel.measuring.machine import processor, runtime
from costmodel.measuring.predicting import Prediction
from costmodel.measuring.running import WARM_UP, Runner
from costmodel.rates import Fitted
from costmodel.reports.fitted import summary
from costmodel.spec.fitted import load_any

NETWORKS = """
alexnet condensenet condensenet@74-c8g8 condensenet@cifar-50 densenet densenet@169 efficientnet efficientnet@b1 efficientnet@b2
ghostnet ghostnet@x0.5 ghostnet@x1.3 googlenet inceptionv3 mnasnet mnasnet@a1 mnasnet@x0.5 mnasnet@x1.4 mobilenet
mobilenet@x0.5 mobilenet@x0.25 mobilenet@resolution=160 mobilenet@conv mobilenetv2 mobilenetv2@x0.35 mobilenetv2@x1.4
mobilenetv2@resolution=128 mobilenetv3 mobilenetv3@small mobilenetv3@large-minimal mobilenetv3@small-minimal regnet@x-400mf
regnet@y-400mf regnet@x-1.6gf regnet@y-800mf resnet@18 resnet@34 resnet@50 resnet@50,resolution=128 resnext resnext@50-2x40d
resnext_cifar shufflenet shufflenet@g1 shufflenet@g8 shufflenet@x0.5 shufflenetv2 shufflenetv2@x0.5 shufflenetv2@x1.5
shufflenetv2@x2.0 shufflenetv2@torchvision shufflenetv2-50 squeezenet squeezenet@v1.1 squeezenet@complex-bypass vgg16@11-bn
xception
"""
GOALS = {"median": 0.08, "95 %": 0.25}


def measured(models: list[Path], rounds: int, runs: int, threads: int, seed: int) -> list[list[float]]:
    """The seconds of the runs of each model."""
    found: list[list[float]] = [[] for _ in models]
    for number in range(rounds):
        for model, seconds in zip(models, found, strict=True):
            runner = Runner(model.read_bytes(), threads, seed)
            runner.warm(WARM_UP, 2)
            seconds += [runner.run() for _ in range(runs)]
        print(f"round {number + 1} of {rounds}, load {os.getloadavg()[0]:.2f}", file=sys.stderr)
    return found


def part(values: list[float], share: float) -> float:
    """The value below which a share of all lie."""
    return sorted(values)[min(int(share * len(values)), len(values) - 1)]


def device_of(args: argparse.Namespace) -> Fitted:
    """The device of a file, or this machine. Raises `SpecError`."""
    if args.device is None:
        return calibrated(args.threads, args.seed)
    found = load_any(args.device)
    if not isinstance(found, Fitted) or found.threads != args.threads:
        sys.exit(f"{args.device} was not fitted to {args.threads} threads")
    return found


def main() -> None:
    """Measure, predict, compare."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--device", help="a fitted device file; else the machine is calibrated first")
    for name, usual in (("threads", 1), ("rounds", 3), ("runs", 9), ("seed", 0)):
        parser.add_argument(f"--{name}", type=int, default=usual)
    parser.add_argument("networks", nargs="*", default=NETWORKS.split())
    args = parser.parse_args()
    start = time.perf_counter()
    device = device_of(args)
    print(f"$ {' '.join(['python', 'bench/predicting.py', *sys.argv[1:]])}")
    print(f"{processor()}, {runtime()}, {args.threads} threads, seed {args.seed}, load {os.getloadavg()[0]:.2f}")
    print(f"{args.rounds} rounds of {args.runs} runs, those of {WARM_UP} s before them thrown away")
    print(f"calibrated {device.date}: {summary(device)}")
    ledgers = [one.ledger for one in load(args.networks, {}, None, 1)]
    with TemporaryDirectory() as folder:
        models = [Path(folder) / f"{number}.onnx" for number in range(len(ledgers))]
        for path, ledger in zip(models, ledgers, strict=True):
            path.write_bytes(exported(ledger, args.seed).SerializeToString())
        runs = measured(models, args.rounds, args.runs, args.threads, args.seed)
    times = [median(one) for one in runs]
    guesses = [Prediction(ledger, device).whole.seconds for ledger in ledgers]
    figures = [{"mult_adds": float(one.totals.mult_adds), "access": float(one.totals.access)} for one in ledgers]
    alone = agreements(figures, times)[0]
    print(f"{'network':28}{'measured':>10}  {'5–95 %':>15}{'predicted':>11}{'error':>8}{'mult-adds alone':>17}")
    errors = [guess / seconds - 1 for guess, seconds in zip(guesses, times, strict=True)]
    for name, seconds, all_runs, guess, error, other in zip(
        args.networks, times, runs, guesses, errors, alone.errors, strict=True
    ):
        spread = f"{1e3 * part(all_runs, 0.05):.2f}–{1e3 * part(all_runs, 0.95):.2f}"
        print(
            f"{name:28}{1e3 * seconds:>7.2f} ms  {spread:>15}{1e3 * guess:>8.2f} ms{100 * error:>+7.1f}%{100 * other:>+16.1f}%"
        )
    for name, found in (("predicted", errors), ("mult-adds alone", alone.errors)):
        sizes = [abs(one) for one in found]
        print(
            f"{name:16} median error {100 * median(sizes):5.1f} %, 95 % within {100 * part(sizes, 0.95):5.1f} %, "
            f"worst {100 * max(sizes):5.1f} %, {len(sizes)} networks"
        )
    sizes = [abs(one) for one in errors]
    met = median(sizes) <= GOALS["median"] and part(sizes, 0.95) <= GOALS["95 %"]
    verdict = "met" if met else "not met"
    print(f"goals {verdict}: {GOALS} of the predictions; {time.perf_counter() - start:.0f} s, load {os.getloadavg()[0]:.2f}")


if __name__ == "__main__":
    main()
