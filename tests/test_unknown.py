"""Ops of which nothing is known: they give a shape, add nothing to a total, and the ledger says which they are."""

import costmodel

SPEC = """
name: Detector
input: [16, 32, 32]
blocks:
  head:
    layers: [{conv2d: 4}, {unknown: {op: Sort, shape: [4, 10, 1]}}]
layers:
  - {relu, name: features}
  - {head, name: first}
  - {unknown: {op: NonMaxSuppression, shape: {t: 5, c: 4}}, from: [features, previous], name: kept}
  - linear: 2
"""


def test_the_ledger_lists_what_is_not_known() -> None:
    ledger = costmodel.loads(SPEC, "net.yaml").analyze()
    assert [(line.path, line.fields["op"], line.sources) for line in ledger.unknown] == [
        ("first/unknown", "Sort", (1,)),
        ("kept", "NonMaxSuppression", (0, 2)),
    ]
    assert [str(line.output) for line in ledger.unknown] == ["4×10×1", "5×4"]


def test_what_is_known_is_counted_beside_it() -> None:
    ledger = costmodel.loads(SPEC, "net.yaml").analyze(batch=3)
    assert ledger.totals.mult_adds == 3 * (4 * 32 * 32 * 16 + 5 * 2 * 4)


def test_a_network_of_known_ops_has_none() -> None:
    assert costmodel.load("mobilenet").analyze().unknown == []
