"""``/config role`` and ``/config buttons``: who may do what, from the next press on."""

from collections.abc import AsyncIterator

import pytest

from tests.cogs.config_stage import config, decided, put
from tests.cogs.stage import Stage, said, staged
from tests.conftest import Workshop


@pytest.fixture
async def stage(workshop: Workshop) -> AsyncIterator[Stage]:
    async with staged(workshop) as opened:
        yield opened


async def test_a_group_of_commands_is_left_to_roles_at_once(stage: Stage):
    artists = stage.guild.create_role("artists")
    eve = stage.guild.add_member(stage.env.create_user("eve"), roles=[artists])
    told = await config(stage, "role", group="generate", role=artists)
    refused = await stage.refused("imagine", prompt="a cat")
    await eve.slash(stage.channel, "imagine", prompt="a cat")
    jobs = await stage.workshop.jobs.recent(eve.id, stage.guild.id, limit=5)
    again = await config(stage, "role", group="generate", role=artists, remove=True)

    assert told.startswith(f"The commands of “drawing” are only for {artists.mention};")
    assert artists.mention in refused
    assert len(jobs) == 1
    assert again == "The commands of “drawing” are for everyone."
    assert await stage.ordered("imagine", prompt="a cat")
    assert await decided(stage) == {}


async def test_a_deleted_role_goes_with_the_next_change_and_opens_nothing(stage: Stage):
    artists = stage.guild.create_role("artists")
    await put(stage, roles={"generate": [456], "video": [456, artists.id], "chat": [789]})
    added = await config(stage, "role", group="generate", role=artists)
    kept = await decided(stage)
    await config(stage, "role", group="chat", role=artists)
    opened = await config(stage, "role", group="chat", role=artists, remove=True)

    assert added.startswith(f"The commands of “drawing” are only for {artists.mention};")
    assert added.endswith("Taken out, because it is no longer there: deleted role `456`.")
    assert kept["roles"] == {
        "generate": [str(artists.id)],
        "video": [str(artists.id)],
        "chat": ["789"],
    }
    assert opened == "The commands of “chat” are for everyone."


async def test_the_last_role_of_a_group_can_be_taken_out_though_a_deleted_one_is_left(
    stage: Stage,
):
    artists = stage.guild.create_role("artists")
    await put(stage, roles={"chat": [456, artists.id]}, buttons={"who": "roles", "roles": [456]})
    chat = await config(stage, "role", group="chat", role=artists, remove=True)
    buttons = await config(stage, "buttons", who="roles", role=artists)

    assert chat == (
        "The commands of “chat” are for everyone. "
        "Taken out, because it is no longer there: deleted role `456`."
    )
    assert buttons.endswith(
        f"{artists.mention}. Taken out, because it is no longer there: deleted role `456`."
    )
    assert (await decided(stage)).get("roles") is None


async def test_a_role_that_has_nothing_to_lose_is_told_so(stage: Stage):
    role = stage.guild.create_role("artists")
    everyone = stage.guild.default_role

    assert await config(stage, "role", group="chat", role=role, remove=True) == (
        f"{role.mention} is not among the roles for “chat”."
    )
    assert "mean everyone" in await config(stage, "role", group="chat", role=everyone)
    assert await config(stage, "buttons", who="roles", role=role, remove=True) == (
        f"{role.mention} is not among the roles that may use buttons."
    )


async def test_buttons_are_left_to_the_owner_or_to_roles_at_once(stage: Stage):
    job = await stage.drawn()
    artists = stage.guild.create_role("artists")
    eve = stage.guild.add_member(stage.env.create_user("eve"), roles=[artists])
    upscale = f"job:{job.id}:u.0"
    owner = await config(stage, "buttons", who="owner")
    refused = said(await stage.bob.click(stage.last(), custom_id=upscale))
    roles = await config(stage, "buttons", who="roles", role=artists)
    still = said(await stage.bob.click(stage.last(), custom_id=upscale))
    result = stage.last()
    await eve.click(result, custom_id=upscale)

    assert owner == "Only the person who started a result may use its buttons."
    assert "only the person who started this" in refused
    assert roles == (
        f"Besides the person who started a result, these may use its buttons: {artists.mention}."
    )
    assert artists.mention in still
    assert len(await stage.workshop.jobs.recent(eve.id, stage.guild.id, limit=5)) == 1


async def test_the_last_role_that_is_removed_leaves_buttons_to_the_owner(stage: Stage):
    artists = stage.guild.create_role("artists")
    without = await config(stage, "buttons", who="roles")
    odd = await config(stage, "buttons", who="owner", role=artists)
    nobody = await config(stage, "buttons", who="roles", remove=True)
    await config(stage, "buttons", who="roles", role=artists)
    last = await config(stage, "buttons", who="roles", role=artists, remove=True)

    assert without == "Say which role may use the buttons: add the option role."
    assert odd == "To name a role, choose “some roles”."
    assert nobody == "Say which role to remove."
    assert last == "Only the person who started a result may use its buttons."
