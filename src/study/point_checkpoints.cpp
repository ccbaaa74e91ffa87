#include "study/point_checkpoints.hpp"

#include <algorithm>
#include <charconv>
#include <optional>
#include <string_view>
#include <system_error>
#include <utility>

#include <fmt/format.h>

namespace polykarma {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kPrefix = "point-";

/// "point-17-a.h5" -> 17; nothing for names of anything else.
std::optional<std::size_t> point_of(const fs::path& file) {
    const std::string name = file.filename().string();
    if (!name.starts_with(kPrefix)) return {};
    std::size_t point = 0;
    const char* const end = name.data() + name.size();
    const auto [at, error] = std::from_chars(name.data() + kPrefix.size(), end, point);
    return error == std::errc{} && at != end && *at == '-' ? std::optional(point) : std::nullopt;
}

}  // namespace

PointCheckpoints::PointCheckpoints(WorkFolder& folder, const CheckpointInterval& interval,
                                   const std::function<bool(std::size_t point)>& is_known, const Collective& ranks)
    : folder_(folder), interval_(interval) {
    std::error_code error;
    if (ranks.is_root())
        for (fs::directory_iterator entry(folder.path(), error), end; !error && entry != end; entry.increment(error)) {
            const auto point = point_of(entry->path());
            if (!point) continue;
            std::error_code gone;
            if (is_known(*point))
                fs::remove(entry->path(), gone);
            else
                begun_.push_back(*point);
        }
    const auto bytes = std::as_bytes(std::span(begun_));
    const auto agreed = ranks.broadcast(std::vector(bytes.begin(), bytes.end()));
    begun_.resize(agreed.size() / sizeof(std::size_t));
    std::ranges::copy(agreed, std::as_writable_bytes(std::span(begun_)).begin());
    std::ranges::sort(begun_);
}

std::unique_ptr<Checkpoints> PointCheckpoints::of(std::size_t point, std::string economy, std::string start,
                                                  const Collective& team) const {
    const bool has_begun = std::ranges::binary_search(begun_, point);
    return std::make_unique<Checkpoints>(
        folder_, fmt::format("{}{}", kPrefix, point), CheckpointIdentity{std::move(economy), std::move(start)}, interval_,
        has_begun ? Checkpoints::Resume::if_usable : Checkpoints::Resume::no, team);
}

}  // namespace polykarma
