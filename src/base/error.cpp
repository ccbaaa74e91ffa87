#include "base/error.hpp"

namespace polykarma {
namespace {

std::string located(const SourceLocation& where) {
    if (where.file.empty()) return {};
    return where.line > 0 ? where.file + ":" + std::to_string(where.line) + ": " : where.file + ": ";
}

}  // namespace

InputError::InputError(const SourceLocation& where, const std::string& key, const std::string& value,
                       const std::string& why, const std::string& allowed)
    : std::runtime_error(located(where) + key + (value.empty() ? "" : " = " + value) + " (" + why + ")" +
                         (allowed.empty() ? "" : ": " + allowed)) {}

IoError::IoError(const std::string& file, const std::string& what_failed, const std::string& reason)
    : std::runtime_error(file + ": " + what_failed + (reason.empty() ? "" : " (" + reason + ")")) {}

ContractViolation::ContractViolation(const char* condition, const char* file, int line)
    : std::logic_error(std::string(file) + ":" + std::to_string(line) + ": contract broken: " + condition) {}

}  // namespace polykarma
