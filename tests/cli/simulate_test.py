"""`polykarma simulate`: populations of every rank count, what they are told of mistakes, and what they write."""

import os
import re
import signal
import subprocess
import time

import h5py
import numpy
import pytest

from program import DESKS, LANE, PAIRS, POLYKARMA, complaint, polykarma, rows_of, with_passage, write


@pytest.fixture(scope="module")
def solved(tmp_path_factory):
    """A folder with lane.toml, desks.toml and pairs.toml, each solved."""
    folder = tmp_path_factory.mktemp("solved")
    for name, text in (("lane", LANE), ("desks", DESKS), ("pairs", PAIRS)):
        economy = write(folder / f"{name}.toml", text)
        assert polykarma("solve", economy, "-o", folder / f"{name}.h5", "-q").code == 0
    return folder


def simulate(folder, *arguments, economy="lane", policy=True, **options):
    chosen = ["--policy", folder / f"{economy}.h5"] if policy else []
    numbers = [] if "--agents" in arguments else ["--agents", 2000]
    numbers += [] if "--periods" in arguments else ["--periods", 20]
    return polykarma("simulate", folder / f"{economy}.toml", *chosen, *numbers, "-q", *arguments, **options)


def datasets(path):
    """Every dataset and attribute of a file but those that tell when and where it was made."""
    found = {}

    def visit(name, item):
        if name.startswith(("provenance", "timing")):
            return
        if isinstance(item, h5py.Dataset):
            found[name] = item[()].tobytes() if hasattr(item[()], "tobytes") else item[()]
        found[name + "@"] = sorted((k, str(v)) for k, v in item.attrs.items() if "REFERENCE" not in k and "DIMENSION" not in k)

    with h5py.File(path) as file:
        file.visititems(visit)
        found["@"] = sorted((k, str(v)) for k, v in file.attrs.items())
    return found


def test_a_population_experiences_the_mean_field(solved):
    rows = rows_of(simulate(solved, "--agents", "2e4", "--periods", 100, "--format", "csv").out)
    assert [row["type"] for row in rows] == ["commuter"]
    row = {key: float(value) for key, value in rows[0].items() if key not in ("type", "behaviour")}
    # Three standard errors, and what the continuum hides: ties (1e-4) and whole places, weighed by the largest payoff.
    assert abs(row["payoff_en"] - row["mean_field_en"]) < 3 * row["payoff_en_error"] + 12 * (1e-4 + 2 / 2e4)
    assert abs(row["access"] - 0.2) < 1e-12


@pytest.mark.parametrize("economy", ["lane", "desks", "pairs"])
def test_the_number_of_ranks_changes_nothing(solved, tmp_path, economy):
    arguments = ["--agents", 777, "--seed", 3, "--seed", 4, "--trace-agents", 5, "--burn-in", 2]
    written = {}
    for ranks in (None, 2, 3, 5):
        target = tmp_path / f"{ranks}.h5"
        assert simulate(solved, *arguments, "-o", target, economy=economy, ranks=ranks).code == 0
        written[ranks] = datasets(target)
    for ranks in (2, 3, 5):
        assert written[ranks] == written[None]


def test_what_is_written_adds_up(solved, tmp_path):
    target = tmp_path / "trace.h5"
    assert simulate(solved, "--periods", 25, "--every", 10, "--trace-agents", 3, "-o", target, economy="desks").code == 0
    with h5py.File(target) as file:
        assert file.attrs["format"] == b"polykarma-simulation"
        assert file["period"][()].tolist() == [10, 20, 25]
        contests = file["agent_contests"][()].sum(axis=(3, 4, 5))
        assert contests.tolist() == [[[20000] * 2, [20000] * 2, [10000] * 2]]
        assert (file["holders_early"][()].sum(axis=(2, 3)) == 2000).all()
        karma = (file["holders_early"][()] * file["karma_early"][()]).sum(axis=(2, 3))
        assert (karma == file["total_karma"][()][:, :, 0]).all()
        # One unit of either account pays one unit, and nothing gets lost in this economy.
        assert (file["total_karma"][()].sum(axis=2) + 0 == 2000 * 4).all()
        traces = file["traces"]
        assert traces["bid"].shape == (1, 50, 3)
        assert (traces["bid"][()] <= traces["karma_early"][()] + traces["karma_late"][()]).all()
        away = traces["bid"][()] == -1
        assert (away == (traces["outcome_number"][()] == 2)).all()
        assert [d.label or d[0].name for d in file["agent_contests"].dims] == \
            ["run", "record", "/stage", "cohort", "/urgency", "/outcome"]


