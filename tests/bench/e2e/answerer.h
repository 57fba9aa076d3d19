#pragma once
#include <cstdint>

/// The floor: Paho, TCP_NODELAY, and nothing else. It hears what attune hears and answers each
/// sensor's message with its lamp's command, out of Paho's callback.
namespace attune::bench {

/// Serves the broker on 127.0.0.1:`port` until SIGTERM; its exit code. A process of its own.
int answer(std::uint16_t port);

}  // namespace attune::bench
