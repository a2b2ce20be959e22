"""What people read when something goes wrong."""

import logging
import re

import pytest
from discord import app_commands

from bot.errors import (
    CourierError,
    InvalidRequestError,
    ModerationError,
    NotAllowedError,
    ProviderError,
    QuotaError,
)
from cogs.errors import sentence_for
from storage.errors import ConflictError, NotFoundError, StorageError


@pytest.mark.parametrize(
    ("error", "sentence"),
    [
        (NotAllowedError("Not here."), "Not here."),
        (InvalidRequestError("{flag} is wrong.", flag="--ar"), "--ar is wrong."),
        (ModerationError("Too wild."), "Too wild."),
        (ProviderError("{who} said no.", who="Midjourney"), "Midjourney said no."),
        (CourierError("Discord is away."), "Discord is away."),
        (NotFoundError("x"), "There is no such job (any more)."),
        (QuotaError("Enough for today."), "Enough for today."),
        (
            QuotaError("Enough for today.", retry_at=1_790_000_000_001),
            "Enough for today. Try again <t:1790000001:R>.",
        ),
        (app_commands.CheckFailure(), "You may not do this here."),
    ],
)
def test_an_expected_error_says_its_own_sentence(error: Exception, sentence: str):
    assert sentence_for(error) == sentence


@pytest.mark.parametrize("error", [StorageError("disk full"), ConflictError("job")])
def test_a_busy_database_costs_nobody_anything(error: Exception):
    sentence = sentence_for(error)

    assert "nothing was charged" in sentence
    assert str(error) not in sentence


def test_the_id_of_a_fault_stands_in_the_log_too(caplog: pytest.LogCaptureFixture):
    with caplog.at_level(logging.ERROR):
        sentence = sentence_for(KeyError("secret of ours"))

    number = re.search(r"[0-9a-f]{8}", sentence)
    assert number
    assert number[0] in caplog.text
    assert "KeyError" in caplog.text
    assert "secret" not in sentence


def test_a_command_that_fails_speaks_with_the_voice_of_its_cause():
    @app_commands.command(name="x", description="x")
    async def command(interaction): ...

    error = app_commands.CommandInvokeError(command, InvalidRequestError("Write what to draw."))

    assert sentence_for(error) == "Write what to draw."
