"""A bot's life, told with pythorhead, the library that most Lemmy bots in Python are written with, against a server of its own.

It raises on every refusal, reads the version before it speaks, and makes strict dataclasses of some answers.
"""

import time
from collections.abc import Callable, Iterator
from pathlib import Path

import httpx
import pytest
from PIL import Image
from pythorhead import Lemmy
from pythorhead.types import CommentSortType, FeatureType, ListingType, SearchType, SortType

from tests.serving import serving

pytestmark = pytest.mark.slow
PASSWORD = "a long enough password"
LIMITS = {f"rate_limit_{name}": 999 for name in ("message", "post", "register", "image", "comment", "search")}

Enter = Callable[[str], Lemmy]


@pytest.fixture
def address(tmp_path: Path) -> Iterator[str]:
    """Where a fresh server answers; chief administers it."""
    chief = {"FOLKMOOT_ADMIN_NAME": "chief", "FOLKMOOT_ADMIN_PASSWORD": PASSWORD}
    with serving(tmp_path, **chief) as (_, found):
        yield found


@pytest.fixture
def enter(address: str) -> Enter:
    """`enter("chief")` is the library, logged in as chief."""

    def log_in(name: str) -> Lemmy:
        lemmy = Lemmy(address, raise_exceptions=True, request_timeout=20)
        assert lemmy.log_in(name, PASSWORD)
        return lemmy

    return log_in


@pytest.fixture
def chief(enter: Enter) -> Lemmy:
    """The administrator, with room for everything that follows."""
    lemmy = enter("chief")
    lemmy.site.edit(name="Botland", **LIMITS)
    return lemmy


def apply(address: str, name: str) -> None:
    """Ask for an account; the library cannot."""
    asked = {"username": name, "password": PASSWORD, "password_verify": PASSWORD, "answer": f"I am {name}"}
    said = httpx.post(f"{address}/api/v3/user/register", json=asked)
    assert said.json() == {"registration_created": True, "verify_email_sent": False}


@pytest.fixture
def members(address: str, chief: Lemmy, enter: Enter) -> tuple[Lemmy, Lemmy]:
    """A bot and a reader, who applied and were accepted."""
    for name in ("helper", "reader"):
        apply(address, name)
    for waiting in chief.get_registration_applications():
        assert waiting.get_application_status().name == "Pending"
        chief.admin.process_application(waiting.id, approve=True)
    assert {each.get_application_status().name for each in chief.get_registration_applications()} == {
        "Accepted"
    }
    bot, reader = enter("helper"), enter("reader")
    bot.user.save_user_settings(bot_account=True, bio="I answer questions.")
    return bot, reader


def test_it_finds_a_lemmy_that_it_can_speak_to(address: str) -> None:
    lemmy = Lemmy(address, raise_exceptions=True)
    assert lemmy.nodeinfo["software"]["name"] == "lemmy"
    assert (lemmy.instance_version.major, lemmy.instance_version.minor) == (0, 19)


def test_a_wrong_password_opens_nothing(address: str) -> None:
    lemmy = Lemmy(address, raise_exceptions=True, request_timeout=20)
    with pytest.raises(Exception, match="incorrect_login"):
        lemmy.log_in("chief", "not the password")
    assert not Lemmy(address, request_timeout=20).log_in("nobody", PASSWORD)


def test_who_was_turned_away_stays_out(address: str, chief: Lemmy, enter: Enter) -> None:
    apply(address, "pest")
    [waiting] = chief.get_registration_applications(unread_only="true")
    chief.admin.process_application(waiting.id, approve=False, deny_reason="no bots, please")
    with pytest.raises(Exception, match="registration_denied"):
        enter("pest")


def test_a_bot_answers_who_calls_it(chief: Lemmy, members: tuple[Lemmy, Lemmy]) -> None:
    bot, reader = members
    made = chief.community.create(name="questions", title="Questions")
    community = made["community_view"]["community"]["id"]
    assert bot.discover_community("questions") == community
    bot.community.follow(community)
    asked = reader.post.create(community, "What is the time?", body="Nobody knows.")["post_view"]["post"]
    host = asked["ap_id"].split("/")[2]
    call = reader.comment.create(asked["id"], f"@helper@{host} tell us")["comment_view"]["comment"]

    [mention] = bot.mention.list(unread_only=True)["mentions"]
    assert mention["comment"]["id"] == call["id"]
    bot.comment.create(asked["id"], "It is late.", parent_id=call["id"])
    bot.mention.mark_as_read(mention["person_mention"]["id"], read=True)
    assert bot.mention.list(unread_only=True)["mentions"] == []

    [reply] = reader.comment.get_replies(unread_only=True, page=1, sort=CommentSortType.New.value)["replies"]
    assert (reply["comment"]["content"], reply["creator"]["bot_account"]) == ("It is late.", True)
    reader.comment.mark_as_read(reply["comment_reply"]["id"], read=True)
    tree = reader.comment.list(post_id=asked["id"], max_depth=8)
    assert [view["comment"]["content"] for view in tree] == [call["content"], "It is late."]
    assert reader.comment.like(reply["comment"]["id"], 1)["comment_view"]["my_vote"] == 1
    with pytest.raises(Exception, match="invalid_bot_action"):
        bot.post.like(asked["id"], 1)


