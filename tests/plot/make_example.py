"""Writes files in polykarma's layout whose numbers are made up: plausible shapes, no equilibrium, no solver needed.

Usage: make_example.py equilibrium|study|search|simulation OUT.h5
"""

import csv
import dataclasses
import itertools
import sys

import h5py
import numpy as np

URGENCIES, URGENCY_VALUES = ("none", "low", "high"), (0.0, 1.0, 9.0)
OUTCOMES = ("priority", "general_purpose", "inactive")
PRIORITY_CAPACITY, CAPACITY = 0.2, 0.5
CERTIFICATE = ("stationarity", "gain_mean", "gain_max", "gain_all", "exploitability_mean", "exploitability_max",
               "bellman", "value_scale", "mass_error", "karma_error", "karma_lost", "response_error", "negative_mass")


@dataclasses.dataclass(frozen=True)
class Example:
    """An economy to make numbers for. Type number 0 is always active, the others rest half of the time at stage 0."""

    title: str = "Highway and parking"
    resources: tuple = ("H", "P")
    types: tuple = ("S", "C")
    k_max: int = 12
    pooled: bool = True       # bids may use the karma of every account
    stinginess: float = 0.35  # share of its karma that an agent of low urgency bids
    spread: float = 0.25      # width of the karma distribution, in units of k_max
    certified: bool = True
    history_steps: int = 60
    game: str = "multi_karma"

    def shape(self):
        accounts = (self.k_max + 1,) * len(self.resources)
        return (len(self.resources), len(self.types), len(URGENCIES), *accounts)

    def actions(self):
        return 2 + self.k_max * (len(self.resources) if self.pooled else 1)


def urgency_law(stage, agent_type):
    return np.array([0.5, 0.375, 0.125]) if stage == 0 and agent_type > 0 else np.array([0.0, 0.75, 0.25])


def mass(example):
    """d [stage, type, urgency, karma...]: bell curves around means that depend on type and urgency."""
    d = np.zeros(example.shape())
    karma = np.indices(d.shape[3:])
    for stage, agent_type, urgency in np.ndindex(d.shape[:3]):
        centre = example.k_max * (0.33 + 0.05 * agent_type) + 0.7 * urgency
        tilt = np.array([1 if account == stage else -1 for account in range(len(example.resources))])
        distance = sum((k - centre - t) ** 2 for k, t in zip(karma, tilt))
        bell = np.exp(-distance / (example.spread * example.k_max) ** 2 / 2)
        bell[bell < 1e-8] = 0
        d[stage, agent_type, urgency] = bell / bell.sum() * urgency_law(stage, agent_type)[urgency] / len(example.types)
    return d


def policy(example):
    """pi [stage, type, urgency, karma..., action], action 0 inactive: at most two neighbouring bids each."""
    pi = np.zeros((*example.shape(), example.actions()))
    for stage, agent_type, urgency, *karma in np.ndindex(pi.shape[:-1]):
        row = pi[(stage, agent_type, urgency, *karma)]
        limit = sum(karma) if example.pooled else karma[stage]
        if urgency == 0:
            row[0], row[1] = 0.8, 0.2
            continue
        wish = (example.stinginess if urgency == 1 else 0.9) * karma[stage] * (1 - 0.1 * agent_type)
        bid = min(int(wish), limit)
        row[1 + bid] += 1 - (wish - int(wish))
        row[1 + min(bid + 1, limit)] += wish - int(wish)
    return pi


def win_probability(nu):
    """psi of the priority outcome [stage, action] from the bid distribution nu [stage, action]."""
    above = np.flip(np.cumsum(np.flip(nu[:, 1:], 1), 1), 1) - nu[:, 1:]
    psi = np.clip((PRIORITY_CAPACITY - above) / (1e-4 + nu[:, 1:]), 0, 1)
    return np.concatenate((np.zeros((len(nu), 1)), psi), axis=1)


