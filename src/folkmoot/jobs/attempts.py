"""How often a job is tried, and how long it waits before it is tried again."""

from folkmoot.model.time import HOUR, SECOND, Micros

MOST_ATTEMPTS = 10


def delay_before(attempt: int) -> Micros:
    """How long to wait after so many attempts: 10 seconds, four times as long each time, six hours at the most."""
    return min(10 * SECOND * int(4 ** min(attempt - 1, 12)), 6 * HOUR)


def after_failure(now: Micros, attempts: int) -> Micros | None:
    """When a job that failed is tried again; None: it is given up."""
    return now + delay_before(attempts) if attempts < MOST_ATTEMPTS else None


def after_death(now: Micros, attempts: int) -> Micros | None:
    """The same where its process died. The first time it is hardly the job's fault, and nobody waits; but what kills each process that
    begins it must not do so one after the other."""
    return now if attempts <= 1 else after_failure(now, attempts - 1)
