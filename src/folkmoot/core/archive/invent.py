"""An invented site: records of an archive, the same every time for the same scale and moment.

Sizes, scores and activity are heavy-tailed, as on real servers: a few threads are long, a few people write much, most things get a
handful of votes. Times end at `as_of`, so that ranks are alive.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import accumulate
from random import Random

from folkmoot.core.archive import records as r
from folkmoot.core.archive.vocabulary import FAMILY, GIVEN, LANGUAGE_WEIGHTS, TOPICS, WORDS

SOFTWARE = ("lemmy", "lemmy", "lemmy", "lemmy", "piefed", "mbin", "mastodon", "nodebb")


@dataclass(frozen=True, slots=True)
class Scale:
    """How much of everything; `long_threads` are sizes that must occur."""

    instances: int
    people: int
    communities: int
    posts: int
    comments: int
    votes: int
    long_threads: tuple[int, ...] = (2000, 300)

    @property
    def records(self) -> int:
        """About how many records that makes (subscriptions are about four per person)."""
        return self.instances + self.people * 5 + self.communities + self.posts + self.comments + self.votes


SCALES = {
    "tiny": Scale(
        instances=5, people=60, communities=8, posts=40, comments=700, votes=2500, long_threads=(300,)
    ),
    "small": Scale(instances=50, people=2500, communities=60, posts=1000, comments=20_000, votes=100_000),
    "medium": Scale(
        instances=50, people=20_000, communities=240, posts=20_000, comments=400_000, votes=2_000_000
    ),
}


def invent(scale: Scale, as_of: datetime, *, seed: int = 1) -> Iterator[r.Record]:
    """The records of a site, in an order in which each refers only to what came before."""
    return _Inventor(scale, as_of, Random(seed)).records()  # noqa: S311 - invented data, no secrets


class _Inventor:
    """What has been invented so far, and the dice."""

    def __init__(self, scale: Scale, as_of: datetime, dice: Random) -> None:
        self.scale = scale
        self.as_of = as_of.replace(microsecond=0)
        self.dice = dice
        self.languages = list(LANGUAGE_WEIGHTS)
        self.language_weights = list(accumulate(LANGUAGE_WEIGHTS.values()))
        self.words = {code: text.split() for code, text in WORDS.items()}
        self.hosts = [
            f"{TOPICS[number % len(TOPICS)]}{number // len(TOPICS) or ''}.example"
            for number in range(scale.instances)
        ]
        self.people: list[tuple[str, str]] = []
        self.people_weights: list[float] = []
        self.communities: list[tuple[str, str]] = []
        self.community_weights: list[float] = []
        self.comment_count = 0

    def records(self) -> Iterator[r.Record]:
        for host in self.hosts:
            yield r.Instance(host=host, software=self.dice.choice(SOFTWARE))
        yield from self._people()
        yield from self._communities()
        yield from self._subscriptions()
        yield from self._threads()

    def _people(self) -> Iterator[r.Record]:
        begun = self.as_of - timedelta(days=400)
        for number in range(self.scale.people):
            name = f"{self.dice.choice(GIVEN)}_{self.dice.choice(FAMILY)}{number}"
            host = "" if number % 5 == 0 else self.dice.choice(self.hosts)
            handle = f"{name}@{host}" if host else name
            self.people.append((handle, host))
            yield r.Person(
                handle=handle,
                display_name=name.replace("_", " ").title() if self.dice.random() < 0.2 else None,
                bio=self._sentence("en") if self.dice.random() < 0.3 else None,
                bot=number % 97 == 96,
                published=begun + timedelta(minutes=number % 500_000),
            )
        self.people_weights = list(accumulate(1 / (rank + 3) ** 0.8 for rank in range(len(self.people))))

    def _communities(self) -> Iterator[r.Record]:
        for number in range(self.scale.communities):
            name = TOPICS[number % len(TOPICS)] + (
                str(number // len(TOPICS)) if number >= len(TOPICS) else ""
            )
            host = "" if number % 4 == 0 else self.dice.choice(self.hosts)
            handle = f"{name}@{host}" if host else name
            language = self._language() if number % 9 == 8 else "en"
            self.communities.append((handle, language))
            yield r.Community(
                handle=handle,
                title=name.title(),
                description=" ".join(self._sentence(language) for _ in range(3)),
                creator=self._somebody(),
                nsfw=number % 40 == 39,
                published=self.as_of - timedelta(days=390 - number % 300),
            )
        self.community_weights = list(
            accumulate(1 / (rank + 1) ** 0.7 for rank in range(len(self.communities)))
        )

    def _subscriptions(self) -> Iterator[r.Record]:
        for handle, _ in self.people:
            for community in {self._community()[0] for _ in range(self.dice.randint(1, 7))}:
                yield r.Subscription(
                    person=handle,
                    community=community,
                    published=self.as_of - timedelta(days=self.dice.randint(0, 300)),
                )

    def _threads(self) -> Iterator[r.Record]:
        sizes = self._shares(
            self.scale.comments, self.scale.posts, 1.15, self.scale.comments // 40, self.scale.long_threads
        )
        most = min(self.scale.votes // 40, self.scale.people)
        votes = self._shares(self.scale.votes, self.scale.posts + self.scale.comments, 1.3, most, ())
        drawn = iter(votes)
        for number in range(self.scale.posts):
            yield from self._thread(number, sizes[number], drawn)

    def _thread(self, number: int, size: int, votes: Iterator[int]) -> Iterator[r.Record]:
        """A post, its comments and everybody's votes. Long threads are young, as those that one meets on a front page are."""
        community, language = self._community()
        if language == "en":
            language = self._language()
        age = (
            timedelta(days=60 * self.dice.random() ** 2.2)
            if size < 200
            else timedelta(hours=6 + 40 * self.dice.random())
        )
        published = self.as_of - age
        creator = self._somebody()
        post = self._post(number, community, creator, language, published)
        yield post
        yield from self._votes("post", post.id, next(votes), published)
        comments: list[tuple[str, int, datetime]] = []
        for _ in range(size):
            parent = self._parent(comments)
            since = parent[2] if parent else published
            written = since + (self.as_of - since) * self.dice.random() ** 3
            comment = self._comment(post, parent[0] if parent else None, language, written)
            comments.append((str(comment.id), parent[1] + 1 if parent else 1, written))
            yield comment
            yield from self._votes("comment", comment.id, next(votes), written)

    def _parent(self, comments: list[tuple[str, int, datetime]]) -> tuple[str, int, datetime] | None:
        """Whom a comment answers: the post in three of ten cases, else something recent and not too deep."""
        if not comments or self.dice.random() < 0.3:
            return None
        recent = comments[-40:] if self.dice.random() < 0.7 else comments
        chosen = self.dice.choice(recent)
        return chosen if chosen[1] < 14 else None

    def _post(self, number: int, community: str, creator: str, language: str, published: datetime) -> r.Post:
        host = creator.partition("@")[2]
        link = self.dice.random() < 0.6
        edited = self.dice.random() < 0.06
        return r.Post(
            id=f"p{number}",
            ap_id=f"https://{host}/post/{number + 1}" if host else None,
            community=community,
            creator=creator,
            name=self._title(language),
            url=f"https://news{self.dice.randint(1, 80)}.example/{number}/{self._slug()}" if link else None,
            body=self._text(language, 3) if not link or self.dice.random() < 0.3 else None,
            language=language,
            nsfw=self.dice.random() < 0.02,
            published=published,
            updated=published + (self.as_of - published) / 3 if edited else None,
            deleted=self.dice.random() < 0.01,
            removed=self.dice.random() < 0.01,
        )

    def _comment(self, post: r.Post, parent: str | None, language: str, written: datetime) -> r.Comment:
        self.comment_count += 1
        creator = self._somebody()
        host = creator.partition("@")[2]
        return r.Comment(
            id=f"c{self.comment_count}",
            ap_id=f"https://{host}/comment/{self.comment_count}" if host else None,
            post=post.id,
            parent=parent,
            creator=creator,
            content=self._text(language, 1),
            language=language,
            published=written,
            updated=written + (self.as_of - written) / 4 if self.dice.random() < 0.08 else None,
            deleted=self.dice.random() < 0.015,
            removed=self.dice.random() < 0.01,
        )

    def _votes(self, on: str, target: str | int, count: int, since: datetime) -> Iterator[r.Record]:
        down = self.dice.random() ** 4
        span = self.as_of - since
        for number in self.dice.sample(range(len(self.people)), min(count, len(self.people))):
            value = -1 if self.dice.random() < down else 1
            yield r.Vote(
                on=on,
                target=target,
                person=self.people[number][0],
                value=value,
                published=since + span * self.dice.random(),
            )

    def _shares(self, total: int, parts: int, slope: float, most: int, fixed: tuple[int, ...]) -> list[int]:
        """Divide `total` among `parts` with a heavy tail, at most `most` each; `fixed` shares are among them. In random order."""
        rest = total - sum(fixed)
        free = parts - len(fixed)
        weights = [self.dice.paretovariate(slope) for _ in range(free)]
        scale = rest / sum(weights)
        shares = [min(int(weight * scale), max(most, 1)) for weight in weights]
        short = rest - sum(shares)
        most = max(most, 3 * rest // free + 1)
        while short > 0:
            index = self.dice.randrange(free)
            if shares[index] < most:
                shares[index] += 1
                short -= 1
        shares += fixed
        self.dice.shuffle(shares)
        return shares

    def _somebody(self) -> str:
        if not self.people_weights:
            return self.dice.choice(self.people)[0]
        return self.dice.choices(self.people, cum_weights=self.people_weights)[0][0]

    def _community(self) -> tuple[str, str]:
        return self.dice.choices(self.communities, cum_weights=self.community_weights)[0]

    def _language(self) -> str:
        return self.dice.choices(self.languages, cum_weights=self.language_weights)[0]

    def _some_words(self, language: str, least: int, most: int) -> str:
        return " ".join(self.dice.choices(self.words[language], k=self.dice.randint(least, most)))

    def _title(self, language: str) -> str:
        return self._some_words(language, 5, 14)[:190].capitalize()

    def _slug(self) -> str:
        return "-".join(self.dice.choices(self.words["en"], k=4))

    def _sentence(self, language: str) -> str:
        return self._some_words(language, 6, 18).capitalize() + "."

    def _text(self, language: str, paragraphs: int) -> str:
        """Some paragraphs, now and then with a quote, a list, emphasis, a link or a spoiler."""
        parts = [
            " ".join(self._sentence(language) for _ in range(self.dice.randint(1, 3)))
            for _ in range(self.dice.randint(1, paragraphs + 1))
        ]
        trick = self.dice.random()
        if trick < 0.06:
            parts.insert(0, "> " + self._sentence(language))
        elif trick < 0.10:
            parts.append("\n".join(f"- {self._some_words(language, 3, 8)}" for _ in range(3)))
        elif trick < 0.14:
            parts.append(
                f"**{self._some_words(language, 2, 4)}** and https://news{self.dice.randint(1, 80)}.example/{self._slug()}"
            )
        elif trick < 0.16:
            parts.append(f"::: spoiler {self._some_words(language, 2, 4)}\n{self._sentence(language)}\n:::")
        return "\n\n".join(parts)