def test_behaviours_are_mixed_by_share_and_by_type(solved):
    result = simulate(solved, "--behaviour", "sne=0.75", "--behaviour", "all=0.25", "--behaviour", "guest/zero",
                      "--format", "csv", economy="desks")
    rows = rows_of(result.out)
    assert [(r["type"], r["behaviour"], int(r["agents"])) for r in rows] == \
        [("staff", "sne", 1125), ("staff", "all", 375), ("guest", "zero", 500)]
    access = [float(r["access"]) for r in rows]
    assert access[2] < access[0] and access[2] < access[1]
    assert rows[0]["mean_field_en"] == rows[1]["mean_field_en"]
    distance = [float(r["bid_distance"]) for r in rows]
    assert numpy.isnan(distance[0]) and distance[1] > 0 and distance[2] > 0  # nobody is compared with the own policy


def test_learners_come_near_the_policy(solved):
    rows = rows_of(simulate(solved, "--behaviour", "sne=0.9", "--behaviour", "learn:0.05=0.1", "--agents", 10000, "--burn-in",
                            1000, "--periods", 200, "--format", "csv", economy="pairs").out)
    of_patient = {row["behaviour"]: row for row in rows if row["type"] == "patient"}
    patient = {behaviour: float(row["payoff_en"]) for behaviour, row in of_patient.items()}
    coin = -0.75
    assert patient["learn:0.05"] > coin + 0.5 * (patient["sne"] - coin)
    assert float(of_patient["learn:0.05"]["regret"]) == pytest.approx(patient["sne"] - patient["learn:0.05"])
    assert numpy.isnan(float(of_patient["sne"]["regret"]))


def test_regret_of_all_is_beside_the_mean_field(solved):
    for row in rows_of(simulate(solved, "--behaviour", "all", "--format", "csv").out):
        assert float(row["regret"]) == pytest.approx(float(row["mean_field_en"]) - float(row["payoff_en"]))


def test_each_behaviour_is_played_by_everybody(solved):
    numbers = ["--each", "--periods", 200, "--format", "csv"]
    rows = rows_of(simulate(solved, *numbers, "--behaviour", "sne", "--behaviour", "zero", economy="desks").out)
    assert [row["behaviour"] for row in rows] == ["sne", "zero"]
    for row in rows:
        alone = rows_of(simulate(solved, "--periods", 200, "--behaviour", row["behaviour"], "--format", "csv", economy="desks").out)
        payoffs = [float(cohort["payoff_en"]) for cohort in alone]
        assert [float(row["payoff_staff"]), float(row["payoff_guest"])] == payoffs
        assert float(row["minimum"]) == min(payoffs)
        with h5py.File(solved / "desks.h5") as file:
            gains = payoffs - file["welfare/benchmark_en"][()]
            welfare = file["type_share"][()] @ numpy.log(gains) if min(gains) > 0 else -numpy.inf
            assert float(row["SW_en"]) == pytest.approx(welfare)
    listed = rows_of(simulate(solved, "--each", "--format", "csv").out)
    assert [row["behaviour"] for row in listed] == ["sne", "likely", "noisy:1", "all", "fraction:0.5", "zero"]
    with h5py.File(solved / "lane.h5") as file:
        assert float(listed[0]["SW_en"]) == pytest.approx(numpy.log(float(listed[0]["minimum"]) - file["welfare/benchmark_en"][0]))


def test_without_a_policy(solved):
    zero = rows_of(simulate(solved, "--behaviour", "zero", "--format", "csv", policy=False).out)
    assert float(zero[0]["access"]) == pytest.approx(0.2)
    nobody = rows_of(simulate(solved, "--policy", "uncontrolled", "--format", "csv", policy=False).out)
    assert float(nobody[0]["access"]) == 0.0
    # The urgencies 1 and 6, a fifth of them urgent, share half of the capacity: a delay of one.
    assert float(nobody[0]["payoff_en"]) == pytest.approx(2.0, abs=0.05)


def test_pairs_experience_the_mean_field(solved):
    rows = rows_of(simulate(solved, "--agents", "2e4", "--periods", 200, "--format", "csv", economy="pairs").out)
    assert [row["type"] for row in rows] == ["patient", "hasty"]
    for row in rows:
        difference = float(row["payoff_en"]) - float(row["mean_field_en"])
        assert abs(difference) < 3 * float(row["payoff_en_error"]) + 3 * 2 / 2e4


