#include "rules/cel/checker.h"

/// Whether a device answers: a word that every device has, beside its attributes.
namespace attune::cel {

namespace {

/// None for a device without attributes: nothing says when to look again.
std::optional<Signal> online(const Device& device) {
  if (device.attributes.empty()) return std::nullopt;
  Signal signal;
  signal.kind = SignalKind::online;
  signal.of = device.attributes.begin()->second.id;
  signal.text = device.id + ".online";
  return signal;
}

}  // namespace

void Checker::visit_online(Expr& expr, const Expr& device) {
  expr.type = TypeKind::boolean;
  expr.found = found::Unknown{};
  const auto* const local = std::get_if<found::Local>(&device.found);
  if (local == nullptr) {
    auto signal = online(*device.type.devices.front());
    if (signal) take_signal(expr, std::move(*signal), 1);
    return;
  }
  found::Signal found;
  found.member = local->slot;
  for (const Device* one : device.type.devices) {
    if (auto signal = online(*one)) {
      found.of_members.emplace_back(one, names_.signals->take(std::move(*signal)));
    }
  }
  found.cost = found.of_members.size();
  expr.found = std::move(found);
}

}  // namespace attune::cel
