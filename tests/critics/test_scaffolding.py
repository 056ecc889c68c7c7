"""What `critics new` writes works as written: its tests pass, and it sits on a panel."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tertulia.critics import create
from tertulia.critics.experts.judge import Judge
from tertulia.critics.scaffolding import Kind, scaffold
from tertulia.models.errors import Mistake

NAMES = ("verdict", "finding", "case", "class", "import", "await", "test", "tertulia", "critic", "good-critic", "field")


def run(*command: str | Path, cwd: Path, **env: str) -> str:
    done = subprocess.run(list(map(str, command)), capture_output=True, text=True, cwd=cwd, env=os.environ | env)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.mark.parametrize("kind", [Kind.CLASS, Kind.AGENT])
def test_a_new_package_passes_its_tests_and_is_found_by_its_name(kind: Kind, tmp_path: Path) -> None:
    first, *_ = scaffold("good-manners", kind, tmp_path)
    package = tmp_path / "tertulia-good-manners"
    assert first == package / "tertulia_good_manners" / "__init__.py"
    assert "passed" in run(sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", cwd=package)
    assert run(sys.executable, "-m", "ruff", "check", ".", cwd=package)
    options = ("--no-deps", "--no-build-isolation", "--no-index", "--disable-pip-version-check", "--quiet")
    run(sys.executable, "-m", "pip", "install", *options, "--target", tmp_path / "site", package, cwd=tmp_path)
    path = ":".join([str(tmp_path / "site"), *filter(None, sys.path)])
    command = ("-c", "from tertulia.console.main import main; main()", "critics", "show", "good-manners", "--json")
    shown = run(sys.executable, *command, cwd=tmp_path, PYTHONPATH=path)
    assert '"origin": "tertulia-good-manners@0.1.0:good-manners"' in shown
    assert '"problem": ""' in shown


@pytest.mark.parametrize("kind", [Kind.CLASS, Kind.AGENT])
def test_packages_of_any_name_pass_their_tests(kind: Kind, tmp_path: Path) -> None:
    for name in NAMES:
        scaffold(name, kind, tmp_path)
    paths = " ".join(str(tmp_path / f"tertulia-{name}") for name in NAMES)
    settings = (
        "-o",
        f"pythonpath={paths}",
        "-o",
        "asyncio_mode=auto",
        "-o",
        "asyncio_default_fixture_loop_scope=function",
    )
    done = run(sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", *settings, tmp_path, cwd=tmp_path)
    assert f"{len(NAMES) * (4 if kind is Kind.CLASS else 2)} passed" in done


def test_a_new_rubric_makes_a_judge(tmp_path: Path) -> None:
    (file,) = scaffold("warmth", Kind.RUBRIC, tmp_path)
    judge = create(str(file))
    assert isinstance(judge, Judge)
    assert judge.rubric.text.startswith("Judge one thing alone")


@pytest.mark.parametrize(("name", "said"), [("Good Manners", "lower-case words"), ("copy-paste", "is built in")])
def test_a_name_that_can_not_be_is_refused(name: str, said: str, tmp_path: Path) -> None:
    with pytest.raises(Mistake, match=said):
        scaffold(name, Kind.CLASS, tmp_path)
    assert not list(tmp_path.iterdir())


def test_nothing_is_overwritten(tmp_path: Path) -> None:
    (file,) = scaffold("warmth", Kind.RUBRIC, tmp_path)
    file.write_text("My own words.")
    with pytest.raises(Mistake, match=r"warmth\.md is there already"):
        scaffold("warmth", Kind.RUBRIC, tmp_path)
    assert file.read_text() == "My own words."
