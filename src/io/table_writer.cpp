#include "io/table_writer.hpp"

#include <algorithm>
#include <cstring>

#include "base/error.hpp"
#include "io/error_stack.hpp"

namespace polykarma::hdf5 {
namespace {

struct Cell {
    std::size_t size = 0;
    Datatype type;
};

Datatype copy_of(hid_t type, const std::string& file) {
    return Datatype(checked(H5Tcopy(type), file, "cannot be prepared"));
}

Cell cell_of(const std::vector<std::int64_t>&, const std::string& file) {
    return {sizeof(std::int64_t), copy_of(H5T_NATIVE_INT64, file)};
}

Cell cell_of(const std::vector<double>&, const std::string& file) {
    return {sizeof(double), copy_of(H5T_NATIVE_DOUBLE, file)};
}

Cell cell_of(const std::vector<std::string>& values, const std::string& file) {
    std::size_t longest = 1;
    for (const auto& value : values) longest = std::max(longest, value.size());
    return {longest, fixed_text(longest, file)};
}

template <class T>
void put(const T& value, std::byte* cell) {
    std::memcpy(cell, &value, sizeof value);
}

void put(const std::string& value, std::byte* cell) { std::memcpy(cell, value.data(), value.size()); }

}  // namespace

void Table::add(const std::string& name, Values values) { columns_.push_back({name, std::move(values)}); }

void Table::write(GroupWriter& group, const Meaning& meaning, std::size_t rows, const std::string& file) const {
    const std::string what = "table " + meaning.name + " cannot be written";
    std::vector<Cell> cells;
    std::size_t width = 0;
    for (const auto& column : columns_) {
        cells.push_back(std::visit([&](const auto& values) { return cell_of(values, file); }, column.values));
        width += cells.back().size;
    }
    const Datatype row(checked(H5Tcreate(H5T_COMPOUND, width), file, what));
    std::vector<std::byte> bytes(width * rows);
    std::size_t offset = 0;
    for (std::size_t c = 0; c < columns_.size(); ++c) {
        checked(H5Tinsert(row.get(), columns_[c].name.c_str(), offset, cells[c].type.get()), file, what);
        std::visit(
            [&](const auto& values) {
                POLYKARMA_EXPECTS(values.size() == rows);
                for (std::size_t i = 0; i < rows; ++i) put(values[i], bytes.data() + i * width + offset);
            },
            columns_[c].values);
        offset += cells[c].size;
    }
    group.table(meaning, row, bytes, rows);
}

}  // namespace polykarma::hdf5
