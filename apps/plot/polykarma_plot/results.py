"""What a polykarma file holds: an equilibrium, or a study of many. Values are read when they are asked for."""

import contextlib
import dataclasses
import functools
import math
import os
import tomllib

import h5py
import numpy as np

from . import scaling
from .errors import InputError, IoError
from .simulation import Simulation
from .stored import Stored, text

FORMATS = ("polykarma-equilibrium", "polykarma-study", "polykarma-simulation")
FORMAT_VERSION = 2

# Share of the population below which a state counts as never visited, as in the largest gain over visited states.
VISITED = 1e-9


class Equilibrium(Stored):
    """One social state, with the arrays and the names that belong to it.

    d            [stage, type, urgency, karma of each account]    share of the population
    utilisation  [stage, type, urgency, outcome]                  share of the population
    """

    @functools.cached_property
    def game(self):
        """The family of the game, as the economy names it."""
        return tomllib.loads(text(self.array("economy"))).get("game", "multi_karma") if "economy" in self.group else "multi_karma"

    reason = property(lambda self: text(self.attribute("reason")))
    certified = property(lambda self: bool(self.attribute("certified", 0)))

    stages = functools.cached_property(lambda self: self.names("stage"))
    types = functools.cached_property(lambda self: self.names("type"))
    urgencies = functools.cached_property(lambda self: self.names("urgency"))
    urgency_values = functools.cached_property(lambda self: self.array("urgency_value"))
    accounts = functools.cached_property(lambda self: self.names("account"))
    outcomes = functools.cached_property(lambda self: self.names("outcome"))
    action_labels = functools.cached_property(lambda self: self.names("action_label"))
    action_bid = functools.cached_property(lambda self: self.array("action_bid"))
    type_share = functools.cached_property(lambda self: self.array("type_share"))

    @functools.cached_property
    def d(self):
        d = self.array("d")
        self.need_shape("d", d, (len(self.stages), len(self.types), len(self.urgencies)), 3 + len(self.accounts))
        return d

    @functools.cached_property
    def utilisation(self):
        shares = self.array("utilisation")
        self.need_shape("utilisation", shares, (len(self.stages), len(self.types), len(self.urgencies)), 4)
        return shares

    def need_shape(self, name, values, leading, dimensions):
        if values.ndim != dimensions or values.shape[: len(leading)] != leading:
            raise InputError(f"{self.path}: {name} has shape {values.shape}: expected {dimensions} dimensions, "
                             f"the first {leading} (stage, type, urgency)")

    def certificate(self, field):
        """A field of the certificate as a number, NaN where the file has none."""
        name = f"certificate/{field}"
        return float(self.group[name][()]) if name in self.group else math.nan

    def account_of(self, stage):
        """The account that pays at a stage: the one of the same name, else the one of the same position."""
        if self.stages[stage] in self.accounts:
            return self.accounts.index(self.stages[stage])
        return stage if len(self.accounts) == len(self.stages) else 0

    def karma_by(self, stage, agent_type, account):
        """Shares of the population by urgency and one account's karma, summed over the other accounts."""
        d = self.d[stage, agent_type]
        others = tuple(axis + 1 for axis in range(d.ndim - 1) if axis != account)
        return d.sum(axis=others)

    def occurring(self, stage, agent_type):
        """Urgencies that agents of a type ever have at a stage."""
        mass = self.d[stage, agent_type]
        mass = mass.reshape(len(self.urgencies), -1).sum(axis=1)
        return [u for u in range(len(self.urgencies)) if mass[u] > VISITED * mass.sum()]

    @functools.cached_property
    def policy(self):
        return self.array("pi/row_start").astype(np.int64), self.array("pi/action"), self.array("pi/probability")

    def block_policy(self, stage, agent_type, urgency):
        """Entries of the sparse policy of one (stage, type, urgency): karma state within it, action, probability."""
        row_start, action, probability = self.policy
        karma_states = int(np.prod(self.d.shape[3:]))
        block = (stage * len(self.types) + agent_type) * len(self.urgencies) + urgency
        rows = row_start[block * karma_states : (block + 1) * karma_states + 1]
        entries = slice(rows[0], rows[-1])
        return np.repeat(np.arange(karma_states), np.diff(rows)), action[entries], probability[entries]

    def note(self):
        """What a title must say about a state that is not an equilibrium."""
        return "" if self.certified else f" (not certified: {self.reason})" if self.reason else " (not certified)"


