"""Posts, comments, messages and what is left of deleted things, as we write them (section 4, Appendix A): values in, documents out."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from folkmoot.apub.documents import PUBLIC
from folkmoot.apub.objects.context import Json
from folkmoot.apub.objects.parts import MARKDOWN, Mention, looks_like_picture
from folkmoot.model.comments import Comment
from folkmoot.model.communities import Community
from folkmoot.model.images import ImageDetails
from folkmoot.model.messages import PrivateMessage
from folkmoot.model.posts import Post
from folkmoot.model.tags import Tag, tags_of
from folkmoot.model.time import Micros, to_rfc3339
from folkmoot.store.quotes import Quote
from folkmoot.text import languages

_TAG = re.compile(r"<[^>]*>")
_OWN_ADDRESS = re.compile(r' (href|src)="/(?!/)')
_OWN_MARKS = re.compile(
    r' (?:dir="auto"|loading="lazy"|controls=""|preload="none")|(?<= rel="nofollow) noopener ugc(?=")'
)

_NO_PICTURES: Mapping[str, ImageDetails] = {}
_NO_TEXT: Json = {"mediaType": "text/html", "content": "", "source": {"content": "", "mediaType": MARKDOWN}}
"""What a text that was taken away leaves: PieFed keeps one that is only not there any more."""
_MAY_BE_QUOTED = {"canQuote": {"automaticApproval": [PUBLIC]}}


class Reach(StrEnum):
    """Whom what happens in a community is addressed to (CMN-2, section 13)."""

    PUBLIC = "Public"
    UNLISTED = "Unlisted"
    PRIVATE = "Private"


@dataclass(frozen=True, slots=True)
class Place:
    """A community as everything in it names it. `handle`: `name@host`."""

    id: str
    handle: str
    followers: str
    reach: Reach
    post_tags: str = ""
    """The tags for its posts, as its row has them."""

    @property
    def to(self) -> list[str]:
        """The `to` of everything in it."""
        return [self.id, PUBLIC] if self.reach is Reach.PUBLIC else [self.id, self.followers]

    @property
    def cc(self) -> list[str]:
        """What `cc` begins with: everybody, where an unlisted community is not addressed to them in the first place."""
        return [PUBLIC] if self.reach is Reach.UNLISTED else []

    @property
    def name(self) -> str:
        """Its name without host."""
        return self.handle.partition("@")[0]


def place_of(community: Community) -> Place:
    """A community, ours or not, as a place."""
    return Place(
        community.ap_id,
        community.handle,
        community.followers_url or f"{community.ap_id}/followers",
        Reach(community.visibility) if community.visibility in set(Reach) else Reach.PUBLIC,
        community.post_tags,
    )


def mention(ident: str, handle: str) -> Mention:
    """Somebody or a community, `handle` being `name@host`, as it is tagged."""
    return Mention(ident, f"@{handle}")


def mentions(tags: Iterable[Mention]) -> list[Json]:
    """Mentions as tags, each once."""
    return [
        {"type": "Mention", "href": tag.id, "name": tag.name or ""}
        for tag in {tag.id: tag for tag in tags}.values()
    ]


def build_post(
    post: Post,
    *,
    author: str,
    place: Place,
    origin: str,
    mentioned: Iterable[Mention] = (),
    pictures: Mapping[str, ImageDetails] = _NO_PICTURES,
) -> Json:
    """A `Page` (4.1). `mentioned`: the people whom its text names; `origin` makes addresses in the text absolute. `pictures`: what is known
    of its picture and its thumbnail, by their addresses."""
    people = list(mentioned)
    document: Json = {
        "type": "Page",
        "id": post.ap_id,
        "attributedTo": author,
        "to": place.to,
        "cc": [*place.cc, *_ids(people)],
        "audience": place.id,
        "name": post.name,
        **(_text(post.body, post.body_html, origin) if post.body or not post.updated else _NO_TEXT),
        "attachment": _attachment(post, pictures),
        **_picture("image", post.thumbnail_url, pictures),
        "sensitive": post.nsfw,
        "commentsEnabled": not post.locked,
        "stickied": post.featured_community,
        "language": build_language(post.language_id),
        "tag": [
            {"type": "Hashtag", "href": post.ap_id, "name": f"#{place.name}"},
            *mentions([mention(place.id, place.handle), *people]),
            *(build_post_tag(tag, place.id) for tag in tags_of(post.tags, place.post_tags)),
        ],
        "context": f"{post.ap_id}/context",
        "replies": _replies(post.ap_id),
        **_policy(place),
        **_moments(post.published, post.updated),
    }
    return document


def _replies(ident: str) -> Json:
    """Where the thread is, as a collection to look at: PieFed fetches a mere address, and breaks off at ids among the answers."""
    return {"id": f"{ident}/context", "type": "OrderedCollection", "first": f"{ident}/context?page=1"}


def build_post_tag(tag: Tag, community: str) -> Json:
    """A tag for the posts of a community, given its id."""
    document = {"type": "CommunityPostTag", "id": tag.address(community), "preferredUsername": tag.key}
    # PieFed shows the second name.
    names = {"name": tag.title, "display_name": tag.title}
    return {**document, **names, **({"color": tag.color} if tag.color else {})}


def build_votes(post: Post) -> Json:
    """How many votes a post has, which others may show beside what they count themselves (BKF-5)."""
    return {
        "likes": {"type": "Collection", "totalItems": post.upvotes},
        "dislikes": {"type": "Collection", "totalItems": post.downvotes},
    }


def build_comment(
    comment: Comment,
    *,
    author: str,
    parent: str,
    parent_author: Mention | None,
    place: Place,
    origin: str,
    mentioned: Iterable[Mention] = (),
) -> Json:
    """A `Note` that answers (4.2). `parent`: the id of the post or comment; `parent_author`: None for one's own, or a deleted one."""
    people = [person for person in ([parent_author] if parent_author else []) if person.id != author]
    people += [person for person in mentioned if person.id != author]
    return {
        "type": "Note",
        "id": comment.ap_id,
        "attributedTo": author,
        "inReplyTo": parent,
        "to": place.to,
        "cc": [*place.cc, *_ids(people)],
        "audience": place.id,
        **_text(comment.content, comment.content_html, origin),
        "attachment": [],
        "tag": mentions([*people, mention(place.id, place.handle)]),
        "distinguished": comment.distinguished,
        "language": build_language(comment.language_id),
        "context": f"{comment.ap_id}/context",
        **_policy(place),
        **_moments(comment.published, comment.updated),
    }


