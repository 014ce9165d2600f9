"""The table: every activity that we understand, one row each (6.2). What is not here is received and has no effect (JSN-10)."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

from folkmoot.apub import activities as a
from folkmoot.apub.activities import Activity
from folkmoot.apub.inbox import (
    block,
    create,
    delete,
    flag,
    follow,
    lists,
    lock,
    move,
    quote,
    undo,
    update,
    vote,
    warn,
)
from folkmoot.model.communities import Community

Handler = Callable[[Any, Any], Awaitable[Community | None]]


@dataclass(frozen=True, slots=True)
class Row:
    """One kind of activity. `objects`: of what. `announced`: whether a community may pass it on (ANN-5). `effect`: for people.

    The handler returns the community that it concerned; one of ours then passes the activity on (CMN-6).
    """

    objects: str
    handler: Handler
    announced: bool
    effect: str


TABLE: dict[type[Activity], Row] = {
    a.Accept: Row("Follow", follow.accept, False, "The follow is no longer pending."),
    a.Add: Row(
        "a person to moderators, a post to featured",
        lists.add,
        True,
        "A moderator is appointed; a post is pinned.",
    ),
    a.Block: Row(
        "a person, from a community, a server or a person",
        block.block,
        True,
        "Banned from the community, by the person's own server everywhere, or by a server from its communities.",
    ),
    a.Create: Row(
        "Page, Article, Note, Video, Event, Question, Audio, Image, ChatMessage",
        create.create,
        True,
        "A post, a comment, or a private message, which is never announced.",
    ),
    a.Delete: Row(
        "a post, comment, message, account or community",
        delete.delete,
        True,
        "Deleted by its author, or with a `summary` removed by a moderator.",
    ),
    a.Dislike: Row("a post or comment", vote.dislike, True, "A vote against it."),
    a.EmojiReact: Row(
        "a post or comment",
        vote.react,
        True,
        "No effect; a vote for it where the operator set `reactions` so.",
    ),
    a.Flag: Row(
        "posts, comments and messages, accounts as context", flag.flag, True, "A report for the moderators."
    ),
    a.Follow: Row("a community or person", follow.follow, False, "Answered with Accept, or Reject."),
    a.Like: Row("a post or comment", vote.like, True, "A vote for it, also with an emoji."),
    a.Lock: Row("a post or comment", lock.lock, True, "It takes no more comments or answers."),
    a.Move: Row(
        "an account",
        move.move,
        False,
        "Noted when both accounts say so: the old profile says where they went. Nobody here follows people, so no follow has to move.",
    ),
    a.QuoteRequest: Row(
        "a post or comment of somebody here",
        quote.ask,
        False,
        "Answered with Accept and a stamp, with Reject to who is banned or blocked.",
    ),
    a.Reject: Row("Follow", follow.reject, False, "The follow ends."),
    a.Remove: Row(
        "a person from moderators, a post from featured", lists.remove, True, "The reverse of Add."
    ),
    a.Resolve: Row("Flag", flag.resolve, True, "The reports about it are closed."),
    a.Undo: Row(
        "Follow, Like, Dislike, EmojiReact, Announce, Delete, Block, Lock",
        undo.undo,
        True,
        "The effect is taken back, found by who and what; of an Announce that of a boost, where boosts count.",
    ),
    a.Update: Row(
        "content, Person, Group",
        update.update,
        True,
        "The newer text; of an actor, its own server is asked; of a community of ours, what its moderator may change.",
    ),
    a.Warn: Row(
        "a post or comment of somebody here", warn.warn, False, "Its author is warned; it stands in the log."
    ),
}
"""`Announce` is not a row: it carries others (`announce.py`)."""
