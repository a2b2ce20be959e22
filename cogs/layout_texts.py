"""Texts as messages show them: answers in a conversation, suggestions for a prompt. Pure."""

import discord

from bot.operations import Catalog
from bot.providers.wanxiang_answers import is_cut
from bot.text import _
from bot.wire import Delivery
from cogs import rows
from cogs.answers import LONGEST_SHOWN
from cogs.layout_parts import GOOD, MOST_TEXT, facts, late, media, texts, view
from cogs.suggestions import fault_of, own_prompt
from cogs.texts import file_of, text_of, texts_of
from cogs.words import credits_line, title
from storage.models import Job

_LONGEST_ASKED = 150  # of a question above its answer


def answer_layout(delivery: Delivery, catalog: Catalog, note: str) -> discord.ui.LayoutView:
    """An answer in a conversation: what was asked in short, and what was said in full."""
    job = delivery.job
    asked = title(job, catalog, most=_LONGEST_ASKED)
    head = "\n".join((asked, credits_line(job, catalog), facts(delivery, catalog)))
    rest = f"-# {_file_note(job)}" if file_of(job) else ""
    body = [
        *texts([head, late(delivery), note], MOST_TEXT - LONGEST_SHOWN - len(rest)),
        *texts([*texts_of(job), rest], LONGEST_SHOWN + len(rest)),
        *media(job, (), ""),
    ]
    return view(*body, rows.result_row(job), colour=GOOD)


def suggestion_layout(delivery: Delivery, catalog: Catalog, note: str) -> discord.ui.LayoutView:
    """What Tongyi suggests for a prompt, below the person's own; or why it cannot be used."""
    job, what = delivery.job, _("A suggestion for your prompt")
    own = "-# " + _("Yours: {prompt}", prompt=own_prompt(job))
    lines = (f"**{what}**", own, credits_line(job, catalog), facts(delivery, catalog))
    head = "\n".join(filter(None, (*lines, _still_drawn(delivery))))
    body = [
        *texts([head, late(delivery), note], MOST_TEXT - LONGEST_SHOWN),
        *texts(texts_of(job) or [fault_of(job)]),
        *media(job, (), ""),
    ]
    return view(*body, rows.suggestion_row(job), rows.result_row(job), colour=GOOD)


def _file_note(job: Job) -> str:
    if is_cut(text_of(job)):
        return _("The answer was too long and is cut; what was kept of it is in the file.")
    return _("The whole answer is in the file.")


def _still_drawn(delivery: Delivery) -> str:
    """That a suggestion comes beside what it was asked under, not in its place."""
    if delivery.parent is None or delivery.parent.status.is_final:
        return ""
    return "-# " + _("Your own prompt goes on being drawn and stays paid for, whatever you choose.")
