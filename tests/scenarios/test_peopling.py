"""People who are made for a run: whatever happens, they are the same, and no reply is asked for twice."""

import os
import sqlite3
import sys
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from signal import SIGKILL
from subprocess import PIPE, Popen

import pytest
from fakes import asked, exported, loaded
from scribe import MAKING

from tertulia.console.auditing import audited
from tertulia.console.gathering import gathering_line
from tertulia.console.main import typed
from tertulia.corpus.corpus import Corpus
from tertulia.corpus.ledger import Ledger
from tertulia.corpus.opening import FILE
from tertulia.models.errors import Mistake, Stopped
from tertulia.models.request import Task
from tertulia.personas import Persona, read_personas, write_personas
from tertulia.scenarios.event import Peopled
from tertulia.scenarios.fingerprint import making
from tertulia.scenarios.loading import load
from tertulia.scenarios.planning import plan
from tertulia.scenarios.quota import usual_quota
from tertulia.scenarios.simulation import simulate

ORDER = "{count: 12, sentences: 60, embedder: lexical}"
GUILD = f"""
name: guild
seed: 5
model: "scripted?function=scribe:write"
cast: {{personas: {{generate: {ORDER}}}}}
stage: {{turns: {{min: 2, max: 4}}}}
critics: {{panel: [structure]}}
rounds: {{dialogues: 6}}
concurrency: 4
"""
CONSOLE = "from tertulia.console.main import main; main()"


def guild(folder: Path, text: str = GUILD) -> Path:
    path = folder / "guild.yaml"
    path.write_text(text)
    return path


async def run(source: Path, output: Path, *overrides: str, **options: object) -> bytes:
    """The corpus as the provenance export has it."""
    with await simulate(loaded(source, overrides), output=output, **options) as corpus:  # type: ignore[arg-type]
        return exported(corpus, output)


def made(output: Path) -> list[Persona]:
    return list(read_personas(output / "personas.yaml"))


def committed(output: Path) -> set[str]:
    """The keys of all replies in the ledger."""
    with closing(sqlite3.connect(output / FILE)) as connection:
        return {key for (key,) in connection.execute("SELECT lower(hex(key)) FROM replies")}


def profile_calls() -> int:
    return sum(request.task in MAKING for request in asked)


async def test_they_are_made_cast_and_written_down(tmp_path: Path) -> None:
    heard: list[object] = []
    with await simulate(loaded(guild(tmp_path), ()), heard.append, output=tmp_path / "out") as corpus:
        people = made(tmp_path / "out")
        ids = {member.persona.id for record in corpus.records(None) for member in record.dialogue.cast}
        assert ids <= {persona.id for persona in people}
        assert audited(corpus.ledger).found == 0
    found = [event for event in heard if isinstance(event, Peopled)]
    assert len(found) == 1, found
    (peopled,) = found
    assert (peopled.built, peopled.wanted, peopled.sentences, peopled.scorer) == (12, 12, 60, "lexical")
    assert len({persona.id for persona in people}) == 12
    for persona in people:
        assert persona.cleared_by == "lexical, threshold 0.9"
        assert {sentence.origin for sentence in persona.profile} == {"generated"}
        assert len(persona.profile) == 5


async def test_a_run_on_them_does_not_depend_on_concurrency(tmp_path: Path) -> None:
    source = guild(tmp_path)
    one, many = tmp_path / "one", tmp_path / "many"
    assert await run(source, one, "concurrency=1") == await run(source, many, "concurrency=32")
    assert (one / "personas.yaml").read_bytes() == (many / "personas.yaml").read_bytes()


def child(source: Path, output: Path, log: Path, tell: int) -> "Popen[str]":
    """`tertulia run`, whose model tells of the call of number `tell`, and soon after that answers no more."""
    paths = [str(Path(__file__).parent), *(os.path.abspath(path) for path in sys.path)]
    fake = {"FAKE_LOG": str(log), "FAKE_TELL": str(tell), "FAKE_HALT": str(tell + 4)}
    env = {**os.environ, **fake, "PYTHONPATH": os.pathsep.join(paths)}
    command = [sys.executable, "-c", CONSOLE, "run", str(source), "--output", str(output)]
    return Popen(command, stdout=PIPE, stderr=PIPE, env=env, text=True)


