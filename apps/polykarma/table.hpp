#pragma once

#include <iosfwd>
#include <string>
#include <variant>
#include <vector>

namespace polykarma::cli {

enum class Format { text, csv, json };

/// One value of a table. Doubles carry the number of digits they deserve in text; CSV and JSON give all of them.
using Cell = std::variant<std::string, long, double, bool>;

/// A column: its name in CSV and JSON, its heading in text, and how its doubles are printed there ("{:.4f}").
struct Column {
    std::string name;
    std::string heading;
    std::string number_format = "{:.4f}";
};

/// Rows of results, printed in the format the user asked for.
class Table {
public:
    explicit Table(std::vector<Column> columns, std::string title = {})
        : title_(std::move(title)), columns_(std::move(columns)) {}

    void add(std::vector<Cell> row);
    [[nodiscard]] bool empty() const { return rows_.empty(); }

    /// Text: aligned columns below the title. CSV: header and rows, RFC 4180. JSON: an array of objects; numbers that
    /// JSON cannot hold (infinities, NaN) are strings.
    void print(std::ostream& out, Format format) const;

private:
    void print_text(std::ostream& out) const;
    void print_csv(std::ostream& out) const;
    void print_json(std::ostream& out) const;

    std::string title_;
    std::vector<Column> columns_;
    std::vector<std::vector<Cell>> rows_;
};

}  // namespace polykarma::cli
