from storage.chats import ChatStore
from storage.database import Database


async def test_a_chat_is_forgotten_per_person_and_channel(database: Database):
    chats = ChatStore(database)
    await chats.forget(33, 22, now=1000)
    await chats.forget(33, 22, now=2000)

    assert await chats.forgotten_at(33, 22) == 2000
    assert await chats.forgotten_at(33, 23) == 0
    assert await chats.forgotten_at(44, 22) == 0
