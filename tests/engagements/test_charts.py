"""From numbers to shapes: nothing stands outside its canvas, nobody is too small to be seen."""

from __future__ import annotations

import pytest

from conversations.engagements import charts


def test_segments_fill_the_bar_and_show_one_in_a_hundred_thousand() -> None:
    bar = charts.stacked_bar([("c1", 99_999), ("c2", 0), ("c3", 1)])
    assert [one.css for one in bar] == ["c1", "c3"]
    assert bar[-1].width >= charts.LEAST
    assert bar[0].x == 0
    assert bar[-1].x + bar[-1].width == pytest.approx(charts.BAR_WIDTH, abs=0.2)
    assert bar[1].x - bar[0].x - bar[0].width == pytest.approx(charts.GAP, abs=0.2)


def test_a_bar_of_nobody_is_empty_and_one_of_equals_is_even() -> None:
    assert charts.stacked_bar([("c1", 0)]) == []
    assert len({one.width for one in charts.stacked_bar([("a", 5), ("b", 5), ("c", 5)])}) == 1


@pytest.mark.parametrize(
    ("largest", "expected"), [(0, (4, 1)), (1, (1, 1)), (4, (4, 1)), (5, (6, 2)), (109, (150, 50)), (1000, (1000, 250))]
)
def test_axes_end_at_round_numbers(largest: int, expected: tuple[int, int]) -> None:
    assert charts.ceiling(largest) == expected


def test_every_axis_holds_its_largest_column_with_few_lines() -> None:
    for largest in range(1, 3000, 7):
        top, step = charts.ceiling(largest)
        assert top >= largest
        assert top % step == 0
        assert top // step <= charts.STEPS + 1


def test_columns_stand_side_by_side_inside_the_canvas() -> None:
    numbers = [109, 41, 0, 1]
    chart = charts.columns(numbers, ["Hour 1", "Hour 2", "Hour 3", "Hour 4"], ["1 h", "", "", "4 h"])
    assert [one.title for one in chart.columns] == ["Hour 1: 109", "Hour 2: 41", "Hour 3: 0", "Hour 4: 1"]
    heights = [one.height for one in chart.columns]
    assert heights[0] > heights[1] > heights[3] > heights[2] == 0
    for one, following in zip(chart.columns, chart.columns[1:], strict=False):
        assert one.x + one.width < following.x
    assert chart.columns[-1].x + chart.columns[-1].width <= chart.width
    assert all(charts.TOP <= one.y <= charts.BOTTOM for one in chart.columns)
    assert chart.lines[0].label == "0"
