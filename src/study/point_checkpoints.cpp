#include "study/point_checkpoints.hpp"

#include <algorithm>
#include <charconv>
#include <optional>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>

#include <fmt/format.h>

#include "base/error.hpp"

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

std::string name_of(std::size_t point) { return fmt::format("{}{}", kPrefix, point); }

}  // namespace

PointCheckpoints::PointCheckpoints(WorkFolder& folder, const CheckpointInterval& interval,
                                   const std::function<bool(std::size_t point)>& is_done, const Collective& ranks)
    : folder_(folder), interval_(interval) {
    std::error_code error;
    if (ranks.is_root())
        for (fs::directory_iterator entry(folder.path(), error), end; !error && entry != end; entry.increment(error)) {
            const auto point = point_of(entry->path());
            if (!point) continue;
            std::error_code gone;
            if (is_done(*point))
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

bool PointCheckpoints::has(std::size_t point) const { return std::ranges::binary_search(begun_, point); }

std::unique_ptr<Checkpoints> PointCheckpoints::of(std::size_t point, const CheckpointIdentity& identity,
                                                  const CheckpointClock& clock, const Collective& team) const {
    return std::make_unique<Checkpoints>(folder_, name_of(point), identity, clock,
                                         has(point) ? Checkpoints::Resume::if_usable : Checkpoints::Resume::no, team);
}

void PointCheckpoints::remove(std::size_t point) const {
    for (const fs::path& file : Checkpoints::files(folder_, name_of(point))) {
        std::error_code gone;
        fs::remove(file, gone);
    }
}

std::string PointCheckpoints::start_of(std::size_t point) const {
    for (const fs::path& file : Checkpoints::files(folder_, name_of(point))) try {
            return read_start(file);
        } catch (const IoError&) {
            // For whoever goes on from it to tell.
        }
    return {};
}

UnitCheckpoints::UnitCheckpoints(const PointCheckpoints& kept, const Collective& team)
    : kept_(kept), team_(team), clock_(kept.clock(team)) {}

Checkpoints& UnitCheckpoints::of(std::size_t point, const CheckpointIdentity& identity) {
    if (now_ && point_ == point) return *now_;
    point_ = point;
    CheckpointClock clock = clock_;
    clock.begin_next();
    now_ = kept_.of(point, identity, clock, team_);
    return *now_;
}

std::string UnitCheckpoints::start_of(std::size_t point) const {
    return team_.broadcast_text(team_.is_root() ? kept_.start_of(point) : std::string());
}

void UnitCheckpoints::leave() {
    if (!now_) return;
    clock_ = now_->clock();
    if (now_->latest()) {
        if (newest_) newest_->remove();
        newest_ = std::move(now_);
    }
    now_.reset();
}

void UnitCheckpoints::end(std::span<const std::size_t> points) {
    if (newest_) newest_->remove();
    if (!team_.is_root()) return;
    for (const std::size_t point : points)
        if (kept_.has(point)) kept_.remove(point);
}

}  // namespace polykarma
