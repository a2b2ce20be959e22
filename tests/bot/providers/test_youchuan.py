"""Youchuan's protocol against samples transcribed from its manual, and against nonsense."""

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.errors import (
    AuthError,
    CreditError,
    InvalidRequestError,
    MissingError,
    ModerationError,
    ProtocolError,
    ProviderError,
    RateLimitError,
    RejectedError,
    UnavailableError,
    UncertainError,
)
from bot.operations import follow_up
from bot.providers import catalog, prompt
from bot.providers.youchuan import CALLS, OPERATIONS, REASONS, Youchuan
from bot.providers.youchuan_params import Diffusion, ExtendVideo, Upscale
from bot.providers.youchuan_rows import CLIP_ACTIONS, IMAGE_ACTIONS
from bot.wire import Credential, Response, State
from tests.bot.providers.answers import check, outcome

SAMPLES = Path(__file__).parents[2] / "samples" / "youchuan"
ID = "68be9b50553a97d658968285"
YOUCHUAN = Youchuan()
CATALOG = catalog()
DIFFUSION = CATALOG["youchuan.diffusion"]
CREDENTIAL = Credential(
    provider="youchuan", url="https://ali.youchuan.cn", app_id="app", secret="hush"
)
PICTURE = "https://youchuan.oss-cn-shanghai.aliyuncs.com/xxxxx_{}.png"
CLIP = "https://youchuan.oss-cn-shanghai.aliyuncs.com/xxxxx_{}.mp4"
ERROR_CLASSES = {
    "Internal_Server_Error": UncertainError,
    "Invalid_Argument": RejectedError,
    "Permission_Denied": RejectedError,
    "Server_Busy": UnavailableError,
    "Request_Timout": UncertainError,
    "Invalid_App_Identifier": AuthError,
    "Invalid_Prompt_Parameter": RejectedError,
    "No_More_Relax_Credit": CreditError,
    "Relax_Not_Allow": RejectedError,
    "Max_Concurrent_Limited": RateLimitError,
    "Account_Fee_Not_Enough": CreditError,
    "Cancel_Job_Not_Runnig": RejectedError,
    "Job_ReUpscale_Not_Support": RejectedError,
    "Msg_Sensitive": ModerationError,
    "Upscale_Not_Support": RejectedError,
    "Not_Support": RejectedError,
    "No_Avaliable_Plan": CreditError,
}
FAILURES = {
    3: (UnavailableError, "JobStatusFail", 50),
    4: (UnavailableError, "JobStatusError", 50),
    5: (ModerationError, "JobStatusReject", 50),
    6: (ModerationError, "JobStatusTextReject", 0),
    7: (RejectedError, "JobStatusBadPrompt", 0),
    8: (RejectedError, "JobStatusInvalidParameter", 0),
    9: (UnavailableError, "JobStatusTimeout", 50),
    10: (UnavailableError, "JobStatusRequestTimeout", 50),
    11: (RejectedError, "JobStatusInvalidImagePromptLink", 50),
    12: (RateLimitError, "JobStatusMaxConcurrentLimited", 50),
    13: (CreditError, "JobStatusCreditNotEnough", 50),
    16: (ModerationError, "JobStatusImagePromptDenied", 50),
    17: (RejectedError, "JobStatusDuplicateImage", 50),
}


def sent(name):
    return (SAMPLES / f"{name}.json").read_bytes()


def changed(name, **values):
    return json.dumps({**json.loads(sent(name)), **values}).encode()


def polled(body, status=200):
    return YOUCHUAN.update(Response(status=status, body=body))


def params(verb, **values):
    return follow_up(CATALOG[f"youchuan.{verb}"], external_id=ID, index=0, values=values)


TOOLS = {"enlarge", "vectorize", "similar", "describe"}  # they take the picture's own file


def shown(*traits):
    return {action.key for action in IMAGE_ACTIONS if action.fits(frozenset(traits))}


def clips(*traits: str) -> set[str]:
    return {action.key for action in CLIP_ACTIONS if action.fits(frozenset({"video", *traits}))}


AREA = {"width": 100, "height": 100, "points": [0, 0, 9, 0, 9, 9]}


