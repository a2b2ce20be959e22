"""The Discord face, and nothing but it: commands, buttons, messages."""

EXTENSIONS = ("cogs.buttons", "cogs.imagine", "cogs.jobs")
