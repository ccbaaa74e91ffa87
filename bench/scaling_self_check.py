"""What was asked for is held against the record, and the model finds the costs that made-up runs were given."""

import dataclasses
import unittest

import predict
import scaling

COSTS = predict.Costs(pair=2e-9, state=1e-9, message=3e-6, byte=5e-10, reduction=7e-6)
SIZES = (("three_resources_one_type", 12), ("three_resources_one_type", 24), ("three_resources", 24),
         ("four_resources", 24))


def run(name, k_max, ranks, kernel="logit"):
    """A measured run in which the costs are what an iteration takes."""
    resources, types = scaling.ECONOMIES[name]
    economy = predict.Economy(resources, k_max, types)
    cuts = economy.cuts(ranks)
    model = predict.predict(economy, ranks, COSTS)
    pairs, states = max(economy.loads(cuts))
    partners, sites, _, _ = predict.traffic(economy, cuts, 0) if ranks > 1 else (0, 0, 0, 0)
    messages, sent = 2 * resources * partners, 16 * resources * int(sites)
    row = {"seconds_computing": COSTS.pair * pairs + COSTS.state * states,
           "seconds_exchanging": COSTS.message * messages + COSTS.byte * sent,
           "seconds_reducing": 2 * COSTS.reduction * (resources + 2), "reductions": resources + 2,
           "pairs": pairs, "states": states, "messages": messages, "rank_messages": messages,
           "rank_bytes_exchanged": sent, "bytes_exchanged": model.bytes_exchanged, "peak_bytes": 2**20}
    return scaling.scaling.Run("measured", "strong", name, kernel, ranks, int(economy.states), float(economy.pairs),
                               model.seconds, row)


RUNS = [run(name, k_max, ranks) for name, k_max in SIZES for ranks in (1, 2)]
RUNS += [run("three_resources", 24, ranks, "dynamics") for ranks in (1, 2)]


class ScalingSelfCheck(unittest.TestCase):
    def test_the_costs_are_found(self):
        for name, value in dataclasses.asdict(scaling.fitted(RUNS)).items():
            self.assertAlmostEqual(value / getattr(COSTS, name), 1, places=6, msg=name)

    def test_bytes_that_the_rule_does_not_send_are_seen(self):
        scaling.check_block(RUNS, COSTS)
        wrong = [dataclasses.replace(r, row={**r.row, "bytes_exchanged": 1}) for r in RUNS]
        with self.assertRaisesRegex(ValueError, "the rule sends"):
            scaling.check_block(wrong, COSTS)

    def test_what_was_asked_for_is_held_against_the_record(self):
        self.assertEqual(list(scaling.missed(RUNS)), [])
        for ranks, change, complaint in (
                (2, lambda r: dataclasses.replace(r, row={**r.row, "peak_bytes": 2**31}), "peak at 2048 MiB"),
                (2, lambda r: dataclasses.replace(r, seconds=2 * r.seconds), "times as fast"),
                (2, lambda r: dataclasses.replace(r, row={**r.row, "seconds_reducing": r.seconds / 5}), "collective")):
            changed = [change(r) if r.ranks == ranks else r for r in RUNS]
            self.assertRegex("\n".join(scaling.missed(changed)), complaint)
        slow = [dataclasses.replace(r, seconds=2 * r.seconds) if r.economy == "four_resources" else r for r in RUNS]
        self.assertRegex("\n".join(scaling.missed(slow)), "per pair")


if __name__ == "__main__":
    unittest.main()
