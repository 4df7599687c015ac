"""Known refusals: settings that cannot be, and the sentence of each condition that fails; a file a family."""

from refusals import attention, conv, dense, join, layout, norm, pool, reduce, resize

REFUSALS = [row for family in (conv, dense, attention, norm, pool, resize, reduce, join, layout) for row in family.REFUSALS]