async def test_killed_while_they_are_made_it_asks_for_no_committed_reply_again(tmp_path: Path) -> None:
    source, output, log = guild(tmp_path), tmp_path / "killed", tmp_path / "log"
    undisturbed = await run(source, tmp_path / "undisturbed")
    process = child(source, output, log, tell=12)
    assert process.stdout
    assert any(line == "told\n" for line in process.stdout), process.communicate()
    with Ledger.open(output, write=False) as ledger:
        while ledger.spent().calls < 8:
            assert process.poll() is None, process.communicate()
    process.kill()
    process.communicate()
    assert process.returncode == -SIGKILL
    kept = committed(output)
    assert len(kept) >= 8
    assert not (output / "personas.yaml").exists()
    asked.clear()
    assert await run(source, output) == undisturbed
    assert kept.isdisjoint(request.key for request in asked)
    assert profile_calls() > 0


async def test_again_they_are_read_back_and_a_file_that_was_changed_is_not_written_over(tmp_path: Path) -> None:
    source, output, heard = guild(tmp_path), tmp_path / "out", list[object]()
    undisturbed = await run(source, output)
    file, people = output / "personas.yaml", made(output)
    assert await run(source, output, on_event=heard.append) == undisturbed
    assert not any(isinstance(event, Peopled) for event in heard)
    write_personas(people[:3], file)
    asked.clear()
    with pytest.raises(Mistake, match=r"personas\.yaml is not as this run wrote it: move it away"):
        await run(source, output)
    assert made(output) == people[:3]
    file.rename(tmp_path / "mine.yaml")
    heard.clear()
    assert await run(source, output, on_event=heard.append) == undisturbed
    assert made(output) == people
    assert sum(isinstance(event, Peopled) for event in heard) == 1
    assert asked == []


async def test_what_they_are_made_from_is_what_dialogues_are_made_from(tmp_path: Path) -> None:
    source, output = guild(tmp_path), tmp_path / "out"
    await run(source, output)
    with pytest.raises(Mistake, match=r"changed: cast\.personas\.generate\.sentences\. .*--remake"):
        await run(source, output, "cast.personas.generate.sentences=70")
    before = made(output)
    await run(source, output, "cast.personas.generate.sentences=70", remake=True)
    assert made(output) != before


@pytest.mark.parametrize(
    "change",
    [
        "cast.personas.generate.count=13",
        "cast.personas.generate.builder=profile",
        "cast.personas.generate.threshold=0.8",
        "cast.personas.generate.quota={wellness: 2}",
        "models={personas: rehearsal}",
    ],
)
def test_a_change_of_the_order_is_a_change_of_the_making(tmp_path: Path, change: str) -> None:
    source = guild(tmp_path)
    assert making(loaded(source, (change,))) != making(loaded(source, ()))


def test_how_many_work_on_them_is_no_change(tmp_path: Path) -> None:
    source = guild(tmp_path)
    assert making(loaded(source, ("concurrency=1",))) == making(loaded(source, ()))


def test_an_embedder_by_whichever_name_is_no_change_and_another_is(tmp_path: Path) -> None:
    from tertulia.models.local.connecting import embedder_meant

    source, key = guild(tmp_path), "cast.personas.generate.embedder"
    meant = embedder_meant("auto")
    assert making(loaded(source, (f"{key}=auto",))) == making(loaded(source, (f"{key}={meant}",)))
    assert making(loaded(source, (f"{key}=some/other",))) != making(loaded(source, ()))


async def test_a_budget_that_ends_while_they_are_made_stops_the_run_and_more_of_it_goes_on(tmp_path: Path) -> None:
    source, output = guild(tmp_path), tmp_path / "out"
    undisturbed = await run(source, tmp_path / "undisturbed")
    with pytest.raises(Stopped):
        await run(source, output, "budget={tokens: 2000}", "concurrency=1")
    assert not (output / "personas.yaml").exists()
    kept = committed(output)
    assert kept
    asked.clear()
    assert await run(source, output) == undisturbed
    assert kept.isdisjoint(request.key for request in asked)


