#include "study/study_solver.hpp"

#include <algorithm>
#include <chrono>
#include <memory>
#include <optional>

#include <fmt/format.h>

#include "base/fingerprint.hpp"
#include "config/reader.hpp"
#include "study/attempt.hpp"
#include "study/solve_economy.hpp"

namespace polykarma {
namespace {

/// Adds the time it lives.
class Timed {
public:
    explicit Timed(double& seconds) : seconds_(seconds), begin_(Clock::now()) {}
    ~Timed() { seconds_ += std::chrono::duration<double>(Clock::now() - begin_).count(); }
    Timed(const Timed&) = delete;
    Timed& operator=(const Timed&) = delete;

private:
    using Clock = std::chrono::steady_clock;
    double& seconds_;
    Clock::time_point begin_;
};

/// Whether the states of one economy are those of the other, in the same lattice: the same actions, and the same mass and
/// karma are conserved.
bool have_the_same_states(const EconomyConfig& a, const EconomyConfig& b) {
    const auto same_account = [](const ResourceConfig& x, const ResourceConfig& y) {
        return x.k_max == y.k_max && x.k_mean == y.k_mean;
    };
    const auto same_share = [](const TypeConfig& x, const TypeConfig& y) { return x.share == y.share; };
    return a.game == b.game && std::ranges::equal(a.resources, b.resources, same_account) &&
           a.contest.k_max == b.contest.k_max && a.contest.k_mean == b.contest.k_mean &&
           std::ranges::equal(a.types, b.types, same_share) && a.urgencies.size() == b.urgencies.size() &&
           a.exchange == b.exchange;
}

}  // namespace

/// The point before, to start the next one from.
struct StudySolver::Solved {
    std::size_t point;
    EconomyConfig economy;
    EquilibriumRecord record;

    /// Another economy in the lattice of the record, a larger one than it begins with where accounts have no bound.
    /// Nothing where the record is no state of it.
    [[nodiscard]] std::optional<EconomyConfig> leads_to(const EconomyConfig& next) const {
        if (!have_the_same_states(economy, next)) return {};
        EconomyConfig there = as_found(next, *record.layout);
        if (there.contest.k_max > next.contest.largest_k_max) return {};
        return there;
    }
    [[nodiscard]] StartFrom start() const {
        return [this](const auto&, const Part& part, const Collective&) {
            return StartState{fmt::format("point {}", point), moved_to(part, record.mass),
                              moved_to(part, record.response)};
        };
    }
};

StudySolver::StudySolver(const StudyConfig& study, std::span<const std::string> overrides, const StudyRun& how)
    : study_(study), overrides_(overrides), how_(how) {}

std::string StudySolver::manner() const {
    const auto word = [](bool is_on) { return is_on ? "yes" : "no"; };
    return fmt::format("stability {}, warm starts {}", word(how_.extent == StudyExtent::with_stability),
                       word(how_.warm_start));
}

std::uint64_t StudySolver::identity(std::size_t point) const {
    try {
        return fingerprint(to_toml(economy_of(study_, study_.point(point), overrides_)));
    } catch (const InputError& error) {
        return fingerprint(error.what());
    }
}

void StudySolver::solve_unit(const WorkUnits& units, std::size_t unit, const Collective& team,
                             const PointProgress& progress, const PointCheckpoints* kept,
                             const std::function<void(const PointRecord& record)>& tell) {
    std::optional<Solved> last;
    try {
        for (std::size_t step = 0; step < units.length(); ++step) {
            std::unique_ptr<Checkpoints> checkpoints;
            tell(solve_point(units.point(unit, step), team, progress, kept, checkpoints, last));
            if (checkpoints) checkpoints->remove();
            points_ += team.is_root() ? 1 : 0;
        }
    } catch (const SearchStopped&) {
        // Its state is kept; the run ends.
    }
}

PointRecord StudySolver::solve_point(std::size_t index, const Collective& team, const PointProgress& progress,
                                     const PointCheckpoints* kept, std::unique_ptr<Checkpoints>& checkpoints,
                                     std::optional<Solved>& last) {
    PointRecord point{.point = index};
    std::optional<EconomyConfig> economy;
    Attempt solved = attempt(
        [&] {
            economy = economy_of(study_, study_.point(index), overrides_);
            const std::optional<EconomyConfig> warm = last ? last->leads_to(*economy) : std::nullopt;
            if (warm) point.warm_from = last->point;
            const Progress watched = team.is_root() ? progress(index, *economy) : Progress{};
            if (kept != nullptr)
                checkpoints = kept->of(index, to_toml(*economy), warm ? fmt::format("point {}", last->point) : "", team);
            const Timed timed(seconds_);
            EquilibriumRecord record = solve_economy(warm ? *warm : *economy, warm ? last->start() : StartFrom{},
                                                     watched, team, checkpoints.get());
            if (how_.extent == StudyExtent::with_stability) measure_stability(*economy, record, team);
            return record;
        },
        team);
    point.error = solved.error;
    point.identity = fingerprint(economy ? to_toml(*economy) : solved.error);
    if (solved.record) {
        point.seconds = solved.record->seconds;
        point.summary = summary_of(*solved.record);
        if (!how_.is_full || how_.is_full(index)) point.image = to_image(*solved.record, team);
    }
    last.reset();
    if (how_.warm_start && solved.record && solved.record->certified)
        last.emplace(Solved{index, std::move(*economy), std::move(*solved.record)});
    return point;
}

}  // namespace polykarma
