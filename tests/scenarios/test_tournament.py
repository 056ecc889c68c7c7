"""Several candidates, one winner: compared, kept, explained, resumed, planned for; what a biased judge does."""

import json
import re
from collections import Counter
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from aiohttp import web
from fakes import Countdown, Crash, CrashAt, asked, cafe, exported, loaded, made, speak

from tertulia.agents import Dialogue
from tertulia.console.contest import Contest
from tertulia.corpus import Record
from tertulia.corpus.comparing import tournaments
from tertulia.corpus.corpus import Corpus
from tertulia.corpus.ledger import Ledger
from tertulia.critics import Case, Choice, Outcome, Preference, Verdict
from tertulia.critics.critic import Neighbours
from tertulia.critics.tournament.comparison import Comparison
from tertulia.models.errors import BudgetSpent, CriticBroken, Mistake
from tertulia.models.request import Request, Task
from tertulia.scenarios import fingerprint
from tertulia.scenarios.event import RunStarted
from tertulia.scenarios.loading import load
from tertulia.scenarios.planning import plan
from tertulia.scenarios.reviewing import review_run
from tertulia.scenarios.simulation import simulate

NOBODY = "critics.panel=[structure]"
SMALL = ("rounds.count=1", "rounds.dialogues=5", "rounds.candidates=3", "concurrency=3")
ALL = (*SMALL, NOBODY)
FED = ("coherency", "consistency", "depth", "diversity", "likable")


def longer(question: str) -> str:
    """Of the two fenced conversations."""
    first, second = (
        len(said) for said in re.findall(r"^<conversation \w+>$(.*?)^</conversation", question, re.M | re.S)
    )
    return "A" if first > second else "B" if second > first else "tie"


async def favours_the_first(request: Request) -> str:
    """A judge who always likes what is shown first."""
    asked.append(request)
    return '{"reason": "It comes first.", "better": "A"}' if request.task is Task.COMPARE else await speak(request)


async def favours_length(request: Request) -> str:
    """A judge who knows what it likes, whatever comes first."""
    asked.append(request)
    if request.task is not Task.COMPARE:
        return await speak(request)
    return json.dumps({"reason": "There is more of it.", "better": longer(request.messages[-1]["content"])})


async def goes_broke(request: Request) -> object:
    """A judge whose budget ends at the thirtieth comparison."""
    asked.append(request)
    if request.task is Task.COMPARE and comparing() >= 30:
        return BudgetSpent("no money left")
    return await favours_length(request)


class Grim:
    """Nothing is new that is long; said at the barrier, of everybody but the shortest candidate."""

    async def review_round(self, cases: Sequence[Case], corpus: Neighbours) -> Sequence[Verdict]:
        good = [sum(len(turn.text) for turn in case.turns) < 160 for case in cases]
        return [Verdict(yes, float(yes)) for yes in good]


class Moody:
    """Breaks until somebody has mended it; then prefers the longer one."""

    def __init__(self) -> None:
        self.mended, self.asked = False, 0

    async def compare(self, case: Case, first: Dialogue, second: Dialogue) -> Preference:
        self.asked += 1
        if not self.mended:
            raise ConnectionError("the dictionary is not there")
        sizes = [sum(len(turn.text) for turn in dialogue.turns) for dialogue in (first, second)]
        return Preference(Choice.FIRST if sizes[0] >= sizes[1] else Choice.SECOND)


moody = Moody()


def comparing() -> int:
    return sum(request.task is Task.COMPARE for request in asked)


@pytest.fixture(autouse=True)
def nothing_asked() -> None:
    asked.clear()


def judge(name: str) -> str:
    return f'models.judge="scripted?function={__name__}:{name}"'


def jobs(ledger: Ledger, count: int = 5) -> list[tuple[list[Record], list[Comparison]]]:
    return [(ledger.tries(1, index), ledger.comparisons(1, index)) for index in range(count)]


def length(record: Record) -> int:
    return sum(len(turn.text) for turn in record.dialogue.turns)


