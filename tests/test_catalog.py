"""Every row of the catalog, walked: what holds for one endpoint holds for all of them."""

import json
import re
from pathlib import Path

import pytest

from bot.errors import GoneError, InvalidRequestError
from bot.operations import Action, Operation, Params, follow_up
from bot.providers import PROVIDERS, catalog, provider
from bot.providers.prompt_table import MODEL_BY_KEY
from bot.text import _
from bot.wire import Credential

SAMPLES = Path(__file__).parent / "samples"
CATALOG = catalog()
ROWS = list(CATALOG.values())
ACTIONS = [(row, action) for row in ROWS for action in row.actions]
ENDPOINTS = [*ROWS, *CATALOG.calls]
ULID = "01ARZ3NDEKTSV4RRFFQ69G5FAV"
NOT_ACTIONS = {
    *("info", "dm", "delete", "cancel", "retry", "again", "pick", "more"),
    *("imagine", "continue", "help", "use", "reword", "keep", "instead"),
}
LISTED = {
    "operation",
    "provider",
    "method",
    "path",
    "kind",
    "commands",
    "actions",
    "summary",
}
# What the manuals print; an independent list, so that a slip in a row is seen.
MANUAL = {
    "youchuan.diffusion": ("POST", "/v1/tob/diffusion"),
    "youchuan.variation": ("POST", "/v1/tob/variation"),
    "youchuan.upscale": ("POST", "/v1/tob/upscale"),
    "youchuan.reroll": ("POST", "/v1/tob/reroll"),
    "youchuan.pan": ("POST", "/v1/tob/pan"),
    "youchuan.outpaint": ("POST", "/v1/tob/outpaint"),
    "youchuan.remix": ("POST", "/v1/tob/remix"),
    "youchuan.enhance": ("POST", "/v1/tob/enhance"),
    "youchuan.inpaint": ("POST", "/v1/tob/inpaint"),
    "youchuan.edit": ("POST", "/v1/tob/edit"),
    "youchuan.upload_paint": ("POST", "/v1/tob/upload-paint"),
    "youchuan.retexture": ("POST", "/v1/tob/retexture"),
    "youchuan.remove_background": ("POST", "/v1/tob/remove-background"),
    "youchuan.video_diffusion": ("POST", "/v1/tob/video-diffusion"),
    "youchuan.extend_video": ("POST", "/v1/tob/extend-video"),
    "youchuan.video_upscale": ("POST", "/v1/tob/video-upscale"),
    "youchuan.costs": ("GET", "/v1/tob/costs"),
    "youchuan.cost_monthly": ("GET", "/v1/tob/cost-monthly"),
    "youchuan.callback": ("POST", "/v1/tob/callback"),
    "youchuan.moodboard_create": ("POST", "/v1/tob/moodboard"),
    "youchuan.moodboard_update": ("PUT", "/v1/tob/moodboard/{id}"),
    "youchuan.moodboards": ("GET", "/v1/tob/moodboards"),
    "youchuan.job": ("GET", "/v1/tob/job/{jobId}"),
    "youchuan.subscribe": ("GET", "/v1/tob/subscribe"),
    "lingtu.text2img": ("POST", "/aigc/text2img"),
    "lingtu.text2img_pro": ("POST", "/aigc/text2imgPro"),
    "lingtu.img2img": ("POST", "/aigc/img2img"),
    "lingtu.seamless": ("POST", "/aigc/seamless"),
    "lingtu.transparent": ("POST", "/aigc/transparent"),
    "lingtu.img2text": ("POST", "/aigc/img2text"),
    "lingtu.title": ("POST", "/aigc/title"),
    "lingtu.matting": ("POST", "/aigc/matting"),
    "lingtu.lineart": ("POST", "/aigc/lineart"),
    "lingtu.upscale": ("POST", "/aigc/upscale"),
    "lingtu.remove": ("POST", "/aigc/remove"),
    "lingtu.vector": ("POST", "/aigc/vector"),
    "lingtu.reimage": ("POST", "/aigc/reimage"),
    "lingtu.reimage_pro": ("POST", "/aigc/reimage/pro"),
    "lingtu.change_background": ("POST", "/aigc/change-background"),
    "lingtu.art_word": ("POST", "/aigc/art-word"),
    "lingtu.style_transfer": ("POST", "/aigc/style-transfer"),
    "lingtu.detect": ("POST", "/aigc/detect"),
    "lingtu.seamless_pro": ("POST", "/aigc/seamless/pro"),
    "lingtu.expand": ("POST", "/aigc/expand"),
    "lingtu.job_result": ("POST", "/aigc/job/result"),
    "lingtu.job_cancel": ("POST", "/aigc/job/cancel"),
    "wanxiang.chat": ("POST", "/v1/tongyi"),
    "wanxiang.image": ("POST", "/v1/wanxiang"),
    "wanxiang.results": ("GET", "/v1/wanxiang-results"),
    "jumdata.draw": ("POST", "/ai/draw/submit"),
    "jumdata.query": ("POST", "/ai/draw/query"),
}
KNOWN_TRAITS = {
    *MODEL_BY_KEY,
    "draft",
    "hd",
    "oref",
    "tile",
    "upscaled",
    "enlarged",
    "painted",
    "cutout",
    "video",
    "1080p",
    "extended4",
    "lingtu",
    "text",
    "vector",
    "masked",
}

