"""How do personas stand in a Hugging Face dataset? In the folder of `save_to_disk`. Needs the extra `datasets`."""

import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from hashlib import blake2b, file_digest
from pathlib import Path
from typing import IO, Any

from .entry import Found, Unreadable
from .registry import STATE, is_dataset
from .table import Table, needed, people, persona_schema, written

__all__ = ["opened", "read_path", "table", "written"]

DATA = "data-00000-of-00001.arrow"
SPLITS = "dataset_dict.json"
PLAIN: dict[str, Any] = {
    "_data_files": [{"filename": DATA}],
    "_format_columns": None,
    "_format_kwargs": {},
    "_format_type": None,
    "_output_all_columns": False,
    "_split": None,
}


def read_path(path: Path) -> Found:
    with table(path) as rows:
        yield from people(rows)


@contextmanager
def table(path: Path) -> Iterator[Table]:
    """The opened folder. Raises Unreadable, OSError, and Mistake without pyarrow.

    Its files are read as streams rather than mapped into memory, as `datasets` would: then memory stays flat.
    """
    arrow = _arrow()
    files = _files(path)
    try:
        with files[0].open("rb") as file, arrow.ipc.open_stream(file) as stream:
            columns = stream.schema.names
    except (arrow.ArrowException, ValueError, OSError) as error:
        why = getattr(error, "strerror", None) or error
        raise Unreadable(1, f"no dataset that can be read: {files[0].name}: {why}; save it again") from error
    yield Table(columns, partial(_batches, arrow, files))


def _files(path: Path) -> list[Path]:
    """The files with the rows, in order."""
    if not path.is_dir():
        path.stat()
        raise Unreadable(1, "is a file; a dataset is a folder, as `save_to_disk` writes it")
    if (path / SPLITS).is_file():
        raise Unreadable(1, f"holds several datasets; name one of them, such as {path / _first_split(path)}")
    if not is_dataset(path):
        raise Unreadable(1, f"is no dataset: no {STATE!r} in the folder; give one that `save_to_disk` has written")
    try:
        state = json.loads((path / STATE).read_text(encoding="utf-8"))
        files = [path / data["filename"] for data in state["_data_files"]]
    except (ValueError, LookupError, TypeError) as error:
        raise Unreadable(1, f"no dataset that can be read: {STATE}: {error!r}; save it again") from error
    if not files:
        raise Unreadable(1, "the dataset has no row; save it with at least one")
    return files


def _first_split(path: Path) -> str:
    return next((entry.parent.name for entry in sorted(path.glob(f"*/{STATE}"))), "train")


def _batches(arrow: Any, files: Sequence[Path], columns: Sequence[str]) -> Iterator[Any]:
    for path in files:
        with path.open("rb") as file, arrow.ipc.open_stream(file) as stream:
            for batch in stream:
                yield batch.select(columns)


@dataclass(frozen=True)
class Folder:
    """A dataset in the making."""

    path: Path
    features: Any
    file: IO[bytes]
    writer: Any

    def write(self, batch: Any) -> None:
        self.writer.write_batch(batch)

    def close(self) -> None:
        """Write what `load_from_disk` asks for beside the rows; equal rows give an equal folder."""
        from datasets import DatasetInfo

        self.writer.close()
        self.file.close()
        with (self.path / DATA).open("rb") as file:
            state = {**PLAIN, "_fingerprint": file_digest(file, partial(blake2b, digest_size=8)).hexdigest()}
        (self.path / STATE).write_text(json.dumps(state, indent=2, sort_keys=True), encoding="utf-8")
        DatasetInfo(features=self.features).write_to_directory(str(self.path))


def opened(path: Path, schema: Any = None) -> Folder:
    """A new folder, of personas unless another schema is given."""
    arrow = _arrow()
    try:
        from datasets import Features
    except ImportError as error:
        raise needed("datasets", "datasets") from error
    features = Features.from_arrow_schema(schema or persona_schema())
    path.mkdir()
    file = (path / DATA).open("xb")
    return Folder(path, features, file, arrow.ipc.new_stream(file, features.arrow_schema))


def _arrow() -> Any:
    try:
        import pyarrow
        import pyarrow.ipc
    except ImportError as error:
        raise needed("datasets", "datasets") from error
    return pyarrow