async def test_the_candidate_that_the_policies_prefer_is_accepted_and_the_others_are_told_why(tmp_path: Path) -> None:
    await made(cafe(tmp_path), tmp_path / "out", *ALL, judge("favours_length"))
    with Corpus.open(tmp_path / "out") as corpus:
        for tries, compared in jobs(corpus.ledger):
            good = [record for record in tries if record.outcome in (Outcome.ACCEPTED, Outcome.PASSED_OVER)]
            assert len(compared) == 15 == len({(one.policy, one.pair) for one in compared})
            assert {one.policy for one in compared} == set(FED)
            assert all(one.agrees and one.why == "There is more of it." for one in compared)
            (winner,) = [record for record in good if record.outcome is Outcome.ACCEPTED]
            assert winner.dialogue.place is not None
            name = f"candidate {winner.dialogue.place.candidate}"
            losers = [record for record in good if record is not winner]
            assert {loser.why for loser in losers} == {f"lost the tournament: 5 of 5 policies preferred {name}"}
            found = Contest(corpus.ledger, winner.dialogue)
            assert found.standings()[0].id == winner.dialogue.id
            assert [this.wins for this in found.standings()] == [10, 5, 0]
        rows = tournaments(corpus.ledger.all_comparisons())
    assert rows.held == 5
    assert {(row.disagreed, row.first_share) for row in rows.policies} == {(0, 0.5)}
    assert comparing() == 5 * 3 * 5 * 2


async def test_a_judge_who_prefers_a_position_prefers_nobody_and_the_statistics_say_so(tmp_path: Path) -> None:
    await made(cafe(tmp_path), tmp_path / "out", *ALL, judge("favours_the_first"))
    with Corpus.open(tmp_path / "out") as corpus:
        for tries, compared in jobs(corpus.ledger):
            assert {one.choice for one in compared} == {Choice.TIE}
            assert tries[0].outcome is Outcome.ACCEPTED
            why = "drew in the tournament with candidate 0: the higher score of the panel decides, then the first"
            assert {record.why for record in tries[1:]} == {why}
        rows = tournaments(corpus.ledger.all_comparisons())
    assert {(row.disagreement, row.first_share, row.ties) for row in rows.policies} == {(1.0, 1.0, 15)}


async def test_the_panels_vetoes_come_first_and_of_one_that_is_left_nobody_is_asked(tmp_path: Path) -> None:
    panel = 'critics.panel=[structure, {use: "fakes:Strict", name: strict, role: veto}]'
    shape = ("rounds.count=1", "rounds.dialogues=16", "rounds.candidates=2", "refine.regenerate=1", panel)
    await made(cafe(tmp_path), tmp_path / "out", *shape, judge("favours_length"))
    left = Counter[int]()
    with Corpus.open(tmp_path / "out") as corpus:
        for tries, compared in jobs(corpus.ledger, 16):
            good = {r.dialogue.id for r in tries if r.outcome in (Outcome.ACCEPTED, Outcome.PASSED_OVER)}
            left[len(good)] += 1
            assert {id for one in compared for id in one.pair} == (good if len(good) > 1 else set())
    assert left[1] > 0
    assert left[2] > 0
    assert comparing() == left[2] * 10


@pytest.mark.parametrize(("schedule", "calls"), [("all-pairs", 60), ("swiss", 40), ("knock-out", 30)])
async def test_a_run_makes_as_many_comparing_calls_as_planned(tmp_path: Path, schedule: str, calls: int) -> None:
    shape = (
        "rounds.count=2", "rounds.dialogues=3", "rounds.candidates=4", NOBODY, judge("favours_length"),
        f"critics.tournament={{policies: [depth, likable, diversity, depth.md, coherency], schedule: {schedule}}}",
    )  # fmt: skip
    source = cafe(tmp_path)
    (tmp_path / "depth.md").write_text("Which is deeper?\n\n- Deep.\n")
    with pytest.raises(Mistake, match="a policy is called 'depth' already"):
        loaded(source, shape)
    shape = (*shape, f"critics.tournament={{schedule: {schedule}}}")
    rows = {row.task: row for row in plan(loaded(source, shape)).calls}
    assert (rows[Task.COMPARE].least, rows[Task.COMPARE].most) == (6 * calls, 6 * calls)
    await made(source, tmp_path / "out", *shape)
    assert comparing() == 6 * calls


