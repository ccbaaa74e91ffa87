#pragma once

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
void describe(V& v, StudyConfig& c) {
    v.field(c.title, {.name = "title", .help = "one line for tables and pictures"});
    v.field(c.description, {.name = "description", .standard = "", .help = "the question that the study answers"});
    v.field(c.base, {.name = "base", .help = "economy file, relative to the study file"});
    v.field(c.starts, {.name = "starts",
                       .standard = decltype(c.starts){},
                       .standard_text = "solver.start of the base economy",
                       .help = "bidding policies from which every economy is solved",
                       .max_size = 3});
    v.tables(c.axes, {.name = "axis", .help = "keys that vary; the last axis moves fastest", .max_size = 16});
}

}  // namespace polykarma
