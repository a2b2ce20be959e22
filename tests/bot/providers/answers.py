"""What holds for whatever a provider's answer is read as, however hostile it is."""

from collections.abc import Callable

from bot.errors import ProviderError
from bot.wire import Response, State, Update


def outcome(read: Callable[[Response], object], response: Response) -> object:
    """What is read in an answer, or the error that says why nothing is."""
    try:
        return read(response)
    except ProviderError as error:
        return error


def check(update: object, *, holes_alone: bool = False) -> None:
    """Fails unless it is an error in words, or news that the engine can rely on.

    `holes_alone`: a success may consist of what moderation has removed.
    """
    if isinstance(update, ProviderError):
        assert str(update)
        return
    assert isinstance(update, Update)
    assert (update.error is not None) == (update.state is State.FAILED)
    if update.error is not None:
        assert str(update.error)
    for place in update.result.media if update.result else ():
        assert bool(place.url) != bool(place.removed)
        assert place.url or place.removed.format(said=place.said)
    if update.state is State.SUCCEEDED:
        assert update.result is not None
        seen = any(place.url or holes_alone for place in update.result.media)
        assert seen or update.result.text
        update.result.text.encode()
    if update.result and update.result.cost is not None:
        assert 0 <= update.result.cost <= 10**9
    assert update.progress is None or 0 <= update.progress <= 1
