"""Known refusals: settings that cannot be, and the sentence of each condition that fails; a file a family."""

from refusals import arithmetic, attention, conv, dense, join, layout, norm, pool, recurrent, reduce, resize

FAMILIES = (conv, dense, attention, recurrent, norm, pool, resize, reduce, join, layout, arithmetic)
REFUSALS = [row for family in FAMILIES for row in family.REFUSALS]
