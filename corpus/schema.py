"""Which tables hold a run, and how does an older ledger become one of today?

Payloads are JSON in text columns, escaped so that any string survives in any database (`coding.to_json`); what is
queried is a column. A change of a table adds a function to `MIGRATIONS`, and changes the table here.
"""

from collections.abc import Callable, Sequence

from sqlalchemy import (
    BigInteger,
    Column,
    Connection,
    Float,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
    insert,
    inspect,
    select,
    update,
)

from ..models.errors import Mistake

metadata = MetaData()

schema_version = Table("schema_version", metadata, Column("version", Integer, nullable=False))

runs = Table(
    "runs",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("name", String, nullable=False, unique=True),
    Column("info", Text, nullable=False),
)


def _run() -> Column[int]:
    return Column("run", Integer, primary_key=True, autoincrement=False)


def _number(name: str, *, key: bool = False) -> Column[int]:
    return Column(name, Integer, primary_key=key, autoincrement=False, nullable=False)


jobs = Table(
    "jobs",
    metadata,
    _run(),
    _number("round", key=True),
    _number("idx", key=True),
    Column("cast", Text, nullable=False),
    Column("exemplars", Text, nullable=False),
    sqlite_with_rowid=False,
)

states = Table(
    "states",
    metadata,
    _run(),
    _number("round", key=True),
    _number("idx", key=True),
    Column("panel", String, primary_key=True),
    _number("done"),
    sqlite_with_rowid=False,
)
"""Whether a job is done under a panel."""

dialogues = Table(
    "dialogues",
    metadata,
    _run(),
    Column("id", String, primary_key=True),
    _number("round"),
    _number("idx"),
    _number("attempt"),
    _number("candidate"),
    _number("superseded"),
    Column("payload", Text, nullable=False),
    Index("dialogues_by_place", "run", "round", "idx", "attempt", "candidate"),
)

outcomes = Table(
    "outcomes",
    metadata,
    _run(),
    _number("round", key=True),
    _number("idx", key=True),
    Column("panel", String, primary_key=True),
    Column("dialogue", String, primary_key=True),
    Column("outcome", String, nullable=False),
    Column("why", Text, nullable=False),
    sqlite_with_rowid=False,
)

reviews = Table(
    "reviews",
    metadata,
    _run(),
    Column("dialogue", String, primary_key=True),
    Column("panel", String, primary_key=True),
    Column("outcome", String, nullable=False),
    Column("score", Float(53), nullable=False),
    _number("complete"),
    Column("payload", Text, nullable=False),
    sqlite_with_rowid=False,
)

verdicts = Table(
    "verdicts",
    metadata,
    _run(),
    Column("dialogue", String, primary_key=True),
    Column("panel", String, primary_key=True),
    _number("n", key=True),
    Column("critic", String, nullable=False),
    Column("role", String, nullable=False),
    Column("weight", Float(53), nullable=False),
    _number("optional"),
    Column("approve", Integer),
    Column("score", Float(53)),
    Column("abstains", String),
    Column("payload", Text, nullable=False),
    sqlite_with_rowid=False,
)
"""One ballot a row: `approve` and `score`, or why the critic `abstains`."""

comparisons = Table(
    "comparisons",
    metadata,
    _run(),
    Column("panel", String, primary_key=True),
    _number("round", key=True),
    _number("idx", key=True),
    _number("attempt", key=True),
    Column("policy", String, primary_key=True),
    Column("first", String, primary_key=True),
    Column("second", String, primary_key=True),
    Column("choice", String),
    Column("forth", String, nullable=False),
    Column("back", String, nullable=False),
    Column("payload", Text, nullable=False),
    sqlite_with_rowid=False,
)
"""Two candidates of a job before one policy: which is better (null where that is not known), and what was answered when
`first` was shown first (`forth`), and when `second` was (`back`): first | second | tie, or why nothing was."""

settings = Table(
    "settings",
    metadata,
    _run(),
    _number("id", key=True),
    Column("task", String, nullable=False),
    Column("model", String, nullable=False),
    Column("endpoint", String, nullable=False),
    Column("payload", Text, nullable=False),
)
"""What many requests share: whom they ask, for what, with which sampling parameters and schema."""

replies = Table(
    "replies",
    metadata,
    _run(),
    Column("scope", String, primary_key=True),
    Column("key", LargeBinary(16), primary_key=True),
    _number("n"),
    _number("setting"),
    Column("seed", BigInteger, nullable=False),
    Column("parent", Integer),
    _number("shared"),
    Column("parts", Text, nullable=False),
    Column("text", Text, nullable=False),
    Column("thought", Text),
    Column("finish", String, nullable=False),
    _number("prompt_tokens"),
    _number("completion_tokens"),
    Column("usd", Float(53), nullable=False),
    Column("seconds", Float(53), nullable=False),
)
"""The request: the first `shared` parts of the reply number `parent` of this scope, then `parts`."""

texts = Table(
    "texts",
    metadata,
    _run(),
    Column("hash", LargeBinary(16), primary_key=True),
    Column("text", Text, nullable=False),
)
"""Long texts that recur, by content: instructions, exemplars, personas."""

Migration = Callable[[Connection], None]


def _with_comparisons(connection: Connection) -> None:
    """Who changes this table later gives this step the table as it is today."""
    comparisons.create(connection)


MIGRATIONS: Sequence[Migration] = (_with_comparisons,)
"""Number i brings a ledger of version i + 1 to version i + 2."""


def version() -> int:
    """Of the schema that this Tertulia writes."""
    return 1 + len(MIGRATIONS)


def stored_version(connection: Connection, name: str) -> int:
    """Version of the ledger's schema; 0 for an empty database. Raises Mistake for what is no ledger, or a newer one."""
    names = inspect(connection).get_table_names()
    if not names:
        return 0
    found = connection.scalar(select(schema_version.c.version)) if {"schema_version", "runs"} <= set(names) else None
    if found is None:
        raise Mistake(f"{name} is a database, but no ledger of Tertulia: name another place with --output or `output:`")
    if found > version():
        raise Mistake(
            f"{name} was written with ledger version {found}; this Tertulia reads versions up to {version()}: "
            "upgrade it (pip install --upgrade tertulia), or name another place with --output"
        )
    return int(found)


def migrate(connection: Connection, name: str) -> None:
    """Make the tables, or bring them forward, inside the caller's transaction. Raises Mistake as `stored_version`."""
    found = stored_version(connection, name)
    if not found:
        metadata.create_all(connection)
        connection.execute(insert(schema_version), {"version": version()})
        return
    for step in MIGRATIONS[found - 1 :]:
        step(connection)
    connection.execute(update(schema_version).values(version=version()))
