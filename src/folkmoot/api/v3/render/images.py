"""Pictures."""

from folkmoot.api.v3.render.base import moment
from folkmoot.api.v3.render.people import person
from folkmoot.api.v3.wire import images as wire
from folkmoot.core.images.upload import Uploaded
from folkmoot.model.images import LocalImageView


def uploaded(done: Uploaded) -> wire.PictrsFile:
    """A file that was just taken in (I-7)."""
    picture = done.picture
    return wire.PictrsFile(
        file=done.image.alias,
        delete_token=done.image.delete_token,
        details=wire.PictrsFileDetails(
            width=picture.width,
            height=picture.height,
            content_type=picture.type,
            created_at=moment(done.image.published),
        ),
    )


def local_image_view(view: LocalImageView) -> wire.LocalImageView:
    """An upload in a list (I-10)."""
    image = view.image
    return wire.LocalImageView(
        local_image=wire.LocalImage(
            local_user_id=image.local_user_id,
            pictrs_alias=image.alias,
            pictrs_delete_token=image.delete_token,
            published=moment(image.published),
        ),
        person=person(view.person),
    )
