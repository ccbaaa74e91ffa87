"""Studies whose equilibria are played by agents."""

import json
import os
import re
import signal
import subprocess

import h5py
import numpy
import pytest

from program import TIMEOUT, complaint, polykarma, with_passage, write
from sweep_test import (assert_same_contents, assert_swept_alike_on_ranks_and_teams, rows_without_clock, start, sweep,
                        swept, wait_for_records)

SIMULATION = """
[simulation]
agents = 50
periods = 40
burn_in = 3
seeds = 4
references = ["coin", "dictator"]
"""
# The population depends on the urgency of who is urgent, and on nothing else that varies.
PLAYED = """title = "Played"
base = "pairs.toml"
[[axis]]
name = "payee"
key = "contest.payee"
values = ["peer", "society"]
[[axis]]
name = "urgency"
key = "urgency.urgent.value"
values = [3, 5]
""" + SIMULATION
MEASURES = ("efficiency", "access_fairness", "reward_fairness")


@pytest.fixture
def played(folder):
    write(folder / "played.toml", PLAYED)
    return folder


def played_swept(folder, *arguments, **options):
    return swept(folder, "played.toml", *arguments, **options)


def test_agents_do_not_depend_on_ranks_and_teams(played):
    assert_swept_alike_on_ranks_and_teams(played, "played.toml")


def test_a_folder_is_gone_on_with_and_shards_are_merged(played):
    whole = played_swept(played, "-o", "whole.h5")
    for shard in (1, 2, 3):
        sweep(played, "--work-dir", "work", "--shard", f"{shard}/3", study="played.toml", ranks=2)
    assert played_swept(played, "-o", "merged.h5", "--work-dir", "work", "--merge") == whole
    assert_same_contents(played / "whole.h5", played / "merged.h5")
    os.remove(sorted((played / "work").glob("*.journal"))[-1])
    part = sweep(played, "--work-dir", "work", "--merge", study="played.toml")
    assert part.code == 3 and "points are missing" in part.err
    assert played_swept(played, "-o", "again.h5", "--work-dir", "work", "--resume", ranks=3) == whole
    assert_same_contents(played / "whole.h5", played / "again.h5")


def test_a_large_population_is_shared_by_a_team(played):
    large = with_passage(with_passage(PLAYED, "agents = 50", "agents = 30000"), "periods = 40", "periods = 8")
    write(played / "played.toml", with_passage(with_passage(large, "values = [3, 5]", "values = [3]"), "seeds = 4", "seeds = 2"))
    alone = played_swept(played, "-o", "alone.h5")
    for ranks in (2, 3):  # at least 10,000 agents each
        assert played_swept(played, "-o", "ranks.h5", "--ranks-per-economy", ranks, ranks=ranks) == alone
        assert_same_contents(played / "alone.h5", played / "ranks.h5")


def test_a_signal_ends_a_run_that_can_be_gone_on_with(played):
    write(played / "played.toml", with_passage(PLAYED, "periods = 40", "periods = 4000"))
    played_swept(played, "-o", "whole.h5")
    job = start(played, "-o", "out.h5", study=["played.toml"])
    wait_for_records(played, 1000)
    job.send_signal(signal.SIGUSR1)
    _, err = job.communicate(timeout=TIMEOUT)
    assert job.returncode == 5, err
    assert sweep(played, "-o", "out.h5", "--work-dir", "work", "--resume", study="played.toml").code == 0
    assert_same_contents(played / "whole.h5", played / "out.h5")


def test_a_signal_ends_a_long_play(played):
    write(played / "played.toml", with_passage(PLAYED, "periods = 40", "periods = 1_000_000_000"))
    job = start(played, "-o", "out.h5", study=["played.toml"])
    with pytest.raises(subprocess.TimeoutExpired):
        job.communicate(timeout=3)
    job.send_signal(signal.SIGUSR1)
    _, err = job.communicate(timeout=TIMEOUT)
    assert job.returncode == 5, err


def test_a_folder_of_other_agents_is_refused(played):
    played_swept(played, "--work-dir", "work")
    write(played / "played.toml", with_passage(PLAYED, "agents = 50", "agents = 52"))
    line = complaint(sweep(played, "--work-dir", "work", "--resume", study="played.toml"), 2)
    assert "50 agents" in line and "52 agents" in line


def test_points_are_played_like_by_simulate(played):
    rows = [row for row in played_swept(played, "-o", "out.h5") if row["point"] != "-1"]
    for row in rows:
        changes = ["--set", f"contest.payee={row['payee']}", "--set", f"urgency.urgent.value={row['urgency']}"]
        assert polykarma("solve", "pairs.toml", "-q", "-o", "one.h5", *changes, cwd=played).code == 0
        seeds = [word for seed in range(1, 5) for word in ("--seed", str(seed))]
        result = polykarma("simulate", "pairs.toml", "-q", "--policy", "one.h5", "--agents", 50, "--periods", 40,
                           "--burn-in", 3, "--every", 40, *seeds, "-o", "trace.h5", *changes, cwd=played)
        assert result.code == 0, result
        with h5py.File(played / "trace.h5") as file:
            payoff, contests = file["payoff_sum"][()], file["agent_contests"][()]
            runs = payoff.reshape(len(payoff), -1).sum(1) / contests.reshape(len(contests), -1).sum(1)
        assert float(row["agents_efficiency"]) == pytest.approx(runs.mean(), rel=1e-12)
        assert float(row["agents_efficiency_error"]) == pytest.approx(runs.std(ddof=1) / 2, rel=1e-9)


