"""A server's own accounts: who may enter one, what is tried, what is kept, and what nobody sees."""

import asyncio
import logging
import time
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web

from bot import accounts as accounts_module
from bot.accounts import ENVIRONMENT, Accounts
from bot.log import set_up
from bot.wire import Credential
from storage.audit import AuditStore
from storage.models import Status
from tests import jumdata_double, lingtu_double, wanxiang_double
from tests.cogs import config_stage
from tests.cogs.stage import Stage, said, staged
from tests.conftest import Workshop, make_accounts
from tests.factories import Clock
from tests.jumdata_double import JumdataDouble
from tests.lingtu_double import LingtuDouble
from tests.program import free_port
from tests.provider_double import APP_ID, SECRET, Reply
from tests.wanxiang_double import WanxiangDouble

RIGHT = {"app_id": APP_ID, "secret": SECRET}
WRONG = {"app_id": APP_ID, "secret": "not-the-secret-of-anybody"}
OF = {
    "youchuan": RIGHT,
    "lingtu": {"app_id": lingtu_double.APP_ID, "secret": lingtu_double.SECRET},
    "wanxiang": {"token": wanxiang_double.TOKEN},
    "jumdata": {"app_id": jumdata_double.APP_ID, "secret": jumdata_double.SECRET},
}


class Jumdata(JumdataDouble):
    """Says that a signature is wrong in the words of the emulator."""

    def _violated(self, verb: str, what: str) -> web.Response:
        refusal = super()._violated(verb, what)
        if what == "wrong signature":
            return web.json_response({"code": 400, "msg": "sign签名错误", "charge": False})
        return refusal


class Gossip(dict[str, Any]):
    """Answers that have what was sent logged before they are given."""

    def get(self, verb: str, otherwise: Any = None) -> Any:
        logging.getLogger("bot.transport").debug("trying %s with %s", APP_ID, SECRET)
        return super().get(verb, otherwise)


