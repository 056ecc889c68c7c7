"""Which options do several commands share?"""

from pathlib import Path
from typing import Annotated

import typer

Output = Annotated[
    Path | None, typer.Option("--output", "-o", help="Folder of the run.", show_default="the scenario's, runs/NAME")
]
Model = Annotated[
    str | None, typer.Option("--model", "-m", help="Model for everything: ollama:llama3.1, openai:gpt-4o-mini, ...")
]
Settings = Annotated[
    list[str] | None, typer.Option("--set", "-s", metavar="KEY=VALUE", help="Override a key of the scenario.")
]
Seed = Annotated[int | None, typer.Option("--seed", help="Another seed than the scenario's.")]
Concurrency = Annotated[int | None, typer.Option("--concurrency", "-c", min=1, help="Dialogues in the making at once.")]
Json = Annotated[bool, typer.Option("--json", help="Print JSON for programs instead of text for people.")]
Quiet = Annotated[bool, typer.Option("--quiet", "-q", help="Print results and errors alone.")]
Run = Annotated[str, typer.Argument(metavar="RUN", help="Folder of a run, its ledger file, or a database URL.")]


def example(*lines: str) -> str:
    """The last lines of a command's help."""
    return "Example: " + "  ·  ".join(lines)
