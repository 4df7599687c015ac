"""The explorer as an application of the terminal."""

from typing import ClassVar

from textual.app import App
from textual.binding import Binding, BindingType

from costmodel.explorer.model import State
from costmodel.explorer.network import Walk
from costmodel.explorer.screens import HelpScreen, LayerScreen, NetworkScreen
from costmodel.ledger import Ledger
from costmodel.single import Sizes


class Explorer(App[None]):
    """One layer, or a network's layers, in full screen until the user leaves."""

    TITLE = "costmodel verify"
    CSS_PATH = "explorer.tcss"
    ENABLE_COMMAND_PALETTE = False
    HORIZONTAL_BREAKPOINTS = [(0, "-narrow"), (110, "-wide")]  # noqa: RUF012 - as textual declares it
    VERTICAL_BREAKPOINTS = [(0, "-low"), (34, "-tall")]  # noqa: RUF012 - likewise
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("question_mark", "help", "help", key_display="?", priority=True),
        Binding("q,escape,ctrl+c", "leave", "leave", key_display="q", priority=True),
    ]

    def __init__(self, sizes: Sizes | None = None, ledger: Ledger | None = None) -> None:
        super().__init__()
        self.state = State(sizes or Sizes())
        self.walk = None if ledger is None else Walk(ledger)

    def on_mount(self) -> None:
        """Show the network's layers, or the one layer."""
        self.push_screen(LayerScreen(self.state) if self.walk is None else NetworkScreen(self.walk))

    def action_help(self) -> None:
        """Show the help page, or go back from it."""
        if isinstance(self.screen, HelpScreen):
            self.pop_screen()
        else:
            self.push_screen(HelpScreen())

    def action_leave(self) -> None:
        """Leave the help page, or the explorer."""
        if isinstance(self.screen, HelpScreen):
            self.pop_screen()
        else:
            self.exit()