def test_pairs_without_karma(solved):
    payoff = {}
    for allocation in ("coin", "turn", "dictator"):
        rows = rows_of(simulate(solved, "--policy", allocation, "--agents", 2001, "--periods", 200, "--format", "csv",
                                economy="pairs", policy=False).out)
        payoff[allocation] = [(float(r["payoff_ex"]), float(r["payoff_ex_error"])) for r in rows]
    for allocation in ("coin", "turn"):  # -E[u] / 2 of either type
        for (mean, error), exact in zip(payoff[allocation], (-0.75, -0.375)):
            assert abs(mean - exact) < 3 * error
    assert all(d[0] > c[0] for d, c in zip(payoff["dictator"], payoff["coin"]))


def test_another_design_can_be_the_start(solved, tmp_path):
    narrow = polykarma("solve", solved / "lane.toml", "--set", "resource.lane.priority_capacity=0.1", "-o",
                     tmp_path / "narrow.h5", "-q")
    assert narrow.code == 0
    assert simulate(solved, "--start", tmp_path / "narrow.h5").code == 0
    assert "its types: staff, guest; of the economy: commuter" in complaint(simulate(solved, "--start", solved / "desks.h5"), 2)
    assert polykarma("solve", solved / "lane.toml", "--set", "resource.lane.k_max=8", "-o", tmp_path / "high.h5", "-q").code == 0
    assert "its k_max: 8 of lane; of the economy: 6 of lane" in complaint(simulate(solved, "--start", tmp_path / "high.h5"), 2)


@pytest.mark.parametrize("economy, before", [("desks", 'exchange={rule="none"}'), ("pairs", "contest.payee=society")])
def test_a_transition_ends_in_the_distribution_of_the_policy(solved, tmp_path, economy, before):
    start = tmp_path / "start.h5"
    assert polykarma("solve", solved / f"{economy}.toml", "--set", before, "-o", start, "-q").code == 0
    assert simulate(solved, "--start", start, "--agents", 20000, "--periods", 300, "--every", 3, "--seed", 1, "--seed", 2, "-o",
                    tmp_path / "trace.h5", economy=economy).code == 0
    with h5py.File(tmp_path / "trace.h5") as file:
        sample, distance = file["distance_of_sample"][()], file["distance"][()]
        assert (file["distance_before"][()] > 4 * sample).all()
        assert (distance[:, 0] > 2 * sample).all()
        # What is left is the distance of a sample, whose own spread is far smaller.
        assert distance[:, 50:].mean() == pytest.approx(sample, rel=0.15)


def test_without_a_policy_there_is_nothing_to_be_distant_from(solved, tmp_path):
    assert simulate(solved, "--behaviour", "zero", "-o", tmp_path / "trace.h5", policy=False).code == 0
    with h5py.File(tmp_path / "trace.h5") as file:
        assert not [name for name in file if name.startswith("distance")]


MISTAKES = [
    (["--agents", 1], "--agents"),
    (["--agents", "5e9"], "--agents"),
    (["--agents", 10.5], "--agents"),
    (["--agents", 4], "--agents"),  # 0.2 * 4 places
    (["--periods", 0], "--periods"),
    (["--periods", "nan"], "--periods"),
    (["--every", 0], "--every"),
    (["--every", 21], "--every = 21 (out of range): 1 to the 20 periods"),
    (["--burn-in", -1], "--burn-in"),
    (["--seed", 7, "--seed", 7], "--seed = 7 (given twice"),
    (["--seed", -1], "--seed -1 (out of range): a whole number from 0 to 18446744073709551615"),
    (["--seed", 1.5], "--seed 1.5"),
    (["--trace-agents", 2001], "--trace-agents"),
    (["--behaviour", "sne=0.5"], "do not add up to 1"),
    (["--behaviour", "sne=0.5", "--behaviour", "all=0.6"], "do not add up to 1"),
    (["--behaviour", "greedy"], "--behaviour greedy (unknown): sne, likely"),
    (["--behaviour", "noisy"], "--behaviour noisy"),
    (["--behaviour", "fraction:2"], "fraction:PART (0 to 1)"),
    (["--behaviour", "sne=0.5", "--behaviour", "sne=0.5"], "--behaviour = sne (given twice)"),
    (["--each", "--behaviour", "sne=0.5", "--behaviour", "all=0.5"], "behaviours of everybody"),
    (["--each", "-o", "table.h5"], "--each --output"),
    (["--behaviour", "commuter/all", "--behaviour", "sne"], "--behaviour = sne (every type has behaviours of its own)"),
    (["--behaviour", "sne=two"], "--behaviour sne=two"),
    (["--behaviour", "sne=0"], "--behaviour sne=0"),
    (["--behaviour", "nobody/all", "--behaviour", "sne"], "unknown type): commuter"),
    (["--behaviour", "sne=0.9999", "--behaviour", "all=0.0001"], "none of them is of type commuter and behaves like all"),
]