def test_a_submit_carries_the_accounts_headers_and_only_documented_fields():
    request = YOUCHUAN.request(
        DIFFUSION,
        DIFFUSION.validate({"text": "a fox"}),
        CREDENTIAL,
        job_id="01JOB",
        callback_url="https://bot.example/callbacks/youchuan/x",
        now=0,
    )

    assert request.headers == {"x-youchuan-app": "app", "x-youchuan-secret": "hush"}
    assert (request.method, request.path) == ("POST", "/v1/tob/diffusion")
    assert request.body == {
        "text": "a fox",
        "callback": "https://bot.example/callbacks/youchuan/x",
    }


def test_a_reroll_asks_for_no_callback():
    row = CATALOG["youchuan.reroll"]

    request = YOUCHUAN.request(
        row,
        row.validate({"job_id": ID}),
        CREDENTIAL,
        job_id="01JOB",
        callback_url="https://x/",
        now=0,
    )

    assert request.body == {"jobId": ID}
    assert row.settles_by == "none"


def test_a_poll_is_a_get_of_the_job():
    request = YOUCHUAN.poll(ID, CREDENTIAL, now=0)

    assert (request.method, request.path) == ("GET", f"/v1/tob/job/{ID}")
    assert (request.query, request.body) == ({}, None)
    assert request.headers["x-youchuan-app"] == "app"


def test_a_credential_is_checked_without_drawing_anything():
    request = YOUCHUAN.check(CREDENTIAL, now=0)

    assert (request.method, request.path) == ("GET", "/v1/tob/subscribe")
    assert request.headers["x-youchuan-secret"] == "hush"
    with pytest.raises(AuthError):
        YOUCHUAN.answer(Response(status=401, body=sent("error_Invalid_App_Identifier")))


def test_a_payload_without_an_id_is_an_answer_all_the_same():
    assert YOUCHUAN.answer(Response(status=200, body=b'{"plan": "pro"}')) == {"plan": "pro"}


def test_words_survive_a_prompt_that_is_not_read_any_more():
    assert DIFFUSION.validate({"text": "a fox --gone 3"}).words() == "a fox --gone 3"


@pytest.mark.parametrize(
    ("verb", "values"),
    [
        ("diffusion", {"text": ""}),
        ("diffusion", {"text": "x" * 8193}),
        ("variation", {"type": 2}),
        ("variation", {"type": 0, "remix_prompt": ""}),
        ("upscale", {"type": 4}),
        ("upscale", {"type": -1}),
        ("pan", {"direction": 4, "scale": 1.5}),
        ("pan", {"direction": 0, "scale": 1.05}),
        ("pan", {"direction": 0, "scale": 3.1}),
        ("pan", {"direction": 0, "scale": float("nan")}),
        ("outpaint", {"scale": 2.1}),
        ("outpaint", {}),
        ("remix", {"mode": 0}),
        ("remix", {"remix_prompt": "a tree", "mode": 2}),
        ("enhance", {"image_no": 4}),
        ("reroll", {"job_id": ""}),
    ],
)
def test_what_the_manual_forbids_is_refused_before_it_is_paid(verb, values):
    with pytest.raises(InvalidRequestError):
        params(verb, **values)


def test_a_number_typed_into_a_modal_is_taken():
    assert params("outpaint", scale="1.7").body()["scale"] == 1.7


def test_words_are_the_prompt_without_its_parameters():
    assert DIFFUSION.validate({"text": "a red fox --ar 3:2 --v 7"}).words() == "a red fox"
    assert params("remix", remix_prompt="a blue fox --v 7").words() == "a blue fox"
    assert params("upscale", type=0).words() == ""


@pytest.mark.parametrize(
    ("text", "traits"),
    [
        ("a fox --v 8.1", {"v8.1"}),
        ("a fox --v 7 --draft", {"v7", "draft"}),
        ("a fox --v 7 --oref https://x.example/a.png", {"v7", "oref"}),
        ("a fox --niji 7", {"niji7"}),
    ],
)
def test_a_new_picture_has_the_traits_of_its_prompt(text, traits):
    assert DIFFUSION.validate({"text": text}).traits(frozenset({"upscaled"})) == traits


