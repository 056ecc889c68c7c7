import json
from pathlib import Path

import pytest

from tertulia.console.critics import list_critics, show_critic
from tertulia.console.trying import Trial, try_critic
from tertulia.critics.registry import BUILT_IN
from tertulia.models.errors import Mistake

COLUMNS = "user 1 personas,user 2 personas,Best Generated Conversation\n"
COPIES = '"I have two cats.","I sail on Sundays.","User 1: Hello!\nUser 2: I sail on Sundays.\nUser 1: [laughs] Oh."\n'
CLEAN = '"I have two cats.","I bake.","User 1: Hello!\nUser 2: Good evening.\nUser 1: And to you."\n'


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "talk.csv"
    path.write_text(COLUMNS + COPIES + CLEAN)
    return path


def test_every_built_in_is_listed_with_its_claim(screen) -> None:
    assert list_critics(screen.console, False) == 0
    assert [name in screen.text for name in BUILT_IN] == [True] * len(BUILT_IN)
    assert max(map(len, screen.lines)) <= 80


def test_a_plugin_that_cannot_be_loaded_is_listed_with_its_problem(screen) -> None:
    from tertulia.console.critics import critic_table
    from tertulia.critics.registry import Known

    broken = Known("polite", "a@1:polite", problem="critic 'polite': can't load [x]")
    assert "can't load [x]" in " ".join(screen.draw(critic_table([broken])).split())


@pytest.mark.parametrize("name", sorted(BUILT_IN))
def test_each_critic_has_a_sheet_that_reads_well(screen, name: str) -> None:
    assert show_critic(screen.console, name, False) == 0
    assert f"- {{use: {name}" in screen.text
    assert "Annotated" not in screen.text
    assert "object at" not in screen.text


def test_options_have_type_default_and_meaning(screen, capsys) -> None:
    show_critic(screen.console, "copy-paste", True)
    option = json.loads(capsys.readouterr().out)["options"][0]
    assert (option["name"], option["type"], option["default"]) == ("threshold", "float, > 0, <= 1", 0.8)
    assert option["about"]


def test_findings_stand_beside_the_turn(screen, file: Path) -> None:
    trial = Trial("copy-paste", ["threshold=0.7", "allowed=0"], file, 10)
    assert try_critic(screen.console, trial, False, False) == 0
    line = next(line for line in screen.lines if line.startswith("2 User 2: I sail"))
    assert "copies" in line
    assert "✓ 1 approved · ✗ 1 rejected" in " ".join(screen.text.split())
    assert "[laughs]" in screen.text


def test_only_what_is_not_approved(screen, file: Path) -> None:
    try_critic(screen.console, Trial("copy-paste", ["allowed=0"], file, 10), True, False)
    assert "talk.csv:2" in screen.text
    assert "Good evening." not in screen.text


def test_the_limit_is_kept(screen, file: Path) -> None:
    try_critic(screen.console, Trial("structure", [], file, 1), False, False)
    assert "structure: 1 dialogue" in screen.text


def test_a_corpus_critic_takes_the_file_as_a_round(screen, file: Path, capsys) -> None:
    try_critic(screen.console, Trial("openers", ["share=0.5"], file, 10), False, True)
    assert [row["complete"] for row in json.loads(capsys.readouterr().out)] == [True, True]


@pytest.mark.parametrize(
    ("trial", "said"),
    [
        (("copypaste", []), "did you mean 'copy-paste'"),
        (("copy-paste", ["threshold"]), "--option threshold: write KEY=VALUE"),
        (("copy-paste", ["treshold=1"]), "did you mean 'threshold'"),
        (("judge", []), "name one, such as --model"),
        (("coherence", ["method=judge"]), "name one, such as --model"),
    ],
)
def test_mistakes_come_before_any_work(screen, trial: tuple[str, list[str]], said: str) -> None:
    with pytest.raises(Mistake, match=said):
        try_critic(screen.console, Trial(*trial, Path("nowhere.csv"), 10), False, False)


def test_a_judge_asks_the_model_that_is_named(screen, file: Path) -> None:
    trial = Trial("judge", [], file, 1, model="scripted?function=handmade:no_verdict")
    try_critic(screen.console, trial, False, False)
    assert "1 failed" in screen.text


@pytest.mark.parametrize(("name", "told"), [("nowhere.md", "can't read 'nowhere.md'"), ("os:path", "is no critic")])
def test_what_is_no_critic_has_no_sheet(screen, name: str, told: str) -> None:
    with pytest.raises(Mistake, match=told):
        show_critic(screen.console, name, False)


def test_options_decide_what_a_critic_needs(screen) -> None:
    list_critics(screen.console, False)
    told = " ".join(screen.text.split())
    assert "needs embedder; by option a language model" in told
    assert "needs nothing; by option embedder, nli" in told


def test_types_are_told_in_words(screen) -> None:
    show_critic(screen.console, "coherence", False)
    told = " ".join(screen.text.split())
    assert "embedding | judge" in told
    assert "int, >= 1, or null null How many turns" in told


def test_local_models_are_named_as_in_a_scenario(screen, file: Path) -> None:
    named = ("critics.scorers.embedder=lexical", "critics.scorers.nli=lexical")
    try_critic(screen.console, Trial("persona-consistency", [], file, 10, settings=named), False, False)
    assert "persona-consistency: 2 dialogues · ✓ 2 approved" in screen.text


def test_figures_are_told(screen, file: Path) -> None:
    settings = ("critics.scorers.embedder=lexical",)
    try_critic(screen.console, Trial("coverage", [], file, 1, settings=settings), False, False)
    told = " ".join(screen.text.split())
    assert "User 1: sentences 1, sentences reflected 0 · User 2: sentences 1, sentences reflected 0" in told


@pytest.mark.parametrize(
    ("setting", "said"),
    [
        ("rounds.dialogues=3", "names local models alone, such as --set critics.scorers.nli=FOLDER"),
        ("critics.scorers.nlj=x", "no such key; known: embedder, nli, toxicity"),
        ("critics.scorers.nli=/nowhere/at-all", "needs 'nli': .*name another: --set critics.scorers.nli=FOLDER"),
    ],
)
def test_a_local_model_that_cannot_be_had_is_a_mistake(screen, file: Path, setting: str, said: str) -> None:
    trial = Trial("persona-consistency", ["ask=statements"], file, 10, settings=(setting,))
    with pytest.raises(Mistake, match=said):
        try_critic(screen.console, trial, False, False)


@pytest.mark.parametrize("name", ["novelty", "diversity"])
def test_corpus_critics_are_tried_on_a_round(screen, file: Path, name: str) -> None:
    settings = ("critics.scorers.embedder=lexical",)
    try_critic(screen.console, Trial(name, [], file, 10, settings=settings), False, False)
    assert f"{name}: 2 dialogues · ✓ 2 approved" in screen.text
