import pytest

from bot.errors import CallbackError, SealError
from bot.tokens import Sealer, Signer

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


ROW, OTHER_ROW = "1" * 26, "2" * 26
SECRETS = b'{"app_id": "someone", "secret": "canary"}'


def test_what_is_sealed_is_read_by_whoever_has_its_key_and_row():
    sealed = Sealer(("first",)).seal(SECRETS, ROW)

    assert Sealer(("first",)).open(sealed, ROW) == SECRETS
    assert "canary" not in sealed


def test_what_is_sealed_twice_looks_different_each_time():
    sealer = Sealer(("first",))

    assert sealer.seal(SECRETS, ROW) != sealer.seal(SECRETS, ROW)


def test_what_is_sealed_for_one_row_does_not_open_in_another():
    sealer = Sealer(("first",))

    with pytest.raises(SealError, match="changed or moved"):
        sealer.open(sealer.seal(SECRETS, ROW), OTHER_ROW)


def test_an_old_key_reads_and_only_the_first_one_writes():
    old = Sealer(("old",)).seal(SECRETS, ROW)
    both = Sealer(("new", "old"))
    again = both.seal(both.open(old, ROW), ROW)

    assert (both.is_current(old), both.is_current(again)) == (False, True)
    assert Sealer(("new",)).open(again, ROW) == SECRETS


def test_a_text_without_its_key_names_the_setting_that_lacks_it():
    sealed = Sealer(("gone",)).seal(SECRETS, ROW)

    with pytest.raises(SealError, match="SECRET_KEY has no key that opens it"):
        Sealer(("first", "second")).open(sealed, ROW)


def test_every_changed_character_of_what_is_sealed_is_noticed():
    sealer = Sealer(("first",))
    sealed = sealer.seal(SECRETS, ROW)
    # The last ones may be padding, and say nothing.
    for place in range(len(sealed.rstrip("=")) - 1):
        changed = "A" if sealed[place] != "A" else "B"
        with pytest.raises(SealError):
            sealer.open(sealed[:place] + changed + sealed[place + 1 :], ROW)


def test_nonsense_for_what_is_sealed_is_no_other_error():
    sealer = Sealer(("first",))
    head = sealer.seal(SECRETS, ROW).rpartition(".")[0]
    tails = ("", ".", ".AAAA", ".ä", ".\udcff", "." + "A" * 15, "." + "A" * 64)
    for text in ("", "v1", "v1..", "v1.ä.ä", "v2.x.y", *(head + tail for tail in tails)):
        with pytest.raises(SealError):
            sealer.open(text, ROW)
