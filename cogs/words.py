"""What messages say about a job: its prompt, model, lineage, money. Pure text, made harmless."""

import re
from contextlib import suppress

from pydantic import ValidationError

from bot.errors import AtelierError, GoneError, InvalidRequestError
from bot.news import unpack
from bot.operations import STAND_IN, Catalog, Params
from bot.providers import provider
from bot.providers.models import model_behind, models
from bot.providers.prompt_table import MODEL_BY_KEY, VIDEO
from bot.providers.prompt_text import OURS
from bot.providers.wanxiang_rows import CHAT
from bot.text import N_, _, clip, explain
from cogs.parameters import parameters_of
from storage.models import UNCERTAIN, WAYS_BACK, Job, Status

_MARKUP = re.compile(r"([\\*_~`|\[\]()<>#])")
_FLAGS = re.compile(r"(?:^|\s)(--[a-z].*)", re.DOTALL)
_MODEL_FLAG = re.compile(r"--(?:v|niji) [0-9.]+")
_UPLOADED = re.compile(rf"{STAND_IN.pattern}|{OURS.pattern}")
_FREE = frozenset({"missing", "rejected", "moderation", "auth", "credit", "invalid", "unavailable"})
# What a provider is not called after; of Tongyi's two, only one draws.
_NAMES = {
    "wanxiang.chat": "Tongyi",
    **{each.operation: each.label for each in models() if each.is_plain},
}
_FOLLOW_UPS = {
    "continue": N_("Continue"),
    "help": N_("Prompt help"),
    "use": N_("Suggested prompt"),
    "reword": N_("Edited suggestion"),
    "keep": N_("Own prompt"),
}  # buttons that are no actions of the catalog
_LONGEST_SAID = 400  # characters of somebody's words in the sentence of a failure
_LONGEST_INFO = 1900  # characters: an answer without Components V2 takes 2000
_STATES = {
    Status.QUEUED: N_("🕓 waiting"),
    Status.SUBMITTING: N_("📨 being sent"),
    Status.RUNNING: N_("🎨 being drawn"),
    Status.SUCCEEDED: N_("✅ finished"),
    Status.FAILED: N_("❌ failed"),
    Status.CANCELED: N_("🚫 canceled"),
}


def trimmed(text: str, most: int) -> str:
    """The text in one line of at most `most` characters."""
    return clip(" ".join(text.split()), most)


def harmless(text: str, most: int) -> str:
    """A person's words without markup, links or mentions; at most twice `most` characters."""
    line = _MARKUP.sub(r"\\\1", trimmed(text, most))
    # Dashes and dots only mean something where a line begins.
    line = re.sub(r"^(?=[-+])|^(\d+)(?=\.(?:\s|$))", r"\1\\", line)
    return line.replace("@", "@\u200b").replace("://", ":\u200b//")


def state_of(job: Job) -> str:
    """How far a job has come, in a sign and a word or two."""
    return _(_STATES[job.status])


def params_of(job: Job, catalog: Catalog) -> Params | None:
    """The request that a row keeps; None where this version cannot read it."""
    try:
        return catalog.operation(job.operation).params.model_validate(dict(job.params))
    except (GoneError, InvalidRequestError, ValidationError):
        return None


def words_of(job: Job, catalog: Catalog) -> str:
    """The prompt that a job brought itself; empty where it has none."""
    params = params_of(job, catalog)
    return params.words() if params else ""


def flags_of(job: Job, catalog: Catalog) -> str:
    """The parameters that were typed or chosen with the prompt; the model is told elsewhere."""
    if job.operation == CHAT.name:
        return ""  # who asks about a program's options has chosen none
    params = params_of(job, catalog)
    if params and (chosen := parameters_of(params)):
        return chosen
    found = _FLAGS.search(params.own_prompt()) if params else None
    return unaddressed(_MODEL_FLAG.sub("", found[1])).strip() if found else ""


def unaddressed(prompt: str) -> str:
    """A prompt without the addresses of uploads, which are nobody else's business."""
    return _UPLOADED.sub("📎", prompt)


def model_of(job: Job) -> str:
    """What drew it: a model's name, or the provider's where no model is known."""
    labels = [MODEL_BY_KEY[trait].label for trait in job.traits if trait in MODEL_BY_KEY]
    if labels:
        return labels[0]
    if is_clip(job):
        return VIDEO.label
    if name := _NAMES.get(job.operation):
        return name
    title = service_of(job.provider)
    return f"{title} Pro" if job.operation.endswith("_pro") else title


def service_of(name: str) -> str:
    """What people call a provider."""
    with suppress(KeyError):
        return provider(name).title
    return name.capitalize()


def is_clip(job: Job) -> bool:
    """Whether the result is clips, not pictures."""
    return "video" in job.traits


def place_of(job: Job, index: int) -> str:
    """What a place of the result is called: “Image 2”, “Clip 1”."""
    return _("Clip {n}", n=index + 1) if is_clip(job) else _("Image {n}", n=index + 1)


def money(fen: int | None) -> str:
    """An amount in yuan; an unknown one is said to be so, never 0."""
    return _("unknown") if fen is None else f"¥{fen / 100:.2f}"


def jump_link(job: Job) -> str:
    """The address of a job's message; empty while it has none."""
    if job.message_id is None:
        return ""
    there = job.destination
    guild, channel = there.guild_id, job.message_channel_id or there.channel_id
    # What stands in neither of them went to the person's direct messages.
    is_there = channel in (there.channel_id, there.results_channel_id)
    home = guild if guild is not None and is_there else "@me"
    return f"https://discord.com/channels/{home}/{channel}/{job.message_id}"


