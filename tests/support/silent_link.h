#pragma once
#include <string>
#include <vector>

#include "broker/shell/link/link.h"

/// A line to a broker that is there and says nothing; a test derives what it publishes.
namespace attune::support {

class SilentLink : public link::Link {
 public:
  Status start() override { return {}; }
  void stop(std::chrono::milliseconds /*patience*/) override {}
  bool open_outbox(std::uint64_t /*generation*/) override { return true; }
  link::Reports take_reports() override { return {}; }
  void set_subscriptions(std::vector<std::string> /*filters*/) override {}
  [[nodiscard]] bool subscribed() const override { return true; }
  [[nodiscard]] link::LinkStatus status() const override { return {}; }

  bool up = true;  ///< whether it takes what is published
};

}  // namespace attune::support
