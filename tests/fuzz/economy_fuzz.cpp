// The economy reader on arbitrary bytes: it reads them or refuses them with InputError, and what it reads survives
// being written and read again. Bytes after the first NUL are overrides, separated by NULs.

#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.hpp"
#include "config/reader.hpp"

namespace {

void require_round_trip(const polykarma::EconomyConfig& economy) {
    const std::string written = polykarma::to_toml(economy);
    try {
        if (polykarma::parse_economy(written, "resolved.toml") == economy) return;
        std::fprintf(stderr, "not the same economy:\n%s", written.c_str());
    } catch (const polykarma::InputError& error) {
        std::fprintf(stderr, "refused: %s\n%s", error.what(), written.c_str());
    }
    std::abort();
}

void require_one_line(std::string_view message) {
    if (message.find('\n') == std::string_view::npos) return;
    std::fprintf(stderr, "a message of several lines: %.*s\n", static_cast<int>(message.size()), message.data());
    std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    std::string_view text(reinterpret_cast<const char*>(data), size);
    std::vector<std::string> overrides;
    const std::size_t end = text.find('\0');
    for (std::size_t at = end; at != std::string_view::npos; at = text.find('\0', at + 1))
        overrides.emplace_back(text.substr(at + 1, text.find('\0', at + 1) - at - 1));
    // A file that holds a NUL is refused; let the reader see some of those as well.
    if (overrides.size() < 8) text = text.substr(0, end);
    try {
        require_round_trip(polykarma::parse_economy(text, "fuzz.toml", overrides));
    } catch (const polykarma::InputError& error) {
        require_one_line(error.what());
    }
    return 0;
}
