"""The documents and packaging files say what the program does: drift becomes a failure."""

import os
import re
import tomllib
from pathlib import Path

import discord
import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from pydantic import SecretStr

from bot import __main__
from bot.config import Settings, load
from bot.providers import PROVIDERS, catalog
from bot.sandbox import server as sandbox
from bot.web.server import Site, make_app
from cogs import replies

ROOT = Path(__file__).parents[1]
NAMES = {name.upper() for name in Settings.model_fields}
REQUIRED = {"DISCORD_TOKEN", "SECRET_KEY"}
EXTRAS = ("run", "demo", "dev")
ELSEWHERE = {".git", ".venv", "node_modules", "__pycache__", "build", "demo-data", "data"}
REGISTRY = re.compile(
    r"https?://[\w.-]*(pypi|pythonhosted|npmjs|artifactory|nexus|mirror)[\w.-]*", re.IGNORECASE
)
MACHINE = re.compile(r"(?<![\w.%~}-])/(home|root|Users|work|mnt|opt|farm)/\w")
_LINE = re.compile(r"^(?P<off># )?(?P<name>[A-Z][A-Z0-9_]+)=(?P<value>.*)$", re.MULTILINE)
_ROW = re.compile(r"^\| `(?P<name>[A-Z][A-Z0-9_]+)` \| (?P<default>[^|]*)\| (?P<text>.+) \|$", re.M)


ACCOUNTS = {
    f"{name}_{part}" for name in ("YOUCHUAN", "LINGTU", "JUMDATA") for part in ("APP_ID", "SECRET")
}
ACCOUNTS |= {"LINGTU_URL", "WANXIANG_URL", "WANXIANG_TOKEN"}


def text_of(name: str) -> str:
    return (ROOT / name).read_text("utf-8")


README, EXAMPLE = text_of("README.md"), text_of(".env.example")
ROWS = {match["name"]: match["default"].strip() for match in _ROW.finditer(README)}


@pytest.fixture(autouse=True)
def _no_settings_from_outside(monkeypatch, tmp_path):
    for name in NAMES & {variable.upper() for variable in os.environ}:
        monkeypatch.delenv(name, raising=False)
    monkeypatch.chdir(tmp_path)


def _shown(value: object) -> str:
    """A default as the table and the example write it."""
    if isinstance(value, SecretStr):
        return value.get_secret_value()
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, float):
        return f"{value:g}"
    return "" if value in (None, ()) else str(value)


DEFAULTS = {name.upper(): _shown(value) for name, value in Settings(_env_file=None)}


def test_every_setting_stands_in_the_example_once_and_nothing_else_does():
    assert sorted(match["name"] for match in _LINE.finditer(EXAMPLE)) == sorted(NAMES)


def test_every_setting_stands_in_the_readme_and_nothing_else_does():
    assert set(ROWS) == NAMES


def test_the_readme_shows_the_real_defaults():
    shown = {name: default.strip("`") for name, default in ROWS.items()}

    assert shown == DEFAULTS | dict.fromkeys(REQUIRED, "*required*")


def test_the_example_shows_the_real_defaults_and_no_real_values():
    shown = {match["name"]: match["value"] for match in _LINE.finditer(EXAMPLE)}

    assert {name: shown[name] for name in NAMES} == DEFAULTS


def test_only_what_somebody_fills_in_is_not_commented_out():
    live = {match["name"] for match in _LINE.finditer(EXAMPLE) if not match["off"]}

    assert live == REQUIRED | ACCOUNTS


@pytest.mark.parametrize("all_lines", [False, True], ids=["as it is", "every line switched on"])
def test_the_example_loads_without_a_fault(tmp_path, all_lines):
    text = _LINE.sub(r"\g<name>=\g<value>", EXAMPLE) if all_lines else EXAMPLE
    (tmp_path / ".env").write_text(text, "utf-8")

    assert load() == Settings(_env_file=None)


def test_the_filled_in_example_is_enough_to_run(tmp_path):
    values = (f"{name}=something" for name in (*REQUIRED, "YOUCHUAN_APP_ID", "YOUCHUAN_SECRET"))
    (tmp_path / ".env").write_text(EXAMPLE + "\n".join(values), "utf-8")

    assert load().faults() == []


