"""What can be typed after `tertulia personas`?"""

from pathlib import Path
from typing import Annotated

import typer

from .option import Json, Quiet, example

personas = typer.Typer(help="Who speaks: make personas, look at them, count them.", no_args_is_help=True)


@personas.command("list", epilog=example("tertulia personas list", "tertulia personas list my-people.yaml"))
def personas_list(
    where: Annotated[str | None, typer.Argument(metavar="LIBRARY|FILE", show_default="all shipped libraries")] = None,
    json: Json = False,
) -> int:
    """The personas of a library or a file."""
    from .personas import list_personas
    from .terminal import terminal

    return list_personas(terminal(), where, json)


@personas.command("stats", epilog=example("tertulia personas stats people.jsonl --against others.yaml"))
def personas_stats(
    where: Annotated[str, typer.Argument(metavar="FILE|RUN", help="Personas, a library, a pool, or a run.")],
    against: Annotated[
        str | None, typer.Option("--against", metavar="FILE", help="Another set: which entities do both have?")
    ] = None,
    nli: Annotated[
        str | None,
        typer.Option(
            "--nli", metavar="MODEL", help="Finds contradictions: hub name or folder.", show_default="lexical"
        ),
    ] = None,
    embedder: Annotated[str, typer.Option("--embedder", metavar="MODEL", help="Finds what is alike.")] = "auto",
    taxonomy: Annotated[Path | None, typer.Option("--taxonomy", metavar="FILE", help="Categories of yours.")] = None,
    json: Json = False,
    quiet: Quiet = False,
) -> int:
    """A set of personas in numbers.

    Categories, entities, lengths, duplicates, contradictions; of a run also what was selected to fit a trait.
    """
    from .census import Asked, census

    return census(Asked(where, against, taxonomy, embedder, nli), json=json, quiet=quiet)


@personas.command("show", epilog=example("tertulia personas show ines-beekeeper"))
def personas_show(
    id: Annotated[str, typer.Argument(metavar="ID", help="An id, the beginning of one, or a name.")],
    library: Annotated[
        str | None,
        typer.Option("--library", "-l", metavar="LIBRARY|FILE", show_default="all shipped libraries"),
    ] = None,
    json: Json = False,
) -> int:
    """One persona on a card.

    The public face above, the private profile below.
    """
    from .personas import show_persona
    from .terminal import terminal

    return show_persona(terminal(), id, library, json)


@personas.command(
    "generate",
    epilog=example(
        "tertulia personas generate --count 200",
        'tertulia personas generate --categories food,"Preference | Book" -n 40',
    ),
)
def personas_generate(
    categories: Annotated[
        str | None,
        typer.Option("--categories", metavar="LIST", help="Paths, keys or families, by commas.", show_default="all"),
    ] = None,
    count: Annotated[int, typer.Option("--count", "-n", metavar="N", min=1, help="Sentences to keep.")] = 100,
    output: Annotated[Path, typer.Option("--output", "-o", metavar="FILE", help="The pool.")] = Path("pool.jsonl"),
    model: Annotated[str, typer.Option("--model", "-m", metavar="MODEL", help="Who writes.")] = "rehearsal",
    nli: Annotated[
        str | None, typer.Option("--nli", metavar="MODEL", help="Judges the category.", show_default="the embedder")
    ] = None,
    embedder: Annotated[str, typer.Option("--embedder", metavar="MODEL", help="Finds near duplicates.")] = "auto",
    taxonomy: Annotated[Path | None, typer.Option("--taxonomy", metavar="FILE", help="Categories of yours.")] = None,
    against: Annotated[
        str | None, typer.Option("--against", metavar="FILE|RUN", help="A pool, people or a library: not to repeat.")
    ] = None,
    seed: Annotated[int, typer.Option("--seed", metavar="N", min=0, help="All chance comes from it.")] = 0,
    concurrency: Annotated[int, typer.Option("--concurrency", "-c", metavar="N", min=1, help="Calls at once.")] = 8,
    usd: Annotated[float | None, typer.Option("--usd", metavar="X", min=0, help="Most to be spent.")] = None,
    tokens: Annotated[int | None, typer.Option("--tokens", metavar="N", min=0, help="Most to be used.")] = None,
    minutes: Annotated[float | None, typer.Option("--minutes", metavar="N", min=0, help="Most to be taken.")] = None,
    remake: Annotated[bool, typer.Option("--remake", help="Replace an output made with other settings.")] = False,
    json: Json = False,
    quiet: Quiet = False,
) -> int:
    """Write profile sentences by category, filtered.

    By a model, one example shown. The same command again goes on where it stopped, and pays for nothing twice.
    Longer replies: --model "ollama:llama3.1?max_tokens=200".
    """
    from .desk import Limit
    from .generating import Wanted, generate_pool

    names = [name.strip() for name in (categories or "").split(",") if name.strip()]
    limit = Limit(usd, tokens, minutes)
    wanted = Wanted(names, count, output, model, nli, embedder, taxonomy, against, seed, concurrency, limit)
    return generate_pool(wanted, remake=remake, json=json, quiet=quiet)


