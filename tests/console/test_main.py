import subprocess
import sys
from collections.abc import Callable
from shlex import split

import handmade as by
import pytest
import typer

from tertulia.agents import Place
from tertulia.console import main
from tertulia.console.calling import called
from tertulia.corpus import Record
from tertulia.critics import Outcome
from tertulia.models.errors import Mistake, Stopped

COMMANDS = [name.split() for name in (
    "run", "preview", "plan", "review", "show", "replay", "export", "stats", "audit", "doctor", "critics list",
    "critics show", "critics try", "personas list", "personas show", "personas stats", "personas generate",
    "personas expand", "personas assemble", "personas convert", "train sft", "train dpo", "train hypernet",
    "train classifier", "train data", "train knobs", "train export", "evaluate",
)]  # fmt: skip


def typed(*words: str) -> int:
    return main.typed(list(words))


@pytest.mark.parametrize("command", COMMANDS, ids=" ".join)
def test_every_help_has_an_example_of_its_command(command: list[str], capsys) -> None:
    assert typed(*command, "--help") == 0
    out = capsys.readouterr().out
    assert out[out.index("Example") :].splitlines()[1].strip().startswith(f"tertulia {' '.join(command)}")
    assert max(map(len, out.splitlines())) <= 80


CHEAP = [["critics", "list"], ["critics", "show"], ["personas", "list"], ["personas", "show"]]


@pytest.mark.parametrize("command", CHEAP, ids=" ".join)
def test_the_first_example_of_a_help_runs(command: list[str], capsys) -> None:
    assert typed(*command, "--help") == 0
    out = capsys.readouterr().out
    line = out[out.index("Example") :].splitlines()[1]
    assert typed(*split(line)[1:]) == 0
    assert capsys.readouterr().out.strip()


@pytest.mark.parametrize("group", [[], ["critics"], ["personas"]], ids=str)
def test_the_summary_of_no_command_is_cut(group: list[str], capsys) -> None:
    assert typed(*group, "--help") == 0
    assert "..." not in capsys.readouterr().out.partition("Commands:")[2]


def test_help_needs_nothing_heavy() -> None:
    code = (
        "import sys, tertulia.console.main;"
        "print(*[m for m in ('rich', 'pydantic', 'sqlalchemy', 'autogen_core', 'numpy') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.split() == []


def test_version(capsys) -> None:
    assert typed("--version") == 0
    assert capsys.readouterr().out.startswith("tertulia 0.")


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["sow"], "did you mean 'show'?; see `tertulia --help`"),
        (["show"], "missing argument 'RUN'; see `tertulia show --help`"),
        (["show", "nowhere"], "no ledger at nowhere"),
        (["stats", "x", "--bogus"], "no such option: --bogus"),
        (["show", "x", "--outcome", "acepted"], "did you mean 'accepted'?"),
        (["critics", "show", "copypaste"], "did you mean 'copy-paste'?"),
        (["personas", "show", "amara-midwive"], "did you mean 'amara-midwife'?"),
        (["run", "first-meting"], "did you mean 'first-meeting'?"),
    ],
)
def test_a_mistake_is_one_message_and_exit_code_two(words: list[str], said: str, capsys) -> None:
    assert typed(*words) == 2
    error = capsys.readouterr().err
    assert error.startswith("mistake: ")
    assert said in error


@pytest.mark.parametrize("words", [[], ["critics"], ["personas"]], ids=str)
def test_half_a_command_shows_its_help(words: list[str], capsys) -> None:
    assert typed(*words) == 2
    assert "Commands:" in capsys.readouterr().out


def raising(error: BaseException) -> Callable[[], None]:
    def command() -> None:
        raise error

    return command


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (Mistake("x"), 2), (Stopped("x"), 3), (KeyboardInterrupt(), 130), (typer.Abort(), 130),
    ],
)  # fmt: skip
def test_exit_codes(error: BaseException, code: int) -> None:
    assert called(raising(error)) == code


def test_a_command_says_its_own_code() -> None:
    assert [called(lambda code=code: code) for code in (0, 1, None)] == [0, 1, 0]


def test_what_is_no_mistake_of_the_user_keeps_its_traceback() -> None:
    with pytest.raises(ZeroDivisionError):
        called(raising(ZeroDivisionError()))


@pytest.mark.parametrize("how", [[], ["--json"]], ids=str)
def test_a_pipe_that_closes_early_is_no_failure(filled: Callable[..., str], how: list[str]) -> None:
    dialogue = by.a_dialogue(Place(1, 0), *(f"{n} {by.KOREAN * 5}" for n in range(24)))
    run = filled(Record(dialogue, Outcome.ACCEPTED))
    code = "from tertulia.console.main import main; main()"
    words = [sys.executable, "-c", code, "show", run, "1/0", "--prompts", *how]
    with subprocess.Popen(words, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdout.readline()
        process.stdout.close()
        assert process.stderr.read() == b""
    assert process.returncode in (0, 1)


def test_commands_print_where_they_are_called(filled: Callable[..., str], capsys) -> None:
    dialogue = by.a_dialogue(Place(1, 0), "Hello.", by.NASTY)
    run = filled(Record(dialogue, Outcome.ACCEPTED, "", (by.a_review(dialogue, *by.BALLOTS),)))
    for words in (["show", run], ["show", run, "1/0", "--prompts"], ["replay", run], ["stats", run, "--rounds"]):
        assert typed(*words) == 0
        assert capsys.readouterr().out.strip()
    assert typed("audit", run) == 0
    assert typed("export", run, "--format", "parlai", "--include", "rejected") == 0
