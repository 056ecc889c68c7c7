"""A name becomes a critic: built in, plugged in, or given as `module:Class`, with its options checked."""

import sys
from collections.abc import Callable
from pathlib import Path
from textwrap import dedent

import pytest

from tertulia.critics import CorpusCritic, Critic, create, known
from tertulia.critics.experts.copy_paste import CopyPaste
from tertulia.critics.experts.structure import Structure
from tertulia.critics.option import options_of
from tertulia.critics.registry import BUILT_IN, describe, find
from tertulia.models.errors import Mistake

Plug = Callable[..., None]

POLITE = '''
    """Manners."""
    from dataclasses import dataclass
    from typing import Literal
    from tertulia.critics import Critic, Verdict

    @dataclass(frozen=True)
    class Polite(Critic):
        """Everybody is polite.

        More than this is not said in a list.
        """
        word: Literal["please", "thanks"]
        """What has to be said."""
        times: int = 1

        async def review(self, case):
            return Verdict(True, 1.0)

    def strict(times: int = 3):
        return Polite("please", times)

    ready = Polite("thanks")
    nothing = 3
'''


@pytest.fixture
def plug(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Plug:
    """Put a distribution with entry points on the path, as pip leaves it behind."""
    monkeypatch.syspath_prepend(str(tmp_path))
    (tmp_path / "manners.py").write_text(dedent(POLITE))
    monkeypatch.delitem(sys.modules, "manners", raising=False)

    def plug(distribution: str = "manners", version: str = "1.2", **critics: str) -> None:
        info = tmp_path / f"{distribution}-{version}.dist-info"
        info.mkdir()
        (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {distribution}\nVersion: {version}\n")
        lines = "".join(f"{name} = {target}\n" for name, target in critics.items())
        (info / "entry_points.txt").write_text(f"[tertulia.critics]\n{lines}")

    return plug


def test_every_built_in_can_be_made_as_it_is() -> None:
    """But for the one that has to be trained first."""
    for name in BUILT_IN.keys() - {"classifier"}:
        critic = create(name)
        assert isinstance(critic, Critic | CorpusCritic)
        assert find(name).origin.partition("@")[0] == "tertulia"


def test_options_are_the_fields_of_the_class_with_their_strings() -> None:
    assert create("copy-paste", {"threshold": 0.7}) == CopyPaste(threshold=0.7)
    options = {option.name: option for option in options_of(CopyPaste)}
    assert [(o.name, o.type, o.default, o.required) for o in options.values()] == [
        ("threshold", "float", 0.8, False),
        ("allowed", "int", 1, False),
        ("inside", "bool", False, False),
    ]
    assert options["allowed"].about == "How many sentences a speaker may copy."
    assert "chat" not in {option.name for option in options_of(find("judge").load())}


@pytest.mark.parametrize(
    ("use", "options", "text"),
    [
        ("toxcity", {}, "no critic 'toxcity'"),
        ("copy_past", {}, "did you mean 'copy-paste'"),
        (
            "copy-paste",
            {"treshold": 1},
            "no option 'treshold'; did you mean 'threshold'. known: allowed, inside, threshold",
        ),
        ("copy-paste", {"threshold": "high"}, "option 'threshold' should be a valid number.*, not 'high'"),
        ("copy-paste", {"threshold": 2}, "option 'threshold' should be less than or equal to 1, not 2"),
        ("copy-paste", {"threshold": 2, "allowd": 1}, "'threshold' should be .*; no option 'allowd'"),
        ("structure", {"markup": "perhaps"}, "option 'markup' should be a valid boolean"),
        ("judge", {"rubric": "qualty"}, "option 'rubric': no rubric 'qualty'; did you mean 'quality'"),
        ("judge", {"chat": 3}, "no option 'chat'"),
        ("nowhere.md", {}, "option 'rubric': can't read 'nowhere.md': No such file"),
        ("no_such_module:Polite", {}, "can't load 'no_such_module:Polite': No module named 'no_such_module'"),
        ("tertulia.critics.experts.structure:Strcture", {}, "has no attribute 'Strcture'"),
    ],
)
def test_a_mistake_says_where_what_and_the_choices(use: str, options: dict[str, object], text: str) -> None:
    with pytest.raises(Mistake, match=text):
        create(use, options)


def test_a_literal_is_a_class_a_function_or_a_critic_that_is_made(plug: Plug) -> None:
    assert repr(create("manners:Polite", {"word": "please"})) == "Polite(word='please', times=1)"
    assert repr(create("manners:strict", {"times": 2})) == "Polite(word='please', times=2)"
    assert repr(create("manners:ready")) == "Polite(word='thanks', times=1)"
    assert find("manners:ready").origin == "manners:ready"


@pytest.mark.parametrize(
    ("use", "options", "text"),
    [
        ("manners:Polite", {}, "option 'word' is missing"),
        ("manners:Polite", {"word": "hi"}, "option 'word' should be 'please' or 'thanks', not 'hi'"),
        ("manners:ready", {"times": 2}, "no option 'times'; it takes none"),
        ("manners:nothing", {}, "is no critic: it has neither 'review' nor 'review_round'"),
    ],
)
def test_what_is_plugged_in_is_held_to_its_own_options(
    plug: Plug, use: str, options: dict[str, object], text: str
) -> None:
    with pytest.raises(Mistake, match=text):
        create(use, options)


def test_an_entry_point_is_used_by_name_and_listed_with_its_origin(plug: Plug, monkeypatch: pytest.MonkeyPatch) -> None:
    plug(polite="manners:Polite", broken="manners:Nowhere")
    assert find("polite").origin == "manners@1.2:polite"
    assert repr(create("polite", {"word": "thanks"})) == "Polite(word='thanks', times=1)"
    listed = {critic.name: critic for critic in known()}
    assert listed["polite"].claim == "Everybody is polite."
    assert [(o.name, o.required, o.about) for o in listed["polite"].options] == [
        ("word", True, "What has to be said."),
        ("times", False, ""),
    ]
    assert "can't load 'manners:Nowhere'" in listed["broken"].problem
    assert listed["structure"].claim.startswith("The turns are as many as asked for")

    monkeypatch.setenv("TERTULIA_PLUGINS", "0")
    assert "polite" not in {critic.name for critic in known()}
    with pytest.raises(Mistake, match="no critic 'polite'"):
        find("polite")


def test_a_plug_in_may_not_shadow_a_built_in(plug: Plug, monkeypatch: pytest.MonkeyPatch) -> None:
    plug(structure="manners:Polite")
    with pytest.raises(Mistake, match=r"'structure' is built in, and manners@1.2:structure may not shadow it"):
        find("structure")
    assert [critic.problem != "" for critic in known() if critic.name == "structure"] == [True, False]
    monkeypatch.setenv("TERTULIA_PLUGINS", "0")
    assert create("structure") == Structure()


def test_two_plug_ins_with_one_name_are_an_error_that_lists_both(plug: Plug) -> None:
    plug(polite="manners:Polite")
    plug("courtesy", "0.3", polite="courtesy:Polite")
    with pytest.raises(Mistake, match=r"two plug-ins .*'polite': courtesy@0.3:polite, manners@1.2:polite"):
        find("polite")


def test_a_rubric_file_alone_is_a_judge(tmp_path: Path) -> None:
    (tmp_path / "kind.md").write_text("Everybody is kind.\n")
    judge = create("kind.md", base=tmp_path)
    assert repr(judge) == "Judge(rubric=Rubric(name='kind.md'), chat=None)"
    assert create("judge", {"rubric": str(tmp_path / "kind.md")}) != judge
    (tmp_path / "kind.md").write_text(" \n")
    with pytest.raises(Mistake, match=r"option 'rubric': the rubric 'kind\.md' is empty"):
        create("kind.md", base=tmp_path)


def test_the_code_of_a_critic_that_is_made_is_its_module(plug: Plug, tmp_path: Path) -> None:
    first = find("manners:ready").code
    assert first == find("manners:Polite").code != ""
    with (tmp_path / "manners.py").open("a") as file:
        file.write("# changed")
    assert find("manners:ready").code not in ("", first)


def test_a_rubric_file_takes_no_other_rubric(tmp_path: Path) -> None:
    (tmp_path / "kind.md").write_text("Is it kind?")
    assert create("kind.md", base=tmp_path)
    with pytest.raises(
        Mistake, match=r"'kind.md': option 'rubric' is 'kind.md' already; leave it out, or use .*'judge'"
    ):
        create("kind.md", {"rubric": "quality"}, tmp_path)


def test_what_is_described_is_a_critic_that_can_be_had(plug: Plug, tmp_path: Path) -> None:
    (tmp_path / "kind.md").write_text("Is it kind?")
    sheet = describe(find(str(tmp_path / "kind.md")))
    assert not sheet.problem
    assert "rubric" not in {option.name for option in sheet.options}
    assert "can't read" in describe(find(str(tmp_path / "nope.md"))).problem
    assert "is no critic: it has neither" in describe(find("os:path")).problem
    assert "is no critic" in describe(find("pathlib:Path")).problem
    for use in ("manners:Polite", "manners:strict", "manners:ready"):
        assert not describe(find(use)).problem
