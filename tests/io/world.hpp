#pragma once

#include <filesystem>
#include <optional>
#include <string>

#include <gtest/gtest.h>

#include "io/sample.hpp"
#include "parallel/collective.hpp"

// For tests that mpirun starts. They bring their own main, which is run_tests: they need the world of the session that
// starts MPI.
namespace polykarma::test {

inline std::optional<Collective> world;

/// One directory for all ranks, which disappears when all are done with it.
class SharedDirectory {
public:
    SharedDirectory() {
        if (world->is_root()) own_.emplace();
        const std::string name = own_ ? own_->path().string() : "";
        const auto bytes = std::as_bytes(std::span(name));
        const auto shared = world->broadcast({bytes.begin(), bytes.end()});
        path_ = std::string(reinterpret_cast<const char*>(shared.data()), shared.size());
    }
    ~SharedDirectory() { world->barrier(); }
    SharedDirectory(const SharedDirectory&) = delete;
    SharedDirectory& operator=(const SharedDirectory&) = delete;

    [[nodiscard]] const std::filesystem::path& path() const { return path_; }
    [[nodiscard]] std::filesystem::path operator/(const std::string& name) const { return path_ / name; }

private:
    std::optional<ScratchDirectory> own_;
    std::filesystem::path path_;
};

inline int run_tests(int argc, char** argv) {
    const MpiSession session(argc, argv);
    testing::InitGoogleTest(&argc, argv);
    world = Collective::world(session);
    // A rank that fails ends with 1, and mpirun with it.
    const int result = RUN_ALL_TESTS();
    world.reset();
    return result;
}

}  // namespace polykarma::test
