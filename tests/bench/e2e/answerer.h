#pragma once
#include <cstdint>
#include <string>

/// The floor: Paho, TCP_NODELAY, and nothing else. It hears what attune hears and answers each
/// sensor's message with its lamp's command, out of Paho's callback.
namespace attune::bench {

/// Serves the broker on 127.0.0.1:`port` until SIGTERM; its exit code. A process of its own.
int answer(std::uint16_t port);

/// The same with the three steps that nothing durable can leave out: the callback only hands on,
/// one thread commits to bare LMDB in `folder`, another one publishes. What attune needs more than
/// this is what it does.
int answer_durably(std::uint16_t port, const std::string& folder);

}  // namespace attune::bench
