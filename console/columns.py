"""How do figures stand on the screen? In columns: words to the left, numbers to the right, and nothing cut off."""

from rich.table import Table


def columns(*names: str, left: int = 1) -> Table:
    """A table with these heads; the first `left` columns hold words, the others numbers."""
    table = Table(box=None, padding=(0, 2, 0, 0), pad_edge=False, header_style="dim", expand=False)
    for at, name in enumerate(names):
        table.add_column(name, justify="left" if at < left else "right", overflow="fold")
    return table
