"""How is a ledger opened: which database, under which lock, in which schema?"""

from contextlib import closing
from dataclasses import dataclass
from os.path import exists
from pathlib import Path
from sqlite3 import Connection as SqliteConnection
from sqlite3 import connect

from filelock import FileLock, Timeout
from sqlalchemy import URL, Connection, Engine, ExceptionContext, create_engine, event, func, make_url, select
from sqlalchemy.exc import ArgumentError, NoSuchModuleError
from sqlalchemy.pool import NullPool

from ..models.errors import Mistake, StorageFailed
from .schema import migrate, stored_version

FILE = "ledger.sqlite"
SUFFIXES = (".sqlite", ".sqlite3", ".db")
"""Of files that a ledger may be; any other name is a folder's."""
MAGIC = b"SQLite format 3\x00"
PAGE = 8192
"""Bytes; a dialogue of sixteen turns fits into one."""
HOLD = 0x7E47
BUSY = (
    "wait for it, stop it, or give this one another place with --output; reading (show, stats, export) works meanwhile"
)


@dataclass(frozen=True)
class Site:
    """Where a ledger lies: a SQLite file, or a database server."""

    url: URL
    path: Path | None = None
    """Of the SQLite file."""

    @property
    def name(self) -> str:
        """For messages; never with a password."""
        return str(self.path) if self.path else self.url.render_as_string(hide_password=True)

    def connect(self, *, write: bool) -> Connection:
        """Raises StorageFailed where it can't be opened."""
        if self.path and write:
            _make_folder(self.path.parent)
        engine = self._engine(write)
        event.listen(engine, "handle_error", self._translate)
        return engine.connect()

    def _engine(self, write: bool) -> Engine:
        if self.path is None:
            return create_engine(self.url, poolclass=NullPool, **({} if write else {"isolation_level": "AUTOCOMMIT"}))
        engine = create_engine("sqlite://", creator=lambda: _sqlite(self.path, write), poolclass=NullPool)
        if write:
            event.listen(engine, "begin", lambda connection: connection.exec_driver_sql("BEGIN IMMEDIATE"))
        return engine

    def _translate(self, context: ExceptionContext) -> None:
        """A database's error, as one of ours."""
        error = context.original_exception
        if "not a database" in str(error):
            raise Mistake(f"{self.name} is no ledger ({error}): name another place with --output") from error
        raise StorageFailed(
            f"the ledger {self.name} fails ({error}): mend it (free space, permissions, the server), then run the same "
            "command again; what was committed is kept"
        ) from error


def locate(where: str | Path) -> Site:
    """A database URL, a SQLite file, or a folder with `ledger.sqlite` in it. What is not there yet is a folder, unless
    its name ends like a database's. Raises Mistake for a file that is no database."""
    if isinstance(where, str) and "://" in where:
        return _server(where)
    path = Path(where).expanduser()
    if not is_database(path):
        path /= FILE
    return Site(URL.create("sqlite", database=str(path)), path)


def is_run(where: str) -> bool:
    """Whether a place that holds something is a ledger, or the folder of one; no file is opened."""
    return "://" in where or Path(where).suffix in SUFFIXES or (Path(where) / FILE).exists()


def is_database(path: Path) -> bool:
    """Whether a path is, or would be, a SQLite file, and no folder. Raises Mistake for a file of another kind."""
    if not path.is_file():
        return path.suffix in SUFFIXES and not path.is_dir()
    try:
        with path.open("rb") as file:
            start = file.read(len(MAGIC))
    except OSError as error:
        raise Mistake(f"{path} can't be read ({error.strerror or error}): look at its permissions") from error
    if start == MAGIC or (not start and path.suffix in SUFFIXES):
        return True
    raise Mistake(f"{path} is no ledger, but a file of another kind: name another place with --output")


def _make_folder(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        reason = error.strerror or error
        raise Mistake(f"can't make the folder {folder}: {reason}; choose another --output") from error


def _server(where: str) -> Site:
    try:
        url = make_url(where)
        if url.get_backend_name() == "sqlite" and url.database:
            return locate(Path(url.database))
        if url.get_backend_name() == "postgresql":
            url.get_dialect().import_dbapi()
    except (ArgumentError, NoSuchModuleError) as error:
        raise Mistake(f"no ledger can lie at such an address ({error}): give a path or postgresql://...") from error
    except ModuleNotFoundError as error:
        raise Mistake(f"a ledger on a server needs its driver ({error}): pip install 'tertulia[postgres]'") from error
    if url.get_backend_name() != "postgresql":
        raise Mistake(f"a ledger lies in SQLite or PostgreSQL, not in {url.get_backend_name()!r}: give a path")
    return Site(url)


def _sqlite(path: Path, write: bool) -> SqliteConnection:
    uri = f"{path.absolute().as_uri()}?mode={'rwc' if write else 'ro'}"
    connection = connect(uri, uri=True, timeout=30, isolation_level=None, check_same_thread=False)
    settings = [f"page_size={PAGE}", "journal_mode=WAL", "synchronous=NORMAL", "wal_autocheckpoint=2000"]
    for setting in (*(settings if write else ()), "cache_size=-4000"):
        connection.execute(f"PRAGMA {setting}").close()
    return connection


def lock(path: Path) -> FileLock:
    """One process writes a ledger file at a time; its death lets go of it. Raises Mistake when another does."""
    _make_folder(path.parent)
    held = FileLock(f"{path}.lock", timeout=0, thread_local=False)
    try:
        held.acquire()
    except Timeout as error:
        if not exists(held.lock_file):  # some file systems refuse a new file in a way that looks like a lock held
            raise _unwritable(path, "no file can be made there") from error
        raise Mistake(f"another run is writing {path}: {BUSY}") from error
    except OSError as error:
        if not exists(path):
            raise _unwritable(path, error.strerror or str(error)) from error
        raise StorageFailed(f"{path}.lock can't be written ({error}): look at its permissions") from error
    return held


def _unwritable(path: Path, why: str) -> Mistake:
    return Mistake(f"can't write {path}: {why}; choose another --output, or look at the permissions of {path.parent}")


def hold(connection: Connection, run: int, name: str) -> None:
    """The same on a server: one session a run. Raises Mistake when another holds it."""
    if connection.dialect.name == "postgresql" and not connection.scalar(select(func.pg_try_advisory_lock(HOLD, run))):
        raise Mistake(f"another process is writing this run of {name}: {BUSY}")


def prepare(connection: Connection, site: Site) -> None:
    """Make the tables, or bring them to this version. Raises Mistake for what is no ledger, or a newer one."""
    with connection.begin():
        migrate(connection, site.name)


def found(site: Site) -> int:
    """Version of the ledger that is there, 0 for none; nothing is touched. Raises Mistake as `prepare`."""
    if site.path and not exists(site.path):
        return 0
    with closing(site.connect(write=False)) as connection:
        return stored_version(connection, site.name)
