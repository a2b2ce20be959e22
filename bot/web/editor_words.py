"""The words of the picture editor's page, by key; what stands where is in `editor_page`.

A key that ends in the name of a purpose takes the place of the one without it on that purpose's
page.
"""

from collections.abc import Mapping

from bot.text import N_

WORDS = {
    "title_region": N_("Repaint a region"),
    "title_edit": N_("Edit the picture"),
    "title_paint": N_("Paint over the picture"),
    "title_erase": N_("Erase from the picture"),
    "title_background": N_("Change the background"),
    "lead_region": N_("Mark what is to be drawn anew."),
    "lead_edit": N_("Enlarge the canvas, place the picture on it, mark what is to be drawn anew."),
    "lead_paint": N_("Mark what is to be drawn anew; place the picture on a larger canvas."),
    "lead_erase": N_("Mark what is to vanish."),
    "lead_background": N_("Drag the product to its place; pull a corner to change its size."),
    "needs_script": N_("The editor needs JavaScript. Allow it for this page and reload."),
    "tools": N_("Tools"),
    "place": N_("Move the picture"),
    "place_background": N_("Move the product"),
    "rectangle": N_("Rectangle"),
    "lasso": N_("Lasso"),
    "brush": N_("Brush"),
    "eraser": N_("Eraser"),
    "pan": N_("Move the view"),
    "invert": N_("Invert the mask"),
    "clear": N_("Clear the mask"),
    "undo": N_("Undo"),
    "redo": N_("Redo"),
    "size": N_("Size"),
    "pixels": N_("{n} px"),
    "zoom": N_("Actual size"),
    "zoom_in": N_("Zoom in"),
    "zoom_out": N_("Zoom out"),
    "fit": N_("Show everything"),
    "stage": N_("Drawing area: arrow keys move, Enter starts and ends a stroke"),
    "picture": N_("The picture"),
    "picture_background": N_("The product"),
    "backdrop": N_("The background"),
    "picture_loading": N_("Loading the picture…"),
    "picture_failed": N_("The picture did not load. Reload the page."),
    "prompt": N_("Prompt"),
    "prompt_hint": N_("What should be drawn?"),
    "optional": N_("optional"),
    "count": N_("{n} of {most} characters"),
    "canvas": N_("Canvas"),
    "canvas_background": N_("Size of the result"),
    "original": N_("Original"),
    "width": N_("Width"),
    "height": N_("Height"),
    "picture_place": N_("Picture on the canvas"),
    "picture_place_background": N_("Product on the canvas"),
    "frame_fit": N_("Fit"),
    "frame_centre": N_("Centre"),
    "mask": N_("Mask"),
    "mask_background": N_("Free region"),
    "mask_hint": N_(
        "Where you mark the background, the result need not look like it. Without any mark, all "
        "of it counts."
    ),
    "mask_shown": N_("The mask as it will be sent: white is drawn anew"),
    "mask_shown_erase": N_("The mask as it will be sent: white vanishes"),
    "mask_shown_background": N_("The free region as it will be sent, in white"),
    "mask_empty": N_("Nothing is marked yet."),
    "mask_areas": N_("Areas: {n}"),
    "mask_painted": N_("Painted, {width} × {height} px"),
    "keys": N_("Keys and gestures"),
    "key_pan": N_("Move the view: drag with Space or with two fingers."),
    "key_zoom": N_("Zoom: wheel or two fingers; + and −, 0 shows everything."),
    "key_size": N_("Size of brush and eraser: [ and ]."),
    "key_draw": N_("Draw without a mouse: arrow keys, Enter to start and end, Esc to give up."),
    "key_place": N_("Move the picture: arrow keys by 1 pixel, with Shift by 10."),
    "key_place_background": N_("Move the product: arrow keys by 1 pixel, with Shift by 10."),
    "send": N_("Send"),
    "sending": N_("Sending…"),
    "no_mask": N_("Mark an area first."),
    "no_prompt": N_("Write a prompt first."),
    "no_change": N_("Mark an area or enlarge the canvas first."),
    "unsure": N_("No answer came. Press Send again; it is taken only once."),
    "odd_answer": N_("The server answered with {status}. Try again in a moment."),
    "broken": N_("The mask could not be made. Undo the last step and try again."),
    "detailed": N_("The mask is too detailed to be sent. Clear it and use fewer strokes."),
    "empty": N_("The marked area is too small. Mark a larger one."),
    "deadline": N_("This link ends in"),
    "sent_title": N_("Discord has it"),
    "card_close": N_("You may close this page."),
    "refused_title": N_("This link takes nothing more"),
    "expired_title": N_("This link has expired"),
    "expired_text": N_("Get a new one in Discord. You can still copy your prompt from here."),
    "expired_text_erase": N_("Get a new one in Discord."),
    "expired_text_background": N_("Get a new one in Discord."),
}


def words_for(purpose: str, words: Mapping[str, str]) -> dict[str, str]:
    """The words as they are said on the page of one purpose."""
    return {key: words.get(f"{key}_{purpose}", text) for key, text in words.items()}