@pytest.mark.parametrize("arguments, part", MISTAKES, ids=[" ".join(map(str, m[0])) for m in MISTAKES])
def test_a_mistake_is_named(solved, arguments, part):
    assert part in complaint(simulate(solved, *arguments), 2)


def test_a_policy_of_another_economy_is_told_what_differs(solved, tmp_path):
    other = write(tmp_path / "other.toml", with_passage(LANE, "priority_capacity = 0.2", "priority_capacity = 0.25"))
    said = complaint(polykarma("simulate", other, "--policy", solved / "lane.h5", "--agents", 100, "--periods", 2), 2)
    assert "resource.lane.priority_capacity is 0.2, not 0.25" in said
    said = complaint(polykarma("simulate", solved / "desks.toml", "--policy", solved / "lane.h5", "--agents", 100,
                               "--periods", 2), 2)
    assert "is of another economy" in said
    # How it was solved does not matter.
    assert polykarma("simulate", solved / "lane.toml", "--set", "solver.lambda=500", "--policy", solved / "lane.h5",
                     "--agents", 100, "--periods", 2, "-q").code == 0


def test_a_point_of_a_study_is_a_policy(solved, tmp_path):
    write(tmp_path / "lane.toml", LANE)
    study = write(tmp_path / "study.toml", 'title = "capacities"\nbase = "lane.toml"\n\n[[axis]]\nname = "capacity"\n'
                                           'key = "resource.lane.priority_capacity"\nvalues = [0.1, 0.2]\n')
    assert polykarma("sweep", study, "-o", tmp_path / "study.h5", "-q").code == 0
    run = ["simulate", solved / "lane.toml", "--policy", tmp_path / "study.h5", "--agents", 2000, "--periods", 20, "-q",
           "--format", "csv"]
    alone = rows_of(simulate(solved, "--format", "csv").out)
    assert rows_of(polykarma(*run, "--point", "/points/0001").out) == alone
    assert "priority_capacity is 0.1, not 0.2" in complaint(polykarma(*run, "--point", "/points/0000"), 2)
    assert "name one of its points, such as /points/0000" in complaint(polykarma(*run), 4)
    assert "has no group /points/0002" in complaint(polykarma(*run, "--point", "/points/0002"), 4)


def test_an_allocation_of_another_game(solved):
    assert "coin, turn, dictator" in complaint(simulate(solved, "--policy", "uncontrolled", economy="pairs", policy=False), 2)
    assert "uncontrolled" in complaint(simulate(solved, "--policy", "coin", policy=False), 2)
    said = complaint(simulate(solved, "--policy", "uncontrolled", "--point", "/points/0000", policy=False), 2)
    assert "--point /points/0000 (without a policy file)" in said


def test_a_policy_that_is_none(solved, tmp_path):
    said = complaint(polykarma("simulate", solved / "lane.toml", "--policy", tmp_path / "no.h5", "--agents", 100,
                               "--periods", 2), 4)
    assert "no.h5" in said
    assert "none of uncontrolled, coin" in complaint(simulate(solved, "--policy", "lottery", policy=False), 4)
    assert "none of uncontrolled, coin" in complaint(simulate(solved, "--policy", "", policy=False), 4)
    damaged = tmp_path / "damaged.h5"
    damaged.write_bytes((solved / "lane.h5").read_bytes()[:3000])
    complaint(polykarma("simulate", solved / "lane.toml", "--policy", damaged, "--agents", 100, "--periods", 2), 4)
    said = complaint(simulate(solved, "--behaviour", "sne", policy=False), 2)
    assert "--policy" in said
    assert "--policy" in complaint(simulate(solved, policy=False), 2)


def test_help_and_what_is_missing(solved):
    shown = polykarma("simulate", "--help")
    assert shown.code == 0 and "--behaviour" in shown.out and "Examples" in shown.out
    lane, policy = solved / "lane.toml", solved / "lane.h5"
    assert "missing --agents" in complaint(polykarma("simulate", lane, "--policy", policy, "--periods", 3), 2)
    assert "missing --periods" in complaint(polykarma("simulate", lane, "--policy", policy, "--agents", 30), 2)


