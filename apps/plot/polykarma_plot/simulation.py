"""What a file of runs of a finite population holds."""

import functools

import numpy as np

from .stored import Stored, text


class Simulation(Stored):
    """Runs of one economy, one per seed.

    payoff   [run, record, cohort]   mean payoff per contest since the record before
    contests [run, record, stage, cohort, urgency, outcome]   of agents since the record before
    holders  [run, record, cohort, karma]   agents by what they hold, one array per account
    """

    stages = functools.cached_property(lambda self: self.names("stage"))
    urgencies = functools.cached_property(lambda self: self.names("urgency"))
    outcomes = functools.cached_property(lambda self: self.names("outcome"))
    accounts = functools.cached_property(lambda self: self.names("account"))
    seeds = functools.cached_property(lambda self: self.array("seed"))
    period = functools.cached_property(lambda self: self.array("period"))
    sizes = functools.cached_property(lambda self: self.array("cohort_agents"))
    agents = property(lambda self: int(self.attribute("agents", 0)))
    allocation = property(lambda self: text(self.attribute("allocation")))

    @functools.cached_property
    def cohorts(self):
        """What tells cohorts apart: their type, their behaviour, or both."""
        types, behaviours = self.names("cohort_type"), self.names("cohort_behaviour")
        if len(set(behaviours)) == 1:
            return types
        return behaviours if len(set(types)) == 1 else [", ".join(both) for both in zip(types, behaviours)]

    @functools.cached_property
    def contests(self):
        return self.array("agent_contests")

    @functools.cached_property
    def payoff(self):
        return self.array("payoff_sum").sum(axis=(2, 4)) / self.contests.sum(axis=(2, 4, 5))

    @functools.cached_property
    def efficiency(self):
        """Mean payoff per contest of everybody, [run, record]."""
        return self.array("payoff_sum").sum(axis=(2, 3, 4)) / self.contests.sum(axis=(2, 3, 4, 5))

    @functools.cached_property
    def taking_part(self):
        """Contests without those of who stayed away or sat out: the last outcome.   [run, record, stage, cohort, urgency]"""
        return self.contests[..., :-1].sum(axis=-1)

    @functools.cached_property
    def access(self):
        """Part of own contests with the first outcome, [run, record, cohort]."""
        return self.contests[..., 0].sum(axis=(2, 4)) / self.taking_part.sum(axis=(2, 4))

    def holders(self, account):
        return self.array(f"holders_{self.accounts[account]}")

    @functools.cached_property
    def karma(self):
        """Karma per capita, [run, record, account]."""
        return self.array("total_karma") / self.agents

    gini = functools.cached_property(lambda self: self.array("gini"))

    @functools.cached_property
    def distance(self):
        """(periods, [run, that many]) of the distance from the policy's distribution; None without a policy."""
        if "distance" not in self.group:
            return None
        values = np.column_stack((self.array("distance_before"), self.array("distance")))
        return np.concatenate(([0], self.period)), values

    @property
    def distance_of_sample(self):
        return float(self.array("distance_of_sample"))
