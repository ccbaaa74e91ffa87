#include "parallel/stop_request.hpp"

#include <array>
#include <csignal>

namespace polykarma {
namespace {

volatile std::sig_atomic_t asked = 0;

extern "C" void polykarma_note_stop_signal(int) { asked = 1; }

}  // namespace

void heed_stop_signals() {
    struct sigaction action {};
    action.sa_handler = polykarma_note_stop_signal;
    action.sa_flags = SA_RESTART;  // MPI and file systems need not know
    sigemptyset(&action.sa_mask);
    for (const int signal : {SIGUSR1, SIGTERM}) ::sigaction(signal, &action, nullptr);
}

bool stop_signalled() { return asked != 0; }

bool stop_requested(const Collective& ranks) {
    std::array<double, 1> any{stop_signalled() ? 1.0 : 0.0};
    ranks.maximum(any);
    return any[0] != 0.0;
}

}  // namespace polykarma
