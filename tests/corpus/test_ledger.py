"""What is kept is read back as it was, whatever its characters; and outcomes follow the rules of DESIGN §5."""

import asyncio
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import Connection, event

from tertulia.agents import Dialogue, Job, Member, Place, SeatRole, StopReason, Turn
from tertulia.corpus import ledger as ledger_module
from tertulia.corpus.ledger import Ledger
from tertulia.corpus.record import RunInfo
from tertulia.corpus.writer import ThreadWriter
from tertulia.critics import Abstention, Ballot, Decision, Finding, Outcome, Review, SeatKind, Verdict, Why
from tertulia.models.errors import Mistake
from tertulia.models.request import Kind, Part, Reply, Request, Role
from tertulia.personas import BigFive, Persona, ProfileSentence

ODD = "[bold red]Ann[/] \x00\x07\x1b[31m 안녕 🙂 \ud83d \udc00 \\ \" '; drop table runs --\n"
INFO = RunInfo("cafe", {"seed": 7, "odd": ODD}, making="m1", judging="p1", version="0.1", extra={"n": [1, None]})
TAME = ODD.replace("\ud83d", "").replace("\udc00", "")
"""No persona holds half a character: pydantic refuses it."""
ANN = Persona(
    name="Ann",
    introduction=TAME,
    profile=(ProfileSentence(text=TAME, category="Animal | Owned", entity="cats"),),
    traits=BigFive(openness=-5),
    style=("talkative",),
    goal=TAME,
)
BOB = Persona(name="Bob", profile=("I bake bread.",))
CAST = (Member("a", ANN, SeatRole.ASSISTANT, "m:1"), Member("b", BOB, None, "person"))
ACCEPTED, REJECTED = Outcome.ACCEPTED, Outcome.REJECTED


def told(id: str, *place: int, **changes: object) -> Dialogue:
    turns = (Turn("a", ODD, "f" * 32), Turn("b", "Hello."), Turn("a", "", None))
    said = Dialogue(
        id=id,
        cast=CAST,
        turns=turns,
        stop=StopReason.FAREWELL,
        place=Place(*place),
        failure=ODD,
        exemplars=("e1", "e2"),
        notes={"a": ODD},
        inputs="i",
        seed=2**31 - 1,
        guards={"empty": 2},
        source="file.csv:17",
    )
    return replace(said, **changes)  # type: ignore[arg-type]


def judged(id: str, panel: str = "p1", score: float = 0.1 + 0.2) -> Review:
    finding = Finding(ODD, turn=3, seat="a", sentence=ODD, span="x")
    ballots = (
        Ballot("structure", Verdict(False, score, (finding, Finding("y")), {"a": ODD}), SeatKind.VETO),
        Ballot("judge", Abstention(Why.FAILED, ODD), weight=0.5, optional=True),
        Ballot("structure", Verdict(True, 1.0), SeatKind.ADVISE),
    )
    return Review(id, panel, ballots, Decision(REJECTED, ("structure",), ODD, score), complete=False)