class Writer:
    """Datasets with a long name and units."""

    def __init__(self, group):
        self.group = group

    def put(self, name, values, units="1", long_name=""):
        strings = np.asarray(values).dtype.kind in "UO"
        values = np.asarray(values, dtype=object) if strings else np.asarray(values)
        packed = {"chunks": True, "shuffle": True, "compression": "gzip"} if values.size > 1 and not strings else {}
        data = self.group.create_dataset(name, data=values, dtype=h5py.string_dtype() if strings else None, **packed)
        data.attrs.update(units=units, long_name=long_name or name.replace("_", " "))
        return data

    def scales(self, example):
        axes = {"stage": example.resources, "type": example.types, "urgency": URGENCIES, "outcome": OUTCOMES,
                "action": np.arange(example.actions())}
        axes.update({f"karma_{name}": np.arange(example.k_max + 1) for name in example.resources})
        for name, values in axes.items():
            self.put(name, values).make_scale(name)

    def attach(self, name, axes):
        for number, axis in enumerate(axes):
            self.group[name].dims[number].attach_scale(self.group[axis])


def write_equilibrium(group, example):
    """Fills a group, the root of a file or a point of a study, with the layout of one equilibrium."""
    group.attrs.update(title=example.title, certified=int(example.certified),
                       reason="converged" if example.certified else "iteration limit")
    writer = Writer(group)
    writer.scales(example)
    bids = np.concatenate(([np.nan], np.arange(example.actions() - 1.0)))
    writer.put("action_label", ["inactive", *map(str, range(example.actions() - 1))])
    writer.put("action_bid", bids)
    writer.put("urgency_value", URGENCY_VALUES)
    writer.put("type_share", np.full(len(example.types), 1 / len(example.types)))
    writer.put("account", example.resources)
    write_state(writer, example, bids)
    write_welfare(writer, example)
    write_search(writer, example)
    writer.put("economy", f'title = "{example.title}"\ngame = "{example.game}"\n')


def write_state(writer, example, bids):
    d, pi = mass(example), policy(example)
    axes = ("stage", "type", "urgency", *(f"karma_{name}" for name in example.resources))
    active = pi[..., 1:].sum(axis=-1)
    with np.errstate(invalid="ignore"):
        mean_bid = (pi[..., 1:] * bids[1:]).sum(axis=-1) / active
    for name, values in (("d", d), ("V", -d), ("mean_bid", mean_bid), ("activity", active)):
        writer.put(name, values, "share of the population" if name == "d" else "1")
        writer.attach(name, axes)
    rows = pi.reshape(-1, pi.shape[-1])
    state, action = np.nonzero(rows)
    writer.put("pi/row_start", np.concatenate(([0], np.cumsum(np.bincount(state, minlength=len(rows))))).astype("u8"))
    writer.put("pi/action", action.astype("i4"))
    writer.put("pi/probability", rows[state, action])
    karma_axes = tuple(range(3, d.ndim))
    action_share = (d[..., None] * pi).sum(axis=karma_axes)
    nu = action_share.sum(axis=(1, 2))
    priority = win_probability(nu)
    inactive = np.where(np.isnan(bids), 1.0, 0.0) * np.ones_like(priority)
    psi = np.stack((priority, 1 - priority - inactive, inactive), axis=1)
    writer.put("bid_share", nu)
    writer.put("outcome_probability", psi)
    writer.put("action_share", action_share)
    writer.put("utilisation", np.einsum("stua,soa->stuo", action_share, psi), "share of the population")
    writer.put("observables/delay", np.full(len(example.resources), 0.4))


def payoffs(example):
    en = 4.4 - 1.2 * np.arange(len(example.types)) + 0.4 * (example.stinginess - 0.35)
    return {"en": en, "ex": en + 0.9 * (np.arange(len(example.types)) > 0)}


def write_welfare(writer, example):
    for which, values in payoffs(example).items():
        writer.put(f"welfare/payoff_{which}", values, "payoff per stage")
        writer.put(f"welfare/benchmark_{which}", values - 0.6, "payoff per stage")
        writer.put(f"welfare/nash_{which}", np.log(0.6))
    writer.put("welfare/everyone_gains", np.int8(1))


