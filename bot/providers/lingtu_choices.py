"""What Lingtu's codes mean: for each choice of the manual its code and a name people can read."""

from typing import Final

from bot.text import N_

STYLES = (
    ("common", N_("General")),
    ("pictureBook", N_("Picture book")),
    ("illustration", N_("Illustration")),
    ("anime", N_("Anime")),
    ("game", N_("Game")),
    ("photo", N_("Photograph")),
    ("3D", N_("3D")),
    ("eCommerce", N_("Shop")),
    ("logo", N_("Logo")),
)
ASPECTS = ("1:1", "2:3", "3:2", "3:4", "4:3", "9:16", "16:9")
COUNTS = (1, 2, 4)
PRO_COUNTS = (2, 4)

MATTING_TYPES = ((0, N_("Everything in front")), (1, N_("The head only")))
MATTING_FORMATS = (("png", "PNG"), ("psd", "PSD (Photoshop)"))
VECTOR_FORMATS = (("svg", "SVG"), ("eps", "EPS"))

ENLARGE: Final = "0"
CLARIFY: Final = "1"
UPSCALE_TYPES = ((ENLARGE, N_("Enlarge")), (CLARIFY, N_("Make clearer")))
# One field, two meanings: a factor when enlarging, the result's resolution when clarifying.
FACTORS = ((1, "1x"), (2, "2x"), (4, "4x"))
RESOLUTIONS = ((1, "1K"), (2, "2K"), (4, "4K"))

ARTISTIC: Final = "0"
LETTERING: Final = "1"
REIMAGE_TYPES = ((ARTISTIC, N_("Art and design")), (LETTERING, N_("Exact lettering")))
BACKGROUND_COLOURS = ((0, N_("As it comes")), (1, N_("Black")), (2, N_("White")))

FROM_TEXT, SIMILAR, FOUR_WAY, TWO_WAY = range(4)
SEAMLESS_TYPES = (
    (FROM_TEXT, N_("From a text")),
    (SIMILAR, N_("Similar to a picture")),
    (FOUR_WAY, N_("The picture itself, repeating to all sides")),
    (TWO_WAY, N_("The picture itself, repeating in two directions")),
)

BY_FACTOR, BY_ASPECT = 1, 2

PET, PORTRAIT = 1, 2
SUBJECTS = ((PET, N_("Pet")), (PORTRAIT, N_("Portrait")))
