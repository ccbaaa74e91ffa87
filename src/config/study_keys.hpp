#pragma once

#include <cmath>
#include <limits>

#include "config/describe.hpp"
#include "config/key.hpp"
#include "config/study.hpp"

/// The keys of a study file; the visitors are those of describe.hpp.
namespace polykarma {

template <class V>
void describe(V& v, StudyAxis& c) {
    v.field(c.name, {.name = "name", .help = "name of the axis in tables, unique", .identifier = true});
    v.field(c.key, {.name = "key", .help = "key of the base economy, dotted; * is every element of a list"});
    v.field(c.values, {.name = "values",
                       .standard = decltype(c.values){},
                       .standard_text = "absent: from, to and count are used, or lower and upper",
                       .help = "what the key is set to, one after the other"});
    const bool listed = c.is_listed();
    v.field(c.labels, {.name = "labels",
                       .standard = decltype(c.labels){},
                       .standard_text = "the values themselves",
                       .help = "what the values are called in tables, one per value",
                       .used = listed,
                       .used_when = "values is there"});
    v.field(c.from, {.name = "from",
                     .standard = StudyAxis::kAbsent,
                     .standard_text = "absent",
                     .help = "first of evenly spaced numbers",
                     .used = !listed,
                     .used_when = "values is absent"});
    const bool spaced = !std::isnan(c.from);
    v.field(c.to,
            {.name = "to", .help = "last of the numbers", .used = spaced, .used_when = "from is there"});
    v.field(c.count, {.name = "count",
                      .range = between(1, max_study_points),
                      .help = "how many numbers, both ends included",
                      .used = spaced,
                      .used_when = "from is there"});
    v.field(c.lower, {.name = "lower",
                      .standard = StudyAxis::kAbsent,
                      .standard_text = "absent",
                      .help = "smallest number of a sampled axis: all of them together take the points of [sample]",
                      .used = !listed && !spaced,
                      .used_when = "values and from are absent"});
    const bool sampled = !std::isnan(c.lower);
    v.field(c.upper, {.name = "upper",
                      .help = "largest number of a sampled axis, above lower",
                      .used = sampled,
                      .used_when = "lower is there"});
    v.field(c.spacing, {.name = "spacing",
                        .standard = AxisSpacing::linear,
                        .help = "whether differences of the numbers are even or their ratios",
                        .used = !listed,
                        .used_when = "values is absent"});
    v.field(c.zip, {.name = "zip",
                    .standard = "",
                    .standard_text = "alone",
                    .help = "axes with the same word here advance together and have equally many values",
                    .identifier = true,
                    .used = !sampled,
                    .used_when = "the axis is not sampled"});
}

template <class V>
void describe(V& v, SampleConfig& c) {
    v.field(c.method, {.name = "method",
                       .standard = SampleMethod::sobol,
                       .help = "evenly spread points of a Sobol sequence, or random ones"});
    v.field(c.count, {.name = "count",
                      .standard = 0,
                      .standard_text = "none: to be given where axes are sampled",
                      .range = between(0, max_study_points),
                      .help = "points; of a Sobol sequence a power of two is spread most evenly"});
    v.field(c.seed, {.name = "seed",
                     .standard = 0,
                     .range = between(0, largest_seed),
                     .help = "which of the samples"});
}

template <class V>
void describe(V& v, StudyVariable& c) {
    v.field(c.name, {.name = "name", .help = "name of the variable in tables, unique", .identifier = true});
    v.field(c.key, {.name = "key",
                    .help = "key of the base economy, dotted, whose values are numbers; * is every element of a list"});
    v.field(c.lower, {.name = "lower", .help = "smallest value"});
    v.field(c.upper, {.name = "upper", .help = "largest value, above lower"});
    v.field(c.start, {.name = "start",
                      .standard = std::numeric_limits<double>::quiet_NaN(),
                      .standard_text = "the middle",
                      .help = "where algorithm sbplx begins; every combination of the axes is an economy there"});
}

template <class V>
void describe(V& v, DesignConfig& c) {
    v.field(c.objective, {.name = "objective",
                          .standard = DesignObjective::sw_en,
                          .help = "Nash welfare to be maximised: over all stages, or over those with participation"});
    v.field(c.evaluations, {.name = "evaluations",
                            .standard = 60,
                            .range = between(1, 100000),
                            .help = "economies solved per combination of the axes, at most"});
    v.field(c.algorithm, {.name = "algorithm",
                          .standard = DesignAlgorithm::direct,
                          .help = "direct divides the whole box, sbplx goes uphill from the start"});
    v.field(c.tolerance, {.name = "tolerance",
                          .standard = 1e-3,
                          .range = positive_below(1.0),
                          .unit = "share of upper - lower",
                          .help = "algorithm sbplx ends when it knows every variable this well; direct always uses its "
                                  "evaluations"});
}

template <class V>
void describe(V& v, SimulationConfig& c) {
    v.field(c.agents, {.name = "agents",
                       .standard = 0,
                       .standard_text = "none: nobody plays",
                       .range = between(2, 1e9),
                       .help = "so many agents play every certified equilibrium by its policy"});
    const bool played = c.is_wanted();
    v.field(c.periods, {.name = "periods",
                        .range = between(1, 1e9),
                        .unit = "periods",
                        .help = "for so long, and what they experience is measured",
                        .used = played,
                        .used_when = "agents is there"});
    v.field(c.burn_in, {.name = "burn_in",
                        .standard = 0,
                        .range = between(0, 1e9),
                        .unit = "periods",
                        .help = "before that",
                        .used = played,
                        .used_when = "agents is there"});
    v.field(c.seeds, {.name = "seeds",
                      .standard = 10,
                      .range = between(1, 10000),
                      .help = "runs, with random numbers of their own (seeds 1, 2, ...): standard errors are over them",
                      .used = played,
                      .used_when = "agents is there"});
    v.field(c.references, {.name = "references",
                           .standard = decltype(c.references){},
                           .standard_text = "none",
                           .help = "allocations without karma that the same agents play, too: of pairs coin, turn, "
                                   "dictator; else uncontrolled",
                           .used = played,
                           .used_when = "agents is there"});
}

template <class V>
void describe(V& v, StudyConfig& c) {
    v.field(c.title, {.name = "title", .help = "one line for tables and pictures"});
    v.field(c.description, {.name = "description", .standard = "", .help = "the question that the study answers"});
    v.field(c.base, {.name = "base", .help = "economy file, relative to the study file"});
    v.field(c.starts,
            {.name = "starts",
             .standard = decltype(c.starts){},
             .standard_text = "solver.start of the base economy",
             .help = "where every economy is solved from: even, zero or proportional, with _slow behind it "
                     "for small steps, random_1, random_2, ..., neighbour_1, neighbour_2, ..., or logit_branch"});
    v.tables(c.axes,
             {.name = "axis", .help = "keys that vary; the last axis moves fastest", .max_size = max_coordinates});
    v.table(c.sample, {.name = "sample", .help = "points of the box of all axes with lower and upper"});
    v.tables(c.variables,
             {.name = "variable", .help = "numbers that `polykarma design` searches over", .max_size = 16});
    v.table(c.design, {.name = "design", .help = "how `polykarma design` searches"});
    v.table(c.simulation, {.name = "simulation", .help = "agents who play what is found"});
}

}  // namespace polykarma