@personas.command(
    "expand",
    epilog=example(
        "tertulia personas expand pool.jsonl --factor 2",
        "tertulia personas expand people.yaml -n 500 --model ollama:llama3.1",
    ),
)
def personas_expand(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="A pool, or any file of personas.")],
    output: Annotated[Path, typer.Option("--output", "-o", metavar="FILE", help="The larger pool.")] = Path(
        "expanded.jsonl"
    ),
    count: Annotated[
        int | None,
        typer.Option("--count", "-n", metavar="N", min=1, help="Sentences to add.", show_default="by --factor"),
    ] = None,
    factor: Annotated[
        float, typer.Option("--factor", metavar="X", help="How many times as many there are to be.")
    ] = 2.2,
    queries: Annotated[
        int | None,
        typer.Option("--queries", metavar="N", min=1, help="Questions to ask.", show_default="188, or one a sentence"),
    ] = None,
    steps: Annotated[
        int, typer.Option("--steps", metavar="N", min=0, help="Steps in which questions are multiplied.")
    ] = 100,
    merge_above: Annotated[
        float | None,
        typer.Option("--merge-above", metavar="X", help="Cosine of one cluster.", show_default="the embedder's"),
    ] = None,
    too_close: Annotated[
        float, typer.Option("--too-close", metavar="X", help="Cosine above which a sentence is not new.")
    ] = 0.9,
    model: Annotated[str, typer.Option("--model", "-m", metavar="MODEL", help="Who asks and answers.")] = "rehearsal",
    embedder: Annotated[str, typer.Option("--embedder", metavar="MODEL", help="Finds what is alike.")] = "auto",
    taxonomy: Annotated[Path | None, typer.Option("--taxonomy", metavar="FILE", help="Categories of yours.")] = None,
    seed: Annotated[int, typer.Option("--seed", metavar="N", min=0, help="All chance comes from it.")] = 0,
    concurrency: Annotated[int, typer.Option("--concurrency", "-c", metavar="N", min=1, help="Calls at once.")] = 8,
    usd: Annotated[float | None, typer.Option("--usd", metavar="X", min=0, help="Most to be spent.")] = None,
    tokens: Annotated[int | None, typer.Option("--tokens", metavar="N", min=0, help="Most to be used.")] = None,
    minutes: Annotated[float | None, typer.Option("--minutes", metavar="N", min=0, help="Most to be taken.")] = None,
    remake: Annotated[bool, typer.Option("--remake", help="Replace an output made with other settings.")] = False,
    json: Json = False,
    quiet: Quiet = False,
) -> int:
    """Grow a set of profile sentences.

    Questions are induced from clusters of sentences, multiplied, and answered by made-up people; what is new is kept.
    The same command again goes on where it stopped, and pays for nothing twice.
    """
    from .desk import Limit
    from .expanding import Wanted, expand_pool

    wanted = Wanted(
        file, output, count, factor, queries, steps, merge_above, too_close, model, embedder, taxonomy, seed,
        concurrency, Limit(usd, tokens, minutes),
    )  # fmt: skip
    return expand_pool(wanted, remake=remake, json=json, quiet=quiet)


