"""The handler of each op of ATen, by its name without the overload."""

from costmodel.importing.aten import arithmetic, functions, joining, layout, parts, places, products, sizes, windows
from costmodel.importing.aten.call import Handler

HANDLERS: dict[str, Handler] = {
    **arithmetic.HANDLERS,
    **functions.HANDLERS,
    **joining.HANDLERS,
    **layout.HANDLERS,
    **parts.HANDLERS,
    **places.HANDLERS,
    **products.HANDLERS,
    **sizes.HANDLERS,
    **windows.HANDLERS,
}
"""How each op becomes nodes; one that is not here is left as it is."""
