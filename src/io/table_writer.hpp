#pragma once

#include <string>
#include <variant>
#include <vector>

#include "io/group_writer.hpp"

namespace polykarma::hdf5 {

/// A table with named columns, stored as one dataset of compound rows.
class Table {
public:
    using Values = std::variant<std::vector<std::int64_t>, std::vector<double>, std::vector<std::string>>;

    void add(const std::string& name, Values values);
    /// All columns must have `rows` values.
    void write(GroupWriter& group, const Meaning& meaning, std::size_t rows, const std::string& file) const;

private:
    struct Column {
        std::string name;
        Values values;
    };
    std::vector<Column> columns_;
};

}  // namespace polykarma::hdf5
