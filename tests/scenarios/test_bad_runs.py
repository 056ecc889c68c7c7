"""What goes wrong around a run ends it with a message that helps; what was committed is kept, and the run goes on."""

import asyncio
import json
import os
import socket
import sqlite3
import subprocess
import sys
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web
from fakes import asked, cafe, loaded, made

import tertulia.corpus.opening as opening
from tertulia.console.main import typed
from tertulia.corpus.corpus import Corpus
from tertulia.corpus.formats import export
from tertulia.corpus.opening import FILE
from tertulia.models.errors import BudgetSpent, Mistake, ServerDown, StorageFailed
from tertulia.scenarios.scenario import Scenario
from tertulia.scenarios.simulation import simulate

SMALL = ("rounds.count=1", "rounds.dialogues=6", "concurrency=3")


def replies(output: Path) -> int:
    with Corpus.open(output) as corpus:
        return corpus.ledger.spent().calls


class Server:
    """Answers from the request's seed; after `patience` answers it hangs up without a word."""

    def __init__(self) -> None:
        self.url = ""
        self.patience = 10**9
        self.answered: list[str] = []

    async def handle(self, request: web.Request) -> web.Response:
        body = await request.json()
        if len(self.answered) >= self.patience:
            assert request.transport
            request.transport.close()
        self.answered.append(json.dumps(body, sort_keys=True))
        said = {"role": "assistant", "content": f"Number {body['seed']} is drawn."}
        usage = {"prompt_tokens": 40, "completion_tokens": 8}
        return web.json_response({"choices": [{"message": said, "finish_reason": "stop"}], "usage": usage})


@pytest.fixture
async def server() -> AsyncIterator[Server]:
    served, app = Server(), web.Application()
    app.router.add_post("/v1/chat/completions", served.handle)
    runner = web.AppRunner(app, shutdown_timeout=0)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    served.url = f"http://127.0.0.1:{runner.addresses[0][1]}/v1"
    yield served
    await runner.cleanup()


async def test_a_server_that_goes_away_stops_the_run_and_nothing_is_asked_twice(tmp_path: Path, server: Server) -> None:
    shape = (*SMALL, f'model="vllm:m@{server.url}?retries=0"', "critics={panel: []}")
    server.patience = 17
    with pytest.raises(ServerDown, match=r"vllm:m@http://127.*run the same command again"):
        await made(cafe(tmp_path), tmp_path / "out", *shape)
    kept = server.answered[:17]
    assert 17 - 3 <= replies(tmp_path / "out") <= 17
    server.patience, server.answered = 10**9, []
    resumed = await made(cafe(tmp_path), tmp_path / "out", *shape)
    again = [body for body in kept if body in server.answered]
    assert len(again) <= 3, "only what was in flight may be asked again"
    assert resumed == await made(cafe(tmp_path), tmp_path / "undisturbed", *shape)


def test_nobody_at_the_address_is_exit_code_3_with_the_address_and_the_next_step(tmp_path: Path) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        address = f"http://127.0.0.1:{free.getsockname()[1]}/v1"
    command = [sys.executable, "-c", "from tertulia.console.main import main; main()", "run", "first-meeting"]
    options = ["--model", f"ollama:llama3.1@{address}?retries=1", "--output", str(tmp_path / "out")]
    env = {**os.environ, "PYTHONPATH": os.pathsep.join(os.path.abspath(path) for path in sys.path)}
    done = subprocess.run([*command, *options], capture_output=True, text=True, env=env, timeout=60)
    assert done.returncode == 3, done.stderr
    assert address in done.stderr
    assert "run the same command again" in done.stderr
    assert "Traceback" not in done.stderr
    assert replies(tmp_path / "out") == 0


