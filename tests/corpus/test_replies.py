"""A reply is kept before it is used and never lost, and each request can be shown exactly as it was sent."""

import asyncio
import sqlite3
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from random import Random

import pytest

from tertulia.agents import Dialogue, Place, Turn
from tertulia.corpus.ledger import Ledger
from tertulia.corpus.opening import FILE
from tertulia.corpus.record import RunInfo
from tertulia.corpus.replies import Spent
from tertulia.models.errors import Mistake, TertuliaError
from tertulia.models.request import Kind, Part, Reply, ReplyStore, Request, Role, Task

ODD = "[bold red]Ann[/] \x00\x07\x1b[31m 안녕 🙂 \ud83d \udc00 \\ \" '; drop table runs --\n"
SYSTEM = Part(Role.SYSTEM, Kind.INSTRUCTIONS, "You are in a café. " * 20)
SAMPLING = {"temperature": 0.8, "stop": ["\n", ODD], "max_tokens": 120}


@pytest.fixture
def ledger(tmp_path: Path) -> Iterator[Ledger]:
    with Ledger.open(tmp_path) as opened:
        opened.begin(RunInfo("cafe", {}, making="m", judging="p"))
        yield opened


def request(*parts: Part, seed: int = 0, scope: str = "1/0", **changes: object) -> Request:
    plain = Request("openai@http://localhost:8000/v1", "gpt", parts, SAMPLING, seed, scope=scope)
    return replace(plain, **changes)  # type: ignore[arg-type]


def said(text: str, seat: str = "a", role: Role = Role.USER) -> Part:
    return Part(role, Kind.TURN, text, seat)


async def put(ledger: Ledger, request: Request, text: str = "Hello.") -> Reply:
    reply = Reply(text, None, "stop", 100, 10)
    await ledger.replies.put(request, reply, usd=0.25, seconds=1.5)
    return reply


async def talk(ledger: Ledger, index: int, turns: int, seats: int = 2, start: int = 0) -> list[Request]:
    """What a stage does: each seat has its own history, what was said comes last. Replies that are there are used."""
    histories = [
        [SYSTEM, Part(Role.SYSTEM, Kind.PERSONA, f"persona {index % 50} of {seat} " * 20, str(seat))]
        for seat in range(seats)
    ]
    requests = []
    for turn in range(turns):
        seat = turn % seats
        asked = request(
            *histories[seat], Part(Role.USER, Kind.REMINDER, "(It is your turn.)"), seed=turn, scope=f"1/{index}"
        )
        assert (await ledger.replies.get(asked) is not None) == (turn < start)
        text = f"Turn {turn} of dialogue {index}, of some twelve words, as people say them."
        if turn >= start:
            await put(ledger, asked, text)
        for other, history in enumerate(histories):
            shown = text if other == seat or seats == 2 else f"Ann {seat}: {text}"
            history.append(said(shown, str(seat), Role.ASSISTANT if other == seat else Role.USER))
        requests.append(asked)
    return requests


def bytes_of_parts(tmp_path: Path, scope: str) -> int:
    with sqlite3.connect(tmp_path / FILE) as database:
        found = database.execute("SELECT sum(length(parts)) FROM replies WHERE scope = ?", [scope]).fetchone()
    database.close()
    return int(found[0])


@pytest.mark.parametrize("scope", ["", "1/0"])
async def test_a_reply_comes_back_for_its_request_alone(tmp_path: Path, ledger: Ledger, scope: str) -> None:
    store: ReplyStore = ledger.replies
    asked = request(SYSTEM, said(ODD), scope=scope, schema={"type": "object", "title": ODD})
    reply = Reply(ODD, ODD, "length", 3, 4)
    assert await store.get(asked) is None
    await store.put(asked, reply, usd=0.1, seconds=2.0)
    others = [
        replace(asked, seed=1),
        replace(asked, model="x"),
        replace(asked, sampling={}),
        replace(asked, schema=None),
    ]
    for opened in (ledger, None):
        if opened is None:
            ledger.close()
            opened = Ledger.open(tmp_path)
        assert await opened.replies.get(asked) == reply
        assert [await opened.replies.get(other) for other in others] == [None] * 4
    opened.close()


