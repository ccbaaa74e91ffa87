#include "io/agreed.hpp"

#include <array>
#include <cstddef>
#include <string>
#include <vector>

namespace polykarma {
namespace {

std::vector<std::byte> bytes_of(const std::string& text) {
    const auto bytes = std::as_bytes(std::span(text));
    return {bytes.begin(), bytes.end()};
}

/// The same line from its parts.
IoError error_of(const std::vector<std::byte>& bytes) {
    const std::string line(reinterpret_cast<const char*>(bytes.data()), bytes.size());
    const auto colon = line.find(": ");
    return {line.substr(0, colon), line.substr(colon + 2), ""};
}

constexpr int kNone = 0, kInput = 1, kIo = 2;

}  // namespace

void agreed_with_root(const Collective& ranks, const std::function<void()>& work) {
    int kind = kNone;
    std::string line;
    if (ranks.is_root()) {
        try {
            work();
        } catch (const InputError& error) {
            kind = kInput;
            line = error.what();
        } catch (const IoError& error) {
            kind = kIo;
            line = error.what();
        }
    }
    kind = ranks.broadcast(kind);
    if (kind == kNone) return;
    const std::vector<std::byte> bytes = ranks.broadcast(bytes_of(line));
    if (kind == kIo) throw error_of(bytes);
    throw InputError(std::string(reinterpret_cast<const char*>(bytes.data()), bytes.size()));
}

void throw_first(const Collective& ranks, const std::optional<IoError>& error) {
    const int size = ranks.size();
    std::array<double, 1> first{error ? static_cast<double>(size - ranks.rank()) : 0.0};
    ranks.maximum(first);
    if (first[0] == 0.0) return;
    const int speaker = size - static_cast<int>(first[0]);
    std::vector<std::vector<std::byte>> messages(static_cast<std::size_t>(size));
    if (speaker == ranks.rank()) messages.assign(messages.size(), bytes_of(error->what()));
    throw error_of(ranks.all_to_all(std::move(messages))[static_cast<std::size_t>(speaker)]);
}

}  // namespace polykarma
