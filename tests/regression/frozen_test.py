"""One design of the paper, and own digits of small economies: a change here is a change of the model or of a rule."""

import h5py
import pytest

from program import INPUTS, LANE, polykarma, rows_of, write
from published import FOLDER, distance, published

# So tight that the digits below do not depend on where the iteration stops; the sixth decimal is then certain.
TIGHT = ["--set", "solver.tolerance.stationarity=1e-11"]
DIGITS = 1e-6

FROZEN = {
    "lane": {"commuter_en": 2.109461, "SW_en": -2.212189, "commuter_ex": 2.109461, "SW_ex": -2.212189},
    "two_desks": {"staff_en": 2.056066, "guest_en": 1.613393, "SW_en": -3.076532, "staff_ex": 2.056066,
                  "guest_ex": 2.151191, "SW_ex": -3.004612},
}
FROZEN_SHARES = {"inactive": 0.0, "0": 0.564650, "1": 0.307541, "2": 0.127810, "3": 0.0, "4": 0.0, "5": 0.0, "6": 0.0}
FROZEN_OBSERVABLES = {"delay": 1.666745, "mean_payment": 0.327786}


def solve(economy, *arguments, cwd):
    result = polykarma("solve", economy, "-q", "--format", "csv", *arguments, cwd=cwd, timeout=280)
    assert result.code == 0, result
    (row,) = rows_of(result.out)
    return row


@pytest.mark.parametrize("name", FROZEN)
def test_our_own_digits(tmp_path, name):
    economy = write(tmp_path / "lane.toml", LANE) if name == "lane" else INPUTS / "tutorial" / f"{name}.toml"
    row = solve(economy, *TIGHT, cwd=tmp_path)
    for column, value in FROZEN[name].items():
        assert float(row[column]) == pytest.approx(value, abs=DIGITS), column


def test_our_own_aggregates(tmp_path):
    solve(write(tmp_path / "lane.toml", LANE), "-o", "lane.h5", *TIGHT, cwd=tmp_path)
    with h5py.File(tmp_path / "lane.h5") as file:
        labels = [label.decode() for label in file["action_label"][...]]
        shares = dict(zip(labels, file["bid_share"][0]))
        observed = {name: file[f"observables/{name}"][0] for name in ("delay", "mean_payment")}
    assert shares == pytest.approx(FROZEN_SHARES, abs=DIGITS)
    assert observed == pytest.approx(FROZEN_OBSERVABLES, abs=DIGITS)


def test_a_design_of_the_paper(tmp_path):
    row = solve(FOLDER.parent / "highway_parking.toml", "--set", 'exchange={ rule = "none" }', cwd=tmp_path)
    far = distance(row, published()["all", "none"])
    print(f"all, none: {far:.5f} from the published row")
    assert far <= 0.003
    assert float(row["stationarity"]) <= 1e-6