def test_a_bot_talks_in_private(members: tuple[Lemmy, Lemmy]) -> None:
    bot, reader = members
    helper = reader.get_user(username="helper")
    assert (helper.bio, helper.bot_account, helper.is_admin) == ("I answer questions.", True, False)
    reader.private_message.create("Are you there?", helper.id)
    [letter] = bot.private_message.list(unread_only=True, page=1)["private_messages"]
    bot.private_message.create("Always.", letter["creator"]["id"])
    bot.private_message.mark_as_read(letter["private_message"]["id"], read=True)
    assert bot.private_message.list(unread_only=True, page=1)["private_messages"] == []
    texts = [
        each["private_message"]["content"]
        for each in reader.private_message.list(False, 1)["private_messages"]
    ]
    assert texts == ["Always.", "Are you there?"]


def test_a_bot_posts_pictures_and_keeps_order(chief: Lemmy, members: tuple[Lemmy, Lemmy]) -> None:
    bot, reader = members
    community = chief.community.create(name="pictures", title="Pictures")["community_view"]["community"]["id"]
    helper = bot.get_user(username="helper")
    chief.community.add_mod_to_community(True, community, helper.id)

    [uploaded] = bot.image.upload(Image.new("RGB", (64, 48), (20, 90, 60)))
    picture = httpx.get(uploaded["image_url"])
    assert (picture.status_code, picture.headers["content-type"].split("/")[0]) == (200, "image")
    shown = bot.post.create(community, "A field", url=uploaded["image_url"], alt_text="Green")["post_view"][
        "post"
    ]
    bot.post.edit(shown["id"], name="A green field")
    bot.post.feature(shown["id"], True, FeatureType.Community)

    noise = reader.post.create(community, "Buy things", body="Cheap things")["post_view"]["post"]
    listed = bot.post.list(community_name="pictures", sort=SortType.New, type_=ListingType.All, limit=10)
    assert [view["post"]["name"] for view in listed] == ["A green field", "Buy things"]
    bot.post.remove(noise["id"], True, "advertising")
    bot.post.lock(shown["id"], True)
    pest = reader.get_user(username="reader").id
    bot.community.ban_user(ban=True, community_id=community, person_id=pest, reason="advertising")
    with pytest.raises(Exception, match="banned_from_community"):
        reader.post.create(community, "Once more")

    log = bot.modlog.get(community_id=community)
    assert [each["mod_remove_post"]["reason"] for each in log["removed_posts"]] == ["advertising"]
    assert len(log["locked_posts"]) == len(log["featured_posts"]) == len(log["banned_from_community"]) == 1
    assert _found(bot, "green field") == [shown["id"]]
    assert bot.resolve_object(shown["ap_id"])["post"]["post"]["id"] == shown["id"]
    assert bot.image.delete(uploaded["delete_url"])
    assert httpx.get(uploaded["image_url"]).status_code == 404


def _found(lemmy: Lemmy, words: str) -> list[int]:
    """The posts that a search finds, once the index has them: it is written every second."""
    for _ in range(300):
        found = lemmy.search(words, type_=SearchType.Posts)["posts"]
        if found:
            return [view["post"]["id"] for view in found]
        time.sleep(0.1)
    return []


def test_an_admin_answers_reports_and_clears_up(chief: Lemmy, members: tuple[Lemmy, Lemmy]) -> None:
    bot, reader = members
    community = chief.community.create(name="plaza", title="Plaza")["community_view"]["community"]["id"]
    post = bot.post.create(community, "Beep", body="Boop")["post_view"]["post"]
    comment = bot.comment.create(post["id"], "Beep beep")["comment_view"]["comment"]
    reader.post.report(post["id"], "noise")
    reader.comment.report(comment["id"], "noise")
    [first] = chief.post.report_list(unresolved_only="true")
    chief.post.resolve_report(first["post_report"]["id"])
    [second] = chief.comment.report_list(unresolved_only="true")
    chief.comment.resolve_report(second["comment_report"]["id"])
    assert chief.post.report_list(unresolved_only="true") == []
    chief.user.ban(True, person_id=post["creator_id"], reason="noise", remove_data=True)
    with pytest.raises(Exception, match="incorrect_login"):
        bot.comment.create(post["id"], "Beep")
    chief.post.purge(post["id"], "noise")
    with pytest.raises(Exception, match="couldnt_find_post"):
        reader.post.get(post["id"])
