"""How do rows of several tables become records again?"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, RowMapping, Table, select

from ..agents import Member
from ..critics import Outcome, Review
from ..personas import Persona
from .coding import cast_of, dialogue_of, from_json, review_of
from .querying import PLACE
from .record import Record
from .schema import reviews, texts, verdicts

PEOPLE = 4096
"""Personas that are remembered."""


class Assembly:
    """Fetches what a page of rows belongs with: a query a table, not one a row."""

    def __init__(self, connection: Connection, run: int) -> None:
        self._connection = connection
        self._run = run
        self._people: dict[str, Persona] = {}

    def records(self, rows: Sequence[RowMapping], panel: str | None, first: str = "") -> Iterator[Record]:
        """Rows of `querying.dialogues` with their reviews: one panel's, or (None) all with the `first` in front."""
        if not rows:
            return
        data = [from_json(row["payload"]) for row in rows]
        people = self.people(member for one in data for member in one["cast"])
        found = self._reviews([row["id"] for row in rows], panel)
        for row, one in zip(rows, data, strict=True):
            place = tuple(row[column.name] for column in PLACE)
            yield Record(
                dialogue_of(one, row["id"], place, people),
                Outcome(row["outcome"]) if row["outcome"] else None,
                from_json(row["why"]) if row["why"] else "",
                tuple(sorted(found.get(row["id"], ()), key=lambda review: review.panel != first)),
            )

    def cast(self, data: Sequence[Mapping[str, Any]]) -> tuple[Member, ...]:
        return cast_of(data, self.people(data))

    def text(self, name: str) -> Any:
        """What is shelved under this hash."""
        return from_json(self._texts([name])[name])

    def people(self, cast: Iterable[Mapping[str, Any]]) -> Mapping[str, Persona]:
        """The personas that a cast names, by hash."""
        names = {member["persona"] for member in cast}
        if len(self._people) > PEOPLE:
            self._people.clear()
        for name, text in self._texts(names - self._people.keys()).items():
            self._people[name] = Persona.model_validate_json(text)
        return self._people

    def _texts(self, names: Iterable[str]) -> dict[str, str]:
        wanted = [bytes.fromhex(name) for name in names]
        if not wanted:
            return {}
        query = select(texts.c.hash, texts.c.text).where(texts.c.run == self._run, texts.c.hash.in_(wanted))
        return {row.hash.hex(): row.text for row in self._connection.execute(query)}

    def _reviews(self, ids: list[str], panel: str | None) -> dict[str, list[Review]]:
        ballots: dict[tuple[str, str], list[RowMapping]] = {}
        for row in self._rows(verdicts, ids, panel):
            ballots.setdefault((row["dialogue"], row["panel"]), []).append(row)
        found: dict[str, list[Review]] = {}
        for row in self._rows(reviews, ids, panel):
            review = review_of(row, ballots.get((row["dialogue"], row["panel"]), ()))
            found.setdefault(review.dialogue, []).append(review)
        return found

    def _rows(self, table: Table, ids: list[str], panel: str | None) -> Sequence[RowMapping]:
        query = select(table).where(table.c.run == self._run, table.c.dialogue.in_(ids)).order_by(*table.primary_key)
        if panel is not None:
            query = query.where(table.c.panel == panel)
        return self._connection.execute(query).mappings().all()
