"""What the wrapper's endpoints take: a conversation for Tongyi, a text for Wanxiang."""

from collections.abc import Sequence
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from bot.operations import Params
from bot.providers.prompt_help import Kept, instruction, rewritten
from bot.text import N_

SUGGESTION = "suggestion"  # the trait of a result that is words for a prompt
MOST_SAID = 6000  # characters of what a person says in one go; as many as Discord lets them type
MOST_TURNS = 20
# However long a conversation gets, only its newest turns within so many characters are sent.
MOST_REMEMBERED = 12_000
_BETWEEN, _GAP = "\n\n", "\n…\n"
# The manual names no limit; whatever model draws behind it, it reads no further than this.
MOST_DRAWN = 2000


class Turn(BaseModel):
    """What was said and what was answered, once each."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    said: str = Field(min_length=1)
    answered: str = Field(min_length=1)

    def __str__(self) -> str:
        return f"User: {self.said}\n\nAssistant: {self.answered}"

    def within(self, most: int) -> "Turn":
        """The turn in at most so many characters, its answer shortened before what was said."""
        room = most - len(str(self)) + len(self.said) + len(self.answered)
        said = _shortened(self.said, max(room // 2, room - len(self.answered)))
        return Turn(said=said, answered=_shortened(self.answered, room - len(said)))


def _shortened(text: str, most: int) -> str:
    """Of a text that is too long the beginning, and still more of the end."""
    if len(text) <= most:
        return text
    room = most - len(_GAP)
    return f"{text[: room // 4]}{_GAP}{text[room // 4 - room :]}"


def conversation(turns: Sequence[Turn], said: str) -> str:
    """The one text that tells Tongyi, which remembers nothing, what was said before.

    The newest turn is always in it, shortened where it alone would be too long.
    """
    if not turns:
        return said
    kept = [f"User: {said}\n\nAssistant:"]
    room = MOST_REMEMBERED - len(kept[0]) - len(_BETWEEN)
    *earlier, newest = turns
    for turn in map(str, (newest.within(room), *reversed(earlier))):
        room -= len(turn) + len(_BETWEEN) * (len(kept) > 1)
        if room < 0:
            break
        kept.insert(0, turn)
    return _BETWEEN.join(kept)


class Chat(Params):
    """Talk to Tongyi; what was said earlier goes along inside the one text that it takes.

    With a `purpose` Tongyi is asked to rewrite `prompt`, which then is the words of a prompt for
    pictures; the row alone tells how its answer and what was `kept` make a prompt again.
    """

    prompt: str = Field(min_length=1, max_length=MOST_SAID, description=N_("What to say."))
    turns: tuple[Turn, ...] = Field(
        default=(), max_length=MOST_TURNS, description=N_("What was said before, oldest first.")
    )
    purpose: Literal["", "improve", "translate"] = Field(
        default="", description=N_("How to rewrite a prompt for pictures.")
    )
    kept: Kept = Field(
        default=Kept(), description=N_("What of that prompt stays as it is, and what it is for.")
    )

    def body(self) -> dict[str, Any]:
        if self.purpose:
            return {"prompt": instruction(self.purpose, self.prompt, self.kept.longest)}
        return {"prompt": conversation(self.turns, self.prompt)}

    def own_prompt(self) -> str:
        return self.whole(self.prompt)

    def words(self) -> str:
        return self.prompt

    def traits(self, parent: frozenset[str]) -> frozenset[str]:
        return frozenset({"text", SUGGESTION} if self.purpose else {"text"})

    def whole(self, words: str) -> str:
        """The prompt with these words between what was kept."""
        return f"{self.kept.before}{words}{self.kept.after}"

    def suggested(self, answer: str) -> str:
        """The words that Tongyi suggests; InvalidRequestError where they cannot be used."""
        return rewritten(self.prompt, answer, self.kept.longest)


class Image(Params):
    """Draw with Wanxiang, which takes a text and nothing else."""

    prompt: str = Field(min_length=1, max_length=MOST_DRAWN, description=N_("What to draw."))

    def own_prompt(self) -> str:
        return self.prompt

    def words(self) -> str:
        return self.prompt

    def traits(self, parent: frozenset[str]) -> frozenset[str]:
        return frozenset({"wanxiang"})


class ResultQuery(Params):
    """Ask for one job."""

    # The one name here that the wire writes with an underscore.
    task_id: str = Field(
        alias="task_id",
        min_length=1,
        max_length=128,
        description=N_("Wanxiang's id of the job."),
    )