@pytest.mark.parametrize(
    ("made", "before", "after"),
    [
        (params("reroll"), {"v7", "draft"}, {"v7", "draft"}),
        (params("variation", type=1), {"v7", "oref"}, {"v7", "oref"}),
        (params("variation", type=1), {"v7", "upscaled"}, {"v7"}),
        (params("upscale", type=0), {"v7"}, {"v7", "upscaled"}),
        (params("enhance"), {"v7", "draft"}, {"v7"}),
        (params("pan", direction=0, scale=1.5), {"v7", "upscaled"}, {"v7"}),
        (params("remix", remix_prompt="a tree"), {"v7"}, {"v7"}),
        (params("remix", remix_prompt="a tree --v 8.1"), {"v7"}, {"v8.1"}),
        (params("remix", remix_prompt="a tree --niji 7"), {"v7", "draft"}, {"niji7", "draft"}),
        (params("outpaint", scale=2, remix_prompt="a tree --v 6.1"), {"v7"}, {"v6.1"}),
    ],
)
def test_a_follow_up_inherits_what_still_holds(made, before, after):
    assert made.traits(frozenset(before)) == after


@pytest.mark.parametrize(
    ("verb", "values", "fen"),
    [
        ("diffusion", {"text": "a fox --v 7"}, 50),
        ("diffusion", {"text": "a fox --v 7 --turbo"}, 100),
        ("diffusion", {"text": "a fox --v 7 --draft"}, 25),
        ("variation", {"type": 0}, 75),
        ("upscale", {"type": 0}, 75),
        ("upscale", {"type": 1}, 100),
        ("reroll", {}, 50),
        ("pan", {"direction": 0, "scale": 1.5}, 50),
        ("outpaint", {"scale": 1.5}, 50),
        ("remix", {"remix_prompt": "a tree"}, 75),
        ("remix", {"remix_prompt": "a tree --v 7 --turbo"}, 150),
        ("enhance", {}, 50),
        ("inpaint", {"mask": {"url": "https://x/m.png"}}, 75),
        ("retexture", {"img_url": "https://x/a.png", "remix_prompt": "clay --v 7"}, 75),
        ("remove_background", {"img_url": "https://x/a.png"}, 50),
        ("video_diffusion", {"prompt": "waves"}, 200),
        ("video_diffusion", {"prompt": "waves", "video_type": 1}, 600),
        ("video_upscale", {"video_no": 0}, None),
    ],
)
def test_the_estimate_follows_the_published_factors(verb, values, fen):
    row = CATALOG[f"youchuan.{verb}"]
    fields = row.params.model_fields
    given_up = {"job_id": ID, "image_no": 0}
    made = row.validate({**{k: v for k, v in given_up.items() if k in fields}, **values})

    assert row.price.of(made.price_factor(made.traits(frozenset()))) == fen


def test_a_plain_grid_offers_all_but_the_special_cases():
    assert shown("v7") == {action.key for action in IMAGE_ACTIONS} - {
        "enhance",
        "up2x",
        "up4x",
        "matting",
    }


def test_v8_1_offers_no_pan_outpaint_or_enhance():
    gone = {"left", "right", "up", "down", "zoom15", "zoom2", "zoom", "region", "enhance"}

    assert not shown("v8.1", "draft") & gone
    assert {"u", "v", "reroll", "remix", "subtle", "vary_strong"} <= shown("v8.1")


def test_an_omni_reference_result_offers_no_pan_or_outpaint():
    gone = {"left", "right", "up", "down", "zoom15", "zoom2", "zoom", "region"}

    assert not shown("v7", "oref") & gone
    assert {"u", "v", "remix"} <= shown("v7", "oref")


def test_an_upscaled_picture_offers_no_second_upscale_but_all_the_rest():
    upscales = {"u", "subtle", "creative", "up2x", "up4x"}

    assert shown("v5.2", "upscaled") == shown("v5.2") - upscales
    assert upscales <= shown("v5.2")


def test_an_advanced_edit_or_a_retexture_offers_only_upscales_and_the_tools():
    assert shown("v7", "painted") == {"u", "subtle", "creative", "matting", *TOOLS}
    for verb in ("upload_paint", "retexture"):
        keys = {action.key for action in CATALOG[f"youchuan.{verb}"].actions}
        assert keys == {"u", "subtle", "creative", "up2x", "up4x", "matting", *TOOLS}


