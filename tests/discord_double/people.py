"""Acting as people: what they type, press, choose and submit goes out as real interactions.

What the Discord app itself would not let a person do raises `CannotDoError` in the test.
"""

import secrets
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from tests.discord_double import payloads
from tests.discord_double.options import CannotDoError, Typed, typed_options
from tests.discord_double.world import (
    DM,
    Attachment,
    Channel,
    Interaction,
    Message,
    Permission,
    Person,
    Upload,
)

if TYPE_CHECKING:
    from tests.discord_double.double import DiscordDouble

Json = dict[str, Any]
File = Upload | tuple[str, bytes]


class People:
    """The part of the double that acts as people; `double` is the whole."""

    @property
    def _double(self) -> "DiscordDouble":
        return self  # type: ignore[return-value]

    async def slash(
        self,
        channel: Channel,
        user: Person,
        name: str,
        options: Mapping[str, Any] | None = None,
        *,
        attachments: Mapping[str, File] | None = None,
    ) -> Interaction:
        """Run a synced slash command; of a subcommand, the name is such as ``job show``."""
        typed = typed_options(
            self._command(channel, user, name.split()[0], 1), name, options or {}, attachments or {}
        )
        self._resolve(typed, channel)
        return await self._act(2, channel, user, name, self._command_data(typed))

    async def autocomplete(
        self,
        channel: Channel,
        user: Person,
        name: str,
        option: str,
        value: str,
        options: Mapping[str, Any] | None = None,
    ) -> Interaction:
        """Type in an option that completes; `choices` of the interaction has what is offered."""
        command = self._command(channel, user, name.split()[0], 1)
        typed = typed_options(command, name, {**(options or {}), option: value}, {}, focus=option)
        self._resolve(typed, channel)
        return await self._act(4, channel, user, name, self._command_data(typed))

    async def menu(self, target: Message | Person, name: str, user: Person, **place: Any) -> Any:
        """Run a context-menu command on a message, or on a person in `channel`."""
        if isinstance(target, Message):
            channel, kind = target.channel, 3
            found: Json = {"messages": {str(target.id): self._double.show(target)}}
        else:
            channel, kind = place["channel"], 2
            found = {"users": {str(target.id): payloads.user(target)}}
            found["members"] = {str(target.id): payloads.member(target)}
            found["members"][str(target.id)].pop("user")
        command = self._command(channel, user, name, kind)
        data = {key: command[key] for key in ("id", "name", "type", "guild_id") if key in command}
        data |= {"target_id": str(target.id), "resolved": found}
        return await self._act(2, channel, user, name, data)

    async def click(
        self,
        message: Message,
        custom_id: str | None = None,
        *,
        label: str | None = None,
        user: Person | None = None,
    ) -> Interaction:
        """Press a button, found by its custom id or by its label or emoji."""
        button = message.find(custom_id) if custom_id else message.find_button(label or "")
        if button["type"] != 2 or not button.get("custom_id"):
            raise CannotDoError(f"{custom_id or label} is no button that tells the program")
        data = {"custom_id": button["custom_id"], "component_type": 2}
        return await self._press(message, button, data, user)

    async def select(
        self,
        message: Message,
        custom_id: str,
        values: list[str] | str,
        user: Person | None = None,
    ) -> Interaction:
        """Choose in a select menu of strings."""
        menu = message.find(custom_id)
        chosen = [values] if isinstance(values, str) else values
        _check_choice(menu, chosen)
        data = {"custom_id": custom_id, "component_type": menu["type"], "values": chosen}
        return await self._press(message, menu, data, user)

    async def _press(
        self, message: Message, part: Json, data: Json, user: Person | None
    ) -> Interaction:
        if message.deleted:
            raise CannotDoError("the message is deleted")
        if part.get("disabled"):
            raise CannotDoError(f"{part['custom_id']} is disabled")
        owner = message.interaction.user if message.interaction else None
        person = user or owner or self._double.ada
        if message.ephemeral and person is not owner:
            raise CannotDoError(f"{person.name} cannot see this private message")
        name = part["custom_id"]
        return await self._act(3, message.channel, person, name, data, message=message)

    async def submit_modal(
        self,
        interaction: Interaction,
        values: Mapping[str, Any],
        *,
        attachments: Mapping[str, File | list[File]] | None = None,
    ) -> Interaction:
        """Fill in the modal that an interaction opened; other fields keep their defaults."""
        modal = interaction.modal
        if modal is None:
            raise CannotDoError("no modal was opened")
        given: dict[str, Any] = dict(values)
        resolved: Json = {}
        for key, files in (attachments or {}).items():
            several = files if isinstance(files, list) else [files]
            made = [self._upload(interaction.channel, file) for file in several]
            resolved |= {str(found.id): payloads.attachment(found) for found in made}
            given[key] = [str(found.id) for found in made]
        parts = [_filled(part, given) for part in modal["components"]]
        if given:
            raise CannotDoError(f"the modal has no field {sorted(given)}")
        data = {"custom_id": modal["custom_id"], "components": parts}
        if resolved:
            data["resolved"] = {"attachments": resolved}
        place, name = interaction.channel, modal["custom_id"]
        source = interaction.message
        return await self._act(5, place, interaction.user, name, data, message=source)

    async def post(
        self, channel: Channel, user: Person, content: str = "", files: list[File] | None = None
    ) -> Message:
        """Say something in a channel, with files."""
        double = self._double
        message = Message(double.next_id(), channel, user.id, content=content)
        message.attachments = [self._upload(channel, file) for file in files or []]
        channel.history.append(message)
        double.index_message(message)
        await double.announce("MESSAGE_CREATE", message)
        return message

    def _upload(self, channel: Channel, file: File) -> Attachment:
        upload = file if isinstance(file, Upload) else Upload(*file)
        made = self._double.attachment(channel.id, upload)
        self._double.publish(made)
        return made

    def _command(self, channel: Channel, user: Person, name: str, kind: int) -> Json:
        scopes = [channel.guild.id, None] if channel.guild else [None]
        known = [c for scope in scopes for c in self._double.commands.get(scope, [])]
        for command in known:
            if command["name"] == name and command["type"] == kind:
                break
        else:
            there = sorted(c["name"] for c in known if c["type"] == kind)
            raise CannotDoError(f"no command {name!r} was synced; there are {there}")
        needed = command.get("default_member_permissions")
        if channel.guild and needed is not None:
            # None at all ("0") means administrators only.
            wanted = int(needed) or int(Permission.ADMINISTRATOR)
            if wanted & ~user.permissions:
                raise CannotDoError(f"{user.name} does not see /{name}")
        if command.get("nsfw") and not channel.nsfw:
            raise CannotDoError(f"/{name} is for age-restricted channels")
        contexts = command.get("contexts")
        if contexts is None:
            contexts = [0] if command.get("dm_permission") is False else [0, 1]
        if _context(channel) not in contexts:
            raise CannotDoError(f"/{name} is not offered in {channel.name}")
        return command

    def _resolve(self, typed: Typed, channel: Channel) -> None:
        resolved = typed.resolved
        for number, file in typed.files.items():
            made = self._upload(channel, file)
            typed.place(number, str(made.id))
            resolved.setdefault("attachments", {})[str(made.id)] = payloads.attachment(made)
        for person in typed.people:
            record = payloads.member(person, permissions=True)
            resolved.setdefault("users", {})[str(person.id)] = record.pop("user")
            resolved.setdefault("members", {})[str(person.id)] = record
        for role in typed.roles:
            resolved.setdefault("roles", {})[str(role.id)] = payloads.role(role, 1)
        for found in typed.channels:
            shown = payloads.channel(found, self._double.bot) | {"permissions": "0"}
            resolved.setdefault("channels", {})[str(found.id)] = shown

    def _command_data(self, typed: Typed) -> Json:
        command = typed.command
        data = {key: command[key] for key in ("id", "name", "type", "guild_id") if key in command}
        data["options"] = typed.options
        return data | ({"resolved": typed.resolved} if typed.resolved else {})

    async def _act(
        self,
        kind: int,
        channel: Channel,
        user: Person,
        name: str,
        data: Json,
        *,
        message: Message | None = None,
    ) -> Interaction:
        double = self._double
        interaction = Interaction(
            double.next_id(), secrets.token_urlsafe(64), kind, channel, user, double, name, 0.0
        )
        interaction.message = message
        interaction.started = double.clock()
        double.interactions[interaction.token] = interaction
        home = channel.guild and channel.guild.id
        await double.gateway.dispatch("INTERACTION_CREATE", self._payload(interaction, data), home)
        await double.changes.notify()
        return interaction

    def _payload(self, interaction: Interaction, data: Json) -> Json:
        double, channel, user = self._double, interaction.channel, interaction.user
        shown = payloads.channel(channel, double.bot)
        payload = {
            "id": str(interaction.id),
            "application_id": str(double.application_id),
            "type": interaction.type,
            "data": data,
            "channel_id": str(channel.id),
            "channel": shown | {"permissions": str(user.permissions)},
            "token": interaction.token,
            "version": 1,
            "app_permissions": str(int(channel.permissions)),
            "locale": user.locale,
            "entitlements": [],
            "authorizing_integration_owners": payloads.owners(channel),
            "context": _context(channel),
            "attachment_size_limit": double.file_limit,
        }
        if channel.guild:
            guild = channel.guild
            payload["guild_id"], payload["guild_locale"] = str(guild.id), guild.locale
            payload["guild"] = {"id": str(guild.id), "locale": guild.locale, "features": []}
            payload["member"] = payloads.member(user, permissions=True)
        else:
            payload["user"] = payloads.user(user)
        if interaction.message:
            payload["message"] = double.show(interaction.message)
        return payload


