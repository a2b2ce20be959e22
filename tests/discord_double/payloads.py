"""The records of the world as Discord prints them in JSON."""

import copy
import datetime
from typing import Any

from tests.discord_double.world import (
    DISCORD_EPOCH,
    DM,
    EVERYTHING,
    ORDINARY,
    THREAD,
    Attachment,
    Channel,
    Guild,
    Message,
    Person,
    Role,
    walk,
)

Json = dict[str, Any]


def instant(snowflake: int) -> str:
    """When an id was given out, in ISO form."""
    seconds = ((snowflake >> 22) + DISCORD_EPOCH) / 1000
    return datetime.datetime.fromtimestamp(seconds, datetime.UTC).isoformat()


def user(person: Person) -> Json:
    return {
        "id": str(person.id),
        "username": person.name,
        "global_name": None if person.bot else person.name.title(),
        "discriminator": "0",
        "avatar": None,
        "bot": person.bot,
        "public_flags": 0,
    }


def member(person: Person, *, permissions: bool = False) -> Json:
    data: Json = {
        "user": user(person),
        "nick": None,
        "roles": [str(role.id) for role in person.roles],
        "joined_at": instant(person.id),
        "deaf": False,
        "mute": False,
        "flags": 0,
        "pending": False,
    }
    return data | ({"permissions": str(person.permissions)} if permissions else {})


def role(record: Role, position: int) -> Json:
    return {
        "id": str(record.id),
        "name": record.name,
        "permissions": str(int(record.permissions)),
        "position": position,
        "color": 0,
        "colors": {"primary_color": 0, "secondary_color": None, "tertiary_color": None},
        "hoist": False,
        "managed": False,
        "mentionable": False,
        "flags": 0,
    }


def channel(record: Channel, bot: Person) -> Json:
    last = record.messages[-1].id if record.messages else None
    data: Json = {
        "id": str(record.id),
        "type": record.type,
        "flags": 0,
        "last_message_id": last and str(last),
    }
    if record.type == DM:
        assert record.recipient is not None
        return data | {"recipients": [user(record.recipient)]}
    assert record.guild is not None
    data |= {"name": record.name, "guild_id": str(record.guild.id), "rate_limit_per_user": 0}
    if record.type == THREAD:
        assert record.parent is not None
        return data | _thread(record.parent, record)
    allow = int(record.permissions)
    mine = {"id": str(bot.id), "type": 1, "allow": str(allow), "deny": str(EVERYTHING & ~allow)}
    return data | {
        "position": record.guild.channels.index(record),
        "permission_overwrites": [mine],
        "nsfw": record.nsfw,
        "topic": None,
        "parent_id": None,
    }


def _thread(parent: Channel, record: Channel) -> Json:
    return {
        "parent_id": str(parent.id),
        "owner_id": str(record.guild.owner.id) if record.guild else "0",
        "message_count": len(record.messages),
        "total_message_sent": len(record.history),
        "member_count": 2,
        "thread_metadata": {
            "archived": False,
            "auto_archive_duration": 1440,
            "archive_timestamp": instant(record.id),
            "locked": False,
        },
    }


def guild(record: Guild, bot: Person) -> Json:
    """The full object of GUILD_CREATE; as without the members intent, only the bot is listed."""
    standing = [found for found in record.channels if not found.gone]
    everyone = Role(record.id, "@everyone", ORDINARY)
    return {
        "id": str(record.id),
        "name": record.name,
        "icon": None,
        "owner_id": str(record.owner.id),
        "roles": [role(r, n) for n, r in enumerate([everyone, *record.roles])],
        "emojis": [],
        "stickers": [],
        "features": [],
        "verification_level": 0,
        "default_message_notifications": 0,
        "explicit_content_filter": 0,
        "mfa_level": 0,
        "nsfw_level": 0,
        "premium_tier": record.premium_tier,
        "preferred_locale": record.locale,
        "system_channel_id": None,
        "system_channel_flags": 0,
        "afk_timeout": 300,
        "member_count": len(record.people) + 1,
        "joined_at": instant(record.id),
        "large": False,
        "unavailable": False,
        "members": [member(bot)],
        "channels": [channel(c, bot) for c in standing if c.type != THREAD],
        "threads": [channel(c, bot) for c in standing if c.type == THREAD],
        "voice_states": [],
        "presences": [],
        "stage_instances": [],
        "guild_scheduled_events": [],
        "soundboard_sounds": [],
    }


def attachment(record: Attachment) -> Json:
    data: Json = {
        "id": str(record.id),
        "filename": record.filename,
        "size": record.size,
        "url": record.url,
        "proxy_url": record.url,
        "content_type": record.content_type,
        "ephemeral": record.ephemeral,
        "flags": 0,
    }
    if record.description is not None:
        data["description"] = record.description
    if record.size_px:
        data["width"], data["height"] = record.size_px
    return data


def message(record: Message, author: Person, people: dict[int, Person], app_id: int) -> Json:
    data: Json = {
        "id": str(record.id),
        "channel_id": str(record.channel_id),
        "type": record.type,
        "author": user(author),
        "content": record.content,
        "embeds": record.embeds,
        "attachments": [attachment(found) for found in record.attachments],
        "components": _rendered(record),
        "flags": record.flags,
        "mentions": [user(people[found]) for found in record.pings if found in people],
        "mention_roles": [],
        "mention_everyone": "everyone" in record.pings,
        "pinned": False,
        "tts": False,
        "timestamp": instant(record.id),
        "edited_timestamp": instant(record.id + (record.edited << 32)) if record.edited else None,
    }
    if record.nonce is not None:
        data["nonce"] = record.nonce
    if author.bot:
        data["application_id"] = str(app_id)
    return data | _reference(record) | _origin(record, app_id)


def _reference(record: Message) -> Json:
    if record.reference is None:
        return {}
    place = {"message_id": str(record.reference), "channel_id": str(record.channel_id)}
    if record.channel.guild:
        place["guild_id"] = str(record.channel.guild.id)
    return {"message_reference": place | {"type": 0}}


def _origin(record: Message, app_id: int) -> Json:
    made_by = record.interaction
    if made_by is None:
        return {}
    metadata: Json = {
        "id": str(made_by.id),
        "type": made_by.type,
        "user": user(made_by.user),
        "authorizing_integration_owners": owners(record.channel),
    }
    if made_by.type == 3 and made_by.message:
        metadata["interacted_message_id"] = str(made_by.message.id)
    if made_by.type == 5:
        metadata["triggering_interaction_metadata"] = metadata | {"type": 2}
    return {"webhook_id": str(app_id), "interaction_metadata": metadata}


def owners(place: Channel) -> dict[str, str]:
    """By whom the application is installed there."""
    return {"0": str(place.guild.id) if place.guild else "0"}


def _rendered(record: Message) -> list[Json]:
    """The components as shown: numbered, with uploaded files at their public address."""
    shown = copy.deepcopy(record.components)
    urls = {f"attachment://{found.filename}": found for found in record.attachments}
    for number, part in enumerate(walk(shown), 1):
        part.setdefault("id", number)
        media = [part.get("media"), part.get("file")]
        media += [item.get("media") for item in part.get("items") or []]
        for found in filter(None, media):
            file = urls.get(found["url"])
            if file:
                found |= {"url": file.url, "proxy_url": file.url, "attachment_id": str(file.id)}
                found |= {"content_type": file.content_type, "loading_state": 2}
                found["width"], found["height"] = file.size_px or (0, 0)
            if part["type"] == 13 and file:
                part |= {"name": file.filename, "size": file.size}
    return shown
