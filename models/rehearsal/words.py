"""Where are the words of the rehearsal model? In the YAML files beside this one; its logic knows none of them."""

from functools import cache
from hashlib import blake2b
from pathlib import Path
from typing import Any

import yaml

HERE = Path(__file__).parent


@cache
def words(name: str) -> Any:
    """The content of `<name>.yaml`, read once."""
    return _read(HERE / f"{name}.yaml")


@cache
def subjects() -> dict[str, Any]:
    """Every topic of `topics/*.yaml`, in the order in which a profile sentence is tried on them."""
    return _merged("topics")


@cache
def profiles() -> dict[str, Any]:
    """Every topic of `profiles/*.yaml`: what somebody may be, have or like."""
    return _merged("profiles")


@cache
def kinds() -> dict[str, tuple[str, ...]]:
    """Words of a kind (`DOG`: dog, puppy, ...), the longest first."""
    lists = {kind: [word.strip() for word in members.split(",")] for kind, members in words("kinds").items()}
    return {kind: tuple(sorted(members, key=len, reverse=True)) for kind, members in lists.items()}


@cache
def fingerprint() -> str:
    """Changes with any file of this package, words or logic: replies of another version are not mixed in."""
    digest = blake2b(digest_size=4)
    for path in sorted([*HERE.rglob("*.yaml"), *HERE.glob("*.py")]):
        digest.update(path.name.encode() + b"\x00" + path.read_bytes())
    return digest.hexdigest()


def _merged(folder: str) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for path in sorted((HERE / folder).glob("*.yaml")):
        found.update(_read(path))
    return found


def _read(path: Path) -> Any:
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    return yaml.load(path.read_text(encoding="utf-8"), loader)
