import sys
from pathlib import Path

import pytest

from tertulia.models import Kind, Mistake, ModelSpec, Part, Reply, Request, Role, Scripted, Task, Thread, connect
from tertulia.models.scripted import Script


def request(text: str, task: Task = Task.SPEAK, seed: int = 0) -> Request:
    return Request("scripted", "m", (Part(Role.USER, Kind.TURN, text),), seed=seed, task=task)


@pytest.mark.parametrize(
    ("script", "said"),
    [
        ("Hi.", "Hi."),
        (lambda asked: f"{asked.messages[-1]['content']} {asked.seed}", "cats and dogs 7"),
        ({"birds": "no", "cats": "yes", "": "else"}, "yes"),
        ({Task.JUDGE: "no", Task.SPEAK: "by task"}, "by task"),
        (lambda asked: Reply("whole", thought="hm"), "whole"),
    ],
)
async def test_an_answer_follows_from_the_request(script: Script | str, said: str) -> None:
    assert (await Scripted(script).complete(request("cats and dogs", seed=7))).text == said


async def test_errors_are_raised_and_a_missing_answer_is_a_mistake() -> None:
    with pytest.raises(TimeoutError):
        await Scripted(lambda asked: TimeoutError()).complete(request("x"))
    with pytest.raises(Mistake, match="no answer to 'x'; known: 'cats'"):
        await Scripted({"cats": "yes"}).complete(request("x"))


async def test_requests_are_kept_only_if_asked_for() -> None:
    kept, forgotten = Scripted("a"), Scripted("a", record=False)
    for fake in (kept, forgotten):
        await fake.complete(request("x"))
    assert [asked.messages[0]["content"] for asked in kept.requests] == ["x"]
    assert forgotten.requests == []


@pytest.fixture
def importable(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "my_fake_model.py").write_text("def answer(request): return 'from a file'\nnumber = 3\n")
    (tmp_path / "my_broken_model.py").write_text("1 / 0\n")
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.delitem(sys.modules, "my_fake_model", raising=False)


@pytest.mark.usefixtures("importable")
async def test_a_scenario_names_a_function_of_its_own() -> None:
    client = connect(ModelSpec.parse("scripted?function=my_fake_model:answer"))
    completion = await client.create(Thread(Part(Role.USER, Kind.TURN, "Hi.")).messages())
    assert completion.content == "from a file"
    await client.close()


@pytest.mark.usefixtures("importable")
@pytest.mark.parametrize(
    ("path", "said"),
    [
        ("my_fake_model:anser", "has no 'anser'; did you mean 'answer'?"),
        ("my_fake_model:number", "can't be called"),
        ("my_fake_model", "write 'package.module:name'"),
        ("no_such_module_here:f", "there is no module 'no_such_module_here'"),
        ("no_such_package.module:f", "No module named 'no_such_package'"),
        ("my_broken_model:f", "importing 'my_broken_model' fails: ZeroDivisionError"),
    ],
)
def test_a_function_that_cannot_be_found_is_a_mistake(path: str, said: str) -> None:
    with pytest.raises(Mistake, match=said.replace("?", r"\?")):
        connect(ModelSpec.parse(f"scripted?function={path}"))