@personas.command(
    "assemble",
    epilog=example(
        "tertulia personas assemble pool.jsonl --count 20 --output people.yaml",
        "tertulia personas assemble pool.jsonl -n 50 --quota demographic=3,wellness=1",
    ),
)
def personas_assemble(
    pool: Annotated[Path, typer.Argument(metavar="POOL", help="A pool, or any file of personas.")],
    count: Annotated[int, typer.Option("--count", "-n", metavar="N", min=1, help="Personas to build.")] = 20,
    output: Annotated[Path, typer.Option("--output", "-o", metavar="FILE", help="The personas.")] = Path("people.yaml"),
    builder: Annotated[
        str, typer.Option("--builder", metavar="B", help="conl: by family; profile: whatever fits.")
    ] = "conl",
    quota: Annotated[
        str | None,
        typer.Option("--quota", metavar="Q", help="Of conl.", show_default="demographic=2,psychographic=2,wellness=1"),
    ] = None,
    order: Annotated[
        str, typer.Option("--order", metavar="O", help="Of conl: quota, or all (draw all categories first).")
    ] = "quota",
    size: Annotated[int, typer.Option("--size", metavar="N", min=1, help="Sentences, of profile.")] = 5,
    nli: Annotated[
        str | None,
        typer.Option(
            "--nli", metavar="MODEL", help="Finds contradictions: hub name or folder.", show_default="lexical"
        ),
    ] = None,
    embedder: Annotated[str, typer.Option("--embedder", metavar="MODEL", help="Finds what is said twice.")] = "auto",
    taxonomy: Annotated[Path | None, typer.Option("--taxonomy", metavar="FILE", help="Categories of yours.")] = None,
    threshold: Annotated[
        float, typer.Option("--threshold", metavar="P", help="P(contradiction) that is too much.")
    ] = 0.9,
    reuse: Annotated[
        int | None, typer.Option("--reuse", metavar="N", min=1, help="Most personas a sentence.", show_default="any")
    ] = None,
    model: Annotated[
        str, typer.Option("--model", "-m", metavar="MODEL", help="Writes negations, for profile.")
    ] = "rehearsal",
    seed: Annotated[int, typer.Option("--seed", metavar="N", min=0, help="All chance comes from it.")] = 0,
    usd: Annotated[float | None, typer.Option("--usd", metavar="X", min=0, help="Most to be spent.")] = None,
    tokens: Annotated[int | None, typer.Option("--tokens", metavar="N", min=0, help="Most to be used.")] = None,
    minutes: Annotated[float | None, typer.Option("--minutes", metavar="N", min=0, help="Most to be taken.")] = None,
    remake: Annotated[bool, typer.Option("--remake", help="Replace an output made with other settings.")] = False,
    json: Json = False,
    quiet: Quiet = False,
) -> int:
    """Build personas that don't contradict themselves.

    Sentences are drawn from a pool, every pair inside a persona is scored, and what conflicts is drawn again.
    Sentences without a category get the one that is nearest.
    """
    from ..personas.consistency.conflict import Thresholds
    from ..personas.consistency.recipe import QUOTA, Recipe, read_quota
    from ..personas.taxonomy import read_taxonomy
    from .assembling import Wanted, assemble_people
    from .desk import Limit

    families = read_quota(quota, read_taxonomy(taxonomy)) if quota else QUOTA
    thresholds = Thresholds(contradiction=threshold)
    recipe = Recipe(count, builder, families, order, size, thresholds, reuse, seed)
    wanted = Wanted(pool, output, recipe, nli, embedder, taxonomy, model, Limit(usd, tokens, minutes))
    return assemble_people(wanted, remake=remake, json=json, quiet=quiet)


@personas.command(
    "convert",
    epilog=example(
        "tertulia personas convert dialogues.csv people.yaml",
        "tertulia personas convert library/everyday people.dataset",
    ),
)
def personas_convert(
    source: Annotated[str, typer.Argument(metavar="FROM", help="A file of personas, a dataset, a pool, a library.")],
    target: Annotated[Path, typer.Argument(metavar="TO", help="The new file, or folder of a dataset.")],
    format: Annotated[
        str | None, typer.Option("--format", "-f", metavar="F", help="Of TO.", show_default="by suffix")
    ] = None,
    from_format: Annotated[
        str | None, typer.Option("--from-format", metavar="F", help="Of FROM.", show_default="by suffix")
    ] = None,
    json: Json = False,
) -> int:
    """Write personas in another format.

    yaml, jsonl, parquet (.parquet) and datasets (a folder, .dataset) carry everything; parlai (.txt) and spc (.csv)
    carry the sentences alone. What was dropped is told.
    """
    from .converting import convert
    from .terminal import terminal

    return convert(terminal(), source, target, format, from_format, json)
