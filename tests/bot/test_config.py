from pathlib import Path

import pytest

from bot.config import Settings, load
from bot.errors import ConfigError

LEAST = {"DISCORD_TOKEN": "token-of-discord", "SECRET_KEY": "key-one"}


@pytest.fixture(autouse=True)
def own_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Neither the machine's environment nor a .env of the developer is read."""
    monkeypatch.chdir(tmp_path)
    for name in Settings.model_fields:
        monkeypatch.delenv(name.upper(), raising=False)


def settings(monkeypatch: pytest.MonkeyPatch, **values: str) -> Settings:
    for name, value in {**LEAST, **values}.items():
        monkeypatch.setenv(name, value)
    return load()


def faults(monkeypatch: pytest.MonkeyPatch, **values: str) -> tuple[str, ...]:
    with pytest.raises(ConfigError) as caught:
        settings(monkeypatch, **values)
    return caught.value.faults


def test_the_least_that_runs_is_a_token_and_a_key(monkeypatch: pytest.MonkeyPatch):
    found = settings(monkeypatch)

    assert found.faults() == []
    assert found.database == "sqlite:///data/atelier.db"
    assert found.assets_dir == Path("data/assets")
    assert (found.web_port, found.poll_seconds, found.job_deadline_seconds) == (8080, 5, 1800)


def test_nothing_set_names_each_setting_that_is_missing():
    assert load().faults() == ["DISCORD_TOKEN: is not set", "SECRET_KEY: is not set"]


def test_a_key_of_commas_is_no_key(monkeypatch: pytest.MonkeyPatch):
    assert settings(monkeypatch, SECRET_KEY=" , ").faults() == ["SECRET_KEY: is not set"]


def test_settings_come_from_a_file_too(tmp_path: Path):
    (tmp_path / ".env").write_text("DISCORD_TOKEN=abc\nWEB_PORT=99\nUNKNOWN=1\n")

    assert load().web_port == 99


def test_the_environment_goes_before_the_file(monkeypatch: pytest.MonkeyPatch, tmp_path: Path):
    (tmp_path / ".env").write_text("WEB_PORT=99\n")

    assert settings(monkeypatch, WEB_PORT="98").web_port == 98


def test_a_file_that_is_no_text_stops_the_start(tmp_path: Path):
    (tmp_path / ".env").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(ConfigError):
        load()


def test_an_empty_value_counts_as_not_set(monkeypatch: pytest.MonkeyPatch):
    assert settings(monkeypatch, WEB_PORT="", PRICES="", DISCORD_SHARD_IDS="").web_port == 8080


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("WEB_PORT", "many"),
        ("WEB_PORT", "70000"),
        ("POLL_SECONDS", "0"),
        ("JOB_DEADLINE_SECONDS", "-1"),
        ("ROLE", "boss"),
        ("LOG_LEVEL", "LOUD"),
        ("PUBLIC_URL", "bot.example"),
        ("PUBLIC_URL", "ftp://bot.example"),
        ("PUBLIC_URL", "https://"),
        ("PUBLIC_URL", "https://me:pw@bot.example"),
        ("PUBLIC_URL", "https://bot.example/?a=b"),
        ("PUBLIC_URL", "https://[bad"),
        ("PUBLIC_URL", "https://bot.example:99999"),
        ("DISCORD_GATEWAY_URL", "https://x"),
        ("DATABASE_URL", "mysql://x"),
        ("PRICES", "{"),
        ("PRICES", "[1]"),
        ("PRICES", '{"a": "b"}'),
        ("PRICES", '{"youchuan.diffusion": -1}'),
        ("DISCORD_SHARD_IDS", "1,x"),
        ("OPERATOR_GUILD_IDS", "[1"),
        ("ALLOW_PRIVATE_MEDIA", "perhaps"),
        ("YOUCHUAN_CONCURRENCY", "0"),
    ],
)
def test_a_wrong_value_stops_the_start_in_one_line_with_its_name(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str
):
    (fault,) = faults(monkeypatch, **{name: value})

    assert fault.startswith(f"{name}: ")
    assert "\n" not in fault


