#!/usr/bin/env python3
"""Predicts one LogitIteration on many ranks, from the rule of the partition and a few measured constants. Nothing of it
was measured on more than one node; docs/PARALLEL.md quotes the tables and says what they leave out.

  predict.py                      the tables of docs/PARALLEL.md, as Markdown

All accounts have the same k_max and are exchanged one for one. A message of n bytes takes LATENCY + n / BANDWIDTH, and a
rank handles its messages one after the other; a reduction over P ranks takes 2 log2(P) messages and moves its bytes
twice. What a rank takes is the slowest of the sampled ranks; the rank that owns the empty lines is looked at separately.
"""

import math

import numpy

LATENCY = 1.3e-6          # s, ping-pong of 8 bytes within a node
BANDWIDTH = 1.8e9         # bytes/s, 1 MiB within a node
PAIRS_PER_SECOND = 4.5e8  # LogitIteration on one core, four resources: bench/README.md
DOUBLE = 8
SAMPLES = 40


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


def predict(economy, ranks):
    """Seconds of one iteration, by what they go to."""
    cuts = economy.cuts(ranks)
    stages = economy.resources
    weights = numpy.concatenate([[0.0], numpy.cumsum(numpy.tile(economy.weights, economy.types))])
    compute = stages * economy.urgencies * numpy.diff(weights[cuts]).max() / PAIRS_PER_SECOND
    sampled = {int(r) for r in numpy.linspace(0, ranks - 1, SAMPLES)}
    of_ranks = [traffic(economy, cuts, rank) for rank in sampled]
    transposition = 2 * stages * max(n * LATENCY + DOUBLE * doubles / BANDWIDTH for n, doubles, _, _ in of_ranks)
    ghosts = stages * max(2 * n * LATENCY + 3 * DOUBLE * doubles / BANDWIDTH for _, _, n, doubles in of_ranks)
    # Every line of a type but the empty one enters the empty one.
    borrowers = sum(1 for rank in range(1, ranks) if cuts[rank] < economy.lines)
    hops = 2 * math.ceil(math.log2(ranks)) if ranks > 1 else 0
    tally = DOUBLE * economy.length * economy.actions if ranks > 1 else 0
    return {
        "ranks": ranks, "compute": compute, "transposition": transposition, "ghosts": ghosts,
        "empty": stages * 2 * borrowers * LATENCY,
        "reductions": stages * (hops * LATENCY + 2 * tally / BANDWIDTH) + 2 * hops * LATENCY,
        "partners": max(n for n, _, _, _ in of_ranks), "lenders": max(n for _, _, n, _ in of_ranks),
    }


def main():
    for economy in (Economy(4, 24), Economy(5, 31)):
        print(f"{economy.resources} resources, k_max {economy.length - 1}: {economy.states:,} states, "
              f"{economy.pairs:.2g} pairs\n")
        print("| ranks | computing, ms | transposition, ms | ghosts, ms | owner of the empty line, ms | reductions, ms | "
              "partners | efficiency |\n| ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: |")
        for ranks in (1, 10, 100, 1000, 10000):
            p = predict(economy, ranks)
            communication = p["transposition"] + max(p["ghosts"], p["empty"]) + p["reductions"]
            whole = economy.pairs / PAIRS_PER_SECOND
            times = " | ".join(f"{1e3 * p[key]:,.3g}" if p[key] < 1 else f"{1e3 * p[key]:,.0f}"
                               for key in ("compute", "transposition", "ghosts", "empty", "reductions"))
            print(f"| {ranks:,} | {times} | {p['partners']} | {whole / ranks / (p['compute'] + communication):.0%} |")
        print()


if __name__ == "__main__":
    main()