def test_a_plan_counts_what_a_barrier_may_send_back_and_leaves_open_what_is_open(tmp_path: Path) -> None:
    source, late = cafe(tmp_path), "critics.panel=[structure, openers]"
    shape = (*SMALL, judge("favours_length"), "critics.tournament.schedule=knock-out")
    rows = {row.task: row for row in plan(loaded(source, (*shape, late))).calls}
    assert (rows[Task.COMPARE].least, rows[Task.COMPARE].most) == (5 * 20, 5 * 30 * 3)
    rows = {row.task: row for row in plan(loaded(source, (*shape, NOBODY, "rounds.until_accepted=5"))).calls}
    assert (rows[Task.COMPARE].least, rows[Task.COMPARE].most) == (5 * 20, None)
    for none in ("rounds.candidates=1", "critics.tournament=null", "models.judge=rehearsal"):
        assert Task.COMPARE not in {row.task for row in plan(loaded(source, (*shape, NOBODY, none))).calls}


def test_a_plan_counts_the_calls_of_every_critic(tmp_path: Path) -> None:
    panel = (
        "critics.panel=[structure, judge, {use: judge, name: g, options: {rubric: g-eval}}, "
        "{use: personality, options: {traits: all}}, faithfulness]"
    )
    rows = {
        row.task: row for row in plan(loaded(cafe(tmp_path), ("rounds.count=1", panel, "refine.regenerate=1"))).calls
    }
    assert (rows[Task.ASSESS].least, rows[Task.ASSESS].most) == (12 * 2, 12 * 4)
    assert rows[Task.JUDGE].least == 12 * (1 + 5 + 2)
    assert Task.COMPARE not in rows


async def test_crashed_and_resumed_it_has_the_same_comparisons_and_pays_for_none_twice(tmp_path: Path) -> None:
    source, output, shape = cafe(tmp_path), tmp_path / "crashing", (*SMALL, judge("favours_length"))
    undisturbed = await made(source, tmp_path / "undisturbed", *shape)
    whole, crashes, found = {request.key for request in asked}, 0, b""
    asked.clear()
    while not found:
        try:
            found = await made(source, output, *shape, on_event=CrashAt(Countdown(60 + 5 * crashes)))
        except Crash:
            crashes += 1
    assert crashes >= 3
    assert found == undisturbed
    with Ledger.open(output, write=False) as ledger, Ledger.open(tmp_path / "undisturbed", write=False) as other:
        assert list(ledger.all_comparisons()) == list(other.all_comparisons())
        assert {sent.request.key for sent in ledger.all_requests()} == whole
    asked.clear()
    assert await made(source, output, *shape) == undisturbed
    assert asked == []


async def test_where_the_money_ends_the_run_stops_and_goes_on_without_paying_twice(tmp_path: Path) -> None:
    source, output, paid, stops = cafe(tmp_path), tmp_path / "out", set[str](), 0
    undisturbed = await made(source, tmp_path / "rich", *ALL, judge("favours_length"))
    found = b""
    while not found:
        asked.clear()
        try:
            found = await made(source, output, *ALL, judge("goes_broke"))
        except BudgetSpent:
            stops += 1
        assert paid.isdisjoint(request.key for request in asked)
        with Ledger.open(output, write=False) as ledger:
            paid |= {sent.request.key for sent in ledger.all_requests()}
    assert stops >= 3
    assert _outcomes(found) == _outcomes(undisturbed)


def _outcomes(provenance: bytes) -> list[tuple[str, str]]:
    """What became of whom, whatever the judge is called."""
    records = [json.loads(line) for line in provenance.splitlines()]
    return [(str(record.get("outcome")), str(record.get("why"))) for record in records]


@pytest.mark.parametrize(("count", "stops"), [(12, True), (2, False)])
async def test_what_a_broken_policy_failed_at_is_compared_again_once_it_is_mended(
    tmp_path: Path, count: int, stops: bool
) -> None:
    source, output = cafe(tmp_path), tmp_path / "out"
    policies = f'critics.tournament.policies=[depth, "{__name__}:moody"]'
    shape = (*ALL, "rounds.candidates=2", f"rounds.dialogues={count}", policies, judge("favours_length"))
    moody.mended, moody.asked = False, 0
    if stops:
        with pytest.raises(CriticBroken, match="moody' has failed at all of the first 10"):
            await made(source, output, *shape)
    else:
        await made(source, output, *shape)
        with Corpus.open(output) as corpus:
            rows = {row.policy: row for row in tournaments(corpus.ledger.all_comparisons()).policies}
            assert rows[f"{__name__}:moody"].abstained == {"failed": count}
            assert rows["depth"].compared == count
    moody.mended, moody.asked = True, 0
    mended = await made(source, output, *shape)
    assert moody.asked == 2 * count
    assert mended == await made(source, tmp_path / "direct", *shape)
    await made(source, output, *shape)
    assert moody.asked == 4 * count


