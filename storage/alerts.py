"""The store of alerts: what was raised when, so that nobody hears the same thing twice a minute."""

from sqlalchemy import insert, select, update

from storage.database import Database
from storage.schema import alerts


class AlertStore:
    """One row per thing that can be alarming."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def raised(self, key: str, *, now: int, quiet_ms: int) -> bool:
        """Note that something is alarming; False when that was said within `quiet_ms`."""
        async with self._database.write() as connection:
            due = (alerts.c.key == key, alerts.c.raised_at <= now - quiet_ms)
            done = await connection.execute(update(alerts).where(*due).values(raised_at=now))
            if done.rowcount:
                return True
            known = await connection.execute(select(alerts.c.key).where(alerts.c.key == key))
            if known.first() is not None:
                return False
            await connection.execute(insert(alerts).values(key=key, raised_at=now))
            return True
