"""Polynomials that remember how they came about: over symbols, floors, extremes and choices, each floor whole.

The number system for closed forms of whole networks, and for the programs that run them on millions of points. sympy is
too slow for the one and too free for the other: it spreads `floor((h - 1)/3)` into `floor(h/3 - 1/3)`, which is wrong in
floating point. `algebra` is the only one to create numbers of it.
"""
