"""What Youchuan's endpoints take: one params model each (manual: 图片生成, 视频生成)."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Annotated, Any, ClassVar, Literal, Self

from pydantic import Field, model_validator

from bot.errors import InvalidRequestError
from bot.operations import EditorOnly, FromParent, Params, Upload
from bot.providers import prompt, prompt_video
from bot.providers.prompt_table import MODEL_BY_KEY, MOST_CHARACTERS
from bot.providers.youchuan_shapes import Box, Mask, Size
from bot.text import N_

ENLARGED = frozenset({"upscaled", "enlarged"})
MOST_EXTENSIONS = 4
_NO_CANVAS = frozenset({"v8.1"})  # models without pan, outpaint and inpaint

_CALLBACK = Field(default=None, max_length=2048)
_Job = Annotated[str, FromParent("external_id")]
_Index = Annotated[int, FromParent("index")]
_PROMPT = Field(min_length=1, max_length=MOST_CHARACTERS, description=N_("The prompt to use."))
_PICTURE = Field(min_length=1, max_length=1024, description=N_("The picture (PNG or JPEG)."))


class _Prompted(Params):
    """What a request's own prompt says; `reads` takes it apart."""

    reads: ClassVar[Callable[[str], prompt.Prompt]] = staticmethod(prompt.parse)

    def words(self) -> str:
        parsed = self._readable()
        return self.own_prompt() if parsed is None else parsed.text

    def follow_prompt(self) -> str:
        # A follow-up has its images from the job it follows, and uploads are nobody else's.
        parsed = self._readable()
        if parsed is None:
            return ""
        return prompt.print_prompt(prompt.without_files(replace(parsed, images=())))

    def _readable(self) -> prompt.Prompt | None:
        try:
            return type(self).reads(self.own_prompt())
        except InvalidRequestError:  # an older row may hold what is not read any more
            return None


def clip_factor(traits: frozenset[str]) -> float:
    """How much dearer than a picture's job a clip's is."""
    return 12.0 if "720p" in traits else 4.0


class _OnPrompt(_Prompted):
    """What a picture's own prompt decides."""

    def price_factor(self, traits: frozenset[str]) -> float:
        given = prompt.parse(self.own_prompt()).values
        return (2.0 if "turbo" in given else 1.0) * (0.5 if "draft" in given else 1.0)


class Diffusion(_OnPrompt):
    """Draw four pictures from a text."""

    text: str = Field(
        min_length=1,
        max_length=MOST_CHARACTERS,
        description=N_("What to draw, with Midjourney parameters if you like."),
    )
    callback: str | None = _CALLBACK

    def own_prompt(self) -> str:
        return self.text

    def traits(self, parent: frozenset[str]) -> frozenset[str]:
        return prompt.traits(prompt.parse(self.text))


class FollowJob(_OnPrompt):
    """Something made from a whole earlier job."""

    job_id: _Job = Field(min_length=1, max_length=128, description=N_("The job to go on from."))

    def traits(self, parent: frozenset[str]) -> frozenset[str]:
        # Whatever follows an upscaled picture addresses the job it came from, so it is plain again.
        return parent - ENLARGED


class Reroll(FollowJob):
    """Draw a job once more; has no callback, so it is polled."""

    def price_factor(self, traits: frozenset[str]) -> float:
        return clip_factor(traits) if "video" in traits else 0.5 if "draft" in traits else 1.0


class FollowImage(FollowJob):
    """Something made from one picture of an earlier job."""

    image_no: _Index = Field(
        ge=0, le=3, description=N_("Which of the four pictures, counted from 0.")
    )
    callback: str | None = _CALLBACK


class _Reprompted(FollowImage):
    """Adds a prompt of its own, which may choose another model but for those that it `lacks`."""

    lacks: ClassVar[frozenset[str]] = frozenset()

    remix_prompt: str | None = Field(
        default=None, min_length=1, max_length=MOST_CHARACTERS, description=N_("A new prompt.")
    )

    def own_prompt(self) -> str:
        return self.remix_prompt or ""

    @classmethod
    def tidied(cls, values: Mapping[str, Any], parent: frozenset[str]) -> dict[str, Any]:
        if not values.get("remix_prompt"):
            return dict(values)
        parsed = prompt.typed(values["remix_prompt"])
        if parsed.model is not None and parsed.model.key in cls.lacks:
            raise InvalidRequestError(
                N_("{model} cannot do this; remove {flag} or choose another model."),
                model=parsed.model.label,
                flag=parsed.model.flag,
            )
        if cls.model_fields["remix_prompt"].is_required() and not parsed.text:
            raise InvalidRequestError(N_("Write what to draw."))
        model = parsed.model or prompt.model_among(parent) or prompt.DEFAULT_MODEL
        prompt.validate_follow_up(parsed, model)
        return {**values, "remix_prompt": prompt.print_prompt(parsed)}

    def traits(self, parent: frozenset[str]) -> frozenset[str]:
        kept = super().traits(parent)
        parsed = prompt.parse(self.own_prompt())
        if parsed.model is not None:
            kept -= set(MODEL_BY_KEY)
        return kept | prompt.traits(parsed)


