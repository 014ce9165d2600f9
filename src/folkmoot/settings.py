"""What an operator can set: one frozen class, one documented line per setting.

Three places, later ones winning: the defaults here, a TOML file, the environment. Whatever is unknown or wrong stops the
start, all of it named at once, so that nobody finds the second mistake only after mending the first.

What a site's administrators change while it runs (its name, who may register, …) is not here but in the database.
"""

import re
import tomllib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, fields
from datetime import date, datetime
from difflib import get_close_matches
from ipaddress import ip_address
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from folkmoot.model.members import REPUBLISHES
from folkmoot.model.time import Micros, from_rfc3339

PREFIX = "FOLKMOOT_"
CONFIG = "FOLKMOOT_CONFIG"
DEFAULT_FILE = "folkmoot.toml"

NOT_OURS = ("FOLKMOOT_TEST_", "FOLKMOOT_BENCH_", "FOLKMOOT_SHARED", CONFIG)
"""Beginnings of names that look like settings, and belong to the test suite, the benchmark or `load_settings` itself."""


class WrongSettings(Exception):
    """The server cannot start with these settings; `problems` holds one sentence for each thing wrong."""

    def __init__(self, problems: list[str]) -> None:
        super().__init__("\n".join(problems))
        self.problems = problems


@dataclass(frozen=True, slots=True)
class Kind:
    """How the text of a setting is read (`ValueError` where it cannot be), and the words for what is allowed."""

    read: Callable[[str], Any]
    allowed: str


# --- kinds of values -----------------------------------------------------------------------------------------------


def _one_of(*words: str) -> Kind:
    def read(text: str) -> str:
        if text.lower() not in words:
            raise ValueError(text)
        return text.lower()

    return Kind(read, "one of " + ", ".join(words))


def _number(least: int, most: int) -> Kind:
    def read(text: str) -> int:
        number = int(text)
        if not least <= number <= most:
            raise ValueError(text)
        return number

    return Kind(read, f"a whole number from {least} to {most}")


def _matching(pattern: str, allowed: str) -> Kind:
    def read(text: str) -> str:
        if not re.fullmatch(pattern, text):
            raise ValueError(text)
        return text

    return Kind(read, allowed)


def _read_switch(text: str) -> bool:
    word = text.lower()
    if word not in {"1", "true", "yes", "on", "0", "false", "no", "off"}:
        raise ValueError(text)
    return word in {"1", "true", "yes", "on"}


def _read_audience(text: str) -> str:
    word = text.lower()
    if word in {"apps", "everyone", "nobody"}:
        return word
    return "apps" if _read_switch(word) else "nobody"


def _split_port(text: str) -> tuple[str, int | None]:
    """Host and port of `host`, `host:port` or `[v6]:port`, where the port may be missing."""
    parts = urlsplit(f"//{text}")
    if not parts.hostname or parts.path or parts.query or parts.fragment or "@" in text or text.endswith(":"):
        raise ValueError(text)
    return parts.hostname, parts.port


def _read_bind(text: str) -> str:
    host, port = _split_port(text)
    if port is None:
        raise ValueError(text)
    return f"{_bracketed(host)}:{port}"


def _read_hostname(text: str) -> str:
    host, port = _split_port(text)
    if ":" in host:
        ip_address(host)
    else:
        # Names are compared byte by byte all over the fediverse, so there is one spelling: ASCII, small letters.
        host = host.encode("idna").decode("ascii").lower()
        if not re.fullmatch(r"[a-z0-9]([a-z0-9.-]*[a-z0-9])?", host):
            raise ValueError(text)
    return _bracketed(host) + (f":{port}" if port is not None else "")


def _read_hosts(text: str) -> tuple[str, ...]:
    return () if text == "-" else tuple(_read_hostname(host.strip()) for host in text.split(","))


def _read_software(text: str) -> str:
    names = [] if text == "-" else [name.strip().lower() for name in text.split(",")]
    if not all(re.fullmatch(r"[a-z0-9_-]+(/[0-9][0-9.]*)?", name) for name in names):
        raise ValueError(text)
    return ",".join(names)


def _bracketed(host: str) -> str:
    return f"[{host}]" if ":" in host else host


