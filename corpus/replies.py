"""Which replies are there already, and how are requests kept so that each can be shown exactly as it was sent?

A request is stored as the first parts of an earlier one of its scope, and what came after: parts that a reply of the
scope said are a number, long texts that recur are a hash. So a dialogue costs what was said, not its square.
"""

from collections import OrderedDict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from sqlalchemy import Connection, func, select

from ..models.request import Kind, Part, Reply, Request
from .coding import Row, Texts, reply_row, shelved, to_json
from .schema import replies, settings
from .sent import Kept, Outbox
from .storing import Shelf, Stored, adding
from .writer import Write, Writer

LONG = 60
"""Characters from which a text that is no turn is stored by its hash."""
CHAINS = 16
"""Conversations of a scope that a new request may go on with."""
TAIL = 2
"""Parts at the end of a request (reminder, note) that the next one of its conversation leaves out."""
SCOPES = 4096
"""Open scopes; the one unused for longest is forgotten, and loaded again when it is used."""


class Spent(NamedTuple):
    """What a run has cost so far, over all its resumes; replies from the store cost nothing."""

    usd: float = 0.0
    prompt_tokens: int = 0
    completion_tokens: int = 0
    calls: int = 0

    @property
    def tokens(self) -> int:
        return self.prompt_tokens + self.completion_tokens


@dataclass(slots=True)
class Scope:
    """What is remembered of a job while it runs. Requests and replies are numbered from 0."""

    kept: dict[str, Kept] = field(default_factory=dict)
    """By key."""
    underway: set[str] = field(default_factory=set)
    """Keys that are on the way to the ledger, and not known to be committed."""
    said: dict[str, int] = field(default_factory=dict)
    """Number of a reply by its text."""
    chains: list[tuple[int, tuple[Part, ...]]] = field(default_factory=list)
    """The last request of each conversation, newest first."""

    def go_on(self, number: int, parts: tuple[Part, ...]) -> tuple[int | None, int]:
        """Number of the request that starts most like this one, and how many parts they share; this one follows it."""
        at, shared = self._nearest(parts)
        parent = self.chains[at][0] if shared else None
        if shared and shared >= len(self.chains[at][1]) - TAIL:
            del self.chains[at]
        self.chains.insert(0, (number, parts))
        del self.chains[CHAINS:]
        return parent, shared

    def _nearest(self, parts: tuple[Part, ...]) -> tuple[int, int]:
        at, most = 0, 0
        for i, (_, others) in enumerate(self.chains):
            shared = common(parts, others)
            if shared > most:
                at, most = i, shared
            if shared == len(others):
                break
        return at, most


def common(some: Iterable[Part], others: Iterable[Part]) -> int:
    """How many parts two requests start with alike."""
    count = 0
    for one, other in zip(some, others, strict=False):
        if one is not other and one != other:
            break
        count += 1
    return count


