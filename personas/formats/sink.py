"""Where do the pieces of a new file go? Into whatever takes them one by one and is closed at the end."""

from pathlib import Path
from typing import IO, Any, Protocol


class Sink(Protocol):
    """A file or folder in the making."""

    def write(self, piece: Any, /) -> object:
        """Add text, or a batch of rows: what the format's `written` gives."""

    def close(self) -> None:
        """Write what comes after the last piece, and let go of the file."""


def opened_text(path: Path) -> IO[str]:
    """A new text file. Raises OSError."""
    return path.open("x", encoding="utf-8", newline="")