async def test_at_the_barrier_the_next_best_is_considered_without_a_new_call(tmp_path: Path) -> None:
    panel = f'critics.panel=[structure, {{use: "{__name__}:Grim", name: grim, role: veto}}]'
    shape = ("rounds.count=1", "rounds.dialogues=12", "rounds.candidates=3", panel, judge("favours_length"))
    await made(cafe(tmp_path), tmp_path / "out", *shape)
    second = 0
    with Corpus.open(tmp_path / "out") as corpus:
        for tries, compared in jobs(corpus.ledger, 12):
            keys = [(one.policy, one.pair) for one in compared]
            assert len(keys) == len(set(keys))
            accepted = next((record for record in tries if record.outcome is Outcome.ACCEPTED), None)
            attempts = {one.attempt for one in compared}
            assert len(compared) <= 15 * len(attempts)
            if accepted and accepted.dialogue.place:
                assert length(accepted) < 160
                attempt = accepted.dialogue.place.attempt
                rivals = [r for r in tries if r.dialogue.place and r.dialogue.place.attempt == attempt]
                rejected = [r for r in rivals if r.outcome is Outcome.REJECTED]
                second += bool(rejected)
                assert all(length(r) > length(accepted) for r in rejected)
    assert second > 0
    assert comparing() == len({request.key for request in asked if request.task is Task.COMPARE})


async def test_on_rehearsal_the_score_decides_and_all_say_so(tmp_path: Path) -> None:
    panel = 'critics={voting: {rule: mean, t: 0.1}, panel: [{use: "fakes:Strict", name: strict}]}'
    events: list[object] = []
    scenario = loaded(cafe(tmp_path), (*SMALL, panel, "models.judge=rehearsal"))
    assert any(line.startswith("tournament: no language model to compare with") for line in plan(scenario).missing)
    (await simulate(scenario, events.append, output=tmp_path / "out")).close()
    (started,) = [event for event in events if isinstance(event, RunStarted)]
    assert started.unheld.startswith("no language model to compare with, the panel's score decides")
    with Corpus.open(tmp_path / "out") as corpus:
        for tries, compared in jobs(corpus.ledger):
            best = max(tries, key=lambda record: record.review.decision.score if record.review else 0)
            assert best.outcome is Outcome.ACCEPTED
            assert all(one.choice is None for one in compared)
            others = [record.why for record in tries if record is not best]
            assert all(why.startswith("no policy could compare it with candidate") for why in others)
        rows = tournaments(corpus.ledger.all_comparisons())
    assert {(row.compared, row.abstained["skipped"]) for row in rows.policies} == {(0, 15)}


async def test_another_panel_reviews_without_comparing_and_keeps_the_runs_choice_where_it_accepts_it(
    tmp_path: Path,
) -> None:
    source, output = cafe(tmp_path), tmp_path / "out"
    await made(source, output, *ALL, judge("favours_length"))
    with Corpus.open(output) as corpus:
        before = exported(corpus, output)
        own = {r.dialogue.place for r in corpus.records()}
    asked.clear()
    panel = 'critics.panel=[structure, {use: "fakes:Strict", name: strict, role: veto}]'
    other = await review_run(output, loaded(source, (*SMALL, panel, judge("favours_length"))))
    assert asked == []
    with Corpus.open(output) as corpus:
        assert exported(corpus, output) == before
        found = list(corpus.ledger.records(panel=other))
        assert list(corpus.ledger.all_comparisons(other)) == []
        approved = [
            r
            for r in corpus.ledger.records(outcomes=None, panel=other)
            if r.review and r.review.decision.outcome is Outcome.ACCEPTED
        ]
    kept = {r.dialogue.place for r in found}
    assert kept & own == {r.dialogue.place for r in approved} & own
    assert len(kept) == len({r.dialogue.place.index for r in approved if r.dialogue.place})


