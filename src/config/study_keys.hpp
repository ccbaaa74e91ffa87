#pragma once

#include <limits>

#include "config/key.hpp"
#include "config/study.hpp"

/// The keys of a study file; the visitors are those of describe.hpp.
namespace polykarma {

template <class V>
void describe(V& v, StudyAxis& c) {
    v.field(c.name, {.name = "name", .help = "name of the axis in tables, unique", .identifier = true});
    v.field(c.key, {.name = "key", .help = "key of the base economy, dotted; * is every element of a list"});
    v.field(c.values, {.name = "values", .help = "what the key is set to, one after the other"});
    v.field(c.labels, {.name = "labels",
                       .standard = decltype(c.labels){},
                       .standard_text = "the values themselves",
                       .help = "what the values are called in tables, one per value"});
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
    v.tables(c.axes, {.name = "axis", .help = "keys that vary; the last axis moves fastest", .max_size = 16});
    v.tables(c.variables,
             {.name = "variable", .help = "numbers that `polykarma design` searches over", .max_size = 16});
    v.table(c.design, {.name = "design", .help = "how `polykarma design` searches"});
}

}  // namespace polykarma
