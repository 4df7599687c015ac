"""The help screen's text: what the bound is, where it holds, whose it is, and the keys."""

MANUAL = """\
[b]The bound[/b]
A convolution is taken to read its input map and its weights and to write its output map, each element once:

    access = hᵢwᵢ·c1 + hₒwₒ·c2 + kh·kw·c1·c2/g   elements,

and its mult-adds are B = hₒwₒ·kh·kw·c1·c2/g. By the inequality of arithmetic and geometric means

    access ≥ (2/√(kh·kw))·√(g·hᵢwᵢ·B) + B/(hₒwₒ),
    access − bound = (√(hᵢwᵢ·c1) − √(hₒwₒ·c2))².

The bound is reached exactly when hᵢwᵢ·c1 = hₒwₒ·c2: when c1 = c2, if both maps have one size.

[b]Where it holds[/b]
For any kernel, stride, padding and groups; biases stand on both sides and are left out; \
inputs that a strided window skips are counted too. An FC layer has \
h = w = 1. It is a bound of one layer: a sum of layers' bounds is no bound of a network. \
Layers whose widths nobody is free to choose are called pinned: depthwise ones, the first, the last.

[b]Whose it is[/b]
For k = 1, g = 1 and stride 1 it is ShuffleNetV2's 2√(hwB) + B/hw (arXiv:1807.11164, section 2, \
equation 2, guideline G1). The curve against g is its guideline G2: at fixed input and B more groups move more, \
at fixed widths less, for B falls too.

[b]The curves[/b]
● is the layer as its fields say it, ◆ the widths at which it moves least. Against c1:c2 all else stays, and \
c1·c2 with it; against g either c1 and B stay, and c2 grows, or both widths stay. Between the \
divisors of both widths the formula is evaluated all the same.

[b]Keys and mouse[/b]
↑ ↓        the field above, below            Tab   box, slider, next field
← →        on a slider: less, more           ⇧← ⇧→ in bigger steps
Home End   the least, the most               Enter take the nearest legal value
mouse      click or drag a slider            ?     this page, and back
q Esc      leave; on this page: back

A value that cannot be is explained below the fields, and the figures stay those of the last layer that can be built.
In a network: ↑ ↓ go through the layers, Tab goes on to c1, c2 and g of the chosen one. A change is made to that \
layer alone, or, where the network cannot be built so, to those with it that must be as wide; the network is \
evaluated again, so that all that reads the map follows. c1 changes what gives the map. The network's access \
is that of its convolutions and FC layers, each element once: the traffic model `conv`.
"""
