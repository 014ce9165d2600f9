"""Fetching what an activity names and is not here."""

from typing import Any

from folkmoot.apub.fetch import Budget, NotFetched
from folkmoot.apub.inbox.known import Missing
from folkmoot.apub.inbox.tasks import Task
from folkmoot.apub.resolve import Resolver
from folkmoot.model.errors import Refusal


async def bring(resolver: Resolver, task: Task, missing: Missing, budget: Budget) -> None:
    """Fetch what an activity needs, and note in its task what came of each address."""
    task.rounds += 1
    for ident in sorted(missing.again - task.fetched):
        await _try(task, ident, resolver.refresh(ident, budget, quiet=ident not in missing.news))
    for ident in sorted(missing.actors - task.fetched):
        await _try(task, ident, resolver.actor(ident, budget))
    for ident in sorted(missing.objects - task.fetched):
        quiet = ident not in missing.news
        context = missing.contexts.get(ident)
        await _try(task, ident, resolver.answered(ident, budget, quiet=quiet, context=context))
    for old, new in sorted(missing.moved):
        task.fetched |= {old, new}
        task.moves[old, new] = await resolver.moved(old, new, budget)


async def _try(task: Task, ident: str, fetching: Any) -> None:
    try:
        await fetching
    except NotFetched as error:
        task.error = error
        if error.gone:
            task.gone.add(ident)
    except Refusal as error:
        task.error = NotFetched(error.code, detail=error.detail)
    else:
        task.read.add(ident)
    task.fetched.add(ident)
