import pytest

from bot.errors import CallbackError
from bot.tokens import Signer

JOB = "01ARZ3NDEKTSV4RRFFQ69G5FAV"
OTHER = "01ARZ3NDEKTSV4RRFFQ69G5FAW"


@pytest.fixture
def signer() -> Signer:
    return Signer(("first", "second"))


def test_a_token_names_its_job(signer: Signer):
    assert signer.job_of("youchuan", signer.callback_token("youchuan", JOB)) == JOB


def test_a_token_needs_no_quoting_in_a_url(signer: Signer):
    token = signer.callback_token("youchuan", JOB)

    assert len(token) == 26 + 22
    assert token.replace("-", "").replace("_", "").isalnum()


def test_every_job_and_provider_has_its_own_tag(signer: Signer):
    places = [("youchuan", JOB), ("youchuan", OTHER), ("lingtu", JOB)]
    tags = {signer.callback_token(*place)[26:] for place in places}

    assert len(tags) == 3


def test_tokens_of_a_rotated_key_stay_valid_and_new_ones_use_the_first(signer: Signer):
    old = Signer(("second",)).callback_token("youchuan", JOB)
    new = signer.callback_token("youchuan", JOB)

    assert signer.job_of("youchuan", old) == JOB
    assert Signer(("first",)).job_of("youchuan", new) == JOB


def test_tokens_of_a_removed_key_are_refused(signer: Signer):
    with pytest.raises(CallbackError):
        signer.job_of("youchuan", Signer(("third",)).callback_token("youchuan", JOB))


def test_a_token_is_bound_to_its_provider(signer: Signer):
    with pytest.raises(CallbackError):
        signer.job_of("lingtu", signer.callback_token("youchuan", JOB))


def test_a_tag_of_another_job_is_refused(signer: Signer):
    with pytest.raises(CallbackError):
        signer.job_of("youchuan", OTHER + signer.callback_token("youchuan", JOB)[26:])


@pytest.mark.parametrize(
    "token",
    [
        "",
        "x",
        JOB,
        "A" * 22,
        JOB + "A" * 22,
        "ä" * 48,
        "\udcff" * 48,
        JOB + "\udcff" * 22,
        "\0" * 48,
    ],
    ids=range(9),
)
def test_nonsense_is_refused_without_another_error(signer: Signer, token: str):
    with pytest.raises(CallbackError):
        signer.job_of("youchuan", token)


def test_every_changed_character_is_noticed(signer: Signer):
    token = signer.callback_token("youchuan", JOB)
    for place in range(len(token) - 1):
        changed = "A" if token[place] != "A" else "B"
        with pytest.raises(CallbackError):
            signer.job_of("youchuan", token[:place] + changed + token[place + 1 :])
