"""Progress on anything long: a bar on a terminal, silence in scripts."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    TaskProgressColumn,
    TextColumn,
    TimeElapsedColumn,
    TimeRemainingColumn,
)


@contextmanager
def bar(
    words: str, total: int | None, *, unit: str = "", quiet: bool = False
) -> Iterator[Callable[[int], None]]:
    """Show how far the work is; the value given is called with the amount done so far. Written to the standard error."""
    console = Console(stderr=True)
    count = TaskProgressColumn() if unit == "bytes" else MofNCompleteColumn()
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        count,
        TimeElapsedColumn(),
        TimeRemainingColumn(),
    )
    with Progress(*columns, console=console, disable=quiet or not console.is_terminal) as progress:
        task = progress.add_task(words, total=total)
        yield lambda done: progress.update(task, completed=done)
        if total is not None:
            progress.update(task, completed=total)