def test_the_example_says_how_to_make_a_key(tmp_path):
    assert "secrets.token_urlsafe(32)" in EXAMPLE
    assert "secrets.token_urlsafe(32)" in README


def test_every_command_stands_in_the_readme():
    help_text = __main__._parser().format_help()
    commands = set(re.findall(r"^    (\w+)  ", help_text, re.MULTILINE))

    assert len(commands) == 6
    assert commands == {
        name for name in re.findall(r"^\| `(\w+)` \|", README, re.MULTILINE) if name.islower()
    }


def test_every_slash_command_and_provider_stands_in_the_readme():
    commands = {command for row in catalog().listing() for command in row["commands"]}

    for command in commands:
        assert f"`/{command}`" in README
    for provider in PROVIDERS:
        assert provider.title in README
        assert provider.name in README.lower()


def test_every_steering_word_of_the_sandbox_stands_in_the_readme():
    words = set(re.findall(r"``(sandbox:\w+)``", sandbox.__doc__ or ""))

    assert words
    assert words == set(re.findall(r"^\| `(sandbox:\w+)` \|", README, re.MULTILINE))


def test_every_open_route_of_the_web_server_stands_in_the_readme():
    names = ("engine", "assets", "files", "drafts", "edits", "now", "ready")
    site = Site(**dict.fromkeys(names, object()))
    paths = {resource.canonical for resource in make_app(site).router.resources()}

    assert paths == {
        "/healthz",
        "/readyz",
        "/m/{name}",
        "/callbacks/{provider}/{token}",
        "/editor/{token}",
        "/static/{name}",
    }
    assert all(f"`GET {path}`" in README for path in ("/healthz", "/readyz"))


def test_the_readme_asks_for_exactly_the_permissions_the_bot_checks():
    number = int(re.search(r"permissions=(\d+)", README)[1])
    needed = discord.Permissions(**dict.fromkeys(replies._PERMISSIONS, True))
    table = set(re.findall(r"^ +\| ([A-Z][\w ]+) \|", README, re.MULTILINE))
    named = {name.replace(" Channels", " Channel") for name in table}

    assert number == needed.value
    assert named == set(replies._PERMISSIONS.values())


def test_the_readme_begins_with_what_it_is_and_how_to_see_it():
    head = README.splitlines()[:8]

    assert head[0] == "# Atelier"
    assert any(line.startswith("make demo") for line in head)
    assert any(line.startswith("make test") for line in head)


@pytest.mark.parametrize("document", ["README.md", "CONTRIBUTING.md", "CHANGELOG.md"])
def test_links_to_files_lead_somewhere(document):
    targets = re.findall(r"\]\((?!https?:)([^)#]+)\)", text_of(document))
    quoted = re.findall(r"`((?:bot|tests|storage|cogs)/[\w/.]+)`", text_of(document))

    assert [name for name in (*targets, *quoted) if not (ROOT / name).exists()] == []


def test_contributing_names_what_is_really_there():
    text = text_of("CONTRIBUTING.md")
    folder = ROOT / "bot" / "providers"
    youchuan = "".join(path.read_text("utf-8") for path in folder.glob("youchuan*.py"))

    for name in ("OPERATIONS", "CALLS", "IMAGE_ACTIONS", "FollowJob", "FollowImage", "FromParent"):
        assert f"`{name}`" in text
        assert name in youchuan
    assert "`_PAINTERS`" in text
    assert "_PAINTERS" in text_of("bot/sandbox/studio.py")
    assert "`MANUAL`" in text
    assert "\nMANUAL = " in text_of("tests/test_catalog.py")