def test_a_budget_that_ends_while_they_are_made_is_exit_code_3(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    words = ["--output", str(tmp_path / "out"), "--set", "budget={tokens: 2000}"]
    assert typed(["run", str(guild(tmp_path)), *words]) == 3
    assert "the same command goes on from there" in capsys.readouterr().err


async def test_a_plan_counts_them_until_they_are_there(tmp_path: Path) -> None:
    source = guild(tmp_path)
    price = "models={default: 'scripted?function=scribe:write', personas: 'openai:gpt-4o-mini'}"
    row = next(row for row in plan(loaded(source, ("model=null", price)), tmp_path / "out").calls)
    assert (row.task, row.model, row.least, row.most) == (Task.PROFILE, "openai:gpt-4o-mini", 12, 56)
    assert row.usd
    assert 0 < row.usd[0] < (row.usd[1] or 0)
    await run(source, tmp_path / "out")
    assert {row.task for row in plan(loaded(source, ()), tmp_path / "out").calls} == {Task.SPEAK}
    tasks = {row.task for row in plan(loaded(source, ("cast.personas.generate.builder=profile",))).calls}
    assert tasks == {Task.PROFILE, Task.NEGATE, Task.SPEAK}


def test_a_preview_makes_them_and_the_run_goes_on_from_there(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    source, output = guild(tmp_path), tmp_path / "out"
    assert typed(["preview", str(source), "--output", str(output)]) == 0
    assert made(output)[0].name in {persona.name for persona in made(output)}
    asked.clear()
    assert typed(["run", str(source), "--output", str(output), "--quiet"]) == 0
    assert profile_calls() == 0


SEATS = """
name: desk
seed: 5
models: {default: "scripted?function=scribe:write", personas: rehearsal}
cast:
  seats:
    - {id: host, personas: host.yaml}
    - {id: guest, personas: {generate: {count: 4, sentences: 30, embedder: lexical}}}
    - {id: sceptic, personas: {generate: {count: 3, sentences: 20, categories: [wellness, psychographic],
                               builder: profile, embedder: lexical}}}
stage: {turns: {min: 3, max: 6}}
critics: {panel: [structure]}
rounds: {dialogues: 4}
"""


async def test_each_seat_may_have_its_own_order_or_a_file(tmp_path: Path) -> None:
    (tmp_path / "host.yaml").write_text("- {id: hal, name: Hal, profile: [I keep bees.]}\n")
    source, output = guild(tmp_path, SEATS), tmp_path / "out"
    asked.clear()
    with await simulate(load(source), output=output) as corpus:
        casts = [record.dialogue.cast for record in corpus.records(None)]
        tasks = {sent.request.task for sent in corpus.ledger.all_requests()}
    assert tasks == {Task.PROFILE, Task.NEGATE, Task.SPEAK}
    assert profile_calls() == 0, "`models.personas` makes them"
    guests, sceptics = made(output), list(read_personas(output / "personas-2.yaml"))
    assert (len(guests), len(sceptics)) == (4, 3)
    for host, guest, sceptic in casts:
        assert host.name == "Hal"
        assert guest.persona.id in {persona.id for persona in guests}
        assert sceptic.persona.id in {persona.id for persona in sceptics}
    again = await run(source, output)
    assert again == await run(source, tmp_path / "other")


OWN = """
families: [fantasy]
categories:
  - path: Magic | Spell
    key: magic spell
    family: fantasy
    gloss: a spell that one can cast
    examples: [fire ball, invisibility, healing, rain, flying, sleep]
    sentences:
      - I can cast a [fire ball] over three rooftops.
      - I learned [invisibility] from a travelling witch.
      - My best spell is [healing], and the village knows it.
      - "[Rain] is the only thing that I can conjure up."
      - I tried [flying] once and landed in a pond.
"""
SAYS = "extraversion: {high: [I sing in lifts.], low: ['I take the stairs, nobody talks there.']}\n"
MAGIC = """
name: magic
cast:
  taxonomy: mine.yaml
  personas:
    generate: {count: 5, sentences: 30, categories: [fantasy, animal, wellness], embedder: lexical,
               quota: {fantasy: 1, psychographic: 1}}
  pairing: {kind: shared-interest, more_than: 1, embedder: lexical}
  personality: {trait: extraversion, statements: says.yaml}
rounds: {dialogues: 2}
"""


async def test_a_taxonomy_and_statements_of_ones_own_from_one_file_in_an_empty_folder(tmp_path: Path) -> None:
    for name, text in {"mine.yaml": OWN, "says.yaml": SAYS}.items():
        (tmp_path / name).write_text(text)
    source, output = guild(tmp_path, MAGIC), tmp_path / "out"
    with await simulate(load(source), output=output) as corpus:
        members = [member.persona for record in corpus.records(None) for member in record.dialogue.cast]
        told = "\n".join(part.text for sent in corpus.ledger.all_requests() for part in sent.request.parts)
    for persona in made(output):
        assert sum(sentence.category == "Magic | Spell" for sentence in persona.profile) == 1
        assert len(persona.profile) == 2
    said = {statement.text for persona in members for statement in persona.statements}
    assert said <= {"I sing in lifts.", "I take the stairs, nobody talks there."}
    assert said
    assert any(text in told for text in said)
    (tmp_path / "mine.yaml").write_text(OWN.replace("pond", "lake"))
    with pytest.raises(Mistake, match="the content of a persona file"):
        await simulate(load(source), output=output)


def test_the_usual_quota_is_the_papers_or_five_of_what_there_is() -> None:
    shipped = ["demographic"] * 9 + ["psychographic"] * 9 + ["wellness"] * 4
    assert usual_quota(shipped) == {"demographic": 2, "psychographic": 2, "wellness": 1}
    assert usual_quota([*shipped, "fantasy"]) == usual_quota(shipped)
    assert usual_quota(["fantasy"] * 9) == {"fantasy": 5}
    assert usual_quota(["fantasy", "space", *["fantasy"] * 3]) == {"fantasy": 4, "space": 1}
    assert usual_quota(["demographic"] * 9 + ["wellness"] * 4) == {"demographic": 3, "wellness": 2}
    assert usual_quota(["wellness"] * 4) == {"wellness": 4}
    assert usual_quota(["demographic", *shipped[9:]]) == {"demographic": 1, "psychographic": 2, "wellness": 2}
    assert usual_quota(map(str, range(7))) == dict.fromkeys(map(str, range(7)), 1)
    assert usual_quota(["demographic"]) == {"demographic": 1}


async def test_one_family_alone_makes_whole_people_and_few_sentences_are_told(tmp_path: Path) -> None:
    order = "{count: 4, sentences: 30, categories: [wellness], embedder: lexical}"
    source, heard = guild(tmp_path, GUILD.replace(ORDER, order)), list[object]()
    with await simulate(loaded(source, ()), heard.append, output=tmp_path / "out"):
        people = made(tmp_path / "out")
    assert [len({sentence.category for sentence in persona.profile}) for persona in people] == [4] * 4
    (peopled,) = (event for event in heard if isinstance(event, Peopled))
    assert peopled.scored > 0
    assert gathering_line(peopled).startswith("made 4 personas of 4 sentences each from 30 sentences; ")
    assert gathering_line(replace(peopled, size=5)).startswith("made 4 personas from 30 sentences; ")


WRONG = {
    "{count: 1}": "must be 2 or more",
    "{sentence: 3}": "did you mean 'sentences'?",
    "{quota: {wellness: 0}}": "must be 1 or more",
    "{quota: {demografic: 2}}": "no family 'demografic'; did you mean 'demographic'?",
    "{quota: {wellness: 5}}": "5 sentences of 4 categories",
    "{categories: [wellnes]}": "'wellnes'",
    "{categories: [wellness], quota: {demographic: 2}}": "2 sentences of 0 categories",
    "{builder: profile, quota: {wellness: 1}}": "says nothing with the builder 'profile'",
    "{builder: profile, sentences: 4}": "4 can't make one persona of 5",
    "{sentences: 2, quota: {wellness: 3}}": "2 can't make one persona of 3",
    "{sentences: 4}": "4 can't make one persona of 5",
    "{quota: {wellness: 1}}": "quota: a profile of 1 sentence says too little",
    "{categories: [age]}": "categories: a profile of 1 sentence says too little",
}


@pytest.mark.parametrize(("order", "what"), WRONG.items())
def test_an_order_that_cant_be_filled_is_told_with_its_line(tmp_path: Path, order: str, what: str) -> None:
    source = guild(tmp_path, f"name: x\ncast:\n  personas:\n    generate: {order}\n")
    with pytest.raises(Mistake) as wrong:
        load(source)
    (line,) = str(wrong.value).splitlines()
    assert f"{source}:4: cast.personas.generate" in line
    assert what in line


def test_a_taxonomy_that_is_not_there_or_wrong_is_told_with_its_line(tmp_path: Path) -> None:
    source = guild(tmp_path, "name: x\ncast:\n  taxonomy: mine.yaml\n  personas: {generate: {count: 3}}\n")
    with pytest.raises(Mistake, match=r"guild\.yaml:3: cast\.taxonomy: no file 'mine\.yaml'"):
        load(source)
    (tmp_path / "mine.yaml").write_text("categories:\n  - {path: A, key: b, family: wild}\n")
    with pytest.raises(Mistake, match=r"guild\.yaml:3: cast\.taxonomy: .*mine\.yaml:2: .*'wild'"):
        load(source)


async def test_a_model_that_writes_nothing_of_use_is_told(tmp_path: Path) -> None:
    source = guild(tmp_path)
    with pytest.raises(Mistake, match=r"cast\.personas: no sentence passed the filters \(.*parse: \d+"):
        await run(source, tmp_path / "out", "models={personas: 'scripted?function=fakes:odd'}")
    with Corpus.open(tmp_path / "out") as corpus:
        assert len(corpus) == 0


async def test_lexical_may_be_named_and_is_what_there_is_without_a_model(tmp_path: Path) -> None:
    source = guild(tmp_path)
    await run(source, tmp_path / "unnamed")
    await run(source, tmp_path / "named", "cast.personas.generate.nli=lexical")
    assert made(tmp_path / "named") == made(tmp_path / "unnamed")
    assert {persona.cleared_by for persona in made(tmp_path / "named")} == {"lexical, threshold 0.9"}
