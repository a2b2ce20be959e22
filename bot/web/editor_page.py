"""The picture editor's HTML document; what it does is in static/editor.js."""

import html
import json
from collections.abc import Mapping
from typing import Any

from bot.web.editor_words import WORDS, words_for

PRESETS = ("1:1", "3:2", "2:3", "4:3", "3:4", "16:9", "9:16")

_TOOLS = (("rectangle", "R"), ("lasso", "L"), ("brush", "B"), ("eraser", "E"), ("pan", "H"))
# One path each, drawn with a line on a ground of 24 by 24.
_ICONS = {
    "place": "M12 3v18M3 12h18M9 6l3-3 3 3M9 18l3 3 3-3M6 9l-3 3 3 3M18 9l3 3-3 3",
    "rectangle": "M4 6h16v12H4z",
    "lasso": "M8 15.5c-3-.9-5-2.8-5-5C3 7 7 4.5 12 4.5s9 2.5 9 6-4 6-9 6c-1.4 0-2.8-.3-4-1z"
    "m0 0c-1.7.6-2 2.5-.6 3.2 1.4.6 1.4 1.8.4 2.8",
    "brush": "M20.5 3.5C15 6 11 10 9 14l1.8 1.8c4-2 7.5-6.8 9.7-12.3zM8.5 14.5"
    "c-2 0-3.3 1.3-3.3 3 0 1.3-.7 2.2-2.2 2.5 3.5 1.5 7.5.5 7.5-3.5",
    "eraser": "M8.5 20L3.5 15 14 4.5l6 6L10.5 20zM8.7 9.8l6 6M8 20h12.5",
    "pan": "M8 13V6.5a1.5 1.5 0 013 0V11V5a1.5 1.5 0 013 0v6V6.5a1.5 1.5 0 013 0V12"
    "V9a1.5 1.5 0 013 0v6c0 3.5-2.5 6-6 6s-5-1.5-6.5-4L5 13.7a1.4 1.4 0 012.3-1.5L8 13",
    "invert": "M12 4a8 8 0 100 16 8 8 0 000-16zM12 4v16M12 8.5h7M12 12h8M12 15.5h7",
    "clear": "M4.5 7h15M9.5 7V4h5v3M6.5 7l1 13h9l1-13M10.5 11v5.5M13.5 11v5.5",
    "undo": "M8 5L3.5 9.5 8 14M4 9.5h10a5 5 0 010 10h-4",
    "redo": "M16 5l4.5 4.5L16 14M20 9.5H10a5 5 0 000 10h4",
    "zoom_out": "M6 12h12",
    "zoom_in": "M6 12h12M12 6v12",
    "fit": "M4 9V4h5M15 4h5v5M20 15v5h-5M9 20H4v-5",
}
_FAVICON = (
    "data:image/svg+xml,%3Csvg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 24 24'%3E"
    "%3Crect width='24' height='24' rx='6' fill='%234f54d6'/%3E"
    "%3Cpath d='M6 18L18 6M6 11l5-5M13 18l5-5' stroke='white' stroke-width='2.5'/%3E%3C/svg%3E"
)


def page(facts: Mapping[str, Any], words: Mapping[str, str], *, lang: str) -> str:
    """The whole document for one link; `words` are WORDS in the reader's language.

    Addresses in `facts` are relative to the page. `facts["now"]`, the server's time in
    milliseconds, is optional; with it a wrong clock on the reader's side does no harm.
    """
    purpose = facts["purpose"]
    said = words_for(purpose, {**WORDS, **words})
    w = {key: html.escape(text) for key, text in said.items()}
    title = w[f"title_{purpose}"]
    return f"""<!doctype html>
<html lang="{html.escape(lang)}">
{_head(title, _json({"facts": dict(facts), "words": said}))}
<body>
<header>
<h1>{title}</h1>
<p id="lead">{w[f"lead_{purpose}"]}</p>
<p id="deadline" role="status" hidden>{w["deadline"]} <b id="left" aria-live="off"></b></p>
</header>
<noscript><p class="note">{w["needs_script"]}</p></noscript>
<main id="work">
{_tools(w, canvas=facts["canvas"])}
{_stage(w, facts)}
<section id="card" role="alertdialog" aria-labelledby="card-title" aria-describedby="card-text"
 tabindex="-1" hidden>
<h2 id="card-title"></h2><p id="card-text"></p><p id="card-close">{w["card_close"]}</p>
</section>
<aside id="panel">
{_prompt(w, facts) if facts["prompt"] is not None else ""}
{_canvas(w, facts) if facts["canvas"] else ""}
{_mask(w, facts)}
{_keys(w, canvas=facts["canvas"])}
</aside>
{_send(w)}
</main>
</body>
</html>
"""


