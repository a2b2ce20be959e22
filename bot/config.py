"""The settings: environment or ``.env``, read once by `bot.app`. Secrets are SecretStr."""

import ipaddress
import json
from collections.abc import Callable
from functools import cached_property
from pathlib import Path
from typing import Annotated, Any, Literal
from urllib.parse import urlsplit

from pydantic import Field, NonNegativeInt, SecretStr, ValidationError, field_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from bot.errors import ConfigError

_NO_SECRET = SecretStr("")
# With the 29 characters of "/m/", a token and its extension an address has 100.
_LONGEST_PUBLIC_URL = 71
_Words = Annotated[tuple[str, ...], NoDecode]
_Named = Annotated[tuple[tuple[str, str], ...], NoDecode]
_Ids = Annotated[tuple[int, ...], NoDecode]
_Limit = Annotated[int | None, Field(ge=0, le=10**9)]


class Settings(BaseSettings):
    """Every setting by its environment name; an empty value counts as not set."""

    model_config = SettingsConfigDict(
        env_file=".env",
        env_ignore_empty=True,
        extra="ignore",
        frozen=True,
        str_strip_whitespace=True,
    )

    discord_token: SecretStr = _NO_SECRET
    discord_api_url: str = "https://discord.com/api/v10"
    discord_gateway_url: str = ""
    discord_proxy: str = ""
    discord_shard_ids: _Ids = ()
    discord_shard_count: int | None = Field(default=None, ge=1)

    data_dir: Path = Path("data")
    database_url: str = ""
    assets_url: str = ""
    public_url: str = ""
    web_host: str = "0.0.0.0"  # noqa: S104 - callbacks come from outside
    web_port: int = Field(default=8080, ge=0, le=65535)
    trusted_proxies: _Words = ()
    metrics_token: SecretStr = _NO_SECRET
    secret_key: SecretStr = _NO_SECRET
    role: Literal["gateway", "worker", "web", "all"] = "all"
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = "INFO"
    log_format: Literal["text", "json"] = "text"

    allowed_media_hosts: _Words = ()
    allow_private_media: bool = False
    poll_seconds: float = Field(default=5, gt=0, le=3600)
    job_deadline_seconds: float = Field(default=1800, gt=0, le=7 * 86400)
    retention_days: int = Field(default=0, ge=0, le=36_500)
    prices: Annotated[dict[str, NonNegativeInt], NoDecode] = Field(default_factory=dict)
    jobs_per_day: _Limit = None
    jobs_at_once: _Limit = None
    money_per_month: _Limit = None
    alert_webhook_url: SecretStr = _NO_SECRET
    low_balance: int | None = Field(default=None, ge=0)
    operator_guild_ids: _Ids = ()

    youchuan_url: str = "https://ali.youchuan.cn"
    youchuan_app_id: str = ""
    youchuan_secret: SecretStr = _NO_SECRET
    youchuan_concurrency: int = Field(default=10, ge=1)
    lingtu_url: str = ""
    lingtu_app_id: str = ""
    lingtu_secret: SecretStr = _NO_SECRET
    lingtu_concurrency: int = Field(default=5, ge=1)
    lingtu_styles: _Named = ()
    wanxiang_url: str = ""
    wanxiang_token: SecretStr = _NO_SECRET
    wanxiang_concurrency: int = Field(default=1, ge=1)
    jumdata_url: str = "https://api-hw.jumdata.com"
    jumdata_app_id: str = ""
    jumdata_secret: SecretStr = _NO_SECRET
    jumdata_concurrency: int = Field(default=3, ge=1)
    jumdata_form: Literal["multipart", "urlencoded"] = "multipart"

    @field_validator("discord_shard_ids", "operator_guild_ids", mode="before")
    @classmethod
    def _split_ids(cls, value: object) -> object:
        return _split(value)

    @field_validator("prices", mode="before")
    @classmethod
    def _price_list(cls, value: object) -> object:
        try:
            return json.loads(value) if isinstance(value, str) else value
        except ValueError:
            raise ValueError('must be JSON such as {"youchuan.diffusion": 50}') from None

    @field_validator("trusted_proxies", "allowed_media_hosts", mode="before")
    @classmethod
    def _split_words(cls, value: object) -> object:
        return _split(value)

    @field_validator("lingtu_styles", mode="before")
    @classmethod
    def _split_names(cls, value: object) -> object:
        entries = _split(value)
        return tuple(map(_named, entries)) if isinstance(entries, list | tuple) else entries

    @field_validator("log_level", mode="before")
    @classmethod
    def _upper(cls, value: object) -> object:
        return value.upper() if isinstance(value, str) else value

    @field_validator("role", "log_format", mode="before")
    @classmethod
    def _lower(cls, value: object) -> object:
        return value.lower() if isinstance(value, str) else value

    @field_validator(
        "public_url", "discord_api_url", "youchuan_url", "lingtu_url", "wanxiang_url", "jumdata_url"
    )
    @classmethod
    def _web_address(cls, value: str) -> str:
        return _checked_url(value, ("http", "https"))

    @field_validator("discord_gateway_url")
    @classmethod
    def _socket_address(cls, value: str) -> str:
        return _checked_url(value, ("ws", "wss"))

    @field_validator("discord_proxy")
    @classmethod
    def _proxy(cls, value: str) -> str:
        if value and not (urlsplit(value).scheme in ("http", "https") and urlsplit(value).hostname):
            raise ValueError("must be an address such as http://host:port")
        return value

    @field_validator("alert_webhook_url")
    @classmethod
    def _webhook(cls, value: SecretStr) -> SecretStr:
        parts = urlsplit(value.get_secret_value())
        if any(parts) and not (parts.scheme in ("http", "https") and parts.hostname):
            raise ValueError("must be an address such as https://host/path")
        return value

    @field_validator("trusted_proxies")
    @classmethod
    def _networks(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        for network in value:
            ipaddress.ip_network(network, strict=False)
        return value

    @field_validator("youchuan_app_id", "lingtu_app_id", "jumdata_app_id")
    @classmethod
    def _header_text(cls, value: str) -> str:
        if not (value.isascii() and value.isprintable()):
            raise ValueError("must be plain printable characters")
        return value

    @field_validator(
        "discord_token", "youchuan_secret", "lingtu_secret", "wanxiang_token", "jumdata_secret"
    )
    @classmethod
    def _header_secret(cls, value: SecretStr) -> SecretStr:
        # A line break at the end of a mounted secret would make every request impossible.
        return SecretStr(cls._header_text(value.get_secret_value().strip()))

    @field_validator("database_url")
    @classmethod
    def _database(cls, value: str) -> str:
        if value and not value.startswith(("sqlite:///", "postgresql://")):
            raise ValueError("must begin with sqlite:/// or postgresql://")
        if value in ("sqlite:///", "sqlite:///:memory:"):
            raise ValueError("must name a file: what is only in memory is lost at a restart")
        return value

    @cached_property
    def database(self) -> str:
        """The database's address, the default one included."""
        return self.database_url or f"sqlite:///{self.data_dir / 'atelier.db'}"

    @property
    def assets_dir(self) -> Path:
        return Path(self.assets_url) if self.assets_url else self.data_dir / "assets"

    @property
    def secret_keys(self) -> tuple[str, ...]:
        """The keys of SECRET_KEY: the first one writes, all of them read."""
        keys = self.secret_key.get_secret_value().split(",")
        return tuple(key.strip() for key in keys if key.strip())

    def faults(self) -> list[str]:
        """What is missing for ``run``, one line each, beginning with the setting's name."""
        needed = {
            "DISCORD_TOKEN": self.discord_token.get_secret_value(),
            "SECRET_KEY": self.secret_keys,
        }
        found = [f"{name}: is not set" for name, value in needed.items() if not value]
        found += self.unsupported()
        for name in ("youchuan", "lingtu", "jumdata"):
            app_id = getattr(self, f"{name}_app_id")
            secret = getattr(self, f"{name}_secret").get_secret_value()
            if bool(app_id) != bool(secret):
                half = "secret" if app_id else "app_id"
                found.append(f"{name}_{half}".upper() + ": is missing beside its other half")
            elif app_id and not getattr(self, f"{name}_url"):
                found.append(f"{name.upper()}_URL: is not set")
        if self.wanxiang_token.get_secret_value() and not self.wanxiang_url:
            found.append("WANXIANG_URL: is not set")
        if self.lingtu_app_id and len(self.public_url) > _LONGEST_PUBLIC_URL:
            most = f"may have {_LONGEST_PUBLIC_URL} characters at most"
            found.append(f"PUBLIC_URL: {most}, because Lingtu takes addresses of 100")
        return found

    def unsupported(self) -> list[str]:
        """What is set but not built yet, one line each; no command works with it."""
        later = {
            "role": self.role != "all",
            "database_url": self.database_url.startswith("postgresql:"),
            "assets_url": "://" in self.assets_url,
            "discord_shard_ids": bool(self.discord_shard_ids),
            "discord_shard_count": (self.discord_shard_count or 1) > 1,
        }
        return [
            f"{name.upper()}: this version runs as one process with SQLite and files"
            for name, asked in later.items()
            if asked
        ]

    def secrets(self) -> tuple[str, ...]:
        """Every secret value, for the log's redaction."""
        values = (getattr(self, name) for name in type(self).model_fields)
        known = [v.get_secret_value() for v in values if isinstance(v, SecretStr)]
        known += [_password(address) for address in (self.database_url, self.discord_proxy)]
        return tuple(secret for secret in (*known, *self.secret_keys) if len(secret) >= 4)


def load(faults: Callable[[Settings], list[str]] = lambda _: [], **overrides: Any) -> Settings:
    """Read the settings; ConfigError with one line per fault, each naming its setting.

    `faults` says what else is wrong with settings that are valid one by one.
    """
    found, wrong = [], set[str]()
    try:
        settings = Settings(**overrides)
    except ValidationError as error:
        details = error.errors(include_url=False)
        found, wrong = [_fault(fault) for fault in details], {str(d["loc"][0]) for d in details}
        fields = Settings.model_fields
        defaults = {name: fields[name].get_default(call_default_factory=True) for name in wrong}
        settings = Settings(**{**overrides, **defaults})
    except (ValueError, OSError) as error:
        raise ConfigError(str(error).partition("\n")[0]) from None
    found += [line for line in faults(settings) if line.partition(":")[0].lower() not in wrong]
    if found:
        raise ConfigError(*found)
    return settings


def _fault(fault: Any) -> str:
    name = ".".join(str(part) for part in fault["loc"][:1]).upper()
    text = fault["msg"].removeprefix("Value error, ")
    return f"{name}: {text}" if name else text


def _split(value: object) -> Any:
    if not isinstance(value, str):
        return value
    if value.strip().startswith("["):
        return json.loads(value)
    return tuple(part.strip() for part in value.split(",") if part.strip())


def _named(entry: object) -> object:
    """The code and the name of ``code=Name``, or of a code alone."""
    if not isinstance(entry, str):
        return entry
    code, _is, name = entry.partition("=")
    return code.strip(), name.strip() or code.strip()


def _password(address: str) -> str:
    try:
        return urlsplit(address).password or ""
    except ValueError:
        return ""


def _checked_url(value: str, schemes: tuple[str, ...]) -> str:
    if not value:
        return value
    parts = urlsplit(value)
    # Reading the port checks it.
    if parts.scheme not in schemes or not parts.hostname or parts.port == 0:
        raise ValueError(f"must be an address such as {schemes[-1]}://host")
    if parts.username or parts.password or parts.query or parts.fragment:
        raise ValueError("must not carry a user name, a query or a fragment")
    return value.rstrip("/")
