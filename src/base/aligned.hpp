#pragma once

#include <cstddef>
#include <new>
#include <vector>

namespace polykarma {

/// Doubles in one cache line. Rows of action values and responses are padded to a multiple of it, so that kernels work
/// in whole vectors without a scalar tail.
inline constexpr std::size_t kLanes = 8;

[[nodiscard]] constexpr std::size_t padded(std::size_t count) { return (count + kLanes - 1) / kLanes * kLanes; }

template <class T>
struct CacheLineAllocator {
    using value_type = T;
    CacheLineAllocator() = default;
    template <class U>
    explicit CacheLineAllocator(const CacheLineAllocator<U>&) {}

    T* allocate(std::size_t count) {
        return static_cast<T*>(::operator new(count * sizeof(T), std::align_val_t{64}));
    }
    void deallocate(T* pointer, std::size_t) { ::operator delete(pointer, std::align_val_t{64}); }
    friend bool operator==(CacheLineAllocator, CacheLineAllocator) { return true; }
};

/// A vector whose first element starts a cache line.
template <class T>
using AlignedVector = std::vector<T, CacheLineAllocator<T>>;

}  // namespace polykarma
