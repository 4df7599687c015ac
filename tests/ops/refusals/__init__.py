"""Known refusals: settings that cannot be, and the sentence of each condition that fails; a file a family."""

from refusals import conv, dense, layout, pool, resize

REFUSALS = [row for family in (conv, dense, layout, pool, resize) for row in family.REFUSALS]
