"""What happens at `tertulia critics new`? The files of a critic of one's own are written, and the next step is said."""

from pathlib import Path

from rich.console import Console
from rich.text import Text

from ..critics.scaffolding import Kind, scaffold

INSTALL = 'pip install -e "{folder}[test]" && pytest {folder}'
NEXT = {
    Kind.CLASS: (INSTALL, "tertulia critics try {name} FILE"),
    Kind.AGENT: (INSTALL, "tertulia critics try {name} FILE --model MODEL"),
    Kind.RUBRIC: ("tertulia critics try {file} FILE --model MODEL", "on a panel: - {{use: {file}, name: {name}}}"),
}


def new_critic(console: Console, name: str, kind: Kind, parent: Path) -> int:
    """Exit code 0. Raises Mistake."""
    files = scaffold(name, kind, parent)
    for path in files:
        console.print(Text(f"wrote {path}"), soft_wrap=True)
    told = {"folder": str(parent / f"tertulia-{name}"), "name": name, "file": str(files[0])}
    for line in NEXT[kind]:
        console.print(Text(f"next: {line.format(**told)}", style="dim"), soft_wrap=True)
    return 0
