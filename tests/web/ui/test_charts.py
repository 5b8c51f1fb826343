"""The pieces of SVG: where things lie, what is clipped, what is refused."""

from __future__ import annotations

import math
import re
import xml.etree.ElementTree as ET

import pytest
from django.utils import translation
from hypothesis import given
from hypothesis import strategies as st

from waspada_web.ui import charts
from waspada_web.ui.charts import Axis, Band, Hue, Shape, Tint

BANDS = [
    Band(0, 37.5, "low", Tint.LOW),
    Band(37.5, 62.5, "medium", Tint.MID),
    Band(62.5, 100, "high", Tint.HIGH),
]
values = st.floats(min_value=0, max_value=100)


def drawn(svg: str) -> ET.Element:
    return ET.fromstring(svg)


def marks(svg: str, ink: str) -> list[ET.Element]:
    return [node for node in drawn(svg).iter() if node.get("class") == ink]


# --- Axis and bands ---


def test_a_value_lies_where_its_share_of_the_axis_is() -> None:
    assert Axis(30, 75).place(56.9) == pytest.approx(59.78, abs=0.005)


def test_a_value_beyond_the_axis_is_clipped_to_its_end() -> None:
    assert Axis(30, 75).place(10) == 0
    assert Axis(30, 75).place(90) == 100


@pytest.mark.parametrize("wrong", [(50, 50), (60, 40), (0, math.nan)])
def test_an_axis_that_goes_nowhere_is_refused(wrong: tuple[float, float]) -> None:
    with pytest.raises(ValueError):
        Axis(*wrong)


@given(st.lists(values, min_size=1, max_size=30))
def test_an_axis_holds_all_its_values_and_stays_on_the_scale(given_values: list[float]) -> None:
    axis = charts.axis_around(given_values)
    assert all(axis.holds(value) for value in given_values)
    assert 0 <= axis.low < axis.high <= 100
    assert axis.high - axis.low >= 40


@pytest.mark.parametrize(
    ("count", "tints"),
    [
        (3, "low mid high"),
        (4, "low mid mid high"),
        (5, "low low mid high high"),
    ],
)
def test_any_number_of_bands_gets_three_tints_symmetrically(count: int, tints: str) -> None:
    assert [charts.tint_at(i, count).value for i in range(count)] == tints.split()


def test_the_triangle_stands_where_attention_is_needed() -> None:
    assert charts.shape_at(2, 3, Hue.VULNERABILITY) is Shape.TRIANGLE
    assert charts.shape_at(0, 3, Hue.VULNERABILITY) is Shape.CIRCLE
    assert charts.shape_at(0, 5, Hue.VIGILANCE) is Shape.TRIANGLE
    assert charts.shape_at(4, 5, Hue.VIGILANCE) is Shape.CIRCLE


def test_neighbours_of_one_tint_are_parted_by_a_line() -> None:
    bands = [Band(i * 20, i * 20 + 20, "x", charts.tint_at(i, 5)) for i in range(5)]
    svg = charts.interval_row(50, 40, 60, Axis(), bands, Hue.VIGILANCE)
    assert len(marks(svg, "part")) == 2


# --- Rows ---


def test_an_interval_row_draws_bands_interval_estimate_and_mean() -> None:
    svg = charts.interval_row(56.9, 51.3, 62.5, Axis(30, 75), BANDS, Hue.VULNERABILITY, mean=51.2)
    (span,) = marks(svg, "span")
    assert (span.get("x1"), span.get("x2")) == ("47.33%", "72.22%")
    assert [marks(svg, f"kb{i}") != [] for i in (1, 2, 3)] == [True] * 3
    assert len(marks(svg, "dot")) == len(marks(svg, "mean")) == 1
    assert drawn(svg).get("aria-hidden") == "true"


def test_vigilance_has_its_own_hue() -> None:
    svg = charts.interval_row(50, 40, 60, Axis(), BANDS, Hue.VIGILANCE)
    assert marks(svg, "vb2")
    assert not marks(svg, "kb2")


def test_an_interval_that_runs_out_of_the_axis_ends_in_an_arrow() -> None:
    svg = charts.interval_row(35, 20, 80, Axis(30, 75), BANDS, Hue.VULNERABILITY)
    assert len(marks(svg, "clip")) == 2
    assert (marks(svg, "span")[0].get("x1"), marks(svg, "span")[0].get("x2")) == ("0%", "100%")


def test_an_estimate_outside_the_axis_is_not_drawn() -> None:
    svg = charts.interval_row(20, 10, 25, Axis(30, 75), BANDS, Hue.VULNERABILITY)
    assert not marks(svg, "dot")
    assert not marks(svg, "span")
    assert len(marks(svg, "clip")) == 1


@given(values, values, values)
def test_a_row_never_holds_a_number_that_is_none(score: float, one: float, other: float) -> None:
    svg = charts.interval_row(
        score, min(one, other), max(one, other), Axis(20, 80), BANDS, Hue.VULNERABILITY
    )
    assert not re.search(r"nan|inf|e-", svg)
    drawn(svg)


