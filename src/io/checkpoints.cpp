#include "io/checkpoints.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdio>
#include <functional>
#include <system_error>
#include <utility>
#include <vector>

#include "base/error.hpp"
#include "io/agreed.hpp"

namespace polykarma {
namespace {

namespace fs = std::filesystem;

void note(const std::string& line) { std::fprintf(stderr, "polykarma: note: %s\n", line.c_str()); }

bool is_there(const fs::path& file) {
    std::error_code error;
    return fs::exists(file, error);
}

}  // namespace

Checkpoints::Checkpoints(WorkFolder& folder, const std::string& name, CheckpointIdentity identity,
                         CheckpointClock clock, Resume resume, const Collective& ranks)
    : folder_(folder),
      identity_(std::move(identity)),
      resume_(resume),
      ranks_(ranks),
      prefix_(name + '-'),
      files_(files(folder, name)),
      clock_(std::move(clock)) {}

std::array<fs::path, 2> Checkpoints::files(const WorkFolder& folder, const std::string& name) {
    return {folder.path() / (name + "-a.h5"), folder.path() / (name + "-b.h5")};
}

void Checkpoints::require_none() const {
    agreed(ranks_, [&] {
        if (ranks_.is_root() && has_files())
            throw IoError(folder_.path().string(), "holds checkpoints of a run",
                          "--resume continues it; to begin afresh, remove checkpoint-*.h5 or use another --work-dir");
    });
}

bool Checkpoints::has_files() const { return std::ranges::any_of(files_, is_there); }

std::vector<std::size_t> Checkpoints::usable_files() const {
    std::vector<std::pair<long, std::size_t>> found;
    for (std::size_t i = 0; i < files_.size(); ++i) {
        if (!is_there(files_[i])) continue;
        try {
            found.emplace_back(read_sequence(files_[i], identity_), i);
        } catch (const IoError& error) {
            note(error.what());
        }
    }
    std::ranges::sort(found, std::ranges::greater());
    std::vector<std::size_t> files;
    for (const auto& [sequence, i] : found) files.push_back(i);
    return files;
}

const std::vector<std::byte>& Checkpoints::candidates() {
    if (candidates_) return *candidates_;
    // Not every rank sees a shared file system alike at every moment: the root looks for all.
    std::vector<std::byte> found;
    if (ranks_.is_root()) {
        folder_.remove_unfinished(prefix_);
        for (const std::size_t i : usable_files()) found.push_back(static_cast<std::byte>(i));
    }
    candidates_ = ranks_.broadcast(std::move(found));
    return *candidates_;
}

std::vector<int> Checkpoints::resumed_balances() {
    if (resume_ == Resume::no) return {};
    for (const std::byte file : candidates()) {
        try {
            return agreed(ranks_, [&] { return read_balances(files_[std::to_integer<std::size_t>(file)]); });
        } catch (const IoError&) {
            // For resumed() to say, and to take the next one.
        }
    }
    return {};
}

std::optional<SearchState> Checkpoints::resumed(const Part& part) {
    if (resume_ == Resume::no) return {};
    const bool any = ranks_.broadcast(ranks_.is_root() && has_files() ? 1 : 0) != 0;
    for (const std::byte file : candidates()) {
        const auto i = std::to_integer<std::size_t>(file);
        try {
            SearchState state = read_checkpoint(files_[i], part, ranks_);
            sequence_ = agreed(ranks_, [&] { return read_sequence(files_[i], identity_); });
            next_ = 1 - i;
            resumed_iterations_ = state.earlier.iterations + state.rule.iteration;
            clock_.restart(resumed_iterations_);
            if (ranks_.is_root())
                note(files_[i].string() + ": going on after " + std::to_string(resumed_iterations_) + " iterations");
            return state;
        } catch (const IoError& error) {
            if (ranks_.is_root()) note(error.what());
        }
    }
    if (resume_ == Resume::if_usable) return {};
    if (any)
        throw IoError(folder_.path().string(), "holds no checkpoint that can be resumed",
                      "the reasons are above; without --resume and checkpoint-*.h5 the run begins afresh");
    if (ranks_.is_root()) note(folder_.path().string() + " holds no checkpoint yet: beginning from the start");
    return {};
}

void Checkpoints::keep(SearchState state) {
    folder_.require_held(ranks_);
    if (ranks_.is_root() && state.earlier.iterations + state.rule.iteration == resumed_iterations_)
        note(folder_.path().string() + ": no further than where this run went on, after " +
             std::to_string(resumed_iterations_) + " iterations: what follows needs more time at a stretch");
    write_checkpoint(files_[next_], identity_, sequence_ + 1, std::move(state), ranks_);
    ++sequence_;
    next_ = 1 - next_;
    clock_.kept();
}

std::optional<fs::path> Checkpoints::latest() const {
    if (sequence_ == 0) return {};
    return files_[1 - next_];
}

void Checkpoints::remove() const {
    if (!ranks_.is_root() || sequence_ == 0) return;
    folder_.remove_unfinished(prefix_);
    for (const fs::path& file : files_) {
        std::error_code gone;
        fs::remove(file, gone);
    }
}

}  // namespace polykarma