def test_a_trace_is_no_equilibrium(solved, tmp_path):
    assert simulate(solved, "-o", tmp_path / "trace.h5").code == 0
    assert "it is of a simulation" in complaint(polykarma("inspect", tmp_path / "trace.h5"), 4)


def test_fewer_agents_than_ranks(solved):
    result = simulate(solved, "--agents", 6, ranks=7)
    assert result.code == 2
    assert "fewer than the 7 ranks" in result.err


def test_a_target_that_cannot_be_written_leaves_nothing(solved, tmp_path):
    assert complaint(simulate(solved, "-o", tmp_path / "missing" / "trace.h5"), 4)
    assert complaint(simulate(solved, "-o", solved / "lane.toml"), 2)
    # Before the first of 4e9 periods.
    limited = simulate(solved, "--periods", 4000000000, "--every", 200000, "-o", tmp_path / "trace.h5",
                       wrapper=("sh", "-c", 'ulimit -f 8; exec "$@"', "sh"))
    assert re.fullmatch(r".*/trace.h5: cannot be written \(File too large: needs \d+ MB, all that the run will write\)",
                        complaint(limited, 4))
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGKILL])
def test_an_interrupted_run_leaves_nothing_under_the_name(solved, tmp_path, number):
    target = tmp_path / "trace.h5"
    target.write_bytes(b"old")
    run = subprocess.Popen([POLYKARMA, "simulate", solved / "lane.toml", "--policy", solved / "lane.h5", "--agents", "2000",
                            "--periods", "4e9", "--every", "2e5", "-q", "-o", target], stderr=subprocess.DEVNULL,
                           env={**os.environ, "OMPI_MCA_ess_singleton_isolated": "1"})
    partial = tmp_path / f"trace.h5.partial-{run.pid}"
    while not (partial.exists() and partial.stat().st_size > 0):
        assert run.poll() is None
        time.sleep(0.01)
    run.send_signal(number)
    assert run.wait(60) == -number
    assert target.read_bytes() == b"old"
    assert partial.exists() == (number == signal.SIGKILL)


def test_traces_of_agents_need_a_file(solved):
    assert "-o TRACE.h5 beside it" in complaint(simulate(solved, "--trace-agents", 3), 2)


@pytest.mark.parametrize("option", ["--policy", "--start"])
@pytest.mark.parametrize("spoil", [lambda d: 0 * d, lambda d: -d, lambda d: 3 * d, lambda d: d * numpy.nan], ids=["none", "negative", "thrice", "nan"])
def test_what_is_no_distribution_is_refused(solved, tmp_path, option, spoil):
    bad = tmp_path / "bad.h5"
    bad.write_bytes((solved / "lane.h5").read_bytes())
    with h5py.File(bad, "r+") as file:
        file["d"][...] = spoil(file["d"][...])
    policy = [] if option == "--policy" else ["--policy", solved / "lane.h5"]
    line = complaint(polykarma("simulate", solved / "lane.toml", *policy, option, bad, "--agents", 20, "--periods", 2), 4)
    assert "d cannot be used" in line


def test_a_policy_that_is_no_distribution_over_actions_is_refused(solved, tmp_path):
    bad = tmp_path / "bad.h5"
    bad.write_bytes((solved / "lane.h5").read_bytes())
    with h5py.File(bad, "r+") as file:
        file["pi/probability"][...] *= 0.5
    line = complaint(polykarma("simulate", solved / "lane.toml", "--policy", bad, "--agents", 20, "--periods", 2), 4)
    assert "/pi cannot be used" in line


def test_more_agents_than_there_is_memory_for_are_refused(solved):
    line = complaint(polykarma("simulate", solved / "lane.toml", "--policy", solved / "lane.h5", "--agents", 4e9, "--periods", 2), 2)
    assert "solver.memory_limit = 4096 MiB" in line and "4000000000 agents need about" in line


def test_what_might_surprise_is_noted(solved):
    odd = polykarma("simulate", solved / "pairs.toml", "--policy", solved / "pairs.h5", "--agents", 201, "--periods", 2)
    assert odd.code == 0 and "201 agents are odd" in odd.err


def test_a_policy_of_another_contest_is_named_by_its_key(solved):
    line = complaint(simulate(solved, "--set", "contest.k_mean=4", economy="pairs"), 2)
    assert "there contest.k_mean is " in line and ", not 4" in line
