#pragma once

#if defined(__SSE2__)
#include <xmmintrin.h>
#endif

namespace polykarma {

/// While it lives, subnormal numbers count as zero on this thread. Weights that decay geometrically (actions nobody
/// takes any more, states nobody visits) would otherwise end as subnormals and slow the kernels down a hundredfold;
/// what is lost is below 1e-307.
class FlushDenormals {
public:
#if defined(__SSE2__)
    FlushDenormals() : saved_(_mm_getcsr()) { _mm_setcsr(saved_ | kFlushToZero | kDenormalsAreZero); }
    ~FlushDenormals() { _mm_setcsr(saved_); }
#else
    FlushDenormals() = default;
    ~FlushDenormals() = default;
#endif
    FlushDenormals(const FlushDenormals&) = delete;
    FlushDenormals& operator=(const FlushDenormals&) = delete;

private:
#if defined(__SSE2__)
    static constexpr unsigned kFlushToZero = 0x8000;
    static constexpr unsigned kDenormalsAreZero = 0x0040;
    unsigned saved_;
#endif
};

}  // namespace polykarma
