"""Where is a file that an option names?"""

from os.path import expanduser
from pathlib import Path


def text_of(name: str, base: Path | None = None) -> str:
    """The text of a file whose path is absolute, or relative to the folder `base`.

    Raises ValueError when it can't be read, so that the loader can say which option is wrong.
    """
    path = (base or Path()) / expanduser(name)
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise ValueError(
            f"can't read {str(path)!r}: {error.strerror if isinstance(error, OSError) else error}"
        ) from error
