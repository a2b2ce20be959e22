from storage.database import Database
from storage.people import PeopleStore


async def test_a_choice_is_kept_per_person_and_server(database: Database):
    people = PeopleStore(database)
    await people.use_moodboard(33, 11, "b1")
    await people.use_moodboard(33, None, "b2")

    assert await people.moodboard(33, 11) == "b1"
    assert await people.moodboard(33, None) == "b2"
    assert await people.moodboard(44, 11) is None


async def test_a_choice_is_changed_and_forgotten(database: Database):
    people = PeopleStore(database)
    for choice in ("b1", "b2", None):
        await people.use_moodboard(33, 11, choice)

        assert await people.moodboard(33, 11) == choice
