"""One's own settings: saving them, taking them along, bringing them."""

from typing import Any

import msgspec

from folkmoot.api.call import Call
from folkmoot.api.v3.accounts import DONE
from folkmoot.api.v3.wire import accounts as wire
from folkmoot.api.v3.wire.objects import SuccessResponse
from folkmoot.core.people import settings
from folkmoot.core.people.export import export_settings as core_export
from folkmoot.core.people.import_settings import import_settings as core_import
from folkmoot.core.people.import_settings import read_backup
from folkmoot.core.people.settings import SaveSettings

_OURS = {
    "bot_account": "bot",
    "infinite_scroll_enabled": "infinite_scroll",
    "enable_keyboard_navigation": "keyboard_navigation",
    "enable_animated_images": "animated_images",
    "show_upvotes": "vote_show_upvotes",
    "show_downvotes": "vote_show_downvotes",
    "show_upvote_percentage": "vote_show_percentage",
}
"""Members of the request that core calls by another name."""


async def save_user_settings(call: Call, asked: wire.SaveUserSettings) -> SuccessResponse:
    """Change what was given (W-13); pictures have to be on the public internet (I-1)."""
    await call.context.must_be_public(asked.avatar, "avatar")
    await call.context.must_be_public(asked.banner, "banner")
    given: dict[str, Any] = {
        _OURS.get(name, name): value for name, value in msgspec.structs.asdict(asked).items()
    }
    if asked.discussion_languages is not None:
        given["discussion_languages"] = frozenset(asked.discussion_languages)
    wanted = SaveSettings(**given, mail_is_set_up=call.context.settings.mail_is_set_up)
    async with call.write() as tx:
        await settings.save_settings(tx, call.viewer, wanted)
    return DONE


async def donation_dialog_shown(call: Call) -> SuccessResponse:
    """The caller has seen the call for donations (W-12)."""
    async with call.write() as tx:
        await settings.donation_dialog_shown(tx, call.viewer)
    return DONE


async def export_settings(call: Call) -> dict[str, Any]:
    """Everything that is the caller's own (E-1)."""
    async with call.read() as tx:
        return await core_export(tx, call.viewer)


async def import_settings(call: Call, asked: wire.UserSettingsBackup) -> SuccessResponse:
    """Take over a file; its lists are worked through later (E-2)."""
    backup = read_backup(msgspec.to_builtins(asked))
    async with call.write() as tx:
        await core_import(tx, call.viewer, backup)
    return DONE
