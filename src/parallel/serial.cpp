#include <memory>
#include <utility>

#include "parallel/rank_group.hpp"

namespace polykarma {
namespace {

/// One rank: its values are already those of all ranks.
class SerialGroup final : public RankGroup {
public:
    SerialGroup() : RankGroup(0, 1) {}

    // The contracts leave nobody to send to or hear from.
    void send_to_root(std::span<const std::byte>) override {}
    std::vector<std::byte> receive(int) override { return {}; }
    void exchange(const Messages&, std::span<const double>, std::span<double>) override {}

    int broadcast(int value) override { return value; }
    std::vector<std::byte> broadcast(std::vector<std::byte> bytes) override { return bytes; }
    void sum(std::span<std::int64_t>) override {}
    void sum(std::span<double>) override {}
    void maximum(std::span<double>) override {}
    void all_to_all(std::span<const std::span<const std::byte>>, std::span<std::vector<std::byte>>) override {}
    void barrier() override {}
    std::shared_ptr<RankGroup> split(int) override { return serial_group(); }
    std::shared_ptr<SharedCounter::Place> open_counter() override { return std::make_shared<Count>(); }

private:
    class Count final : public SharedCounter::Place {
    public:
        std::int64_t advance(std::int64_t step) override { return std::exchange(count_, count_ + step); }

    private:
        std::int64_t count_ = 0;
    };
};

}  // namespace

std::shared_ptr<RankGroup> serial_group() { return std::make_shared<SerialGroup>(); }

Collective Collective::serial() { return Collective(serial_group()); }

}  // namespace polykarma
