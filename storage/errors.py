"""What can go wrong in the stores."""


class StorageError(Exception):
    """The database did not do it; nothing was written."""


class NotFoundError(StorageError):
    """There is no such row."""


class ConflictError(StorageError):
    """Somebody else changed the row first; drop the change, do not repeat it."""
