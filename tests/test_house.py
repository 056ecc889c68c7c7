"""Does the house hold: the import law, the fences, light rooms, and exports that are there?"""

import ast
import subprocess
import sys
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
ROOMS = ("models", "personas", "agents", "critics", "corpus", "scenarios", "training", "console")
"""Each may import itself and the rooms to its left."""

FENCES = {
    "autogen_agentchat": {"agents", "critics"},
    "openai": {"models"},
    "sqlalchemy": {"corpus"},
    "rich": {"console"},
    "typer": {"console"},
}
BUILT = [room for room in ROOMS if (ROOT / room / "__init__.py").exists()]


def files() -> Iterator[tuple[str, Path]]:
    for room in BUILT:
        for path in sorted((ROOT / room).rglob("*.py")):
            yield room, path


def imports(path: Path) -> Iterator[tuple[int, str]]:
    """(line, absolute module) of every import in a file, wherever it stands; own modules begin with `tertulia`."""
    package = ("tertulia", *path.relative_to(ROOT).parent.parts)
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from ((node.lineno, alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = package[: len(package) - node.level + 1] if node.level else ()
            module = ".".join([*base, *filter(None, [node.module])])
            yield from ((node.lineno, f"{module}.{alias.name}") for alias in node.names)


def test_a_room_imports_only_rooms_to_its_left() -> None:
    wrong = []
    for room, path in files():
        for line, module in imports(path):
            parts = module.split(".")
            if parts[0] == "tertulia" and parts[1] in ROOMS and ROOMS.index(parts[1]) > ROOMS.index(room):
                wrong.append(f"{path.relative_to(ROOT)}:{line} imports {module}")
    assert not wrong


def test_libraries_stay_behind_their_fences() -> None:
    wrong = []
    for room, path in files():
        for line, module in imports(path):
            if room not in FENCES.get(module.split(".")[0], {room}):
                wrong.append(f"{path.relative_to(ROOT)}:{line} imports {module}")
    assert not wrong


def test_nobody_imports_a_room_as_if_it_were_a_package_of_its_own() -> None:
    wrong = [f"{path}:{line}" for _, path in files() for line, name in imports(path) if name.split(".")[0] in ROOMS]
    assert not wrong


@pytest.mark.parametrize("room", BUILT)
def test_a_room_is_light_to_import(room: str) -> None:
    code = f"import sys, tertulia.{room}; print(*[m for m in ('torch', 'transformers', 'openai') if m in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.split() == []


@pytest.mark.parametrize("room", BUILT)
def test_what_a_room_exports_is_there_and_sorted(room: str) -> None:
    module = import_module(f"tertulia.{room}")
    exported = getattr(module, "__all__", [])
    assert [name for name in exported if not hasattr(module, name)] == []
    assert len(set(exported)) == len(exported)


def test_no_text_of_the_project_is_missing_from_the_wheel() -> None:
    """Data files lie where `package-data` looks for them."""
    import tomllib

    settings = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["setuptools"]
    packages = {name.removeprefix("tertulia").lstrip(".") for name in settings["packages"]}
    held = {str(path.parent.relative_to(ROOT)) for _, path in files()}
    assert {folder.replace("/", ".") for folder in held} <= packages
    for room in BUILT:
        data = [p for p in (ROOT / room).rglob("*") if p.suffix in {".yaml", ".md", ".json"}]
        shipped = {p for g in settings["package-data"].get(f"tertulia.{room}", []) for p in (ROOT / room).glob(g)}
        assert set(data) <= shipped
