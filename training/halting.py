"""What does Ctrl-C do to a training? The first ends it after the step, with a checkpoint; the second at once."""

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from threading import current_thread, main_thread
from types import FrameType


class Halt:
    """A wish to end early. Whoever trains in another thread may set it there: `halt.asked = True`."""

    def __init__(self) -> None:
        self.asked = False

    @contextmanager
    def on_interrupt(self) -> Iterator[None]:
        """Only the main thread hears signals; in another one, and where they are ignored, this does nothing."""
        if current_thread() is not main_thread() or signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
            yield
            return
        before = signal.getsignal(signal.SIGINT)

        def once(number: int, frame: FrameType | None) -> None:
            self.asked = True
            signal.signal(signal.SIGINT, signal.default_int_handler)

        signal.signal(signal.SIGINT, once)
        try:
            yield
        finally:
            signal.signal(signal.SIGINT, before)