def _context(channel: Channel) -> int:
    return 1 if channel.type == DM else 0


def _check_choice(menu: Json, chosen: list[str]) -> None:
    lowest, highest = menu.get("min_values"), menu.get("max_values")
    fewest, most = 1 if lowest is None else lowest, 1 if highest is None else highest
    if not fewest <= len(chosen) <= most:
        raise CannotDoError(f"{menu['custom_id']} takes {fewest}-{most} values")
    if menu["type"] in {3, 21, 22}:
        offered = [option["value"] for option in menu["options"]]
        if not set(chosen) <= set(offered):
            raise CannotDoError(f"{menu['custom_id']} offers {offered}, not {chosen}")


def _filled(part: Json, given: dict[str, Any]) -> Json:
    """One part of a submitted modal; takes its value out of `given`."""
    if part["type"] == 1:
        return {"type": 1, "id": 1, "components": [_field(f, given) for f in part["components"]]}
    if part["type"] == 18:
        return {"type": 18, "id": 1, "component": _field(part["component"], given)}
    return {"type": 10, "id": 1}


def _field(part: Json, given: dict[str, Any]) -> Json:
    key, kind = part["custom_id"], part["type"]
    shown: Json = {"type": kind, "id": 1, "custom_id": key}
    required = part.get("required") is not False
    if kind == 4:
        text = str(given.pop(key, part.get("value") or ""))
        least, most = part.get("min_length") or 0, part.get("max_length") or 4000
        if len(text) > most or (required and not text) or (text and len(text) < least):
            raise CannotDoError(f"{key} takes {least}-{most} characters, got {len(text)}")
        return shown | {"value": text}
    if kind == 23:
        return shown | {"value": bool(given.pop(key, part.get("default", False)))}
    chosen = given.pop(key, [o["value"] for o in part.get("options", []) if o.get("default")])
    values = [chosen] if isinstance(chosen, str) else list(chosen)
    if required and not values:
        raise CannotDoError(f"{key} is required")
    if values and kind != 19:
        _check_choice(part, values)
    if kind == 21:
        return shown | {"value": values[0] if values else None}
    return shown | {"values": values}
