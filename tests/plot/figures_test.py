"""What the figures of polykarma-plot show of made-up files."""

import dataclasses
import unittest

from in_folder import DISCOUNTS, PAIRS, InFolder

import h5py
import numpy as np
from matplotlib.backends.backend_agg import FigureCanvasAgg

import make_example
from make_example import Example, Runs
from polykarma_plot import (access, bids, convergence, design, equilibria, holdings, karma, labels, plane, policy, results,
                            scaling, style, study, trace, tradeoff, types, utilisation)


class Figures(InFolder):
    def setUp(self):
        super().setUp()
        style.apply()

    def check_whole(self, figure):
        """Nothing sticks out of the figure, and every panel that carries data has named axes."""
        FigureCanvasAgg(figure).draw()
        box = figure.get_tightbbox()
        width, height = figure.get_size_inches()
        self.assertTrue(box.x0 >= 0 and box.y0 >= 0 and box.x1 <= width and box.y1 <= height, (box, width, height))
        for ax in figure.axes:
            is_colour_bar = hasattr(ax, "_colorbar")
            if ax.axison and not is_colour_bar:
                self.assertTrue(any(other.get_xlabel() for other in self.in_line(figure, ax, 0)), ax)
                self.assertTrue(any(self.explains_rows(other) for other in self.in_line(figure, ax, 1)), ax)
            self.assertTrue(not is_colour_bar or ax.get_ylabel())

    def in_line(self, figure, ax, direction):
        """The axes of the same column (0) or row (1)."""
        def place(axes):
            return axes.get_position().p0[direction]
        return [other for other in figure.axes if abs(place(other) - place(ax)) < 0.02]

    def explains_rows(self, ax):
        return ax.get_ylabel() or any(label.get_text() for label in ax.get_yticklabels())

    def labels(self, figure):
        return {text for ax in figure.axes for text in (ax.get_xlabel(), ax.get_ylabel()) if text}

    def test_policy_averages_over_the_other_account(self):
        example = Example(k_max=5, spread=0.2)
        state = self.opened(self.equilibrium(example))
        d, pi = make_example.mass(example), make_example.policy(example)
        for stage, agent_type, urgency in ((0, 0, 1), (0, 1, 0), (1, 1, 2)):
            block = (stage, agent_type, urgency)
            shown, at_karma = policy.conditional(state, stage, agent_type, urgency)
            weights = np.moveaxis(d[block], stage, 0)
            joint = (weights[..., None] * np.moveaxis(pi[block], stage, 0)).sum(axis=1)
            np.testing.assert_allclose(at_karma, weights.sum(axis=1), atol=1e-15)
            seen = at_karma > results.VISITED
            np.testing.assert_allclose(shown[seen], joint[seen] / at_karma[seen, None], rtol=1e-12, atol=1e-15)
            self.assertTrue(np.isnan(shown[~seen]).all())
            np.testing.assert_allclose(shown[seen].sum(axis=1), 1, rtol=1e-12)

    def test_mean_bid_counts_those_who_take_part(self):
        bids = np.array([np.nan, 0, 1, 2])
        shown = policy.mean_bid(np.array([[0.5, 0, 0.25, 0.25], [1, 0, 0, 0], [np.nan] * 4]), bids)
        np.testing.assert_allclose(shown, [1.5, np.nan, np.nan])

    def test_policy_panels(self):
        state = self.opened(self.equilibrium())
        expected = {0: 2 * 2, 1: 3 + 2}  # S: low, high at both; C rests at H only
        for agent_type, panels in expected.items():
            figure = policy.build(state, agent_type)
            self.assertEqual(len(figure.axes), 2 * panels + 1)
            self.check_whole(figure)
            named = {"bid [karma]", "% of type", "H karma [units]", "P karma [units]"}
            self.assertLessEqual(named, self.labels(figure))
        bars = [ax.patches[:13] for ax in figure.axes if ax.get_ylabel() == "% of type"]
        heights = [sum(bar.get_height() for bar in whole_type) for whole_type in bars]
        np.testing.assert_allclose(heights, 100, rtol=1e-9)

    def test_single_account(self):
        state = self.opened(self.equilibrium(Example(resources=("lane",), types=("all",), k_max=9)))
        figure = policy.build(state, 0)
        self.check_whole(figure)
        self.assertTrue(np.isfinite(policy.conditional(state, 0, 0, 1)[0]).all())
        # The urgencies are side by side, and what cannot be paid is covered: a step per balance.
        upper = [ax for ax in figure.axes if ax.get_ylabel() == "bid [karma]"]
        self.assertEqual(len({round(ax.get_position().y0, 3) for ax in upper}), 1)
        self.assertEqual(len({round(ax.get_position().x0, 3) for ax in upper}), len(upper))
        for ax in upper:
            covered = [patch for patch in ax.patches if hasattr(patch, "get_data")]
            np.testing.assert_array_equal(covered[0].get_data().values, np.arange(10) + 0.5)

    def test_karma_without_a_bound_is_shown_as_far_as_it_is_held(self):
        wide = dataclasses.replace(PAIRS, k_max=40, spread=0.05)
        for game, last in (("pairwise", 30), ("multi_karma", 40)):
            state = self.opened(self.equilibrium(dataclasses.replace(wide, game=game)))
            shown = policy.shown_karma(state, 0, 0)
            self.assertTrue(shown < last if game == "pairwise" else shown == last, shown)
            self.assertGreater(state.karma_by(0, 0, 0)[:, : shown + 1].sum(), 0.999 * state.karma_by(0, 0, 0).sum())

    def test_mean_bids_of_designs_side_by_side(self):
        content = self.opened(self.study(PAIRS, axes={"discount": ("0.7", "0.99")}, starts=("even",), published=False))
        labelled = [(name, content.first_certified((name,))) for name in ("0.7", "0.99")]
        figure = bids.build(content.title, labelled, 1)
        self.check_whole(figure)
        self.assertEqual(len(figure.axes), 4)
        for (_, state), ax in zip(labelled, figure.axes):
            urgencies = state.occurring(0, 1)
            lines = [line for line in ax.lines if line.get_linestyle() != ":"]
            self.assertEqual(len(lines), len(urgencies))
            expected = policy.mean_bid(policy.conditional(state, 0, 1, urgencies[-1])[0], state.action_bid)
            shown = lines[-1].get_ydata()
            np.testing.assert_array_equal(shown, expected[: len(shown)])
            self.assertLessEqual(np.nanmax(shown), ax.get_ylim()[1])

    def test_the_benchmark_of_pairs_is_a_coin(self):
        content = self.opened(self.study(PAIRS, axes={"discount": ("0.5",)}, starts=("even",), published=False))
        for module in (study, plane, equilibria):
            figure = module.build(content)
            words = " ".join(text.get_text() for text in figure.findobj(lambda artist: hasattr(artist, "get_text")))
            self.assertNotIn("without priority access", words, module)
            self.assertIn("by a fair coin", words, module)

    def test_tradeoff(self):
        content = self.opened(self.study(PAIRS, axes=DISCOUNTS, starts=("even", "zero"), published=False, agents=True))
        figure = tradeoff.build(content)
        self.check_whole(figure)
        efficiency, fairness, against, _ = figure.axes
        lines = tradeoff.series(content)
        self.assertEqual(list(lines), [("peer",), ("society",)])
        for ax in (efficiency, fairness):
            drawn = [line for line in ax.lines if line.get_marker() in style.START_MARKERS]  # others are caps of bars
            self.assertEqual([list(line.get_xdata()) for line in drawn], 2 * [[0.5, 0.7, 0.9]])
            levels = [line.get_ydata()[0] for line in ax.lines if list(line.get_xdata()) == [0, 1]]
            self.assertEqual(len(levels), len(make_example.REFERENCES))
        expected = [-0.7 + 0.02 * index for index in (0, 2, 4)]  # every other row is of the first start
        np.testing.assert_allclose(np.array(efficiency.lines[0].get_ydata(), dtype=float), expected)
        self.assertEqual({text.get_text() for text in against.texts}, {"0.5", "0.9"})

    def test_a_tradeoff_is_over_the_axis_of_most_numbers(self):
        axes = {"tolerance": ("1e-4",), "discount": ("0.5", "0.7", "0.9"), "payee": ("peer", "society")}
        content = self.opened(self.study(PAIRS, axes=axes, starts=("even",), published=False, agents=True))
        self.assertEqual(content.axes[tradeoff.numeric_axes(content)[0]], "discount")
        self.assertEqual(list(tradeoff.series(content)), [("peer",), ("society",)])
        crossed = {"tax": ("0", "1"), "discount": ("0.5", "0.7", "0.9")}
        content = self.opened(self.study(PAIRS, axes=crossed, starts=("even",), published=False, agents=True))
        self.assertEqual(list(tradeoff.series(content)), [("0",), ("1",)])
        few = self.opened(self.study(PAIRS, axes={"discount": ("0.5", "0.7")}, starts=("even",), published=False, agents=True))
        self.assertFalse(tradeoff.has_pictures(few))

    def test_types(self):
        content = self.opened(self.study(PAIRS, axes={"discount": ("0.7", "0.99")}, starts=("even",), published=False, agents=True))
        figure = types.build(content)
        self.check_whole(figure)
        names = [label.get_text() for label in figure.axes[0].get_yticklabels()]
        self.assertEqual(names, ["0.7", "0.99", *make_example.REFERENCES])
        self.assertEqual([ax.get_xlabel() for ax in figure.axes],
                         ["access: part of own contests", "mean payoff per stage", "mean contest karma"])
        values = {float(line.get_xdata()[0]) for line in figure.axes[0].lines if len(line.get_xdata()) == 1}
        self.assertEqual(values, {0.5, 0.51, 0.511})
        alone = self.opened(self.study(dataclasses.replace(PAIRS, types=("all",)), axes=DISCOUNTS, agents=True))
        self.assertFalse(types.has_pictures(alone))

    def test_trace(self):
        runs = Runs()
        content = self.opened(self.simulation(runs))
        figure = trace.build(content)
        self.check_whole(figure)
        titles = [ax.get_title() for ax in figure.axes]
        self.assertEqual(len(titles), 5)
        expected = [[np.mean([runs.payoff(run, record, cohort) for run in range(3)]) for record in range(runs.records)]
                    for cohort in range(2)]
        for line, values in zip(figure.axes[0].lines, expected):
            np.testing.assert_allclose(line.get_ydata(), values, rtol=1e-12)
        everybody = figure.axes[0].lines[2].get_ydata()
        np.testing.assert_allclose(everybody, np.average(expected, axis=0, weights=(60, 40)), rtol=1e-12)
        for line in figure.axes[1].lines:
            np.testing.assert_allclose(line.get_ydata(), 0.25)
        self.assertEqual(list(figure.axes[-1].lines[0].get_xdata()), [0, *content.period])
        self.assertEqual(len(figure.axes[0].collections), 3)  # the bands

    def test_trace_of_one_cohort_run_and_account_without_a_policy(self):
        runs = Runs(stages=("contest",), accounts=("contest",), cohorts=(("all", "zero", 50),), seeds=(4,), policy=False)
        figure = trace.build(self.opened(self.simulation(runs)))
        self.check_whole(figure)
        self.assertEqual(len(figure.axes), 2)
        self.assertEqual(len(figure.axes[0].collections), 0)

    def test_cohorts_are_called_by_what_tells_them_apart(self):
        for cohorts, names in (((("a", "sne", 1), ("b", "sne", 1)), ["a", "b"]),
                               ((("a", "sne", 1), ("a", "all", 1)), ["sne", "all"]),
                               ((("a", "sne", 1), ("b", "all", 1)), ["a, sne", "b, all"])):
            self.assertEqual(self.opened(self.simulation(Runs(cohorts=cohorts))).cohorts, names)

    def test_holdings_and_access(self):
        runs = Runs(cohorts=tuple((name, "sne", 10) for name in "abcdef"))
        content = self.opened(self.simulation(runs))
        figure = holdings.build(content)
        self.check_whole(figure)
        self.assertEqual(len(figure.axes), 2 * holdings.MOST_COHORTS + 1)
        np.testing.assert_allclose(holdings.percent(content, 0).sum(axis=1), 100)
        figure = access.build(content)
        self.check_whole(figure)
        self.assertEqual(len(figure.axes), 12)
        for ax in figure.axes:
            self.assertEqual(len(ax.lines), 2)  # nobody has the first urgency
            np.testing.assert_allclose(ax.lines[0].get_ydata(), 0.25)

    def test_utilisation_covers_the_population(self):
        state = self.opened(self.equilibrium())
        figure = utilisation.build(state)
        self.check_whole(figure)
        self.assertIn("share of the population [%]", self.labels(figure))
        for ax in figure.axes:
            self.assertAlmostEqual(sum(bar.get_width() for bar in ax.patches), 100, places=9)

    def test_convergence(self):
        state = self.opened(self.equilibrium())
        figure = convergence.build(state)
        self.check_whole(figure)
        self.assertEqual({ax.get_yscale() for ax in figure.axes} | {figure.axes[0].get_xscale()}, {"log"})
        self.assertTrue(all("[" in label for label in self.labels(figure) - {"iteration"}))
        levels = {float(line.get_ydata()[0]) for ax in figure.axes for line in ax.lines if line.get_xdata()[0] == 0}
        self.assertEqual(levels, {1e-6, 1e-4})
        shown = [convergence.short(x) for x in (1, 100, 1e-6, 2.5e-4, 1000)]
        self.assertEqual(shown, ["1", "100", "1e-6", "2.5e-4", "1e3"])

    def test_karma(self):
        state = self.opened(self.equilibrium(Example(certified=False)))
        figure = karma.build(state)
        self.check_whole(figure)
        self.assertIn("not certified: iteration limit", figure._suptitle.get_text().replace("\n", " "))
        self.assertAlmostEqual(karma.joint(state, 0, 1).sum(), 100)

    def test_study_marks(self):
        content = self.opened(self.study())
        figure = study.build(content)
        self.check_whole(figure)
        for ax in figure.axes:
            marks = [line.get_marker() for line in ax.lines if len(line.get_xdata()) == 1]
            # 16 rows: one of `even` is not certified, the last of `zero` failed; published once per design.
            self.assertEqual([marks.count(m) for m in "osxD"], [7, 7, 1, 8])
            benchmarks = [line for line in ax.lines if line.get_linestyle() == "--"]
            self.assertEqual(len(benchmarks), 8)
            self.assertEqual([text.get_text() for text in ax.texts], ["failed"])
        self.assertIn("mean payoff of C per stage [payoff units]", self.labels(figure))

    def test_scaling_curves(self):
        content = self.opened(self.scaling())
        self.check_whole(scaling.build(content))
        strong, predicted = content.curves("strong")
        self.assertEqual([(run.kind, run.ranks, run.seconds) for run in strong],
                         [("measured", 1, 0.02), ("measured", 2, 0.0125)])
        figure = scaling.build(content)
        efficiency = figure.axes[2].lines[0]
        np.testing.assert_allclose(efficiency.get_ydata(), [1, 0.8])
        filled = {line.get_linestyle(): line.get_markerfacecolor() for line in figure.axes[0].lines
                  if line.get_marker() != "None"}
        self.assertEqual((filled["--"], filled["-"] == "white"), ("white", False))
        self.assertEqual(predicted[-1].ranks, 64)

    def test_plane_links_published_values_to_the_nearest_certified(self):
        content = self.opened(self.study())
        self.check_whole(plane.build(content))
        design = ("active", "P_worth_less")  # its row from `even` is nearer, but not certified
        row = next(r for r in content.rows if r.design == design and r.start == "zero")
        self.assertEqual(plane.nearest(content, design, "en"), plane.payoffs(content, row, "en"))
        self.assertIsNone(plane.published(content, ("no", "such"), "en"))

    def test_equilibria_have_prices_that_do_not_hide_each_other(self):
        content = self.opened(self.study())
        figure = equilibria.build(content)
        self.check_whole(figure)
        ax, = figure.axes
        marks = [line for line in ax.lines if len(line.get_xdata()) == 1]
        self.assertEqual(len(marks), 14)
        sizes = {line.get_markersize() for line in marks}
        self.assertEqual((min(sizes), max(sizes), len(sizes)), (equilibria.SMALLEST, equilibria.LARGEST, 5))
        prices = [text for text in ax.texts if text.get_text().startswith("H ")]
        self.assertEqual(len(prices), 14)
        self.assertEqual(prices[0].get_text(), equilibria.price_text(content.found[0]))
        boxes = [text.get_window_extent() for text in prices]
        for number, box in enumerate(boxes):
            self.assertFalse(any(box.overlaps(other) for other in boxes[:number]), prices[number].get_text())
            self.assertTrue(ax.bbox.contains(box.x0, box.y0) and ax.bbox.contains(box.x1, box.y1))

    def test_the_benchmark_is_a_mark_or_an_arrow(self):
        content = self.opened(self.study())
        near = equilibria.benchmarks(content)
        self.assertEqual(near, {})  # designs whose benchmarks differ have no common one
        content.file.close()
        path = self.study(Example(k_max=2), axes={"worth": ("x",)}, starts=("even", "zero", "slow"))
        with h5py.File(path, "a") as file:
            table = file["equilibria"][()]
            table["payoff_en_S"], table["payoff_en_C"] = (4.0, 4.2, 4.4), (3.0, 3.2, 3.4)
            file["equilibria"][...] = table
            for point in file["points"].values():
                point["welfare/benchmark_en"][...] = (3.9, 2.9)
        figure = equilibria.build(self.opened(path))
        marks = [line.get_xdata()[0] for line in figure.axes[0].lines if line.get_marker() == "P"]
        self.assertEqual(marks, [3.9])
        self.assertFalse(any("without priority" in text.get_text() for text in figure.axes[0].texts))
        far = self.folder / "far.h5"
        far.write_bytes(path.read_bytes())
        with h5py.File(far, "a") as file:
            for point in file["points"].values():
                point["welfare/benchmark_en"][...] = (1.0, 1.0)
        figure = equilibria.build(self.opened(far))
        self.check_whole(figure)
        self.assertTrue(any("without priority access\n(1, 1)" in text.get_text() for text in figure.axes[0].texts))

    def test_equilibria_of_one_type_show_welfare(self):
        example = Example(resources=("lane",), types=("all",), k_max=3)
        figure = equilibria.build(self.opened(self.study(example, axes={"worth": ("x",)}, published=False)))
        self.check_whole(figure)
        self.assertEqual(figure.axes[0].get_ylabel(), "Nash welfare [1]")
        nan = results.Found((), 1, 0, {}, 0.0, {"H": 3.0, "P": float("nan")})
        self.assertEqual(equilibria.price_text(nan), "H 3, P –")

    def test_known_values_are_called_what_they_are(self):
        for kind in ("published", "regression"):
            path = self.study()
            with h5py.File(path, "a") as file:
                file["published"].attrs["kind"] = kind
            figure = study.build(self.opened(path))
            self.assertIn(kind, [text.get_text() for legend in figure.legends for text in legend.get_texts()])

    def test_marks_of_many_designs_differ(self):
        looks = [style.start_style(number, True) for number in range(32)]
        self.assertEqual(len({(look["marker"], look["color"]) for look in looks}), 32)

    def test_there_is_no_mean_of_balances_beyond_the_histogram(self):
        share = np.zeros((4, 2))
        share[1], share[2, 0], share[3, 1] = 50, 50, 50
        mean = holdings.mean_balance(share)
        self.assertEqual(mean[0], 1.5)
        self.assertTrue(np.isnan(mean[1]))

    def test_a_single_record_is_seen(self):
        figure = access.build(self.opened(self.simulation(Runs(records=1))))
        self.assertTrue(all(line.get_marker() == "o" for line in figure.axes[0].lines))

    def test_labels_keep_off_marks_and_frame(self):
        figure = style.figure(4, 4, "")
        ax = figure.subplots()
        ax.set(xlim=(0, 1), ylim=(0, 1))
        figure.draw_without_rendering()
        boxes = labels.Boxes(ax, [((0.0, 0.0), 5), ((0.05, 0.02), 5), ((0.03, 0.06), 5)])
        for number in range(6):
            boxes.write(f"label {number}", (0.0, 0.0), 5, fontsize=8)
        for number, box in enumerate(boxes.taken):
            self.assertEqual(sum(labels.common(box, other) for other in boxes.taken[max(number, 3) + 1:]), 0)
            if number >= 3:
                self.assertEqual(sum(labels.common(box, other) for other in boxes.taken[:3]), 0)
                self.assertAlmostEqual(labels.common(box, boxes.frame), (box[2] - box[0]) * (box[3] - box[1]))

    def test_search_marks(self):
        for variables, points in ((("width", "depth"), 16), (("width",), 4), (("width", "depth", "height"), 64)):
            content = self.opened(self.search(variables=variables))
            figure = design.build(content)
            self.check_whole(figure)
            for number, ax in enumerate(figure.axes[:3]):
                marks = [line.get_marker() for line in ax.lines]
                self.assertEqual([marks.count(m) for m in "o*+"], [points, 1, 1])
                points_drawn = [line for line in ax.lines if line.get_marker() == "o"]
                hollow = [line for line in points_drawn if line.get_markerfacecolor() == "none"]
                self.assertEqual(len(hollow), sum(evaluation % 5 == 1 for evaluation in range(points)))
                star = next(line for line in ax.lines if line.get_marker() == "*")
                row = content.best(content.designs[number])
                self.assertTrue(row.certified)
                self.assertEqual((star.get_xdata()[0], star.get_ydata()[0]), design.place(content, row))
                self.assertEqual(next(line for line in ax.lines if line.get_marker() == "+").get_xdata()[0], 0.3)
            content.file.close()

    def test_study_grid(self):
        content = self.opened(self.study())
        shown = [(study.design_name(design), content.first_certified(design)) for design in content.designs]
        self.assertTrue(all(state.certified for _, state in shown))
        figure = utilisation.build_grid(content.title, shown, "design")
        self.assertEqual(len(figure.axes), 16)
        self.check_whole(figure)

    def test_study_of_three_types(self):
        path = self.study(Example(types=("a", "b", "c"), k_max=2), axes={"worth": ("x", "y")}, published=False)
        figure = study.build(self.opened(path))
        self.assertEqual(len(figure.axes), 6)
        self.check_whole(figure)

    def test_every_row_names_its_start(self):
        for starts in (("even",), ("even", "zero", "proportional")):
            content = self.opened(self.study(Example(k_max=2), axes={"worth": ("x",)}, starts=starts))
            figure = study.build(content)
            self.check_whole(figure)
            content.file.close()
            names = [label.get_text() for label in figure.axes[0].get_yticklabels(minor=True)]
            self.assertEqual(names, list(starts))

    def test_failed_study_is_still_drawn(self):
        path = self.study(Example(k_max=2), axes={"worth": ("x",)}, published=False)
        with h5py.File(path, "a") as file:
            table = file["results"][()]
            table["error"] = "not finite"
            file["results"][...] = table
            for point in file["points"].values():
                point.attrs["error"] = "not finite"
        content = self.opened(path)
        self.check_whole(study.build(content))
        self.assertIsNone(content.first_certified(content.designs[0]))

    def test_labels_keep_apart(self):
        best = labels.best([(0.0, 0.0), (20.0, 0.0)], [(1.0, 0.0)])
        self.assertEqual(best, (20.0, 0.0))

    def test_account_of_a_stage(self):
        state = self.opened(self.equilibrium(Example(k_max=2)))
        self.assertEqual([state.account_of(stage) for stage in (0, 1)], [0, 1])
        state.__dict__["accounts"] = ["P", "H"]
        self.assertEqual([state.account_of(stage) for stage in (0, 1)], [1, 0])
        state.__dict__["accounts"] = ["pool"]
        self.assertEqual([state.account_of(stage) for stage in (0, 1)], [0, 0])

    def test_example_is_a_population(self):
        example = dataclasses.replace(Example(), k_max=4)
        np.testing.assert_allclose(make_example.mass(example).sum(axis=(1, 2, 3, 4)), 1, rtol=1e-12)
        np.testing.assert_allclose(make_example.policy(example).sum(axis=-1), 1, rtol=1e-12)


if __name__ == "__main__":
    unittest.main()
