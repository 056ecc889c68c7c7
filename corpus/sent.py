"""What exactly was sent to the models, and what came back? For a reader's eye, and for the audit."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

from sqlalchemy import Connection, RowMapping, Select, bindparam, select

from ..models.errors import TertuliaError
from ..models.request import Kind, Part, Reply, Request, Role, Task
from .coding import from_json, reply_of
from .schema import replies, settings, texts

PAGE = 256
OF_SCOPE: Select[Any] = select(replies).where(replies.c.run == bindparam("run"), replies.c.scope == bindparam("scope"))
"""Asked at the start of each job, so it is put together once."""


@dataclass(frozen=True, slots=True)
class Sent:
    """One call, as it was made."""

    request: Request
    """Its scope names the job, its task what for; each part knows what it is."""
    reply: Reply
    usd: float
    seconds: float


class Kept(NamedTuple):
    """What is stored of one call: its place in the scope, its key, all its parts, the reply."""

    number: int
    key: str
    parts: tuple[Part, ...]
    reply: Reply


class Outbox:
    """Puts requests together again from what is stored of them."""

    def __init__(self, connection: Connection, run: int) -> None:
        self._connection = connection
        self._run = run
        self._settings: dict[int, RowMapping] = {}

    def reply(self, key: str) -> Reply | None:
        """That of a call without a scope."""
        rows = self._rows(replies.c.scope == "", replies.c.key == bytes.fromhex(key))
        return reply_of(rows[0]) if rows else None

    def kept(self, scope: str) -> list[Kept]:
        """The calls of a scope by number."""
        return self._whole(self._in(scope))

    def of_scope(self, scope: str) -> list[Sent]:
        """All calls of a job, in the order of their replies. Raises TertuliaError for a damaged one."""
        return self._sent(self._in(scope))

    def all(self) -> Iterator[Sent]:
        """Every call of the run, scope by scope, in an order that does not change; streamed."""
        yield from self._without_scope()
        last = ""
        while scopes := self._scopes(last):
            for scope in scopes:
                yield from self.of_scope(scope)
            last = scopes[-1]

    def _without_scope(self) -> Iterator[Sent]:
        last = b""
        while rows := self._rows(replies.c.scope == "", replies.c.key > last, limit=PAGE):
            for row in rows:
                yield from self._sent([row])
            last = rows[-1]["key"]

    def _scopes(self, last: str) -> list[str]:
        query = select(replies.c.scope).distinct().where(replies.c.run == self._run, replies.c.scope > last)
        return list(self._connection.scalars(query.order_by(replies.c.scope).limit(PAGE)))

    def _in(self, scope: str) -> list[RowMapping]:
        return list(self._connection.execute(OF_SCOPE, {"run": self._run, "scope": scope}).mappings())

    def _rows(self, *where: Any, limit: int | None = None) -> list[RowMapping]:
        query = select(replies).where(replies.c.run == self._run, *where)
        if limit:
            query = query.order_by(replies.c.key).limit(limit)
        return list(self._connection.execute(query).mappings())

    def _whole(self, rows: list[RowMapping]) -> list[Kept]:
        """In the order of their numbers: parents come before those that go on with them."""
        said = {row["n"]: reply_of(row) for row in rows}
        stored = {row["n"]: from_json(row["parts"]) for row in rows}
        whats = [part[-1] for parts in stored.values() for part in parts]
        shelf = self._texts(what[0] for what in whats if isinstance(what, list) and len(what) == 1)
        whole: dict[int, Kept] = {}
        for row in sorted(rows, key=lambda row: int(row["n"])):
            n, parent = row["n"], row["parent"]
            start = () if parent is None else whole[parent].parts[: row["shared"]]
            parts = start + tuple(_part(data, said, shelf) for data in stored[n])
            whole[n] = Kept(n, row["key"].hex(), parts, said[n])
        return list(whole.values())

    def _sent(self, rows: list[RowMapping]) -> list[Sent]:
        by_number = {row["n"]: row for row in rows}
        return [self._call(by_number[kept.number], kept) for kept in self._whole(rows)]

    def _call(self, row: RowMapping, kept: Kept) -> Sent:
        setting = self._setting(row["setting"])
        payload = from_json(setting["payload"])
        request = Request(
            endpoint=setting["endpoint"],
            model=setting["model"],
            parts=kept.parts,
            sampling=payload["sampling"],
            seed=row["seed"],
            schema=payload["schema"],
            task=Task(setting["task"]),
            scope=row["scope"],
        )
        if request.key != kept.key:
            raise TertuliaError(f"request {kept.key} of job {row['scope']!r} is damaged in the ledger")
        return Sent(request, kept.reply, row["usd"], row["seconds"])

    def _setting(self, number: int) -> RowMapping:
        if number not in self._settings:
            query = select(settings).where(settings.c.run == self._run, settings.c.id == number)
            self._settings[number] = self._connection.execute(query).mappings().one()
        return self._settings[number]

    def _texts(self, names: Iterable[str]) -> Mapping[str, str]:
        wanted = [bytes.fromhex(name) for name in set(names)]
        if not wanted:
            return {}
        query = select(texts).where(texts.c.run == self._run, texts.c.hash.in_(wanted))
        return {row.hash.hex(): from_json(row.text) for row in self._connection.execute(query)}


def _part(data: list[Any], said: Mapping[int, Reply], shelf: Mapping[str, str]) -> Part:
    """The other way round as `replies.part_data`."""
    role, kind, seat, what = data
    match what:
        case int():
            text = said[what].text
        case [int(), str()]:
            text = what[1] + said[what[0]].text
        case [str()]:
            text = shelf[what[0]]
        case _:
            text = what
    return Part(Role(role), Kind(kind), text, seat)