def test_it_is_part_of_judging_where_there_are_candidates_alone(tmp_path: Path) -> None:
    source = cafe(tmp_path)

    def judging(*overrides: str) -> str:
        return fingerprint.judging(load(source, overrides=overrides))

    for change in (
        "critics.tournament.pick=copeland",
        "critics.tournament=null",
        "critics.tournament.policies=[depth]",
    ):
        assert judging(change) == judging()
        assert judging("rounds.candidates=2", change) != judging("rounds.candidates=2")
        assert fingerprint.making(load(source, overrides=(change,))) == fingerprint.making(load(source))
    (tmp_path / "wit.md").write_text("Which is wittier?\n\n- Wit.\n")
    own = ("rounds.candidates=2", "critics.tournament.policies=[wit.md]")
    before = judging(*own)
    (tmp_path / "wit.md").write_text("Which is wittier?\n\n- Wit, and no puns.\n")
    assert judging(*own) != before


def test_what_is_wrong_is_said_with_its_line_and_the_choices(tmp_path: Path) -> None:
    path = tmp_path / "x.yaml"
    path.write_text(
        "name: x\ncritics:\n  tournament:\n    policies:\n      - depth\n      - likeable\n      - wit.md\n"
        "    schedule: knockout\n    picks: copeland\n"
    )
    with pytest.raises(Mistake) as wrong:
        load(path)
    text = str(wrong.value)
    assert "x.yaml:8: critics.tournament.schedule" in text
    assert "did you mean 'knock-out'?" in text
    assert "x.yaml:9: critics.tournament.picks: no such key; did you mean 'pick'?" in text
    path.write_text(path.read_text().replace("knockout", "knock-out").replace("picks", "pick"))
    with pytest.raises(Mistake) as wrong:
        load(path)
    text = str(wrong.value)
    assert (
        "x.yaml:6: critics.tournament.policies[1]: no policy 'likeable'; did you mean 'likable'? known: coherency"
        in text
    )
    assert "x.yaml:7: critics.tournament.policies[2]: can't read" in text
    assert "x.yaml:9: critics.tournament.pick: says nothing with the schedule 'knock-out'" in text


def test_false_and_null_mean_none(tmp_path: Path) -> None:
    source = cafe(tmp_path)
    for word in ("false", "null"):
        assert load(source, overrides=(f"critics.tournament={word}", "rounds.candidates=2")).tournament is None
    assert load(source, overrides=("critics.tournament=true",)).critics.tournament is not None
    assert load(source).tournament is None


@asynccontextmanager
async def served(bodies: list[dict[str, object]]) -> AsyncIterator[str]:
    """A judge at an address: it prefers the longer one, and says so in a fence."""

    async def handle(request: web.Request) -> web.Response:
        body = await request.json()
        bodies.append(body)
        better = longer(body["messages"][-1]["content"])
        text = f'```json\n{{"reason": "There is more of it.", "better": "Conversation {better}"}}\n```'
        message = {"role": "assistant", "content": text}
        choices = [{"index": 0, "message": message, "finish_reason": "stop"}]
        return web.json_response({"id": "1", "choices": choices, "usage": {"prompt_tokens": 9, "completion_tokens": 4}})

    app = web.Application()
    app.router.add_post("/v1/chat/completions", handle)
    runner = web.AppRunner(app, shutdown_timeout=0)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    yield f"http://127.0.0.1:{runner.addresses[0][1]}/v1"
    await runner.cleanup()


async def test_a_judge_at_an_address_compares(tmp_path: Path) -> None:
    bodies: list[dict[str, object]] = []
    async with served(bodies) as url:
        await made(cafe(tmp_path), tmp_path / "out", *ALL, f'models.judge="vllm:m@{url}"')
    assert len(bodies) == 5 * 3 * 5 * 2
    assert {body["temperature"] for body in bodies} == {0}
    with Corpus.open(tmp_path / "out") as corpus:
        for tries, compared in jobs(corpus.ledger):
            assert all(one.agrees for one in compared)
            assert sum(record.outcome is Outcome.ACCEPTED for record in tries) == 1
        (row,) = [row for row in corpus.ledger.usage() if row.task == "compare"]
    assert (row.calls, row.prompt_tokens) == (150, 1350)
