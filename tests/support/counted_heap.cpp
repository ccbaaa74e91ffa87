#include "support/counted_heap.hpp"

#include <atomic>
#include <cstdlib>
#include <new>

namespace polykarma::test::heap {
namespace {

std::atomic<long> all_calls{0};
thread_local long own_calls = 0;
std::atomic<std::size_t> live_bytes{0}, peak_bytes{0}, largest_bytes{0};

constexpr std::size_t kUsual = alignof(std::max_align_t);

void raise(std::atomic<std::size_t>& most, std::size_t value) {
    std::size_t before = most;
    while (before < value && !most.compare_exchange_weak(before, value)) {
    }
}

/// Null if there is no memory. The size is kept in front of what is given out.
void* give(std::size_t size, std::size_t alignment) {
    ++all_calls;
    ++own_calls;
    const std::size_t whole = (size + 2 * alignment - 1) / alignment * alignment;
    auto* const memory = static_cast<std::byte*>(std::aligned_alloc(alignment, whole));
    if (memory == nullptr) return nullptr;
    raise(peak_bytes, live_bytes += size);
    raise(largest_bytes, size);
    new (memory) std::size_t(size);
    return memory + alignment;
}

void* give_or_throw(std::size_t size, std::size_t alignment) {
    if (void* const memory = give(size, alignment)) return memory;
    throw std::bad_alloc();
}

/// Kept out of line: a compiler that sees free() meet operator new takes it for a mistake.
[[gnu::noinline]] void take_back(void* given, std::size_t alignment) {
    if (given == nullptr) return;
    auto* const memory = static_cast<std::byte*>(given) - alignment;
    live_bytes -= *reinterpret_cast<std::size_t*>(memory);
    std::free(memory);
}

}  // namespace

long calls() { return all_calls; }
long calls_of_this_thread() { return own_calls; }
std::size_t live() { return live_bytes; }
std::size_t peak() { return peak_bytes; }
std::size_t largest() { return largest_bytes; }
void reset() {
    peak_bytes = live_bytes.load();
    largest_bytes = 0;
}

}  // namespace polykarma::test::heap

// The array forms end in these. The forms without exceptions would, too, but a sanitizer brings its own.
namespace heap = polykarma::test::heap;
void* operator new(std::size_t size) { return heap::give_or_throw(size, heap::kUsual); }
void* operator new(std::size_t size, std::align_val_t alignment) {
    return heap::give_or_throw(size, static_cast<std::size_t>(alignment));
}
void* operator new(std::size_t size, const std::nothrow_t&) noexcept { return heap::give(size, heap::kUsual); }
void* operator new(std::size_t size, std::align_val_t alignment, const std::nothrow_t&) noexcept {
    return heap::give(size, static_cast<std::size_t>(alignment));
}
void operator delete(void* memory) noexcept { heap::take_back(memory, heap::kUsual); }
void operator delete(void* memory, std::size_t) noexcept { heap::take_back(memory, heap::kUsual); }
void operator delete(void* memory, const std::nothrow_t&) noexcept { heap::take_back(memory, heap::kUsual); }
void operator delete(void* memory, std::align_val_t alignment) noexcept {
    heap::take_back(memory, static_cast<std::size_t>(alignment));
}
void operator delete(void* memory, std::size_t, std::align_val_t alignment) noexcept {
    heap::take_back(memory, static_cast<std::size_t>(alignment));
}
void operator delete(void* memory, std::align_val_t alignment, const std::nothrow_t&) noexcept {
    heap::take_back(memory, static_cast<std::size_t>(alignment));
}
