"""What candidates were compared by is kept, read back in order, and had by ledgers that are older than it."""

import asyncio
import sqlite3
from contextlib import closing
from dataclasses import replace
from pathlib import Path

from sqlalchemy import create_engine, insert

from tertulia.agents import Dialogue, Member, Place, Turn
from tertulia.corpus import schema
from tertulia.corpus.comparing import PolicyRow, tournaments
from tertulia.corpus.ledger import Ledger
from tertulia.corpus.opening import FILE
from tertulia.corpus.record import RunInfo
from tertulia.critics import Abstention, Choice, Outcome, Preference, Why
from tertulia.critics.tournament.comparison import Comparison
from tertulia.personas import Persona

ODD = "it's [bold]odd[/] \x00\x1b 안녕 \ud83d '; drop table runs --"
INFO = RunInfo("cafe", {}, making="m1", judging="p1", version="0.1")
CAST = (Member("a", Persona(name="Ann")), Member("b", Persona(name="Bob")))
FIRST, SECOND, TIE = (Preference(choice, ODD) for choice in Choice)
FAILED, SKIPPED = Abstention(Why.FAILED, ODD), Abstention(Why.SKIPPED, "no language model")


def told(id: str, *place: int) -> Dialogue:
    return Dialogue(id, CAST, (Turn("a", "Hello."),), place=Place(*place), inputs=id)


def compared(policy: str, first: str = "d0", second: str = "d1", attempt: int = 0) -> Comparison:
    return Comparison(policy, attempt, first, second, FIRST, SECOND)


async def test_comparisons_come_back_as_they_were_for_their_panel_alone(tmp_path: Path) -> None:
    kinds = [(FIRST, SECOND), (FIRST, FIRST), (TIE, TIE), (FAILED, FIRST), (SKIPPED, SKIPPED)]
    made = [Comparison(f"p{n}", 0, "d0", "d1", *answers) for n, answers in enumerate(kinds)]
    async with Ledger.open(tmp_path) as ledger:
        ledger.begin(INFO)
        for candidate in (0, 1):
            await ledger.keep_dialogue(told(f"d{candidate}", 1, 0, 0, candidate))
        await ledger.keep_comparisons(1, 0, "p1", made[::-1])
        await ledger.keep_comparisons(1, 0, "p2", made[:1])
        await ledger.keep_comparisons(1, 0, "p1", made[:2])
        await ledger.keep_comparisons(1, 0, "p1", [])
    with Ledger.open(tmp_path, write=False) as ledger:
        assert ledger.comparisons(1, 0) == made
        assert ledger.comparisons(1, 0, "p2") == made[:1]
        assert ledger.comparisons(1, 1) == []
        assert list(ledger.all_comparisons()) == [(1, 0, one) for one in made]
    with closing(sqlite3.connect(tmp_path / FILE)) as database:
        rows = database.execute("SELECT choice, forth, back FROM comparisons WHERE panel = 'p1' ORDER BY policy")
        assert rows.fetchall() == [
            ("first", "first", "second"),
            ("tie", "first", "first"),
            ("tie", "tie", "tie"),
            (None, "failed", "first"),
            (None, "skipped", "skipped"),
        ]


async def test_they_count_while_both_dialogues_do_and_runs_are_apart(tmp_path: Path) -> None:
    async with Ledger.open(tmp_path) as ledger:
        for name in ("one", "two"):
            ledger.begin(replace(INFO, name=name))
            await asyncio.gather(*(ledger.keep_dialogue(told(f"d{c}", 1, 0, 0, c)) for c in range(3)))
            await ledger.keep_comparisons(1, 0, "p1", [compared("depth"), compared("depth", "d0", "d2")])
        await ledger.keep_dialogue(told("other", 1, 0, 0, 2))
        assert ledger.comparisons(1, 0) == [compared("depth")]
        ledger.begin(replace(INFO, name="one"))
        assert len(ledger.comparisons(1, 0)) == 2
        await ledger.fit(1, 0)
        assert ledger.comparisons(1, 0) == list(ledger.all_comparisons()) == []