def test_a_cutout_takes_no_follow_ups_but_the_tools():
    assert shown("cutout") == TOOLS
    row = CATALOG["youchuan.remove_background"]
    assert {a.key for a in row.actions if a.fits(frozenset({"cutout"}))} == TOOLS


def test_a_clip_is_extended_enlarged_or_drawn_again_and_nothing_else():
    assert not shown("video", "480p") - {"reroll"}
    assert clips("480p") == {"reroll", "extend", "clip_up"}
    assert clips("480p", "1080p") == {"reroll"}


def test_a_clip_is_extended_four_times_and_no_more():
    row, traits = CATALOG["youchuan.extend_video"], frozenset({"video", "720p"})
    made = row.validate({"job_id": ID, "video_no": 0, "prompt": "on"})
    for _time in range(4):
        assert "extend" in clips(*traits)
        traits = made.traits(traits)

    assert traits == {"video", "720p", "extended4"}
    assert "extend" not in clips(*traits)
    assert row.price.of(ExtendVideo.price_factor(made, traits)) == 600


def test_a_rerolled_clip_keeps_its_buttons():
    made = CATALOG["youchuan.reroll"].validate({"job_id": ID})
    traits = made.traits(frozenset({"video", "480p", "extended1"}))

    keys = {each.key for each in CATALOG["youchuan.reroll"].actions if each.fits(traits)}
    assert keys == {"reroll", "extend", "clip_up"}


@pytest.mark.parametrize(
    ("mask", "said"),
    [
        ({}, "one way"),
        ({"url": "https://x/m.png", "areas": [AREA]}, "one way"),
        ({"areas": [{**AREA, "points": [0, 0, 101, 0, 5, 5]}]}, "beyond"),
        ({"areas": [{**AREA, "points": [0, 0, -1, 0, 5, 5]}]}, "beyond"),
        ({"areas": [{**AREA, "points": [0, 0, 9, 0, 5, 5, 7]}]}, "second number"),
        ({"areas": [{**AREA, "points": [0, 0] * 10_000}]}, "10000 corners"),
        ({"url": "data:image/png;base64,AAAA"}, "public address"),
    ],
)
def test_a_mask_that_cannot_be_sent_is_refused_in_words(mask, said):
    with pytest.raises(InvalidRequestError, match=said):
        CATALOG["youchuan.inpaint"].validate({"job_id": ID, "image_no": 0, "mask": mask})


@pytest.mark.parametrize(
    ("canvas", "box"),
    [
        ((512, 512), (600, 100, 0, 0)),
        ((512, 512), (400, 400, 113, 0)),
        ((512, 512), (400, 400, -1, 0)),
        ((0, 512), (10, 10, 0, 0)),
        ((5000, 512), (10, 10, 0, 0)),
    ],
)
def test_a_canvas_that_does_not_hold_its_picture_is_refused(canvas, box):
    values = {
        "job_id": ID,
        "image_no": 0,
        "remix_prompt": "a tree",
        "canvas": dict(zip(("width", "height"), canvas, strict=True)),
        "img_pos": dict(zip(("width", "height", "x", "y"), box, strict=True)),
    }
    with pytest.raises(InvalidRequestError):
        CATALOG["youchuan.edit"].validate(values)


@pytest.mark.parametrize(
    "values", [{}, {"job_id": ID}, {"image_no": 1, "prompt": "x"}, {"video_type": 2, "prompt": "x"}]
)
def test_a_clip_needs_a_picture_or_a_text(values):
    with pytest.raises(InvalidRequestError):
        CATALOG["youchuan.video_diffusion"].validate(values)


@pytest.mark.parametrize("flag", ["--v 6", "--v 5.2", "--niji 6"])
def test_a_retexture_needs_a_model_from_6_1_on(flag):
    takes = CATALOG["youchuan.retexture"].params
    with pytest.raises(InvalidRequestError):
        takes.tidied({"remix_prompt": f"clay {flag}"}, frozenset())
    assert "--v 7" in takes.tidied({"remix_prompt": "clay"}, frozenset({"v7"}))["remix_prompt"]


def test_enhance_is_for_drafts():
    assert "enhance" in shown("v7", "draft")
    assert "enhance" not in shown("v7")


