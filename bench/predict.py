"""Predicts one LogitIteration on many ranks: the rule of the partition says what every rank computes and sends, and a few
costs, fitted to measured runs, what that takes. docs/SCALING.md says how well, and what is left out.

All accounts have the same k_max and are exchanged one for one. A rank handles its messages one after the other; a reduction
over P ranks takes 2 log2(P) messages and moves its bytes twice. What an iteration takes is that of the slowest of the
sampled ranks; the rank that owns the empty lines is looked at separately.
"""

import dataclasses
import math

import numpy

DOUBLE = 8
SAMPLES = 40
WORDS = 2 * 69 + 2  # two exact sums and two maxima, in doubles


class Economy:
    def __init__(self, resources, k_max, types=2, urgencies=3):
        self.resources, self.length, self.types, self.urgencies = resources, k_max + 1, types, urgencies
        self.lines = self.length ** (resources - 1)  # of one type at one stage
        digits = sum(numpy.arange(self.lines) // self.length**j % self.length for j in range(resources - 1))
        self.weights = self.length * (digits + 2 + k_max / 2)  # pairs of a line in one urgency state
        self.actions = -(-(resources * k_max + 2) // 8) * 8

    @property
    def states(self):
        return self.resources * self.types * self.urgencies * self.lines * self.length

    @property
    def pairs(self):
        return self.resources * self.types * self.urgencies * self.weights.sum()

    def cuts(self, ranks):
        weights = numpy.tile(self.weights, self.types)
        middles = numpy.cumsum(weights) - weights / 2
        return numpy.searchsorted(middles, weights.sum() * numpy.arange(ranks + 1) / ranks, side="right")

    def loads(self, cuts):
        """(pairs, states) of every rank."""
        blocks = self.resources * self.urgencies
        weights = numpy.concatenate([[0.0], numpy.cumsum(numpy.tile(self.weights, self.types))])
        return list(zip(blocks * numpy.diff(weights[cuts]), blocks * self.length * numpy.diff(cuts)))

    def entered(self, lines):
        """Lines that the spending paths of some lines of a type enter."""
        reached = []
        for j in range(self.resources - 1):
            above = lines // self.length ** (j + 1) * self.length ** (j + 1)
            digit = lines // self.length**j % self.length
            reached += [above[digit > lower] + lower * self.length**j for lower in range(self.length - 1)]
        return numpy.unique(numpy.concatenate(reached))


def pieces(economy, cuts, rank):
    """(type, its own lines) of a rank."""
    for t in range(economy.types):
        first, last = (min(max(c - t * economy.lines, 0), economy.lines) for c in cuts[rank:rank + 2])
        if first < last:
            yield t, numpy.arange(first, last)


def traffic(economy, cuts, rank):
    """Partners and doubles of one exchange: of the transposition, and of what this rank's ghosts fetch."""
    targets, sites, lenders, ghosts = set(), 0, set(), 0
    for t, lines in pieces(economy, cuts, rank):
        behind = lines // economy.length + economy.lines // economy.length * numpy.arange(economy.length)[:, None]
        owners = numpy.searchsorted(cuts, behind + t * economy.lines, side="right") - 1
        targets |= set(owners[owners != rank])
        sites += (owners != rank).sum()
        entered = economy.entered(lines)
        entered = entered[(entered < lines[0]) | (entered > lines[-1])]
        lenders |= set(numpy.searchsorted(cuts, entered + t * economy.lines, side="right") - 1)
        ghosts += entered.size
    return len(targets), sites * economy.urgencies, len(lenders), ghosts * economy.urgencies


@dataclasses.dataclass(frozen=True)
class Costs:
    """Seconds of what an iteration consists of."""

    pair: float       # per state-action pair
    state: float      # per state, on top of its pairs
    message: float
    byte: float       # of a message
    reduction: float  # per message of a reduction

    @staticmethod
    def fitted(runs):
        """From measured runs: computing from those of one rank, messages from those of two. Errors are relative, so that
        small economies count as much as large ones. A reduction, of which every rank takes two messages there, costs
        what it does in the run whose ranks wait least for each other."""
        def solve(chosen, seconds, *columns):
            matrix = numpy.array([[float(run.row[name]) for name in columns] for run in chosen])
            times = numpy.array([float(run.row[seconds]) for run in chosen])
            return nonnegative_least_squares(matrix / times[:, None], numpy.ones(len(chosen)))

        alone = [run for run in runs if run.ranks == 1]
        shared = [run for run in runs if run.ranks == 2]
        sending = [run for run in shared if float(run.row["messages"]) > 0]
        return Costs(*solve(alone, "seconds_computing", "pairs", "states"),
                     *solve(sending, "seconds_exchanging", "rank_messages", "rank_bytes_exchanged"),
                     min(float(run.row["seconds_reducing"]) / float(run.row["reductions"]) for run in shared) / 2)


def nonnegative_least_squares(matrix, target):
    """Of two unknowns: the better of the solutions in which none, or one of them, is zero."""
    best = None
    for kept in ([0, 1], [0], [1]):
        x = numpy.zeros(2)
        x[kept] = numpy.linalg.lstsq(matrix[:, kept], target, rcond=None)[0]
        error = ((matrix @ x - target) ** 2).sum()
        if x.min() >= 0 and (best is None or error < best[0]):
            best = (error, x)
    return best[1]


@dataclasses.dataclass(frozen=True)
class Prediction:
    """Seconds of one iteration, by what they go to."""

    computing: float
    transposition: float
    ghosts: float
    empty: float      # of the owner of the empty lines
    reductions: float
    partners: int
    bytes_exchanged: int  # of all ranks, where all were looked at, else 0

    @property
    def seconds(self):
        return self.computing + self.transposition + max(self.ghosts, self.empty) + self.reductions


def predict(economy, ranks, costs):
    cuts = economy.cuts(ranks)
    stages = economy.resources
    looked_at = sorted({int(r) for r in numpy.linspace(0, ranks - 1, SAMPLES)})
    loads = economy.loads(cuts)
    of_ranks = [traffic(economy, cuts, rank) for rank in looked_at] if ranks > 1 else [(0, 0, 0, 0)]

    def exchange(messages, doubles):
        return messages * costs.message + DOUBLE * doubles * costs.byte

    # Every line of a type but the empty one enters the empty one.
    borrowers = sum(1 for rank in range(1, ranks) if cuts[rank] < economy.lines)
    hops = 2 * math.ceil(math.log2(ranks))
    tally = DOUBLE * economy.length * economy.actions
    return Prediction(
        computing=max(costs.pair * pairs + costs.state * states for pairs, states in loads),
        transposition=2 * stages * max(exchange(n, doubles) for n, doubles, _, _ in of_ranks),
        ghosts=stages * max(exchange(2 * n, 3 * doubles) for _, _, n, doubles in of_ranks),
        empty=stages * 2 * borrowers * costs.message,
        reductions=(stages + 2) * hops * costs.reduction + (ranks > 1) * 2 * stages * tally * costs.byte,
        partners=max(n for n, _, _, _ in of_ranks),
        bytes_exchanged=0 if len(looked_at) < ranks else DOUBLE * stages * int(sum(
            2 * sites + 3 * ghosts for _, sites, _, ghosts in of_ranks)))
