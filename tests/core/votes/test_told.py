"""Whether other servers hear how somebody votes (VOT-3)."""

from folkmoot.core.people.settings import SaveSettings, save_settings
from folkmoot.core.votes.cast import vote_on_comment, vote_on_post
from folkmoot.store.db import Database
from tests import rows
from tests.cast import Cast
from tests.core.stories import write_comment, write_post


async def test_votes_of_who_wants_that_are_not_noted_for_other_servers__VOT_3(
    db: Database, cast: Cast
) -> None:
    noted = "SELECT count(*) FROM outgoing WHERE kind IN ('PostVoted', 'CommentVoted')"
    async with db.write() as tx:
        post = await write_post(tx, cast.bob, cast.gardening)
        comment = await write_comment(tx, cast.bob, post)
        await save_settings(tx, cast.alice, SaveSettings(federate_votes=False))
        quiet = await rows.viewer(tx, "alice")
        assert (await vote_on_post(tx, quiet, post.id, 1)).score == 2
        assert (await vote_on_comment(tx, quiet, comment.id, -1)).score == 0
        assert await tx.value(noted) == 0
        await save_settings(tx, quiet, SaveSettings(federate_votes=True))
        open_again = await rows.viewer(tx, "alice")
        await vote_on_post(tx, open_again, post.id, 1)  # a repeat: what was cast meanwhile stays here
        assert await tx.value(noted) == 0
        await vote_on_post(tx, open_again, post.id, 0)
        assert await tx.value(noted) == 1
