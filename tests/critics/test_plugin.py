"""A critic in a package of its own, installed with pip, sits on a panel by its name."""

import os
import subprocess
import sys
from pathlib import Path
from textwrap import dedent

import pytest

PROJECT = """
    [build-system]
    requires = ["setuptools"]
    build-backend = "setuptools.build_meta"

    [project]
    name = "tertulia-manners"
    version = "2.1"

    [project.entry-points."tertulia.critics"]
    polite = "tertulia_manners:Polite"
"""
CRITIC = '''
    """Manners."""
    from dataclasses import dataclass
    from tertulia.critics import Critic, Verdict

    @dataclass(frozen=True)
    class Polite(Critic):
        """Somebody says the word."""
        word: str = "please"

        async def review(self, case):
            said = any(self.word in turn.text.lower() for turn in case.turns)
            return Verdict(said, 1.0 if said else 0.0)
'''
USE = """
    import asyncio
    from tertulia.agents import Dialogue, Member, Turn
    from tertulia.critics import Panel, PanelMember
    from tertulia.critics.conformance import check_critic
    from tertulia.critics.registry import create, find
    from tertulia.personas import Persona

    cast = (Member("a", Persona(name="Ann")), Member("b", Persona(name="Bo")))
    panel = Panel([PanelMember(use="polite", options={"word": "thanks"})])
    for text in ("Give me that.", "Many thanks!"):
        review = asyncio.run(panel.review(Dialogue("d", cast, (Turn("a", text), Turn("b", "Well.")))))
        print(find("polite").origin, review.ballots[0].answer.score, review.decision.outcome)
    asyncio.run(check_critic(create("polite")))
"""


def run(*command: str | Path, **env: str) -> str:
    done = subprocess.run(list(map(str, command)), capture_output=True, text=True, env=os.environ | env)
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder that pip has installed the package into."""
    source, target = tmp_path_factory.mktemp("manners"), tmp_path_factory.mktemp("site")
    (source / "tertulia_manners").mkdir()
    (source / "tertulia_manners" / "__init__.py").write_text(dedent(CRITIC))
    (source / "pyproject.toml").write_text(dedent(PROJECT))
    options = ("--no-deps", "--no-build-isolation", "--no-index", "--disable-pip-version-check", "--quiet")
    run(sys.executable, "-m", "pip", "install", *options, "--target", target, source)
    return target


def test_an_installed_package_gives_a_critic_by_name(site: Path) -> None:
    path = ":".join([str(site), *filter(None, sys.path)])
    assert run(sys.executable, "-c", dedent(USE), PYTHONPATH=path).splitlines() == [
        "tertulia-manners@2.1:polite 0.0 rejected",
        "tertulia-manners@2.1:polite 1.0 accepted",
    ]
