"""What happens at `tertulia critics calibrate`? Critics against people's labels, and a vote that is learned of them."""

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from rich.console import Console, RenderableType
from rich.table import Table
from rich.text import Text

from ..corpus.calibration.calibrating import Calibration, Gate, Wanted, calibrate
from ..corpus.calibration.crossing import Standing
from ..corpus.calibration.deserving import Deserts
from ..corpus.calibration.keeping import check_place, keep_weights, voting_line
from ..corpus.calibration.labels import DIGITS, Labels, Problem
from ..corpus.calibration.panels import panel_meant
from ..corpus.corpus import Corpus
from ..critics import SeatKind
from .agreement import figure
from .change import signed
from .columns import columns
from .printing import print_json
from .statistics import section
from .text import listed, number, one_line, percent, share

SHOWN = 3
"""Names of dialogues that are told."""
LINES = 8
"""Lines of a file that are told for each problem; --json has all."""
NAME_WIDTH = 20
FEW = 50
"""Labels below which intervals are wide."""


def calibrate_critics(
    console: Console, run: str, labels: Path, wanted: Wanted, panel: str | None, output: Path | None, json: bool
) -> int:
    """Exit code 0; 1 where a file of weights is asked for and none is written. Raises Mistake."""
    if output:
        check_place(output, labels)
    with Corpus.open(run) as corpus:
        found = calibrate(corpus.ledger, labels, wanted, panel_meant(corpus.ledger, panel))
    written = output if found.gate and found.gate.reaches else None
    if found.gate and written:
        keep_weights(found, found.gate, written)
    if json:
        print_json({**found.to_dict(), "written": str(written) if written else None})
    else:
        for part in report(found, labels):
            console.print(part)
        for part in ending(found, wanted):
            console.print(part)
        if found.gate and not output:
            console.print(Text("to keep it: --output weights.yaml", style="dim"))
        elif found.gate:
            for line in using(found, found.gate, wanted, run, written):
                console.print(line, soft_wrap=True)
    return 0 if written or not output else 1


def report(found: Calibration, file: Path) -> Iterator[RenderableType]:
    """What was labelled, and each critic against it."""
    yield heading(found, file)
    for line in cautions(found):
        yield Text(line, style="yellow")
    judges = [*found.critics, found.whole]
    yield section(f"each critic against people, on {number(found.whole.judged, 'dialogue')}", people_table(judges))
    most = max(found.people_accept, found.whole.judged - found.people_accept)
    always = f"always {'accept' if most == found.people_accept else 'reject'}: right {share(most / found.whole.judged)}"
    yield Text(f"{always}. ROC-AUC: 0.5 is a coin. kappa: 0 is chance, 1 is people's word", style="dim")
    yield section("what a word of it is worth", word_table(judges))
    yield Text("good: people accept it; bad: they reject it", style="dim")


def heading(found: Calibration, file: Path) -> Text:
    labels, judged = found.labels, found.whole.judged
    text = Text.assemble((one_line(found.run), "bold"), f" · panel {found.panel[:8]}")
    accepted = f"people accept {found.people_accept} ({percent(found.people_accept, judged)})"
    named = f"{one_line(file.name)}: {number(judged, 'dialogue')} judged by both"
    text.append(f"\n{listed([named, accepted])}")
    for line in labelling(labels):
        text.append(f"\n{line}", style="dim")
    return text


def labelling(labels: Labels) -> Iterator[str]:
    """How the labels were read."""
    if labels.scale and labels.accept_from is not None:
        least, greatest = labels.scale
        middle = " (the middle; --accept-from)" if labels.accept_from == round((least + greatest) / 2, DIGITS) else ""
        yield f"scores from {least:g} to {greatest:g}, accepted from {labels.accept_from:g}{middle}"
    if labels.several:
        who = f" by {', '.join(map(one_line, labels.annotators))}" if labels.annotators else ""
        alpha = f"Krippendorff's alpha {figure(labels.alpha)}"
        yield f"{number(labels.several, 'dialogue')} labelled more than once{who}: {alpha}"


def cautions(found: Calibration) -> Iterator[str]:
    """Every row that says nothing, and why."""
    labels, matching = found.labels, found.matching
    yield from _grouped([*labels.problems, *matching.problems])
    if matching.unknown:
        yield f"{number(len(matching.unknown), 'label')} of no dialogue here: {_few(map(repr, matching.unknown))}"
    if matching.unjudged:
        yield f"{number(len(matching.unjudged), 'dialogue')} not judged by this panel: {_few(matching.unjudged)}"
    if labels.tied:
        yield f"{number(len(labels.tied), 'dialogue')} left out, people are tied: {_few(labels.tied)}"
    if labels.empty:
        yield f"{number(labels.empty, 'row')} without a label yet"
    if found.whole.judged < FEW:
        yield f"{number(found.whole.judged, 'label')}: few, so the intervals are wide; 50 to 100 are worth while"


def _grouped(problems: Sequence[Problem]) -> Iterator[str]:
    """One line for all rows with the same trouble."""
    lines: dict[str, list[int]] = {}
    for problem in problems:
        lines.setdefault(problem.text, []).append(problem.line)
    for text, where in lines.items():
        more = f" and {len(where) - LINES} more" if len(where) > LINES else ""
        told = ", ".join(map(str, where[:LINES]))
        yield f"line{'s' * (len(where) > 1)} {told}{more}: {one_line(text)}"


def _few(names: Iterable[str]) -> str:
    named = [one_line(name) for name in names]
    return ", ".join(named[:SHOWN]) + (", ..." if len(named) > SHOWN else "")


