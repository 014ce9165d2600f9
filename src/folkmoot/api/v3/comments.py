"""Comments (section 8): trees and lists, one comment, and what is done with them."""

from collections.abc import Sequence
from typing import Any

from folkmoot.api import throttle
from folkmoot.api.call import Call
from folkmoot.api.v3.asked import community_of, or_brought, page_of
from folkmoot.api.v3.joined import comments_of
from folkmoot.api.v3.posts import vote_of
from folkmoot.api.v3.render import pieces
from folkmoot.api.v3.render.comments import comment_view
from folkmoot.api.v3.render.posts import vote_view
from folkmoot.api.v3.wire import comments as wire
from folkmoot.core.comments import view
from folkmoot.core.comments.create import CreateComment
from folkmoot.core.comments.delete import delete_comment
from folkmoot.core.comments.distinguish import distinguish_comment
from folkmoot.core.comments.edit import EditComment, edit_comment
from folkmoot.core.comments.remove import remove_comment
from folkmoot.core.comments.save import save_comment
from folkmoot.core.comments.together import submit_comment
from folkmoot.core.listings.comments import ListComments, comment_lines
from folkmoot.core.threads.read import comment_views
from folkmoot.core.threads.tree import ReadTree, Tree, read_tree
from folkmoot.core.votes.cast import vote_on_comment
from folkmoot.core.votes.list import votes_on_comment
from folkmoot.model.enums import CommentSort, Listing
from folkmoot.model.errors import Invalid
from folkmoot.model.views import CommentView


async def list_comments(call: Call, asked: wire.GetComments) -> bytes:
    """A tree where a depth is given, of one thread or of all (C-4), else a page of a list (C-5); admins alone read what is gone (C-6)."""
    return await or_brought(call, asked.community_name, lambda: _list_comments(call, asked))


async def _list_comments(call: Call, asked: wire.GetComments) -> bytes:
    in_full = call.viewer.admin
    async with call.read() as tx:
        community_id = await community_of(tx, asked.community_name, asked.community_id)
        if asked.max_depth is not None and (asked.post_id is not None or asked.parent_id is not None):
            return await _joined(tx, call, await read_tree(tx, call.viewer, _tree(asked, community_id)))
        lines = await comment_lines(tx, call.viewer, _list(asked, community_id))
        return b'{"comments":%s}' % await comments_of(tx, lines, in_full=in_full)


async def _joined(tx: Any, call: Call, tree: Tree) -> bytes:
    shelf, in_full = pieces.pieces_of(tx.memory), call.viewer.admin
    kept = pieces.kept_in_tree(shelf, tree.rows, in_full=in_full)
    absent = [row.id for row, piece in zip(tree.rows, kept, strict=True) if piece is None]
    views = await comment_views(tx, absent) if absent else {}
    if tree.post is not None:
        post = tree.post.post
        call.made_from(("site", 0), ("thread", post.id), ("community", post.community_id), ("author", 0))
    return pieces.join_tree(shelf, tree, kept, views, in_full=in_full)


def _tree(asked: wire.GetComments, community_id: int | None) -> ReadTree:
    return ReadTree(
        max_depth=asked.max_depth or 0,
        post_id=asked.post_id,
        parent_id=asked.parent_id,
        community_id=community_id,
        scope=asked.type_ or Listing.ALL,
        sort=asked.sort or CommentSort.HOT,
        saved=bool(asked.saved_only),
        vote=vote_of(asked),
    )


def _list(asked: wire.GetComments, community_id: int | None) -> ListComments:
    return ListComments(
        scope=asked.type_,
        sort=asked.sort or CommentSort.HOT,
        community_id=community_id,
        post_id=asked.post_id,
        parent_id=asked.parent_id,
        saved=bool(asked.saved_only),
        vote=vote_of(asked),
        gone_too=True,
        anywhere=True,
        max_depth=asked.max_depth,
        limit=10 if asked.limit is None else asked.limit,
        page=1 if asked.page is None else asked.page,
    )