def test_an_address_too_long_for_lingtus_fields_stops_the_start(monkeypatch: pytest.MonkeyPatch):
    account = {"LINGTU_APP_ID": "a", "LINGTU_SECRET": "b", "LINGTU_URL": "https://lingtu.example"}
    fitting = "https://" + "a" * 63

    at_most = settings(monkeypatch, PUBLIC_URL=fitting, **account).faults()
    beyond = settings(monkeypatch, PUBLIC_URL=f"{fitting}a", **account).faults()
    monkeypatch.setenv("LINGTU_APP_ID", "")
    monkeypatch.setenv("LINGTU_SECRET", "")
    without_lingtu = load().faults()

    assert [line for line in at_most if line.startswith("PUBLIC_URL")] == []
    assert [line for line in beyond if line.startswith("PUBLIC_URL: may have 71 characters")]
    assert [line for line in without_lingtu if line.startswith("PUBLIC_URL")] == []


def test_every_fault_is_told_at_once(monkeypatch: pytest.MonkeyPatch):
    assert len(faults(monkeypatch, WEB_PORT="x", ROLE="x")) == 2


def test_a_fault_does_not_show_a_secret(monkeypatch: pytest.MonkeyPatch):
    found = faults(monkeypatch, PUBLIC_URL="https://me:hunter2@bot.example")

    assert "hunter2" not in str(found)


def test_lists_are_separated_by_commas_or_written_as_json(monkeypatch: pytest.MonkeyPatch):
    found = settings(
        monkeypatch,
        DISCORD_SHARD_IDS="0, 1",
        OPERATOR_GUILD_IDS="[5, 6]",
        ALLOWED_MEDIA_HOSTS="a.example, b.example,",
    )

    assert found.discord_shard_ids == (0, 1)
    assert found.operator_guild_ids == (5, 6)
    assert found.allowed_media_hosts == ("a.example", "b.example")


def test_a_style_has_the_name_behind_its_code_or_else_its_code(monkeypatch: pytest.MonkeyPatch):
    found = settings(monkeypatch, LINGTU_STYLES="royal_1 = Royal portrait, clay_7, x=")

    assert found.lingtu_styles == (
        ("royal_1", "Royal portrait"),
        ("clay_7", "clay_7"),
        ("x", "x"),
    )


def test_addresses_lose_their_last_slash(monkeypatch: pytest.MonkeyPatch):
    found = settings(monkeypatch, PUBLIC_URL="https://bot.example/base/")

    assert found.public_url == "https://bot.example/base"


def test_prices_are_json(monkeypatch: pytest.MonkeyPatch):
    found = settings(monkeypatch, PRICES='{"youchuan.diffusion": 40}')

    assert found.prices == {"youchuan.diffusion": 40}


def test_levels_and_roles_may_be_written_in_any_case(monkeypatch: pytest.MonkeyPatch):
    found = settings(monkeypatch, LOG_LEVEL="debug", ROLE="ALL", LOG_FORMAT="JSON")

    assert (found.log_level, found.role, found.log_format) == ("DEBUG", "all", "json")


@pytest.mark.parametrize("half", ["YOUCHUAN_APP_ID", "YOUCHUAN_SECRET", "JUMDATA_SECRET"])
def test_half_a_credential_is_a_fault(monkeypatch: pytest.MonkeyPatch, half: str):
    (fault,) = settings(monkeypatch, **{half: "abcd"}).faults()

    assert fault.startswith(half.partition("_")[0])


def test_a_credential_without_an_address_is_a_fault(monkeypatch: pytest.MonkeyPatch):
    found = settings(monkeypatch, LINGTU_APP_ID="a", LINGTU_SECRET="bbbb")

    assert found.faults() == ["LINGTU_URL: is not set"]


def test_the_first_key_comes_first(monkeypatch: pytest.MonkeyPatch):
    assert settings(monkeypatch, SECRET_KEY="new, old").secret_keys == ("new", "old")


def test_a_key_may_begin_with_a_bracket(monkeypatch: pytest.MonkeyPatch):
    assert settings(monkeypatch, SECRET_KEY="[abc").secret_keys == ("[abc",)


def test_every_secret_is_known_to_the_redaction(monkeypatch: pytest.MonkeyPatch):
    found = settings(
        monkeypatch,
        SECRET_KEY="key-new,key-old",
        YOUCHUAN_SECRET="you-secret",
        METRICS_TOKEN="met-token",
        DATABASE_URL="postgresql://user:db-pass@host/db",
        DISCORD_PROXY="http://user:proxy-pass@host",
    )

    expected = {"key-new", "key-old", "you-secret", "met-token", "token-of-discord"}
    assert expected | {"db-pass", "proxy-pass"} <= set(found.secrets())


def test_secrets_are_not_shown(monkeypatch: pytest.MonkeyPatch):
    assert "token-of-discord" not in repr(settings(monkeypatch))