def title(job: Job, catalog: Catalog, prompt: str = "", most: int = 400) -> str:
    """The headline: `prompt` (that of an earlier job) or the job's own, else what was done."""
    words = harmless(words_of(job, catalog) or prompt, most)
    return f"**{words}**" if words else f"**{summary_of(job, catalog)}**"


def summary_of(job: Job, catalog: Catalog) -> str:
    """What the job's operation does, in a sentence."""
    try:
        return _(catalog.operation(job.operation).summary)
    except GoneError as error:
        return explain(error)


def credits_line(job: Job, catalog: Catalog) -> str:
    """The line ``model · parameters · who``."""
    flags = harmless(flags_of(job, catalog), 200)
    return " · ".join(filter(None, (model_of(job), flags, f"<@{job.destination.user_id}>")))


def lineage(job: Job, parent: Job | None, catalog: Catalog) -> str:
    """What was done with which image of which result; empty for a job that follows none."""
    if job.parent_id is None:
        return ""
    label = _("Follow-up")
    if parent is not None and job.action:
        try:
            action = catalog.action(parent.operation, job.action)
            label = _(action.label, n=(job.parent_index or 0) + 1)
        except GoneError:
            label = _(_FOLLOW_UPS.get(job.action, job.action))
    source = _("an earlier result")
    if job.parent_index is not None:
        place = place_of(parent or job, job.parent_index)
        source = _("{place} of an earlier result", place=place)
    link = jump_link(parent) if parent else ""
    return _("{label} → of {source}", label=label, source=f"[{source}]({link})" if link else source)


def charged(job: Job) -> str:
    """What a failed or canceled job cost, as far as that is known."""
    if job.cost is not None and job.cost > 0:
        return _("It was charged: {cost}.", cost=money(job.cost))
    if job.charged and job.cost is None:
        if job.price is None:
            return _("It was charged; how much is not known.")
        return _("It was charged: about {cost}.", cost=money(job.price))
    if job.status is Status.CANCELED and job.progress == 0.0:
        return _("It was withdrawn before it was begun.")
    # Without a number of the provider's, only what has not been taken yet is canceled.
    given_up = job.status is Status.CANCELED or job.failure in _FREE
    never_taken = job.external_id is None and given_up
    is_free = job.cost == 0 or job.charged is False or never_taken
    if is_free or (not job.attempts and job.failure != UNCERTAIN):
        return _("Nothing was charged.")
    if job.failure in WAYS_BACK:
        return _("It may have been charged.")
    return _("What was charged is unknown.")


def cost_of(job: Job) -> str:
    """What a job cost: as the provider says, else by the estimate where it was charged at all."""
    if job.cost is None and job.charged is False:
        return _("nothing")
    if job.cost is None and job.charged and job.price is not None:
        return _("about {price}", price=money(job.price))
    return money(job.cost)


def shortfall(job: Job) -> str:
    """What did not come though it was asked for: pictures, or a mask; else empty."""
    behind = model_behind(job.operation)
    asked = job.params.get(behind.fields.get("count", "")) if behind else None
    came = len((job.result or {}).get("media", ()))
    if "masked" in job.traits and came == 1:
        return _("no mask came")
    if not isinstance(asked, int) or came >= asked:
        return ""
    return _("{n} of {asked} pictures came", n=came, asked=asked)


def why(job: Job) -> str:
    """The plain reason why a job failed; what others said in it is made harmless."""
    error = unpack(job.failure_text)
    values = {name: harmless(str(value), _LONGEST_SAID) for name, value in error.values.items()}
    return explain(AtelierError(error.message, **values))


def info_text(job: Job, catalog: Catalog) -> str:
    """Everything to know about a job, in at most 1900 characters; long prompts are cut."""
    result = job.result or {}
    facts = [
        (_("Job"), f"`{job.id}`"),
        (_("What"), summary_of(job, catalog)),
        (_("State"), state_of(job)),
        (_("Model"), model_of(job)),
        (_("Parameters"), harmless(flags_of(job, catalog), 200)),
        (_("Seed"), "" if result.get("seed") is None else f"`{result['seed']}`"),
        (_("Cost"), cost_of(job)),
        (_("Price estimate"), money(job.price)),
        (_("Receipt"), f"`{job.receipt}`" if job.receipt else ""),
        (_("By"), f"<@{job.destination.user_id}>"),
        (_("Ordered"), f"<t:{job.created_at // 1000}:f>"),
        (_("Time taken"), _duration(job)),
        (_("From"), _("place {n} of job {id}", n=(job.parent_index or 0) + 1, id=job.parent_id))
        if job.parent_id
        else ("", ""),
        (_("Message"), jump_link(job)),
        (_("Failure"), why(job) if job.status is Status.FAILED else ""),
        (_("Delivery"), harmless(job.delivery_note, 200)),
    ]
    lines = "\n".join(f"**{name}:** {value}" for name, value in facts if value)
    room = _LONGEST_INFO - len(lines) - 10
    prompt = words_of(job, catalog).replace("`", "ˋ")
    if not prompt or room < 20:
        return lines[:_LONGEST_INFO]
    return f"```\n{clip(prompt, room)}\n```\n{lines}"


def _duration(job: Job) -> str:
    if job.submitted_at is None or job.finished_at is None:
        return ""
    return _("{seconds} s", seconds=round((job.finished_at - job.submitted_at) / 1000))