def test_the_image_is_built_in_two_stages_and_runs_without_root():
    stages = re.split(r"^FROM ", text_of("Dockerfile"), flags=re.MULTILINE)[1:]
    final = stages[-1]
    user = re.search(r"^USER (\S+)$", final, re.MULTILINE)[1]

    assert len(stages) == 2
    assert user.partition(":")[0] not in {"0", "root"}
    assert final.index("\nUSER ") < final.index("\nENTRYPOINT ")
    assert re.search(r"^VOLUME /data$", final, re.MULTILINE)
    assert re.search(r"^HEALTHCHECK .*CMD .*/healthz", final, re.MULTILINE)
    assert "pip install" not in final
    assert "--require-hashes" in stages[0]
    assert not re.search(r"(TOKEN|SECRET|KEY)=", text_of("Dockerfile"))


def test_the_image_copies_only_what_is_let_through():
    copied = set(re.findall(r"^COPY (?!--)(.+) \S+$", text_of("Dockerfile"), re.MULTILINE))
    sources = {source for line in copied for source in line.split()}
    through = {line[1:] for line in text_of(".dockerignore").splitlines() if line.startswith("!")}

    assert text_of(".dockerignore").startswith("*\n")
    assert sources == through


def test_the_compose_service_can_write_to_its_volume_only():
    text = text_of("compose.yaml")
    lines = [line.strip() for line in text.splitlines()]

    assert "read_only: true" in lines
    assert "cap_drop: [ALL]" in lines
    assert "- no-new-privileges:true" in lines
    assert re.findall(r"^ {4}volumes:\n((?: {6}- .+\n)+)", text, re.M) == [
        "      - atelier:/data\n"
    ]
    assert not {"privileged: true", "network_mode: host"} & set(lines)
    assert "docker.sock" not in text


@pytest.mark.parametrize("extra", EXTRAS)
def test_every_requirement_is_pinned_with_hashes(extra):
    entries = re.split(r"\n(?=\S)", text_of(f".ci/requirements-{extra}.txt").strip())

    for entry in entries:
        first, *rest = entry.replace("\\\n", "\n").splitlines()
        assert re.fullmatch(r"[\w.\[\],-]+==[\w.+!]+( ; .+?)? *", first), first
        assert rest
        assert all(re.fullmatch(r" +--hash=sha256:[0-9a-f]{64} *", line) for line in rest)


@pytest.mark.parametrize("extra", EXTRAS)
def test_every_dependency_is_among_the_pinned_ones(extra):
    project = tomllib.loads(text_of("pyproject.toml"))["project"]
    optional = project["optional-dependencies"]
    wanted = [*project["dependencies"], *(optional[extra] if extra != "run" else ())]
    if extra == "dev":
        wanted += optional["demo"]
    pinned = dict(
        re.findall(
            r"^([\w.-]+)(?:\[[^\]]*\])?==(\S+)", text_of(f".ci/requirements-{extra}.txt"), re.M
        )
    )
    pinned = {canonicalize_name(name): version for name, version in pinned.items()}

    for requirement in map(Requirement, wanted):
        name = canonicalize_name(requirement.name)
        if name != "atelier":
            assert pinned[name] in requirement.specifier


def test_the_image_and_the_set_up_install_what_is_pinned():
    assert "requirements-run.txt" in text_of("Dockerfile")
    for extra in ("demo", "dev"):
        assert f"--require-hashes -r .ci/requirements-{extra}.txt" in text_of("Makefile")


def _own_files():
    for folder, folders, names in os.walk(ROOT):
        folders[:] = [
            name
            for name in folders
            if name not in ELSEWHERE
            and not name.endswith((".egg-info", "_cache"))
            and name != ".hypothesis"
        ]
        for name in names:
            path = Path(folder, name)
            if path != Path(__file__) and path.suffix not in {".png", ".db", ".mo"}:
                yield path


def test_nothing_names_a_registry_or_a_place_on_somebodys_machine():
    found = [
        f"{path.relative_to(ROOT)}: {match[0]}"
        for path in _own_files()
        if (text := path.read_text("utf-8", errors="replace"))
        for pattern in (REGISTRY, MACHINE)
        for match in pattern.finditer(text)
    ]

    assert found == []


def test_the_readme_and_the_changelog_know_the_version():
    version = tomllib.loads(text_of("pyproject.toml"))["project"]["version"]

    assert re.search(rf"^## \[{re.escape(version)}\]", text_of("CHANGELOG.md"), re.MULTILINE)
