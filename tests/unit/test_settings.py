"""What an operator sets: wrong values are all named, right ones are read, nothing at all works too."""

from pathlib import Path

import pytest

from folkmoot.model.time import from_rfc3339
from folkmoot.settings import WrongSettings, is_loopback, load_settings


@pytest.fixture(autouse=True)
def empty_working_directory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def problems_of(environ: dict[str, str], path: Path | None = None) -> list[str]:
    with pytest.raises(WrongSettings) as caught:
        load_settings(environ, path)
    return caught.value.problems


# --- refusals ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "value", "allowed"),
    [
        ("FOLKMOOT_BIND", "8536", "host:port"),
        ("FOLKMOOT_BIND", "localhost", "host:port"),
        ("FOLKMOOT_BIND", "localhost:", "host:port"),
        ("FOLKMOOT_BIND", "localhost:65536", "host:port"),
        ("FOLKMOOT_DATABASE", "mysql://somewhere/folkmoot", "postgresql://"),
        ("FOLKMOOT_DATABASE", "sqlite:///", "sqlite:///relative"),
        ("FOLKMOOT_DATABASE", "postgresql://localhost", "postgresql://"),
        ("FOLKMOOT_HOSTNAME", "https://forum.example.org", "without https://"),
        ("FOLKMOOT_HOSTNAME", "forum.example.org/", "without https://"),
        ("FOLKMOOT_HOSTNAME", "me@forum.example.org", "without https://"),
        ("FOLKMOOT_HOSTNAME", "forum_.example..org", "without https://"),
        ("FOLKMOOT_WORKERS", "0", "from 1 to 64"),
        ("FOLKMOOT_NODEINFO_AS_LEMMY", "some", "apps, everyone or nobody"),
        ("FOLKMOOT_WORKERS", "two", "from 1 to 64"),
        ("FOLKMOOT_WORK", "maybe", "true or false"),
        ("FOLKMOOT_LOG_LEVEL", "loud", "one of debug, info, warning, error"),
        ("FOLKMOOT_SMTP_URL", "mail.example.org", "smtp://"),
        ("FOLKMOOT_SMTP_URL", "smtp://mail.example.org:mail", "smtp://"),
        ("FOLKMOOT_MAIL_FROM", "Forum <forum@example.org>", "a bare mail address"),
        ("FOLKMOOT_NOW", "yesterday", "with its time zone"),
        ("FOLKMOOT_NOW", "2026-01-31T12:00:00", "with its time zone"),
    ],
)
def test_a_wrong_value_is_named_with_what_is_allowed(name: str, value: str, allowed: str) -> None:
    problem = problems_of({name: value, "FOLKMOOT_DEVELOPMENT": "1"})
    assert len(problem) == 1
    assert problem[0].startswith(name)
    assert allowed in problem[0]


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("FOLKMOOT_DATABASE", "mysql://folkmoot:hunter22@somewhere/folkmoot"),
        ("FOLKMOOT_SMTP_URL", "http://folkmoot:hunter22@somewhere"),
        ("FOLKMOOT_ADMIN_PASSWORD", "hunter22"),
    ],
)
def test_a_wrong_secret_is_named_but_not_shown(name: str, value: str) -> None:
    administrator = {"FOLKMOOT_ADMIN_NAME": "alice", "FOLKMOOT_ADMIN_PASSWORD": "0123456789"}
    problems = problems_of({**administrator, name: value})
    assert [problem.split()[0] for problem in problems] == [name]
    assert "hunter22" not in problems[0]


def test_everything_wrong_is_named_at_once() -> None:
    problems = problems_of({"FOLKMOOT_BIND": "x", "FOLKMOOT_WORKERS": "many", "FOLKMOOT_COLOUR": "green"})
    assert [problem.split()[0] for problem in problems] == [
        "FOLKMOOT_BIND",
        "FOLKMOOT_WORKERS",
        "FOLKMOOT_COLOUR",
    ]


def test_an_unknown_name_comes_with_the_one_that_was_meant() -> None:
    assert problems_of({"FOLKMOOT_HOSTNAM": "forum.example.org"}) == [
        "FOLKMOOT_HOSTNAM is not a setting. Did you mean hostname?"
    ]