@dataclasses.dataclass(frozen=True)
class Row:
    """One design solved from one start."""

    point: int
    design: tuple  # axis labels
    start: str
    certified: bool
    values: dict  # numeric columns of /results by name
    error: str

    def payoff(self, agent_type, which):
        return float(self.values[f"payoff_{which}_{agent_type}"])

    def failed(self):
        return bool(self.error)


@dataclasses.dataclass(frozen=True)
class Found:
    """One distinct certified equilibrium of a design."""

    design: tuple  # axis labels
    starts: int    # how many led there
    point: int     # whose group holds it
    payoffs: dict  # mean payoff over all stages, by type
    welfare: float  # Nash welfare over all stages
    prices: dict   # smallest bid that gets priority more often than not, by stage


@dataclasses.dataclass(frozen=True)
class Reference:
    """Agents of a design's population under an allocation without karma."""

    allocation: str
    design: tuple  # axis labels; none where all designs have the same population
    values: dict   # numeric columns of /references by name

    name = property(lambda self: ", ".join((self.allocation, *self.design)))

    def value(self, column):
        return float(self.values.get(column, math.nan))


class Study:
    """The rows of a parameter study, its points and the published values it is compared with."""

    TABLE = "results"

    def __init__(self, file, path):
        self.file = file
        self.path = path
        if self.TABLE not in file:
            raise InputError(f"{path}: no dataset /{self.TABLE}: is the file complete?")
        table = file[self.TABLE][()]
        columns = list(table.dtype.names or ())
        lacking = [name for name in ("point", "start", "certified") if name not in columns]
        if lacking or not len(table):
            raise InputError(f"{path}: /{self.TABLE} has no {', '.join(lacking) or 'rows'}: is the file complete?")
        self.columns = columns
        self.axes = columns[columns.index("point") + 1 : columns.index("start")]
        self.types = [name[len("payoff_en_") :] for name in columns if name.startswith("payoff_en_")]
        self.rows = [self.row(record, columns) for record in table]
        self.designs = list(dict.fromkeys(row.design for row in self.rows))
        self.starts = list(dict.fromkeys(row.start for row in self.rows))
        self.title = text(file.attrs.get("title", ""))

    def row(self, record, columns):
        numbers = [name for name in columns if record.dtype[name].kind in "fiu"]
        return Row(
            point=int(record["point"]),
            design=tuple(text(record[axis]) for axis in self.axes),
            start=text(record["start"]),
            certified=bool(record["certified"]),
            values={name: record[name] for name in numbers},
            error=text(record["error"]) if "error" in columns else "",
        )

    @functools.cached_property
    def found(self):
        """The distinct certified equilibria, as the file lists them; none if it does not."""
        if "equilibria" not in self.file:
            return []
        table = self.file["equilibria"][()]
        columns = table.dtype.names
        stages = [name[len("price_level_") :] for name in columns if name.startswith("price_level_")]
        return [
            Found(
                design=tuple(text(record[axis]) for axis in self.axes),
                starts=int(record["starts"]),
                point=int(record["point"]),
                payoffs={name: float(record[f"payoff_en_{name}"]) for name in self.types},
                welfare=float(record["SW_en"]),
                prices={stage: float(record[f"price_level_{stage}"]) for stage in stages},
            )
            for record in table
        ]

    @functools.cached_property
    def references(self):
        """Agents without karma, where they have played."""
        table = self.file["references"][()] if "references" in self.file else []
        found = []
        for record in table:
            labels = tuple(text(record[axis]) for axis in self.axes if text(record[axis]) != "any")
            numbers = {name: record[name] for name in record.dtype.names if record.dtype[name].kind in "fiu"}
            if not text(record["error"]):
                found.append(Reference(text(record["allocation"]), labels, numbers))
        return found

    @functools.cached_property
    def groups(self):
        """The groups under /points, in the order of their names."""
        points = self.file.get("points", {})
        return [points[name] for name in sorted(points)]

    def points(self):
        """(group name, what the point is, equilibrium) of every point that did not fail."""
        for group in self.groups:
            if "error" not in group.attrs:
                labels = [label.replace("_", " ") for label in self.design_of(group)]
                what = ", ".join([*labels, f"from {text(group.attrs.get('start', ''))}"])
                yield os.path.basename(group.name), what, Equilibrium(group, self.path)

    @functools.cached_property
    def groups_of_design(self):
        """The groups under /points by their designs: a sweep has hundreds, and each is asked for."""
        found = {}
        for group in self.groups:
            found.setdefault(self.design_of(group), []).append(group)
        return found

    def design_of(self, group):
        return tuple(text(group.attrs.get(f"axis_{axis}", "")) for axis in self.axes)

    def equilibria(self, design, start=None):
        """The points of a design, of one start or all, that did not fail."""
        return [
            Equilibrium(group, self.path)
            for group in self.groups_of_design.get(design, [])
            if "error" not in group.attrs and start in (None, text(group.attrs.get("start", "")))
        ]

    def first_certified(self, design):
        """The point of a design to show: of its first certified start, else of its first start; None if all failed."""
        states = self.equilibria(design)
        return next((state for state in states if state.certified), states[0] if states else None)

    def benchmark(self, design, agent_type, which):
        """The payoff of a type without priority access; NaN if no point of the design has it."""
        for state in self.equilibria(design):
            name = f"welfare/benchmark_{which}"
            if name in state.group and agent_type in state.types:
                return float(state.array(name)[state.types.index(agent_type)])
        return math.nan

    @functools.cached_property
    def game(self):
        return next((state.game for _, _, state in self.points()), "multi_karma")

    @functools.cached_property
    def published(self):
        """Published values by design: {design: {column: value}}; empty if the file has none."""
        group = self.file.get("published")
        if group is None or any(axis not in group for axis in self.axes):
            return {}
        labels = zip(*([text(value) for value in group[axis][()]] for axis in self.axes))
        numbers = {name: data[()] for name, data in group.items() if data.dtype.kind in "fiu"}
        return {design: {name: float(values[i]) for name, values in numbers.items()} for i, design in enumerate(labels)}

    @property
    def published_kind(self):
        """What the values others found are: published, or of a regression."""
        return text(self.file["published"].attrs.get("kind", "published"))

    def published_payoff(self, design, agent_type, which):
        return self.published.get(design, {}).get(f"{agent_type}_{which}", math.nan)


