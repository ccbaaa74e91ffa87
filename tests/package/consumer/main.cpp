#include <cstdio>

#include "base/build_info.hpp"
#include "game/exchange.hpp"
#include "game/multi_karma.hpp"

int main() {
    const auto exchange = polykarma::Exchange::from_worth({1.0, 1.5});
    const std::string_view version = polykarma::build_info().version;
    std::printf("polykarma %.*s, %zu accounts\n", static_cast<int>(version.size()), version.data(), exchange.accounts());
}