class Variation(_Reprompted):
    """Vary one picture."""

    type: int = Field(ge=0, le=1, description=N_("0 varies it subtly, 1 strongly."))


class Upscale(FollowImage):
    """Enlarge one picture."""

    type: int = Field(
        ge=0, le=3, description=N_("0 is subtle, 1 creative; 2 and 3 are 2x and 4x for v5.2.")
    )

    def traits(self, parent: frozenset[str]) -> frozenset[str]:
        # On v8.1 it draws four new pictures; only a single one stands for its source.
        return parent | {"enlarged" if "v8.1" in parent else "upscaled"}

    def price_factor(self, traits: frozenset[str]) -> float:
        return 2.0 if self.type == 1 else 1.5


class Pan(_Reprompted):
    """Extend one picture to a side."""

    lacks = _NO_CANVAS

    direction: int = Field(ge=0, le=3, description=N_("0 is down, 1 right, 2 up, 3 left."))
    scale: float = Field(ge=1.1, le=3.0, description=N_("How far, from 1.1 to 3 times the size."))


class Outpaint(_Reprompted):
    """Extend one picture to all sides."""

    lacks = _NO_CANVAS

    scale: float = Field(ge=1.1, le=2.0, description=N_("How far, from 1.1 to 2 times the size."))


class Remix(_Reprompted):
    """Draw one picture anew with another prompt."""

    remix_prompt: str = _PROMPT
    mode: int | None = Field(
        default=None, ge=0, le=1, description=N_("0 changes it strongly, 1 subtly.")
    )


class Enhance(FollowImage):
    """Draw one picture of a draft in full quality."""

    def traits(self, parent: frozenset[str]) -> frozenset[str]:
        return super().traits(parent) - {"draft"}


class Inpaint(_Reprompted):
    """Repaint a region of one picture."""

    lacks = _NO_CANVAS

    mask: Annotated[Mask, EditorOnly] = Field(description=N_("What to repaint."))

    @model_validator(mode="after")
    def _reachable(self) -> Self:
        # Only the two canvas endpoints read base64.
        if (self.mask.url or "").startswith("data:"):
            raise InvalidRequestError(
                N_("A brushed region needs this bot's own public address, which is not set.")
            )
        return self


class _OnCanvas(Params):
    """A picture placed on a canvas, whose rest is painted."""

    canvas: Annotated[Size, EditorOnly] = Field(description=N_("The size of the canvas."))
    img_pos: Annotated[Box, EditorOnly] = Field(description=N_("Where the picture stands on it."))

    @model_validator(mode="after")
    def _on_canvas(self) -> Self:
        box, canvas = self.img_pos, self.canvas
        fits = box.x + box.width <= canvas.width and box.y + box.height <= canvas.height
        if box.x < 0 or box.y < 0 or not fits:
            raise InvalidRequestError(
                N_("The canvas ({width} × {height}) is too small for the picture on it."),
                width=canvas.width,
                height=canvas.height,
            )
        return self


class Edit(_Reprompted, _OnCanvas):
    """Repaint one picture on a canvas of any size."""

    remix_prompt: str = _PROMPT
    mask: Annotated[Mask | None, EditorOnly] = Field(
        default=None, description=N_("What to repaint.")
    )

    def inline(self) -> frozenset[str]:
        return frozenset({self.mask.url} if self.mask and self.mask.url else ())


class _FromFile(_OnPrompt):
    """Something made from a picture by its address; what comes of it takes little more."""

    img_url: Annotated[str, Upload] = _PICTURE
    remix_prompt: str = _PROMPT
    callback: str | None = _CALLBACK

    def own_prompt(self) -> str:
        return self.remix_prompt

    @classmethod
    def tidied(cls, values: Mapping[str, Any], parent: frozenset[str]) -> dict[str, Any]:
        # It follows no job of the provider's, so nothing but its own prompt names the model.
        text = values.get("remix_prompt") or ""
        model = prompt.parse(text).model or prompt.model_among(parent)
        composed = prompt.compose(text, model=model.key if model else None, options={})
        cls.check_model(composed.model or prompt.DEFAULT_MODEL)
        return {**values, "remix_prompt": prompt.print_prompt(composed)}

    @classmethod
    def check_model(cls, model: prompt.Model) -> None:
        """InvalidRequestError when this cannot be done with the model."""

    def traits(self, parent: frozenset[str]) -> frozenset[str]:
        # The manual: of these only an upscale can be made (注意事项).
        return prompt.traits(prompt.parse(self.remix_prompt)) | {"painted"}