def people_table(judges: Sequence[Deserts]) -> Table:
    """How far each says what people say."""
    table = columns("critic", "counts as", "judged", "right", "95 %", "ROC-AUC", "kappa", left=2)
    for one in judges:
        counts = (f"{one.judged:,}", share(one.accuracy), interval(one.low, one.high))
        table.add_row(*_named(one), *counts, figure(one.auc), figure(one.kappa))
    return table


def interval(low: float | None, high: float | None) -> str:
    """`61–83 %`."""
    return "–" if low is None or high is None else f"{100 * low:.0f}–{100 * high:.0f} %"


def word_table(judges: Sequence[Deserts]) -> Table:
    """Precision and recall of what it approves, and of what it rejects."""
    table = columns("critic", "approves", "are good", "of all good", "rejects", "are bad", "of all bad")
    for one in judges:
        approved = (f"{one.right_accepts + one.wrong_accepts:,}", share(one.approval_precision))
        rejected = (f"{one.right_rejects + one.wrong_rejects:,}", share(one.rejection_precision))
        name, _ = _named(one)
        table.add_row(name, *approved, share(one.approval_recall), *rejected, share(one.rejection_recall))
    return table


def _named(one: Deserts) -> tuple[Text, Text]:
    return Text(one_line(one.name, NAME_WIDTH), "" if one.role else "bold"), Text(one.role, "dim")


def ending(found: Calibration, wanted: Wanted) -> Iterator[RenderableType]:
    """The learned vote, and how well it does."""
    gate = found.gate
    if gate is None:
        yield section("a learned vote", Text(f"none: {found.why}", style="yellow"))
        return
    about = f"from {number(gate.dialogues, 'dialogue')} that come to a vote (people accept {gate.accepted})"
    yield section(f"a learned vote, {about}", weight_table(gate))
    yield Text("pull: by how much the vote moves for one standard deviation of the score", style="dim")
    yield Text(_chosen(gate))
    yield section("on dialogues that it was not learned from", standing_table(gate.standings))
    yield Text("balanced: mean of the shares of good and of bad dialogues that it decides right", style="dim")
    yield from (Text(line, style="yellow") for line in doubts(gate, wanted))


def weight_table(gate: Gate) -> Table:
    """A row a critic, those that weigh most first."""
    table = columns("critic", "weight", "pull", "abstained", "then counts")
    weights, missing = gate.weights.weights, gate.weights.missing
    for name in sorted(weights, key=lambda name: -gate.pull[name]):
        silent = signed(missing[name], 2) if name in missing else "·"
        style = "" if weights[name] else "dim"
        counts = (f"{weights[name]:.2f}", f"{gate.pull[name]:.2f}", f"{gate.abstained[name] or '·'}", silent)
        table.add_row(Text(one_line(name, NAME_WIDTH), style), *(Text(count, style) for count in counts))
    return table


def _chosen(gate: Gate) -> str:
    weights = gate.weights
    strength = f"L2 strength {gate.strength:g} chosen by {gate.folds}-fold cross-validation"
    return f"bias {signed(weights.bias, 2)} · accepted from P(good) {weights.threshold:.3g} · {strength}"


def standing_table(standings: Sequence[Standing]) -> Table:
    """A column for each way to decide."""
    table = columns("", *(one.name for one in standings))
    rows = {
        "right (95 %)": [f"{share(one.accuracy)} ({interval(one.low, one.high)})" for one in standings],
        "balanced": [share(one.balanced) for one in standings],
        "ROC-AUC": [figure(one.auc) for one in standings],
        "log-loss": [figure(one.log_loss) for one in standings],
        "accepts": [share(one.accepts) for one in standings],
        "accepted are good": [share(one.precision) for one in standings],
        "good are accepted": [share(one.recall) for one in standings],
    }
    for name, cells in rows.items():
        table.add_row(name, *cells)
    return table


def doubts(gate: Gate, wanted: Wanted) -> Iterator[str]:
    """What speaks against using it."""
    learned, rule, _ = gate.standings
    if not gate.reaches:
        yield f"no threshold reaches a precision of {wanted.precision:g} on held-back folds"
    elif wanted.precision and (learned.precision or 0.0) < wanted.precision:
        found = f"on held-back folds {share(learned.precision)} of what it accepts is good"
        yield f"{found}: less than was asked for, so label more, or ask for more than you need"
    if learned.balanced <= rule.balanced:
        yield "it is no better than the rule as it is: keep that one, label more, or mend the critics"


def using(found: Calibration, gate: Gate, wanted: Wanted, run: str, written: Path | None) -> Iterator[Text]:
    """How to vote so, in lines that can be copied."""
    if written is None:
        yield Text("\nno file is written: ask for less, or label more", style="yellow")
        return
    yield Text(f"\nwritten: {written}; in a scenario in the same folder:")
    yield Text(f"  critics: {{voting: {{{voting_line(gate, written.name)}}}}}", style="bold")
    weights = gate.weights.weights
    seated = [one.name for one in found.critics if one.role != SeatKind.VOTE and weights.get(one.name)]
    if wanted.every and seated:
        yield Text(f"it counts critics that don't vote now: give {', '.join(seated)} `role: vote`", style="yellow")
    yield Text("to judge again what is there, without a speaker's call:", style="dim")
    setting = f"critics.voting={{{voting_line(gate, str(written.resolve()))}}}"
    yield Text(f"  tertulia review {run} --panel SCENARIO --set '{setting}'", style="dim")