def test_the_clock_stands_only_in_development() -> None:
    assert "FOLKMOOT_DEVELOPMENT=1" in problems_of({"FOLKMOOT_NOW": "2026-01-31T12:00:00Z"})[0]


@pytest.mark.parametrize(
    "alone", [{"FOLKMOOT_ADMIN_NAME": "alice"}, {"FOLKMOOT_ADMIN_PASSWORD": "correct horse"}]
)
def test_an_administrator_needs_a_name_and_a_password(alone: dict[str, str]) -> None:
    assert "both or neither" in problems_of(alone)[0]


def test_a_settings_file_that_is_not_there_is_a_problem_where_it_was_named() -> None:
    assert "FOLKMOOT_CONFIG" in problems_of({"FOLKMOOT_CONFIG": "elsewhere.toml"})[0]
    assert "the command" in problems_of({}, Path("elsewhere.toml"))[0]


def test_a_settings_file_that_is_no_toml_is_named_with_the_line(tmp_path: Path) -> None:
    (tmp_path / "folkmoot.toml").write_text("bind = \nworkers = 2\n")
    problems = problems_of({})
    assert problems[0].startswith("folkmoot.toml cannot be read")
    assert "line 1" in problems[0]


def test_a_wrong_line_of_the_file_is_named_with_the_file(tmp_path: Path) -> None:
    (tmp_path / "folkmoot.toml").write_text('workers = "many"\n[mail]\nfrom = "x"\n')
    problems = problems_of({})
    assert problems[0].startswith("workers in folkmoot.toml is 'many'")
    assert problems[1].startswith("mail in folkmoot.toml is not a setting")


# --- what is read --------------------------------------------------------------------------------------------------


def test_nothing_set_is_a_site_on_this_machine() -> None:
    settings = load_settings({})
    assert settings.origin == "http://127.0.0.1:8536"
    assert (settings.bind_host, settings.bind_port) == ("127.0.0.1", 8536)
    assert settings.engine == "sqlite"
    assert settings.sqlite_path == Path("data/folkmoot.db")
    assert settings.mail_from == "folkmoot@127.0.0.1"


def test_the_file_is_read_and_the_environment_wins(tmp_path: Path) -> None:
    (tmp_path / "folkmoot.toml").write_text('workers = 2\nwork = false\nlog_level = "debug"\n')
    settings = load_settings({"FOLKMOOT_LOG_LEVEL": "WARNING"})
    assert (settings.workers, settings.work, settings.log_level) == (2, False, "warning")


def test_a_file_may_lie_anywhere_and_the_command_wins(tmp_path: Path) -> None:
    (tmp_path / "folkmoot.toml").write_text("workers = 2\n")
    (tmp_path / "one.toml").write_text("workers = 3\n")
    (tmp_path / "two.toml").write_text("workers = 4\nnow = 2026-01-31T12:00:00Z\ndevelopment = true\n")
    assert load_settings({"FOLKMOOT_CONFIG": "one.toml"}).workers == 3
    settings = load_settings({"FOLKMOOT_CONFIG": "one.toml"}, tmp_path / "two.toml")
    assert (settings.workers, settings.now) == (4, from_rfc3339("2026-01-31T12:00:00Z"))


def test_an_empty_value_counts_as_unset() -> None:
    assert load_settings({"FOLKMOOT_SMTP_URL": "", "FOLKMOOT_WORKERS": " "}) == load_settings({})


def test_names_of_the_test_suite_and_the_benchmark_are_no_settings() -> None:
    others = {
        "FOLKMOOT_TEST_DATABASE": "x",
        "FOLKMOOT_BENCH_SECONDS": "5",
        "FOLKMOOT_SHARED": "elsewhere",
        "HOME": "x",
    }
    assert load_settings(others) == load_settings({})


@pytest.mark.parametrize(
    ("text", "told"),
    [("everyone", "everyone"), ("Nobody", "nobody"), ("apps", "apps"), ("1", "apps"), ("false", "nobody")],
)
def test_who_is_told_that_this_is_lemmy(text: str, told: str) -> None:
    assert load_settings({"FOLKMOOT_NODEINFO_AS_LEMMY": text}).nodeinfo_as_lemmy == told
    assert load_settings({}).nodeinfo_as_lemmy == "apps"


