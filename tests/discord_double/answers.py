"""The routes of interaction tokens: the first answer, @original, and follow-ups."""

from typing import TYPE_CHECKING, Any

from tests.discord_double import rules
from tests.discord_double.rules import RefusedError, need
from tests.discord_double.world import Acknowledged, Interaction, Message

if TYPE_CHECKING:
    from tests.discord_double.double import DiscordDouble
    from tests.discord_double.rest import Call, Handler

Json = dict[str, Any]
TOKEN_SECONDS = 900.0
COMMAND, COMPONENT, AUTOCOMPLETE, SUBMIT = 2, 3, 4, 5
ALLOWED = {COMMAND: {4, 5, 9}, COMPONENT: {4, 5, 6, 7, 9}, AUTOCOMPLETE: {8}, SUBMIT: {4, 5, 6, 7}}


class Answers:
    """POST /interactions/…/callback and /webhooks/{application}/{token}."""

    def __init__(self, double: "DiscordDouble") -> None:
        self._double = double

    def routes(self) -> "list[tuple[str, str, Handler]]":
        webhook = "/webhooks/{application}/{token}"
        return [
            ("POST", "/interactions/{interaction}/{token}/callback", self._first),
            ("POST", webhook, self._follow_up),
            ("GET", webhook + "/messages/{message}", self._read),
            ("PATCH", webhook + "/messages/{message}", self._edit),
            ("DELETE", webhook + "/messages/{message}", self._delete),
        ]

    async def _first(self, call: "Call") -> Json | None:
        interaction = self._double.interactions.get(call.path["token"])
        if interaction is None or interaction.id != call.id("interaction"):
            raise RefusedError(404, 10062, "Unknown interaction", violation=True)
        if interaction.acknowledged:
            text = "Interaction has already been acknowledged."
            raise RefusedError(400, 40060, text, violation=True)
        seconds = self._double.clock() - interaction.started
        if seconds > self._double.answer_within:
            detail = f"answered after {seconds:.1f} s"
            raise RefusedError(404, 10062, "Unknown interaction", detail=detail, violation=True)
        kind = call.body.get("type")
        fits = kind in ALLOWED[interaction.type] and (
            kind not in {6, 7} or interaction.message is not None
        )
        need(fits, "type", f"callback {kind} does not fit interaction {interaction.type}")
        message = await self._apply(interaction, kind, call)
        interaction.acknowledged = Acknowledged(kind, seconds)
        wanted = call.query.get("with_response", "").lower() in {"1", "true"}
        return self._receipt(interaction, kind, message) if wanted else None

    async def _apply(self, interaction: Interaction, kind: int, call: "Call") -> Message | None:
        double, data = self._double, call.body.get("data") or {}
        if kind == 4:
            message = double.messages.create(
                interaction.channel, data, call.uploads, interaction=interaction
            )
        elif kind == 5:
            message = double.messages.placeholder(interaction, int(data.get("flags") or 0))
        elif kind in {6, 7}:
            interaction.response = interaction.message
            if kind == 6:
                return None
            await self._change(interaction, interaction.message, call, data)
            return interaction.message
        else:
            if kind == 8:
                rules.check_choices(data.get("choices"), "data.choices")
                interaction.choices = data["choices"]
            else:
                rules.check_modal(data)
                interaction.modal = data
            return None
        interaction.response = message
        await double.announce("MESSAGE_CREATE", message)
        return message

    def _receipt(self, interaction: Interaction, kind: int, message: Message | None) -> Json:
        told: Json = {"id": str(interaction.id), "type": interaction.type}
        resource: Json = {"type": kind}
        if message:
            told["response_message_id"] = str(message.id)
            told["response_message_loading"] = message.loading
            told["response_message_ephemeral"] = message.ephemeral
            resource["message"] = self._double.show(message)
        return {"interaction": told} | ({"resource": resource} if kind in {4, 5, 6, 7} else {})

    def _interaction(self, call: "Call") -> Interaction:
        interaction = self._double.interactions.get(call.path["token"])
        if interaction is None or call.id("application") != self._double.application_id:
            raise RefusedError(404, 10015, "Unknown Webhook", violation=True)
        age = self._double.clock() - interaction.started
        if interaction.expired or age > TOKEN_SECONDS:
            raise RefusedError(401, 50027, "Invalid Webhook Token")
        if interaction.acknowledged is None:
            detail = "used before the first answer"
            raise RefusedError(404, 10015, "Unknown Webhook", detail=detail, violation=True)
        if interaction.channel.gone:
            raise RefusedError(404, 10003, "Unknown Channel")
        return interaction

    def _message(self, call: "Call") -> tuple[Interaction, Message]:
        interaction = self._interaction(call)
        known = {str(m.id): m for m in interaction.followups}
        if interaction.response:
            known["@original"] = known[str(interaction.response.id)] = interaction.response
        message = known.get(call.path["message"])
        if message is None or message.deleted:
            raise RefusedError(404, 10008, "Unknown Message")
        return interaction, message

    async def _follow_up(self, call: "Call") -> Json | None:
        interaction = self._interaction(call)
        waiting = interaction.response
        if waiting and waiting.loading and not waiting.deleted:
            # Discord turns the first follow-up of a deferred answer into that answer.
            await self._change(interaction, waiting, call, call.body)
            message = waiting
        else:
            message = self._double.messages.create(
                interaction.channel, call.body, call.uploads, interaction=interaction
            )
            interaction.followups.append(message)
            await self._double.announce("MESSAGE_CREATE", message)
        return self._double.show(message) if call.query.get("wait") else None

    async def _read(self, call: "Call") -> Json:
        return self._double.show(self._message(call)[1])

    async def _edit(self, call: "Call") -> Json:
        interaction, message = self._message(call)
        await self._change(interaction, message, call, call.body)
        return self._double.show(message)

    async def _change(
        self, interaction: Interaction, message: Message | None, call: "Call", data: Json
    ) -> None:
        if message is None or message.deleted:
            raise RefusedError(404, 10008, "Unknown Message")
        self._double.messages.edit(message, data, call.uploads)
        interaction.edits.append(data)
        await self._double.announce("MESSAGE_UPDATE", message)

    async def _delete(self, call: "Call") -> None:
        _, message = self._message(call)
        message.deleted = True
        await self._double.announce("MESSAGE_DELETE", message)
