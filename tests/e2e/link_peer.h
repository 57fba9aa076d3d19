#pragma once
#include <poll.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <sys/stat.h>
#include <unistd.h>

#include <chrono>
#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "broker/shell/embedded/mosquitto.h"
#include "broker/shell/embedded/processes.h"
#include "broker/shell/inbox/ring.h"
#include "broker/shell/link/link.h"

/// What the tests against a real Mosquitto share: a folder, a broker, and ends of the bus.
namespace attune::e2e {

using namespace std::chrono_literals;

inline constexpr auto kPatience = 20s;

class TempFolder {
 public:
  TempFolder() {
    std::string name = std::filesystem::temp_directory_path() / "attune-e2e-XXXXXX";
    path_ = mkdtemp(name.data());
    chmod(path_.c_str(), 0711);  // the broker's user passes through
  }
  ~TempFolder() { std::filesystem::remove_all(path_); }
  TempFolder(const TempFolder&) = delete;
  TempFolder& operator=(const TempFolder&) = delete;
  [[nodiscard]] const std::string& path() const { return path_; }

 private:
  std::string path_;
};

inline bool mosquitto_is_here() {
  return access("/usr/sbin/mosquitto", X_OK) == 0;
}

inline embedded::MosquittoOptions broker_options(const std::string& folder) {
  embedded::MosquittoOptions options;
  const auto port = embedded::free_port();
  options.port = port ? *port : std::uint16_t{0};
  options.run_dir = folder + "/run";
  options.state_dir = folder + "/state";
  options.backoff_min = 10ms;
  options.backoff_max = 100ms;
  std::filesystem::create_directories(options.run_dir);
  std::filesystem::create_directories(options.state_dir);
  return options;
}

inline link::LinkOptions link_options(const embedded::Mosquitto& broker, const std::string& node) {
  link::LinkOptions options;
  options.url = broker.url();
  options.username = broker.own().username;
  options.password = broker.own().password;
  options.node = node;
  options.backoff_min = 10ms;
  options.backoff_max = 100ms;
  return options;
}

/// A record with its own bytes.
struct Kept {
  inbox::Record record;
  std::string topic;
  std::string payload;
};

/// One end of the bus: ring, link, and a loop that the test turns by hand.
class Peer {
 public:
  Peer(const std::string& ring_path, link::LinkOptions options, std::uint64_t ring_bytes = 1u << 20,
       std::optional<store::InboxPosition> committed = std::nullopt)
      : wake_(eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC)) {
    auto opened = inbox::InboxRing::open({ring_path, ring_bytes, wake_}, committed);
    if (!opened) std::abort();
    ring_ = std::move(*opened);
    link_ = link::make_paho_link(std::move(options), *ring_, wake_);
  }
  ~Peer() {
    link_.reset();
    close(wake_);
  }
  Peer(const Peer&) = delete;
  Peer& operator=(const Peer&) = delete;

  [[nodiscard]] link::Link& link() { return *link_; }
  [[nodiscard]] inbox::InboxRing& ring() { return *ring_; }

  /// Takes records, frees them, and answers each `connected` with open_outbox().
  std::vector<Kept> take() {
    std::vector<Kept> taken;
    while (const auto record = ring_->next()) {
      taken.push_back({*record, std::string(record->topic), std::string(record->payload)});
      if (record->kind == inbox::RecordKind::connected) link_->open_outbox(record->connection);
    }
    ring_->consumed(ring_->position());
    return taken;
  }

  /// Turns until `done` says so of a record; false after kPatience.
  bool take_until(const std::function<bool(const Kept&)>& done) {
    return turn_until([&] {
      for (const Kept& kept : take()) {
        if (done(kept)) return true;
      }
      return false;
    });
  }

  /// Turns until the condition holds; false after kPatience.
  bool turn_until(const std::function<bool()>& condition) {
    const auto deadline = std::chrono::steady_clock::now() + kPatience;
    while (!condition()) {
      if (std::chrono::steady_clock::now() > deadline) return false;
      if (ring_->prepare_sleep()) wait();
    }
    return true;
  }

  bool connect() {
    return link_->start().ok() && take_until([](const Kept& kept) {
             return kept.record.kind == inbox::RecordKind::connected;
           });
  }

  /// Until the bus has taken it: false after kPatience.
  bool publish(link::Parcel parcel) {
    parcel.commands = {CommandId{1}};
    std::vector<link::Parcel> parcels;
    parcels.push_back(std::move(parcel));
    return link_->publish(std::move(parcels)) &&
           turn_until([&] { return !link_->take_reports().sent.empty(); });
  }

 private:
  void wait() {
    pollfd waited{wake_, POLLIN, 0};
    poll(&waited, 1, 100);
    std::uint64_t count = 0;
    [[maybe_unused]] const ssize_t cleared = read(wake_, &count, sizeof count);
  }

  int wake_;
  std::unique_ptr<inbox::InboxRing> ring_;
  std::unique_ptr<link::Link> link_;
};

inline bool is_message(const Kept& kept, const std::string& topic) {
  return kept.record.kind == inbox::RecordKind::message && kept.topic == topic;
}

inline link::Parcel parcel(const std::string& topic, const std::string& payload, int qos = 1) {
  return link::parcel({topic, payload, qos}, {});
}

}  // namespace attune::e2e
