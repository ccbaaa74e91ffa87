#pragma once

#include <functional>
#include <optional>
#include <type_traits>
#include <utility>

#include "base/error.hpp"
#include "parallel/collective.hpp"

namespace polykarma {

/// Throws the error of the lowest rank that has one, on all ranks; returns when there is none.
void throw_first(const Collective& ranks, const std::optional<IoError>& error);

/// Calls work() on the root; when it throws InputError or IoError there, all ranks throw the same. Collective; `work`
/// must not be.
void agreed_with_root(const Collective& ranks, const std::function<void()>& work);

/// Calls work() on every rank; when it throws IoError on any, all throw the same one, so that no rank goes on alone.
/// `work` must not be collective.
template <class Work>
auto agreed(const Collective& ranks, Work&& work) {
    using Result = std::invoke_result_t<Work>;
    if constexpr (std::is_void_v<Result>) {
        std::optional<IoError> error;
        try {
            work();
        } catch (const IoError& thrown) {
            error = thrown;
        }
        throw_first(ranks, error);
    } else {
        std::optional<Result> result;
        agreed(ranks, [&] { result.emplace(work()); });
        return std::move(*result);
    }
}

}  // namespace polykarma
