"""Posts and comments of ours as documents."""

from folkmoot.apub.call import NOTHING, Answer, Call, document
from folkmoot.apub.compose import comment_document, post_document
from folkmoot.apub.objects.our_content import build_stamp, build_votes
from folkmoot.apub.show import find
from folkmoot.store import quotes


async def show_post(call: Call) -> Answer:
    """A post, with how many votes it has by now."""
    async with call.context.db.read() as tx:
        view = await find.post(tx, call)
        content = await post_document(tx, view.post, view.creator, view.community)
    return document(content | build_votes(view.post))


async def show_comment(call: Call) -> Answer:
    """A comment."""
    async with call.context.db.read() as tx:
        view = await find.comment(tx, call)
        assert view.community is not None
        return document(await comment_document(tx, view.comment, view.creator, view.community))


async def show_quote(call: Call) -> Answer:
    """The stamp of a quote that was allowed, for as long as what it quotes is there (QUO-2)."""
    number = int(call.parts["id"])
    async with call.context.db.read() as tx:
        quote = await quotes.standing(tx, number) if number < 2**31 else None
    if quote is None:
        return NOTHING
    return document(build_stamp(f"{call.origin}/quote_authorization/{number}", quote))


async def show_message(_call: Call) -> Answer:
    """Private messages are brought to whom they are for, and to nobody else (URL-9, ABU-22)."""
    return NOTHING
