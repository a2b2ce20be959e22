"""A strict wire-level Discord (REST and gateway) for tests, with people who act in it."""

from tests.discord_double.double import DiscordDouble
from tests.discord_double.options import CannotDoError
from tests.discord_double.world import (
    COMPONENTS_V2,
    ORDINARY,
    Attachment,
    Channel,
    Fault,
    Guild,
    Interaction,
    Message,
    Permission,
    Person,
    Role,
    Upload,
)

__all__ = [
    "COMPONENTS_V2",
    "ORDINARY",
    "Attachment",
    "CannotDoError",
    "Channel",
    "DiscordDouble",
    "Fault",
    "Guild",
    "Interaction",
    "Message",
    "Permission",
    "Person",
    "Role",
    "Upload",
]
