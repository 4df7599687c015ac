"""A slider on the legal values of a field."""

from collections.abc import Sequence
from typing import ClassVar

from textual import events
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.message import Message
from textual.widget import Widget

from costmodel.explorer.model import place_of, stepped
from costmodel.single import Setting


class Slider(Widget, can_focus=True):
    """A thumb on the legal values of a field: arrow keys and Shift move it, a click or a drag sets it."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("left", "step(-1)", "less"),
        Binding("right", "step(1)", "more"),
        Binding("shift+left", "step(-8)", "much less", show=False),
        Binding("shift+right", "step(8)", "in big steps", key_display="⇧←→"),
        Binding("home", "step(-1000000)", "least", show=False),
        Binding("end", "step(1000000)", "most", show=False),
    ]

    class Moved(Message):
        """The thumb was set to a value."""

        def __init__(self, slider: "Slider", value: Setting) -> None:
            super().__init__()
            self.slider, self.value = slider, value

        @property
        def control(self) -> "Slider":
            """The slider."""
            return self.slider

    def __init__(self) -> None:
        super().__init__()
        self.rungs: Sequence[Setting] = ()
        self.value: Setting = 1

    def set(self, rungs: Sequence[Setting], value: Setting) -> None:
        """Show a value among the legal ones."""
        self.rungs, self.value = rungs, value
        self.refresh()

    def render(self) -> Content:
        """The rail, filled up to the thumb."""
        room = max(self.size.width, 2)
        last = max(len(self.rungs) - 1, 1)
        thumb = min(round(place_of(tuple(self.rungs), self.value) * (room - 1) / last), room - 1)
        filled = "$text-accent" if self.has_focus else "$text-primary"
        knob = "●" if len(self.rungs) > 1 else "○"
        return Content.assemble(
            ("━" * thumb, filled), (knob, f"bold {filled}"), ("─" * (room - 1 - thumb), "$foreground-disabled")
        )

    def action_step(self, steps: int) -> None:
        """Go so many values up or down."""
        self._move(stepped(tuple(self.rungs), self.value, steps))

    def on_mouse_down(self, event: events.MouseDown) -> None:
        """Take hold of the thumb."""
        self.focus()
        self.capture_mouse()
        self._move_to(event.x)

    def on_mouse_move(self, event: events.MouseMove) -> None:
        """Drag it."""
        if self.app.mouse_captured is self:
            self._move_to(event.x)

    def on_mouse_up(self, _event: events.MouseUp) -> None:
        """Let it go."""
        self.release_mouse()

    def _move_to(self, x: int) -> None:
        if self.rungs:
            place = round(x * (len(self.rungs) - 1) / max(self.size.width - 1, 1))
            self._move(self.rungs[min(max(place, 0), len(self.rungs) - 1)])

    def _move(self, value: Setting) -> None:
        if value != self.value:
            self.value = value
            self.refresh()
            self.post_message(self.Moved(self, value))
