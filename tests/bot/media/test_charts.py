"""Charts: each kind of data gives a picture of the right size that shows what it should."""

import subprocess
import sys
from datetime import date, timedelta

import numpy as np
import pytest
from PIL import Image

from bot.media import charts
from bot.media.charts import bars

BAR, PEAK, BELOW, ZERO = charts._BAR, charts._PEAK, charts._BELOW, charts._ZERO
DAYS = [(str(date(2026, 9, 12) + timedelta(days=n)), 1.0 + n % 7) for n in range(400)]
UPPER, LOWER = slice(498, 527), slice(532, 561)  # the pixels of the two rows of labels


@pytest.fixture
def draw(tmp_path):
    def draw(values, **words):
        bars(values, tmp_path / "chart.png", **words)
        with Image.open(tmp_path / "chart.png") as image:
            assert image.format == "PNG"
            pixels = np.asarray(image.convert("RGB"))
        assert pixels.shape == (600, 1200, 3)
        return pixels

    return draw


def has(pixels, color):
    """Where a color is, as rows of columns."""
    return (pixels == tuple(bytes.fromhex(color[1:]))).all(axis=2)


def columns(mask, gap=1):
    """The runs of columns with anything in them, as (left, right); smaller gaps are bridged."""
    runs = []
    for x in np.flatnonzero(mask.any(axis=0)).tolist():
        if runs and x - runs[-1][1] <= gap:
            runs[-1] = (runs[-1][0], x)
        else:
            runs.append((x, x))
    return runs


def rows(mask):
    return np.flatnonzero(mask.any(axis=1)).tolist()


def same(one, other):
    return bool((one == other).all())


@pytest.mark.parametrize("count", [2, 7, 13, 31, 90])
def test_every_value_has_its_bar(draw, count):
    pixels = draw([*DAYS[: count - 1], ("2027-12-31", 50)])

    assert len(columns(has(pixels, BAR))) == count - 1
    assert len(columns(has(pixels, PEAK))) == 1


def test_a_bar_is_as_high_as_its_value(draw):
    pixels = draw([("a", 25), ("b", 50), ("c", 100)])
    (low, middle), (high,) = columns(has(pixels, BAR)), columns(has(pixels, PEAK))

    def height(run):
        return (has(pixels, BAR) | has(pixels, PEAK))[:, sum(run) // 2].sum()

    assert height(middle) == pytest.approx(2 * height(low), abs=4)
    assert height(high) == pytest.approx(4 * height(low), abs=4)


def test_a_single_bar_is_not_as_wide_as_the_picture(draw):
    ((left, right),) = columns(has(draw([("2026-10", 812.5)]), BAR))

    assert 60 < right - left < 200
    assert left > 400


def test_equal_bars_have_no_highest_one(draw):
    pixels = draw([("a", 7), ("b", 7)])

    assert len(columns(has(pixels, BAR))) == 2
    assert not has(pixels, PEAK).any()


def test_a_refund_hangs_below_the_line(draw):
    pixels = draw([("a", -20), ("b", 35)])

    assert rows(has(pixels, BELOW))[0] > rows(has(pixels, PEAK))[-1]


def test_days_without_costs_have_no_bar_but_a_line(draw):
    pixels = draw([("2026-10-01", 0), ("2026-10-02", 0)])

    assert not (has(pixels, BAR) | has(pixels, PEAK)).any()
    assert has(pixels, ZERO).any()


def test_a_small_cost_beside_a_large_one_can_still_be_seen(draw):
    assert len(columns(has(draw([("a", 0.01), ("b", 90_000)]), BAR))) == 1


def test_few_bars_carry_their_numbers(draw):
    yuan, jobs = (draw([("a", 3), ("b", 50)], unit=unit) for unit in ("", "jobs"))
    above_the_lower_bar = np.s_[300:480, 300:500]

    assert not same(yuan[above_the_lower_bar], jobs[above_the_lower_bar])


def test_of_many_bars_the_highest_alone_carries_its_number(draw):
    values = [("2026-09-11", 5), *DAYS[:40], ("2026-12-31", 50)]
    plain, jobs = (draw(values, unit=unit) for unit in ("", "jobs"))

    (changed,) = columns((plain != jobs).any(axis=2)[:490], gap=20)
    (peak,) = columns(has(plain, PEAK))
    assert changed[0] > peak[0] - 120


@pytest.mark.parametrize("count", [31, 90, 365])
def test_many_dates_do_not_run_into_each_other(draw, count):
    light = draw(DAYS[:count]).min(axis=2) > 100

    for row in (UPPER, LOWER):
        assert all(right - left < 100 for left, right in columns(light[row], gap=9))


@pytest.mark.parametrize(("count", "least"), [(31, 15), (90, 15), (365, 5)])
def test_many_dates_still_have_enough_labels(draw, count, least):
    light = draw(DAYS[:count]).min(axis=2) > 100

    assert len(columns(light[UPPER], gap=9)) >= least


def test_names_too_long_for_one_row_take_turns_in_two(draw):
    light = draw([(f"a rather long name {n}", n) for n in range(8)]).min(axis=2) > 100

    assert [len(columns(light[row], gap=12)) for row in (UPPER, LOWER)] == [4, 4]


def test_only_the_latest_bars_are_drawn_when_they_are_too_many(draw):
    assert same(draw([("2020-01-01", 99), *DAYS]), draw(DAYS))


def test_without_bars_the_card_says_so(draw):
    plain, words = draw([]), draw([], empty="No costs in these days.")

    assert not has(plain, ZERO).any()
    assert columns((plain != plain[0, 0]).any(axis=2), gap=30)
    assert not same(plain, words)


def test_a_title_is_drawn(draw):
    assert not same(draw([("a", 1)], title="Costs"), draw([("a", 1)], title="Coats"))


def test_words_are_never_read_as_formulas(draw):
    formula, plain = r"$\nosuch$", r"\nosuch"

    assert not same(draw([(formula, 1)], title=formula), draw([(plain, 1)], title=plain))


@pytest.mark.parametrize(
    "values",
    [
        [("a", float("nan")), ("b", float("inf")), ("c", float("-inf"))],
        [("a", 10**400), ("b", -1e300)],
        [("a", 5e-324), ("b", 2e-6)],
        [("a", 123456), ("b", 5e6), ("c", 7e9), ("d", 8e12)],
        [("a", -1), ("b", -2)],
        [("", 1), ("\x00\n\t", 2), ("🦊", 3), ("\ud800", 4)],
        [("W" * 5000, 1), ("移" * 5000, 2), ("b", 3)],
        [(f"person {n}", n) for n in range(60)],
        [("2026-00", 1), ("2026-99-99", 2), ("0000-00-00", 3)] * 20,
    ],
)
def test_nothing_that_is_asked_for_fails_or_warns(draw, values):
    draw(values, title="费用 🦊 " + "long " * 100, unit="点\n$")


def test_importing_the_module_does_not_import_matplotlib():
    code = "import sys, bot.media.charts; sys.exit('matplotlib' in sys.modules)"

    done = subprocess.run([sys.executable, "-c", code], timeout=60, check=False)  # noqa: S603

    assert done.returncode == 0
