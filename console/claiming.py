"""May a command write its output? If it is new, or is still what the same command with the same settings wrote."""

import asyncio
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import replace
from hashlib import blake2b
from pathlib import Path
from typing import Any

from ..corpus.ledger import Ledger
from ..corpus.opening import lock
from ..corpus.record import RunInfo
from ..models.errors import Mistake, TertuliaError
from ..personas.formats.writing import telling
from .desk import replies_of

WRITTEN = "written"
"""Where the digest of the output stands among the notes of its replies."""
COUNT = "count"
"""The setting that may change: with more or fewer the same work goes on."""


@contextmanager
def claimed(output: Path, settings: Mapping[str, Any], remake: bool) -> Iterator[None]:
    """The output is this command's: what `claim` says. A mistake within leaves nothing behind that wasn't there."""
    fresh = not replies_of(output).exists()
    try:
        claim(output, settings, remake)
        yield
    except Mistake:
        if fresh:
            _remove_unused(replies_of(output))
        raise


def claim(output: Path, settings: Mapping[str, Any], remake: bool) -> None:
    """The settings are noted beside the output. Raises Mistake where it is there, and was made with others than
    another count, or by somebody else, or was changed by hand."""
    from .. import __version__

    with Ledger.open(replies_of(output)) as ledger:
        before, there = ledger.info(), output.exists()
        if there and not remake and (why := _foreign(output, before, settings)):
            raise Mistake(f"{output} {why}; give another --output, or --remake to replace it (replies are kept)")
        extra = dict(before.extra) if before and there and not remake else {}
        info = RunInfo(output.stem, settings, "", "", __version__, extra=extra)
        ledger.begin(info)
        asyncio.run(ledger.set_info(info))


def note_written(output: Path) -> None:
    """What was written, so that `claim` notices a change by hand. Raises Mistake where it can't be read."""
    with Ledger.open(replies_of(output)) as ledger:
        info = ledger.info()
        assert info is not None
        asyncio.run(ledger.set_info(replace(info, extra={**info.extra, WRITTEN: _digest_of(output)})))


def digest(content: str) -> str:
    """Sixteen hexadecimal digits that tell one text from another."""
    return _digest([content.encode(errors="surrogatepass")])


def _foreign(output: Path, before: RunInfo | None, settings: Mapping[str, Any]) -> str:
    """Why an output is not what this command would write again."""
    if before is None:
        return "is there already, and was not made by this command"
    changed = [name for name in settings if name != COUNT and before.scenario.get(name) != settings[name]]
    if changed:
        return f"was made with other settings ({', '.join(changed)})"
    written = before.extra.get(WRITTEN)
    return "was changed since it was written" if written and written != _digest_of(output) else ""


def _remove_unused(path: Path) -> None:
    """A ledger without a reply, and its lock; none that another process writes."""
    with suppress(TertuliaError, OSError):
        held = lock(path)
        try:
            if not _replies(path):
                for suffix in ("", "-wal", "-shm", ".lock"):
                    Path(f"{path}{suffix}").unlink(missing_ok=True)
        finally:
            held.release()


def _replies(path: Path) -> int:
    if not path.exists():
        return 0
    with Ledger.open(path, write=False) as ledger:
        return ledger.spent().calls


def _digest_of(output: Path) -> str:
    """Of a file, or of all files of a folder."""
    files = sorted(path for path in output.rglob("*") if path.is_file()) if output.is_dir() else [output]
    with telling(output):
        return _digest(path.read_bytes() for path in files)


def _digest(pieces: Iterable[bytes]) -> str:
    found = blake2b(digest_size=8)
    for piece in pieces:
        found.update(piece)
    return found.hexdigest()
