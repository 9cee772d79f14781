"""Rows and tables of the benchmark."""

from __future__ import annotations

import io

import pytest
from rich.console import Console

from nnvis.bench import run_benchmarks
from nnvis.bench.measuring import measure, peak_memory, run_process
from nnvis.bench.scaling import exponent
from nnvis.bench.tables import Part, Row, number, show_part, times_as_fast
from nnvis.errors import NnvisError, UsageError


def printed(part: Part) -> str:
    console = Console(file=io.StringIO(), width=160)
    show_part(part, console)
    return console.file.getvalue()  # pyright: ignore[reportAttributeAccessIssue]


@pytest.mark.parametrize(
    ("row", "verdict"),
    [
        (Row("a", (1.0, 2.0, 9.0), target=2.0), "met"),
        (Row("a", (1.0, 2.1, 9.0), target=2.0), "missed"),
        (Row("a", (2.1,), target=2.0, at_least=True), "met"),
        (Row("a", (1.9,), target=2.0, at_least=True), "missed"),
        (Row("a", (1.9,)), ""),
        (Row("a", target=2.0), ""),
    ],
)
def test_verdict_is_of_the_median(row, verdict):
    assert row.verdict == verdict


def test_table_shows_median_spread_target_and_note():
    text = printed(
        Part("part", (Row("thing", (1.0, 3.0, 2.0), target=2.5, note="beside"),), ("Remark.",))
    )
    for word in ("part", "thing", "2 s", "1–3", "≤ 2.5 s", "met", "beside", "Remark."):
        assert word in text, word


def test_row_without_measurement_says_why():
    text = printed(Part("part", (Row("thing", note="not installed: pip install thing[extra]"),)))
    assert "not installed: pip install thing[extra]" in text


def test_numbers_and_ratios():
    assert [number(value) for value in (0.001234, 12.345, 1234.5)] == ["0.00123", "12.3", "1,234"]
    assert times_as_fast("other", (4.0, 6.0, 5.0), (2.0, 2.0)) == "2.5 times as fast as other"


def test_exponent_of_a_power():
    sizes = [100, 300, 1000]
    assert exponent(sizes, [size**1.5 for size in sizes]) == pytest.approx(1.5)


def test_measure_repeats_until_enough():
    calls: list[int] = []
    assert len(measure(lambda: calls.append(1), 4)) == 4
    assert len(calls) == 4
    assert len(measure(lambda: None, 4, enough=0.0)) == 1


def test_peak_memory_is_that_of_this_process():
    assert 2**20 < peak_memory() < 2**40


def test_failing_command_is_a_sentence():
    import sys

    with pytest.raises(NnvisError, match="ended with code 3: luckless"):
        run_process([sys.executable, "-c", "import sys; print('luckless'); sys.exit(3)"])
    with pytest.raises(NnvisError, match="could not be started"):
        run_process(["no-such-program-here"])


def test_unknown_part():
    with pytest.raises(UsageError, match=r"only must be some of start, .* got 'nothing'"):
        run_benchmarks(["nothing"], 1, Console(file=io.StringIO()))


def test_parts_run_in_order_and_a_failing_one_does_not_stop_the_rest(monkeypatch):
    from nnvis.bench import running

    def fails(repeats: int) -> Part:
        raise NnvisError("no luck.")

    def works(repeats: int) -> Part:
        return Part("works", (Row(f"{repeats} times", (1.0,)),))

    monkeypatch.setattr(running, "PARTS", {"fails": fails, "works": works, "unasked": fails})
    console = Console(file=io.StringIO(), width=160)
    parts = run_benchmarks(["works", "fails"], 2, console)
    assert [part.title for part in parts] == ["fails", "works"]
    text = console.file.getvalue()  # pyright: ignore[reportAttributeAccessIssue]
    assert "cores" in text
    assert "Not measured: no luck." in text
    assert "2 times" in text
    assert "unasked" not in text
