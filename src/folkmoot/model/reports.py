"""Reports: what people bring to the moderators' notice."""

from dataclasses import dataclass
from typing import Literal

from folkmoot.model.messages import MessageView
from folkmoot.model.people import Person
from folkmoot.model.time import Micros
from folkmoot.model.views import CommentView, PostView

ReportKind = Literal["post", "comment", "private_message"]


@dataclass(frozen=True, slots=True)
class Report:
    """One person's report of one thing. Ids count within the kind. `original`: the text as it was then; `original_name` and
    `original_url` are of posts. `resolver_id`: who decided last, also when the report was opened again."""

    kind: ReportKind
    id: int
    creator_id: int
    item_id: int
    original: str | None
    original_name: str | None
    original_url: str | None
    reason: str
    resolved: bool
    resolver_id: int | None
    published: Micros
    updated: Micros | None


@dataclass(frozen=True, slots=True)
class ReportView:
    """A report with who made it, who decided it, and what it is about: one of the three is set. `moderated`: the reader moderates the
    community of the reported post."""

    report: Report
    creator: Person
    resolver: Person | None
    post: PostView | None = None
    comment: CommentView | None = None
    message: MessageView | None = None
    moderated: bool = False


@dataclass(frozen=True, slots=True)
class ReportCounts:
    """Open reports by kind. `messages` is None for those who may not know (O-2)."""

    posts: int
    comments: int
    messages: int | None

    @property
    def total(self) -> int:
        return self.posts + self.comments + (self.messages or 0)


@dataclass(frozen=True, slots=True)
class Record:
    """What somebody has been found at before: the log's lines about them, and reports that were looked at."""

    removals: int = 0
    bans: int = 0
    reports: int = 0


NO_RECORD = Record()


@dataclass(frozen=True, slots=True)
class Case:
    """One thing in the moderators' queue, with every report about it that the queue shows (the oldest first) and its author's record."""

    kind: ReportKind
    item_id: int
    reports: list[ReportView]
    author: Person
    record: Record
    post: PostView | None = None
    comment: CommentView | None = None
    message: MessageView | None = None

    @property
    def open(self) -> bool:
        """Whether any of its reports waits for a decision."""
        return any(not view.report.resolved for view in self.reports)