def _read_database(text: str) -> str:
    if text.startswith("sqlite:///") and len(text) > len("sqlite:///"):
        return text
    parts = urlsplit(text)
    if parts.scheme not in {"postgresql", "postgres"} or not parts.path.strip("/"):
        raise ValueError(text)
    return "postgresql" + text[len(parts.scheme) :]


def _read_smtp(text: str) -> str:
    parts = urlsplit(text)
    if parts.scheme not in {"smtp", "smtps"} or not parts.hostname or parts.path.strip("/"):
        raise ValueError(text)
    _ = parts.port  # raises for one that is no number
    return text


ADDRESS = Kind(_read_bind, "host:port, such as 127.0.0.1:8536 or [::1]:8536")
DATABASE = Kind(
    _read_database,
    "sqlite:///relative/path.db, sqlite:////absolute/path.db or postgresql://user:password@host/name",
)
FOLDER = Kind(Path, "a directory")
HOSTNAME = Kind(
    _read_hostname, "a host name without https:// and path, such as forum.example.org or localhost:8536"
)
HOSTS = Kind(_read_hosts, "host names with commas between, or a dash for none")
MAIL_ADDRESS = _matching(r"[^@\s<>]+@[^@\s<>]+", "a bare mail address, such as forum@example.org")
MOMENT = Kind(from_rfc3339, "a moment with its time zone, such as 2026-01-31T12:00:00Z")
NAME = _matching(r"[A-Za-z0-9_]{3,20}", "3 to 20 letters a-z, digits and underscores")
PASSWORD = _matching(r"(?s).{10,60}", "10 to 60 characters")
SMTP = Kind(
    _read_smtp, "smtp://user:password@host:587 (turns to TLS) or smtps://user:password@host:465 (TLS at once)"
)
SOFTWARE = Kind(
    _read_software,
    "names of programs with commas between, such as mbin, or lemmy/0 for its versions 0.x; or a dash for none",
)
WEB_ADDRESS = _matching(r"https?://[^\s<>\"]+", "an address with http:// or https://")
SWITCH = Kind(_read_switch, "true or false")
AUDIENCE = Kind(_read_audience, "apps, everyone or nobody")


# --- the settings --------------------------------------------------------------------------------------------------


