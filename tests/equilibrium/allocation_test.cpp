// Counts calls of operator new in the whole program.
#include <atomic>
#include <cstdlib>
#include <new>

#include <gtest/gtest.h>

#include "equilibrium/evolutionary.hpp"
#include "equilibrium/start.hpp"
#include "support/small_economy.hpp"

namespace {

std::atomic<long> allocations{0};

void* counted(std::size_t size, std::size_t alignment) {
    ++allocations;
    const std::size_t whole = (size + alignment - 1) / alignment * alignment;
    if (void* memory = std::aligned_alloc(alignment, whole == 0 ? alignment : whole)) return memory;
    throw std::bad_alloc();
}

/// Kept out of line: a compiler that sees free() meet operator new takes it for a mistake.
[[gnu::noinline]] void release(void* memory) { std::free(memory); }

}  // namespace

// The array forms and the forms without exceptions end in these.
void* operator new(std::size_t size) { return counted(size, alignof(std::max_align_t)); }
void* operator new(std::size_t size, std::align_val_t alignment) {
    return counted(size, static_cast<std::size_t>(alignment));
}
void operator delete(void* memory) noexcept { release(memory); }
void operator delete(void* memory, std::size_t) noexcept { release(memory); }
void operator delete(void* memory, std::align_val_t) noexcept { release(memory); }
void operator delete(void* memory, std::size_t, std::align_val_t) noexcept { release(memory); }

namespace polykarma {
namespace {

long allocations_of_steps(const MultiKarma& game) {
    Field mass(game.layout());
    game.start_mass(KarmaStart::at_mean, mass);
    Evolution<MultiKarma> evolution(game, EvolutionSettings{}, std::move(mass), even_response(game.layout()));
    const long before = allocations;
    for (int i = 0; i < 10; ++i) evolution.step();
    return allocations - before;
}

TEST(Allocation, IsCounted) {
    const long before = allocations;
    const AlignedVector<double> one(100);
    const std::vector<double> other(100);
    EXPECT_EQ(allocations - before, 2);
}

TEST(Allocation, NoneInAStepOfTheDynamics) {
    for (const auto redistribution : {Redistribution::active, Redistribution::all, Redistribution::non_winners})
        for (const auto& exchange : {Exchange::none(2), Exchange::from_worth({1.0, 1.5})})
            EXPECT_EQ(
                allocations_of_steps(MultiKarma(test::small_economy({6, 5}, {2.0, 1.5}, exchange, redistribution))), 0);
}

}  // namespace
}  // namespace polykarma