async def test_a_full_disk_stops_the_run_and_it_goes_on_when_there_is_room(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = opening._sqlite

    def small(path: Path, write: bool) -> sqlite3.Connection:
        connection = real(path, write)
        connection.execute("PRAGMA max_page_count=70").close()
        return connection

    source, output = cafe(tmp_path), tmp_path / "out"
    with monkeypatch.context() as patch:
        patch.setattr(opening, "_sqlite", small)
        for _ in range(2):
            with pytest.raises(StorageFailed, match=r"ledger\.sqlite fails \(.*full\): .*then run the same command"):
                await made(source, output)
    assert replies(output) > 20
    asked.clear()
    assert await made(source, output) == await made(source, tmp_path / "undisturbed")


async def test_a_ledger_of_a_newer_version_is_left_alone(tmp_path: Path) -> None:
    source, output = cafe(tmp_path), tmp_path / "out"
    await made(source, output, *SMALL)
    with sqlite3.connect(output / FILE) as connection:
        connection.execute("UPDATE schema_version SET version = 99")
    connection.close()
    before = (output / FILE).read_bytes()
    with pytest.raises(Mistake, match=r"ledger version 99; .*upgrade it"):
        await made(source, output, *SMALL)
    assert (output / FILE).read_bytes() == before


async def test_money_is_not_limited_where_a_price_is_unknown(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "sk-none")
    with pytest.raises(Mistake, match=r"budget\.usd: no price is known for 'openai:never-heard-of-it'"):
        loaded(cafe(tmp_path), (*SMALL, "model=openai:never-heard-of-it", "budget.usd=1"))
    scenario = Scenario.model_validate({"name": "x", "model": "openai:never-heard-of-it", "budget": {"usd": 1}})
    with pytest.raises(Mistake, match=r"budget\.usd is set, but the price of 'openai:never-heard-of-it' is unknown"):
        await simulate(scenario, output=tmp_path / "out")
    assert replies(tmp_path / "out") == 0


async def test_a_budget_holds_over_resumes_and_a_higher_one_ends_with_the_same_corpus(tmp_path: Path) -> None:
    source, output = cafe(tmp_path), tmp_path / "out"
    unlimited = await made(source, tmp_path / "unlimited")
    with Corpus.open(tmp_path / "unlimited") as corpus:
        total = corpus.ledger.spent().tokens
    for share in (0.2, 0.2, 0.5):
        with pytest.raises(BudgetSpent, match=r"raise budget\.tokens and run the same command again"):
            await made(source, output, f"budget.tokens={int(total * share)}")
        with Corpus.open(output) as corpus:
            assert 0.5 * share * total < corpus.ledger.spent().tokens <= share * total
    assert await made(source, output, f"budget.tokens={2 * total}") == unlimited


def test_a_spent_budget_is_exit_code_3(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    command = ["run", str(cafe(tmp_path)), "--output", str(tmp_path / "out"), "--set", "budget.tokens=9000"]
    assert typed(command) == 3
    told = capsys.readouterr().err
    assert "stopped: budget.tokens" in told
    assert f"is kept in {tmp_path / 'out'}" in told


async def test_an_unreadable_persona_file_is_a_mistake_before_anything_is_written(tmp_path: Path) -> None:
    (tmp_path / "people.yaml").write_bytes(b"\xff\xfe- name: \x00Ann")
    with pytest.raises(Mistake, match=r"people\.yaml"):
        await made(cafe(tmp_path), tmp_path / "out", "cast.personas=people.yaml")
    assert not (tmp_path / "out").exists()


ODD = 'model="scripted?function=fakes:odd"'


async def odd(tmp_path: Path) -> Path:
    """A run whose models answer with markup, control characters and half a character."""
    await made(cafe(tmp_path), tmp_path / "out", *SMALL, ODD, "critics={panel: []}", "stage.setting='[red]A bar[/'")
    return tmp_path / "out"


async def test_markup_and_control_characters_survive_to_the_exports(tmp_path: Path) -> None:
    output = await odd(tmp_path)
    with Corpus.open(output) as corpus:
        told = [turn.text for dialogue in corpus for turn in dialogue.turns]
        assert all("[bold red]Number[/] " in text and "\x1b[31m 안녕 🙂 \ud83d \u202e [/nope]" in text for text in told)
        for format in ("provenance", "messages", "sharegpt"):
            path = export(corpus.records(None), corpus.info, format, output / f"{format}.jsonl").path
            held = [text for line in path.read_text().splitlines() for text in strings(json.loads(line))]
            assert set(told) <= set(held)


def strings(value: Any) -> list[str]:
    if isinstance(value, dict | list):
        return [text for inner in (value.values() if isinstance(value, dict) else value) for text in strings(inner)]
    return [value] if isinstance(value, str) else []


@pytest.mark.parametrize(
    "command", [["show"], ["show", "1/0", "--prompts"], ["replay"], ["stats"], ["audit"]], ids=" ".join
)
def test_markup_reads_as_text_and_control_characters_do_not_reach_the_screen(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], command: list[str]
) -> None:
    output = asyncio.run(odd(tmp_path))
    capsys.readouterr()
    assert typed([command[0], str(output), *command[1:]]) == 0
    shown = capsys.readouterr().out
    assert not {"\x00", "\x07", "\x1b", "\u202e", "\ud83d"} & set(shown)
    if command[0] in ("show", "replay") and command != ["show"]:
        assert "[bold red]Number[/]" in shown


def test_a_run_with_markup_prints_plain_lines(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    settings = [*SMALL, ODD, "critics={panel: []}", "description='[/] and [bold] things'"]
    options = [word for setting in settings for word in ("--set", setting)]
    assert typed(["run", str(cafe(tmp_path)), "--output", str(tmp_path / "out"), *options]) == 0
    out = capsys.readouterr().out
    assert "round 1 closed: 6 of 6 accepted" in out
    assert "\x1b" not in out
    assert typed(["run", str(cafe(tmp_path)), "--output", str(tmp_path / "out"), *options, "--json"]) == 0
    summary = json.loads(capsys.readouterr().out)
    assert (summary["accepted"], summary["calls"]) == (6, 0)


async def test_a_model_that_fails_unexpectedly_raises_what_it_raised(tmp_path: Path) -> None:
    """A bug is no outcome of a dialogue: it ends the run, and what was committed is kept."""
    asked.clear()
    with pytest.raises(ZeroDivisionError, match="seventh"):
        await simulate(loaded(cafe(tmp_path, "buggy"), SMALL), output=tmp_path / "out")
    assert replies(tmp_path / "out") >= 1