def test_the_table_holds_what_agents_come_by(played):
    rows = played_swept(played, "-o", "out.h5")
    points = [row for row in rows if row["point"] != "-1"]
    references = [row for row in rows if row["point"] == "-1"]
    with h5py.File(played / "out.h5") as file:
        results, stored = file["results"][()], file["references"][()]
        types = [name.decode() for name in file["points/0000/type"]]
        assert len(results) == len(points) == 4
        # Two populations, whoever is paid.
        assert [(row["payee"], row["urgency"], row["allocation"]) for row in stored] == [
            (b"any", urgency, allocation) for urgency in (b"3", b"5") for allocation in (b"coin", b"dictator")]
        for table, rows in ((results, points), (stored, references)):
            for name in [f"agents_{measure}" for measure in MEASURES] + [
                    f"agents_{measure}_{type}" for measure in ("access", "payoff") for type in types]:
                for column in (name, name + "_error"):
                    assert [float(row[column]) for row in rows] == list(table[column])
        assert [row["start"] for row in references] == ["coin", "dictator"] * 2
        d = file["points/0001/d"][0]
        for t, type in enumerate(types):
            karma = (d[t].sum(0) * numpy.arange(d.shape[-1])).sum() / d[t].sum()
            assert results[f"karma_contest_{type}"][1] == pytest.approx(karma, rel=1e-9)
            won, lost = file["points/0001/utilisation"][0, t].sum(0)[:2]
            assert results[f"access_{type}"][1] == pytest.approx(won / (won + lost), rel=1e-9)


def test_references_are_near_their_closed_form(played):
    write(played / "played.toml", with_passage(PLAYED, "periods = 40", "periods = 2000"))
    played_swept(played, "-o", "out.h5")
    with h5py.File(played / "out.h5") as file:
        for row in file["references"]:
            # 4e5 contests of agents, whose payoffs deviate by at most half the urgency of 5: four standard errors.
            assert row["agents_efficiency"] == pytest.approx(row["efficiency"], abs=4 * 2.5 / 4e5**0.5)
            assert 0 < row["agents_efficiency_error"] < 2.5 / 4e5**0.5


def test_what_agents_come_by_is_shown(played):
    text = polykarma("sweep", "played.toml", "-q", cwd=played)
    assert text.code == 0
    assert "Played by agents" in text.out and "Without karma" in text.out
    assert "payee society less peer, by agents" in text.out
    items = json.loads(polykarma("sweep", "played.toml", "-q", "--format", "json", cwd=played).out)
    assert len(items) == 8 and isinstance(items[0]["agents_reward_fairness"], float)


def test_only_equilibria_are_played(played):
    rows = [row for row in rows_without_clock(sweep(played, "--set", "solver.max_iterations=3", study="played.toml"))
            if row["point"] != "-1"]
    assert {(row["certified"], row["agents_efficiency"]) for row in rows} == {("false", "nan")}


def test_the_resources_of_a_day_are_played_as_well(folder):
    write(folder / "study.toml", with_passage(
        (folder / "study.toml").read_text() + SIMULATION, '"coin", "dictator"', '"uncontrolled"'))
    result = sweep(folder, "-o", "out.h5", study="study.toml")
    assert result.code == 0, result
    with h5py.File(folder / "out.h5") as file:
        (reference,) = file["references"][()]
        benchmark = file["points/0000/welfare/benchmark_en"][0]
        assert reference["efficiency"] == pytest.approx(benchmark)
        assert abs(reference["agents_efficiency"] - benchmark) < 5 * reference["agents_efficiency_error"] + 0.05
        assert numpy.all(file["results"]["agents_access_commuter"] > 0.1)


def test_agents_are_in_the_estimate_for_a_cluster(played):
    def seconds(study):
        head = polykarma("inspect", study, "--sbatch", cwd=played).out
        hours, minutes, rest = re.search(r"--time=(\d+):(\d+):(\d+)", head).groups()
        return 3600 * int(hours) + 60 * int(minutes) + int(rest)

    write(played / "unplayed.toml", with_passage(PLAYED, SIMULATION, ""))
    write(played / "long.toml", with_passage(PLAYED, "periods = 40", "periods = 1_000_000"))
    # 50 agents in pairs at 1.6e7 contests a second and what happens once a contest; times four seeds, four points, twice as many
    # references at most; times 3.
    expected = 3 * 1e6 * (50 / 1.6e7 + 1.5e-6) * 4 * 4 * 3
    assert seconds("long.toml") - seconds("unplayed.toml") == pytest.approx(expected, rel=0.02)


def test_pairs_are_of_an_even_number(played):
    odd = write(played / "odd.toml", PLAYED.replace("agents = 50", "agents = 51"))
    said = complaint(polykarma("sweep", odd, "-o", played / "odd.h5"), 2)
    assert re.search(r"odd.toml:\d+: simulation.agents \(51 agents are odd: .*\): an even number", said)


def test_agents_who_cannot_play_fail_a_point(folder):
    few = SIMULATION.replace("agents = 50", "agents = 4").replace('references = ["coin", "dictator"]\n', "")
    write(folder / "study.toml", (folder / "study.toml").read_text() + few)
    result = sweep(folder, study="study.toml")
    assert result.code == 3
    assert "simulation.agents = 4 (priority access to lane is for 0.8 of them)" in result.err
