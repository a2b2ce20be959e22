"""The Discord face, and nothing but it: commands, buttons, messages."""

EXTENSIONS = (
    "cogs.account",
    "cogs.batches",
    "cogs.blend",
    "cogs.buttons",
    "cogs.edit",
    "cogs.imagine",
    "cogs.jobs",
    "cogs.moodboard",
    "cogs.tools",
    "cogs.video",
)