class UploadPaint(_FromFile, _OnCanvas):
    """Repaint an uploaded picture on a canvas of any size."""

    mask: Annotated[Mask, EditorOnly] = Field(description=N_("What to repaint."))

    def inline(self) -> frozenset[str]:
        return frozenset({self.mask.url} if self.mask.url else ())


class Retexture(_FromFile):
    """Give a picture another surface and style."""

    @classmethod
    def check_model(cls, model: prompt.Model) -> None:
        prompt.check_retexture_model(model)


class RemoveBackground(Params):
    """Cut out what a picture shows."""

    img_url: Annotated[str, Upload] = _PICTURE
    callback: str | None = _CALLBACK

    def traits(self, parent: frozenset[str]) -> frozenset[str]:
        return frozenset({"cutout"})


class _Moving(_Prompted):
    """What a clip's own prompt decides."""

    reads: ClassVar[Callable[[str], prompt.Prompt]] = staticmethod(prompt_video.parse_video)

    def price_factor(self, traits: frozenset[str]) -> float:
        given = prompt_video.parse_video(self.own_prompt()).values
        # Four clips are what a job normally makes, and each costs the same.
        share = float(str(given.get("batch", 4))) / 4
        return share * clip_factor(traits)

    def follow_prompt(self) -> str:
        # The clip that goes on has an end, a number and a turn of its own.
        parsed = self._readable()
        kept = ("motion", "raw")
        values = (
            {name: parsed.values[name] for name in kept if name in parsed.values} if parsed else {}
        )
        return prompt.print_prompt(prompt.Prompt(text=parsed.text, values=values)) if parsed else ""


class VideoDiffusion(_Moving):
    """Make clips from a picture, a text, or both."""

    job_id: Annotated[str | None, FromParent("external_id")] = Field(
        default=None, min_length=1, max_length=128, description=N_("The job to go on from.")
    )
    image_no: Annotated[int | None, FromParent("index")] = Field(
        default=None, ge=0, le=3, description=N_("Which of the four pictures, counted from 0.")
    )
    prompt: str | None = Field(
        default=None,
        min_length=1,
        max_length=MOST_CHARACTERS,
        description=N_("What happens in the clip."),
    )
    video_type: Literal[0, 1] | None = Field(
        default=None, description=N_("0 is 480p, 1 is 720p, which costs three times as much.")
    )
    callback: str | None = _CALLBACK

    @model_validator(mode="after")
    def _from_something(self) -> Self:
        if self.job_id is None and self.prompt is None:
            raise InvalidRequestError(N_("Give a picture or write what the clip should show."))
        if (self.job_id is None) != (self.image_no is None):
            raise InvalidRequestError(N_("Say which picture of the job to start from."))
        return self

    def own_prompt(self) -> str:
        return self.prompt or ""

    @classmethod
    def tidied(cls, values: Mapping[str, Any], parent: frozenset[str]) -> dict[str, Any]:
        parsed = prompt_video.typed_video(values.get("prompt") or "")
        prompt_video.validate_video(parsed, follows=bool(values.get("job_id") or parent))
        return {**values, "prompt": prompt.print_prompt(parsed) or None}

    def traits(self, parent: frozenset[str]) -> frozenset[str]:
        return frozenset({"video", "720p" if self.video_type == 1 else "480p"})


class _FollowClip(_Moving):
    """Something made from one clip of an earlier job."""

    job_id: _Job = Field(min_length=1, max_length=128, description=N_("The job to go on from."))
    video_no: _Index = Field(ge=0, le=3, description=N_("Which of the clips, counted from 0."))
    callback: str | None = _CALLBACK


class ExtendVideo(_FollowClip):
    """Make a clip longer."""

    prompt: str = Field(
        min_length=1,
        max_length=MOST_CHARACTERS,
        description=N_("What happens next in the clip."),
    )

    def own_prompt(self) -> str:
        return self.prompt

    @classmethod
    def tidied(cls, values: Mapping[str, Any], parent: frozenset[str]) -> dict[str, Any]:
        parsed = prompt_video.typed_video(values.get("prompt") or "")
        prompt_video.validate_extension(parsed)
        return {**values, "prompt": prompt.print_prompt(parsed)}

    def traits(self, parent: frozenset[str]) -> frozenset[str]:
        times = [n for n in range(1, MOST_EXTENSIONS + 1) if f"extended{n}" in parent]
        before = max(times, default=0)
        return parent - {f"extended{before}"} | {f"extended{before + 1}"}


class VideoUpscale(_FollowClip):
    """Make a clip 1080 lines high."""

    def traits(self, parent: frozenset[str]) -> frozenset[str]:
        return parent | {"1080p"}
