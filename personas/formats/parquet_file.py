"""How do personas stand in Parquet? A row each, as in table.py. Needs the extra `parquet`."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

from .entry import Found, Unreadable
from .table import GROUP, Table, needed, people, persona_schema, written

__all__ = ["opened", "read_path", "table", "written"]


def read_path(path: Path) -> Found:
    with table(path) as rows:
        yield from people(rows)


@contextmanager
def table(path: Path) -> Iterator[Table]:
    """The opened file. Raises Unreadable, OSError, and Mistake without pyarrow."""
    arrow, parquet = _arrow()
    with path.open("rb") as file:
        try:
            opened = parquet.ParquetFile(file, page_checksum_verification=True)
        except (arrow.ArrowException, ValueError, OSError) as error:
            raise Unreadable(1, f"no Parquet file that can be read: {error}; get or write it again") from error
        with opened:
            yield Table(opened.schema_arrow.names, lambda columns: opened.iter_batches(GROUP, columns=columns))


@dataclass(frozen=True)
class Rows:
    """A Parquet file in the making."""

    file: IO[bytes]
    writer: Any

    def write(self, batch: Any) -> None:
        self.writer.write_batch(batch)

    def close(self) -> None:
        self.writer.close()
        self.file.close()


def opened(path: Path, schema: Any = None) -> Rows:
    """A new file, of personas unless another schema is given."""
    _, parquet = _arrow()
    schema = schema or persona_schema()
    file = path.open("xb")
    return Rows(file, parquet.ParquetWriter(file, schema, compression="zstd", write_page_checksum=True))


def _arrow() -> tuple[Any, Any]:
    try:
        import pyarrow
        import pyarrow.parquet
    except ImportError as error:
        raise needed("pyarrow", "parquet") from error
    return pyarrow, pyarrow.parquet