def _head(title: str, told: str) -> str:
    return f"""<head>
<meta charset="utf-8">
<title>{title} · Atelier</title>
<meta name="viewport" content="width=device-width, initial-scale=1, viewport-fit=cover">
<meta name="color-scheme" content="light dark">
<meta name="referrer" content="no-referrer">
<link rel="icon" href="{_FAVICON}">
<link rel="stylesheet" href="../static/editor.css">
<script type="application/json" id="facts">{told}</script>
<script type="module" src="../static/editor.js"></script>
</head>"""


def _json(value: Any) -> str:
    """JSON that cannot end the script element it stands in."""
    text = json.dumps(value)
    return text.replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026")


def _icon(key: str) -> str:
    return f'<svg viewBox="0 0 24 24" aria-hidden="true"><path d="{_ICONS[key]}"/></svg>'


def _button(w: Mapping[str, str], key: str, shortcuts: str, *, shown: str = "") -> str:
    """An icon button; the first of its shortcuts stands in its title."""
    first = (shown or shortcuts).partition(" ")[0].replace("Control", "Ctrl")
    return (
        f'<button type="button" id="{key.replace("_", "-")}" title="{w[key]} ({first})"'
        f' aria-label="{w[key]}" aria-keyshortcuts="{shortcuts}">{_icon(key)}</button>'
    )


def _tools(w: Mapping[str, str], *, canvas: bool) -> str:
    tools = ((("place", "V"),) if canvas else ()) + _TOOLS
    choices = "\n".join(
        f'<button type="button" data-tool="{key}" title="{w[key]} ({letter})"'
        f' aria-label="{w[key]}" aria-keyshortcuts="{letter}" aria-pressed="false">'
        f"{_icon(key)}</button>"
        for key, letter in tools
    )
    return f"""<div id="tools" role="toolbar" aria-label="{w["tools"]}">
{choices}
<hr>
{_button(w, "invert", "I")}
{_button(w, "clear", "Delete Backspace", shown="Del")}
</div>"""


def _stage(w: Mapping[str, str], facts: Mapping[str, Any]) -> str:
    corners = "".join(f'<i data-corner="{corner}"></i>' for corner in ("nw", "ne", "sw", "se"))
    backdrop = ""
    if facts["background"] is not None:
        backdrop = _image("backdrop", facts["background"]["address"], w["backdrop"]) + "\n"
    return f"""<div id="stage" role="application" aria-label="{w["stage"]}" tabindex="0">
<div id="board"></div>
{backdrop}{_image("picture", facts["picture"], w["picture"])}
<canvas id="overlay" aria-hidden="true"></canvas>
<div id="handles" aria-hidden="true">{corners}</div>
<div id="cursor" aria-hidden="true" hidden></div>
<p id="waiting" class="note">{w["picture_loading"]}</p>
<div id="tip" class="bar"><label for="size">{w["size"]}</label>
<input type="range" id="size" min="0" max="100" step="1" title="{w["size"]} ([ ])">
<output id="size-value" for="size"></output></div>
<div id="steps" class="bar">
{_button(w, "undo", "Control+Z")}
{_button(w, "redo", "Control+Y Control+Shift+Z")}
</div>
<div id="zooms" class="bar">
{_button(w, "zoom_out", "- −")}
<button type="button" id="zoom" title="{w["zoom"]} (1)" aria-keyshortcuts="1"></button>
{_button(w, "zoom_in", "+ =")}
{_button(w, "fit", "0")}
</div>
<p id="spoken" class="unseen" aria-live="polite"></p>
</div>"""