def setting(default: Any, kind: Kind, says: str, *, secret: bool = False) -> Any:
    """One line of `Settings`. A `secret` value is kept out of logs and messages."""
    return field(default=default, repr=not secret, metadata={"kind": kind, "says": says, "secret": secret})


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """Everything the server is told from outside. Made by `load_settings`, which fills what depends on other lines."""

    # fmt: off
    database: str = setting("", DATABASE, "Where everything is kept. Unset: `folkmoot.db` in the data directory.", secret=True)
    data_dir: Path = setting(Path("data"), FOLDER, "Directory for the database, pictures and whatever else is kept in files.")
    bind: str = setting("127.0.0.1:8536", ADDRESS, "Address and port to listen on.")
    hostname: str = setting("", HOSTNAME, "Public name of the site, with a port where people type one. It is part of every address other servers keep: choose once. Unset: the address of `bind`.")
    scheme: str = setting("auto", _one_of("auto", "http", "https"), "How people reach the site. `auto`: http in development and on a loopback name without a proxy, else https.")
    trusted_proxies: int = setting(0, _number(0, 10), "Number of reverse proxies in front, whose word for the client's address is taken.")
    workers: int = setting(1, _number(1, 64), "Server processes.")
    work: bool = setting(True, SWITCH, "Whether the server also does the background work. Turn off where `folkmoot work` runs elsewhere.")
    admin_name: str | None = setting(None, NAME, "Name of the administrator made at the first start.")
    admin_password: str | None = setting(None, PASSWORD, "Password of that administrator; not read again once there is one.", secret=True)
    mail_from: str = setting("", MAIL_ADDRESS, "Sender of mails. Unset: `folkmoot@` and the host name.")
    smtp_url: str | None = setting(None, SMTP, "Server that sends mails. Unset: they go to `mail_sink`.", secret=True)
    mail_sink: str = setting("console", _one_of("console", "file"), "Where mails go without `smtp_url`: the log (people are told that the site sends none), or files under `mail` in the data directory.")
    image_mode: str = setting("store-previews", _one_of("none", "store-previews", "proxy-all"), "Pictures of other servers: linked only, small previews kept here, or all fetched through this server.")
    image_bypass_hosts: tuple[str, ...] = setting(("i.imgur.com",), HOSTS, "Hosts that turn away servers which fetch pictures for others: with `proxy-all` readers are sent to them. A dash for none.")
    picture_cache_mb: int = setting(4096, _number(0, 16_777_216), "Disk for pictures of other servers that were fetched for readers, in megabytes: above that the oldest go, and are fetched again when somebody looks at them. 0: no limit.")
    page_cache_mb: int = setting(64, _number(0, 65536), "Memory for ready pages in each worker, in megabytes; 0 turns it off.")
    delivery_at_once: int = setting(64, _number(1, 1000), "Activities that each working process sends to other servers at the same time.")
    delivery_per_server: int = setting(8, _number(1, 64), "How many of them may be on their way to one server. Those about one thread go one after the other whatever is set here; 1 sends everything in order.")
    verify_announced: str = setting("sample", _one_of("sample", "always", "never"), "Whether what communities elsewhere pass on from people of third servers is compared with what those servers say: some of it afterwards, all of it before it is taken in, or nothing.")
    reactions: str = setting("ignore", _one_of("ignore", "count"), "Whether reactions with an emoji alone count as votes for a thing. A like with an emoji always does.")
    boosts: str = setting("ignore", _one_of("ignore", "count"), "Whether a thing that a person elsewhere boosts has their vote.")
    message_min_age: int = setting(0, _number(0, 720), "Hours that an account has to exist before it may write private messages to people here, on whatever server it is. 0: none.")
    retention_days: int = setting(7, _number(7, 90), "Days for which it is kept what other servers sent, how it ended, and what was sent to them; one that was away for so long still gets what it missed.")
    private_denylist: str = setting(",".join(sorted(REPUBLISHES)), SOFTWARE, "Software of other servers whose people are not let into private communities, because it shows to everybody what it gets.")
    nodeinfo_as_lemmy: str = setting("apps", AUDIENCE, "Who is told in nodeinfo that the software is `lemmy`, which most apps insist on. `everyone`: directories and services for Lemmy servers, too, which else take the site for something else.")
    source_url: str = setting("", WEB_ADDRESS, "Where the source of exactly this program is offered, as the AGPL asks of those who run a changed one for others; the page /source leads there.")
    log_level: str = setting("info", _one_of("debug", "info", "warning", "error"), "Least important messages that are logged.")
    log_format: str = setting("auto", _one_of("auto", "console", "json"), "Lines for people or for programs. `auto`: for people on a terminal, else JSON.")
    development: bool = setting(False, SWITCH, "For developers: other servers by plain http, at any port and in private networks, errors in full, templates read anew. Never on a public server.")
    now: Micros | None = setting(None, MOMENT, "The moment at which the clock stands, for tests and screenshots. Only in development.")
    # fmt: on

    @property
    def engine(self) -> str:
        """`sqlite` or `postgresql`."""
        return self.database.partition(":")[0]

    @property
    def sqlite_path(self) -> Path | None:
        """The database file, or none where the database is PostgreSQL."""
        return Path(self.database.removeprefix("sqlite:///")) if self.engine == "sqlite" else None

    @property
    def mail_is_set_up(self) -> bool:
        """Whether mails go anywhere that somebody looks."""
        return self.smtp_url is not None or self.mail_sink == "file"

    @property
    def bind_host(self) -> str:
        """The host part of `bind`, an IPv6 address without its brackets."""
        return self.bind.rpartition(":")[0].strip("[]")

    @property
    def bind_port(self) -> int:
        """The port of `bind`."""
        return int(self.bind.rpartition(":")[2])

    @property
    def host(self) -> str:
        """The host part of `hostname`: no port, an IPv6 address without its brackets."""
        return _split_port(self.hostname)[0]

    @property
    def origin(self) -> str:
        """`https://forum.example.org`: what every address of this site begins with, no slash at the end."""
        return f"{self.scheme}://{self.hostname}"


# --- loading -------------------------------------------------------------------------------------------------------


