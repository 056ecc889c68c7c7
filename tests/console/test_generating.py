"""`tertulia personas generate` end to end: on rehearsal, and against a server that counts."""

import json
import os
import sys
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from random import Random
from signal import SIGKILL
from subprocess import PIPE, Popen
from threading import Event, Thread
from typing import Any

import pytest

from tertulia.console import main
from tertulia.console.desk import replies_of
from tertulia.personas.pool import read_pool

FEW = ("--categories", "food, Preference | Season,wellness", "--embedder", "lexical")
CONSOLE = "from tertulia.console.main import main; main()"
PATIENCE = 60.0
"""Seconds until a test that hangs is given up."""


def typed(*words: str | Path) -> int:
    return main.typed(["personas", "generate", *map(str, words)])


def rows(path: Path) -> list[dict[str, str]]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


@pytest.fixture
def pool(tmp_path: Path) -> Path:
    return tmp_path / "pool.jsonl"


def test_a_pool_is_written_with_what_was_rejected(pool: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert typed(*FEW, "--count", "40", "--output", pool) == 0
    out = capsys.readouterr().out
    assert [line.split()[0] for line in out.splitlines()[:5]] == ["filter", "parse", "entity", "category", "duplicate"]
    assert all(share in out for share in ("93.8 %", "59.2 %", "47.9 %", "21.8 %"))
    assert "40 of 40 sentences on 6 categories" in out
    assert "category: judged by lexical, an embedder; the paper took an NLI model: --nli MODEL\n" in out
    assert "by words alone 8 in 10 right lines pass" in out
    assert f"tertulia personas assemble {pool} --count" in out
    sentences = list(read_pool(pool))
    assert len({sentence.category for sentence in sentences}) == 6
    assert len(sentences) == 40
    rejected = rows(pool.with_suffix(".rejected.jsonl"))
    assert {"parse", "entity"} <= {row["filter"] for row in rejected}
    assert all(row["raw"] and row["category"] and row["reason"] for row in rejected)


def test_the_same_command_again_gives_the_same_bytes_and_asks_for_nothing(pool: Path, capsys) -> None:
    words = (*FEW, "--count", "30", "--output", pool, "--json")
    assert typed(*words) == 0
    first, before = json.loads(capsys.readouterr().out), (pool.read_bytes(), rows(pool.with_suffix(".rejected.jsonl")))
    assert typed(*words, "--concurrency", "1") == 0
    again = json.loads(capsys.readouterr().out)
    assert (again["calls"], again["cached"]) == (0, first["calls"])
    assert (pool.read_bytes(), rows(pool.with_suffix(".rejected.jsonl"))) == before
    assert again["survival"] == first["survival"]
    assert first["kept"] == first["wanted"] == 30
    assert sum(one["wanted"] for one in first["yields"]) == 30


def test_a_spent_budget_stops_and_the_same_command_goes_on(pool: Path, capsys) -> None:
    words = (*FEW, "--count", "20", "--output", pool, "--quiet")
    assert typed(*words, "--tokens", "3000") == 3
    error = capsys.readouterr().err
    assert f"kept in {replies_of(pool)}\n" in error
    assert "stopped: --tokens: " in error
    assert error.count("the same command goes on from there with a higher --tokens") == 1
    assert "budget." not in error
    assert not pool.exists()
    assert typed(*words, "--tokens", "100000", "--json") == 0
    assert json.loads(capsys.readouterr().out)["cached"] > 0


def test_an_output_made_with_other_settings_is_replaced_only_when_asked(pool: Path, capsys) -> None:
    words = (*FEW, "--output", pool, "--quiet")
    assert typed(*words, "--count", "10") == 0
    before = pool.read_bytes()
    assert typed(*words, "--count", "12", "--seed", "5") == 2
    error = capsys.readouterr().err
    assert "made with other settings (seed)" in error
    assert "--output" in error
    assert "--remake" in error
    assert pool.read_bytes() == before
    assert typed(*words, "--count", "12", "--seed", "5", "--remake") == 0
    assert len(rows(pool)) == 12
    assert typed(*words, "--count", "12", "--seed", "5") == 0


def test_another_count_alone_goes_on(pool: Path, capsys) -> None:
    words = (*FEW, "--output", pool, "--json")
    assert typed(*words, "--count", "10") == 0
    first = json.loads(capsys.readouterr().out)
    assert typed(*words, "--count", "30") == 0
    more = json.loads(capsys.readouterr().out)
    assert (len(rows(pool)), more["cached"]) == (30, first["calls"])
    assert typed(*words, "--count", "8", "--tokens", "0") == 0
    assert len(rows(pool)) == 8
    pool.write_text(pool.read_text() + '{"text": "I wrote this by hand."}\n')
    assert typed(*words, "--count", "9") == 2
    assert "was changed since it was written" in capsys.readouterr().err


def test_what_passed_and_was_not_asked_for_is_a_pool_of_its_own(pool: Path, capsys) -> None:
    words = (*FEW, "--output", pool)
    spare = pool.with_suffix(".spare.jsonl")
    assert typed(*words, "--count", "8") == 0
    more = list(read_pool(spare))
    assert f"spare:    {spare} ({len(more)} more that passed)" in capsys.readouterr().out
    assert more
    assert all(sentence.category and sentence.origin == "generated" for sentence in more)
    assert not {sentence.text for sentence in more} & {sentence.text for sentence in read_pool(pool)}
    assert {row["filter"] for row in rows(pool.with_suffix(".rejected.jsonl"))} <= {
        "parse", "entity", "category", "duplicate",
    }  # fmt: skip
    assert typed(*words, "--count", str(8 + len(more)), "--json") == 0
    told = json.loads(capsys.readouterr().out)
    assert spare.exists() == bool(told["spare"])
    assert told["spare_pool"] == (str(spare) if told["spare"] else None)


def test_an_output_of_somebody_else_is_not_replaced(pool: Path, capsys) -> None:
    words = (*FEW, "--count", "10", "--output", pool, "--quiet")
    pool.write_text("mine\n")
    assert typed(*words) == 2
    assert "not made by this command" in capsys.readouterr().err
    assert pool.read_text() == "mine\n"
    assert list(pool.parent.iterdir()) == [pool]
    assert typed(*words, "--remake") == 0
    pool.write_text(pool.read_text() + '{"text": "I wrote this by hand."}\n')
    assert typed(*words) == 2
    assert "was changed since it was written" in capsys.readouterr().err


def test_nothing_of_an_earlier_pool_comes_again(pool: Path, tmp_path: Path) -> None:
    assert typed(*FEW, "--count", "15", "--output", pool, "--quiet") == 0
    more = tmp_path / "more.jsonl"
    assert typed(*FEW, "--count", "15", "--output", more, "--against", pool, "--quiet") == 0
    assert not {row["text"] for row in rows(pool)} & {row["text"] for row in rows(more)}
    assert typed(*FEW, "--count", "2", "--output", tmp_path / "a.jsonl", "--against", "library/everyday", "-q") == 0


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--categories", "foood"], "no category is called 'foood'; did you mean 'food'"),
        (["--output", "pool.csv"], "name it pool.jsonl"),
        (["--output", "suf."], "name it suf.jsonl"),
        (["--model", "openai:foo"], "OPENAI_API_KEY"),
        (["--model", "openai:foo", "--usd", "1"], "limit --tokens instead, or give a --model with a price"),
        (["--nli", "/nope"], "; without --nli the embedder judges"),
        (["--against", "library/everday"], "did you mean 'everyday'"),
        (["--output", "p.jsonl", "--against", "p.jsonl"], "is the output itself"),
        (["--against", "nowhere.jsonl"], "nowhere.jsonl"),
        (["--nli", "lexical"], "can't tell what a sentence is about"),
        (["--model", "gpt4"], "no provider 'gpt4'"),
        (["--taxonomy", "nowhere.yaml"], "nowhere.yaml"),
    ],
)
def test_mistakes_are_told_before_anything_is_made(
    words: list[str], said: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("OPENAI_API_KEY", raising=False)
    assert typed("--embedder", "lexical", *words) == 2
    assert said in capsys.readouterr().err
    assert list(tmp_path.iterdir()) == []


class Server:
    """A chat server on loopback. It answers `answer(body)`, and falls silent at call number `silent`."""

    def __init__(self) -> None:
        self.bodies: list[dict[str, Any]] = []
        self.answer: Callable[[dict[str, Any]], str] = sentences
        self.silent = 10**9
        self.fell_silent, self.over = Event(), Event()
        outer = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                outer.bodies.append(body)
                if len(outer.bodies) == outer.silent:
                    outer.fell_silent.set()
                    outer.over.wait(PATIENCE)
                    return
                message = {"role": "assistant", "content": outer.answer(body)}
                usage = {"prompt_tokens": 11, "completion_tokens": 5, "total_tokens": 16}
                reply = {"id": "1", "choices": [{"index": 0, "message": message, "finish_reason": "stop"}]}
                payload = json.dumps({**reply, "usage": usage}).encode()
                self.send_response(200)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(payload)))
                self.end_headers()
                self.wfile.write(payload)

            def log_message(self, *_: object) -> None:
                """Says nothing."""

        self.http = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.model = f"vllm:fake@http://127.0.0.1:{self.http.server_port}/v1"