def _image(name: str, address: str, words: str) -> str:
    return f'<img id="{name}" src="{html.escape(address)}" alt="{words}" draggable="false">'


def _prompt(w: Mapping[str, str], facts: Mapping[str, Any]) -> str:
    optional = "" if facts["promptRequired"] else f" <small>{w['optional']}</small>"
    # A line feed right after the tag would be dropped, one of the prompt's own included.
    return f"""<section>
<h2><label for="prompt">{w["prompt"]}</label>{optional}</h2>
<textarea id="prompt" rows="4" maxlength="{facts["most"]["prompt"]}" autocomplete="off"
 placeholder="{w["prompt_hint"]}" aria-describedby="prompt-count">
{html.escape(facts["prompt"])}</textarea>
<p id="prompt-count" class="fine" aria-live="polite"></p>
</section>"""


def _canvas(w: Mapping[str, str], facts: Mapping[str, Any]) -> str:
    presets = "\n".join(
        f'<button type="button" data-ratio="{ratio}" aria-pressed="false">{ratio}</button>'
        for ratio in PRESETS
    )
    most = facts["most"]
    sides = f'min="{most["least"]}" max="{most["side"]}"'
    within = f'min="0" max="{most["side"]}"'
    # A product may reach beyond the canvas.
    place = within if facts["background"] is None else ""
    return f"""<section>
<h2 id="canvas-name">{w["canvas"]}</h2>
<div id="presets" role="group" aria-labelledby="canvas-name">
<button type="button" data-ratio="" aria-pressed="false">{w["original"]}</button>
{presets}
</div>
<div class="fields">
{_number("canvas-width", w["width"], sides)}
{_number("canvas-height", w["height"], sides)}
</div>
</section>
<section>
<div class="heading">
<h2>{w["picture_place"]}</h2>
<button type="button" id="frame-fit">{w["frame_fit"]}</button>
<button type="button" id="frame-centre">{w["frame_centre"]}</button>
</div>
<div class="fields">
{_number("picture-x", "X", place)}
{_number("picture-y", "Y", place)}
{_number("picture-width", w["width"], within)}
{_number("picture-height", w["height"], within)}
</div>
</section>"""


def _number(name: str, label: str, bounds: str) -> str:
    return (
        f'<label class="number" for="{name}"><span>{label}</span>'
        f'<input type="number" inputmode="numeric" id="{name}" step="1" {bounds}></label>'
    )


def _mask(w: Mapping[str, str], facts: Mapping[str, Any]) -> str:
    heading, hint = f"<h2>{w['mask']}</h2>", ""
    if facts["background"] is not None:
        heading = f"<h2>{w['mask']} <small>{w['optional']}</small></h2>"
        hint = f'\n<p id="mask-hint" class="fine">{w["mask_hint"]}</p>'
    return f"""<section>
{heading}{hint}
<canvas id="preview" role="img" aria-label="{w["mask_shown"]}"></canvas>
<p id="preview-caption" class="fine" aria-live="polite"></p>
</section>"""


def _keys(w: Mapping[str, str], *, canvas: bool) -> str:
    keys = ["key_pan", "key_zoom", "key_size", "key_draw"] + ["key_place"] * canvas
    rows = "\n".join(f"<li>{w[key]}</li>" for key in keys)
    return f"<details>\n<summary>{w['keys']}</summary>\n<ul>\n{rows}\n</ul>\n</details>"


def _send(w: Mapping[str, str]) -> str:
    return f"""<footer>
<p id="message" role="alert"></p>
<p id="reason" class="fine" aria-live="polite"></p>
<button type="button" id="send" aria-describedby="reason" disabled>
<span id="send-label">{w["send"]}</span></button>
</footer>"""
