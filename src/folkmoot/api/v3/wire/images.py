"""Uploads, lists of them, and what a link says of itself."""

from folkmoot.api.v3.wire.base import Int64, Wire
from folkmoot.api.v3.wire.objects import Person


class GetSiteMetadata(Wire):
    url: str


class GetImage(Wire):
    """`format`: a name of I-8; what is no such name is an unknown picture."""

    format: str | None = None
    thumbnail: Int64 | None = None


class ProxyImage(Wire):
    url: str
    format: str | None = None
    thumbnail: Int64 | None = None


class LinkMetadata(Wire):
    title: str | None = None
    description: str | None = None
    image: str | None = None
    embed_video_url: str | None = None
    content_type: str | None = None


class GetSiteMetadataResponse(Wire):
    metadata: LinkMetadata


class ListMedia(Wire):
    page: Int64 | None = None
    limit: Int64 | None = None


class LocalImage(Wire):
    pictrs_alias: str
    pictrs_delete_token: str
    published: str
    local_user_id: int | None = None


class LocalImageView(Wire):
    local_image: LocalImage
    person: Person


class ListMediaResponse(Wire):
    images: list[LocalImageView]


class PictrsFileDetails(Wire):
    width: int
    height: int
    content_type: str
    created_at: str


class PictrsFile(Wire):
    file: str
    delete_token: str
    details: PictrsFileDetails


class PictrsResponse(Wire):
    msg: str
    files: list[PictrsFile] | None = None
