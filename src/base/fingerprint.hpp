#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

namespace polykarma {

/// 64 bits that differ for contents that differ by accident or by an edit (FNV-1a); no defence against intent.
[[nodiscard]] constexpr std::uint64_t fingerprint(std::span<const std::byte> bytes,
                                                  std::uint64_t before = 0xcbf29ce484222325u) {
    for (const std::byte byte : bytes) before = (before ^ static_cast<std::uint64_t>(byte)) * 0x100000001b3u;
    return before;
}

[[nodiscard]] inline std::uint64_t fingerprint(std::string_view text) {
    return fingerprint(std::as_bytes(std::span(text.data(), text.size())));
}

}  // namespace polykarma