def sentences(body: dict[str, Any]) -> str:
    """Of the category that is asked for, others at each seed."""
    key = body["messages"][-1]["content"].rpartition("Entity key: ")[2].splitlines()[0]
    rng = Random(body["seed"])
    words = ["".join(rng.choices("bcdfghklmnprstvz", k=9)) for _ in range(5)]
    return "\n".join(f"My favourite {key} is {key} {word}. ({key}: {key} {word})" for word in words)


@pytest.fixture
def server() -> Iterator[Server]:
    served = Server()
    thread = Thread(target=served.http.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield served
    served.over.set()
    served.http.shutdown()
    served.http.server_close()
    thread.join()


def asked(body: dict[str, Any]) -> str:
    return json.dumps([body["messages"], body["seed"]])


def test_what_was_answered_before_a_kill_is_never_asked_for_again(server: Server, pool: Path, tmp_path: Path) -> None:
    """With one call at a time, all before the last one are committed."""
    words = ["--categories", "food,Preference | Season", "--embedder", "lexical", "--count", "60", "-c", "1"]
    server.silent = 7
    env = {**os.environ, "PYTHONPATH": os.pathsep.join(map(os.path.abspath, sys.path))}
    command = [sys.executable, "-c", CONSOLE, "personas", "generate", *words, "--model", server.model, "-o", str(pool)]
    with Popen(command, stdout=PIPE, stderr=PIPE, env=env) as child:
        assert server.fell_silent.wait(PATIENCE), child.communicate()
        child.kill()
        assert child.wait() == -SIGKILL
    assert not pool.exists()
    killed, server.silent = [asked(body) for body in server.bodies], 10**9
    assert typed(*words, "--model", server.model, "-o", pool, "--quiet") == 0
    later = [asked(body) for body in server.bodies[len(killed) :]]
    assert len(killed) == len(set(killed)) == 7
    assert set(killed) & set(later) == {killed[-1]}
    undisturbed = tmp_path / "undisturbed.jsonl"
    assert typed(*words, "--model", server.model, "-o", undisturbed, "--quiet") == 0
    assert undisturbed.read_bytes() == pool.read_bytes()
    assert len(rows(pool)) == 60


def test_what_can_not_be_reached_is_told(server: Server, pool: Path, capsys) -> None:
    server.answer = lambda body: "1. My favourite food is pizza. (food: pizza)"
    words = ("--categories", "food", "--embedder", "lexical", "--count", "10", "--model", server.model, "-o", pool)
    assert typed(*words) == 0
    out = " ".join(capsys.readouterr().out.split())
    assert "gave 1 of 10 in" in out
    assert "gave nothing new" in out
    assert "1 of 10 sentences on 1 category" in out


def test_an_empty_pool_is_exit_code_one(server: Server, pool: Path) -> None:
    server.answer = lambda body: "I can't help with that."
    words = ("--categories", "food", "--embedder", "lexical", "--count", "3", "--model", server.model, "-o", pool)
    assert typed(*words, "--quiet") == 1
    assert pool.read_bytes() == b""
    assert {row["filter"] for row in rows(pool.with_suffix(".rejected.jsonl"))} == {"parse"}


def test_two_outputs_of_one_stem_have_their_own_replies(tmp_path: Path) -> None:
    assert replies_of(tmp_path / "people.jsonl") != replies_of(tmp_path / "people.yaml")
