"""Which options do several commands share?"""

from pathlib import Path
from typing import Annotated

import typer

Output = Annotated[
    Path | None,
    typer.Option("--output", "-o", metavar="DIR", help="Folder of the run.", show_default="the scenario's, runs/NAME"),
]
Model = Annotated[
    str | None, typer.Option("--model", "-m", metavar="MODEL", help="For everything: ollama:llama3.1, ...")
]
Settings = Annotated[
    list[str] | None, typer.Option("--set", "-s", metavar="KEY=VALUE", help="Override a key of the scenario.")
]
Seed = Annotated[int | None, typer.Option("--seed", metavar="N", help="Another seed than the scenario's.")]
Concurrency = Annotated[
    int | None, typer.Option("--concurrency", "-c", metavar="N", min=1, help="Dialogues in the making at once.")
]
Json = Annotated[bool, typer.Option("--json", help="Print JSON for programs instead of text for people.")]
Quiet = Annotated[bool, typer.Option("--quiet", "-q", help="Print results and errors alone.")]
Run = Annotated[str, typer.Argument(metavar="RUN", help="Folder of a run, its ledger file, or a database URL.")]


def example(*lines: str) -> str:
    """The last lines of a command's help."""
    return "\b\n" + "\n".join([f"Example{'s' * (len(lines) > 1)}:", *(f"  {line}" for line in lines)])
