"""Pictures that are kept here."""

from dataclasses import dataclass

from folkmoot.model.people import Person
from folkmoot.model.records import Record
from folkmoot.model.time import Micros


@dataclass(frozen=True, slots=True)
class LocalImage:
    """A file here. `alias` is its name; `local_user_id` who uploaded it, nobody for the preview of a link."""

    alias: str
    delete_token: str
    local_user_id: int | None
    published: Micros


@dataclass(frozen=True, slots=True)
class LocalImageView:
    """An upload with the person whose it is."""

    image: LocalImage
    person: Person


class ImageDetails(Record, frozen=True, gc=False):
    """What is known of the picture at an address (I-6)."""

    link: str
    width: int
    height: int
    content_type: str