def build_message(
    message: PrivateMessage, *, author: str, recipient: Mention, origin: str, chat: bool
) -> Json:
    """A private message (4.3): a `Note`, or for servers that take nothing else (`chat`) a `ChatMessage`."""
    document: Json = {
        "type": "ChatMessage" if chat else "Note",
        "id": message.ap_id,
        "attributedTo": author,
        "to": [recipient.id],
        **_text(message.content, message.content_html, origin),
        **_moments(message.published, message.updated),
    }
    if not chat:
        # Mastodon shows a message only to whom it names.
        document["tag"] = mentions([recipient])
    return document


def build_tombstone(ident: str) -> Json:
    """What is left of something deleted (URL-6): no more than Lemmy tells of it."""
    return {"id": ident, "type": "Tombstone"}


def build_language(language_id: int) -> Json:
    """A language by its number, `und` for an unknown one."""
    language = languages.by_id(language_id) or languages.LANGUAGES[languages.UNDETERMINED]
    return {"identifier": language.code, "name": language.name}


def build_stamp(ident: str, quote: Quote) -> Json:
    """A `QuoteAuthorization`: that one thing may quote another (FEP-044f)."""
    return {
        "type": "QuoteAuthorization",
        "id": ident,
        "attributedTo": quote.author,
        "interactingObject": quote.quoting,
        "interactionTarget": quote.target,
    }


def absolute_html(html: str, origin: str) -> str:
    """Our rendered HTML as others can show it: addresses of our own in full, and without what only our pages need."""
    return _TAG.sub(lambda tag: _OWN_ADDRESS.sub(rf' \1="{origin}/', _OWN_MARKS.sub("", tag[0])), html)


def build_text(source: str, html: str, origin: str) -> Json:
    """A text as HTML and as the Markdown that it was made of."""
    return {
        "content": f"{absolute_html(html, origin)}\n",
        "source": {"content": source, "mediaType": MARKDOWN},
    }


def _text(source: str | None, html: str | None, origin: str) -> Json:
    return {"mediaType": "text/html", **(build_text(source, html or "", origin) if source else {})}


def _ids(people: Iterable[Mention]) -> list[str]:
    return list(dict.fromkeys(person.id for person in people))


def _picture(name: str, url: str | None, pictures: Mapping[str, ImageDetails]) -> Json:
    return {name: {"type": "Image", "url": url, **_size(pictures.get(url))}} if url else {}


def _size(details: ImageDetails | None) -> Json:
    """How wide and high a picture is, so that others can leave room for it."""
    return {"width": details.width, "height": details.height} if details is not None else {}


def _attachment(post: Post, pictures: Mapping[str, ImageDetails]) -> list[Json]:
    if not post.url:
        return []
    known = pictures.get(post.url)
    # What was uploaded here is known before anybody has asked its address what it is. Elsewhere its name has to do meanwhile: Lemmy takes
    # a description of a picture only, and what is said now is not said again when the answer is there.
    kind = post.url_content_type or (known.content_type if known is not None else None)
    if kind.startswith("image/") if kind else looks_like_picture(post.url):
        image: Json = {
            "type": "Image",
            "url": post.url,
            **({"mediaType": kind} if kind else {}),
            **_size(known),
        }
        return [{**image, "name": post.alt_text} if post.alt_text else image]
    return [{"type": "Link", "href": post.url, "mediaType": kind}]


def _policy(place: Place) -> Json:
    """Public things may be quoted by everybody (QUO-1)."""
    return {"interactionPolicy": _MAY_BE_QUOTED} if place.reach is not Reach.PRIVATE else {}


def _moments(published: Micros, updated: Micros | None) -> dict[str, Any]:
    moments = {"published": to_rfc3339(published)}
    return {**moments, "updated": to_rfc3339(updated)} if updated is not None else moments
