"""The Discord face, and nothing but it: commands, buttons, messages."""

EXTENSIONS = (
    "cogs.account",
    "cogs.background",
    "cogs.batches",
    "cogs.blend",
    "cogs.buttons",
    "cogs.chat",
    "cogs.config",
    "cogs.drawing",
    "cogs.edit",
    "cogs.erase",
    "cogs.imagine",
    "cogs.jobs",
    "cogs.me",
    "cogs.menus",
    "cogs.moodboard",
    "cogs.prompts",
    "cogs.reading",
    "cogs.tools",
    "cogs.video",
)