class Replies:
    """The reply store of a run (`models.request.ReplyStore`): `put` returns once the reply is committed."""

    def __init__(self, run: int, writer: Writer, reading: Connection, shelf: Shelf) -> None:
        self._run = run
        self._writer = writer
        self._reading = reading
        self._shelf = shelf
        self._scopes: OrderedDict[str, Scope] = OrderedDict()
        self._outbox = Outbox(reading, run)
        self._settings = Settings(run, reading)
        self._adding = adding(replies, reading.dialect.name)
        self.spent = spent(reading, run)

    async def get(self, request: Request) -> Reply | None:
        if not request.scope:
            return self._outbox.reply(request.key)
        scope = self._scope(request.scope)
        kept = scope.kept.get(request.key)
        if kept is None:
            return None
        await self._arrival(scope, request.key)
        scope.go_on(kept.number, kept.parts)
        return kept.reply

    async def put(self, request: Request, reply: Reply, *, usd: float, seconds: float) -> None:
        scope = self._scope(request.scope) if request.scope else Scope()
        if request.key in scope.kept:
            await self._arrival(scope, request.key)
            return
        rows = self._rows(scope, request, reply)
        rows[-1][1].update(usd=usd, seconds=seconds)
        scope.underway.add(request.key)
        await self._writer.write(Write(rows))
        scope.underway.discard(request.key)
        self.spent = Spent(
            self.spent.usd + usd,
            self.spent.prompt_tokens + reply.prompt_tokens,
            self.spent.completion_tokens + reply.completion_tokens,
            self.spent.calls + 1,
        )

    async def _arrival(self, scope: Scope, key: str) -> None:
        """Wait for a reply whose `put` was cancelled, or is not yet over: writes are committed in their order."""
        if key in scope.underway:
            await self._writer.write(Write(()))
            scope.underway.discard(key)

    def forget(self, scope: str) -> None:
        """The job is done: let go of what is remembered of it."""
        self._scopes.pop(scope, None)

    def _scope(self, name: str) -> Scope:
        scope = self._scopes.get(name)
        if scope is None:
            scope = self._scopes[name] = self._load(name)
            if len(self._scopes) > SCOPES:
                self._scopes.popitem(last=False)
        self._scopes.move_to_end(name)
        return scope

    def _load(self, name: str) -> Scope:
        scope = Scope()
        for kept in self._outbox.kept(name):
            scope.kept[kept.key] = kept
            scope.said[kept.reply.text] = kept.number
        return scope

    def _rows(self, scope: Scope, request: Request, reply: Reply) -> list[Stored]:
        """The reply's row is the last."""
        setting, stored = self._settings.of(request)
        number = len(scope.kept)
        parent, shared = scope.go_on(number, request.parts)
        texts: Texts = {}
        row = {
            "run": self._run,
            "scope": request.scope,
            "key": bytes.fromhex(request.key),
            "n": number,
            "setting": setting,
            "seed": request.seed,
            "parent": parent,
            "shared": shared,
            "parts": to_json([part_data(part, scope.said, texts) for part in request.parts[shared:]]),
            **reply_row(reply),
        }
        scope.said[reply.text] = number
        scope.kept[request.key] = Kept(number, request.key, request.parts, reply)
        return [*stored, *self._shelf.rows(texts), (self._adding, row)]


def part_data(part: Part, said: Mapping[str, int], texts: Texts) -> list[Any]:
    """[role, kind, seat, what]. What is said is the number of its reply, or [number, name in front]; other texts are
    themselves, or [hash] and put into `texts` when they are long."""
    what: Any = said.get(part.text)
    if what is None and part.kind is Kind.TURN:
        name, mark, rest = part.text.partition(": ")
        what = [said[rest], name + mark] if rest in said else part.text
    elif what is None and len(part.text) > LONG:
        address, text = shelved(part.text)
        what, texts[address] = [address.hex()], text
    return [part.role, part.kind, part.seat, part.text if what is None else what]


def spent(connection: Connection, run: int) -> Spent:
    """Summed in SQL: a second per some million replies."""
    columns = (replies.c.usd, replies.c.prompt_tokens, replies.c.completion_tokens)
    sums = [func.coalesce(func.sum(column), 0) for column in columns]
    row = connection.execute(select(*sums, func.count()).where(replies.c.run == run)).one()
    return Spent(float(row[0]), int(row[1]), int(row[2]), int(row[3]))


class Settings:
    """Numbers what many requests share: task, model, endpoint, sampling, schema."""

    def __init__(self, run: int, reading: Connection, remembers: int = 1024) -> None:
        self._run = run
        self._adding = adding(settings, reading.dialect.name)
        self._next = (reading.scalar(select(func.max(settings.c.id)).where(settings.c.run == run)) or 0) + 1
        self._remembers = remembers
        self._known: OrderedDict[str, int] = OrderedDict()

    def of(self, request: Request) -> tuple[int, list[Stored]]:
        """The number, and its row where this process has not stored it yet."""
        payload = to_json({"sampling": dict(request.sampling), "schema": request.schema})
        name = f"{request.task}\x1f{request.model}\x1f{request.endpoint}\x1f{payload}"
        if name in self._known:
            self._known.move_to_end(name)
            return self._known[name], []
        number, self._next = self._next, self._next + 1
        self._known[name] = number
        if len(self._known) > self._remembers:
            self._known.popitem(last=False)
        return number, [(self._adding, self._row(number, request, payload))]

    def _row(self, number: int, request: Request, payload: str) -> Row:
        return {
            "run": self._run,
            "id": number,
            "task": request.task.value,
            "model": request.model,
            "endpoint": request.endpoint,
            "payload": payload,
        }