def write_search(writer, example):
    count = example.history_steps
    steps = np.unique(np.geomspace(1, 20000, count).astype(int)) if count else np.array([])
    level = 1e-7 if example.certified else 3e-4
    wiggle = 1 + 0.3 * np.sin(np.arange(len(steps)))
    stationarity = (0.8 / (1 + steps / 20) ** 1.5 + level) * wiggle
    history = {"iteration": steps.astype("i8"), "stationarity": stationarity, "gain": 0.3 * stationarity + level,
               "bellman": 4 * stationarity**1.3}
    for name, values in history.items():
        writer.put(f"history/{name}", values)
    for number, field in enumerate(CERTIFICATE):
        writer.put(f"certificate/{field}", level * (1 + number))
    for field, value in (("stationarity", 1e-6), ("gain", 1e-4), ("exploitability", 1e-2)):
        writer.put(f"certificate/tolerance_{field}", value)
    writer.put("certificate/certified", np.int8(example.certified))
    search = writer.group.create_group("search")
    search.attrs.update(method="evolutionary dynamics", start="even", karma_start="mean", reason="converged",
                        iterations=int(steps[-1]) if len(steps) else 0)
    search.attrs["lambda"] = 1000.0


def equilibrium_file(path, example=Example()):
    with h5py.File(path, "w") as file:
        file.attrs.update(format="polykarma-equilibrium", format_version=2)
        write_equilibrium(file, example)
        file.create_group("provenance").attrs["version"] = "0.1.0"
        file.create_group("timing").attrs["seconds"] = 1.0


AXES = {"redistribution": ("active", "all"), "exchange": ("none", "unit", "P_worth_more", "P_worth_less")}
STARTS = ("even", "zero")


