#include "table.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <ostream>

#include "base/error.hpp"
#include "config/json_text.hpp"

namespace polykarma::cli {
namespace {

template <class... F>
struct Overloaded : F... {
    using F::operator()...;
};
template <class... F>
Overloaded(F...) -> Overloaded<F...>;

std::string text_of(const Cell& cell, const Column& column) {
    return std::visit(
        Overloaded{
            [](const std::string& s) { return s; },
            [](long n) { return fmt::format("{}", n); },
            [&](double x) { return std::isnan(x) ? std::string("-") : fmt::format(fmt::runtime(column.number_format), x); },
            [](bool b) { return std::string(b ? "yes" : "no"); },
        },
        cell);
}

/// Shortest text that reads back as the same number.
std::string exact(double x) { return std::isnan(x) ? "nan" : fmt::format("{}", x); }

std::string csv_of(const Cell& cell) {
    return std::visit(Overloaded{
                          [](const std::string& s) {
                              if (s.find_first_of(",\"\n\r") == std::string::npos) return s;
                              std::string quoted = "\"";
                              for (const char c : s) quoted += c == '"' ? std::string("\"\"") : std::string(1, c);
                              return quoted + '"';
                          },
                          [](long n) { return fmt::format("{}", n); },
                          [](double x) { return exact(x); },
                          [](bool b) { return std::string(b ? "true" : "false"); },
                      },
                      cell);
}

std::string json_of(const Cell& cell) {
    return std::visit(Overloaded{
                          [](const std::string& s) { return json_string(s); },
                          [](long n) { return fmt::format("{}", n); },
                          [](double x) { return std::isfinite(x) ? exact(x) : json_string(exact(x)); },
                          [](bool b) { return std::string(b ? "true" : "false"); },
                      },
                      cell);
}

/// Characters a terminal shows for UTF-8 text (no wide characters are printed here).
std::size_t width(const std::string& text) {
    return static_cast<std::size_t>(
        std::count_if(text.begin(), text.end(), [](char c) { return (static_cast<unsigned char>(c) & 0xC0) != 0x80; }));
}

}  // namespace

void Table::add(std::vector<Cell> row) {
    POLYKARMA_EXPECTS(row.size() == columns_.size());
    rows_.push_back(std::move(row));
}

void Table::print(std::ostream& out, Format format) const {
    switch (format) {
        case Format::text: return print_text(out);
        case Format::csv: return print_csv(out);
        case Format::json: return print_json(out);
    }
}

void Table::print_text(std::ostream& out) const {
    std::vector<std::size_t> widths;
    for (std::size_t c = 0; c < columns_.size(); ++c) {
        widths.push_back(width(columns_[c].heading));
        for (const auto& row : rows_) widths[c] = std::max(widths[c], width(text_of(row[c], columns_[c])));
    }
    const auto print_line = [&](const auto& text, const auto& is_text) {
        std::string line;
        for (std::size_t c = 0; c < columns_.size(); ++c) {
            const std::string cell = text(c);
            const std::string fill(widths[c] - width(cell), ' ');
            line += (c > 0 ? "  " : "") + (is_text(c) ? cell + fill : fill + cell);
        }
        line.erase(line.find_last_not_of(' ') + 1);
        out << line << '\n';
    };
    const auto left = [&](std::size_t c) { return !rows_.empty() && std::holds_alternative<std::string>(rows_[0][c]); };
    if (!title_.empty()) out << title_ << '\n';
    print_line([&](std::size_t c) { return columns_[c].heading; }, left);
    for (const auto& row : rows_) print_line([&](std::size_t c) { return text_of(row[c], columns_[c]); }, left);
}

void Table::print_csv(std::ostream& out) const {
    for (std::size_t c = 0; c < columns_.size(); ++c) out << (c > 0 ? "," : "") << columns_[c].name;
    out << '\n';
    for (const auto& row : rows_) {
        for (std::size_t c = 0; c < row.size(); ++c) out << (c > 0 ? "," : "") << csv_of(row[c]);
        out << '\n';
    }
}

void Table::print_json(std::ostream& out) const {
    out << "[";
    for (std::size_t i = 0; i < rows_.size(); ++i) {
        out << (i > 0 ? ",\n " : "\n ") << "{";
        for (std::size_t c = 0; c < columns_.size(); ++c)
            out << (c > 0 ? ", " : "") << json_string(columns_[c].name) << ": " << json_of(rows_[i][c]);
        out << "}";
    }
    out << "\n]\n";
}

}  // namespace polykarma::cli
