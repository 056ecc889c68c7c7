"""Is it still the same model? A digest of a folder of weights that takes milliseconds, whatever its size."""

from collections.abc import Iterator
from hashlib import blake2b
from pathlib import Path

from ..models.local.reader import files_of
from ..models.local.weights import wanted

CHECKPOINTS = (".ckpt", ".pt")
SAMPLES, PIECE = 16, 4096
"""Of a large file: how many pieces are read, evenly spread, and their bytes."""


def digest_of(path: Path) -> str:
    """16 hex digits of a file, or of the files in a folder that it takes to run a model, by name, size and content.

    Of large files pieces are read: weights that were trained on differ in all of them. A copy has the same digest.
    """
    files = {path.name: path} if path.is_file() else _weights(path)
    digest = blake2b(digest_size=8)
    for name, file in sorted(files.items()):
        size = file.stat().st_size
        digest.update(f"{name}\0{size}\0".encode("utf-8", "replace"))
        for piece in _pieces(file, size):
            digest.update(piece)
    return digest.hexdigest()


def _weights(folder: Path) -> dict[str, Path]:
    """By their place in the folder."""
    files = {path.relative_to(folder).as_posix(): path for path in folder.rglob("*") if path.is_file()}
    needed = {*wanted(files), *(name for name in files if name.endswith(CHECKPOINTS))}
    return {name: path for name, path in files.items() if name in needed}


def _pieces(file: Path, size: int) -> Iterator[bytes]:
    """All of a small file."""
    if size <= SAMPLES * PIECE:
        yield file.read_bytes()
        return
    with file.open("rb") as opened:
        for number in range(SAMPLES):
            opened.seek(number * (size - PIECE) // (SAMPLES - 1))
            yield opened.read(PIECE)


def digest_of_reader(folder: Path) -> str:
    """16 hex digits of a trained reader's own files; empty where the folder holds none."""
    digest = blake2b(digest_size=8)
    files = files_of(folder)
    for file in files:
        digest.update(f"{file.name}\0{digest_of(file)}\0".encode())
    return digest.hexdigest() if files else ""