@pytest.fixture(params=["loop", "thread"])
def writer(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """A file is written on the loop; here also in the thread that writes to a server."""
    if request.param == "thread":
        monkeypatch.setattr(ledger_module, "LoopWriter", ThreadWriter)


async def test_everything_comes_back_as_it_was(tmp_path: Path, writer: None) -> None:
    seed = told("seed", 1, 0, place=None)
    early, late, failed = told("aa1", 1, 2), told("aa2", 1, 2, 1, 3), told("bb", 1, 10)
    job = Job(1, 2, CAST, (seed, early))
    async with Ledger.open(tmp_path) as ledger:
        ledger.begin(INFO)
        await asyncio.gather(*(ledger.keep_dialogue(dialogue) for dialogue in (failed, late, early)))
        await asyncio.gather(ledger.keep_job(job), ledger.keep_review(judged("aa1")), ledger.keep_review(judged("aa2")))
        await ledger.settle(1, 2, "p1", {"aa1": (REJECTED, ODD), "aa2": (ACCEPTED, "")}, done=True)
        await ledger.settle(1, 10, "p1", {"bb": (Outcome.FAILED, "leak")}, done=False)
    with Ledger.open(tmp_path, write=False) as ledger:
        assert ledger.info() == INFO
        assert (ledger.job(1, 2), ledger.job(1, 3), ledger.job_count(1), ledger.job_count(2)) == (job, None, 1, 0)
        tries = ledger.tries(1, 2)
        assert [(r.dialogue, r.outcome, r.why) for r in tries] == [(early, REJECTED, ODD), (late, ACCEPTED, "")]
        assert [r.reviews for r in tries] == [(judged("aa1"),), (judged("aa2"),)]
        assert [r.dialogue.id for r in ledger.records(outcomes=None)] == ["aa1", "aa2", "bb"]
        assert [r.dialogue for r in ledger.records()] == [late]
        assert ledger.count() == 1
        assert ledger.counts() == {1: {ACCEPTED: 1, REJECTED: 1, Outcome.FAILED: 1}}
        assert list(ledger.jobs_done(1)) == [2]
        assert (2 in ledger.jobs_done(1), 10 in ledger.jobs_done(1), 2 in ledger.jobs_done(2)) == (True, False, False)


async def test_a_panel_judges_again_and_another_beside_it(tmp_path: Path) -> None:
    async with Ledger.open(tmp_path) as ledger:
        ledger.begin(INFO)
        await ledger.keep_dialogue(told("aa", 1, 0))
        await ledger.keep_review(judged("aa"))
        again = Review("aa", "p1", (Ballot("openers", Verdict(True, 1.0)),), Decision(ACCEPTED))
        await asyncio.gather(ledger.keep_review(judged("aa", score=0.5)), ledger.keep_review(again))
        await ledger.keep_review(judged("aa", "p2"))
        await ledger.settle(1, 0, "p1", {"aa": (ACCEPTED, "")}, done=True)
        assert [r.reviews for r in ledger.tries(1, 0)] == [(again,)]
        (other,) = ledger.tries(1, 0, "p2")
        assert (other.review, other.outcome) == (judged("aa", "p2"), None)
        assert ledger.record("aa").reviews == (again, judged("aa", "p2"))
        await ledger.set_info(replace(INFO, judging="p2"))
        assert ledger.record("aa").reviews == (judged("aa", "p2"), again)
        assert (ledger.count(), ledger.count(panel="p1"), len(ledger.jobs_done(1))) == (0, 1, 0)


async def test_another_dialogue_at_a_place_supersedes_and_opens_the_job(tmp_path: Path, writer: None) -> None:
    def live() -> list[str]:
        return [record.dialogue.id for record in ledger.tries(1, 0)]

    async with Ledger.open(tmp_path) as ledger:
        ledger.begin(INFO)
        await asyncio.gather(*(ledger.keep_dialogue(told(f"old{c}", 1, 0, 0, c)) for c in (0, 1)))
        for panel in ("p1", "p2"):
            await ledger.settle(1, 0, panel, {"old0": (ACCEPTED, ""), "old1": (REJECTED, "")}, done=True)
        await ledger.keep_dialogue(told("old0", 1, 0))
        assert (live(), list(ledger.jobs_done(1)), list(ledger.jobs_done(1, "p2"))) == (["old0", "old1"], [0], [0])
        await asyncio.gather(*(ledger.keep_dialogue(told(id, 1, 0)) for id in ("new", "old0", "new")))
        assert (live(), list(ledger.jobs_done(1)), list(ledger.jobs_done(1, "p2"))) == (["new", "old1"], [], [])
        assert (ledger.count(), ledger.counts(), ledger.record("old0").outcome) == (0, {1: {REJECTED: 1}}, ACCEPTED)
        await ledger.settle(1, 0, "p2", {"new": (ACCEPTED, ""), "old1": (REJECTED, "")}, done=True)
        await ledger.keep_dialogue(told("new", 1, 0))
        assert list(ledger.jobs_done(1, "p2")) == [0]
        await ledger.keep_dialogue(told("old0", 1, 0))
        assert (live(), ledger.count()) == (["old0", "old1"], 1)
        await ledger.settle(1, 0, "p1", {"old1": (ACCEPTED, "")}, done=True)
        assert [(r.dialogue.id, r.outcome) for r in ledger.tries(1, 0)] == [("old0", None), ("old1", ACCEPTED)]


async def test_records_stream_in_place_order_over_many_pages(tmp_path: Path) -> None:
    places = [Place(r, i, a, c) for r in (1, 2, 10) for i in range(101) for a in (0, 1) for c in (0, 1)]
    async with Ledger.open(tmp_path) as ledger:
        ledger.begin(INFO)
        await asyncio.gather(*(ledger.keep_dialogue(told(f"d{hash(p)}", *p)) for p in reversed(places)))
        assert [r.dialogue.place for r in ledger.records(outcomes=None)] == places
        for r in (1, 2, 10):
            for i in range(0, 101, 3):
                await ledger.settle(r, i, "p1", {f"d{hash(Place(r, i, 1, 0))}": (ACCEPTED, "")}, done=True)
        expected = [Place(r, i, 1, 0) for r in (2, 10) for i in range(0, 101, 3)]
        assert [r.dialogue.place for r in ledger.records(rounds=[10, 2])] == expected
        assert (ledger.count(rounds=[2, 10]), ledger.count(outcomes=None)) == (len(expected), len(places))
        assert list(ledger.records(rounds=[])) == []


async def test_a_dialogue_is_found_by_the_start_of_its_id(tmp_path: Path) -> None:
    async with Ledger.open(tmp_path) as ledger:
        ledger.begin(INFO)
        for index, id in enumerate(("abc1", "abc2", "abc", "x_y", "xzy")):
            await ledger.keep_dialogue(told(id, 1, index))
        assert [ledger.record(id).dialogue.id for id in ("abc", "abc2", "x_")] == ["abc", "abc2", "x_y"]
        with pytest.raises(Mistake, match="several dialogues start with 'ab', such as abc, abc1, abc2"):
            ledger.record("ab")
        with pytest.raises(Mistake, match="no dialogue 'q'"):
            ledger.record("q")


async def test_a_dialogue_without_a_place_is_refused(tmp_path: Path) -> None:
    with Ledger.open(tmp_path) as ledger:
        ledger.begin(INFO)
        with pytest.raises(ValueError, match="'x' has no place"):
            await ledger.keep_dialogue(told("x", 1, 0, place=None))


async def test_a_ledger_holds_several_runs_apart(tmp_path: Path) -> None:
    with Ledger.open(tmp_path) as ledger:
        for name in ("one", "two"):
            ledger.begin(replace(INFO, name=name))
            await ledger.keep_dialogue(told("same", 1, 0, source=name))
        ledger.begin(replace(INFO, name="one", making="other"))
        assert ledger.info() == replace(INFO, name="one")
        assert [r.dialogue.source for r in ledger.records(outcomes=None)] == ["one"]
    with Ledger.open(tmp_path, write=False, run="two") as ledger:
        assert [r.dialogue.source for r in ledger.records(outcomes=None)] == ["two"]
    with pytest.raises(Mistake, match="which run\\? it holds 'one', 'two'"):
        Ledger.open(tmp_path, write=False)


async def test_no_query_scans_a_table(tmp_path: Path) -> None:
    """So that the cost of a dialogue does not grow with the corpus. Sums over a whole run may scan."""
    asked: set[tuple[str, tuple[object, ...]]] = set()

    def listen(connection: Connection) -> None:
        @event.listens_for(connection, "before_cursor_execute")
        def _(_c: object, _u: object, statement: str, parameters: object, _x: object, many: bool) -> None:
            if not statement.startswith(("BEGIN", "EXPLAIN")):
                asked.add((statement, tuple(parameters[0] if many else parameters)))  # type: ignore[index, arg-type]

    with Ledger.open(tmp_path) as ledger:
        ledger.begin(INFO)
        listen(ledger._reading)
        listen(ledger._writer._pen._connection)  # type: ignore[union-attr]
        await ledger.keep_job(Job(1, 0, CAST))
        await ledger.keep_dialogue(told("aa", 1, 0))
        await ledger.keep_review(judged("aa"))
        await ledger.settle(1, 0, "p1", {"aa": (ACCEPTED, "")}, done=True)
        assert len(list(ledger.records(rounds=[1]))) == len(list(ledger.records())) == len(ledger.jobs_done(1)) == 1
        assert ledger.tries(1, 0)
        assert ledger.job(1, 0)
        assert ledger.record("aa")
        for scope in ("1/0", ""):
            asked_for = Request("e", "m", (Part(Role.USER, Kind.TURN, "Hello."),), scope=scope)
            await ledger.replies.put(asked_for, Reply("Hi."), usd=0.0, seconds=0.0)
            assert await ledger.replies.get(asked_for)
        assert len(list(ledger.all_requests())) == 2
        plans = [
            row[-1]
            for statement, parameters in asked
            for row in ledger._reading.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", parameters)
        ]
    assert len(asked) > 15
    assert [plan for plan in plans if plan.startswith("SCAN") or "TEMP B-TREE" in plan] == []