def test_the_arrows_point_where_the_manual_says():
    directions = {
        a.key: a.preset["direction"] for a in IMAGE_ACTIONS if "direction" in (a.preset or {})
    }

    assert directions == {"down": 0, "right": 1, "up": 2, "left": 3}


def test_only_the_upscale_button_leads_to_its_one_child():
    assert [action.key for action in IMAGE_ACTIONS if action.once] == ["u"]


def test_a_submit_answers_with_the_running_job():
    update = YOUCHUAN.accepted(DIFFUSION, Response(status=200, body=sent("accepted")))

    assert (update.external_id, update.state) == (ID, State.RUNNING)
    assert update.result is None


def test_a_finished_job_keeps_the_place_of_a_removed_picture():
    update = YOUCHUAN.callback(sent("done"))

    assert (update.external_id, update.state) == (ID, State.SUCCEEDED)
    assert [place.url for place in update.result.media] == [
        PICTURE.format(1),
        PICTURE.format(2),
        "",
        PICTURE.format(4),
    ]
    assert [place.said for place in update.result.media] == ["", "", "涉政", ""]
    assert [bool(place.removed) for place in update.result.media] == [False, False, True, False]
    assert (update.result.cost, update.result.seed) == (50, 4291795396)


def test_a_callback_and_a_poll_of_one_job_say_the_same():
    assert YOUCHUAN.callback(sent("done")) == polled(sent("done"))


@pytest.mark.parametrize(
    ("name", "state"),
    [
        ("created", State.PENDING),
        ("queued", State.PENDING),
        ("running", State.RUNNING),
        ("canceled", State.CANCELED),
    ],
)
def test_a_job_without_a_result_says_where_it_stands(name, state):
    update = polled(sent(name))

    assert (update.external_id, update.state) == (ID, state)
    assert update.result is None
    assert update.error is None


@pytest.mark.parametrize("status", FAILURES)
def test_a_failure_is_told_in_a_sentence_with_its_class_and_cost(status):
    kind, reason, cost = FAILURES[status]

    update = polled(sent(f"failed_{status:02}"))

    assert update.state is State.FAILED
    assert type(update.error) is kind
    assert (update.error.reason, update.error.code) == (reason, str(status))
    assert str(update.error).endswith((".", "”"))
    assert update.result.cost == cost


def test_a_comment_counts_more_than_an_inferred_number():
    update = polled(changed("failed_03", status=4, comment="文本审核未通过"))

    assert update.error.reason == "JobStatusTextReject"


@pytest.mark.parametrize("comment", ["JobStatusReject", "JOBSTATUSREJECT", " 图片审核未通过 "])
def test_a_failure_is_known_by_its_comment_alone(comment):
    update = polled(changed("failed_03", status=None, comment=comment))

    assert update.error.reason == "JobStatusReject"


@pytest.mark.parametrize("status", [3, 18, 99])
def test_an_unknown_comment_is_shown(status):
    update = polled(changed("failed_03", status=status, comment="机房停电"))

    assert update.state is State.FAILED
    assert str(update.error) == "Midjourney gave this job up: “机房停电”"


def test_an_unknown_number_without_a_comment_fails():
    update = polled(changed("failed_03", status=99, comment=""))

    assert update.state is State.FAILED
    assert "without a reason" in str(update.error)


@pytest.mark.parametrize("status", [None, "", -1, "odd", [], {}, True])
def test_no_status_and_no_known_comment_is_waited_for(status):
    assert polled(changed("running", status=status, comment="?")).state is State.PENDING


@pytest.mark.parametrize("where", ["jobId", "data_id", "data_jobId", "cost_jobId", "result"])
def test_the_id_is_found_wherever_it_stands(where):
    body = sent(f"tolerant_id_{where}")

    assert YOUCHUAN.accepted(DIFFUSION, Response(status=200, body=body)).external_id == ID


def test_the_top_level_id_comes_first():
    body = changed("done", jobId="other", data={"id": "third"})

    assert YOUCHUAN.callback(body).external_id == ID


def test_a_wrapped_job_is_read_like_a_bare_one():
    wrapped = json.dumps({"code": 0, "data": json.loads(sent("done"))}).encode()

    assert polled(wrapped) == polled(sent("done"))