rows = pytest.mark.parametrize("row", ROWS, ids=lambda row: row.name)
endpoints = pytest.mark.parametrize("row", ENDPOINTS, ids=lambda row: row.name)
actions = pytest.mark.parametrize(
    ("row", "action"), ACTIONS, ids=[f"{row.name}-{action.key}" for row, action in ACTIONS]
)


def sample(row: Operation) -> dict[str, object]:
    verb = row.name.partition(".")[2]
    return json.loads((SAMPLES / row.provider / f"{verb}.request.json").read_text("utf-8"))


def pressed(action: Action) -> Params:
    """What a press of the action would send, with the sample's values for what it asks."""
    target = CATALOG[action.operation]
    theirs = target.validate(sample(target)).stored()
    answers = {name: theirs.get(name, "a tree") for name in action.ask}
    if action.editor:
        drawn = {"remix_prompt", "mask", "canvas", "img_pos"}
        answers |= {name: value for name, value in theirs.items() if name in drawn}
    if target.file_field:
        answers[target.file_field] = "upload://0"
    return follow_up(
        target, external_id="12345", index=1, values={**(action.preset or {}), **answers}
    )


@endpoints
def test_a_name_is_provider_dot_verb(row):
    assert re.fullmatch(r"[a-z]+\.[a-z][a-z0-9_]*", row.name)
    assert row.provider in {each.name for each in PROVIDERS}


@endpoints
def test_the_path_is_the_manuals(row):
    assert (row.method, row.path) == MANUAL[row.name]


def test_every_endpoint_of_the_manual_is_there():
    assert {row.name for row in ENDPOINTS} == set(MANUAL)


def test_no_two_endpoints_share_a_path():
    taken = [(row.provider, row.method, row.path) for row in ENDPOINTS]

    assert len(set(taken)) == len(taken)


@endpoints
def test_every_placeholder_of_a_path_is_a_parameter(row):
    places = set(re.findall(r"\{(\w+)\}", row.path))

    assert places <= {field.alias for field in row.params.model_fields.values()}


@rows
def test_the_manuals_sample_goes_out_exactly_as_it_is(row):
    assert row.validate(sample(row)).body() == sample(row)


@rows
def test_stored_params_come_back_the_same(row):
    params = row.validate(sample(row))

    again = row.validate(json.loads(json.dumps(params.stored())))

    assert again == params
    assert again.body() == params.body()


@rows
def test_an_undocumented_field_never_reaches_the_wire(row):
    with pytest.raises(InvalidRequestError, match="surprise"):
        row.validate({**sample(row), "surprise": 1})


@rows
def test_a_request_is_built_for_every_row(row):
    credential = Credential(provider=row.provider, url="https://x", app_id="app", secret="hush")

    request = provider(row.provider).request(
        row, row.validate(sample(row)), credential, job_id=ULID, callback_url=None, now=0
    )

    assert (request.method, request.path) == (row.method, row.path)
    assert "hush" not in repr(request)


@rows
def test_every_field_but_our_own_has_a_help_text(row):
    ours = {"callback", "request_id"}
    silent = {
        name
        for name, info in row.params.model_fields.items()
        if not info.description and name not in ours
    }

    assert not silent


@rows
def test_a_description_fits_a_slash_option(row):
    assert 0 < len(row.summary) <= 100
    assert all(len(info.description or "") <= 100 for info in row.params.model_fields.values())


@rows
def test_an_estimate_is_never_nothing(row):
    params = row.validate(sample(row))

    price = row.price.of(params.price_factor(params.traits(frozenset())))

    assert price is None or price > 0


@actions
def test_an_action_leads_to_a_valid_request(row, action):
    body = pressed(action).body()

    target = CATALOG[action.operation].params.model_fields
    for name, value in (action.preset or {}).items():
        assert body[target[name].alias] == value


@actions
def test_a_key_fits_a_custom_id(row, action):
    assert re.fullmatch(r"[a-z0-9_]+", action.key)
    assert action.key not in NOT_ACTIONS
    assert len(f"job:{ULID}:{action.key}.3") <= 100


@actions
def test_a_label_fits_a_button(row, action):
    assert 0 < len(_(action.label, n=4)) <= 80


@actions
def test_an_action_goes_by_traits_that_exist(row, action):
    assert action.only | action.unless <= KNOWN_TRAITS
    assert not action.only & action.unless


def test_an_unknown_name_is_gone_rather_than_a_crash():
    with pytest.raises(GoneError):
        CATALOG.operation("youchuan.sing")
    with pytest.raises(GoneError):
        CATALOG.action("youchuan.diffusion", "sing")


def test_the_listing_is_json_with_the_documented_keys():
    listing = json.loads(json.dumps(CATALOG.listing()))

    assert [set(entry) for entry in listing] == [LISTED] * len(ENDPOINTS)
    assert {entry["operation"] for entry in listing} == set(MANUAL)


def test_every_operation_can_be_reached():
    pressable = {action.operation for _row, action in ACTIONS}

    assert {row.name for row in ROWS if not row.commands} <= pressable


def test_only_known_providers_are_found():
    assert provider("youchuan") is PROVIDERS[0]
    with pytest.raises(KeyError):
        provider("nobody")