async def test_requests_are_shown_exactly_as_they_were_sent(tmp_path: Path, ledger: Ledger) -> None:
    """Random conversations that branch, share starts, repeat themselves; the ledger is opened anew between them."""
    chance = Random(7)
    texts = ["", "a", "Ann: a", ": ", "Hello.", "Ann: Hello.", ODD, "long " * 50, ODD * 20, "[1]", "7"]
    tasks = list(Task)
    sent: dict[tuple[str, str], tuple[Request, Reply]] = {}
    histories: list[tuple[Part, ...]] = [()]
    for n in range(600):
        if n % 150 == 149:
            ledger.close()
            ledger = Ledger.open(tmp_path)
        parts = chance.choice(histories[-20:])[: chance.randrange(12)] + tuple(
            Part(
                chance.choice(list(Role)), chance.choice(list(Kind)), chance.choice(texts), chance.choice("ab") or None
            )
            for _ in range(chance.randrange(1, 4))
        )
        histories.append(parts)
        scope, reply = (
            chance.choice(["", "1/1", "1/2", "2/10"]),
            Reply(chance.choice(texts), chance.choice([None, ODD])),
        )
        asked = request(*parts, seed=chance.randrange(2**31), scope=scope, task=chance.choice(tasks))
        if await ledger.replies.get(asked) is None:
            await ledger.replies.put(asked, reply, usd=n / 8, seconds=n / 4)
            sent[scope, asked.key] = asked, reply
        if n % 40 == 0:
            ledger.replies.forget(scope)
    found = list(ledger.all_requests())
    assert {(s.request.scope, s.request.key): (s.request, s.reply) for s in found} == sent
    assert len(found) == len(sent)
    assert [s.request for s in ledger.requests_in("1/1")] == [r for r, _ in sent.values() if r.scope == "1/1"]
    ledger.close()


@pytest.mark.parametrize("seats", [2, 5])
async def test_a_dialogue_costs_what_was_said_not_its_square(tmp_path: Path, ledger: Ledger, seats: int) -> None:
    for index, turns in enumerate((20, 40, 80)):
        await talk(ledger, index, turns, seats)
    short, middle, long = (bytes_of_parts(tmp_path, f"1/{index}") for index in range(3))
    assert (long - middle) < 2.2 * (middle - short)
    assert long / 80 < 80 + 50 * seats


async def test_many_dialogues_need_about_four_kilobytes_each_for_their_requests(tmp_path: Path, ledger: Ledger) -> None:
    sizes = []
    for start in (0, 100):
        await asyncio.gather(*(talk(ledger, index, 16) for index in range(start, start + 100)))
        ledger.close()
        sizes.append((tmp_path / FILE).stat().st_size)
        ledger = Ledger.open(tmp_path)
    ledger.close()
    spoken = 16 * len("Turn 9 of dialogue 100, of some twelve words, as people say them.")
    assert 0 < (sizes[1] - sizes[0]) / 100 - spoken < 4_096


async def test_a_request_is_kept_as_first_sent_though_an_equal_one_was_cut_otherwise(ledger: Ledger) -> None:
    whole, cut = request(said("1\n\n2")), request(said("1"), said("2"))
    await put(ledger, whole)
    assert await ledger.replies.get(cut) is not None
    follower = request(said("1"), said("2"), said("3"))
    await put(ledger, follower)
    assert [sent.request.parts for sent in ledger.requests_in("1/0")] == [whole.parts, follower.parts]


async def test_an_interrupted_dialogue_goes_on_as_if_it_had_not_been(tmp_path: Path, ledger: Ledger) -> None:
    await talk(ledger, 1, 30)
    await talk(ledger, 2, 15)
    ledger.close()
    with Ledger.open(tmp_path) as again:
        requests = await talk(again, 2, 30, start=15)
        assert [sent.request for sent in again.requests_in("1/2")] == requests
        assert again.spent().calls == 60
    assert bytes_of_parts(tmp_path, "1/2") <= bytes_of_parts(tmp_path, "1/1") + 10