@pytest.mark.parametrize(
    "name", ["tolerant_numbers_as_strings", "tolerant_name_as_status", "tolerant_no_status"]
)
def test_another_spelling_of_the_same_job_means_the_same(name):
    assert polled(sent(name)) == polled(sent("done"))


def test_an_enum_name_as_comment_is_read_ignoring_case():
    assert polled(sent("tolerant_name_as_comment")).error.reason == "JobStatusReject"


@pytest.mark.parametrize(("name", "clips"), [("videoUrls", 2), ("videos", 2), ("videoUrl", 1)])
def test_media_are_found_in_other_fields(name, clips):
    media = polled(sent(f"tolerant_{name}")).result.media

    assert [place.url for place in media] == [CLIP.format(n + 1) for n in range(clips)]


def test_a_success_that_brings_nothing_is_asked_for_again():
    update = polled(sent("tolerant_empty_success"))

    assert update.state is State.RUNNING
    assert update.result is not None
    assert not update.result.media


def test_a_success_that_is_wholly_removed_is_final():
    update = polled(sent("tolerant_all_removed"))

    assert update.state is State.SUCCEEDED
    assert [place.said for place in update.result.media] == ["涉政", "涉黄", "涉政", "涉政"]


def test_a_hole_without_a_reason_gets_a_sentence():
    media = polled(changed("done", audits=[])).result.media

    assert media[2].removed == "Removed by moderation"


@pytest.mark.parametrize("url", ["javascript:alert(1)", "file:///etc/passwd", 7, "https://a\nb"])
def test_what_is_no_web_address_is_a_hole(url):
    urls = [url, PICTURE.format(1)]

    media = polled(changed("done", urls=urls, audits=[])).result.media

    assert [place.url for place in media] == ["", PICTURE.format(1)]
    assert media[0].removed


def test_every_reason_of_the_manual_is_known():
    assert set(REASONS) == set(ERROR_CLASSES)


@pytest.mark.parametrize("reason", ERROR_CLASSES)
def test_a_reason_is_an_error_with_a_sentence(reason):
    body = sent(f"error_{reason}")

    with pytest.raises(ProviderError) as caught:
        YOUCHUAN.accepted(DIFFUSION, Response(status=json.loads(body)["code"], body=body))

    assert type(caught.value) is ERROR_CLASSES[reason]
    assert caught.value.reason == reason
    assert caught.value.provider == "youchuan"
    assert len(str(caught.value).split()) > 5
    assert str(caught.value).endswith(".")


@pytest.mark.parametrize("reason", ERROR_CLASSES)
def test_a_reason_inside_a_200_means_the_same(reason):
    with pytest.raises(ProviderError) as caught:
        YOUCHUAN.accepted(DIFFUSION, Response(status=200, body=sent(f"error_{reason}")))

    assert type(caught.value) is ERROR_CLASSES[reason]


@pytest.mark.parametrize("reason", ["Request_Timout", "Internal_Server_Error", "Server_Busy"])
def test_a_server_fault_while_polling_only_means_later(reason):
    body = sent(f"error_{reason}")

    with pytest.raises(UnavailableError):
        polled(body, json.loads(body)["code"])


def test_a_job_the_provider_has_forgotten_is_missing():
    with pytest.raises(MissingError):
        polled('{"code": 404, "message": "任务不存在"}'.encode(), 404)


SCALARS = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text()
    | st.sampled_from([ID, "https://x.example/1.png", "成功", "JobStatusFail", 10**400, "2"])
)
ANY_JSON = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=8,
)
FIELDS = [
    "id", "jobId", "data", "result", "status", "comment", "urls", "audits", "cost", "seed",
    "videoUrls", "videos", "videoUrl", "code", "message", "reason", "feeCost", "url",
]  # fmt: skip
JOBS = st.recursive(
    ANY_JSON,
    lambda inner: st.dictionaries(st.sampled_from(FIELDS), inner),
    max_leaves=24,
)
DESCRIBED = st.fixed_dictionaries(
    {"id": st.just(ID)},
    optional={
        "status": st.integers(-1, 20) | ANY_JSON,
        "comment": st.sampled_from(["成功", "执行中", "未知错误", "?"]) | ANY_JSON,
        "urls": st.lists(SCALARS) | ANY_JSON,
        "audits": st.lists(SCALARS) | ANY_JSON,
        "cost": st.dictionaries(st.sampled_from(["feeCost", "jobId"]), SCALARS) | ANY_JSON,
        "seed": ANY_JSON,
        "data": ANY_JSON,
    },
)