async def get_comment(call: Call, asked: wire.GetComment) -> wire.CommentResponse:
    """One comment (C-6)."""
    async with call.read() as tx:
        answer = await _comment(tx, call, asked.id)
    shown = answer.comment_view
    call.made_from(("site", 0), ("thread", shown.post.id), ("community", shown.community.id), ("author", 0))
    return answer


async def add_comment(call: Call, asked: wire.CreateComment) -> wire.CommentResponse:
    """Write a comment (C-2, C-3)."""
    wanted = CreateComment(asked.post_id, asked.content, asked.parent_id, asked.language_id, orphan=True)
    doing = await throttle.doing(call, "comment")
    made = await submit_comment(call.context.db, call.viewer, wanted, doing)
    if made.place is None:
        async with call.read() as tx:
            return await _comment(tx, call, made.comment.id, made.recipient_ids)
    return _response(view.view_of_written(call.viewer, made.comment, made.place), call, made.recipient_ids)


async def change_comment(call: Call, asked: wire.EditComment) -> wire.CommentResponse:
    """Change a comment of one's own (C-7)."""
    wanted = EditComment(asked.comment_id, asked.content, asked.language_id)
    async with call.write() as tx:
        edited = await edit_comment(tx, call.viewer, wanted)
        return await _comment(tx, call, asked.comment_id, edited.recipient_ids)


async def like_comment(call: Call, asked: wire.CreateCommentLike) -> wire.CommentResponse:
    """Vote (P-18); names who was told of the comment when it was written (C-9)."""
    if not -(2**15) <= asked.score < 2**15:
        raise Invalid("unknown", field="score")
    async with call.write() as tx:
        await vote_on_comment(tx, call.viewer, asked.comment_id, asked.score)
        told = await view.told_of(tx, asked.comment_id)
        return await _comment(tx, call, asked.comment_id, told)


async def list_votes(call: Call, asked: wire.ListCommentLikes) -> wire.ListCommentLikesResponse:
    """Who voted, for moderators (P-20)."""
    page, limit = page_of(asked)
    async with call.read() as tx:
        cast = await votes_on_comment(tx, call.viewer, asked.comment_id, page=page, limit=limit)
    return wire.ListCommentLikesResponse(comment_likes=[vote_view(each) for each in cast])


async def set_deleted(call: Call, asked: wire.DeleteComment) -> wire.CommentResponse:
    """Delete a comment of one's own, or bring it back (C-7)."""
    async with call.write() as tx:
        await delete_comment(tx, call.viewer, asked.comment_id, deleted=asked.deleted)
        told = await view.told_of(tx, asked.comment_id)
        return await _comment(tx, call, asked.comment_id, told)


async def set_removed(call: Call, asked: wire.RemoveComment) -> wire.CommentResponse:
    """Remove a comment, or restore it: moderators (P-16)."""
    async with call.write() as tx:
        await remove_comment(tx, call.viewer, asked.comment_id, removed=asked.removed, reason=asked.reason)
        told = await view.told_of(tx, asked.comment_id)
        return await _comment(tx, call, asked.comment_id, told)


async def set_distinguished(call: Call, asked: wire.DistinguishComment) -> wire.CommentResponse:
    """Let a comment speak for the moderators, or no longer (C-8)."""
    async with call.write() as tx:
        await distinguish_comment(tx, call.viewer, asked.comment_id, distinguished=asked.distinguished)
        return await _comment(tx, call, asked.comment_id)


async def set_saved(call: Call, asked: wire.SaveComment) -> wire.CommentResponse:
    """Keep a comment for later."""
    async with call.write() as tx:
        await save_comment(tx, call.viewer, asked.comment_id, saved=asked.save)
        return await _comment(tx, call, asked.comment_id)


async def _comment(tx: Any, call: Call, comment_id: int, told: Sequence[int] = ()) -> wire.CommentResponse:
    """The comment as it is now, and who is told."""
    return _response(await view.comment_view(tx, call.viewer, comment_id), call, told)


def _response(found: CommentView, call: Call, told: Sequence[int]) -> wire.CommentResponse:
    shown = comment_view(found, in_full=call.viewer.admin)
    return wire.CommentResponse(comment_view=shown, recipient_ids=list(told))