async def test_all_are_streamed_in_place_order_over_many_pages(tmp_path: Path) -> None:
    async with Ledger.open(tmp_path) as ledger:
        ledger.begin(INFO)
        for round in (1, 2, 10):
            for index in range(30):
                ids = [f"{round}-{index}-{c}" for c in (0, 1)]
                await asyncio.gather(*(ledger.keep_dialogue(told(id, round, index, 0, c)) for c, id in enumerate(ids)))
                made = [compared(policy, *ids) for policy in ("e", "d", "c", "b", "a")]
                await ledger.keep_comparisons(round, index, "p1", made)
        found = [(round, index, one.policy) for round, index, one in ledger.all_comparisons()]
        assert len(found) == 450
        assert found == sorted(found)
        assert [one for round, index, one in ledger.all_comparisons() if (round, index) == (10, 29)] == (
            ledger.comparisons(10, 29)
        )


async def test_no_query_for_them_scans_a_table(tmp_path: Path) -> None:
    from tertulia.corpus import querying

    async with Ledger.open(tmp_path) as ledger:
        ledger.begin(INFO)
        query = querying.comparisons(1, "p1").where(querying.of_job(schema.comparisons, 1, 1, 0))
        for asked in (query, querying.comparisons(1, "p1").limit(5)):
            text = str(asked.compile(ledger._reading, compile_kwargs={"literal_binds": True}))
            plans = [row[-1] for row in ledger._reading.exec_driver_sql(f"EXPLAIN QUERY PLAN {text}")]
            assert [plan for plan in plans if plan.startswith("SCAN") or "TEMP B-TREE" in plan] == []


def first_version(path: Path) -> None:
    """A ledger as it was before candidates were compared."""
    engine = create_engine(f"sqlite:///{path}")
    tables = [table for table in schema.metadata.sorted_tables if table is not schema.comparisons]
    with engine.begin() as connection:
        schema.metadata.create_all(connection, tables=tables)
        connection.execute(insert(schema.schema_version), {"version": 1})
        connection.execute(insert(schema.runs), {"id": 1, "name": "cafe", "info": _info()})
    engine.dispose()


def _info() -> str:
    from tertulia.corpus.coding import info_text

    return info_text(INFO)


async def test_a_ledger_of_the_first_version_is_brought_forward_and_keeps_what_it_had(tmp_path: Path) -> None:
    first_version(tmp_path / FILE)
    with Ledger.open(tmp_path, write=False) as ledger:
        assert ledger.info() == INFO
        assert ledger.comparisons(1, 0) == []
    async with Ledger.open(tmp_path) as ledger:
        ledger.begin(INFO)
        for candidate in (0, 1):
            await ledger.keep_dialogue(told(f"d{candidate}", 1, 0, 0, candidate))
        await ledger.keep_comparisons(1, 0, "p1", [compared("depth")])
        await ledger.settle(1, 0, "p1", {"d0": (Outcome.ACCEPTED, "")}, True)
    with closing(sqlite3.connect(tmp_path / FILE)) as database:
        assert database.execute("SELECT version FROM schema_version").fetchall() == [(2,)]
    with Ledger.open(tmp_path, write=False) as ledger:
        assert (ledger.comparisons(1, 0), ledger.count()) == ([compared("depth")], 1)


def test_a_new_ledger_and_one_that_was_brought_forward_have_the_same_tables(tmp_path: Path) -> None:
    first_version(tmp_path / "old.sqlite")
    for name in ("old.sqlite", "new.sqlite"):
        Ledger.open(tmp_path / name).close()
    shapes = []
    for name in ("old.sqlite", "new.sqlite"):
        with closing(sqlite3.connect(tmp_path / name)) as database:
            shapes.append(sorted(database.execute("SELECT name, sql FROM sqlite_master").fetchall()))
    assert shapes[0] == shapes[1]


def test_position_bias_is_counted() -> None:
    one = [
        Comparison("depth", 0, "a", "b", FIRST, SECOND),
        Comparison("depth", 0, "a", "c", FIRST, FIRST),
        Comparison("depth", 0, "b", "c", TIE, TIE),
        Comparison("likable", 0, "a", "b", SKIPPED, SKIPPED),
    ]
    other = [Comparison("depth", 0, "d", "e", FAILED, FIRST)]
    found = tournaments([*((1, 0, c) for c in one), *((1, 1, c) for c in other)])
    assert found.held == 2
    depth, likable = found.policies
    assert depth == PolicyRow("depth", 3, ties=2, disagreed=1, first=3, second=1, abstained={"failed": 1}, why=ODD)
    assert (depth.disagreement, depth.first_share) == (1 / 3, 0.75)
    assert (likable.compared, likable.disagreement, likable.first_share) == (0, None, None)
    assert likable.abstained == {"skipped": 1}