@given(JOBS | DESCRIBED)
def test_no_callback_can_break_the_reading(data):
    try:
        update = YOUCHUAN.callback(json.dumps(data).encode())
    except ProtocolError:
        return

    assert update.external_id
    check(update, holes_alone=True)


@given(JOBS | DESCRIBED, st.sampled_from([200, 201, 302, 400, 404, 429, 500, 503]))
def test_no_answer_can_break_the_reading(data, status):
    response = Response(status=status, body=json.dumps(data).encode())

    for read in (YOUCHUAN.update, lambda answer: YOUCHUAN.accepted(DIFFUSION, answer)):
        check(outcome(read, response), holes_alone=True)


@given(st.binary())
def test_no_bytes_can_break_the_reading(body):
    with pytest.raises(ProtocolError):
        YOUCHUAN.callback(body)


@pytest.mark.parametrize(
    "body",
    [
        b"[" * 200_000,
        b'{"id":' * 200_000,
        b'{"id": "7", "status": ' + b"9" * 5_000 + b"}",
        b'[{"id": "7"}]',
        b'"7"',
        b"NaN",
        b"\xff\xfe\x00",
    ],
)
def test_absurd_bodies_are_protocol_errors(body):
    with pytest.raises(ProtocolError):
        YOUCHUAN.callback(body)


def test_the_provider_brings_its_own_rows():
    assert (YOUCHUAN.operations, YOUCHUAN.calls) == (OPERATIONS, CALLS)


@pytest.mark.parametrize(("model", "trait"), [("v7", "upscaled"), ("v8.1", "enlarged")])
def test_an_enlarged_picture_stands_for_its_source_only_where_it_is_one(model: str, trait: str):
    params = Upscale(job_id="a", image_no=0, type=0)

    assert params.traits(frozenset({model})) == {model, trait}


@pytest.mark.parametrize("verb", ["pan", "outpaint", "inpaint"])
def test_a_prompt_cannot_choose_a_model_that_lacks_the_canvas(verb):
    takes = CATALOG[f"youchuan.{verb}"].params

    with pytest.raises(InvalidRequestError, match="cannot do this"):
        takes.tidied({"remix_prompt": "a lake --v 8.1"}, frozenset({"v7"}))
    assert takes.tidied({"remix_prompt": "a lake --v 7"}, frozenset({"v6"}))


@pytest.mark.parametrize(
    "typed", ["upload://0 a cat", "a cat --sref upload://1", "a cat --oref upload://0 --v 7"]
)
def test_nobody_can_name_an_upload_by_its_stand_in(typed):
    with pytest.raises(InvalidRequestError, match="no address"):
        prompt.compose(typed, model=None, options={})
    for verb in ("variation", "remix", "retexture"):
        with pytest.raises(InvalidRequestError, match="no address"):
            CATALOG[f"youchuan.{verb}"].params.tidied({"remix_prompt": typed}, frozenset())


def test_an_older_row_that_is_not_read_any_more_offers_an_empty_prompt():
    made = Diffusion.model_construct(text="a cat --sing 5")

    assert (made.words(), made.follow_prompt()) == ("a cat --sing 5", "")


def test_a_follow_up_is_asked_without_what_was_uploaded_nor_its_weights():
    ours = "https://atelier.example/studio/m/abcdefghij-_abcdefghij.png"
    typed = "{} a cat --ar 3:2 --oref {} --ow 50 --sref {} --sw 200 --v 7"
    for link in (ours, "upload://0"):
        made = Diffusion(text=typed.format(link, link, link))

        assert made.follow_prompt() == "a cat --ar 3:2 --v 7"


def test_a_reference_of_somebody_elses_stays_with_its_weight():
    made = Diffusion(text="a cat --sref https://example.com/m/a.png --sw 200 --v 7")

    assert made.follow_prompt() == made.text
