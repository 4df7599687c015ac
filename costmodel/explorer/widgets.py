"""What the explorer's screens are made of: fields with a slider each, texts and charts."""

from collections.abc import Callable, Mapping, Sequence
from typing import ClassVar

from textual import events
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, VerticalScroll
from textual.content import Content
from textual.message import Message
from textual.widget import Widget
from textual.widgets import Input, Label, OptionList, Static

from costmodel.explorer.curves import Chart
from costmodel.explorer.model import Refusal
from costmodel.explorer.plot import drawn
from costmodel.explorer.slider import Slider
from costmodel.reports.layout import Screen
from costmodel.single import Setting, spelled

STYLES = {
    "head": "bold",
    "strong": "bold",
    "dim": "$foreground-muted",
    "figure": "bold $text-accent",
    "good": "$text-success",
    "bad": "bold $text-error",
    "here": "bold $text-error",
    "bound": "$text-success",
    "rising": "$text-primary",
    "falling": "$text-warning",
}
"""What the styles of cells are on this screen, by the theme's colours."""


def content(screen: Screen) -> Content:
    """Lines of cells as the terminal's."""
    return Content("\n").join(Content.assemble(*((cell.text, STYLES.get(cell.style, "")) for cell in line)) for line in screen)


class Box(Input):
    """A box that leaves the keys of the whole screen to it."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("up", "row(-1)", "other field", key_display="↑↓"),
        Binding("down", "row(1)", "next", show=False),
    ]

    def __init__(self, text: str) -> None:
        super().__init__(text, compact=True, max_length=24)

    def action_row(self, by: int) -> None:
        """Go to the field above or below."""
        assert isinstance(self.parent, Field)
        self.parent.action_row(by)

    def check_consume_key(self, key: str, character: str | None) -> bool:
        """Whether a key is typed here: any character but those that ask for help and leave."""
        return character not in ("?", "q") and super().check_consume_key(key, character)


class Field(Horizontal):
    """One value: its name, a box to type it in, and its slider, or the nearest legal values where it is illegal."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("up", "row(-1)", "other field", key_display="↑↓"),
        Binding("down", "row(1)", "next", show=False),
    ]

    class Edited(Message):
        """The field says something else."""

        def __init__(self, field: "Field", text: str) -> None:
            super().__init__()
            self.field, self.text = field, text

        def is_news(self, texts: Mapping[str, str]) -> bool:
            """Whether the field still says so, and these do not: a box that was filled says so a moment later."""
            return self.field.box.value == self.text != texts[self.field.key]

    def __init__(self, key: str, text: str) -> None:
        super().__init__(id=f"field-{key}")
        self.key = key
        self.box = Box(text)
        self.slider = Slider()
        self.hint = Static(classes="hint")
        self.refusal: Refusal | None = None

    def compose(self) -> ComposeResult:
        """Name, box, slider; the hint takes the slider's place."""
        yield Label(self.key, classes="name")
        yield self.box
        yield self.slider
        yield self.hint

    def fix(self, giver: str) -> None:
        """Take no other value where something else gives it."""
        self.box.disabled = self.slider.disabled = bool(giver)
        self.set_class(bool(giver), "fixed")
        if giver:
            self.hint.update(Content(f"given by {giver}"))

    def show(self, rungs: Sequence[Setting], value: Setting, refusal: Refusal | None) -> None:
        """Show the legal values and the last legal one; the `refusal` of what the box says."""
        self.slider.set(rungs, value)
        self.refusal = refusal
        self.set_class(refusal is not None, "refused")
        if refusal is not None:
            self.hint.update(Content(f"✗ {refusal.advice} ⏎" if refusal.nearest else "✗ see below"))

    def write(self, text: str) -> None:
        """Put a text into the box, as if it were typed."""
        self.box.value = text

    def on_input_changed(self, event: Input.Changed) -> None:
        """Say what was typed."""
        event.stop()
        if not self.box.disabled:
            self.post_message(self.Edited(self, event.value))

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """Enter takes the nearest legal value."""
        event.stop()
        self.take_nearest()

    def on_click(self, event: events.Click) -> None:
        """A click on the hint does too."""
        if event.widget is self.hint:
            self.take_nearest()

    def take_nearest(self) -> None:
        """Write the first of the nearest legal values into the box."""
        if self.refusal is not None and self.refusal.nearest:
            self.write(spelled(self.refusal.nearest[0]))

    def on_slider_moved(self, event: Slider.Moved) -> None:
        """The box says what the slider does."""
        event.stop()
        self.write(spelled(event.value))

    def on_key(self, event: events.Key) -> None:
        """A digit that is typed on the slider begins a number in the box."""
        if self.slider.has_focus and event.character is not None and event.character.isdigit():
            event.stop()
            self.box.select_on_focus = False
            self.box.focus()
            self.write(event.character)
            self.box.cursor_position = 1

    def on_input_blurred(self, _event: Input.Blurred) -> None:
        """The next time that the box is entered, typing replaces what is there."""
        self.box.select_on_focus = True

    def action_row(self, by: int) -> None:
        """Go to the same part of the field above or below."""
        fields = [field for field in self.screen.query(Field) if field.display]
        other = fields[(fields.index(self) + by) % len(fields)]
        (other.slider if self.slider.has_focus and other.slider.display else other.box).focus()


class Layers(OptionList):
    """The list of a network's layers; it turns no pages on a screen so small that none of it is seen."""

    def action_page_up(self) -> None:
        """Go up by as many rows as are seen."""
        if self.scrollable_content_region:
            super().action_page_up()  # type: ignore[no-untyped-call]  # textual says no types here

    def action_page_down(self) -> None:
        """Go down by as many rows as are seen."""
        if self.scrollable_content_region:
            super().action_page_down()  # type: ignore[no-untyped-call]  # textual says no types here


class Scroll(VerticalScroll):
    """Room for more lines than fit; a stop for Tab only where there are."""

    def allow_focus(self) -> bool:
        """Whether there is anything to scroll."""
        return self.max_scroll_y > 0


class Text(Static):
    """Lines that are laid out anew for each width."""

    def __init__(self, layout: Callable[[int], Screen], *, id: str) -> None:
        super().__init__(id=id)
        self.lay_out = layout

    def redraw(self) -> None:
        """Lay the lines out."""
        if room := self.size.width:
            self.update(content(self.lay_out(room)))

    def on_resize(self, _event: events.Resize) -> None:
        """In another width."""
        self.redraw()


class Plot(Widget):
    """A chart in all the room there is."""

    def __init__(self, chart: Callable[[int], Chart], *, id: str) -> None:
        super().__init__(id=id)
        self.chart = chart

    def render(self) -> Content:
        """The chart, with as many samples as dots."""
        columns, rows = self.size
        return content(drawn(self.chart(max(2 * columns, 16)), columns, rows)) if columns and rows else Content()