def study_points(example, axes, starts):
    """(index, labels, start, example of that point, error) with one point uncertified and one failed."""
    for index, (labels, start) in enumerate(itertools.product(itertools.product(*axes.values()), starts)):
        nudge = 0.05 * (index // len(starts)) + 0.03 * (start == "zero") * (index % 3)
        point = dataclasses.replace(example, stinginess=0.25 + nudge, certified=index != 6)
        yield index, labels, start, point, "not finite" if index == 15 else ""


def agents_columns(example):
    """What agents who play the points experience, and what it stands beside."""
    names = ["efficiency", "access_fairness", "reward_fairness"]
    names += [f"{what}_{name}" for what in ("access", "payoff") for name in example.types]
    columns = [f"access_{name}" for name in example.types]
    columns += [f"karma_{account}_{name}" for account in example.resources for name in example.types]
    for name in names:
        columns += [f"agents_{name}", f"agents_{name}_error"]
    return columns


def agents_row(example, place):
    """Made-up measures of a design, or of an allocation without karma."""
    values = {name: 0.01 for name in agents_columns(example)}
    values.update(agents_efficiency=-0.7 + 0.02 * place, agents_access_fairness=-0.02 + 0.001 * place,
                  agents_reward_fairness=-0.04 + 0.002 * place)
    for number, name in enumerate(example.types):
        values.update({f"access_{name}": 0.5 + 0.01 * number, f"agents_access_{name}": 0.5 + 0.011 * number,
                       f"agents_payoff_{name}": 4.4 - 1.2 * number})
        values.update({f"karma_{account}_{name}": 2.0 + number for account in example.resources})
    return values


REFERENCES = ("coin", "dictator", "turn")


def references_table(example, axes, of_design=False):
    string = h5py.string_dtype()
    columns = [*((name, string) for name in axes), ("allocation", string), ("efficiency", "f8"),
               *((name, "f8") for name in agents_columns(example)), ("error", string)]
    table = []
    for place, allocation in enumerate(REFERENCES):
        labels = {name: axes[name][0] if of_design else "any" for name in axes}
        values = {**labels, **agents_row(example, 20 + place), "allocation": allocation, "efficiency": -0.7, "error": ""}
        table.append(tuple(values[name] for name, _ in columns))
    return np.array(table, dtype=columns)


def study_file(path, example=Example(k_max=4), axes=None, published=True, starts=STARTS, agents=False):
    """agents: also what agents experienced who played the points."""
    axes = AXES if axes is None else axes
    string = h5py.string_dtype()
    columns = [("point", "i4"), *((name, string) for name in axes), ("start", string), ("equilibrium", "i4"),
               ("certified", "i1"), ("reason", string), ("lambda", "f8")]
    for which in ("en", "ex"):
        columns += [(f"payoff_{which}_{name}", "f8") for name in example.types] + [(f"SW_{which}", "f8")]
    columns += [(name, "f8") for name in agents_columns(example)] if agents else []
    columns += [(name, "f8") for name in ("published_distance", "stationarity", "gain_mean", "gain_max", "bellman")]
    columns += [("iterations", "i8"), ("error", string)]
    table, printed = [], {name: [] for name in axes}
    with h5py.File(path, "w") as file:
        file.attrs.update(format="polykarma-study", format_version=2, title="Multi-karma economies")
        for index, labels, start, point, error in study_points(example, axes, starts):
            group = file.create_group(f"points/{index:04d}")
            group.attrs.update(index=index, start=start, **{f"axis_{n}": label for n, label in zip(axes, labels)})
            if error:
                group.attrs["error"] = error
            else:
                write_equilibrium(group, point)
            measures = agents_row(example, index) if agents and not error else {}
            table.append(result_row(columns, point, index, {**dict(zip(axes, labels)), **measures}, start, error))
            if start == starts[0]:
                add_published(printed, point, dict(zip(axes, labels)))
        file["results"] = np.array(table, dtype=columns)
        file["equilibria"] = equilibria_table(example, axes, starts)
        if agents:
            file["references"] = references_table(example, axes)
        if published:
            for name, values in printed.items():
                Writer(file).put(f"published/{name}", values)


def equilibria_table(example, axes, starts):
    """One row per certified point, as if no two of a design were the same."""
    string = h5py.string_dtype()
    columns = [*((name, string) for name in axes), ("equilibrium", "i8"), ("starts", "i8"), ("start_names", string),
               ("point", "i8")]
    for which in ("en", "ex"):
        columns += [(f"payoff_{which}_{name}", "f8") for name in example.types] + [(f"SW_{which}", "f8")]
    columns += [(f"price_level_{name}", "f8") for name in example.resources] + [("stationarity", "f8")]
    table = []
    for index, labels, start, point, error in study_points(example, axes, starts):
        if error or not point.certified:
            continue
        values = {**dict(zip(axes, labels)), "equilibrium": 1 + index % len(starts), "starts": 1 + index % 5,
                  "start_names": start, "point": index, "SW_en": -0.3 - 0.01 * index, "SW_ex": -0.2, "stationarity": 1e-7}
        for which, numbers in payoffs(point).items():
            values.update({f"payoff_{which}_{name}": x for name, x in zip(point.types, numbers)})
        values.update({f"price_level_{name}": 3 + (index + number) % 4 for number, name in enumerate(example.resources)})
        table.append(tuple(values[name] for name, _ in columns))
    return np.array(table, dtype=columns)


def search_file(path, variables=("width", "depth"), axes=None):
    """A search over variables: a hill whose top moves from design to design, with a ring that is not certified."""
    axes = {"exchange": ("none", "1", "3/2")} if axes is None else axes
    string = h5py.string_dtype()
    columns = [("point", "i4"), *((name, string) for name in axes), ("evaluation", "i8"),
               *((name, "f8") for name in variables), ("start", string), ("certified", "i1"), ("reason", string),
               ("payoff_en_S", "f8"), ("SW_en", "f8"), ("error", string)]
    table = []
    for design, labels in enumerate(itertools.product(*axes.values())):
        for evaluation, place in enumerate(itertools.product((0.3, 0.1, 0.2, 0.4), repeat=len(variables))):
            welfare = -sum((x - 0.15 - 0.05 * design) ** 2 for x in place)
            certified = evaluation % 5 != 1
            table.append((design, *labels, evaluation, *place, "even", certified, "stalled", 4.0, welfare, ""))
    with h5py.File(path, "w") as file:
        file.attrs.update(format="polykarma-study", format_version=2, title="Widths", objective="SW_en")
        for name in variables:
            file.attrs.update({f"lower_{name}": 0.05, f"upper_{name}": 0.45})
        file.create_group("points")
        file["evaluations"] = np.array(table, dtype=columns)


def result_row(columns, point, index, labels, start, error):
    values = {"point": index, "start": start, "certified": int(point.certified and not error), "error": error,
              "equilibrium": 1, "reason": "converged", "lambda": 1000.0, "iterations": 20000, **labels}
    for which, numbers in payoffs(point).items():
        values.update({f"payoff_{which}_{name}": np.nan if error else x for name, x in zip(point.types, numbers)})
    return tuple(values.get(name, 0.01) for name, _ in columns)


def add_published(printed, point, labels):
    for name, label in labels.items():
        printed[name].append(label)
    for which, numbers in payoffs(point).items():
        for number, (name, value) in enumerate(zip(point.types, numbers)):
            printed.setdefault(f"{name}_{which}", []).append(value + 0.004 * (number - 0.5))
        printed.setdefault(f"SW_{which}", []).append(-0.3)


def scaling_rows():
    """A strong and a weak series, measured and predicted; the first run on two ranks was disturbed."""
    rows = []
    for kind, series, ranks, seconds in (
            ("measured", "strong", 1, 0.02), ("measured", "strong", 2, 0.03), ("measured", "strong", 2, 0.0125),
            ("predicted", "strong", 1, 0.02), ("predicted", "strong", 2, 0.011), ("predicted", "strong", 64, 0.0006),
            ("measured", "weak", 1, 0.02), ("measured", "weak", 2, 0.021)):
        grown = ranks if series == "weak" else 1
        rows.append({"kind": kind, "series": series, "economy": "three_resources", "kernel": "logit", "ranks": ranks,
                     "states": 281250 * grown, "pairs": 1.07e7 * grown, "seconds": seconds})
    return rows


def scaling_file(path, rows):
    with open(path, "w", newline="", encoding="utf-8") as file:
        table = csv.DictWriter(file, rows[0])
        table.writeheader()
        table.writerows(rows)


@dataclasses.dataclass(frozen=True)
class Runs:
    """Runs to make numbers for: cohorts are (type, behaviour, agents)."""

    stages: tuple = ("H", "P")
    accounts: tuple = ("H", "P")
    cohorts: tuple = (("S", "sne", 60), ("C", "sne", 40))
    seeds: tuple = (1, 2, 3)
    records: int = 8
    k_max: int = 6
    policy: bool = True
    outcomes: tuple = OUTCOMES

    def payoff(self, run, record, cohort):
        return 3.0 - cohort + 0.1 * run + np.exp(-record)


def simulation_file(path, runs=Runs()):
    """Every cohort's contests are three quarters with the second outcome, the rest with the first; the first urgency is rare."""
    shape = (len(runs.seeds), runs.records, len(runs.stages), len(runs.cohorts), len(URGENCIES))
    sizes = np.array([cohort[2] for cohort in runs.cohorts])
    contests = np.zeros((*shape, len(runs.outcomes)), dtype="i8")
    holders = np.zeros((len(runs.seeds), runs.records, len(runs.cohorts), runs.k_max + 1), dtype="i8")
    payoff = np.zeros(shape)
    for run, record, stage, cohort, urgency in np.ndindex(shape):
        agents = 4 * sizes[cohort] * (urgency > 0)
        contests[run, record, stage, cohort, urgency, :2] = agents // 4, agents - agents // 4
        payoff[run, record, stage, cohort, urgency] = agents * runs.payoff(run, record, cohort)
        holders[run, record, cohort, (record + cohort) % runs.k_max] = sizes[cohort]
    karma = (holders * np.arange(runs.k_max + 1)).sum(axis=(2, 3))
    with h5py.File(path, "w") as file:
        file.attrs.update(format="polykarma-simulation", format_version=2, title="Runs", allocation="bids",
                          agents=int(sizes.sum()), burn_in=0, periods=5 * runs.records)
        writer = Writer(file)
        types, behaviours, _ = zip(*runs.cohorts)
        names = {"stage": runs.stages, "urgency": URGENCIES, "outcome": runs.outcomes, "account": runs.accounts,
                 "cohort_type": types, "cohort_behaviour": behaviours, "cohort_agents": sizes,
                 "seed": np.array(runs.seeds), "period": 5 * (1 + np.arange(runs.records))}
        arrays = {"agent_contests": contests, "payoff_sum": payoff,
                  "total_karma": np.repeat(karma[..., None], len(runs.accounts), axis=2),
                  "gini": np.full((*karma.shape, len(runs.accounts)), 0.25),
                  **{f"holders_{account}": holders for account in runs.accounts}}
        if runs.policy:
            decline = np.exp(-np.arange(1 + runs.records)) * np.ones((len(runs.seeds), 1))
            arrays.update(distance_before=decline[:, 0], distance=decline[:, 1:], distance_of_sample=0.01)
        for name, values in {**names, **arrays}.items():
            writer.put(name, values)


if __name__ == "__main__":
    kinds = {"equilibrium": equilibrium_file, "study": study_file, "search": search_file, "simulation": simulation_file}
    if len(sys.argv) != 3 or sys.argv[1] not in kinds:
        sys.exit(__doc__)
    kinds[sys.argv[1]](sys.argv[2])
