"""Where is a file that an option names?"""

from pathlib import Path
from typing import Any


def text_of(name: str, context: Any = None) -> str:
    """The text of a file whose path is absolute, or relative to the folder `base` of a validation context.

    Raises ValueError when it can't be read, so that the loader can say which option is wrong.
    """
    base = Path((context or {}).get("base") or ".")
    path = base / Path(name).expanduser()
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise ValueError(f"can't read {str(path)!r}: {error}") from error
