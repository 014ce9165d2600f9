"""What people write: posts, comments, private messages, votes in polls, and what is left of deleted things. Reading."""

import re
from dataclasses import dataclass
from html import escape

from folkmoot.apub.documents import PUBLIC, Document, clean_line, malformed, read_count, read_future
from folkmoot.apub.objects import parts
from folkmoot.apub.objects.parts import Attachment, BodyFrom, Mention
from folkmoot.model.time import Micros
from folkmoot.text.sanitize import text_of

MAX_TITLE = 200
MAX_POST = 50_000
MAX_COMMENT = 10_000
MAX_OPTIONS = 20
MAX_OPTION = 200

POST_TYPES = frozenset({"Page", "Article", "Note", "Video", "Event", "Question", "Audio", "Image"})
CONTENT_TYPES = POST_TYPES | {"ChatMessage", "Tombstone"}

_COUNT = " — "
_COUNTED = re.compile(rf"^(- .*){_COUNT}[0-9]+$", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Option:
    """What one may vote for in a poll, and how many did as far as its server says."""

    text: str
    votes: int


@dataclass(frozen=True, slots=True)
class Poll:
    """A question with answers to choose from. `ends`: when it ends or ended, None for never."""

    options: tuple[Option, ...]
    multiple: bool
    ends: Micros | None
    voters: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    """What every written thing has. `author` and all addresses are claims until they are checked.

    `body`: Markdown, None where there is none; `body_from` where it was taken from. `published`: None where the document has no
    usable date; `updated` is never before it.
    """

    id: str
    type: str
    author: str
    to: tuple[str, ...]
    cc: tuple[str, ...]
    audience: str | None
    body: str | None
    body_from: BodyFrom | None
    language: str | None
    mentions: tuple[Mention, ...]
    page: str | None
    """Where people read it on its own server."""
    context: str | None
    replies: str | None
    published: Micros | None
    updated: Micros | None

    @property
    def addressed(self) -> tuple[str, ...]:
        """Whoever is addressed, `to` before `cc`, each once, without `PUBLIC`."""
        return tuple(dict.fromkeys(ident for ident in (*self.to, *self.cc) if ident != PUBLIC))

    @property
    def public(self) -> bool:
        """Whether everybody is addressed (CMN-3)."""
        return parts.goes_to_everybody(self.to, self.cc)


@dataclass(frozen=True, slots=True, kw_only=True)
class Post(Written):
    """What begins a thread (4.1). `title` is for `title_in`. `locked` and `stickied`: None where the document does not say."""

    title: str | None
    link: str | None
    alt_text: str | None
    thumbnail: str | None
    sensitive: bool
    content_warning: str | None
    locked: bool | None
    stickied: bool | None
    groups: tuple[str, ...]
    """Groups it is attributed to, as PeerTube does."""
    poll: Poll | None
    tags: tuple[str, ...] = ()
    """The ids of tags of its community: claims, like all addresses."""
    likes: int | None = None
    dislikes: int | None = None
    """How many votes its origin counts: to be shown beside ours, never instead of them (BKF-5)."""

    @property
    def communities(self) -> tuple[str, ...]:
        """Where to look for its community, the likeliest first (OBJ-4): addressed, `audience`, attributed, mentioned."""
        audience = (self.audience,) if self.audience else ()
        named = tuple(mention.id for mention in self.mentions)
        return tuple(dict.fromkeys((*self.addressed, *audience, *self.groups, *named)))

    def title_in(self, community: str | None) -> str:
        """Its title; without one the first line of its text, the mention of the community left out. Raises Malformed (`no_title`)."""
        if self.title is not None:
            return self.title
        names = [m.name.lstrip("@!") for m in self.mentions if m.id == community and m.name]
        for name in names:
            names = [*names, name.partition("@")[0]]
        pattern = "|".join(re.escape(name) for name in sorted(set(names), key=len, reverse=True))
        for line in plain_lines(self.body or ""):
            left = re.sub(rf"(?<!\w)[@!](?:{pattern})(?![\w@])", "", line) if pattern else line
            if (title := clean_line(left)[:MAX_TITLE].strip()) and any(map(str.isalnum, title)):
                return title
        raise malformed("no_title", self.id)


@dataclass(frozen=True, slots=True, kw_only=True)
class Comment(Written):
    """A reply to a post or comment (4.2). `open`: whether it may be answered; None where the document does not say."""

    parent: str
    distinguished: bool
    open: bool | None


@dataclass(frozen=True, slots=True, kw_only=True)
class PrivateMessage(Written):
    """Something for the people in `addressed` alone (4.3). `parent`: what it answers."""

    parent: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class PollVote:
    """One answer of one person to a poll (POL-2). `id` is empty where it came without."""

    id: str
    author: str
    poll: str
    choice: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Tombstone:
    """Something deleted."""

    id: str
    former_type: str | None
    deleted: Micros | None


Content = Post | Comment | PrivateMessage | PollVote | Tombstone


def parse_content(document: Document) -> Content:
    """Whatever people write, by its kind. Raises Malformed, `unsupported_type` where it is something else."""
    kind = document.kind(CONTENT_TYPES)
    if kind is None:
        raise malformed("unsupported_type", document.get("type"), field="type")
    if kind == "Tombstone":
        return parse_tombstone(document)
    if kind == "ChatMessage":
        return _parse_message(document, kind)
    answers = document.get("inReplyTo") is not None and document.get("inReplyTo") != []
    if kind == "Note":
        if (
            answers
            and not document.get("content")
            and isinstance(document.get("name"), str)
            and not document.get("source")
        ):
            return _parse_poll_vote(document)
        if _is_private(document):
            return _parse_message(document, kind)
    return _parse_comment(document, kind) if answers else _parse_post(document, kind)


def parse_tombstone(document: Document) -> Tombstone:
    """What is left of something. Raises Malformed."""
    former = document.get("formerType")
    return Tombstone(
        id=document.id(),
        former_type=former if isinstance(former, str) else None,
        deleted=document.moment("deleted"),
    )


def _is_private(document: Document) -> bool:
    """Whether a Note is a message: addressed to people, and neither to everybody, nor to followers, nor to a community."""
    to, cc = document.ids("to"), document.ids("cc")
    if parts.goes_to_everybody(to, cc) or document.get("audience") is not None:
        return False
    return bool(to or cc) and not any(map(parts.is_followers, (*to, *cc)))


def _written(document: Document, kind: str, body: parts.Body) -> dict[str, object]:
    """What `Written` has, as arguments."""
    published, updated = document.moment("published"), document.moment("updated")
    if updated is not None and published is not None and updated < published:
        updated = None
    return {
        "id": document.id(),
        "type": kind,
        "author": parts.read_author(document),
        "to": document.ids("to"),
        "cc": document.ids("cc"),
        "audience": document.id_or_none("audience"),
        "body": body.text,
        "body_from": body.taken_from,
        "language": parts.read_language(document),
        "mentions": parts.read_mentions(document),
        "page": parts.read_page_address(document),
        "context": document.id_or_none("context"),
        "replies": document.id_or_none("replies"),
        "published": published,
        "updated": updated,
    }


def _parse_post(document: Document, kind: str) -> Post:
    title = _read_title(document)
    body = parts.read_body(document)
    attachments = list(parts.read_attachments(document))
    link = _read_link(document, kind, attachments)
    more = [parts.as_markdown(attachment) for attachment in attachments]
    more += _quoted(document)
    poll = _read_poll(document) if kind == "Question" else None
    if poll is not None:
        more.append("\n".join(_counted(option) for option in poll.options))
    comments_enabled = document.flag("commentsEnabled")
    sensitive = document.flag("sensitive") or False
    return Post(
        **_written(document, kind, _bounded(_joined(body, more), MAX_POST)),  # type: ignore[arg-type]
        title=title,
        link=link.url if link else None,
        alt_text=link.alt if link and link.picture else None,
        thumbnail=parts.read_thumbnail(document, kind),
        sensitive=sensitive,
        content_warning=_read_warning(document, title) if sensitive else None,
        locked=None if comments_enabled is None else not comments_enabled,
        stickied=document.flag("stickied"),
        groups=parts.groups_among_authors(document),
        poll=poll,
        tags=parts.read_post_tags(document),
        likes=_read_total(document, "likes"),
        dislikes=_read_total(document, "dislikes"),
    )


def _read_total(document: Document, name: str) -> int | None:
    """How many members an embedded collection says it has."""
    collection = document.get(name)
    return read_count(collection.get("totalItems")) if isinstance(collection, dict) else None


def _parse_comment(document: Document, kind: str) -> Comment:
    body = parts.read_body(document)
    title = _read_title(document)
    if title is not None:
        text = parts.bold_line(title) + (f"\n\n{body.text}" if body.text else "")
        body = parts.Body(text, body.taken_from)
    more = [parts.as_markdown(attachment) for attachment in parts.read_attachments(document)]
    body = _joined(body, more + _quoted(document))
    if not body.text:
        raise malformed("empty_comment", document.get("id"))
    parent = document.id_or_none("inReplyTo")
    if parent is None:
        raise malformed("invalid_id", document.get("inReplyTo"), field="inReplyTo")
    comment = Comment(
        **_written(document, kind, _bounded(body, MAX_COMMENT)),  # type: ignore[arg-type]
        parent=parent,
        distinguished=document.flag("distinguished") or False,
        open=document.flag("repliesEnabled"),
    )
    if comment.parent == comment.id:
        raise malformed("answers_itself", comment.id)
    return comment


def _parse_message(document: Document, kind: str) -> PrivateMessage:
    more = [parts.as_markdown(attachment) for attachment in parts.read_attachments(document)]
    body = _joined(parts.read_body(document), more)
    if not body.text:
        raise malformed("empty_message", document.get("id"))
    message = PrivateMessage(
        **_written(document, kind, _bounded(body, MAX_COMMENT)),  # type: ignore[arg-type]
        parent=document.id_or_none("inReplyTo"),
    )
    if message.public:
        raise malformed("public_message", message.id)
    if not message.addressed:
        raise malformed("missing_member", field="to")
    return message


def _parse_poll_vote(document: Document) -> PollVote:
    choice = document.line("name")
    if choice is None or len(choice) > MAX_OPTION:
        raise malformed("invalid_choice", document.get("name"))
    return PollVote(
        id=document.id() if document.get("id") is not None else "",
        author=parts.read_author(document),
        poll=document.id("inReplyTo"),
        choice=choice,
    )


def _read_title(document: Document) -> str | None:
    name = document.get("name")
    if not isinstance(name, str):
        return None
    if "<" in name or "&" in name:
        name = text_of(name)
    return clean_line(name)[:MAX_TITLE].strip() or None


def _read_link(document: Document, kind: str, attachments: list[Attachment]) -> Attachment | None:
    """What the post leads to, taken out of its attachments where it comes from there."""
    if kind in parts.LINKED_BY_PAGE:
        return Attachment(parts.read_page_address(document) or document.id(), False, None)
    if attachments:
        return attachments.pop(0)
    if kind == "Image" and (picture := parts.read_picture(document, "url")) is not None:
        return Attachment(picture, True, document.line("name"))
    return None


def _read_warning(document: Document, title: str | None) -> str | None:
    """Words to show instead of the content; not what Mbin writes there, which begins with the title."""
    summary = document.get("summary")
    if not isinstance(summary, str):
        return None
    text = clean_line(text_of(summary))
    return text[:MAX_TITLE] if text and not (title and text.startswith(title)) else None


def _read_poll(document: Document) -> Poll | None:
    multiple = document.get("anyOf") is not None
    options: dict[str, Option] = {}
    for option in document.objects("anyOf" if multiple else "oneOf"):
        name = option.line("name")
        if name is None or len(options) == MAX_OPTIONS:
            continue
        replies = option.get("replies")
        votes = read_count(replies.get("totalItems")) if isinstance(replies, dict) else None
        options.setdefault(name[:MAX_OPTION], Option(name[:MAX_OPTION], votes or 0))
    if not options:
        return None
    closed = document.get("closed")
    ends = read_future(closed) or read_future(document.get("endTime"))
    if closed is True:
        ends = document.now
    return Poll(tuple(options.values()), multiple, ends, read_count(document.get("votersCount")))


def _counted(option: Option) -> str:
    """A line of the list that stands in the text, for everybody whose program knows no polls (POL-4)."""
    return f"- {parts.html_text(escape(option.text))}{_COUNT}{option.votes}"


def without_counts(text: str | None) -> str:
    """A text without the votes that the list of a poll in it shows."""
    return _COUNTED.sub(r"\1", text or "")


def _quoted(document: Document) -> list[str]:
    quote = parts.read_quote(document)
    return [parts.as_markdown(Attachment(quote, False, None))] if quote else []


def _joined(body: parts.Body, more: list[str]) -> parts.Body:
    texts = [
        *([body.text] if body.text else []),
        *(text for text in more if not body.text or text.strip("<>") not in body.text),
    ]
    return parts.Body("\n\n".join(texts) or None, body.taken_from)


def _bounded(body: parts.Body, limit: int) -> parts.Body:
    if body.text is not None and len(body.text) > limit:
        raise malformed("text_too_long", len(body.text))
    return body


def plain_lines(markdown: str) -> list[str]:
    """The lines of a text as one reads them, without the signs of Markdown."""
    lines = []
    for line in markdown.split("\n"):
        line = re.sub(r"!?\[((?:[^\[\]\\]|\\.)*)\]\([^()\s]*(?:\s\"[^\"]*\")?\)", r"\1", line)
        line = re.sub(r"<(https?://[^<>\s]+)>", r"\1", line)
        line = re.sub(r"^\s*(?:#{1,6}\s+|>\s*)+", "", line)
        line = re.sub(r"\\([!-/:-@\[-`{-~])", r"\1", re.sub(r"(?<!\\)[*`]+", "", line))
        if line.strip():
            lines.append(line.strip())
    return lines