@pytest.mark.parametrize(
    ("environ", "origin"),
    [
        ({"FOLKMOOT_HOSTNAME": "forum.example.org"}, "https://forum.example.org"),
        ({"FOLKMOOT_HOSTNAME": "Forum.Example.ORG:8443"}, "https://forum.example.org:8443"),
        ({"FOLKMOOT_HOSTNAME": "forum.example.org:443"}, "https://forum.example.org"),
        ({"FOLKMOOT_HOSTNAME": "bücher.example"}, "https://xn--bcher-kva.example"),
        ({"FOLKMOOT_HOSTNAME": "forum.example.org", "FOLKMOOT_DEVELOPMENT": "1"}, "http://forum.example.org"),
        ({"FOLKMOOT_HOSTNAME": "forum.example.org", "FOLKMOOT_SCHEME": "http"}, "http://forum.example.org"),
        ({"FOLKMOOT_HOSTNAME": "localhost"}, "http://localhost"),
        ({"FOLKMOOT_HOSTNAME": "localhost", "FOLKMOOT_TRUSTED_PROXIES": "1"}, "https://localhost"),
        ({"FOLKMOOT_BIND": "0.0.0.0:80"}, "http://localhost"),
        ({"FOLKMOOT_BIND": "[::]:8536"}, "http://localhost:8536"),
        ({"FOLKMOOT_BIND": "[::1]:8536"}, "http://[::1]:8536"),
        ({"FOLKMOOT_BIND": "192.0.2.1:8536"}, "https://192.0.2.1:8536"),
    ],
)
def test_the_address_that_everything_begins_with(environ: dict[str, str], origin: str) -> None:
    assert load_settings(environ).origin == origin


@pytest.mark.parametrize(
    ("database", "engine", "path"),
    [
        ("sqlite:///folkmoot.db", "sqlite", Path("folkmoot.db")),
        ("sqlite:////srv/folkmoot.db", "sqlite", Path("/srv/folkmoot.db")),
        ("postgresql://folkmoot@localhost/folkmoot", "postgresql", None),
        ("postgres://folkmoot@localhost/folkmoot", "postgresql", None),
    ],
)
def test_a_database_names_its_engine(database: str, engine: str, path: Path | None) -> None:
    settings = load_settings({"FOLKMOOT_DATABASE": database})
    assert (settings.engine, settings.sqlite_path) == (engine, path)


def test_the_database_follows_the_data_directory() -> None:
    assert load_settings({"FOLKMOOT_DATA_DIR": "/srv/folkmoot"}).sqlite_path == Path(
        "/srv/folkmoot/folkmoot.db"
    )


def test_secrets_are_not_shown_with_the_settings() -> None:
    shown = repr(
        load_settings(
            {
                "FOLKMOOT_ADMIN_NAME": "alice",
                "FOLKMOOT_ADMIN_PASSWORD": "correct horse",
                "FOLKMOOT_DATABASE": "postgresql://folkmoot:hunter22@localhost/folkmoot",
                "FOLKMOOT_SMTP_URL": "smtp://folkmoot:swordfish@mail.example.org",
            }
        )
    )
    assert "alice" in shown
    assert not [secret for secret in ("correct horse", "hunter22", "swordfish") if secret in shown]


@pytest.mark.parametrize("host", ["localhost", "a.localhost", "127.0.0.1", "127.8.8.8", "::1"])
def test_this_machine_is_recognised(host: str) -> None:
    assert is_loopback(host)


@pytest.mark.parametrize("host", ["localhost.example.org", "192.0.2.1", "::2", "notlocalhost"])
def test_other_machines_are_other_machines(host: str) -> None:
    assert not is_loopback(host)


def test_the_example_for_a_public_server_can_be_used() -> None:
    settings = load_settings({}, Path(__file__).resolve().parents[2] / "deploy" / "folkmoot.toml")
    assert settings.origin == "https://forum.example.org"