async def test_long_texts_that_recur_are_stored_once(tmp_path: Path, ledger: Ledger) -> None:
    await asyncio.gather(*(put(ledger, request(SYSTEM, said("x"), scope=f"1/{n}")) for n in range(100)))
    ledger.close()
    with Ledger.open(tmp_path) as again:
        await put(again, request(SYSTEM, said("x"), scope="2/0"))
        assert len(list(again.all_requests())) == 101
    with sqlite3.connect(tmp_path / FILE) as database:
        assert database.execute("SELECT count(*) FROM texts").fetchone() == (1,)
    database.close()


async def test_equal_requests_are_stored_once_and_a_cancelled_put_is_not_lost(ledger: Ledger) -> None:
    asked = request(SYSTEM, said("x"))
    first = asyncio.create_task(put(ledger, asked))
    second = asyncio.create_task(put(ledger, asked, "Another reply."))
    await asyncio.sleep(0)
    first.cancel()
    assert await ledger.replies.get(asked) == Reply("Hello.", None, "stop", 100, 10)
    assert len(ledger.requests_in("1/0")) == 1
    await second
    await put(ledger, request(SYSTEM, said("x"), said("y")))
    assert [sent.reply.text for sent in ledger.requests_in("1/0")] == ["Hello.", "Hello."]


async def test_what_is_forgotten_is_found_again(ledger: Ledger) -> None:
    requests = await talk(ledger, 1, 4)
    ledger.replies.forget("1/1")
    ledger.replies.forget("never/used")
    assert not ledger.replies._scopes
    assert await ledger.replies.get(requests[3]) is not None
    requests += [request(*requests[3].parts, said("more"), scope="1/1")]
    await put(ledger, requests[-1])
    assert [sent.request for sent in ledger.requests_in("1/1")] == requests


async def test_money_and_tokens_add_up_over_resumes(tmp_path: Path, ledger: Ledger) -> None:
    for n in range(3):
        await put(ledger, request(said(f"{n}"), scope=["", "1/0", "2/0"][n]))
    assert ledger.spent() == Spent(0.75, 300, 30, 3)
    ledger.close()
    with Ledger.open(tmp_path) as again:
        await put(again, request(said("judge"), task=Task.JUDGE, model="other"))
        assert again.spent() == Spent(1.0, 400, 40, 4)
        assert again.spent().tokens == 440
        assert [tuple(usage) for usage in again.usage()] == [
            ("judge", "other", 1, 100, 10, 0.25, 1.5),
            ("speak", "gpt", 3, 300, 30, 0.75, 4.5),
        ]
    with Ledger.open(tmp_path, write=False) as reading:
        assert reading.spent() == Spent(1.0, 400, 40, 4)


async def test_a_dialogue_shows_the_calls_that_became_its_turns(ledger: Ledger) -> None:
    first, again, second = request(said("1")), request(said("1"), said("again")), request(said("2"))
    for asked in (first, second, again, request(said("judge"), task=Task.JUDGE)):
        await put(ledger, asked)
    turns = (Turn("a", "x", again.key), Turn("b", "imported"), Turn("a", "y", second.key), Turn("b", "z", second.key))
    await ledger.keep_dialogue(Dialogue("d1", (), turns, place=Place(1, 0)))
    assert [sent.request for sent in ledger.requests_of("d")] == [again, second]
    assert len(ledger.requests_in("1/0")) == 4
    with pytest.raises(Mistake, match="no dialogue"):
        list(ledger.requests_of("x"))


async def test_calls_without_a_job_are_streamed_in_pages(ledger: Ledger) -> None:
    asked = [request(SYSTEM, said(f"{n}"), scope="") for n in range(600)]
    await asyncio.gather(*(put(ledger, one) for one in asked))
    assert sorted(sent.request.key for sent in ledger.all_requests()) == sorted(one.key for one in asked)


async def test_a_request_that_was_tampered_with_is_not_shown_as_sent(tmp_path: Path, ledger: Ledger) -> None:
    await put(ledger, request(said("The cat is on the mat.")))
    with sqlite3.connect(tmp_path / FILE) as database:
        database.execute("UPDATE replies SET parts = replace(parts, 'cat', 'dog')")
    database.close()
    with pytest.raises(TertuliaError, match="of job '1/0' is damaged"):
        ledger.requests_in("1/0")