class Search(Study):
    """A search over variables: every economy it solved, combination by combination of the axes; points are the best."""

    TABLE = "evaluations"

    def __init__(self, file, path):
        super().__init__(file, path)
        names = file["evaluations"].dtype.names
        if "evaluation" not in self.axes:
            raise InputError(f"{path}: /evaluations has no column evaluation: is the file complete?")
        split = self.axes.index("evaluation")
        self.variables = list(names[names.index("evaluation") + 1 : names.index("start")])
        self.axes = self.axes[:split]
        self.rows = [dataclasses.replace(row, design=row.design[:split]) for row in self.rows]
        self.designs = list(dict.fromkeys(row.design for row in self.rows))
        self.objective = text(file.attrs.get("objective", "SW_en"))

    def value(self, row):
        return float(row.values[self.objective])

    def of(self, design):
        return [row for row in self.rows if row.design == design]

    def best(self, design):
        """The best certified point of a combination, or None."""
        rows = [row for row in self.of(design) if row.certified and math.isfinite(self.value(row))]
        return max(rows, key=self.value, default=None)

    def base(self, design):
        """The base economy's own point, or None."""
        return next((row for row in self.of(design) if row.values["evaluation"] == 0), None)

    def bounds(self, name):
        return float(self.file.attrs[f"lower_{name}"]), float(self.file.attrs[f"upper_{name}"])


def open_file(path):
    """The open HDF5 file and what it holds: an Equilibrium, a Study, a Search or a Simulation; of a scaling table, its
    Scaling."""
    try:
        with open(path, "rb") as beginning:
            is_scaling = beginning.read(len(scaling.HEADER)) == scaling.HEADER.encode()
    except OSError as error:
        raise IoError(f"{path}: cannot read: {error.strerror}") from error
    if is_scaling:
        return contextlib.nullcontext(), scaling.read(path)
    try:
        file = h5py.File(path, "r")
    except OSError as error:
        raise InputError(f"{path}: not a readable HDF5 file: expected a file of polykarma solve or sweep") from error
    kind = text(file.attrs.get("format", ""))
    if kind not in FORMATS:
        raise InputError(f"{path}: not a polykarma file (format = '{kind}'): expected {' or '.join(FORMATS)}")
    version = int(file.attrs.get("format_version", 0))
    if version != FORMAT_VERSION:
        raise InputError(f"{path}: format_version = {version}: this program reads version {FORMAT_VERSION}")
    if kind == FORMATS[0]:
        return file, Equilibrium(file, path)
    if kind == FORMATS[2]:
        return file, Simulation(file, path)
    return file, Search(file, path) if Search.TABLE in file else Study(file, path)