@pytest.fixture
def clock() -> Clock:
    """Now: the doubles do not take signatures of another day."""
    return Clock(time.time_ns() // 1_000_000)


@pytest.fixture
async def stage(workshop: Workshop) -> AsyncIterator[Stage]:
    async with staged(workshop) as opened:
        yield opened


@pytest.fixture
def untouched_root() -> Iterator[None]:
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    yield
    root.handlers[:] = handlers
    root.setLevel(level)


@asynccontextmanager
async def _at(provider: str, workshop: Workshop) -> AsyncIterator[Stage]:
    """A stage whose bot knows where a provider is, and has no account of it."""
    async with AsyncExitStack() as stack:
        kinds: Mapping[str, Callable[[], Any]] = {
            "youchuan": lambda: workshop.provider,
            "lingtu": LingtuDouble,
            "wanxiang": WanxiangDouble,
            "jumdata": lambda: Jumdata(now=workshop.clock),
        }
        double = kinds[provider]()
        if double is not workshop.provider:
            await stack.enter_async_context(double)
        stage = await stack.enter_async_context(staged(workshop))
        accounts = accounts_of(stage)
        accounts.forms = {
            **accounts.forms,
            provider: Credential(provider=provider, url=double.url),
        }
        yield stage


async def _listen(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Never answer."""
    await reader.read()
    writer.close()


def accounts_of(stage: Stage) -> Accounts:
    return stage.workshop.parts.credentials


def own(stage: Stage) -> Mapping[str, Any]:
    return accounts_of(stage).own(stage.guild.id)


async def asked(stage: Stage, provider: str = "youchuan", by: Any = None, **options: Any) -> Any:
    """The admin's command: a form, or a refusal."""
    return await config_stage.asked(stage, "account", by, provider=provider, **options)


async def sent(stage: Stage, form: Any, typed: Mapping[str, str]) -> str:
    """The one private sentence that a form is answered with when all is done."""
    result = await stage.admin.submit_modal(form, dict(typed))
    await stage.studio.settled()
    return said(result)


@pytest.mark.parametrize("provider", OF)
async def test_only_an_account_that_its_provider_accepts_is_kept(workshop: Workshop, provider: str):
    async with _at(provider, workshop) as stage:
        wrong = {name: f"{value}-no-more" for name, value in OF[provider].items()}
        refused = await sent(stage, await asked(stage, provider), wrong)
        kept_before = dict(own(stage))
        padded = {name: f"  {value} " for name, value in OF[provider].items()}
        accepted = await sent(stage, await asked(stage, provider), padded)
        name = accounts_of(stage).payer(provider, stage.guild.id)
        account = accounts_of(stage)[provider, name]

    assert "does not accept this account, so it is not kept" in refused
    assert kept_before == {}
    assert "accepts this account. From now on it pays" in accepted
    assert (name, name != ENVIRONMENT) == (own(stage)[provider].id, True)
    assert [account.app_id, account.secret][-len(wrong) :] == list(OF[provider].values())


async def test_an_account_is_found_nowhere_in_plain_words(
    workshop: Workshop,
    database_file: Path,
    untouched_root: None,
    capsys: pytest.CaptureFixture[str],
):
    set_up("DEBUG", "text", ())
    async with staged(workshop) as stage:
        double = workshop.provider.account
        quoting = {"code": 403, "message": f"{APP_ID} / {SECRET} is closed", "reason": "Closed"}
        double.answers = Gossip(subscribe=Reply(status=403, body=quoting))
        answers = [await sent(stage, await asked(stage), RIGHT)]
        double.answers["subscribe"] = {"plan": "pro"}
        answers.append(await sent(stage, await asked(stage), WRONG))
        answers.append(await sent(stage, await asked(stage), RIGHT))
        logging.getLogger("bot.engine").debug("headers %s", {"app": APP_ID, "key": SECRET})
        answers.append(await sent(stage, await asked(stage), RIGHT))
        answers.append(said(await asked(stage, remove=True)))
        audit = await AuditStore(workshop.database).recent(stage.guild.id, limit=100)
        messages = [str(message) for message in stage.channel.history()]
        files = database_file.parent.glob(f"{database_file.name}*")
        kept = b"".join(file.read_bytes() for file in files)

    deeds = [change.action for change in audit]
    seen = "\n".join((*answers, *map(str, audit), *messages, capsys.readouterr().err))
    assert deeds == ["account_removed", "account", "account"]
    assert seen.count("trying [redacted] with [redacted]") == 3
    assert "headers {'app': '[redacted]', 'key': '[redacted]'}" in seen
    for secret in (APP_ID, SECRET, WRONG["secret"]):
        assert secret not in seen
        assert secret.encode() not in kept
    assert b"youchuan" in kept


async def test_nobody_else_is_given_the_form(stage: Stage):
    config_stage.open_to(stage, stage.ann)
    result = await asked(stage, by=stage.ann)

    assert "Manage Server" in said(result)
    assert result.modal is None


async def test_who_may_not_manage_the_server_any_more_cannot_send_the_form(stage: Stage):
    form = await asked(stage)
    member = stage.env.backend.get_guild(stage.guild.id).members[stage.admin.id]
    member.role_ids.clear()

    assert "Manage Server" in await sent(stage, form, RIGHT)
    assert own(stage) == {}
    assert stage.workshop.provider.account.asked == []


async def test_a_form_opened_before_a_restart_still_works(stage: Stage):
    form = await asked(stage)
    await stage.env.restart_bot(stage.renewed())

    assert "accepts this account" in await sent(stage, form, RIGHT)
    assert set(own(stage)) == {"youchuan"}


async def test_without_an_address_there_is_no_form(stage: Stage):
    result = await asked(stage, "lingtu")

    assert "does not know where this service is; ask whoever runs it" in said(result)
    assert result.modal is None


async def test_what_cannot_be_sent_is_said_without_being_quoted(stage: Stage):
    cases = {
        "App id holds characters that cannot": {"app_id": "アプリの番号", "secret": SECRET},
        "Secret holds characters that cannot": {"app_id": APP_ID, "secret": "two\nlines"},
        "Secret needs 4 to 500 characters": {"app_id": APP_ID, "secret": "  xyz  "},
    }
    for words, typed in cases.items():
        text = await sent(stage, await asked(stage), typed)

        assert words in text
        assert not any(value.strip() in text for value in typed.values())
    assert stage.workshop.provider.account.asked == []


async def test_an_account_that_could_not_be_tried_out_is_not_kept(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(accounts_module, "POLL_SECONDS", 0.2)
    accounts, answers = accounts_of(stage), stage.workshop.provider.account.answers
    form, texts = accounts.form_of("youchuan"), []
    for reply in (Reply(deed="reset"), Reply(status=503, body={}), Reply(status=200, body="?")):
        answers["subscribe"] = reply
        texts.append(await sent(stage, await asked(stage), RIGHT))
    silent = await asyncio.start_server(_listen, "127.0.0.1", 0)
    async with silent:
        for port in (silent.sockets[0].getsockname()[1], free_port()):
            accounts.forms = {"youchuan": replace(form, url=f"http://127.0.0.1:{port}")}
            texts.append(await sent(stage, await asked(stage), RIGHT))

    for text in texts:
        assert "could not be tried out and is not kept. Send it again" in text
    assert own(stage) == {}


async def test_what_is_under_way_stays_with_its_account(stage: Stage):
    before = await stage.imagine()
    answer = await sent(stage, await asked(stage), RIGHT)
    during = await stage.imagine()
    gone = said(await asked(stage, remove=True))
    after = await stage.imagine()
    await stage.finish()
    finished = [await stage.workshop.now(job) for job in (before, during, after)]

    assert "What is under way stays with the account that it was begun with" in answer
    assert "Jobs that are under way are finished and paid with it" in gone
    assert "paid by this bot's account again" in gone
    assert [job.status for job in finished] == [Status.SUCCEEDED] * 3
    assert before.credential == after.credential == ENVIRONMENT != during.credential


async def test_a_second_account_takes_the_place_of_the_first(stage: Stage):
    await sent(stage, await asked(stage), RIGHT)
    (first,) = own(stage).values()
    other = replace(accounts_of(stage)["youchuan", first.id], app_id="another-app")
    await accounts_of(stage).put(other, stage.guild.id, stage.admin.id)
    answer = await sent(stage, await asked(stage), RIGHT)
    (second,) = own(stage).values()

    assert "Results of the account before it" in answer
    assert first.id != second.id
    assert not accounts_of(stage).pays("youchuan", first.id, stage.guild.id)


async def test_the_same_account_again_is_no_other_one(stage: Stage):
    await sent(stage, await asked(stage), RIGHT)
    (first,) = own(stage).values()
    answer = await sent(stage, await asked(stage), RIGHT)

    assert "the one that this server had" in answer
    assert [account.id for account in own(stage).values()] == [first.id]


async def test_of_accounts_that_come_at_once_one_pays(stage: Stage):
    accounts = accounts_of(stage)
    account = await accounts.tried("youchuan", APP_ID, SECRET)
    putting = (accounts.put(account, stage.guild.id, stage.admin.id) for _ in range(3))
    await asyncio.gather(*putting)
    workshop = stage.workshop
    read = make_accounts(workshop.database, workshop.environment, workshop.clock)
    await read.load()
    names = [name for _provider, name in accounts if name != ENVIRONMENT]
    paying = [name for name in names if accounts.pays("youchuan", name, stage.guild.id)]

    assert len(names) == 3
    assert paying == [read.own(stage.guild.id)["youchuan"].id]


async def test_a_service_without_any_account_left_is_off(workshop: Workshop):
    async with _at("lingtu", workshop) as stage:
        await sent(stage, await asked(stage, "lingtu"), OF["lingtu"])
        gone = said(await asked(stage, "lingtu", remove=True))
        again = said(await asked(stage, "lingtu", remove=True))

    assert "Lingtu is off here until there is an account again" in gone
    assert "no Lingtu account of its own" in again


async def test_what_the_next_process_reads_is_hidden_from_its_log_too(
    stage: Stage, untouched_root: None, capsys: pytest.CaptureFixture[str]
):
    await sent(stage, await asked(stage), RIGHT)
    set_up("DEBUG", "json", ())
    workshop = stage.workshop
    read = make_accounts(workshop.database, workshop.environment, workshop.clock)
    await read.load()
    account = read["youchuan", read.payer("youchuan", stage.guild.id)]
    logging.getLogger("bot.engine").error("%s and %s", account.app_id, account.secret)

    assert account.secret == SECRET
    assert "[redacted] and [redacted]" in capsys.readouterr().err
