#pragma once

#include <stdexcept>
#include <string>

namespace polykarma {

/// Where a value came from: a file and line, or the command line option that set it.
struct SourceLocation {
    std::string file;
    int line = 0;  ///< 1-based; 0 when the whole file is meant
};

/// The user's input cannot be used. One line: `file:line: key = value (why): allowed`. Exit code 2.
class InputError : public std::runtime_error {
public:
    InputError(const SourceLocation& where, const std::string& key, const std::string& value, const std::string& why,
               const std::string& allowed);
    explicit InputError(const std::string& line) : std::runtime_error(line) {}
};

/// A file could not be read or written. One line naming the file and the system's reason. Exit code 4.
class IoError : public std::runtime_error {
public:
    IoError(const std::string& file, const std::string& what_failed, const std::string& reason);
};

/// A contract between functions was broken: a bug in polykarma, never the user's fault. Exit code 1.
class ContractViolation : public std::logic_error {
public:
    ContractViolation(const char* condition, const char* file, int line);
};

}  // namespace polykarma

/// States what a function relies on. Checked in debug builds, free in release builds.
#ifdef NDEBUG
#define POLYKARMA_EXPECTS(condition) static_cast<void>(0)
#else
#define POLYKARMA_EXPECTS(condition) \
    ((condition) ? static_cast<void>(0) : throw ::polykarma::ContractViolation(#condition, __FILE__, __LINE__))
#endif
