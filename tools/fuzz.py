"""`make fuzz-api`: the whole contract of API v3 against a seeded server, with calls that nobody would think of.

`python -m tools.fuzz [SECONDS]` starts a server with a small site of its own and lets schemathesis call every operation, as an admin, as
a visitor and then those that would end the session or shut the site. Nothing may answer 5xx, nothing other than the contract says.
"""

import json
import os
import subprocess
import sys
import tempfile
import urllib.request
import venv
from pathlib import Path
from typing import Any

from tests.faces.api_v3.contract import document
from tools.bench.server import FOLKMOOT, environment, free_port, serving

WORKSHOP = Path(".venv-fuzz").absolute()
LOCK = Path("tests/fuzz/requirements.lock")
CHECKS = "not_a_server_error,status_code_conformance,content_type_conformance,response_schema_conformance"
NAME, PASSWORD = "admin", "correct horse battery"
LIMITS = ("message", "post", "register", "image", "comment", "search")

# What ends the caller's session, or changes what every later answer is.
LAST = (
    "/api/v3/site",
    "/api/v3/user/logout",
    "/api/v3/user/leave_admin",
    "/api/v3/user/delete_account",
    "/api/v3/user/change_password",
    "/api/v3/user/ban",
    "/api/v3/admin/add",
    "/api/v3/admin/purge/person",
)


def main() -> None:
    """Call away for so many seconds, 90 unless told otherwise; exit with 1 where something was wrong."""
    budget = int(sys.argv[1]) if len(sys.argv) > 1 else 90
    command = _schemathesis()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        contract = folder / "contract.json"
        contract.write_text(json.dumps(_callable(document())))
        database = os.environ.get("FOLKMOOT_FUZZ_DATABASE") or f"sqlite:///{folder}/fuzz.db"
        settings = environment(database, free_port(), folder, 1)
        settings |= {
            "FOLKMOOT_ADMIN_NAME": NAME,
            "FOLKMOOT_ADMIN_PASSWORD": PASSWORD,
            "FOLKMOOT_MAIL_SINK": "file",
        }
        subprocess.run(
            [FOLKMOOT, "seed", "--scale", "tiny"], env=settings, check=True, stdout=subprocess.DEVNULL
        )
        with serving(settings) as server:
            token = _prepared(server.base)
            apart = [option for path in LAST for option in ("--exclude-path", path)]
            those = [option for path in LAST for option in ("--include-path", path)]
            failed = [
                who
                for who, share, options in (
                    ("an admin", 0.6, [*apart, "-H", f"Authorization: Bearer {token}"]),
                    ("a visitor", 0.25, []),
                    ("who ends it", 0.15, [*those, "-H", f"Authorization: Bearer {token}"]),
                )
                if not _run(command, contract, server.base, round(budget * share), options, who)
            ]
            with urllib.request.urlopen(f"{server.base}/health", timeout=10) as well:
                assert well.status == 200
    if failed:
        sys.exit(f"Answers were wrong for {' and '.join(failed)}.")


def _run(command: Path, contract: Path, base: str, seconds: int, options: list[str], who: str) -> bool:
    print(f"\n--- as {who}, {seconds} seconds", flush=True)
    found = subprocess.run(
        [
            *(
                command,
                "run",
                contract,
                "--url",
                base,
                "--checks",
                CHECKS,
                "--max-time",
                str(max(5, seconds)),
            ),
            *(
                "--phases",
                "coverage,fuzzing",
                "--warnings",
                "off",
                "--suppress-health-check",
                "all",
                "--no-color",
            ),
            *("--generation-database", "none", "--continue-on-failure", *options),
        ],
        check=False,
        cwd=contract.parent,  # it keeps notes where it runs
    )
    return found.returncode == 0


def _schemathesis() -> Path:
    """The command, in a virtual environment of its own, made anew where the lock is newer."""
    stamp = WORKSHOP / ".up-to-date"
    if not stamp.exists() or stamp.stat().st_mtime < LOCK.stat().st_mtime:
        venv.create(WORKSHOP, with_pip=True, clear=True)
        pip = [str(WORKSHOP / "bin/python"), "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
        subprocess.run([*pip, "--require-hashes", "-r", str(LOCK)], check=True)
        stamp.touch()
    return WORKSHOP / "bin/schemathesis"


def _callable(contract: dict[str, Any]) -> dict[str, Any]:
    """The operations under /api and /pictrs; feeds and discovery have tests of their own."""
    paths = {path: said for path, said in contract["paths"].items() if path.startswith(("/api/", "/pictrs/"))}
    return contract | {"paths": paths}


def _prepared(base: str) -> str:
    """An admin's token, on a site that limits nobody."""
    login = {"username_or_email": NAME, "password": PASSWORD}
    token: str = _ask("POST", f"{base}/api/v3/user/login", login)["jwt"]
    limits = {f"rate_limit_{name}": 1_000_000 for name in LIMITS}
    limits |= {f"rate_limit_{name}_per_second": 60 for name in LIMITS}
    _ask("PUT", f"{base}/api/v3/site", {**limits, "registration_mode": "Open"}, token)
    return token


def _ask(method: str, url: str, body: dict[str, Any], token: str = "") -> Any:
    headers = {"content-type": "application/json", "authorization": f"Bearer {token}"}
    request = urllib.request.Request(url, json.dumps(body).encode(), headers, method=method)
    with urllib.request.urlopen(request, timeout=30) as answer:
        return json.loads(answer.read())


if __name__ == "__main__":
    main()
