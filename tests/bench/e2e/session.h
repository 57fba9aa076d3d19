#pragma once
#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "tests/bench/e2e/bus_client.h"
#include "tests/bench/e2e/home.h"
#include "tests/bench/e2e/process.h"
#include "tests/bench/temp_folder.h"

/// One broker, one who answers, one home: fresh for every measurement, so that none sees what
/// another left behind.
namespace attune::bench {

/// Who answers.
struct Subject {
  std::string name;     ///< as the report calls it
  std::string program;  ///< attune's; empty: the bare answerer, durable when it has a place
  std::string place;    ///< folder below which the store lives; the floor has none
};

class Session {
 public:
  /// Returns when the answerer is on the bus and has heard every device once.
  Session(const Subject& subject, std::size_t pairs);

  [[nodiscard]] BusClient& bus() { return *bus_; }
  [[nodiscard]] std::uint16_t port() const { return port_; }
  [[nodiscard]] Home& home() { return *home_; }
  [[nodiscard]] const Child& answerer() const { return *answerer_; }
  /// Where the store lives; empty: the subject has none.
  [[nodiscard]] std::string kept() const { return kept_ ? kept_->path() : ""; }
  [[nodiscard]] const Child& broker() const { return *broker_; }

 private:
  void start_broker();
  void start_answerer(const Subject& subject, std::size_t pairs);
  void wait_until_online();

  TempFolder run_;  ///< on tmpfs, as /run is
  std::optional<TempFolder> kept_;
  std::uint16_t port_;
  std::optional<Child> broker_;
  std::optional<BusClient> bus_;
  std::optional<Home> home_;
  std::optional<Child> answerer_;  ///< last: ends before its broker
};

}  // namespace attune::bench