def load_settings(environ: Mapping[str, str], path: Path | None = None) -> Settings:
    """Settings from a TOML file and the environment.

    The file is `path`, else what `FOLKMOOT_CONFIG` names, else `folkmoot.toml` in the working directory where there is
    one. An empty value counts as unset. Raises `WrongSettings` with every problem found.
    """
    problems: list[str] = []
    given: dict[str, tuple[str, str]] = {}
    if (file := _config_file(environ, path, problems)) is not None:
        given |= _from_file(file, problems)
    given |= _from_environment(environ)

    values = dict(_read_all(given, problems))
    problems += _contradictions(values, {name for name, (_, text) in given.items() if text.strip()})
    if problems:
        raise WrongSettings(problems)
    return _filled_in(values)


def _config_file(environ: Mapping[str, str], path: Path | None, problems: list[str]) -> Path | None:
    named = path or (Path(environ[CONFIG]) if environ.get(CONFIG) else None)
    if named is None:
        return Path(DEFAULT_FILE) if Path(DEFAULT_FILE).is_file() else None
    if not named.is_file():
        problems.append(
            f"There is no settings file at {named} (named by {'the command' if path else CONFIG})."
        )
        return None
    return named


def _from_file(file: Path, problems: list[str]) -> dict[str, tuple[str, str]]:
    """Name of a setting → (where it stands, its text)."""
    try:
        table = tomllib.loads(file.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        problems.append(f"{file} cannot be read: {error}.")
        return {}
    return {name: (f"{name} in {file}", _text_of(value)) for name, value in table.items()}


def _text_of(value: object) -> str:
    """A TOML value as it would stand in the environment, so that there is one way to read each setting."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, (datetime, date)):
        return value.isoformat()
    return str(value)


def _from_environment(environ: Mapping[str, str]) -> dict[str, tuple[str, str]]:
    return {
        name.removeprefix(PREFIX).lower(): (name, text)
        for name, text in environ.items()
        if name.startswith(PREFIX) and not name.startswith(NOT_OURS)
    }


def _read_all(given: Mapping[str, tuple[str, str]], problems: list[str]) -> Iterator[tuple[str, Any]]:
    """Each known setting that was given a value, read; what cannot be read or is unknown goes to `problems`."""
    known = {line.name: line for line in fields(Settings)}
    for name, (where, text) in given.items():
        if name not in known:
            near = get_close_matches(name, known, n=1)
            hint = f" Did you mean {near[0]}?" if near else " docs/reference/settings.md lists what there is."
            problems.append(f"{where} is not a setting.{hint}")
        elif text.strip():
            kind: Kind = known[name].metadata["kind"]
            try:
                yield name, kind.read(text.strip())
            except ValueError:
                shown = "(a value not shown here)" if known[name].metadata["secret"] else repr(text)
                problems.append(f"{where} is {shown}, and has to be {kind.allowed}.")


def _contradictions(values: Mapping[str, Any], given: set[str]) -> Iterator[str]:
    if "now" in given and not values.get("development"):
        yield "FOLKMOOT_NOW stops the clock, which only FOLKMOOT_DEVELOPMENT=1 allows."
    if ("admin_name" in given) != ("admin_password" in given):
        yield "FOLKMOOT_ADMIN_NAME and FOLKMOOT_ADMIN_PASSWORD belong together: set both or neither."


def _filled_in(values: Mapping[str, Any]) -> Settings:
    """The settings with the lines that depend on others decided."""
    plain = Settings(**values)
    host, port = _split_port(plain.hostname or _reachable(plain.bind))
    scheme = plain.scheme
    if scheme == "auto":
        local = is_loopback(host) and plain.trusted_proxies == 0
        scheme = "http" if plain.development or local else "https"
    # Browsers leave a scheme's own port out of what they send, so an address that kept it would never match.
    keep_port = port is not None and port != {"http": 80, "https": 443}[scheme]
    derived = {
        "scheme": scheme,
        "hostname": _bracketed(host) + (f":{port}" if keep_port else ""),
        "database": plain.database or f"sqlite:///{plain.data_dir / 'folkmoot.db'}",
        "mail_from": plain.mail_from or f"folkmoot@{host}",
    }
    return Settings(**{**values, **derived})


def _reachable(bind: str) -> str:
    """`bind`, with a name one can type where it means every address of the machine."""
    host, port = _split_port(bind)
    return f"localhost:{port}" if host in {"0.0.0.0", "::"} else bind


def is_loopback(host: str) -> bool:
    """Whether a host name or address (no port, no brackets) is this machine itself."""
    if host == "localhost" or host.endswith(".localhost"):
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False
