"""Which statements store a row, in SQLite and PostgreSQL alike?"""

from collections import OrderedDict
from functools import cache
from typing import Any

from sqlalchemy import Delete, Table, Update, and_, bindparam, delete, exists, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.sql.dml import UpdateBase

from .coding import Texts
from .schema import comparisons, dialogues, outcomes, reviews, states, texts, verdicts

Stored = tuple[UpdateBase, dict[str, Any]]


@cache
def adding(table: Table, dialect: str, *unique: str) -> UpdateBase:
    """Insert; a row that is there already, by its primary key or these columns, stays as it is."""
    return _insert(table, dialect).on_conflict_do_nothing(index_elements=unique or table.primary_key.columns.keys())


@cache
def replacing(table: Table, dialect: str) -> UpdateBase:
    """Insert, or overwrite the row with this primary key."""
    insert = _insert(table, dialect)
    values = {column.name: insert.excluded[column.name] for column in table.columns if not column.primary_key}
    return insert.on_conflict_do_update(index_elements=table.primary_key.columns.keys(), set_=values)


def _insert(table: Table, dialect: str) -> sqlite.Insert | postgresql.Insert:
    return postgresql.insert(table) if dialect == "postgresql" else sqlite.insert(table)


def _others_there() -> Any:
    """Live dialogues at `at_*`, other than `at_id`."""
    names = ("run", "round", "idx", "attempt", "candidate")
    same = [dialogues.c[name] == bindparam(f"at_{name}") for name in names]
    return and_(*same, dialogues.c.id != bindparam("at_id"), dialogues.c.superseded == 0)


def _of_job(table: Table) -> Any:
    return and_(*(table.c[name] == bindparam(f"at_{name}") for name in ("run", "round", "idx")))


SUPERSEDE: Update = update(dialogues).where(_others_there()).values(superseded=1)
REOPEN: Update = update(states).where(_of_job(states), exists().where(_others_there())).values(done=0)
"""A job whose try is about to be superseded is open again, under every panel. Comes before SUPERSEDE."""

SET_ASIDE: Update = (
    update(dialogues).where(_of_job(dialogues), dialogues.c.id == bindparam("at_id")).values(superseded=1)
)
SET_ALL_ASIDE: Update = update(dialogues).where(dialogues.c.run == bindparam("at_run")).values(superseded=1)
REOPEN_JOB: Update = update(states).where(_of_job(states)).values(done=0)
REOPEN_ROUND: Update = (
    update(states).where(states.c.run == bindparam("at_run"), states.c.round == bindparam("at_round")).values(done=0)
)
REOPEN_ALL: Update = update(states).where(states.c.run == bindparam("at_run")).values(done=0)

LIVE, OLD, SPARE = 0, 1, 2
"""Values of `superseded`: it counts; another took its place; it is more than what is asked for, and may count again."""
OPEN, DONE, DONE_SPARE = 0, 1, 2
"""Values of `done`."""


def _moved(table: Table, column: str, before: int, after: int, which: Any) -> Update:
    in_round = (table.c.run == bindparam("at_run"), table.c.round == bindparam("at_round"))
    return update(table).where(*in_round, table.c[column] == before, which).values({column: after})


def _fitting() -> tuple[Update, ...]:
    jobs: Any = bindparam("at_jobs")
    return tuple(
        _moved(table, column, before, after, which)
        for table, column, counts, spare in ((dialogues, "superseded", LIVE, SPARE), (states, "done", DONE, DONE_SPARE))
        for before, after, which in ((counts, spare, table.c.idx >= jobs), (spare, counts, table.c.idx < jobs))
    )


FIT = _fitting()
"""Only jobs below `at_jobs` count in a round, and all that do."""

FORGET_OUTCOMES: Delete = delete(outcomes).where(_of_job(outcomes), outcomes.c.panel == bindparam("at_panel"))
FORGET_VERDICTS: Delete = delete(verdicts).where(
    *(verdicts.c[name] == bindparam(f"at_{name}") for name in ("run", "dialogue", "panel"))
)

FORGET_COMPARISONS: Delete = delete(comparisons).where(
    _of_job(comparisons), *(comparisons.c[name] == bindparam(f"at_{name}") for name in ("panel", "policy"))
)
FORGET_REVIEW: Delete = delete(reviews).where(
    *(reviews.c[name] == bindparam(f"at_{name}") for name in ("run", "dialogue", "panel"))
)


def at(**coordinates: Any) -> dict[str, Any]:
    """Parameters of the statements above."""
    return {f"at_{name}": value for name, value in coordinates.items()}


class Shelf:
    """Stores texts by content, and remembers the last few thousand, so that none is sent to the writer each time."""

    def __init__(self, run: int, dialect: str, remembers: int = 8192) -> None:
        self._run = run
        self._adding = adding(texts, dialect)
        self._remembers = remembers
        self._known: OrderedDict[bytes, None] = OrderedDict()

    def rows(self, found: Texts) -> list[Stored]:
        """Rows for those that may not be stored yet."""
        return [
            (self._adding, {"run": self._run, "hash": name, "text": text})
            for name, text in found.items()
            if not self._knows(name)
        ]

    def _knows(self, name: bytes) -> bool:
        known = name in self._known
        self._known[name] = None
        self._known.move_to_end(name)
        if len(self._known) > self._remembers:
            self._known.popitem(last=False)
        return known
