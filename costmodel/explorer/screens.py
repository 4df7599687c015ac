"""The explorer's screens: one layer, a network's layers, and help."""

from collections.abc import Iterator
from typing import ClassVar

from textual import events
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical, VerticalScroll
from textual.screen import ModalScreen, Screen
from textual.widget import Widget
from textual.widgets import Footer, OptionList, Static

from costmodel.bounds import ConvBound
from costmodel.explorer import curves, figures, notes
from costmodel.explorer.manual import MANUAL
from costmodel.explorer.model import State, ladder
from costmodel.explorer.network import EDITED, Edit, Walk
from costmodel.explorer.widgets import Field, Layers, Plot, Scroll, Text, content
from costmodel.reports.layout import Screen as Lines
from costmodel.single import NAMES, layer_of


class Figured(Screen[None]):
    """What both screens share: a title, something on the left, figures on the right, the two curves below, the keys."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("tab", "app.focus_next", "next", key_display="tab")]

    def compose(self) -> ComposeResult:
        """From top to bottom."""
        yield Text(self.title_lines, id="title")
        with Horizontal(id="top"):
            with Vertical(id="left"):
                yield from self.left()
            with Scroll(id="figures"):
                yield Text(lambda room: figures.shown(figures.figures_of(self.convolution), room), id="values")
        with Horizontal(id="charts"):
            yield Plot(lambda samples: curves.by_ratio(self.convolution, samples), id="by-ratio")
            yield Plot(lambda samples: curves.by_groups(self.convolution, samples), id="by-groups")
        yield Footer(compact=True, show_command_palette=False)

    def left(self) -> Iterator[Widget]:
        """What stands beside the figures."""
        raise NotImplementedError

    def title_lines(self, room: int) -> Lines:
        """What the layer is, in a line."""
        raise NotImplementedError

    @property
    def convolution(self) -> ConvBound:
        """The layer whose figures are shown."""
        raise NotImplementedError

    def redraw(self) -> None:
        """Show all figures anew."""
        for text in self.query(Text):
            text.redraw()
        for plot in self.query(Plot):
            plot.refresh()


class LayerScreen(Figured):
    """One layer: its fields on the left."""

    def __init__(self, state: State) -> None:
        super().__init__()
        self.state = state

    def left(self) -> Iterator[Widget]:
        """The fields, and below them what they come to."""
        yield from (Field(name, self.state.texts[name]) for name in NAMES)
        with Scroll(id="notes"):
            yield Text(lambda room: notes.of_layer(self.state, room), id="note")

    def title_lines(self, room: int) -> Lines:
        """The maps and the kernel."""
        return notes.title(self.state.sizes, room)

    @property
    def convolution(self) -> ConvBound:
        """The last that could be built."""
        return layer_of(self.state.sizes)

    def on_mount(self) -> None:
        """Begin at the channels that enter."""
        self.show()
        self.query_one("#field-c1", Field).slider.focus()

    def on_field_edited(self, event: Field.Edited) -> None:
        """Everything follows what a field says."""
        if event.is_news(self.state.texts):
            self.state.write(event.field.key, event.text)
            self.show()

    def show(self) -> None:
        """Show what the state is."""
        state = self.state
        for field in self.query(Field):
            field.show(ladder(state.sizes, field.key), getattr(state.sizes, field.key), state.refused.get(field.key))
        self.set_class(bool(state.refused), "stale")
        self.redraw()


class NetworkScreen(Figured):
    """A network's layers on the left, and below them what can be changed of the chosen one."""

    def __init__(self, walk: Walk) -> None:
        super().__init__()
        self.walk = walk
        self.edit = Edit(walk, walk.rows[0])

    def left(self) -> Iterator[Widget]:
        """The list, the fields of the chosen layer, the network's totals."""
        yield Text(notes.heading, id="heading")
        yield Layers(id="layers", compact=True)
        yield from (Field(name, self.edit.texts[name]) for name in EDITED)
        with Scroll(id="notes"):
            yield Text(lambda room: notes.of_network(self.edit, room), id="note")

    def title_lines(self, room: int) -> Lines:
        """The layer's place, op and maps."""
        return notes.place(self.edit, room)

    @property
    def convolution(self) -> ConvBound:
        """The chosen one, as it is changed."""
        return self.edit.outcome.layer

    def on_mount(self) -> None:
        """Begin at the list."""
        self.show()
        self.query_one(OptionList).focus()

    def on_resize(self, _event: events.Resize) -> None:
        """Lay the list out in another width."""
        self.call_after_refresh(self._list)

    def _list(self) -> None:
        layers = self.query_one(OptionList)
        room = layers.scrollable_content_region.width
        chosen = layers.highlighted or 0
        with self.prevent(OptionList.OptionHighlighted):
            layers.set_options([content([notes.row(row, room)]) for row in self.walk.rows])
            layers.highlighted = chosen

    def on_option_list_option_highlighted(self, event: OptionList.OptionHighlighted) -> None:
        """Another layer, as the network has it."""
        row = self.walk.rows[event.option_index]
        if row is not self.edit.row:
            self.edit = Edit(self.walk, row)
            self.show()

    def on_field_edited(self, event: Field.Edited) -> None:
        """The network with what the field says."""
        if event.is_news(self.edit.texts):
            self.edit.write(event.field.key, event.text)
            self.show()

    def show(self) -> None:
        """Show the layer and what its change does."""
        edit = self.edit
        for field in self.query(Field):
            key, fixed = field.key, self.walk.fixed(edit.row, field.key)
            field.fix(fixed)
            field.write(str(getattr(self.convolution, key)) if fixed else edit.texts[key])
            field.show(self.walk.ladder(edit.row, key), edit.sizes[key], edit.refused.get(key))
        self.set_class(bool(edit.refused) or edit.outcome.totals is None, "stale")
        self.redraw()


class HelpScreen(ModalScreen[None]):
    """What the bound is, where it holds, whose it is, and the keys."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("question_mark,escape,q,ctrl+c", "app.pop_screen", "back", key_display="?", priority=True)
    ]

    def compose(self) -> ComposeResult:
        """The manual, in a frame."""
        with VerticalScroll(id="manual"):
            yield Static(MANUAL)
        yield Footer(compact=True, show_command_palette=False)