@pytest.mark.parametrize("wrong", [math.nan, math.inf])
def test_a_value_that_is_no_finite_number_is_refused(wrong: float) -> None:
    with pytest.raises(ValueError):
        charts.interval_row(wrong, 40, 60, Axis(), BANDS, Hue.VULNERABILITY)


def test_a_driver_starts_at_zero_on_its_own_side() -> None:
    axis = Axis(-5, 7)
    (up,) = marks(charts.driver_row(3.1, 1.2, 5.0, axis, raises=True), "up")
    (down,) = marks(charts.driver_row(-1.9, -3.5, -0.3, axis, raises=False), "down")
    assert (up.get("x"), up.get("width")) == ("41.67%", "25.83%")
    assert (down.get("x"), down.get("width")) == ("25.83%", "15.83%")


# --- Stand-alone plots ---


def test_the_category_scale_carries_a_sentence_as_its_name() -> None:
    with translation.override("id"):
        svg = charts.category_scale(
            56.9,
            51.3,
            62.5,
            BANDS,
            Hue.VULNERABILITY,
            name="Balangan 56,9",
            low_end="kurang rawan",
            high_end="lebih rawan",
        )
    assert drawn(svg).get("role") == "img"
    assert drawn(svg).get("aria-label") == "Balangan 56,9"
    assert "".join(drawn(svg).itertext()).count("37,5") == 1


def test_numbers_on_a_scale_follow_the_language_of_the_page() -> None:
    with translation.override("en"):
        assert "37.5" in charts.axis_head(Axis(0, 100), BANDS) or "50" in charts.axis_head(
            Axis(0, 100), BANDS
        )
        svg = charts.category_scale(
            56.9, 51.3, 62.5, BANDS, Hue.VULNERABILITY, name="x", low_end="a", high_end="b"
        )
    assert "37.5" in svg
    assert "56,9" not in svg


def test_a_word_that_does_not_fit_its_band_is_left_to_the_list() -> None:
    narrow = [Band(0, 12.5, "sangat kurang", Tint.LOW), Band(12.5, 100, "baik", Tint.HIGH)]
    svg = charts.category_scale(
        50, 40, 60, narrow, Hue.VIGILANCE, name="x", low_end="a", high_end="b"
    )
    assert "sangat kurang" not in svg
    assert "baik" in svg


@given(st.integers(2, 40).flatmap(lambda n: st.tuples(st.just(n), st.integers(1, n))))
def test_a_rank_band_draws_as_many_places_as_there_are_regions(drawn_case: tuple[int, int]) -> None:
    count, low = drawn_case
    svg = charts.rank_band(low, count, count, name="x")
    texts = [node.text for node in drawn(svg).iter() if node.tag.endswith("text")]
    assert texts == [str(place) for place in range(1, count + 1)]
    assert len([n for n in marks(svg, "in") if n.tag.endswith("rect")]) == count - low + 1


@pytest.mark.parametrize(("low", "high", "count"), [(0, 3, 5), (4, 3, 5), (2, 6, 5)])
def test_a_rank_band_that_does_not_fit_is_refused(low: int, high: int, count: int) -> None:
    with pytest.raises(ValueError):
        charts.rank_band(low, high, count, name="x")


def test_group_bars_are_drawn_for_the_groups_of_a_row_only() -> None:
    groups = [(0, 1, 2), (1, 2, 3, 4)]
    drawn_bars = [len(drawn(charts.group_bars(row, groups))) for row in range(5)]
    assert drawn_bars == [1, 2, 2, 1, 1]


def test_letters_go_on_after_z() -> None:
    assert [charts.letter(number) for number in (0, 25, 26, 27)] == ["A", "Z", "AA", "AB"]


# --- Words from outside ---

EVIL = '"><script>alert(1)</script>'


def test_a_name_cannot_break_out_of_a_tile() -> None:
    html = charts.tile(
        EVIL,
        row=1,
        column=1,
        value=EVIL,
        said=EVIL,
        hue=Hue.VULNERABILITY,
        tint=Tint.MID,
        shape_of=Shape.DIAMOND,
        href=EVIL,
    )
    assert "<script" not in html
    assert html.count("<li") == 1


def test_a_label_cannot_break_out_of_a_plot() -> None:
    bands = [Band(0, 100, "<b>", Tint.MID)]
    for svg in (
        charts.category_scale(
            50, 40, 60, bands, Hue.VULNERABILITY, name=EVIL, low_end=EVIL, high_end=EVIL
        ),
        charts.axis_head(Axis(), bands),
        charts.rank_band(1, 2, 3, name=EVIL),
    ):
        assert "<script" not in svg
        assert "<b>" not in svg
        drawn(svg)


def test_no_piece_carries_a_style_or_a_colour_of_its_own() -> None:
    svg = charts.interval_row(50, 40, 60, Axis(), BANDS, Hue.VULNERABILITY)
    assert "style=" not in svg
    assert "#" not in svg


def test_a_long_name_may_break_inside_a_tile() -> None:
    assert charts.syllables("Banjarmasin") == "Ban\xadjar\xadma\xadsin"
    assert charts.syllables("Tapin") == "Tapin"
