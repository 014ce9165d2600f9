"""`folkmoot doctor` about other servers: what keeps them from reaching this one, and from believing it."""

from types import SimpleNamespace

import pytest

from folkmoot.cli import doctor_federation
from folkmoot.cli.doctor_federation import check_clock, check_https, check_public_name
from folkmoot.net.doorstep import Doorstep
from folkmoot.settings import Settings, load_settings

PUBLIC = {"FOLKMOOT_HOSTNAME": "forum.example.org", "FOLKMOOT_TRUSTED_PROXIES": "1"}


@pytest.mark.parametrize(
    ("environ", "words"),
    [
        ({}, "this machine only"),
        ({"FOLKMOOT_HOSTNAME": "192.0.2.7"}, "expect a name"),
        ({"FOLKMOOT_HOSTNAME": "forum"}, "public DNS"),
        ({"FOLKMOOT_HOSTNAME": "forum.lan"}, "public DNS"),
        ({"FOLKMOOT_HOSTNAME": "forum.example.org:8443"}, "port"),
        ({"FOLKMOOT_SCHEME": "http"}, "https only"),
        ({"FOLKMOOT_TRUSTED_PROXIES": "0"}, "needs a proxy"),
    ],
)
def test_a_name_that_others_cannot_reach_is_worth_knowing(environ: dict[str, str], words: str) -> None:
    finding = check_public_name(load_settings(PUBLIC | environ if environ else {}))
    assert finding.state == "note"
    assert words in finding.says


def test_a_good_name() -> None:
    assert check_public_name(load_settings(PUBLIC)).state == "ok"


NOW = 1_780_315_200.0


@pytest.fixture
def seen() -> Doorstep:
    """What the site looks like. Parametrize it."""
    return Doorstep(200)


@pytest.fixture
def asked(seen: Doorstep, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Who was asked."""
    origins: list[str] = []

    async def look(settings: Settings) -> Doorstep:
        origins.append(settings.origin)
        return seen

    monkeypatch.setattr(doctor_federation, "look_from_outside", look)
    monkeypatch.setattr(doctor_federation, "time", SimpleNamespace(time=lambda: NOW))
    return origins


@pytest.mark.parametrize(
    ("seen", "state", "words"),
    [
        (Doorstep(403, date=NOW), "problem", "turns away"),
        (Doorstep(200, date=NOW - 4000), "problem", "clocks"),
        (Doorstep(502, date=NOW), "note", "nothing runs"),
        (Doorstep(None, "forum.example.org is not there"), "note", "is not there"),
        (Doorstep(200, date=NOW), "ok", "accepted"),
        (Doorstep(200), "ok", "accepted"),
    ],
)
def test_the_public_address_is_asked_as_other_servers_ask(asked: list[str], state: str, words: str) -> None:
    finding = check_https(load_settings(PUBLIC))
    assert (finding.state, asked) == (state, ["https://forum.example.org"])
    assert words in finding.says


@pytest.mark.parametrize("hostname", ["localhost:8536", "192.0.2.7", "forum.lan"])
def test_an_address_that_is_none_of_the_internet_is_not_asked(asked: list[str], hostname: str) -> None:
    assert check_https(load_settings(PUBLIC | {"FOLKMOOT_HOSTNAME": hostname})).state == "ok"
    assert asked == []


@pytest.mark.parametrize(("in_time", "state"), [(False, "note"), (None, "ok"), (True, "ok")])
def test_a_clock_that_nothing_keeps_in_time_is_worth_knowing(
    in_time: bool | None, state: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(doctor_federation, "is_in_time", lambda: in_time)
    assert check_clock(load_settings({})).state == state


def test_the_machine_is_asked_about_its_clock() -> None:
    assert doctor_federation.is_in_time() in (True, False, None)
